"""Where the scores of a list stand, or will stand: columns of an earlier run, or free ones beside the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xl_vqa.errors import OutputNotWritableError
from xl_vqa.workbooks.cells import MAX_COLUMN, Area, column_letters, parse_area
from xl_vqa.workbooks.find_columns import VideoList
from xl_vqa.workbooks.sheet_read import Sheet, Table
from xl_vqa.workbooks.words import SHEET_FIELDS, field_of_header, header

# Without these a later run could not go on; the others a user may delete for good
_NEEDED: Final = ("score", "error", "model")


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """``known`` are columns of an earlier run by field, ``new`` those still to be made."""

    known: Mapping[str, int]
    new: Mapping[str, int]
    grows: Table | None
    """The table that the new columns widen."""
    filter_grows: bool
    """Whether the sheet's filter is widened over them."""
    outside: Table | None
    """The table that the new columns stand outside of, for want of room."""

    @property
    def all(self) -> dict[str, int]:
        return {**self.known, **self.new}


def score_columns(listed: VideoList, style_fields: Mapping[int, str]) -> ScoreColumns:
    """Finds or places the columns; ``style_fields`` tells which cell styles are ours (``Styles.fields``).

    Raises OutputNotWritableError where the sheet has no free columns left.
    """
    known = _known(listed, style_fields)
    missing = [f for f in (_NEEDED if "score" in known else SHEET_FIELDS) if f not in known]
    if not missing:
        return ScoreColumns(known, {}, None, False, None)
    sheet, table = listed.sheet, listed.table
    rows = _rows(listed)
    blocked = _blocked(sheet)
    count = len(missing)
    grows = outside = None
    if table is not None:
        start = table.area.last_column + 1
        height = Area(min(rows[0], table.area.first_row), 1, max(rows[1], table.area.last_row), 1)
        if table.plain and _is_free(sheet, height, start, count, [a for a in blocked if a != table.area]):
            grows = table
        else:
            outside = table
            # a gap, or Excel would take the columns into the table at the next typing beside it
            start = _first_free(sheet, height, start + 1, count, blocked)
    else:
        height = Area(rows[0], 1, rows[1], 1)
        start = _first_free(sheet, height, listed.column + 1, count, blocked)
    if start + count - 1 > MAX_COLUMN:
        problem = f"{sheet.entry.name}: {column_letters(MAX_COLUMN)}"
        raise OutputNotWritableError(path=str(sheet.workbook.path), problem=problem)
    area = sheet.filter_area
    filter_grows = (
        table is None
        and area is not None
        and listed.header_row == area.first_row
        and area.first_column <= listed.column <= area.last_column
        and area.last_column + 1 == start
    )
    return ScoreColumns(
        known, dict(zip(missing, range(start, start + count), strict=True)), grows, filter_grows, outside
    )


def header_texts(listed: VideoList, columns: ScoreColumns, language: str) -> dict[str, str]:
    """The headers of the new columns; within a table each name may stand only once."""
    taken = {name.casefold() for name in listed.table.column_names} if listed.table is not None else set()
    texts = {}
    for field in columns.new:
        text, number = header(field, language), 2
        while text.casefold() in taken:
            text, number = f"{header(field, language)} {number}", number + 1
        taken.add(text.casefold())
        texts[field] = text
    return texts


def header_place(listed: VideoList) -> int | None:
    """The row for our headers: the list's own, or a row above the data; none where the data begin at row 1."""
    if listed.table is not None and listed.table.header_rows == 0:
        return None
    if listed.header_row is not None:
        return listed.header_row
    return listed.rows[0] - 1 if listed.rows and listed.rows[0] > 1 else None


def covered(sheet: Sheet, listed: VideoList, columns: Mapping[str, int]) -> list[str]:
    """Letters of the score columns that a chart or picture hides in some row of the list."""
    first, last = _rows(listed)
    hidden = {
        column
        for column in columns.values()
        if any(area.overlaps(Area(first, column, last, column)) for area in sheet.floating)
    }
    return [column_letters(column) for column in sorted(hidden)]


def _known(listed: VideoList, style_fields: Mapping[int, str]) -> dict[str, int]:
    sheet, table = listed.sheet, listed.table
    by_header: dict[str, int] = {}
    if table is not None and table.header_rows == 0:
        titles = dict(enumerate(table.column_names, table.area.first_column))
    else:
        row = header_place(listed)
        titles = {c: sheet.value(row, c).text for c in sheet.cells.get(row, {})} if row is not None else {}
    # the leftmost: a copy that a user keeps of older scores stands further right
    for column in sorted(titles):
        field = field_of_header(titles[column])
        if field and field not in by_header and column != listed.column and not _has_formula(listed, column):
            by_header[field] = column
    by_style = {
        field: column
        for field, column in _by_style(listed, style_fields).items()
        if field not in by_header and column not in by_header.values() and not _has_formula(listed, column)
    }
    return {**by_header, **by_style}


def _by_style(listed: VideoList, style_fields: Mapping[int, str]) -> dict[str, int]:
    """Columns most of whose cells beside the list have one of our styles."""
    votes: dict[tuple[str, int], int] = {}
    filled: dict[int, int] = {}
    for row in listed.rows:
        for column, cell in listed.sheet.cells.get(row, {}).items():
            field = style_fields.get(int(cell.get("s", "0")))
            # the error column is mostly empty, and known by its formatting all the same
            if len(cell) or field is not None:
                filled[column] = filled.get(column, 0) + 1
                if field is not None and field != "header":
                    votes[field, column] = votes.get((field, column), 0) + 1
    found: dict[str, int] = {}
    for (field, column), count in sorted(votes.items(), key=lambda item: item[0][1]):
        if 2 * count > filled[column] and column != listed.column:
            found.setdefault(field, column)
    return found


def _has_formula(listed: VideoList, column: int) -> bool:
    """A column of formulas is the user's own, such as ``=VQA_SCORE(A2)``."""
    return any(listed.sheet.value(row, column).formula is not None for row in listed.rows)


def _rows(listed: VideoList) -> tuple[int, int]:
    first = header_place(listed) or listed.rows[0]
    return min(first, listed.rows[0]), listed.rows[-1]


def _blocked(sheet: Sheet) -> list[Area]:
    """Areas that are not for writing into although their cells may be empty."""
    areas = [*sheet.merged, *(table.area for table in sheet.tables)]
    package = sheet.workbook.package
    for relationship in sheet.relationships:
        part = package.find(relationship.target) if relationship.kind == "pivotTable" else None
        location = package.parse(part).getroot().find("{*}location") if part is not None else None
        if location is not None:
            areas.append(parse_area(location.get("ref", "A1")))
    return areas


def _is_free(sheet: Sheet, height: Area, start: int, count: int, blocked: list[Area]) -> bool:
    wanted = Area(height.first_row, start, height.last_row, start + count - 1)
    return (
        wanted.last_column <= MAX_COLUMN
        and not any(wanted.overlaps(area) for area in blocked)
        and not _filled_columns(sheet, height).intersection(range(start, start + count))
    )


def _first_free(sheet: Sheet, height: Area, start: int, count: int, blocked: list[Area]) -> int:
    """The first of ``count`` columns side by side, from ``start`` on, that hold nothing in these rows."""
    taken = _filled_columns(sheet, height)
    for area in blocked:
        if area.first_row <= height.last_row and height.first_row <= area.last_row:
            # as far as anything can matter: an area of whole rows must not become 16384 entries
            taken.update(range(area.first_column, min(area.last_column, MAX_COLUMN) + 1))
    while True:
        clash = next((c for c in range(start + count - 1, start - 1, -1) if c in taken), None)
        if clash is None:
            return start
        start = clash + 1


def _filled_columns(sheet: Sheet, height: Area) -> set[int]:
    return {
        column
        for row, cells in sheet.cells.items()
        if height.first_row <= row <= height.last_row
        for column, cell in cells.items()
        if len(cell)
    }
