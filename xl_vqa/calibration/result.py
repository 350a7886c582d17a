"""What a calibration goes by and what it gives: rated videos, and the profile with its worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xl_vqa.calibration import limits as band_limits
from xl_vqa.calibration.decision import Decision
from xl_vqa.calibration.rising_line import FittedLine
from xl_vqa.evaluation.calibration import ReliabilityBin
from xl_vqa.evaluation.figure import BoolArray, Figure, FloatArray, IntArray
from xl_vqa.evaluation.result import Notice
from xl_vqa.words.domain_profile import DecisionLimits, DomainProfile


@dataclass(frozen=True, slots=True)
class RatedVideos:
    """Videos with people's MOS and the model's answer; everything has shape (n,).

    ``score`` is the expected label; ``contents`` names what a video is a version of (None: a content of its own);
    ``groups`` a group of contents, where the sheet has them; ``band_probability`` what the model itself says of
    its band ``own_band`` (1..5); ``outside`` whether it found the video unlike those that it was taught (None:
    nobody says).
    """

    videos: Sequence[str]
    score: FloatArray
    mos: FloatArray
    contents: Sequence[str | None]
    off_digits: FloatArray
    groups: Sequence[str | None] | None = None
    own_band: IntArray | None = None
    band_probability: FloatArray | None = None
    outside: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.videos)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often intervals of a stated coverage held the MOS of contents that they knew nothing of.

    ``half_width`` is their mean, in MOS; ``by_band`` (of the MOS that the map gave, not of people's, which nobody
    knows beforehand) and ``by_group`` are the same shares within each.
    """

    stated: float
    found: Figure
    half_width: float | None
    by_band: Mapping[str, Figure] = field(default_factory=dict)
    by_group: Mapping[str, Figure] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "stated": self.stated,
            "found": self.found.to_dict(),
            "half_width": self.half_width,
            "by_band": {name: figure.to_dict() for name, figure in self.by_band.items()},
            "by_group": {name: figure.to_dict() for name, figure in self.by_group.items()},
        }


@dataclass(frozen=True, slots=True)
class BandLimits:
    """``chosen`` is ``fitted``, or ``line`` where the fitted ones do no better on contents not seen. ``told`` says
    of each limit whether the sheet has enough on both sides. Distances are on held-out contents."""

    limits: tuple[float, float, float, float]
    mos: tuple[float, ...]
    intervals: Sequence[tuple[float, float] | None]
    told: Sequence[bool]
    chosen: str
    before: band_limits.Distance
    after: band_limits.Distance

    def to_dict(self) -> dict[str, Any]:
        return {
            "limits": list(self.limits),
            "mos": list(self.mos),
            "intervals": [None if one is None else list(one) for one in self.intervals],
            "told": list(self.told),
            "chosen": self.chosen,
            "before": {"right": self.before.right, "steps": self.before.steps},
            "after": {"right": self.after.right, "steps": self.after.steps},
        }


@dataclass(frozen=True, slots=True)
class Outside:
    """Of the videos that the model found unlike those that it was taught: how many of ``videos``, and how often
    the intervals held people's MOS of them, by stated coverage."""

    count: int
    videos: int
    coverage: Mapping[float, Figure]

    def to_dict(self) -> dict[str, Any]:
        held = {f"{stated:g}": found.to_dict() for stated, found in self.coverage.items()}
        return {"count": self.count, "videos": self.videos, "coverage": held}


@dataclass(frozen=True, slots=True)
class Calibration:
    """The profile and its worth. RMSE in MOS and the band's calibration error are of contents held out."""

    profile: DomainProfile
    videos: int
    contents: int
    line: FittedLine
    rmse_before: float
    rmse_after: float
    reliability: Sequence[ReliabilityBin]
    coverage: Sequence[Coverage]
    bands: BandLimits
    band_error_before: Figure
    band_error_after: Figure
    decision: Decision | None
    limits: DecisionLimits | None
    """Those of ``decision``; the profile has them only where they save something on contents held out."""
    false_alarm: Figure | None
    notices: Sequence[Notice]
    outside: Outside | None = None
    """None where the answers do not say."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": 1,
            "profile": self.profile.name,
            "calibration": self.profile.digest,
            "videos": self.videos,
            "contents": self.contents,
            "line": {"kind": self.line.kind, "held_out_rmse": dict(self.line.held_out)},
            "rmse_before": self.rmse_before,
            "rmse_after": self.rmse_after,
            "reliability": [one.to_dict() for one in self.reliability],
            "coverage": [one.to_dict() for one in self.coverage],
            "bands": self.bands.to_dict(),
            "band_ece_before": self.band_error_before.to_dict(),
            "band_ece_after": self.band_error_after.to_dict(),
            "decision": None if self.decision is None else self.decision.to_dict(),
            "off_digit_false_alarm": None if self.false_alarm is None else self.false_alarm.to_dict(),
            "outside": None if self.outside is None else self.outside.to_dict(),
            "notices": [one.to_dict() for one in self.notices],
        }
