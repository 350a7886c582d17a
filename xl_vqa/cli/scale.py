"""The scale of an option: which scores its ends are, and which of them is good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xl_vqa.words.errors import ScaleError
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    from xl_vqa.words.labels import Scale


def parse_scale_way(text: str, rounding: str) -> tuple[Scale, bool]:
    """A scale, and whether it was given from its worst end, as 5,1 or 100,0: then lower is better."""
    parts = text.split(",")
    try:
        turned = len(parts) in (2, 4) and float(parts[0]) > float(parts[1])
    except ValueError:
        turned = False
    return parse_scale(",".join([parts[1], parts[0], *parts[2:]]) if turned else text, rounding), turned


def parse_scale(text: str, rounding: str) -> Scale:
    """``mos_min,mos_max,label_min,label_max``, the labels being optional. Raises ScaleError."""
    from xl_vqa.words.labels import Scale

    parts = [part.strip() for part in text.split(",")]
    try:
        if len(parts) not in (2, 4):
            raise ValueError
        low, high = float(parts[0]), float(parts[1])
        labels = [int(part) for part in parts[2:]] or [10, 50]
    except ValueError:
        raise ScaleError(problem=Reason("scale_unlike", value=text)) from None
    return Scale(low, high, labels[0], labels[1], rounding)
