"""How labels are asked for, and what preparing them gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from xl_vqa.datasets.ceilings import CodingCeiling, NoiseCeiling
from xl_vqa.datasets.combine_tests import Shift
from xl_vqa.datasets.contents import ContentPlan
from xl_vqa.datasets.findings import Finding
from xl_vqa.datasets.judging import Judged
from xl_vqa.datasets.manifest import Manifest, ManifestRow
from xl_vqa.datasets.mos import MosTable
from xl_vqa.datasets.problems import problem_text
from xl_vqa.datasets.read_ratings import RatingTable
from xl_vqa.datasets.screening import Screening
from xl_vqa.datasets.split import NONE, PARTS, Shares
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import Scale


@dataclass(frozen=True, slots=True)
class Options:
    """How to prepare labels; the defaults find everything out by themselves."""

    scale: Scale = field(default_factory=Scale)
    sheet: str | None = None
    """Name or number (from 1) of the sheet."""
    wanted: Wanted = field(default_factory=Wanted)
    reject_outliers: bool = False
    """Leave out the raters that ITU-R BT.500 rejects."""
    correction: str = "none"
    """none, bias or zscore."""
    rater_model: str = "mos"
    """mos, bt500, p913 or p910 (rater_models.py); the last three stand alone."""
    shares: Shares = field(default_factory=Shares)
    seed: int = 0
    content_by: str = "auto"
    """auto, column, name, folder or none."""
    videos_folder: Path | None = None
    """Where the videos lie; the folder of the ratings where not given."""
    check_videos: bool = True
    open_videos: bool = False
    """Whether to open each video that was found and read a few of its pictures; needs the decoders."""


@dataclass(slots=True)
class Prepared:
    """Labels and everything that was found on the way. Arrays and lists are per row of ``table``."""

    options: Options
    table: RatingTable
    means: MosTable
    labels: list[int | None]
    parts: list[str]
    """train, val, test or none."""
    videos: list[str]
    """The absolute path where the file was found, else the cell as written."""
    plan: ContentPlan
    contents: list[str]
    judged: Judged
    shifts: list[Shift]
    """Where several tests were read together: how each of them scores; empty for one test."""
    coding: tuple[CodingCeiling, ...]
    noise: NoiseCeiling | None
    findings: list[Finding]
    split_given: bool
    failure: XlVqaError | None
    """Why these labels cannot be trained on, where they cannot."""

    @property
    def screening(self) -> Screening | None:
        return self.judged.screening

    @property
    def usable(self) -> list[int]:
        """Rows that belong to train, val or test."""
        return [index for index, part in enumerate(self.parts) if part in PARTS]

    @property
    def rows_with_problems(self) -> list[int]:
        return [index for index, row in enumerate(self.table.rows) if row.problems]

    def manifest(self, language: str = "en") -> Manifest:
        """The rows to write, in the order of the source; problems in the given language.

        Where something stops training as a whole, every row is left out of it: a script that goes on
        regardless must not train on the rest.
        """
        rows = []
        for index, row in enumerate(self.table.rows):
            mos, ci95 = float(self.means.mos[index]), float(self.means.ci95[index])
            count = int(self.means.count[index])
            rows.append(
                ManifestRow(
                    self.videos[index],
                    mos if math.isfinite(mos) else None,
                    round(ci95, 6) if math.isfinite(ci95) else None,
                    count if count > 0 else None,
                    self.labels[index],
                    self.parts[index] if self.failure is None else NONE,
                    self.contents[index],
                    problem_text(row.problems, language),
                )
            )
        return Manifest(tuple(rows))
