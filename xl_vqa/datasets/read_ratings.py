"""From a file of ratings to one row per video and one entry per rating, losing nothing on the way.

What cannot be used stays as a problem of its row: a word that is no score, a video named nowhere, a total under
the table. Scores outside the scale are kept here; whether they count is decided in check.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xl_vqa.datasets.headers import is_summary, split_of
from xl_vqa.datasets.layout import FORMS, Layout, Wanted, find_layout
from xl_vqa.datasets.problems import Problem
from xl_vqa.datasets.scores import NotAScoreError, parse_score
from xl_vqa.errors import (
    RatingsEmptyError,
    RatingsEncryptedError,
    RatingsError,
    RatingsLockedError,
    RatingsNotFoundError,
    RatingsOptionError,
    RatingsSheetError,
    RatingsUnreadableError,
    RatingsVideoColumnError,
)
from xl_vqa.labels import Scale
from xl_vqa.tables.grid import Cell, Grid, TableError, cell_name
from xl_vqa.tables.read import chosen as chosen_sheets
from xl_vqa.tables.read import read_grids
from xl_vqa.video_names import clean

# Problems of single cells named in one row; more are only counted, a row of garbage needs no novel.
_NAMED_CELLS: Final = 5


@dataclass(slots=True)
class RatedRow:
    """One video of the source, or a row that could not be tied to one."""

    sheet: str
    row: int
    """Row in the sheet, from 1, as the spreadsheet shows it; the first one where many rows rate one video."""
    video: str
    """The cell as written, without quotes and spaces around; empty where nobody wrote a video."""
    content: str | None = None
    split: str | None = None
    mos: float | None = None
    sd: float | None = None
    ci95: float | None = None
    count: int | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader did that the user should know; words are in words.py under ``note_<code>``."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RatingTable:
    """Rows and ratings. Rating k is ``score[k]``, by rater ``raters[rater_of[k]]``, of row ``row_of[k]``."""

    path: Path
    form: str
    """wide, long, mos, or sheets (one sheet per rater)."""
    sheet: str
    columns: dict[str, list[str]]
    """The headers that were used, by what for."""
    rows: list[RatedRow]
    raters: list[str]
    raters_known: bool
    """False where ratings carry no rater: screening and correction by rater are impossible then."""
    row_of: npt.NDArray[np.int64]
    rater_of: npt.NDArray[np.int64]
    score: npt.NDArray[np.float64]
    notes: list[Note] = field(default_factory=list)
    uncalculated: int = 0
    """Formulas in the sheets that hold no result."""


def read_ratings(
    path: Path, scale: Scale, *, sheet: str | None = None, wanted: Wanted | None = None
) -> RatingTable:
    """Reads a workbook or text file of ratings.

    Without ``sheet`` the sheet with the most ratings is taken; sheets that each hold one score column over the
    same videos are taken together as one rater each.
    Raises RatingsNotFoundError, RatingsLockedError, RatingsEncryptedError, RatingsUnreadableError,
    RatingsSheetError, RatingsEmptyError, and the errors of layout.find_layout.
    """
    wanted = wanted or Wanted()
    if wanted.form is not None and wanted.form not in FORMS:
        problem = f"the form must be one of {', '.join(FORMS)}, not {wanted.form}"
        raise RatingsOptionError(path=str(path), source="--form", problem=problem)
    grids = _grids(path, sheet)
    layouts: list[Layout] = []
    failures: list[RatingsError] = []
    for grid in grids:
        try:
            layouts.append(find_layout(grid, scale, wanted, path))
        except RatingsError as error:
            failures.append(error)
    if not layouts:
        # a sheet with videos but no scores says more than a cover sheet without videos
        raise min(failures, key=lambda error: isinstance(error, (RatingsVideoColumnError, RatingsOptionError)))
    if (people := _sheets_of_raters(layouts)) is not None and wanted.form is None:
        chosen, form = people, "sheets"
    else:
        best = max(layouts, key=_size)
        chosen, form = [best], best.form
    reader = _Reader(path, form, scale)
    for layout in chosen:
        reader.add(layout)
    if not reader.rows:
        raise RatingsEmptyError(path=str(path), source=", ".join(layout.grid.name for layout in chosen))
    others = [grid.name for grid in grids if grid.name not in {layout.grid.name for layout in chosen}]
    if others:
        reader.notes.append(Note("other_sheets", {"sheets": ", ".join(others)}))
    return reader.table()


def _grids(path: Path, sheet: str | None) -> list[Grid]:
    """The sheets that may hold the ratings, none of them empty."""
    try:
        grids = read_grids(path)
    except TableError as error:
        raise _told(path, error) from error
    if sheet is not None and len(grids) == 1 and grids[0].name == path.name:
        raise RatingsSheetError(path=str(path), source=sheet, problem="problem_no_sheets")
    found = chosen_sheets(grids, sheet)
    if not found:
        raise RatingsSheetError(path=str(path), source=sheet, problem=", ".join(grid.name for grid in grids))
    if all(grid.empty for grid in found):
        raise RatingsEmptyError(path=str(path), source=", ".join(grid.name for grid in found))
    return [grid for grid in found if not grid.empty]


def _told(path: Path, error: TableError) -> RatingsError:
    name = str(path)
    if error.problem == "problem_no_such_file":
        return RatingsNotFoundError(path=name)
    if error.problem == "problem_no_permission":
        return RatingsLockedError(path=name, problem=error.detail)
    if error.problem == "problem_password":
        return RatingsEncryptedError(path=name)
    if error.problem == "problem_no_rows":
        return RatingsEmptyError(path=name, source=error.detail)
    return RatingsUnreadableError(path=name, problem=error.problem, detail=error.detail)


def _size(layout: Layout) -> int:
    return (len(layout.grid.rows) - layout.first) * max(1, len(layout.scores))


def _sheets_of_raters(layouts: Sequence[Layout]) -> list[Layout] | None:
    """The sheets, where each is one rater's: two or more with one score column, about the same videos."""
    single = [layout for layout in layouts if layout.single_scores]
    if len(single) < 2:
        return None
    videos = [{_key(layout.grid.cell(i, layout.video)) for i in _data_rows(layout)} - {""} for layout in single]
    everything = set().union(*videos)
    shared = sum(len(own) for own in videos)
    # disjoint sheets would be parts of one list, each video rated by one unknown person
    return single if everything and shared >= 1.5 * len(everything) else None


def _data_rows(layout: Layout) -> Iterator[int]:
    """Indices of the rows that hold something and do not repeat the header (as prints over many pages do)."""
    header = layout.grid.rows[layout.header_rows[0]] if layout.header_rows else None
    for index in range(layout.first, len(layout.grid.rows)):
        cells = layout.grid.rows[index]
        if cells and not (header is not None and cells == header):
            yield index


def _key(cell: Cell) -> str:
    """A video cell for comparing: quotes of "copy as path" removed, one Unicode form (macOS writes another)."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", clean(str(cell)))


class _Reader:
    """Collects rows and ratings over one or more layouts of the same form."""

    def __init__(self, path: Path, form: str, scale: Scale) -> None:
        self.path, self.form, self.scale = path, form, scale
        self.rows: list[RatedRow] = []
        self.raters: dict[str, int] = {}
        self.row_of: list[int] = []
        self.rater_of: list[int] = []
        self.score: list[float] = []
        self.notes: list[Note] = []
        self.by_video: dict[str, int] = {}
        self.layouts: list[Layout] = []
        self.raters_known = True

    def add(self, layout: Layout) -> None:
        self.layouts.append(layout)
        if layout.form == "long":
            self._long(layout)
        elif layout.form == "mos":
            self._mos(layout)
        elif self.form == "sheets":
            self._sheet(layout)
        else:
            self._wide(layout)

    # -- forms -----------------------------------------------------------------------------------------------

    def _wide(self, layout: Layout) -> None:
        full = [layout.name(column) for column in layout.scores]
        # "評価者/佐藤" under a merged header is 佐藤, as long as that tells the raters apart
        short = [name.rsplit("/", 1)[-1] for name in full]
        names = short if len(set(short)) == len(short) else full
        raters = [(column, self._rater(name, column)) for column, name in zip(layout.scores, names, strict=True)]
        contents = self._contents(layout)
        for index in _data_rows(layout):
            item = self._row(layout, index, contents)
            self.rows.append(item)
            if _is_summary_row(item):
                continue
            for column, rater in raters:
                value = self._value(item, layout.grid, index, column)
                if value is not None:
                    self._rate(len(self.rows) - 1, rater, value)
            if layout.mos is not None:
                item.mos = self._number(layout, index, layout.mos)

    def _mos(self, layout: Layout) -> None:
        assert layout.mos is not None
        self.raters_known = False
        contents = self._contents(layout)
        for index in _data_rows(layout):
            item = self._row(layout, index, contents)
            self.rows.append(item)
            if _is_summary_row(item):
                continue
            item.mos = self._value(item, layout.grid, index, layout.mos)
            item.sd = self._number(layout, index, layout.sd)
            item.ci95 = self._number(layout, index, layout.ci)
            count = self._number(layout, index, layout.count)
            if count is not None and count >= 0 and float(count).is_integer():
                item.count = int(count)

    def _long(self, layout: Layout) -> None:
        column = layout.scores[0]
        contents = self._contents(layout)
        videos = self._filled_down(layout, layout.video, needs=column)
        self.raters_known = self.raters_known and layout.rater is not None
        seen: dict[int, int] = {}
        for index in _data_rows(layout):
            # a row of its own first; where the video is known already, what it brings goes to the known row
            item = self._row(layout, index, contents, videos)
            position = self._same_video(item)
            known = self.rows[position]
            if _is_summary_row(known):
                continue
            value = self._value(known, layout.grid, index, column)
            if value is None:
                continue
            name = _key(layout.grid.cell(index, layout.rater)) if layout.rater is not None else ""
            if not name:
                # nameless ratings of one video are by different people
                seen[position] = seen.get(position, 0) + 1
                name = f"#{seen[position]}"
            self._rate(position, self._rater(name), value)

    def _sheet(self, layout: Layout) -> None:
        column = layout.scores[0]
        contents = self._contents(layout)
        rater = self._rater(layout.grid.name)
        for index in _data_rows(layout):
            item = self._row(layout, index, contents)
            position = self._same_video(item)
            if _is_summary_row(self.rows[position]):
                continue
            value = self._value(self.rows[position], layout.grid, index, column)
            if value is not None:
                self._rate(position, rater, value)

    # -- pieces ----------------------------------------------------------------------------------------------

    def _row(
        self, layout: Layout, index: int, contents: dict[int, Cell], videos: dict[int, Cell] | None = None
    ) -> RatedRow:
        cell = videos[index] if videos is not None else layout.grid.cell(index, layout.video)
        content = _key(contents.get(index)) or None
        split = split_of(layout.grid.cell(index, layout.split)) if layout.split is not None else None
        item = RatedRow(layout.grid.name, index + 1, _key(cell), content, split)
        if not item.video:
            item.problems.append(Problem("no_video_path"))
        elif is_summary(item.video):
            item.problems.append(Problem("summary_row", {"text": item.video}))
        return item

    def _same_video(self, item: RatedRow) -> int:
        """The row of the item's video: the one that is there already, else the item itself."""
        position = self.by_video.get(item.video) if item.video else None
        if position is None:
            self.rows.append(item)
            position = len(self.rows) - 1
            if item.video:
                self.by_video[item.video] = position
            return position
        known = self.rows[position]
        known.split = known.split or item.split
        if known.content is None:
            known.content = item.content
        elif item.content is not None and item.content != known.content:
            problem = Problem("conflicting_content", {"first": known.content, "second": item.content})
            if problem not in known.problems:
                known.problems.append(problem)
        return position

    def _contents(self, layout: Layout) -> dict[int, Cell]:
        return self._filled_down(layout, layout.content, needs=layout.video) if layout.content is not None else {}

    def _filled_down(self, layout: Layout, column: int, needs: int) -> dict[int, Cell]:
        """The cells of a column by row, where gaps below a value mean "the same" if they are many.

        Saving as CSV leaves merged cells blank but the first, and people leave them blank by hand.
        """
        grid = layout.grid
        cells = {index: grid.cell(index, column) for index in _data_rows(layout)}
        counted = [index for index in cells if grid.cell(index, needs) is not None]
        blank = [index for index in counted if cells[index] is None]
        if not counted or len(blank) < 0.3 * len(counted) or cells[counted[0]] is None:
            return cells
        last: Cell = None
        for index, cell in cells.items():
            if cell is not None:
                last = cell
            elif grid.cell(index, needs) is not None:
                cells[index] = last
        self.notes.append(Note("filled_down", {"column": layout.name(column), "count": len(blank)}))
        return cells

    def _rater(self, name: str, column: int | None = None) -> int:
        if column is not None and name in self.raters:
            # two columns with one header are two people
            name = f"{name} ({cell_name(0, column)[:-1]})"
        return self.raters.setdefault(name, len(self.raters))

    def _rate(self, row: int, rater: int, value: float) -> None:
        self.row_of.append(row)
        self.rater_of.append(rater)
        self.score.append(value)

    def _value(self, item: RatedRow, grid: Grid, row: int, column: int) -> float | None:
        try:
            return parse_score(grid.cell(row, column), self.scale)
        except NotAScoreError as error:
            named = sum(problem.code == "text_score" for problem in item.problems)
            where = cell_name(row, column)
            if named < _NAMED_CELLS:
                item.problems.append(Problem("text_score", {"cell": where, "text": _short(str(error))}))
            elif item.problems[-1].code == "more_text_scores":
                item.problems[-1] = Problem("more_text_scores", {"count": item.problems[-1].params["count"] + 1})
            else:
                item.problems.append(Problem("more_text_scores", {"count": 1}))
            return None

    def _number(self, layout: Layout, row: int, column: int | None) -> float | None:
        """A number beside the scores (SD, count); what is none there is no loss for the label."""
        if column is None:
            return None
        cell = layout.grid.cell(row, column)
        try:
            # "±0.21" and "24人" are how people write intervals and counts
            return parse_score(cell.strip().strip("±人名") if isinstance(cell, str) else cell, self.scale)
        except NotAScoreError:
            return None

    def table(self) -> RatingTable:
        row_of = np.asarray(self.row_of, dtype=np.int64)
        rater_of = np.asarray(self.rater_of, dtype=np.int64)
        score = np.asarray(self.score, dtype=np.float64)
        row_of, rater_of, score = self._averaged_repeats(row_of, rater_of, score)
        first = self.layouts[0]
        ignored = [first.name(column) for column in first.ignored]
        if ignored:
            self.notes.append(Note("ignored_columns", {"columns": ", ".join(ignored)}))
        return RatingTable(
            path=self.path,
            form=self.form,
            sheet=", ".join(layout.grid.name for layout in self.layouts),
            columns=_columns(first, self.form),
            rows=self.rows,
            raters=list(self.raters),
            raters_known=self.raters_known and bool(self.raters),
            row_of=row_of,
            rater_of=rater_of,
            score=score,
            notes=self.notes,
            uncalculated=sum(layout.grid.uncalculated for layout in self.layouts),
        )

    def _averaged_repeats(
        self, row_of: npt.NDArray[np.int64], rater_of: npt.NDArray[np.int64], score: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """One rating per rater and video: a rater who rated a video twice counts once, by the mean."""
        if not score.size:
            return row_of, rater_of, score
        pair = row_of * max(len(self.raters), 1) + rater_of
        unique, first, place, counts = np.unique(pair, return_index=True, return_inverse=True, return_counts=True)
        if len(unique) == len(pair):
            return row_of, rater_of, score
        names = list(self.raters)
        for k in np.flatnonzero(counts > 1):
            params = {"rater": names[rater_of[first[k]]], "count": int(counts[k])}
            self.rows[int(row_of[first[k]])].problems.append(Problem("repeated_rating", params))
        mean = np.round(np.bincount(place, weights=score) / counts, 9)
        return row_of[first], rater_of[first], mean


def _is_summary_row(item: RatedRow) -> bool:
    return any(problem.code == "summary_row" for problem in item.problems)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def _columns(layout: Layout, form: str) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {"video": [layout.name(layout.video)]}
    for purpose, column in (
        ("rater", layout.rater),
        ("mos", layout.mos),
        ("sd", layout.sd),
        ("raters", layout.count),
        ("ci95", layout.ci),
        ("content", layout.content),
        ("split", layout.split),
    ):
        if column is not None:
            used[purpose] = [layout.name(column)]
    if form != "mos":
        used["score"] = [layout.name(column) for column in layout.scores]
    return used
