"""People's scores in a KPI tracker's log that lie outside their scale of the settings: no figure counts them."""

from __future__ import annotations

from typing import NamedTuple

from xl_vqa.workbooks.templates.kpi_take_over import Entries


class Misfits(NamedTuple):
    """``rows`` are those of the sheet (from 1), each once; ``low`` and ``high`` the ends of people's scale."""

    rows: tuple[int, ...]
    low: float
    high: float


def misfits(entries: Entries) -> Misfits | None:
    """None where every score lies on people's scale, or where the settings name no scale."""
    ends = [entries.settings.get(f"people_{end}") for end in ("worst", "best")]
    numbers = [end for end in ends if isinstance(end, (int, float))]
    if len(numbers) < 2 or numbers[0] == numbers[1]:
        return None
    low, high = min(numbers), max(numbers)
    rows = tuple(
        row
        for row, entry in enumerate(entries.rows, entries.first_row)
        if any(not _fits(entry.get(field), low, high) for field in ("human", "second"))
    )
    return Misfits(rows, low, high) if rows else None


def _fits(value: object, low: float, high: float) -> bool:
    """As the workbook's own formulas look: blanks are no score yet, texts and dates are none at all."""
    if value is None or value == "":
        return True
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
