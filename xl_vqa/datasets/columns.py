"""What is known of a sheet's columns before anybody decides what they are: headers, their roles, and the cells."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.datasets.headers import Role, normal
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.ordinals import MOST_DISTINCT, graded, is_mark, is_near_score, is_pair, numbered_words
from xl_vqa.datasets.scores import NotAScoreError, parse_score
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.tables.grid import Grid, column_index, column_letters
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason
from xl_vqa.words.video_names import is_video_name

_PROFILE_ROWS: Final = 2000
_SOME: Final = 0.2
"""The least share of scores among other words in the cells of somebody who graded."""


@dataclass(slots=True)
class Profile:
    """What the cells of one column are; shares are of the filled cells, over a sample of rows."""

    filled: int = 0
    """Neither empty nor a mark that says so ("-", "未評価")."""
    marks: int = 0
    """Such marks."""
    video_names: float = 0.0
    scores: float = 0.0
    """Share that reads as a score, or as one of the marks ◎○△× that can become one."""
    in_range: float = 0.0
    """Share of the scores that lies in the scale's MOS range."""
    whole: float = 0.0
    """Share of the scores that is a whole number."""
    fine: float = 0.0
    """Share of the scores that lies between the quarters: people seldom write 3.37, means and measures do."""
    letters: bool = False
    """Grades (A to E, 優良可, percents), three different ones or more."""
    pair: bool = False
    """The two words of a choice, OK and NG."""
    partly: bool = False
    """Some cells are scores, and the others may be what somebody means by one ("3-4", "OK")."""
    dates: bool = False
    """Days, and nothing else."""
    serial: bool = False
    """1, 2, 3, ... down the column."""
    distinct: int = 0
    """Different cells."""


@dataclass(slots=True)
class Columns:
    """A sheet below its header. Columns are zero-based; ``first`` is the row where the data begins."""

    grid: Grid
    scale: Scale
    wanted: Wanted
    path: str
    header_rows: tuple[int, ...] = ()
    first: int = 0
    names: dict[int, str] = field(default_factory=dict)
    roles: dict[int, tuple[Role | None, bool]] = field(default_factory=dict)
    profiles: dict[int, Profile] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    """Those that the product wrote."""

    def name(self, column: int) -> str:
        """The header as written, or the column's letter where it has none."""
        return self.names.get(column) or column_letters(column)

    def role(self, column: int) -> Role | None:
        return self.roles.get(column, (None, False))[0]

    def sure(self, column: int) -> bool:
        """Whether the whole header states the role."""
        return self.roles.get(column, (None, False))[1]

    def of_role(self, role: Role) -> list[int]:
        return [column for column in range(self.grid.width) if self.role(column) is role]

    def holds_scores(self, column: int) -> bool:
        return self.profiles[column].scores >= 0.5

    def cells(self, column: int) -> list[Any]:
        """The cells that are not empty."""
        return [
            row[column] for row in self.grid.rows[self.first :] if column < len(row) and row[column] is not None
        ]

    def number(self, cell: Any) -> float | None:
        try:
            return parse_score(cell, self.scale, self.wanted.mapping)
        except NotAScoreError:
            return None

    def numbers(self, columns: Sequence[int]) -> Floats:
        """The scores below the header, shape (rows, columns), NaN where a cell is none."""
        found = np.full((len(self.grid.rows) - self.first, len(columns)), np.nan)
        for index, row in enumerate(self.grid.rows[self.first :]):
            for place, column in enumerate(columns):
                value = self.number(row[column]) if column < len(row) else None
                if value is not None:
                    found[index, place] = value
        return found

    def profile(self) -> None:
        """Looks at the cells of every column."""
        rows = self.grid.rows[self.first :]
        step = max(1, len(rows) // _PROFILE_ROWS)
        for column in range(self.grid.width):
            written = [row[column] for row in rows[::step] if column < len(row) and row[column] is not None]
            self.profiles[column] = self._profile(written, step)

    def _profile(self, written: Sequence[Any], step: int) -> Profile:
        cells, values = self._parsed(written)
        profile = Profile(filled=len(cells), marks=len(written) - len(cells))
        if not cells:
            return profile
        profile.distinct = len({str(cell) for cell in cells})
        profile.video_names = sum(map(is_video_name, cells)) / len(cells)
        profile.scores = (len(values) + sum(map(is_mark, cells))) / len(cells)
        grades = graded(cells)
        different = len({str(cell).strip().casefold() for cell in grades})
        profile.letters = len(grades) + len(values) >= 0.8 * len(cells) and different >= 3
        texts = {cell for cell in cells if isinstance(cell, str)}
        if len(values) < 0.5 * len(cells) and len(texts) <= MOST_DISTINCT and len(texts) == profile.distinct:
            profile.letters |= numbered_words(texts) is not None
        profile.pair = is_pair(cells)
        near = len(values) + sum(map(is_near_score, cells))
        some = len(values) >= _SOME * len(cells) and len(texts) <= MOST_DISTINCT
        profile.partly = profile.scores < 0.5 and (2 * near >= len(cells) or some)
        profile.dates = all(isinstance(cell, datetime.date) for cell in cells)
        if values:
            inside = sum(self.scale.mos_min <= value <= self.scale.mos_max for value in values)
            profile.in_range = inside / len(values)
            profile.whole = sum(value.is_integer() for value in values) / len(values)
            if not self.wanted.mapping:
                # what the user maps words to may be any number
                profile.fine = sum(not (4 * value).is_integer() for value in values) / len(values)
            profile.serial = (
                step == 1 and len(values) >= 4 and values == [values[0] + i for i in range(len(values))]
            )
        return profile

    def _parsed(self, written: Sequence[Any]) -> tuple[list[Any], list[float]]:
        """The cells without the marks of an empty one, and the scores among them."""
        cells, values = [], []
        for cell in written:
            try:
                value = parse_score(cell, self.scale, self.wanted.mapping)
            except NotAScoreError:
                cells.append(cell)
                continue
            if value is not None:
                cells.append(cell)
                values.append(value)
        return cells, values

    def told(self, name: str, option: str) -> int:
        """A column by its header, else by its Excel letters. Raises RatingsOptionError."""
        for column, header in self.names.items():
            if header == name:
                return column
        for column, header in self.names.items():
            if normal(header) == normal(name) or normal(name) in map(normal, header.split("/")):
                return column
        if name.isascii() and name.isalpha() and len(name) <= 3 and column_index(name) < self.grid.width:
            return column_index(name)
        problem = Reason("no_such_column", column=name, known=self.listed())
        raise RatingsOptionError(path=self.path, source=option, problem=problem)

    def listed(self) -> str:
        """The columns for an error."""
        names = list(self.names.values())
        if not names:
            first = next((row for row in self.grid.rows if row), [])
            names = [str(cell) for cell in first if cell is not None]
        shown = [name if len(name) <= 30 else name[:29] + "…" for name in names[:20]]
        return ", ".join(shown) + (" …" if len(names) > 20 else "")
