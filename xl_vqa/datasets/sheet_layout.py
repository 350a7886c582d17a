"""How one sheet is laid out: which row is its header, which column holds what, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.headers import Role
from xl_vqa.datasets.votes import VoteColumns
from xl_vqa.tables.grid import Grid, column_letters


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
    ci_ends: tuple[int, int] | None = None
    """The columns of the lower and the upper end of the interval, where it is given by these."""
    folder: int | None = None
    """The column of folders that was put before the names of the videos."""
    content: int | None = None
    split: int | None = None
    attribute: int | None = None
    """The column that names the quality which a row rates; only rows of ``quality`` count."""
    quality: str | None = None
    """The quality taken, where several were rated."""
    votes: VoteColumns | None = None
    votes_turned: bool = False
    vote_shares: bool = False
    """Votes are shares of all people, and no numbers of them."""
    vote_weight: int | None = None
    """The column of the share of the people who gave the score of a row."""
    lower: bool | None = None
    """Lower is better, by the user's word or that of a header; None where nobody says."""
    not_counted: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Rows that the table says not to count: the column that says so, and its text."""
    ignored: list[int] = field(default_factory=list)
    """Columns with scores in them that were not taken for ratings."""
    why: dict[int, tuple[str, bool, str]] = field(default_factory=dict)
    """Column -> what it is, whether that is sure, and why: codes of interpretation.py."""
    question: RatingsUnclearError | None = None
    below: list[Layout] = field(default_factory=list)
    """Further tables of the sheet, which are read with this one."""
    fit: float = 0.0
    """Mean share of the scores that lie in the scale."""
    columns: Columns = field(kw_only=True)

    def name(self, column: int) -> str:
        """The header as written, or the column's letter where it has none."""
        return self.names.get(column) or column_letters(column)

    @property
    def scored(self) -> list[int]:
        """The columns of single scores and of means."""
        return [c for c in (*self.scores, self.mos) if c is not None]

    @property
    def single_scores(self) -> bool:
        """One score per video and no word on who gave it: a sheet of one rater looks like this."""
        return self.form == "wide" and len(self.scores) == 1 and self.mos is None

    @property
    def half_points(self) -> bool:
        """Means by their looks alone: no header says so, nothing stands beside them, all lie on the quarters."""
        if self.form != "mos" or self.mos is None or (self.sd, self.count, self.ci, self.ci_ends) != (None,) * 4:
            return False
        return self.columns.role(self.mos) is not Role.MOS and self.columns.profiles[self.mos].fine == 0

    def of_one_rater(self) -> Layout:
        """These scores as one rater's."""
        assert self.mos is not None
        why = {**self.why, self.mos: ("rater", *self.why[self.mos][1:])}
        return replace(self, form="wide", scores=[self.mos], mos=None, why=why)

    @property
    def ready(self) -> bool:
        """The means are in the table, or come of its counts; there are no single ratings."""
        return self.form in ("mos", "votes")


def headers_used(layout: Layout, form: str) -> dict[str, list[str]]:
    """The headers that were used, by what for."""
    used: dict[str, list[str]] = {"video": [layout.name(layout.video)]}
    if layout.votes is not None:
        used["votes"] = [layout.name(column) for column in layout.votes.columns]
    elif layout.vote_weight is not None:
        used["votes"] = [layout.name(layout.vote_weight)]
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
    if layout.ci_ends is not None:
        used["ci95"] = [layout.name(end) for end in layout.ci_ends]
    if form not in ("mos", "votes"):
        used["score"] = [layout.name(column) for column in layout.scores]
    return used
