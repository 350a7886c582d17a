"""Where a list of videos begins and ends, and where its headings are, from the cells of its column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.columns import EARLIER_FIELDS, field_of_earlier, field_of_heading
from xl_vqa.sheets.grid import Grid, Table, Value
from xl_vqa.words.video_names import ends_like_a_file, is_video_name

HEADING_SEARCH_ROWS: Final = 200
"""Rows above a list in which its heading is looked for."""
_SUMMARY_WORDS: Final = frozenset("total subtotal sum average mean 合計 計 小計 総計 平均".split())
_LIST_HEADINGS: Final = frozenset(
    "video videos videopath videopaths videofile videofiles videofilename path paths filepath fullpath file files "
    "filename filenames clip clips clippath clipfile movie moviepath moviefile 動画 動画パス 動画のパス "
    "動画ファイル 動画ファイル名 動画ファイルパス 動画名 ファイル ファイル名 "
    "ファイルパス ファイルのパス パス フルパス 映像 "
    "映像ファイル 映像パス ビデオ ビデオファイル クリップ ムービー 格納先 保存先".split()
)


@dataclass(frozen=True, slots=True)
class Listing:
    """``entries`` are the rows of the whole list, those with something in them; ``rows`` those of them that are
    meant. Where ``table`` has no header row, its columns still have names."""

    column: int
    heading_row: int | None
    entries: tuple[int, ...]
    rows: tuple[int, ...]
    table: Table | None = None

    @property
    def top(self) -> int:
        return self.entries[0] if self.entries else 1

    @property
    def bottom(self) -> int:
        return self.entries[-1] if self.entries else 1

    @property
    def heading_place(self) -> int | None:
        """The row for our headings: the list's own, or one above the data; none where the data begin at row 1."""
        if self.table is not None and self.table.header_rows == 0:
            return None
        if self.heading_row is not None:
            return self.heading_row
        return self.top - 1 if self.top > 1 else None

    @property
    def first_row(self) -> int:
        """The first row of the list with its headings."""
        return min(self.heading_place or self.top, self.top)


def find_selections(grid: Grid, areas: Iterable[Mapping[int, Iterable[int]]]) -> list[Listing]:
    """The lists that several selected areas belong to, each once; an area is its rows by column."""
    found: dict[tuple[int, int], Listing] = {}
    for area in areas:
        listing = find_selected(grid, area)
        if listing is not None:
            place = listing.column, listing.top
            before = found[place].rows if place in found else ()
            found[place] = replace(listing, rows=tuple(sorted({*before, *listing.rows})))
    return list(found.values())


def find_selected(grid: Grid, cells: Mapping[int, Iterable[int]]) -> Listing | None:
    """The list that selected cells belong to: ``cells`` are rows by column. None where no video stands in them.

    The column with the most videos counts, of equals the leftmost. ``rows`` are the selected ones: their other
    texts are taken too, so that a misspelt path gets its error, but neither headings nor totals.
    """
    columns: dict[int, dict[int, Value]] = {}
    for column, rows in sorted(cells.items()):
        chosen = sorted(rows)
        if chosen:
            below = grid.read(Area(chosen[0], column, chosen[-1], column))
            columns[column] = {row: below[row - chosen[0]][0] for row in chosen}
    paths = {column: _paths(grid, column, values) for column, values in columns.items()}
    best = max(paths, key=lambda c: (len(paths[c]), -c), default=0)
    if not best or not paths[best]:
        only = [
            c for c, values in columns.items() if any(v.kind == "text" and not v.blank for v in values.values())
        ]
        if len(only) != 1:
            return None
        best = only[0]
    listed = find_list(grid, best, min(paths[best], default=0))
    wanted = tuple(row for row in listed.rows if row in columns[best])
    return replace(listed, rows=wanted) if wanted else None


def find_list(grid: Grid, column: int, first: int = 0, heading: int | None = None) -> Listing:
    """The list around row ``first`` of a column, which names a video (0: its first one, or a column of names
    without endings). ``heading`` is the row of its heading where that is known."""
    values = {row: line[0] for row, line in enumerate(grid.read(Area(1, column, grid.last_row, column)), 1)}
    begin = (heading or 0) + 1
    filled = [row for row, value in values.items() if not value.blank and row >= begin]
    paths = _paths(grid, column, values)
    first = first or next((row for row in filled if row in paths), 0) or next(iter(filled), 1)
    table = table_at(grid.tables(), first, column)
    if table is not None:
        heading = table.area.first_row if table.header_rows else None
        begin = table.first_data_row
    elif grid.filter_area is not None and grid.filter_area.holds(first, column):
        # the row with the filter buttons is the heading, whatever is written in it
        heading = grid.filter_area.first_row
    elif heading is None:
        heading = _heading_above(grid, values, paths, first) if first in paths else _known_heading(values, filled)
    begin = begin if table is not None else (heading or 0) + 1
    text = values[heading].text if heading is not None else ""
    rows = entries([r for r in filled if r >= begin], values.__getitem__, text, table, paths.__contains__)
    return Listing(column, heading, rows, rows, table)


def heads_list(text: str) -> bool:
    """Whether a text is what people write above a list of videos, even where no path stands below."""
    return squash(text) in _LIST_HEADINGS


def table_at(tables: Sequence[Table], row: int, column: int) -> Table | None:
    return next((table for table in tables if table.area.holds(row, column)), None)


def names_video(value: Value) -> bool:
    """Whether the cell or its HYPERLINK formula ends like a video file."""
    return (value.kind == "text" and is_video_name(value.text)) or is_video_name(value.link)


def _paths(grid: Grid, column: int, values: Mapping[int, Value]) -> set[int]:
    """The rows of a column whose cell, or a link on it, names a video."""
    links = grid.links(Area(min(values), column, max(values), column))
    return {row for row, value in values.items() if names_video(value) or is_video_name(links.get((row, column)))}


def entries(
    filled: Sequence[int],
    value: Callable[[int], Value],
    heading: str,
    table: Table | None,
    is_path: Callable[[int], bool],
) -> tuple[int, ...]:
    """Of the filled rows below a heading, those of the list: to the last path, and on while cells are filled, so
    that notes further down stay out; without totals, and without the heading again (a second page)."""
    like = [row for row in filled if is_path(row)]
    if like:
        last, present = like[-1], set(filled)
        while last + 1 in present:
            last += 1
        filled = [row for row in filled if row <= last]
    title = squash(heading)
    return tuple(
        row
        for row in filled
        if not (table is not None and table.last_data_row < row <= table.area.last_row)
        and not _is_no_entry(value(row), title)
    )


def squash(text: str) -> str:
    """For comparing: one width, one case, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _is_no_entry(value: Value, heading: str) -> bool:
    if is_video_name(value.text):
        return False
    squashed = squash(value.text)
    return squashed in _SUMMARY_WORDS or (squashed != "" and squashed == heading)


def _heading_above(grid: Grid, values: Mapping[int, Value], paths: set[int], first: int) -> int | None:
    """The nearest text above that is no entry of the list; one with columns of ours beside it before others."""
    candidates: list[int] = []
    top = first
    ended = False
    for row in range(first - 1, 0, -1):
        value = values[row]
        if top - row > HEADING_SEARCH_ROWS:
            break
        if row in paths:
            top, ended = row, False
        elif not value.blank and not ended:
            found = row
            if value.kind not in ("text", "uncomputed"):
                # a number is an entry where paths, or a heading that says so, go on above it; else the end
                found = _known_above(values, row)
                ended = True
            elif ends_like_a_file(value.text.strip()):
                # so is a name with the ending of another file, which heads nothing where such a heading stands
                found = _known_above(values, row) or row
            if found and row - 1 not in paths:
                # right below a path it would be a misspelt entry
                candidates.append(found)
                ended = True
    return next((row for row in candidates if _has_our_columns(grid, row)), next(iter(candidates), None))


def _known_above(values: Mapping[int, Value], row: int) -> int:
    """The heading of a list that begins with other things than paths down to ``row``; 0 where there is none."""
    while row > 1 and not values[row - 1].blank:
        row -= 1
        if values[row].kind == "text" and heads_list(values[row].text):
            return row
    return 0


def _known_heading(values: Mapping[int, Value], filled: Sequence[int]) -> int | None:
    """The heading of names without endings: the last cell of a list heads nothing."""
    return next((row for row in filled[:-1][:HEADING_SEARCH_ROWS] if heads_list(values[row].text)), None)


def _has_our_columns(grid: Grid, row: int) -> bool:
    texts = [value.text for value in grid.read(Area(row, 1, row, grid.last_column))[0] if value.kind == "text"]
    earlier = {field_of_earlier(text) for text in texts} - {None}
    return any(map(field_of_heading, texts)) or len(earlier) == len(EARLIER_FIELDS)
