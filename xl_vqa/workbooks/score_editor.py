"""One reading of a user's workbook, with scores put into its parts and saved back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from xl_vqa.errors import CancelledError, HostError, ModelError, WorkbookFormulaError, XlVqaError
from xl_vqa.labels import ACR_BANDS, Band
from xl_vqa.messages import text as message_text
from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.cells import Area
from xl_vqa.workbooks.score_columns import header_place, header_texts
from xl_vqa.workbooks.score_plan import Mark, PlannedRow, ReadList, ScoredBy, WorkbookPlan, file_signature

Result = Mapping[str, Any] | XlVqaError
"""A rating as ``Rating.to_dict(detail=True)`` gives it, or why there is none."""

_WIDTHS: Final = {"score": 11.0, "mos": 10.0, "band": 14.0, "confidence": 15.0, "error": 40.0, "model": 34.0}
_STYLES: Final = {"score": "VQA score", "mos": "VQA MOS", "confidence": "VQA confidence", "model": "VQA model"}
_BANDS: Final[dict[str, Band]] = {band.key: band for band in ACR_BANDS}
# Not the video's fault: a score of an earlier run beside it is as true as before
_KEEPS_SCORE: Final = (CancelledError, HostError, ModelError, WorkbookFormulaError)


class Editor:
    """Keeps the parsed parts between saves, so that saving the next rows does not read the file again."""

    def __init__(self, read: ReadList, plan: WorkbookPlan) -> None:
        """``read`` is the workbook as it is now, ``plan`` the one whose row numbers results will come with."""
        self._plan = read.plan
        self._listed = read.listed
        self._sheet = read.listed.sheet
        self._workbook = read.listed.sheet.workbook
        self._styles = read.styles
        self._new = read.columns
        self._columns = read.columns.all
        self._places = _places(plan, read.plan)
        self._planned = {row.row: row for row in plan.rows}
        self._prepared = False
        self.signature = read.plan.signature

    def lost(self, rows: set[int]) -> int:
        """How many of the plan's rows are no longer in the sheet."""
        return sum(self._places.get(row) is None for row in rows)

    def apply(self, results: Mapping[int, Result], language: str) -> None:
        """Puts results, by the plan's row numbers, into the sheet in memory."""
        if not self._prepared:
            self._make_columns(language)
            self._prepared = True
        for number, result in results.items():
            row = self._places.get(number)
            if row is None:
                continue
            if isinstance(result, XlVqaError):
                self._put_error(row, result, language)
            else:
                self._put_rating(row, self._planned[number], result, language)

    def save(self, target: Path) -> None:
        """Raises WorkbookLockedError or OutputNotWritableError; what was applied stays for the next try."""
        self._styles.save()
        self._workbook.package.replace(self._sheet.entry.part, self._sheet.tree)
        self._workbook.package.save(target)
        self.signature = file_signature(target)

    def _make_columns(self, language: str) -> None:
        texts = header_texts(self._listed, self._new, language)
        place = header_place(self._listed)
        if place is not None:
            style = self._header_style(place)
            for field, text in texts.items():
                sheet_edit.put(self._sheet, place, self._columns[field], text, style)
        if self._new.grows is not None:
            sheet_edit.grow_table(self._workbook, self._new.grows, list(texts.values()))
        if self._new.filter_grows:
            sheet_edit.grow_filter(self._sheet, max(self._new.new.values()))
        for field, column in self._new.new.items():
            sheet_edit.show_column(self._sheet, column, _WIDTHS[field])
        rows = self._listed.rows
        columns = self._columns.values()
        first = min(rows[0], place or rows[0])
        sheet_edit.widen_dimension(self._sheet, Area(first, min(columns), rows[-1], max(columns)))
        sheet_edit.recalculate_on_load(self._workbook)

    def _header_style(self, place: int) -> int | None:
        """That of the header beside it; where it has none, ours, unless a table draws its own."""
        own = self._style_at(place, self._listed.column)
        if own:
            return own
        return None if self._new.grows is not None else self._styles.index("VQA header")

    def _style_at(self, row: int, column: int) -> int:
        cell = self._sheet.cells.get(row, {}).get(column)
        return int(cell.get("s", "0")) if cell is not None else 0

    def _put(self, row: int, field: str, content: str | int | float | None, style: str) -> None:
        column = self._columns.get(field)
        if column is not None:
            like = self._style_at(row, self._listed.column)
            sheet_edit.put(self._sheet, row, column, content, self._styles.index(style, like))

    def _put_rating(self, row: int, planned: PlannedRow, rating: Mapping[str, Any], language: str) -> None:
        scored_by = ScoredBy.of(rating)
        # a file that is gone by now gets a check that fits nothing, so it is looked at again
        mark = Mark(scored_by.model, scored_by.key, planned.key, planned.file_key() or "000000")
        band = _BANDS.get(str(rating.get("band")))
        warnings = " ".join(message_text(str(key), language, **rating) for key in rating.get("warnings") or ())
        contents: dict[str, str | int | float | None] = {
            "score": rating["label"],
            "mos": rating.get("mos"),
            "confidence": rating.get("band_probability"),
            "model": str(mark),
        }
        for field, content in contents.items():
            self._put(row, field, content, _STYLES[field])
        self._put(row, "band", band.name(language) if band else None, f"VQA {band.en}" if band else "VQA band")
        self._put(row, "error", warnings or None, "VQA warning" if warnings else "VQA error")

    def _put_error(self, row: int, error: XlVqaError, language: str) -> None:
        if isinstance(error, CancelledError):
            return
        if isinstance(error, _KEEPS_SCORE) and self._sheet.value(row, self._columns["score"]).kind == "number":
            return
        for field, style in _STYLES.items():
            self._put(row, field, None, style)
        self._put(row, "band", None, "VQA band")
        self._put(row, "error", error.message(language), "VQA error")


def _places(plan: WorkbookPlan, now: WorkbookPlan) -> dict[int, int]:
    """Where the plan's rows are now: at the same place, or wherever the same path and text went."""
    current = {row.row: row.key for row in now.rows}
    places = {row.row: row.row for row in plan.rows if current.get(row.row) == row.key}
    taken = set(places.values())
    elsewhere: defaultdict[str, list[int]] = defaultdict(list)
    for number, key in current.items():
        if number not in taken:
            elsewhere[key].append(number)
    for row in plan.rows:
        if row.row not in places and elsewhere[row.key]:
            places[row.row] = elsewhere[row.key].pop(0)
    return places
