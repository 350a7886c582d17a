"""A table of ratings as it was read: one row per video, one entry per rating, and what the reader has to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xl_vqa.datasets.interpretation import Interpretation
from xl_vqa.datasets.problems import Problem


@dataclass(slots=True)
class RatedRow:
    """One video of the source, or a row that could not be tied to one."""

    sheet: str
    row: int | str
    """Row in the sheet, from 1, as the spreadsheet shows it; the first one where many rows rate one video. The
    letter of the column where the table lies on its side."""
    video: str
    """The cell as written, without quotes and spaces around; empty where nobody wrote a video."""
    content: str | None = None
    split: str | None = None
    mos: float | None = None
    sd: float | None = None
    ci95: float | None = None
    count: int | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def no_video(self) -> bool:
        """Whether the row sums up others, is a title or a note, or is not to count by what it says."""
        return any(problem.code in ("summary_row", "title_row", "not_counted") for problem in self.problems)


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
    """wide, long, mos, votes, or sheets (one sheet per rater)."""
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
    interpretation: Interpretation
    """What every column was taken for, and why."""
    notes: list[Note] = field(default_factory=list)
    uncalculated: int = 0
    """Formulas in the sheets that hold no result."""
    tests: list[str] = field(default_factory=list)
    """The sheets of several tests that were read together; their rows name them."""

    @property
    def ready(self) -> bool:
        """The means came with the table (as means, or as counts of votes); there are no single ratings."""
        return self.form in ("mos", "votes")

    @property
    def lower_is_better(self) -> bool:
        return bool(self.interpretation.lower)
