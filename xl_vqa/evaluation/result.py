"""What goes into an evaluation and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xl_vqa.evaluation.agreement import BlandAltman, Ceiling
from xl_vqa.evaluation.calibration import Calibration
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.intervals import Comparison
from xl_vqa.evaluation.mapping import Mapping as FittedMapping
from xl_vqa.evaluation.slices import Slice
from xl_vqa.evaluation.triage import Triage
from xl_vqa.evaluation.units import Predictor
from xl_vqa.words.labels import Bands, Scale


@dataclass(frozen=True, slots=True)
class Item:
    """One video: people's score, the prediction, and what else is known of it. Scores are in MOS.

    ``ci95`` is the half width of the MOS's 95% interval; ``scores`` are single raters' by rater; ``columns``
    are further columns to slice by. A video with an ``error`` has no prediction. ``distribution`` gives the
    model's probability of each label of the scale; ``band`` (bad .. excellent) and ``band_probability`` are the
    model's own, of use where there is no distribution.
    """

    video: str
    mos: float | None = None
    prediction: float | None = None
    ci95: float | None = None
    raters: int | None = None
    content: str | None = None
    split: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    distribution: Sequence[float] | None = None
    band: str | None = None
    band_probability: float | None = None
    error: str | None = None
    problem: str | None = None
    """What was wrong with people's scores, where there is no MOS."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that could not be evaluated, or only with a doubt. ``kind`` is a key of texts.py.

    ``fatal`` is False where the video was evaluated all the same (a duplicate whose first row was taken).
    """

    video: str
    kind: str
    detail: str = ""
    fatal: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {"video": self.video, "kind": self.kind, "detail": self.detail, "evaluated": not self.fatal}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader of the figures should know. ``code`` is a key of texts.py."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was evaluated. Ratings per video are None where unknown; ties count videos that share a value."""

    n: int
    given: int
    split: str
    ratings_min: int | None
    ratings_median: float | None
    ratings_max: int | None
    human_labels: tuple[int, int] | None
    model_labels: tuple[int, int] | None
    mos_range: tuple[float, float] | None
    tied_mos: int
    tied_predictions: int
    contents: int | None
    resampled: str
    """``content`` or ``video``: what the bootstrap draws."""
    resamples: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class MappingUsed:
    """``source``: ``validation``, ``cross_fit`` or ``none``; one mapping per fold for the second."""

    source: str
    n: int
    mappings: Sequence[FittedMapping]

    def to_dict(self) -> dict[str, Any]:
        return {"source": self.source, "n": self.n, "mappings": [one.to_dict() for one in self.mappings]}


@dataclass(frozen=True, slots=True)
class Row:
    """One evaluated video, as the plots and a workbook need it. Labels and bands: people's, then the model's."""

    video: str
    mos: float
    prediction: float
    mapped: float | None
    human_label: int
    model_label: int
    human_band: int
    model_band: int

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Baseline:
    """Another rater of the same videos. ``videos`` is how many of the evaluated ones it rated."""

    name: str
    videos: int
    figures: Mapping[str, Figure]
    missing: Sequence[str] = ()
    predictor: Predictor = field(default_factory=Predictor)

    def to_dict(self) -> dict[str, Any]:
        figures = {name: figure.to_dict() for name, figure in self.figures.items()}
        return {
            "name": self.name,
            "predictor": self.predictor.to_dict(),
            "videos": self.videos,
            "figures": figures,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything there is to say of one model on one set of videos.

    ``figures`` are by name (``srcc``, ``plcc``, ``rmse`` ...), each with its interval; errors are in MOS of
    ``scale``. ``rows`` are the videos that were compared, ``failures`` those that the model has no score for.
    ``ceiling`` and ``triage`` are None where there are too few raters or videos for them.
    ``confusion[h][m]`` counts videos that people put into band h + 1 and the model into band m + 1.
    """

    name: str
    predictor: Predictor
    scale: Scale
    bands: Bands
    facts: Facts
    figures: Mapping[str, Figure]
    mapping: MappingUsed
    bland_altman: BlandAltman
    ceiling: Ceiling | None
    calibration: Calibration
    triage: Triage | None
    baselines: Sequence[Baseline]
    comparisons: Sequence[Comparison]
    slices: Sequence[Slice]
    confusion: Sequence[Sequence[int]]
    rows: Sequence[Row]
    failures: Sequence[Failure]
    notices: Sequence[Notice]

    @property
    def mos_units(self) -> bool:
        """Whether the model's scores are MOS, so that errors, labels and bands mean anything."""
        return self.predictor.in_mos is not False

    @property
    def shown(self) -> dict[str, Figure]:
        """The figures that tables show: of a model in units of its own only those that do not need MOS."""
        return {name: figure for name, figure in self.figures.items() if figure.reason != "not_mos_units"}

    @property
    def failed(self) -> int:
        """Rows that were not evaluated."""
        return sum(failure.fatal for failure in self.failures)

    def to_dict(self, *, rows: bool = True) -> dict[str, Any]:
        """JSON-ready: no NaN, no infinity. ``rows=False`` leaves the single videos out."""
        values: dict[str, Any] = {
            "format": 1,
            "name": self.name,
            "predictor": self.predictor.to_dict(),
            "scale": self.scale.to_dict(),
            "band_thresholds": list(self.bands.thresholds),
            "facts": self.facts.to_dict(),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "mapping": self.mapping.to_dict(),
            "bland_altman": self.bland_altman.to_dict(),
            "human_ceiling": None if self.ceiling is None else self.ceiling.to_dict(),
            "calibration": self.calibration.to_dict(),
            "triage": None if self.triage is None else self.triage.to_dict(),
            "baselines": [baseline.to_dict() for baseline in self.baselines],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "slices": [one.to_dict() for one in self.slices],
            "confusion": [list(line) for line in self.confusion],
            "failures": [failure.to_dict() for failure in self.failures],
            "notices": [notice.to_dict() for notice in self.notices],
        }
        if rows:
            # in other units the model has no label and no band
            left_out = () if self.mos_units else ("model_label", "model_band")
            values["rows"] = [
                {name: value for name, value in row.to_dict().items() if name not in left_out} for row in self.rows
            ]
        return values
