"""Which columns of a sheet an earlier run wrote beside a list, whichever front end and version ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.columns import (
    EARLIER_FIELDS,
    FIELDS,
    Field,
    field_of_earlier,
    field_of_heading,
    field_of_style,
)
from xl_vqa.sheets.grid import Grid, Value
from xl_vqa.sheets.listing import Listing
from xl_vqa.sheets.marks import Mark, row_key
from xl_vqa.sheets.rows import cell_sources
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.words.video_names import clean, is_video_name

STYLED_ROWS: Final = 20
"""Rows whose cell styles are looked at: a program may need a call for each cell."""
SAMPLED_ROWS: Final = 500
"""Rows that are looked at to tell lists and columns apart."""
_BANDS: Final = frozenset(name for band in ACR_BANDS for name in (band.en, band.ja))

Set = dict[Field, int]


def known_columns(grid: Grid, listing: Listing, titles: Mapping[int, str], keys: Mapping[int, str]) -> Set:
    """The columns of an earlier run by field; ``keys`` tell the rows apart (``PlannedRow.key``)."""
    sets = _sets(grid, listing, titles)
    keys = {**_keys(grid, listing), **keys}
    # the newest set is the one that is gone on with; of equals the leftmost: a copy that a user keeps of older
    # scores stands further right
    ours = [(number, found) for number, found in sets if _belongs(grid, listing, found, sets, keys)]
    known = dict(max(ours, key=lambda item: ("score" in item[1], item[0]))[1]) if ours else {}
    taken = {column for _, found in sets for column in found.values()}
    if any(name not in known for name in FIELDS):
        for name, column in _by_style(grid, listing, titles, taken).items():
            known.setdefault(name, column)
    if "score" not in known:
        known = _by_marks(grid, listing, keys) or known
    if "score" not in known:
        known = _earlier(grid, listing, titles) or known
    return known


def titles_of(grid: Grid, listing: Listing) -> dict[int, str]:
    """Headings by column; those of a table without a header row are its columns' names."""
    table, row = listing.table, listing.heading_place
    if table is not None and table.header_rows == 0:
        return dict(enumerate(table.column_names, table.area.first_column))
    if row is None:
        return {}
    values = grid.read(Area(row, 1, row, max(grid.last_column, listing.column)))[0]
    return {
        column: value.text for column, value in enumerate(values, 1) if value.kind == "text" and not value.blank
    }


def _sets(grid: Grid, listing: Listing, titles: Mapping[int, str]) -> list[tuple[int, Set]]:
    """Our prefixed columns, from left to right, as sets with their numbers: where a heading comes again, the next
    set begins. One into which a user wrote formulas here and there could not be written whole, and is none."""
    sets: list[tuple[int, Set]] = []
    broken: set[int] = set()
    for column, text in sorted(titles.items()):
        headed = field_of_heading(text)
        cells = _column(grid, listing, column) if headed is not None and column != listing.column else {}
        formulas = [value.formula is not None for value in cells.values() if not value.blank or value.formula]
        if headed is None or column == listing.column or (formulas and all(formulas)):
            continue  # a column of formulas is the user's own, such as =VQA_SCORE(A2)
        begins = headed.field == "score" and bool(sets) and headed.number != sets[-1][0]
        if not sets or headed.field in sets[-1][1] or begins:
            sets.append((headed.number, {}))
        sets[-1][1][headed.field] = column
        if any(formulas):
            broken.add(len(sets) - 1)
    return [found for place, found in enumerate(sets) if place not in broken]


def _belongs(
    grid: Grid, listing: Listing, found: Set, sets: Sequence[tuple[int, Set]], keys: Mapping[int, str]
) -> bool:
    """Whether a set is of this list, and not of another on the same rows.

    Its marks tell; without any, it is taken by the list that it stands right of, with no other set between.
    """
    marks = _marks(grid, listing, found["model"]) if "model" in found else {}
    if any(mark.row == keys.get(row) for row, mark in marks.items()):
        return True
    others = _other_lists(grid, listing)
    for texts in others.values():
        if any(row in texts and mark.row == row_key((clean(texts[row]),), None) for row, mark in marks.items()):
            return False
    first = min(found.values())
    if first > listing.column:
        rivals = [column for column in others if listing.column < column < first]
        between = [s for _, s in sets if s is not found and listing.column < min(s.values()) < first]
        return not (rivals and between)
    return not any(column < first for column in others)


def _other_lists(grid: Grid, listing: Listing) -> dict[int, dict[int, str]]:
    """Texts by row of the other columns that hold names of videos in these rows."""
    found = {}
    top, bottom = listing.entries[0], listing.entries[:SAMPLED_ROWS][-1]
    for column in _filled_columns(grid, listing):
        if column == listing.column:
            continue
        values = enumerate(grid.read(Area(top, column, bottom, column)), top)
        texts = {
            row: line[0].text for row, line in values if line[0].kind == "text" and is_video_name(line[0].text)
        }
        if texts:
            found[column] = texts
    return found


def _filled_columns(grid: Grid, listing: Listing) -> list[int]:
    """The columns that hold something in the rows that are looked at, from left to right.

    By halves: a row coloured from end to end makes all 16,384 columns used, and each may need calls of its own.
    """
    top, bottom = listing.entries[0], listing.entries[:SAMPLED_ROWS][-1]
    found, parts = [], [(1, grid.last_column)]
    while parts:
        first, last = parts.pop()
        if not grid.is_empty(Area(top, first, bottom, last)):
            middle = (first + last) // 2
            if first == last:
                found.append(first)
            else:
                parts += [(middle + 1, last), (first, middle)]
    return found


def _by_style(grid: Grid, listing: Listing, titles: Mapping[int, str], taken: set[int]) -> Set:
    """Columns most of whose cells beside the list have one of our styles, whatever their headings say."""
    rows = listing.entries[:STYLED_ROWS]
    others = _other_lists(grid, listing)
    found: Set = {}
    filled = _filled_columns(grid, listing)
    # a column of remarks may be empty, but then it has a heading or stands among those that are not
    likely = {near for column in filled for near in (column - 1, column, column + 1)} | titles.keys()
    for column in sorted(likely):
        if not 1 <= column <= grid.last_column or column == listing.column or column in taken:
            continue
        votes = Counter(field_of_style(grid.style(row, column)) for row in rows)
        name, count = max(((f, n) for f, n in votes.items() if f), key=lambda item: item[1], default=(None, 0))
        if name is None or name in found or _is_beyond(others, listing, column):
            continue
        if any(value.formula is not None for value in _column(grid, listing, column).values()):
            continue
        # the remark column is mostly empty, and known by its formatting all the same
        plain = [row for row in rows if field_of_style(grid.style(row, column)) is None]
        if count > sum(not grid.is_empty(Area(row, column, row, column)) for row in plain):
            found[name] = column
    return found


def _by_marks(grid: Grid, listing: Listing, keys: Mapping[int, str]) -> Set:
    """Six columns side by side the last of which holds marks of these very rows: a list without headings."""
    for column in _filled_columns(grid, listing):
        if column < len(FIELDS):
            continue
        marks = _marks(grid, listing, column)
        found: Set = dict(zip(FIELDS, range(column - len(FIELDS) + 1, column + 1), strict=True))
        if (
            any(mark.row == keys.get(row) for row, mark in marks.items())
            and listing.column not in found.values()
            and _holds_only_ours(grid, listing, found)
        ):
            return found
    return {}


def _earlier(grid: Grid, listing: Listing, titles: Mapping[int, str]) -> Set:
    """The set that the buttons of earlier versions wrote: whole, and with nothing in it that is not theirs."""
    sets: list[Set] = []
    for column, text in sorted(titles.items()):
        name = field_of_earlier(text)
        if name is not None and column > listing.column:
            if not sets or name in sets[-1]:
                sets.append({})
            sets[-1][name] = column
    others = _other_lists(grid, listing) if sets else ()
    for found in sets:
        whole = len(found) == len(EARLIER_FIELDS) and not _is_beyond(others, listing, min(found.values()))
        if whole and _holds_only_ours(grid, listing, found):
            return found
    return {}


def _holds_only_ours(grid: Grid, listing: Listing, found: Set) -> bool:
    """Whether every cell of a set could be one that we wrote."""
    for name, column in found.items():
        for value in _column(grid, listing, column).values():
            if value.formula is not None or not (value.blank or _could_be(name, value)):
                return False
    return True


def _could_be(name: Field, value: Value) -> bool:
    if name == "band":
        return value.text.strip() in _BANDS
    if name in ("error", "model", "why"):
        return value.kind == "text"
    if value.number is None:
        return False
    if name == "score":
        # labels begin at 10: 1 to 5 is what people gave
        return value.number.is_integer() and value.number >= 10
    return name != "confidence" or 0 <= value.number <= 1


def _is_beyond(others: Iterable[int], listing: Listing, column: int) -> bool:
    """Whether another column of videos stands between the list and ``column``."""
    first, last = sorted((listing.column, column))
    return any(first < other < last for other in others)


def _keys(grid: Grid, listing: Listing) -> dict[int, str]:
    """What tells the rows apart, by their cells alone."""
    values = _column(grid, listing, listing.column, SAMPLED_ROWS)
    return {row: row_key(cell_sources(value), None) for row, value in values.items()}


def _marks(grid: Grid, listing: Listing, column: int) -> dict[int, Mark]:
    values = _column(grid, listing, column, SAMPLED_ROWS)
    found = {row: Mark.parse(value.text) for row, value in values.items()}
    return {row: mark for row, mark in found.items() if mark is not None}


def _column(grid: Grid, listing: Listing, column: int, most: int | None = None) -> dict[int, Value]:
    """The cells of a column in the rows of the list, or in the first ``most`` of them."""
    rows = listing.entries[:most]
    lines = grid.read(Area(rows[0], column, rows[-1], column))
    return {row: lines[row - rows[0]][0] for row in rows}
