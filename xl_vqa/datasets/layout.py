"""Finds out how a grid is laid out: where the header is, which column holds the videos, who rated where.

Three forms: ``wide`` (one column per rater), ``long`` (one row per rating) and ``mos`` (a mean per video).
Headers decide first, the cells themselves second, and what the user told beats both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.headers import Role, normal, role_of, split_of
from xl_vqa.datasets.scores import NotAScoreError, parse_score
from xl_vqa.errors import RatingsEmptyError, RatingsOptionError, RatingsScoreColumnError, RatingsVideoColumnError
from xl_vqa.labels import Scale
from xl_vqa.tables.grid import Grid, column_index, column_letters
from xl_vqa.video_names import is_video_name

FORMS: Final = ("wide", "long", "mos")

_HEADER_SEARCH_ROWS: Final = 60
_PROFILE_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user told: column headers or Excel letters, and the form; None or empty means find out."""

    form: str | None = None
    video: str | None = None
    scores: tuple[str, ...] = ()
    rater: str | None = None
    content: str | None = None


@dataclass(slots=True)
class Profile:
    """What the cells of one column are; shares are of the filled cells, over a sample of rows."""

    filled: int = 0
    """Neither empty nor a mark that says so ("-", "未評価")."""
    marks: int = 0
    """Such marks."""
    video_names: float = 0.0
    scores: float = 0.0
    """Share that reads as a score."""
    in_range: float = 0.0
    """Share of the scores that lies in the scale's MOS range."""
    whole: float = 0.0
    """Share of the scores that is a whole number."""
    serial: bool = False
    """1, 2, 3, ... down the column."""


@dataclass(slots=True)
class Layout:
    """Columns are zero-based; ``first`` is the zero-based row where the data begins."""

    grid: Grid
    form: str
    header_rows: tuple[int, ...]
    first: int
    video: int
    names: dict[int, str]
    scores: list[int] = field(default_factory=list)
    """The raters' columns (wide), or the one score column (long)."""
    rater: int | None = None
    mos: int | None = None
    sd: int | None = None
    count: int | None = None
    ci: int | None = None
    content: int | None = None
    split: int | None = None
    ignored: list[int] = field(default_factory=list)
    """Columns with scores in them that were not taken for ratings."""

    def name(self, column: int) -> str:
        """The header as written, or the column's letter where it has none."""
        return self.names.get(column) or column_letters(column)

    @property
    def single_scores(self) -> bool:
        """One score per video and no word on who gave it: a sheet of one rater looks like this."""
        return self.form == "wide" and len(self.scores) == 1 and self.mos is None


def find_layout(grid: Grid, scale: Scale, wanted: Wanted | None = None, path: Path | str = "") -> Layout:
    """How ``grid`` is laid out.

    Raises RatingsVideoColumnError, RatingsScoreColumnError, RatingsEmptyError where there is a header alone,
    or RatingsOptionError where a column that the user named is not there.
    """
    return _Finder(grid, scale, wanted or Wanted(), path).find()


class _Finder:
    def __init__(self, grid: Grid, scale: Scale, wanted: Wanted, path: Path | str) -> None:
        self.grid, self.scale, self.wanted, self.path = grid, scale, wanted, str(path)
        self.header_rows: tuple[int, ...] = ()
        self.first = 0
        self.names: dict[int, str] = {}
        self.roles: dict[int, tuple[Role | None, bool]] = {}
        self.profiles: dict[int, Profile] = {}

    def find(self) -> Layout:
        header = self._header_row()
        if header is not None:
            self._read_header(header)
        elif (start := self._first_video_row()) is not None:
            # no header that names a video: the row just above the first video may still name the others
            above = start - 1
            if (
                above >= 0
                and self.grid.rows[above]
                and all(self._number(cell) is None for cell in self.grid.rows[above])
            ):
                self._read_header(above)
            self.first = start
        elif self.wanted.video is None:
            raise self._no_video_column()
        if not any(self.grid.rows[self.first :]):
            # a header, and nothing below it
            raise RatingsEmptyError(path=self.path, source=self.grid.name)
        self._profile()
        video = self._video_column()
        if video is None:
            raise self._no_video_column()
        return self._form(video)

    # -- header ----------------------------------------------------------------------------------------------

    def _header_row(self) -> int | None:
        """The row that names a video column and reads most like a header."""
        told = {normal(name) for name in (self.wanted.video, *self.wanted.scores, self.wanted.rater) if name}
        best, best_score = None, 0.0
        for index, cells in enumerate(self.grid.rows[:_HEADER_SEARCH_ROWS]):
            if any(is_video_name(cell) for cell in cells):
                break
            texts = {normal(cell) for cell in cells if isinstance(cell, str)} - {""}
            if len(texts) < 2:
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

    def _first_video_row(self) -> int | None:
        for index, cells in enumerate(self.grid.rows):
            if any(is_video_name(cell) for cell in cells):
                return index
        return None

    def _read_header(self, header: int) -> None:
        rows = [header]
        while len(rows) < 4 and self._continues_header(rows):
            rows.append(rows[-1] + 1)
        self.header_rows = tuple(rows)
        self.first = rows[-1] + 1
        for column in range(self.grid.width):
            parts: list[str] = []
            for row in rows:
                cell = self.grid.cell(row, column)
                if isinstance(cell, float) and cell.is_integer():
                    cell = int(cell)
                text = " ".join(str(cell).split()) if cell is not None else ""
                if text and text not in parts:
                    parts.append(text)
            if not parts:
                continue
            self.names[column] = "/".join(parts)
            self.roles[column] = _role_of_parts(parts)

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
        numbers = [value for column in filled if (value := self._number(cells[column])) is not None]
        # raters may be numbered; any other number is a score, and the row is data without a video
        return bool(under_group) and numbers == [1.0 + k for k in range(len(numbers))]

    def _number(self, cell: Any) -> float | None:
        try:
            return parse_score(cell, self.scale)
        except NotAScoreError:
            return None

    # -- columns ---------------------------------------------------------------------------------------------

    def _profile(self) -> None:
        rows = self.grid.rows[self.first :]
        step = max(1, len(rows) // _PROFILE_ROWS)
        sample = rows[::step]
        for column in range(self.grid.width):
            written = [row[column] for row in sample if column < len(row) and row[column] is not None]
            cells, values = self._parsed(written)
            profile = Profile(filled=len(cells), marks=len(written) - len(cells))
            if cells:
                inside = sum(self.scale.mos_min <= value <= self.scale.mos_max for value in values)
                profile.video_names = sum(map(is_video_name, cells)) / len(cells)
                profile.scores = len(values) / len(cells)
                profile.in_range = inside / len(values) if values else 0.0
                profile.whole = sum(value.is_integer() for value in values) / len(values) if values else 0.0
                profile.serial = (
                    step == 1 and len(values) >= 4 and values == [values[0] + i for i in range(len(values))]
                )
            self.profiles[column] = profile

    def _parsed(self, written: Sequence[Any]) -> tuple[list[Any], list[float]]:
        """The cells without the marks of an empty one, and the scores among them."""
        cells, values = [], []
        for cell in written:
            try:
                value = parse_score(cell, self.scale)
            except NotAScoreError:
                cells.append(cell)
                continue
            if value is not None:
                cells.append(cell)
                values.append(value)
        return cells, values

    def _role(self, column: int) -> Role | None:
        return self.roles.get(column, (None, False))[0]

    def _with(self, role: Role) -> list[int]:
        return [column for column in range(self.grid.width) if self._role(column) is role]

    def _video_column(self) -> int | None:
        if self.wanted.video is not None:
            return self._told(self.wanted.video, "--video-column")
        named = self._with(Role.VIDEO)
        by_cells = [
            column
            for column, profile in self.profiles.items()
            if profile.video_names >= 0.5 and self._role(column) is not Role.CONTENT
        ]
        candidates = [
            column
            for column in {*named, *by_cells}
            # "video score": the header says video, the cells are scores
            if self.profiles[column].filled
            and (self.roles.get(column, (None, False))[1] or not self._scores(column))
        ]
        if not candidates:
            return None
        return max(
            candidates,
            key=lambda c: (self.profiles[c].video_names, self.roles.get(c, (None, False))[1], -c),
        )

    def _told(self, name: str, option: str) -> int:
        """A column by its header, else by its Excel letters."""
        for column, header in self.names.items():
            if header == name:
                return column
        for column, header in self.names.items():
            if normal(header) == normal(name) or normal(name) in map(normal, header.split("/")):
                return column
        if name.isascii() and name.isalpha() and len(name) <= 3 and column_index(name) < self.grid.width:
            return column_index(name)
        problem = f"there is no column {name}; the columns are: {self._columns()}"
        raise RatingsOptionError(path=self.path, source=option, problem=problem)

    def _columns(self) -> str:
        names = list(self.names.values())
        if not names:
            first = next((row for row in self.grid.rows if row), [])
            names = [str(cell) for cell in first if cell is not None]
        shown = [name if len(name) <= 30 else name[:29] + "…" for name in names[:20]]
        return ", ".join(shown) + (" …" if len(names) > 20 else "")

    def _no_video_column(self) -> RatingsVideoColumnError:
        return RatingsVideoColumnError(path=self.path, source=self.grid.name, problem=self._columns())

    def _scores(self, column: int) -> bool:
        return self.profiles[column].scores >= 0.5

    # -- form ------------------------------------------------------------------------------------------------

    def _form(self, video: int) -> Layout:
        wanted = self.wanted
        layout = Layout(self.grid, "", self.header_rows, self.first, video, self.names)
        taken = {video}

        def first_of(role: Role) -> int | None:
            found = [c for c in self._with(role) if c not in taken and self.profiles[c].filled]
            # the header that states the role whole before the one that only contains it
            return min(found, key=lambda c: (not self.roles[c][1], c), default=None)

        layout.content = (
            self._told(wanted.content, "--content-column") if wanted.content else first_of(Role.CONTENT)
        )
        layout.sd, layout.count, layout.ci = first_of(Role.SD), first_of(Role.COUNT), first_of(Role.CI)
        layout.split = next((c for c in self._with(Role.SPLIT) if self._holds_splits(c)), None)
        taken |= {c for c in (layout.content, layout.sd, layout.count, layout.ci, layout.split) if c is not None}
        rater = self._told(wanted.rater, "--rater-column") if wanted.rater else first_of(Role.RATER)

        if wanted.scores:
            named = [self._told(name, "--score-column") for name in wanted.scores]
            layout = self._told_scores(layout, rater, named)
        else:
            layout = self._found_scores(layout, rater, taken)
        if wanted.form is not None and layout.form != wanted.form:
            layout = self._forced(layout, wanted.form, rater, taken)
        if not layout.form:
            raise RatingsScoreColumnError(path=self.path, source=self.grid.name, problem=self._columns())
        used = {*taken, *layout.scores, layout.mos, layout.rater}
        layout.ignored = [
            c
            for c in range(self.grid.width)
            if c not in used
            and self._scores(c)
            and self._role(c) is not Role.OTHER
            and not self.profiles[c].serial
        ]
        return layout

    def _holds_splits(self, column: int) -> bool:
        cells = [
            row[column] for row in self.grid.rows[self.first :] if column < len(row) and row[column] is not None
        ]
        return bool(cells) and sum(split_of(cell) is not None for cell in cells) >= 0.5 * len(cells)

    def _told_scores(self, layout: Layout, rater: int | None, named: list[int]) -> Layout:
        if len(named) > 1:
            return replace(layout, form="wide", scores=named)
        if rater is not None:
            return replace(layout, form="long", scores=named, rater=rater)
        return self._single(layout, named[0])

    def _found_scores(self, layout: Layout, rater: int | None, taken: set[int]) -> Layout:
        by_raters = [c for c in self._with(Role.RATER_SCORES) if c not in taken]
        mos = self._best(Role.MOS, taken)
        score = self._best(Role.SCORE, taken)
        unnamed = self._unnamed_scores(taken | ({rater} if rater is not None else set()))

        if rater is not None and len(by_raters) < 2 and (score is not None or len(unnamed) == 1):
            return replace(layout, form="long", rater=rater, scores=[score if score is not None else unnamed[0]])
        if len(by_raters) >= 2:
            return replace(layout, form="wide", scores=by_raters, mos=mos)
        everyone = sorted({*by_raters, *unnamed})
        if mos is not None:
            # whole numbers beside a mean: the raters it was computed from
            people = [c for c in everyone if self.profiles[c].whole >= 0.95]
            if len(people) >= 2:
                return replace(layout, form="wide", scores=people, mos=mos)
            return replace(layout, form="mos", mos=mos)
        if score is not None and not by_raters:
            return self._single(layout, score)
        if len(everyone) >= 2:
            return replace(layout, form="wide", scores=everyone)
        if not everyone:
            # nobody has rated yet: marks such as "-" stand where a score would
            blank = [c for c, p in self.profiles.items() if c not in taken and p.marks and not p.filled]
            everyone = [c for c in blank if self._role(c) is None and c != rater]
        return self._single(layout, everyone[0]) if everyone else layout

    def _best(self, role: Role, taken: set[int]) -> int | None:
        """The column of that role whose cells are scores; without any, one whose header is beyond doubt."""
        found = [c for c in self._with(role) if c not in taken]
        return max(
            (c for c in found if self._scores(c) or self.roles[c][1]),
            key=lambda c: (self._scores(c), self.roles[c][1], -c),
            default=None,
        )

    def _unnamed_scores(self, taken: set[int]) -> list[int]:
        """Columns whose header says nothing known ("佐藤", "Kim") and whose cells are scores."""
        found = [
            c
            for c in range(self.grid.width)
            if c not in taken and self._role(c) is None and self._scores(c) and not self.profiles[c].serial
        ]
        # where some columns fit the scale, the others are something else (a bit rate, a duration)
        fitting = [c for c in found if self.profiles[c].in_range >= 0.5]
        return fitting or found

    def _single(self, layout: Layout, column: int) -> Layout:
        """One score column and nobody named: means, one rater, or many ratings of each video."""
        rows = [row for row in self.grid.rows[self.first :] if layout.video < len(row)]
        videos = [str(row[layout.video]) for row in rows if row[layout.video] is not None]
        if len(videos) >= 1.5 * len(set(videos)) > 0:
            return replace(layout, form="long", scores=[column], mos=None)
        if self.profiles[column].whole < 1.0 and self.profiles[column].scores > 0:
            return replace(layout, form="mos", mos=column, scores=[])
        return replace(layout, form="wide", scores=[column], mos=None)

    def _forced(self, layout: Layout, form: str, rater: int | None, taken: set[int]) -> Layout:
        mos = layout.mos if layout.mos is not None else self._best(Role.MOS, taken)
        score = self._best(Role.SCORE, taken)
        unnamed = self._unnamed_scores(taken)
        candidates: Sequence[int | None] = [mos, score, *layout.scores, *unnamed]
        first = next((c for c in candidates if c is not None), None)
        if first is None:
            return replace(layout, form="")
        if form == "mos":
            return replace(layout, form="mos", mos=first, scores=[], rater=None)
        if form == "long":
            chosen = next((c for c in (score, *layout.scores, *unnamed, mos) if c is not None), first)
            return replace(layout, form="long", scores=[chosen], rater=rater, mos=None)
        people = sorted({*self._with(Role.RATER_SCORES), *unnamed, *layout.scores} - {layout.video}) or [first]
        return replace(layout, form="wide", scores=people, rater=None, mos=mos if mos not in people else None)


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
