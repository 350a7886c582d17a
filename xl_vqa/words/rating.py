"""What the model says of one video: the distribution over all labels, and the rating read off it.

Pure and standard library only; nothing here is parsed from text and nothing is sampled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from xl_vqa.words.domain_profile import Reading
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Band, Bands, Scale, band_by_key
from xl_vqa.words.messages import spoken
from xl_vqa.words.reasons import Reason, why_malformed

UNLIKE_TAUGHT: Final = "warning_unlike_taught"
"""Of a rating whose video is outside what the model was taught (vlm/familiarity.py)."""
FALSE_ALARM: Final = 0.01
"""Of videos like those that a model was tested on, this share is called unlike them by mistake."""
DECODINGS: Final = ("expectation", "median", "greedy", "map")


@dataclass(frozen=True, slots=True)
class LabelDistribution:
    """The probability of every label of a scale, given that the answer is one of them.

    ``probabilities[i]`` belongs to ``scale.labels[i]``; they sum to 1. ``off_digit_mass`` is the share of
    the model's own probability that lay outside the valid labels before renormalising: near 0 for a
    fine-tuned model, near 1 for one that was never taught to answer in labels.

    Raises DistributionError for a wrong length, a negative or non-finite probability, or a sum that is not 1.
    """

    scale: Scale
    probabilities: tuple[float, ...]
    off_digit_mass: float = 0.0
    familiarity: float = field(default=1.0, compare=False)
    """Of videos like those that the model was tested on, at most this share is as strange as this one
    (vlm/familiarity.py); 1 where that is not known. Read once, for the rating's warning; not stored."""

    def __post_init__(self) -> None:
        if len(self.probabilities) != len(self.scale.labels):
            raise DistributionError(
                problem=Reason("distribution_count", count=len(self.probabilities), labels=len(self.scale.labels))
            )
        if any(not math.isfinite(p) or p < 0 for p in self.probabilities):
            raise DistributionError(problem="distribution_value")
        if abs(math.fsum(self.probabilities) - 1.0) > 1e-4:
            raise DistributionError(
                problem=Reason("distribution_sum", total=rounded(math.fsum(self.probabilities), 6))
            )
        if not -1e-6 <= self.off_digit_mass <= 1 + 1e-6:
            raise DistributionError(problem=Reason("off_digit_mass_outside", value=self.off_digit_mass))

    @classmethod
    def from_joint(cls, scale: Scale, joint: Mapping[int, float]) -> LabelDistribution:
        """From the model's own (unnormalised) probability of each label; a missing label has none.

        Raises DistributionError where no label has any probability.
        """
        masses = [float(joint.get(label, 0.0)) for label in scale.labels]
        total = math.fsum(masses)
        if not total > 0 or not math.isfinite(total):
            raise DistributionError(problem="distribution_none")
        off = min(max(1.0 - total, 0.0), 1.0)
        return cls(scale, tuple(mass / total for mass in masses), off)

    def expectation(self) -> float:
        """The mean label: the default answer, best in SRCC, PLCC and RMSE (docs/method.md)."""
        mean = math.fsum(p * label for p, label in zip(self.probabilities, self.scale.labels, strict=True))
        return min(max(mean, self.scale.label_min), self.scale.label_max)

    def std(self) -> float:
        """The spread of the label, in labels."""
        mean = self.expectation()
        pairs = zip(self.probabilities, self.scale.labels, strict=True)
        return math.sqrt(max(math.fsum(p * (label - mean) ** 2 for p, label in pairs), 0.0))

    def quantile(self, share: float) -> int:
        """The lowest label at which the cumulative probability reaches ``share`` (0..1)."""
        cumulative = 0.0
        for p, label in zip(self.probabilities, self.scale.labels, strict=True):
            cumulative += p
            # the tolerance keeps a sum such as 0.1 + 0.2 + 0.2 from missing 0.5 by one bit
            if cumulative >= share - 1e-12 and cumulative > 0:
                return label
        return self.scale.label_max

    def median(self) -> int:
        """The label with half of the probability at or below it."""
        return self.quantile(0.5)

    def map(self) -> int:
        """The label with the highest joint probability; the lower one of equals."""
        best = max(range(len(self.probabilities)), key=lambda i: (self.probabilities[i], -i))
        return self.scale.labels[best]

    def greedy(self) -> int:
        """What ``generate()`` without sampling answers: the likeliest first digit, then the next."""
        candidates = dict(zip(self.scale.labels, self.probabilities, strict=True))
        for place in range(self.scale.width):
            mass: dict[str, float] = {}
            for label, p in candidates.items():
                digit = self.scale.text(label)[place]
                mass[digit] = mass.get(digit, 0.0) + p
            best = max(mass, key=lambda digit: (mass[digit], -int(digit)))
            candidates = {k: p for k, p in candidates.items() if self.scale.text(k)[place] == best}
        (label,) = candidates
        return label

    def decode(self, decoding: str = "expectation") -> float:
        """The label by one of ``DECODINGS``; fractional only for the expectation."""
        if decoding not in DECODINGS:
            raise DistributionError(
                problem=Reason(
                    "problem_one_of", name="decoding", choices=", ".join(DECODINGS), value=repr(decoding)
                )
            )
        return float(getattr(self, decoding)())

    def interval(self, coverage: float = 0.9) -> tuple[int, int]:
        """The central labels that hold at least ``coverage`` of the probability.

        This is the model's own spread. It is not calibrated against people: see evaluation/.
        """
        if not 0 < coverage < 1:
            raise DistributionError(problem=Reason("coverage_outside", value=coverage))
        tail = (1 - coverage) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    def band_probability(self, bands: Bands, band: Band) -> float:
        """The probability that the label lies in ``band``."""
        pairs = zip(self.probabilities, self.scale.labels, strict=True)
        return min(math.fsum(p for p, label in pairs if bands.of(label) is band), 1.0)


Note = str | Mapping[str, Any]
"""A ``Reason`` with a key ``note_...`` of xl_vqa.video.sentences; English words in records of earlier versions."""


@dataclass(frozen=True, slots=True)
class FramesUsed:
    """The frames that were really read.

    ``indices`` count decoded frames from 0 in display order; ``timestamps_s`` are seconds from the start;
    ``width`` x ``height`` is the picture as shown (cropped, true shape, rotation applied) in pixels. ``notes``
    say how the video was read.
    """

    indices: tuple[int, ...]
    timestamps_s: tuple[float, ...]
    width: int
    height: int
    frame_count: int
    duration_s: float
    fps: float
    decoder: str
    codec: str
    notes: tuple[Note, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    def notes_in(self, language: str) -> list[str]:
        """The notes as they are read."""
        return [str(spoken(note, language)) for note in self.notes]

    @property
    def told(self) -> dict[str, Any]:
        """What the sentences of warnings say of the reading, by the names in them: ``missing`` pictures."""
        said = [note["missing"] for note in self.notes if isinstance(note, Mapping) and "missing" in note]
        return {"missing": said[-1]} if said else {}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FramesUsed:
        """The inverse of ``to_dict``. Raises TypeError for an unknown or missing field."""
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Rating:
    """The answer for one video, with everything it was made from.

    ``distribution`` has the probability of every label; label, MOS and band are read off it by ``decoding`` and
    ``bands``. ``text`` is the prompt that the video was made from, where one was given; ``rated_at`` is a time as
    ISO 8601. Equal ``settings_key`` and fingerprints mean that the same video was asked in the same way.
    ``warnings`` are codes of sentences (for example ``warning_high_off_digit_mass``), never sentences, so
    that each reader shows them in its own language.
    """

    path: str
    distribution: LabelDistribution
    frames: FramesUsed
    video_fingerprint: str
    model: str
    model_fingerprint: str
    settings_key: str
    text: str | None = None
    rated_at: str = ""
    warnings: tuple[str, ...] = ()
    decoding: str = "expectation"
    bands: Bands = field(default_factory=Bands.default)
    reading: Reading | None = None
    """How a domain profile reads it; label, MOS and band are then the domain's."""

    def __repr__(self) -> str:
        # of everything that it holds, what a person looks for in a list of ratings
        found = f"label={self.label}, mos={rounded(self.mos, 2)}, band={self.band.key!r}, model={self.model!r}"
        return f"{type(self).__name__}(path={self.path!r}, {found})"

    @property
    def ok(self) -> bool:
        """True; an error's is False."""
        return True

    @property
    def error(self) -> None:
        """None; an error's is its sentence."""
        return None

    @property
    def expected_label(self) -> float:
        """The mean of the distribution, in labels."""
        return self.distribution.expectation()

    @property
    def label(self) -> int:
        """The integer label by the chosen decoding; halves go up."""
        if self.reading is not None:
            return self.reading.label
        return math.floor(self.distribution.decode(self.decoding) + 0.5)

    @property
    def mos(self) -> float:
        """The MOS of the decoded label, before it is rounded to an integer."""
        if self.reading is not None:
            return self.reading.mos
        return self.distribution.scale.to_mos(self.distribution.decode(self.decoding))

    @property
    def band(self) -> Band:
        """The ACR category that the integer label lies in."""
        if self.reading is not None:
            return band_by_key(self.reading.band)
        return self.bands.of(self.label)

    @property
    def band_probability(self) -> float:
        """How sure the model is of ``band``, 0..1: the probability of all its labels together."""
        if self.reading is not None:
            return self.reading.band_probability
        return self.distribution.band_probability(self.bands, self.band)

    def to_dict(self, *, detail: bool = True) -> dict[str, Any]:
        """JSON-ready. Without ``detail`` the distribution and the frame list are left out."""
        low, high = self.distribution.interval()
        values: dict[str, Any] = {
            "path": self.path,
            "label": self.label,
            "expected_label": round(self.expected_label, 4),
            "mos": round(self.mos, 4),
            "band": self.band.key,
            "band_probability": round(self.band_probability, 6),
            "interval": [low, high],
            "off_digit_mass": round(self.distribution.off_digit_mass, 8),
            "frames": len(self.frames.indices),
            "model": self.model,
            "model_fingerprint": self.model_fingerprint,
            "decoding": self.decoding,
            "warnings": list(self.warnings),
            "rated_at": self.rated_at,
            **self.frames.told,
        }
        if self.text is not None:
            values["text"] = self.text
        if self.reading is not None:
            values.update(self.reading.to_dict())
        if detail:
            values.update(
                scale=self.distribution.scale.to_dict(),
                band_thresholds=list(self.bands.thresholds),
                distribution=list(self.distribution.probabilities),
                frames_used=self.frames.to_dict(),
                video_fingerprint=self.video_fingerprint,
                settings_key=self.settings_key,
                off_digit_mass=self.distribution.off_digit_mass,
            )
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Rating:
        """The inverse of ``to_dict(detail=True)``. Raises DistributionError where a field is missing."""
        try:
            scale = Scale.from_dict(values["scale"])
            first, second, third, fourth = values["band_thresholds"]
            return cls(
                path=values["path"],
                distribution=LabelDistribution(scale, tuple(values["distribution"]), values["off_digit_mass"]),
                frames=FramesUsed.from_dict(values["frames_used"]),
                video_fingerprint=values["video_fingerprint"],
                model=values["model"],
                model_fingerprint=values["model_fingerprint"],
                settings_key=values["settings_key"],
                text=values.get("text"),
                rated_at=values["rated_at"],
                warnings=tuple(values["warnings"]),
                decoding=values["decoding"],
                bands=Bands(scale, (first, second, third, fourth)),
                reading=Reading.from_dict(values),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DistributionError(problem=Reason("rating_incomplete", detail=why_malformed(error))) from error
