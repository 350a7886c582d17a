"""What ``xl-vqa calibrate`` learned of one domain: how a model's score is read there.

A profile belongs to one model and one way of sampling. It turns the expected label of a rating into the domain's
MOS with an interval, a band with its probability, a decision, and a rank among known videos. Pure and standard
library only: cells read their scores with it, also within LibreOffice. How it is fitted: ``xl_vqa.calibration``.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.words.errors import ProfileFileError, ProfileMismatchError, ScaleError
from xl_vqa.words.labels import ACR_BANDS, Band, Scale
from xl_vqa.words.reasons import MALFORMED, Reason, why_malformed
from xl_vqa.words.records import record

if TYPE_CHECKING:
    from xl_vqa.words.settings import Settings

FORMAT: Final = 1
DECISIONS: Final = ("reject", "review", "accept")
DECISION_NAMES: Final = {
    "reject": {"en": "Reject", "ja": "不合格"},
    "review": {"en": "Review", "ja": "要確認"},
    "accept": {"en": "Accept", "ja": "合格"},
}
COVERAGES: Final = (0.8, 0.9, 0.95)
SHOWN_COVERAGE: Final = 0.9
_OF_A_SPAN: Final = ("mos", "low", "high")
OUTSIDE: Final = "warning_outside_taught"
"""The code of a rating whose off-digit mass is higher than that of nearly all videos of the sheet."""


@dataclass(frozen=True, slots=True)
class Line:
    """A rising line through points: ``x`` in labels of the model (rising), ``y`` in MOS; level beyond its ends."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.x or len(self.x) != len(self.y):
            raise ValueError("a line needs as many x as y, and one at least")
        if any(not math.isfinite(value) for value in (*self.x, *self.y)):
            raise ValueError("a line needs finite numbers")
        if list(self.x) != sorted(set(self.x)) or list(self.y) != sorted(self.y):
            raise ValueError("a line must rise")

    def __call__(self, score: float) -> float:
        place = bisect.bisect_right(self.x, score)
        if place == 0:
            return self.y[0]
        if place == len(self.x):
            return self.y[-1]
        x0, x1, y0, y1 = self.x[place - 1], self.x[place], self.y[place - 1], self.y[place]
        return y0 + (y1 - y0) * (score - x0) / (x1 - x0)


@dataclass(frozen=True)
class Spread:
    """How far people's MOS lie from ``centre``, measured on contents that ``centre`` was not fitted on.

    ``residuals`` rise and have ``weights``; both and ``rest``, the weight of a content not seen, sum to 1.
    ``categories`` gives for each band (of what ``centre`` says) the place in ``widths``; ``widths[level]`` holds a
    half width in MOS for each category, None where there are too few contents for one; ``group_widths`` the
    same by the group's name. Levels are coverages as text ("0.9").
    """

    centre: Line
    residuals: tuple[float, ...]
    weights: tuple[float, ...]
    rest: float
    categories: tuple[int, ...] = (0, 0, 0, 0, 0)
    widths: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    group_widths: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.residuals) or len(self.categories) != 5 or min(self.categories) < 0:
            raise ValueError("a weight for each residual and a category for each of five bands are needed")

    def half_width(self, coverage: float, band: int, group: str | None = None) -> float | None:
        """Of a video whose centre lies in band number ``band`` (1..5): its group's, else its band's."""
        level = f"{coverage:g}"
        of_group = self.group_widths.get(level, {}).get(group) if group is not None else None
        if of_group is not None:
            return of_group
        widths = self.widths.get(level, ())
        place = self.categories[band - 1]
        return widths[place] if place < len(widths) else None

    def below(self, mos: float, centre: float) -> float:
        """The probability that people's MOS lies below ``mos``; half of what was never seen lies on either
        side."""
        place = bisect.bisect_left(self.residuals, mos - centre - 1e-9)
        return min(self._reached[place] + self.rest / 2, 1.0)

    @functools.cached_property
    def _reached(self) -> list[float]:
        """The weight of the first so many residuals: a list of a hundred thousand videos asks for it often."""
        return [0.0, *itertools.accumulate(self.weights)]


@dataclass(frozen=True, slots=True)
class DecisionLimits:
    """Below ``reject`` a video is rejected, from ``accept`` on accepted, between them people look; in labels of
    the model. ``defect_limit`` is the MOS below which people call a video defective; costs are per video."""

    reject: float
    accept: float
    defect_limit: float
    review_cost: float
    escape_cost: float
    reject_cost: float

    def of(self, score: float) -> str:
        """One of ``DECISIONS``."""
        return "reject" if score < self.reject else "review" if score < self.accept else "accept"


@dataclass(frozen=True, slots=True)
class Reference:
    """Scores (rising, in labels of the model) of the videos that a rank is among; ``name`` is a file's, None for
    the user's own rated ones."""

    scores: tuple[float, ...]
    name: str | None = None

    def __post_init__(self) -> None:
        if not self.scores:
            raise ValueError("a rank needs scores to be among")

    def rank_of(self, score: float) -> float:
        """The share of them that this score is better than, 0..1."""
        return bisect.bisect_left(self.scores, score - 1e-9) / len(self.scores)


@dataclass(frozen=True, slots=True)
class OffDigitAlarm:
    """An off-digit mass above ``limit`` comes with at most ``false_alarm`` of the videos like those of the
    sheet."""

    limit: float
    false_alarm: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A rating as the domain reads it. ``mos`` and its interval are on the domain's scale; ``interval_coverage``
    is the share that such intervals hold, None where the sheet was too small for one."""

    profile: str
    calibration: str
    label: int
    mos: float
    band: str
    band_probability: float
    mos_low: float | None = None
    mos_high: float | None = None
    interval_coverage: float | None = None
    decision: str | None = None
    rank: float | None = None
    rank_count: int | None = None
    rank_name: str | None = None
    false_alarm: str | None = None
    """Where the off-digit alarm rings: how often it does so for nothing, as people read it."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Reading | None:
        """Of a rating; None where it was read without a profile."""
        if "calibration" not in values:
            return None
        return cls(**{name: values[name] for name in cls.__slots__ if name in values})


@dataclass(frozen=True)
class DomainProfile:
    """``band_limits`` are the lowest scores (in labels of the model, never falling) of Poor, Fair, Good,
    Excellent; ``people_bands`` the labels at which people's own bands begin. ``sampling`` are the settings besides
    the model that the scores were made with. ``facts`` are for people: when, from which sheet, how many.

    Raises ValueError where it contradicts itself.
    """

    name: str
    model: str
    model_fingerprint: str
    scale: Scale
    line: Line
    band_limits: tuple[float, float, float, float]
    people_bands: tuple[float, float, float, float]
    spread: Spread | None = None
    decision: DecisionLimits | None = None
    reference: Reference | None = None
    alarm: OffDigitAlarm | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if list(self.band_limits) != sorted(self.band_limits) or len(self.band_limits) != 4:
            raise ValueError("four band limits that do not fall are needed")

    @property
    def groups(self) -> list[str]:
        """The groups of contents that the sheet named."""
        found = {} if self.spread is None else self.spread.group_widths
        return sorted({name for widths in found.values() for name in widths})

    # -- reading a rating

    def read(self, rating: Mapping[str, Any], settings: Settings, group: str | None = None) -> dict[str, Any]:
        """A rating's JSON as this domain reads it. Raises ProfileMismatchError for another model's."""
        self.check(rating.get("model_fingerprint"), str(rating.get("model", "?")), settings)
        reading = self.reading(float(rating["expected_label"]), group)
        values = {**rating, **reading.to_dict()}
        if "scale" in values:
            # the labels are the model's still; what they mean in MOS is the domain's
            values["scale"] = {**values["scale"], "mos_min": self.scale.mos_min, "mos_max": self.scale.mos_max}
        if self.alarm is not None and off_digits(rating) > self.alarm.limit:
            values["warnings"] = [*(rating.get("warnings") or ()), OUTSIDE]
            values["false_alarm"] = f"{self.alarm.false_alarm:.0%}"
        return values

    def check(self, fingerprint: str | None, model: str, settings: Settings) -> None:
        """Raises ProfileMismatchError where scores of this model, made with these settings, are others."""
        for name, fitted in self.sampling.items():
            now = getattr(settings, name)
            if now != fitted:
                reason = Reason("profile_other_sampling", setting=name, fitted=_shown(fitted), now=_shown(now))
                raise ProfileMismatchError(name=self.name, problem=reason)
        if fingerprint != self.model_fingerprint:
            reason = Reason("profile_other_model", fitted=self.model, model=model)
            raise ProfileMismatchError(name=self.name, problem=reason)

    def reading(self, score: float, group: str | None = None) -> Reading:
        """What the score, an expected label of the model, means here."""
        mos = self.line(score)
        band = self.band_of(score)
        low = high = coverage = None
        if self.spread is not None:
            low, high, coverage = self._interval(score, mos, group)
        return Reading(
            profile=self.name if group is None else f"{self.name}:{group}",
            calibration=self.digest,
            label=self.scale.to_label(min(max(mos, self.scale.mos_min), self.scale.mos_max)),
            mos=round(mos, 4),
            band=band.key,
            band_probability=round(self.band_probability(score, band), 6),
            mos_low=low,
            mos_high=high,
            interval_coverage=coverage,
            decision=None if self.decision is None else self.decision.of(score),
            rank=None if self.reference is None else round(self.reference.rank_of(score), 4),
            rank_count=None if self.reference is None else len(self.reference.scores),
            rank_name=None if self.reference is None else self.reference.name,
        )

    def band_of(self, score: float) -> Band:
        return ACR_BANDS[bisect.bisect_right(self.band_limits, score)]

    def band_probability(self, score: float, band: Band) -> float:
        """The probability that people put a video of this score into ``band``; 0 where there is no telling."""
        if self.spread is None:
            return 0.0
        centre = self.spread.centre(score)
        edges = people_limits(self.scale, self.people_bands)
        low = 0.0 if band.number == 1 else self.spread.below(edges[band.number - 2], centre)
        high = 1.0 if band.number == 5 else self.spread.below(edges[band.number - 1], centre)
        return max(high - low, 0.0)

    def centre_band(self, score: float) -> int:
        """The band (1..5) of what ``spread.centre`` says: what the widths go by."""
        assert self.spread is not None
        centre = self.spread.centre(score)
        return 1 + sum(centre >= limit for limit in people_limits(self.scale, self.people_bands))

    def _interval(
        self, score: float, mos: float, group: str | None
    ) -> tuple[float | None, float | None, float | None]:
        assert self.spread is not None
        centre, band = self.spread.centre(score), self.centre_band(score)
        for coverage in (SHOWN_COVERAGE, *(one for one in COVERAGES if one < SHOWN_COVERAGE)):
            half = self.spread.half_width(coverage, band, group)
            if half is not None:
                # the MOS that is shown is fitted on everything: it must not stand outside its own interval
                low = max(min(centre - half, mos), self.scale.mos_min)
                high = min(max(centre + half, mos), self.scale.mos_max)
                return round(low, 4), round(high, 4), coverage
        return None, None, None

    # -- as a file

    @functools.cached_property
    def digest(self) -> str:
        """Changes with everything that changes a reading; not with ``facts``."""
        values = {k: v for k, v in self.to_dict().items() if k != "facts"}
        text = json.dumps(values, sort_keys=True).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=6).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DomainProfile:
        """Raises ValueError or ScaleError for what is no profile."""
        values = dict(values)
        if values.pop("format", None) != FORMAT:
            raise ValueError(f"format is not {FORMAT}")
        return record(cls, values, said=("spread", "decision", "reference", "alarm"))

    @classmethod
    def load(cls, path: Path) -> DomainProfile:
        """Raises ProfileFileError."""
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (*MALFORMED, ScaleError) as error:
            problem = error.params["problem"] if isinstance(error, ScaleError) else why_malformed(error)
            raise ProfileFileError(path=str(path), problem=problem) from error


def people_limits(scale: Scale, thresholds: Sequence[float]) -> list[float]:
    """The four MOS at which the label of people's MOS becomes one of Poor, Fair, Good and Excellent."""
    # from this MOS on the label is reached, as the scale rounds
    half = {"half_up": 0.5, "half_even": 0.5, "floor": 0.0, "ceiling": 1.0}[scale.rounding]
    steps = (scale.mos_max - scale.mos_min) / (scale.label_max - scale.label_min)
    return [scale.mos_min + (math.ceil(one - 1e-9) - half - scale.label_min) * steps for one in thresholds]


def read_timeline(
    explanation: Mapping[str, Any], line: Line, own: Scale, scale: Scale, mos: float
) -> dict[str, Any]:
    """An explanation (as JSON) whose times are on the domain's scale, as its rating's ``mos`` is.

    Each figure goes the way of a score: the label that it stands for on the model's ``own`` scale, then ``line``.
    The timeline is shifted so that its mean over time is ``mos`` again, as it was on the model's scale.
    """

    def by_line(value: float) -> float:
        share = (value - own.mos_min) / (own.mos_max - own.mos_min)
        return line(own.label_min + share * (own.label_max - own.label_min))

    spans = [{**one, **{key: by_line(one[key]) for key in _OF_A_SPAN}} for one in explanation["spans"]]
    length = math.fsum(one["end_s"] - one["start_s"] for one in spans)
    mean = math.fsum(one["mos"] * (one["end_s"] - one["start_s"]) for one in spans) / length if length else mos

    def shifted(value: float) -> float:
        return min(max(value + mos - mean, scale.mos_min), scale.mos_max)

    return {
        **explanation,
        "spans": [{**one, **{key: shifted(one[key]) for key in _OF_A_SPAN}} for one in spans],
        "moments": [{**one, "mos": shifted(by_line(one["mos"]))} for one in explanation["moments"]],
    }


def off_digits(rating: Mapping[str, Any]) -> float:
    """The off-digit mass as every form of a rating gives it."""
    return round(float(rating.get("off_digit_mass") or 0.0), 8)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
