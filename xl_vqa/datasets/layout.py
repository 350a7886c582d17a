"""Finds out how a grid is laid out: where the header is, which column holds the videos, who rated where.

Forms: ``wide`` (one column per rater), ``long`` (one row per rating), ``mos`` (a mean per video) and ``votes``
(how many people gave each score). Headers decide first, the cells themselves second, and what the user told
beats both. What may be read in two ways is left as a question.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.comparisons import refuse_comparisons
from xl_vqa.datasets.errors import (
    RatingsError,
    RatingsNoRowsError,
    RatingsTemplateEmptyError,
    RatingsVideoColumnError,
)
from xl_vqa.datasets.headers import Role, normal, ours, role_of
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.datasets.score_columns import choose_scores
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.tables.grid import Cell, Grid, column_letters
from xl_vqa.words.folder_column import heads_folders, in_folder
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Detail
from xl_vqa.words.video_names import is_video_name

__all__ = ["Layout", "find_layout"]

_HEADER_SEARCH_ROWS: Final = 60
_TRIAL: Final = re.compile(r"(?:trial|item|scene|content|sequence)(?: ?(?:id|name))?")
_MOSTLY: Final = 0.8
_UNNAMED: Final = re.compile(r"Unnamed: [0-9]+(?:_level_[0-9]+)?")


def find_layout(grid: Grid, scale: Scale, wanted: Wanted | None = None, path: Path | str = "") -> Layout:
    """How ``grid`` is laid out.

    Raises RatingsVideoColumnError, RatingsScoreColumnError, RatingsEmptyError where there is a header alone,
    or RatingsOptionError where a column that the user named is not there. Where two readings are near, the
    layout comes back with its ``question``.
    """
    return _Finder(grid, scale, wanted or Wanted(), path).find()


class _Finder:
    def __init__(self, grid: Grid, scale: Scale, wanted: Wanted, path: Path | str) -> None:
        self.grid, self.wanted, self.path = grid, wanted, str(path)
        self.columns = Columns(grid, scale, wanted, self.path)

    def find(self) -> Layout:
        columns = self.columns
        self._unname()
        header = self._header_row()
        if header is not None:
            self._read_header(header)
        elif (start := self._first_video_row()) is not None:
            # no header that names a video: the row just above the first video may still name the others
            above = start - 1
            if above >= 0 and self.grid.rows[above] and self._heads(self.grid.rows[above], self.grid.rows[start]):
                self._read_header(above)
            columns.first = start
        elif self.wanted.video is None and not self._nameless():
            raise self._no_video_column()
        if not any(self.grid.rows[columns.first :]):
            # a header, and nothing below it
            kind = RatingsTemplateEmptyError if columns.ours else RatingsNoRowsError
            raise kind(path=self.path, source=self.grid.name)
        columns.profile()
        self._initials_that_rate()
        refuse_comparisons(columns)
        video = self._video_column()
        if video is None:
            raise self._no_video_column()
        folder = self._join_folder(video)
        layout = choose_scores(columns, video)
        layout.folder = folder
        return layout

    def _unname(self) -> None:
        """A header that a program gave to an empty one is empty: pandas writes "Unnamed: 2"."""
        for row, cells in enumerate(self.grid.rows[:_HEADER_SEARCH_ROWS]):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and _UNNAMED.fullmatch(cell.strip()):
                    self.grid.put(row, column, None)

    def _initials_that_rate(self) -> None:
        """RT is a time of reaction, in milliseconds or seconds, and somebody who gives scores."""
        for column, profile in self.columns.profiles.items():
            if normal(self.columns.names.get(column, "")) == "rt" and profile.whole == profile.in_range == 1:
                self.columns.roles[column] = (None, False)

    # -- header ----------------------------------------------------------------------------------------------

    def _header_row(self) -> int | None:
        """The row that names a video column and reads most like a header."""
        told = {normal(name) for name in (self.wanted.video, *self.wanted.scores, self.wanted.rater) if name}
        best, best_score = None, 0.0
        for index, cells in enumerate(self.grid.rows[:_HEADER_SEARCH_ROWS]):
            if any(is_video_name(cell) for cell in cells):
                break
            texts = {normal(cell) for cell in cells if isinstance(cell, str)} - {""}
            if len(texts) < 2 and not self._numbers_people(cells):
                # a title, perhaps merged over the whole width
                continue
            named = told & texts
            roles = [role_of(text) for text in texts]
            known = any(role is Role.VIDEO for role, _ in roles)
            # a video column told by its letter may have any header, so other known headers must do
            if not named and not known and not (self.wanted.video and any(role for role, _ in roles)):
                continue
            score = sum((2 if sure else 1) for role, sure in roles if role) + 5 * len(named)
            score += 3 * ((Role.VIDEO, True) in roles)
            if score > best_score:
                best, best_score = index, score
        return best

    @staticmethod
    def _numbers_people(cells: Sequence[Cell]) -> bool:
        """Whether one header of videos stands before different whole numbers: of raters, or of the score."""
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
        numbers = [cell for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
        return (
            bool(texts)
            and all(role_of(text) == (Role.VIDEO, True) for text in texts)
            and bool(numbers)
            and len(set(numbers)) == len(numbers)
            and all(float(number).is_integer() for number in numbers)
        )

    def _heads(self, above: Sequence[Cell], first: Sequence[Cell]) -> bool:
        """Whether a row that names no video heads the first one that does: no numbers, or those of a series."""
        numbers = [value for cell in above if (value := self.columns.number(cell)) is not None]
        if not numbers:
            return True
        over_video = [above[c] for c, cell in enumerate(first) if is_video_name(cell) and c < len(above)]
        steps = {b - a for a, b in itertools.pairwise(numbers)}
        return steps in ({1.0}, {-1.0}) and all(cell is None for cell in over_video)

    def _first_video_row(self) -> int | None:
        for index, cells in enumerate(self.grid.rows):
            if any(is_video_name(cell) for cell in cells):
                return index
        return None

    def _nameless(self) -> bool:
        """A bare table: every row begins with a text of its own and goes on with numbers, header or not."""
        rows = [row for row in self.grid.rows if row]
        if len(rows) < 3 or any(not isinstance(row[0], str) or len(row) < 2 for row in rows):
            return False
        firsts = [str(row[0]).strip() for row in rows]
        if sum(role_of(first) == (Role.RATER_SCORES, True) for first in firsts) >= 0.5 * len(firsts):
            # "Participant 1" is no video
            return False
        if len(set(firsts)) < len(firsts) or any(self.columns.number(cell) is not None for cell in firsts):
            return False
        return all(any(self.columns.number(cell) is not None for cell in row[1:]) for row in rows)

    def _read_header(self, header: int) -> None:
        columns = self.columns
        rows = [header]
        while len(rows) < 4 and self._continues_header(rows):
            rows.append(rows[-1] + 1)
        columns.header_rows = tuple(rows)
        columns.first = rows[-1] + 1
        lowest: dict[int, str] = {}
        texts = [[_header_text(self.grid.cell(row, c)) for c in range(self.grid.width)] for row in rows]
        _fill_right(texts)
        for column in range(self.grid.width):
            parts: list[str] = []
            for text in (line[column] for line in texts):
                if text and text not in parts:
                    parts.append(text)
            if not parts:
                continue
            columns.names[column], lowest[column] = "/".join(parts), parts[-1]
            columns.roles[column] = _role_of_parts(parts)
        for column in _initials(columns.names):
            columns.roles[column] = (None, False)
        columns.ours = ours(lowest)
        columns.roles |= dict.fromkeys(columns.ours, (Role.OTHER, True))

    def _continues_header(self, rows: list[int]) -> bool:
        """Whether the next row belongs to the header: the names below a merged "raters", for example."""
        last, below = rows[-1], rows[-1] + 1
        cells = self.grid.rows[below] if below < len(self.grid.rows) else []
        if not cells or any(is_video_name(cell) for cell in cells):
            return False
        videos = [c for c in range(self.grid.width) if role_of(self.grid.cell(rows[0], c))[0] is Role.VIDEO]
        for video in videos:
            cell = self.grid.cell(below, video)
            if cell is not None and normal(cell) == normal(self.grid.cell(last, video)):
                # the video header reaches down over this row
                return True
        if any(self.grid.cell(below, video) is not None for video in videos):
            return False
        filled = [column for column, cell in enumerate(cells) if cell is not None]
        under_group = [
            column
            for column in filled
            if self.grid.cell(last, column) is None
            or (column > 0 and self.grid.cell(last, column) == self.grid.cell(last, column - 1))
        ]
        numbers = [value for column in filled if (value := self.columns.number(cells[column])) is not None]
        # raters may be numbered, in any run of numbers; any other number is a score, and the row is data
        # without a video
        running = all(b - a == 1 for a, b in itertools.pairwise(numbers))
        return bool(under_group) and running and (not numbers or numbers[0] == 1 or numbers[0] >= 10)

    # -- the video column ------------------------------------------------------------------------------------

    def _video_column(self) -> int | None:
        columns = self.columns
        if self.wanted.video is not None:
            return columns.told(self.wanted.video, "--video-column")
        named = columns.of_role(Role.VIDEO)
        by_cells = [column for column, profile in columns.profiles.items() if profile.video_names >= 0.5]
        # "source" beside "video" names where the videos come from; alone it names the videos
        by_cells = [column for column in by_cells if columns.role(column) is not Role.CONTENT] or by_cells
        candidates = [
            column
            for column in {*named, *by_cells}
            # "video score": the header says video, the cells are scores
            if columns.profiles[column].filled and (columns.sure(column) or not columns.holds_scores(column))
        ]
        if not candidates:
            return 0 if not columns.header_rows and self._nameless() else None
        return max(
            candidates,
            key=lambda c: (
                columns.profiles[c].video_names,
                columns.role(c) is Role.VIDEO and columns.sure(c),
                columns.sure(c),
                -c,
            ),
        )

    def _join_folder(self, video: int) -> int | None:
        """The column of folders that tells videos of one name apart; its cells then stand before the names."""
        grid, first = self.grid, self.columns.first
        headed = self.columns.role(video) is Role.VIDEO
        rows = [
            k
            for k in range(first, len(grid.rows))
            if is_video_name(grid.cell(k, video)) or (headed and isinstance(grid.cell(k, video), str))
        ]
        names = [str(grid.cell(k, video)) for k in rows]
        if any("/" in name or "\\" in name for name in names) or len(set(names)) == len(names):
            return None
        for column in range(grid.width):
            heading = self.columns.names.get(column) or ""
            role = self.columns.role(column)
            scene = role is Role.CONTENT or _TRIAL.fullmatch(normal(heading)) is not None
            if column == video or not (heads_folders(heading) or role is Role.VIDEO or scene):
                continue
            if self.columns.holds_scores(column):
                # "video quality" is no folder
                continue
            folders = [grid.cell(k, column) for k in rows]
            told = {name: {f for n, f in zip(names, folders, strict=True) if n == name} for name in set(names)}
            if (
                any(not isinstance(f, str) or is_video_name(f) for f in folders)
                or max(map(len, told.values())) < 2
                # conditions of many scenes; a video of which two scenes are told is a slip
                or (scene and sum(len(own) > 1 for own in told.values()) < _MOSTLY * len(told))
            ):
                continue
            for k, folder in zip(rows, folders, strict=True):
                grid.put(k, video, in_folder(str(folder), str(grid.cell(k, video))))
            return column
        return None

    def _no_video_column(self) -> RatingsError:
        if self._sideways():
            return unclear(self.path, "unclear_sideways", ["--form transposed"], source=self.grid.name)
        if choices := self._identifiers():
            commands = [option("--video-column", name) for name in choices]
            return unclear(self.path, "unclear_video_column", commands, columns=", ".join(choices))
        return RatingsVideoColumnError(
            path=self.path, source=self.grid.name, problem=Detail(self.columns.listed())
        )

    def _sideways(self) -> bool:
        """Whether a column names people, another one in every row, beside three columns of scores or more."""
        for index, cells in enumerate(self.grid.rows[:20]):
            people = [c for c, cell in enumerate(cells) if role_of(cell) == (Role.RATER, True)]
            if not people or len(cells) < 4:
                continue
            body = [row for row in self.grid.rows[index + 1 :] if row]
            names = [row[people[0]] for row in body if people[0] < len(row)]
            scored = sum(
                len(body) >= 2 and all(c < len(row) and self.columns.number(row[c]) is not None for row in body)
                for c in range(len(cells))
                if c not in people
            )
            return scored >= 3 and len(set(map(str, names))) == len(names) >= 2
        return False

    def _identifiers(self) -> list[str]:
        """Columns that may name the videos although neither header nor ending says so: public sets number theirs.

        Numbers of many digits, or names without an ending under a header that ends in id or name, another one in
        every row, beside at least one column of numbers.
        """
        rows = [row for row in self.grid.rows if row]
        headed = bool(rows) and all(
            isinstance(cell, str) and self.columns.number(cell) is None for cell in rows[0]
        )
        body = rows[1:] if headed else rows
        found = []
        for column in range(self.grid.width):
            cells = [row[column] for row in body if column < len(row) and row[column] is not None]
            if len(cells) < max(3, len(body)) or len(set(map(str, cells))) < len(cells):
                continue
            header = normal(rows[0][column]) if headed and column < len(rows[0]) else ""
            numbers = [value for cell in cells if (value := self.columns.number(cell)) is not None]
            long = len(numbers) == len(cells) and all(n >= 10_000 and n.is_integer() for n in numbers)
            texts = not numbers and re.search(r"\b(?:id|key|name|code)$|名$|番号$", header)
            identifying = not headed or re.search(r"\b(?:id|key|name|code|no|number)$|番号$", header)
            if (long and identifying) or texts:
                found.append(str(rows[0][column]) if headed else column_letters(column))
        return found[:3]


def _header_text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""


def _fill_right(texts: Sequence[list[str]]) -> None:
    """Gives merged cells back their width, which text files lose: "Anna, , Ben, " over "1st, 2nd, 1st, 2nd".

    Only where the lowest row says the same more than once, and so cannot tell its columns apart.
    """
    below = [text for text in texts[-1] if text]
    if len(set(below)) == len(below):
        return
    for line in texts[:-1]:
        for column in range(1, len(line)):
            if not line[column] and texts[-1][column] and texts[-1][column - 1]:
                line[column] = line[column - 1]


def _initials(names: Mapping[int, str]) -> list[int]:
    """Columns whose short header is a letter or two among others: N of A .. P is a rater and no number of raters.

    One letter follows the one before it in the alphabet; initials ("CI", "SD") have neighbours of their
    length on both sides that mean nothing else.
    """
    last = {column: normal(name.rsplit("/", 1)[-1]) for column, name in names.items()}
    short = {column: text for column, text in last.items() if re.fullmatch("[a-z]{1,2}", text)}

    def unknown(column: int, length: int) -> bool:
        return len(short.get(column, "")) == length and role_of(short[column])[0] is None

    def between(column: int, length: int) -> bool:
        return unknown(column - 1, length) and unknown(column + 1, length)

    def follows(column: int, letter: str) -> bool:
        return len(letter) == 1 and short.get(column - 1) == chr(ord(letter) - 1)

    return [column for column, text in short.items() if between(column, len(text)) or follows(column, text)]


def _role_of_parts(parts: Sequence[str]) -> tuple[Role | None, bool]:
    """The role of a header of one or more rows, the lowest row being the most exact."""
    role, sure = role_of(parts[-1])
    if len(parts) > 1:
        parent = next((found for part in parts[:-1] if (found := role_of(part)[0])), None)
        if role is None and parent in (Role.RATER, Role.SCORE, Role.RATER_SCORES):
            return Role.RATER_SCORES, True
        if role is None:
            return parent, False
    return role, sure
