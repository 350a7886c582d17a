"""The cells of laid-out sheets as rows and ratings, losing nothing on the way.

What cannot be used stays as a problem of its row: a word that is no score, a video named nowhere, a total under
the table. Scores outside the scale are kept here; whether they count is decided in check.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.datasets.headers import Role, is_summary, normal, role_of, split_of
from xl_vqa.datasets.interpretation import interpret
from xl_vqa.datasets.problems import Problem
from xl_vqa.datasets.rater_names import one_spelling, people_of
from xl_vqa.datasets.rating_table import Note, RatedRow, RatingTable
from xl_vqa.datasets.scores import (
    NotAScoreError,
    asterisks_are_notes,
    commas_part_scores,
    interval_of,
    is_asterisks,
    is_two_scores,
    parse_score,
    states_end,
)
from xl_vqa.datasets.sheet_layout import Layout, headers_used
from xl_vqa.datasets.votes import mean_of_weights, means_of_votes, vote_of
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.tables.grid import Cell, Grid, column_letters
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason
from xl_vqa.words.video_names import clean, could_name_a_file, is_video_name

# Problems of single cells named in one row; more are only counted, a row of garbage needs no novel.
_NAMED_CELLS: Final = 5
_LIST_OF_ONE: Final = re.compile(r"""\[\s*["']([^"'\[\]]+)["']\s*\]""")
"""A video as programs for experiments in a browser write it: ["clips/a.mp4"]."""


def data_rows(layout: Layout) -> Iterator[int]:
    """Indices of the rows that hold something and do not repeat the header (as prints over many pages do)."""
    header = layout.grid.rows[layout.header_rows[0]] if layout.header_rows else None
    for index in range(layout.first, len(layout.grid.rows)):
        cells = layout.grid.rows[index]
        if not cells or (header is not None and cells == header):
            continue
        if (
            layout.attribute is not None
            and quality_cell(layout.grid.cell(index, layout.attribute)) != layout.quality
        ):
            # a row about another quality
            continue
        yield index


def quality_cell(cell: Cell) -> str:
    """The name of a quality as the question and the choice know it."""
    return " ".join(str(cell).split()) if cell is not None else ""


def video_key(cell: Cell) -> str:
    """A video cell for comparing: quotes of "copy as path" removed, one Unicode form (macOS writes another)."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    if one := _LIST_OF_ONE.fullmatch(text.strip()):
        text = one[1]
    return unicodedata.normalize("NFC", clean(text))


class RowReader:
    """Collects rows and ratings over one or more layouts of the same form.

    ``tests`` says that the layouts are tests of their own: a rater called "Subject 1" in two of them is two
    people, one called 佐藤 is one.
    """

    def __init__(self, path: Path, form: str, scale: Scale, wanted: Wanted, tests: bool = False) -> None:
        self.path, self.form, self.scale, self.wanted, self.tests = path, form, scale, wanted, tests
        self.rows: list[RatedRow] = []
        self.raters: dict[str, int] = {}
        self.row_of: list[int] = []
        self.rater_of: list[int] = []
        self.score: list[float] = []
        self.notes: list[Note] = []
        self.by_video: dict[str, int] = {}
        self.layouts: list[Layout] = []
        self.raters_known = True
        self.unread: Counter[str] = Counter()
        """Texts that stood where a score should, and are none."""
        self.named_files = True
        self.commas_part = False
        """Among whole scores "4,3" is two scores rather than a decimal."""
        self.asterisks_note = False
        """Among numbers "*" points to a note."""
        self.spelling: dict[str, str] = {}
        """Names of raters in rows, as they were first written."""
        self.end_stated = False
        """Scores were written with the end of the scale ("3/5")."""

    def add(self, layout: Layout) -> None:
        self.layouts.append(layout)
        scores = [layout.mos] if layout.mos is not None else layout.scores
        cells = [layout.grid.cell(row, column) for row in data_rows(layout) for column in scores]
        self.commas_part = commas_part_scores(cells, self.scale)
        self.asterisks_note = asterisks_are_notes(cells)
        if layout.folder is not None:
            self.notes.append(Note("folder_joined", {"column": layout.name(layout.folder)}))
        # where the others name files, a cell that names none and speaks of a mean is a total
        self.named_files = layout.columns.profiles[layout.video].video_names >= 0.5
        if layout.form == "long":
            self._long(layout)
        elif layout.form == "mos":
            self._mos(layout)
        elif layout.form == "votes":
            self._votes(layout)
        elif self.form == "sheets":
            self._sheet(layout)
        else:
            self._wide(layout)

    # -- forms -----------------------------------------------------------------------------------------------

    def _judged(self, layout: Layout) -> Iterator[tuple[int, RatedRow]]:
        """Every row is kept; those that sum up others ("Mean of raters") are not for reading scores from."""
        contents = self._contents(layout)
        for index in data_rows(layout):
            item = self._row(layout, index, contents)
            self.rows.append(item)
            if index in layout.not_counted and not item.no_video:
                item.problems.append(_not_counted(layout, index))
            if not item.no_video:
                yield index, item

    def _wide(self, layout: Layout) -> None:
        headers = [layout.name(column) for column in layout.scores]
        full = people_of(headers)
        again = len(set(full)) < len(set(headers))
        # "評価者/佐藤" under a merged header is 佐藤, as long as that tells the raters apart
        short = [name.rsplit("/", 1)[-1] for name in full]
        names = short if len(set(short)) == len(short) else full
        people: dict[int, str] = {}
        for column, name in zip(layout.scores, names, strict=True):
            own = self._person(name, layout)
            # two columns with one header are two people
            twice = own in people.values() and not (again and full.count(own) > 1)
            people[column] = f"{own} ({column_letters(column)})" if twice else own
        raters = [(column, self._rater(name)) for column, name in people.items()]
        for index, item in self._judged(layout):
            for column, rater in raters:
                value = self._value(item, layout.grid, index, column)
                if value is not None:
                    self._rate(len(self.rows) - 1, rater, value)
            if layout.mos is not None:
                item.mos = self._number(layout, index, layout.mos)

    def _votes(self, layout: Layout) -> None:
        self.raters_known = False
        if layout.votes is None:
            self._weighted(layout)
            return
        first_of: dict[str, RatedRow] = {}
        votes: dict[str, list[float]] = {}
        for index, item in self._judged(layout):
            counts = [self._vote(item, layout.grid, index, column) for column in layout.votes.columns]
            if layout.rater is not None and item.video:
                # a row for each person who voted: the votes of a video are those of all its rows
                own = votes.setdefault(item.video, [0.0] * len(counts))
                votes[item.video] = [sum(pair) for pair in zip(own, (n or 0.0 for n in counts), strict=True)]
                item, counts = first_of.setdefault(item.video, item), list(votes[item.video])
            people = self._people(layout, index)
            self._mean(
                layout,
                index,
                item,
                means_of_votes(layout.votes, counts, layout.votes_turned, people, layout.vote_shares),
            )

    def _weighted(self, layout: Layout) -> None:
        """A row for each score of a video, with the share of the people who gave it."""
        assert layout.vote_weight is not None
        contents, videos = self._contents(layout), self._filled_down(layout, layout.video, needs=layout.scores[0])
        held: dict[int, list[tuple[float, float]]] = {}
        for index in data_rows(layout):
            position = self._same_video(self._row(layout, index, contents, videos))
            item = self.rows[position]
            if item.no_video or index in layout.not_counted:
                continue
            value = self._value(item, layout.grid, index, layout.scores[0])
            weight = self._vote(item, layout.grid, index, layout.vote_weight)
            if value is not None:
                held.setdefault(position, []).append((value, weight or 0.0))
                values, weights = np.array(held[position]).T
                people = self._people(layout, index)
                self._mean(layout, index, item, mean_of_weights(values, weights, people, layout.vote_shares))

    def _mean(
        self, layout: Layout, index: int, item: RatedRow, found: tuple[float, float, int | None] | None
    ) -> None:
        if found is not None:
            item.mos, sd, item.count = found
            item.sd = sd if np.isfinite(sd) else None
            if item.count is None:
                item.ci95 = self._half_width(layout, index, item.mos)

    def _vote(self, item: RatedRow, grid: Grid, index: int, column: int) -> float | None:
        vote = vote_of(grid.cell(index, column))
        return vote if vote is not None else self._value(item, grid, index, column)

    def _people(self, layout: Layout, index: int) -> int | None:
        """How many people stand behind a row, where the table says it."""
        count = self._number(layout, index, layout.count)
        return int(count) if count is not None and count >= 0 and float(count).is_integer() else None

    def _mos(self, layout: Layout) -> None:
        assert layout.mos is not None
        self.raters_known = False
        for index, item in self._judged(layout):
            item.mos = self._value(item, layout.grid, index, layout.mos)
            item.sd = self._number(layout, index, layout.sd)
            item.ci95 = self._half_width(layout, index, item.mos)
            item.count = self._people(layout, index)

    def _half_width(self, layout: Layout, index: int, mos: float | None) -> float | None:
        """Half the width of the given interval; None for ends that are none of one."""
        ends = interval_of(layout.grid.cell(index, layout.ci)) if layout.ci is not None else None
        if layout.ci_ends is None and ends is None:
            return self._number(layout, index, layout.ci)
        low, high = ends or (self._number(layout, index, column) for column in layout.ci_ends or ())
        if low is None or high is None or mos is None or not low <= mos <= high:
            return None
        return round((high - low) / 2, 9)

    def _long(self, layout: Layout) -> None:
        column = layout.scores[0]
        contents = self._contents(layout)
        videos = self._filled_down(layout, layout.video, needs=column)
        self.raters_known = self.raters_known and layout.rater is not None
        seen: dict[int, int] = {}
        for index in data_rows(layout):
            if index in layout.not_counted:
                continue
            # a row of its own first; where the video is known already, what it brings goes to the known row
            item = self._row(layout, index, contents, videos)
            position = self._same_video(item)
            known = self.rows[position]
            if known.no_video:
                continue
            value = self._value(known, layout.grid, index, column)
            if value is None:
                continue
            name = video_key(layout.grid.cell(index, layout.rater)) if layout.rater is not None else ""
            if not name and (people := self._people_of(layout, index)) is not None:
                for _ in range(people):
                    seen[position] = seen.get(position, 0) + 1
                    self._rate(position, self._rater(f"#{seen[position]}"), value)
                continue
            if not name:
                # nameless ratings of one video are by different people
                seen[position] = seen.get(position, 0) + 1
                name = f"#{seen[position]}"
            name = self.spelling.setdefault(one_spelling(name), name)
            self._rate(position, self._rater(self._person(name, layout)), value)
        for index in data_rows(layout):  # a video that nobody rated but in practice
            item = self._row(layout, index, contents, videos)
            if index in layout.not_counted and item.video not in self.by_video and not item.no_video:
                item.problems.append(_not_counted(layout, index))
                self.by_video[item.video] = len(self.rows)
                self.rows.append(item)

    def _people_of(self, layout: Layout, index: int) -> int | None:
        """How many people gave the score of a row ("score 4: 7 people"); None where every row is one rating."""
        if layout.rater is not None or layout.count is None or layout.columns.profiles[layout.scores[0]].whole < 1:
            return None
        return self._people(layout, index)

    def _person(self, name: str, layout: Layout) -> str:
        """A name that only numbers people ("Subject 1") means somebody else in every test."""
        role, sure = role_of(name)
        numbered = name.isdigit() or name.startswith("#") or (role is Role.RATER_SCORES and sure)
        return f"{layout.grid.name}: {name}" if self.tests and numbered else name

    def _sheet(self, layout: Layout) -> None:
        column = layout.scores[0]
        contents = self._contents(layout)
        rater = self._rater(layout.grid.name)
        for index in data_rows(layout):
            item = self._row(layout, index, contents)
            position = self._same_video(item)
            if self.rows[position].no_video:
                continue
            value = self._value(self.rows[position], layout.grid, index, column)
            if value is not None:
                self._rate(position, rater, value)

    # -- pieces ----------------------------------------------------------------------------------------------

    def _row(
        self, layout: Layout, index: int, contents: dict[int, Cell], videos: dict[int, Cell] | None = None
    ) -> RatedRow:
        cell = videos[index] if videos is not None else layout.grid.cell(index, layout.video)
        content = video_key(contents.get(index)) or None
        split = split_of(layout.grid.cell(index, layout.split)) if layout.split is not None else None
        item = RatedRow(layout.grid.name, layout.grid.line(index), video_key(cell), content, split)
        if not item.video:
            item.problems.append(Problem("no_video_path"))
        elif is_summary(item.video, self.named_files and not is_video_name(item.video)):
            item.problems.append(Problem("summary_row", {"text": item.video}))
        elif self.named_files and self._alone(layout, index) and not could_name_a_file(item.video):
            item.problems.append(Problem("title_row", {"text": item.video}))
        return item

    @staticmethod
    def _alone(layout: Layout, index: int) -> bool:
        """Whether nothing stands in a row but its first text, in a table of more columns."""
        cells = layout.grid.rows[index]
        return layout.grid.width > 1 and sum(cell is not None and str(cell).strip() != "" for cell in cells) == 1

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
        cells = {index: grid.cell(index, column) for index in data_rows(layout)}
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

    def _rater(self, name: str) -> int:
        return self.raters.setdefault(name, len(self.raters))

    def _rate(self, row: int, rater: int, value: float) -> None:
        self.row_of.append(row)
        self.rater_of.append(rater)
        self.score.append(value)

    def _value(self, item: RatedRow, grid: Grid, row: int, column: int) -> float | None:
        cell = grid.cell(row, column)
        self.end_stated = self.end_stated or states_end(cell, self.scale)
        try:
            if (self.commas_part and is_two_scores(cell, self.scale)) or (
                self.asterisks_note and is_asterisks(cell)
            ):
                raise NotAScoreError(str(cell))
            return parse_score(cell, self.scale, self.wanted.mapping)
        except NotAScoreError as error:
            # a row that names no video is none to ask about
            self.unread[str(error)] += bool(item.video)
            named = sum(problem.code == "text_score" for problem in item.problems)
            where = grid.place(row, column)
            if named < _NAMED_CELLS:
                # of several sheets each has a cell of that name
                sheet = {"sheet": grid.name} if self.tests or self.form == "sheets" else {}
                params = {"cell": where, "text": _short(str(error)), **sheet}
                item.problems.append(Problem("text_score", params))
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
        row_of, rater_of, score = self._averaged_repeats(*self._without_dropped(row_of, rater_of, score))
        first = self.layouts[0]
        ignored = [first.name(column) for column in first.ignored]
        if ignored:
            self.notes.append(Note("ignored_columns", {"columns": ", ".join(ignored)}))
        return RatingTable(
            path=self.path,
            form=self.form,
            sheet=", ".join(dict.fromkeys(layout.grid.name for layout in self.layouts)),
            columns=headers_used(first, self.form),
            interpretation=interpret(self.layouts),
            rows=self.rows,
            raters=list(self.raters),
            raters_known=self.raters_known and bool(self.raters),
            row_of=row_of,
            rater_of=rater_of,
            score=score,
            notes=self.notes,
            uncalculated=sum({layout.grid.name: layout.grid.uncalculated for layout in self.layouts}.values()),
            tests=[layout.grid.name for layout in self.layouts] if self.tests else [],
        )

    def _without_dropped(
        self, row_of: npt.NDArray[np.int64], rater_of: npt.NDArray[np.int64], score: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The ratings without those of the people whom the user leaves out."""
        if not self.wanted.dropped:
            return row_of, rater_of, score
        names = list(self.raters)
        out: set[int] = set()
        for told in self.wanted.dropped:
            found = [
                k
                for k, name in enumerate(names)
                if normal(told) in (normal(name), normal(name.partition(": ")[2]))
            ]
            if not found or not self.raters_known:
                problem = Reason("no_such_rater", rater=told, known=", ".join(names[:30]) or "-")
                raise RatingsOptionError(path=str(self.path), source="--drop-rater", problem=problem)
            out.update(found)
        keep = ~np.isin(rater_of, np.array(sorted(out), dtype=np.int64))
        dropped = ", ".join(names[k] for k in sorted(out))
        self.notes.append(Note("dropped_raters", {"names": dropped, "count": int((~keep).sum())}))
        kept = [name for k, name in enumerate(names) if k not in out]
        place = np.cumsum([k not in out for k in range(len(names))]) - 1
        self.raters = {name: k for k, name in enumerate(kept)}
        return row_of[keep], place[rater_of[keep]], score[keep]

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


def _not_counted(layout: Layout, index: int) -> Problem:
    column, text = layout.not_counted[index]
    return Problem("not_counted", {"column": layout.name(column), "text": _short(text)})


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
