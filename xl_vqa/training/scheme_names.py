"""Names of schemes on a command line: ``integer``, ``decimal``, ``levels``, or ``integer@100-500/2``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from xl_vqa.training.schemes import Scheme, scheme
from xl_vqa.words.labels import Scale

_LABELS: Final = re.compile(r"integer@(\d{1,4})-(\d{1,4})(?:/([1-4]))?")


def integer_name(label_min: int, label_max: int, digits: int) -> str:
    """The name of integer labels of this range of which the loss sees ``digits`` digits."""
    return f"integer@{label_min}-{label_max}/{digits}"


def named_scheme(name: str, scale: Scale) -> Scheme:
    """The scheme of a name on the MOS range of ``scale``. Raises ScaleError for a name that is none."""
    found = _LABELS.fullmatch(name)
    if found is None:
        return scheme(name, scale)
    low, high, digits = found.groups()
    own = replace(scale, label_min=int(low), label_max=int(high))
    return scheme("integer", own, digits=int(digits) if digits else own.width)
