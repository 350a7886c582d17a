"""A result as a row: its fields, and how an input without a rating stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.messages import warning_sentences
from xl_vqa.workbooks.cells import printable

Result = Mapping[str, Any] | XlVqaError
"""A rating as ``Rating.to_dict(detail=True)`` gives it, or why there is none."""

Pair = tuple[str, Result]
"""A path as it was asked for, and its result."""

FIELDS: Final = (
    "path",
    "label",
    "expected_label",
    "mos",
    "band",
    "band_probability",
    "off_digit_mass",
    "frames",
    "model",
    "mos_scale",
    "error",
)
"""Fields of every row; those of EXTRAS follow where some row has them."""
READING_FIELDS: Final = ("profile", "mos_low", "mos_high", "decision", "rank")
"""What a domain profile adds."""
EXTRAS: Final = ("warnings", "text", *READING_FIELDS)


def fields_of(path: str, result: Result, language: str = "en") -> dict[str, Any]:
    """One flat row: the values of ``FIELDS`` and ``EXTRAS``; None where there is none."""
    if isinstance(result, XlVqaError):
        row: dict[str, Any] = dict.fromkeys((*FIELDS, *EXTRAS))
        row["path"] = printable(path)
        row["error"] = printable(result.message(language))
        return row
    row = {field: result.get(field) for field in (*FIELDS, *EXTRAS)}
    row["path"] = path
    row["error"] = None
    row["mos_scale"] = mos_scale(result)
    row["warnings"] = warning_sentences(result, language) or None
    return {field: printable(value) if isinstance(value, str) else value for field, value in row.items()}


def mos_scale(result: Mapping[str, Any]) -> str | None:
    """The ends of the scale that a rating's MOS is on, and which of them is good: ``1 (worst)..5 (best)``."""
    scale = result.get("scale")
    return None if scale is None else f"{scale['mos_min']:g} (worst)..{scale['mos_max']:g} (best)"


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields to show: all of ``FIELDS``, and the others where some row has them."""
    return [*FIELDS, *(extra for extra in EXTRAS if any(row[extra] not in (None, "") for row in rows))]
