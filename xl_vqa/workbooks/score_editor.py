"""One reading of a user's workbook, with scores put into its parts and saved back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.columns import BY_KEY, Field
from xl_vqa.sheets.contents import Content, Look, Result, RowContents, contents_of
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.sheets.rows import find_again
from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.score_plan import ReadList, WorkbookPlan

_ERROR_STYLES: Final[Mapping[Look, str]] = {
    "rated": "VQA error",
    "warned": "VQA warning",
    "failed": "VQA error",
    "kept": "VQA warning",
}


class Editor:
    """Keeps the parsed parts between saves, so that saving the next rows does not read the file again."""

    def __init__(self, read: ReadList, plan: WorkbookPlan) -> None:
        """``read`` is the workbook as it is now, ``plan`` the one whose row numbers results will come with."""
        self._plan = read.plan
        self._listed = read.listed
        self._sheet = read.listed.grid.sheet
        self._workbook = self._sheet.workbook
        self._styles = read.styles
        self._new = read.columns
        self._columns = read.columns.all
        self._places = find_again(_identities(plan), _identities(read.plan))[0]
        self._planned = {row.row: row for row in plan.rows}
        self._now = {row.row: row for row in read.plan.rows}
        self._prepared = False

    @property
    def signature(self) -> tuple[int, int]:
        """Of the file as it was read or last saved."""
        return self._workbook.package.signature

    def lost(self, rows: set[int]) -> int:
        """How many of the plan's rows are no longer in the sheet."""
        return sum(self._places.get(row) is None for row in rows)

    def replaces(self, results: Mapping[int, Result], *, clear: bool) -> bool:
        """Whether a score that stands in the sheet would be another one, or gone, after ``results``."""
        for number, result in results.items():
            now = self._now.get(self._places.get(number, 0))
            if now is None or now.score is None:
                continue
            contents = contents_of(now, result, "en", clear=clear)
            if contents is not None and contents.replaces(now.score):
                return True
        return False

    def apply(
        self,
        results: Mapping[int, Result],
        language: str,
        *,
        scored_by: ScoredBy | None = None,
        clear: bool = False,
    ) -> None:
        """Puts results, by the plan's row numbers, into the sheet in memory."""
        if not self._prepared:
            self._make_columns(language)
            self._prepared = True
        for number, result in results.items():
            row = self._places.get(number)
            if row is None:
                continue
            planned = replace(self._planned[number], score=self._now[row].score)
            contents = contents_of(planned, result, language, scored_by=scored_by, clear=clear)
            if contents is not None:
                self._put(row, contents)

    def save(self, target: Path) -> None:
        """Raises as ``Package.save``; but for WorkbookChangedError, what was applied stays for the next try."""
        self._styles.save()
        self._workbook.package.replace(self._sheet.entry.part, self._sheet.tree)
        self._workbook.package.save(target)

    def _make_columns(self, language: str) -> None:
        texts = self._new.headings(language)
        place = self._listed.listing.heading_place
        if place is not None:
            style = self._header_style(place)
            for field, text in texts.items():
                sheet_edit.put(self._sheet, place, self._columns[field], text, style)
        if self._new.grows is not None:
            sheet_edit.grow_table(self._workbook, self._new.grows, list(texts.values()))
        if self._filter_grows():
            sheet_edit.grow_filter(self._sheet, max(self._new.new.values()))
        for field, column in self._new.new.items():
            sheet_edit.show_column(self._sheet, column, BY_KEY[field].width)
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

    def _filter_grows(self) -> bool:
        """Whether the sheet's filter ends where the new columns begin, so that sorting by it is to move them."""
        area, listing = self._sheet.filter_area, self._listed.listing
        return (
            bool(self._new.new)
            and listing.table is None
            and area is not None
            and listing.heading_row == area.first_row
            and area.first_column <= listing.column <= area.last_column
            and area.last_column + 1 == min(self._new.new.values())
        )

    def _put(self, row: int, contents: RowContents) -> None:
        like = self._style_at(row, self._listed.column)
        for field, content in contents.values.items():
            column = self._columns.get(field)
            if column is not None:
                style = _style(field, content, contents)
                sheet_edit.put(self._sheet, row, column, content, self._styles.index(style, like))


def _identities(plan: WorkbookPlan) -> dict[int, Hashable]:
    """What tells the rows apart."""
    return {row.row: (row.names, row.text) for row in plan.rows}


def _style(field: Field, content: Content, contents: RowContents) -> str:
    if field == "band" and contents.band is not None:
        return f"VQA {contents.band.en}"
    if field == "error":
        return _ERROR_STYLES[contents.look] if content is not None else "VQA error"
    return BY_KEY[field].style
