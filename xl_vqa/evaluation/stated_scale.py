"""The scale that a result says its label and MOS are on: evaluate, calibrate and monitor read it here alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number

_ENDS: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)(?: \(worst\))?\.\.(-?\d+(?:\.\d+)?)(?: \(best\))?\s*")
"""``1 (worst)..5 (best)``, as result files write it (workbooks/results.py)."""
_FIELDS: Final = frozenset(field.name for field in fields(Scale))


def scale_of_result(row: Mapping[str, Any]) -> Scale | None:
    """The whole scale, as a result in JSON states it; None where it has none, or a ``scale`` of another tool.

    Numbers may have become texts or fractions on the way through other programs. Raises ScaleError for a scale
    that cannot be.
    """
    stated = row.get("scale")
    if not isinstance(stated, Mapping) or not stated or set(stated) - _FIELDS:
        return None
    return Scale.from_dict({name: _value(value) for name, value in stated.items()})


def scale_of_results(rows: Iterable[Mapping[str, Any]]) -> Scale | None:
    """The scale of the first row that states one: whole in JSON, the range of the MOS elsewhere (``mos_scale``).

    Raises ScaleError.
    """
    for row in rows:
        if (whole := scale_of_result(row)) is not None:
            return whole
        ends = _ENDS.fullmatch(str(row.get("mos_scale") or ""))
        if ends is not None and float(ends[1]) < float(ends[2]):
            return Scale(float(ends[1]), float(ends[2]))
    return None


def _value(value: Any) -> Any:
    number = written_number(value)
    if number is None:
        return value
    return int(number) if number.is_integer() else number
