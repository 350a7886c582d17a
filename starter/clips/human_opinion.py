"""What people said: the measured means that labels stand on (starter/opinion/README.md tells where they are
from)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).parents[1] / "opinion"
STILLS: Final = FOLDER / "kadid10k_mean_opinion.csv"
FILMS: Final = FOLDER / "nflx_public_mos.csv"
LEVELS: Final = 5
CLEAN_MOS: Final = 4.75
"""Of what nothing was done to: people gave the undamaged films 4.5 to 4.9, and never 5 on average."""
Origin = Literal["people", "vmaf", "table"]
"""Who gave a label: people's means of that defect and level; VMAF, through what people said of films; a table
of this project, where nobody was asked. Of several defects the least trustworthy one counts."""
TRUST: Final[tuple[Origin, ...]] = ("people", "vmaf", "table")

Row = tuple[float, float, float, float, float]


@cache
def stills() -> Mapping[str, tuple[Row, Row]]:
    """By KADID's defect: mean over pictures of levels 1..5 (5: not seen .. 1: very annoying), and its spread."""
    found = {}
    with STILLS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["distortion"]] = _row(row, "mean_dmos_level"), _row(row, "sd_over_pictures_level")
    return found


def _row(row: Mapping[str, str], column: str) -> Row:
    a, b, c, d, e = (float(row[f"{column}{level}"]) for level in range(1, LEVELS + 1))
    return a, b, c, d, e


def worst(origins: list[Origin]) -> Origin:
    """The least trustworthy of ``origins``; that of what nobody touched is VMAF's, for its file was measured."""
    return max(origins, key=TRUST.index, default="vmaf")
