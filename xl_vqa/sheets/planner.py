"""Where the scores of a list stand, or will stand: the one planner of every front end.

A set of columns is written whole. What is known is gone on with: columns headed "VQA ..." of this list, wherever
they were moved; columns of ours whose headings were renamed or never were, by cell styles and by the marks of
their scores; and the unprefixed set of earlier versions of the buttons, where all five of its columns are there
and hold nothing that is not ours. Everything else is the user's: new columns are free ones, and a user's heading
stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.columns import FIELDS, NEEDED, Field, field_of_heading, heading
from xl_vqa.sheets.folders import folders_beside
from xl_vqa.sheets.grid import Grid, Table, Value
from xl_vqa.sheets.known_columns import STYLED_ROWS, Set, known_columns, titles_of
from xl_vqa.sheets.listing import Listing
from xl_vqa.sheets.marks import Mark, Score, row_key
from xl_vqa.sheets.rows import PlannedRow, selected_row
from xl_vqa.words.errors import SelectionError


@dataclass(frozen=True, slots=True)
class Columns:
    """``known`` are columns of an earlier run by field, ``new`` those still to be made."""

    known: Mapping[Field, int]
    new: Mapping[Field, int] = field(default_factory=dict)
    number: int = 1
    """Of the set that the new ones belong to: "VQA score 2" is of the second."""
    grows: Table | None = None
    """The table that the new columns widen."""
    outside: Table | None = None
    """The table that the new columns stand outside of, for want of room."""

    @property
    def all(self) -> dict[Field, int]:
        return {**self.known, **self.new}

    def headings(self, language: str) -> dict[Field, str]:
        """What the new columns are headed."""
        return {name: heading(name, language, self.number) for name in self.new}


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A list, the columns beside it, and its rows with the scores that stand there."""

    listing: Listing
    columns: Columns
    rows: tuple[PlannedRow, ...]
    before: Mapping[int, tuple[Value, ...]] = field(default_factory=dict, repr=False)
    """What stands in the columns of each row, in the order of ``columns.all``."""
    titles: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Headings of the list and of the columns that are known."""

    @property
    def area(self) -> Area:
        """From the headings to the end of the list, over the columns that are new."""
        columns = self.columns.new.values() or self.columns.all.values()
        return Area(self.listing.first_row, min(columns), self.listing.bottom, max(columns))

    def filled(self, rows: Sequence[PlannedRow]) -> int:
        """Cells that hold something now and are written over with the results of ``rows``."""
        return sum(not value.blank or value.formula is not None for row in rows for value in self.before[row.row])


def plan_sheet(
    grid: Grid,
    listing: Listing,
    rows: Sequence[PlannedRow],
    *,
    elsewhere: bool = False,
    promised: Sequence[Area] = (),
    find_texts: bool = False,
    reasons: Sequence[Field] = (),
) -> SheetPlan:
    """Finds or places the columns of ``rows`` and reads what stands in them.

    ``elsewhere`` makes a new set in free columns whatever is known, and leaves that as it is. ``promised`` are
    areas that another list on the sheet is about to take. ``reasons`` are columns that are wanted beside those of
    every set (``columns.REASONS``). ``find_texts`` goes on with the texts that an earlier
    run rated against, where its marks tell their column. Raises SelectionError
    where the sheet has no free columns left.
    """
    columns = plan_columns(
        grid,
        listing,
        {row.row: row.key for row in rows},
        elsewhere=elsewhere,
        promised=promised,
        reasons=reasons,
    )
    before = contents_beside(grid, columns, (row.row for row in rows))
    places = {name: place for place, name in enumerate(columns.all)}
    known = columns.known.keys()

    def score(row: int) -> Score | None:
        value = before[row][places["score"]] if "score" in known else None
        if value is None or value.number is None:
            return None
        return Score(value.number, Mark.parse(before[row][places["model"]].text) if "model" in known else None)

    def lacks(row: int) -> bool:
        return any(name not in known or before[row][places[name]].blank for name in reasons)

    scored = tuple(replace(row, score=score(row.row), lacks=lacks(row.row)) for row in rows)
    if find_texts:
        scored = _with_texts(grid, listing, columns, scored)
    ours = {listing.column, *columns.known.values()}
    titles = {column: text for column, text in titles_of(grid, listing).items() if column in ours}
    return SheetPlan(listing, columns, scored, before, titles)


def plan_columns(
    grid: Grid,
    listing: Listing,
    keys: Mapping[int, str],
    *,
    elsewhere: bool = False,
    promised: Sequence[Area] = (),
    reasons: Sequence[Field] = (),
) -> Columns:
    """The columns of a list; ``keys`` tell its rows apart (``PlannedRow.key``). Raises SelectionError
    where the sheet has no free columns left."""
    if not listing.entries:
        return Columns({})
    titles = titles_of(grid, listing)
    known = {} if elsewhere else known_columns(grid, listing, titles, keys)
    wanted = (*(NEEDED if "score" in known else FIELDS), *reasons)
    missing: tuple[Field, ...] = tuple(f for f in wanted if f not in known)
    if not missing:
        return Columns(known)
    number = _number(listing, missing, titles, known, elsewhere=elsewhere)
    return _placed(_Room(grid, promised), listing, known, missing, number)


def selected_rows(grid: Grid, listing: Listing, book: str) -> list[PlannedRow]:
    """The rows of a selection, as they stand there. ``book`` names the workbook in errors."""
    first, last = listing.rows[0], listing.rows[-1]
    area = Area(first, listing.column, last, listing.column)
    cells, links, folders = grid.read(area), grid.links(area), folders_beside(grid, listing)
    return [
        selected_row(
            row,
            listing.column,
            cells[row - first][0],
            links.get((row, listing.column)),
            book,
            folders.get(row, ""),
        )
        for row in listing.rows
    ]


def contents_beside(grid: Grid, columns: Columns, rows: Iterable[int]) -> dict[int, tuple[Value, ...]]:
    """What stands in the columns, by row, in the order of ``columns.all``."""
    wanted = sorted(rows)
    if not wanted:
        return {}
    read = [grid.read(Area(wanted[0], column, wanted[-1], column)) for column in columns.all.values()]
    return {row: tuple(lines[row - wanted[0]][0] for lines in read) for row in wanted}


def _with_texts(
    grid: Grid, listing: Listing, columns: Columns, rows: tuple[PlannedRow, ...]
) -> tuple[PlannedRow, ...]:
    """The rows with the texts they were rated against: those of a column with which marks fit that fit no row
    without a text."""
    odd = [row for row in rows if row.score and row.score.mark and row.score.mark.row not in row.keys]
    votes: Counter[int] = Counter()
    for row in odd[:STYLED_ROWS]:
        assert row.score is not None
        assert row.score.mark is not None
        (line,) = grid.read(Area(row.row, 1, row.row, grid.last_column))
        for column, value in enumerate(line, 1):
            if value.kind == "text" and row.score.mark.row == row_key(row.sources, value.text.strip()):
                votes[column] += 1
    if not votes:
        return rows
    column = votes.most_common(1)[0][0]
    first, last = rows[0].row, rows[-1].row
    cells = [line[0] for line in grid.read(Area(first, column, last, column))]
    texts = {row.row: cells[row.row - first] for row in rows}
    return tuple(
        replace(row, text=texts[row.row].text.strip() or None) if texts[row.row].kind == "text" else row
        for row in rows
    )


# -- what is made


def _placed(room: _Room, listing: Listing, known: Set, missing: Sequence[Field], number: int) -> Columns:
    table, count = listing.table, len(missing)
    grows = outside = None
    if table is not None:
        start = table.area.last_column + 1
        top, bottom = min(listing.first_row, table.area.first_row), max(listing.bottom, table.area.last_row)
        if table.plain and room.is_free(Area(top, start, bottom, start + count - 1)):
            grows = table
        else:
            outside = table
            # a gap, or Excel would take the columns into the table at the next typing beside it
            start = room.first_free(top, bottom, start + 1, count)
    else:
        start = max(listing.column, *known.values(), 0) + 1
        start = room.first_free(listing.first_row, listing.bottom, start, count)
    new: Set = dict(zip(missing, range(start, start + count), strict=True))
    return Columns(known, new, number, grows, outside)


def _number(
    listing: Listing, missing: Sequence[Field], titles: Mapping[int, str], known: Set, *, elsewhere: bool
) -> int:
    """Of the new columns' set: the known one's, or the first that no heading here has (a table's names must
    differ,
    and of two sets of one list the later is the one to go on with)."""
    headed = {column: field_of_heading(text) for column, text in titles.items()}
    beside = [item.number for column, item in headed.items() if item is not None and column in known.values()]
    if beside and not elsewhere:
        return max(beside)
    used = [item.number for item in headed.values() if item is not None and item.field in missing]
    clash = elsewhere or listing.table is not None
    return max(used, default=0) + 1 if clash else 1


@dataclass(frozen=True, slots=True)
class _Room:
    """Where something may be written: cells that are empty and not ``promised``."""

    grid: Grid
    promised: Sequence[Area]

    def is_free(self, area: Area) -> bool:
        return (
            area.last_column <= self.grid.max_column
            and self.grid.is_empty(area)
            and not self.grid.is_blocked(area)
            and not any(area.overlaps(table.area) for table in self.grid.tables())
            and not any(area.overlaps(other) for other in self.promised)
        )

    def first_free(self, top: int, bottom: int, start: int, count: int) -> int:
        """The first of ``count`` columns side by side, from ``start`` on, that hold nothing in these rows."""
        run = 0
        for column in range(start, self.grid.max_column + 1):
            run = run + 1 if self.is_free(Area(top, column, bottom, column)) else 0
            if run == count:
                return column - count + 1
        raise SelectionError(problem="problem_no_room")
