"""Why a video has its score: when it is bad, where in the picture, by which qualities, and what that cost.

Only measured figures; the sentence is made of them where it is read (xl_vqa.explaining.in_words). Pure and
standard library only; JSON-ready, as a rating is.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from xl_vqa.words.attributes import SOURCES, AttributeRating
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.rating import LabelDistribution, Rating
from xl_vqa.words.reasons import Reason, why_malformed

VERSION: Final = 2
"""Goes up whenever the same video would get another explanation: stored ones of before are made anew."""

PASS: Final = "plain score"
"""What a pass is: the work of one plain score of this model, by the tokens that it sees."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the timeline, in seconds from the start of the video.

    ``mos`` is what the model expects of the frames that it was shown of this piece, ``low`` and ``high`` the
    central 90% of what it holds possible there (its own spread, not calibrated), all on the rating's MOS scale.
    The timeline is shifted as a whole so that its mean, weighted by time, is the MOS of the video.
    """

    start_s: float
    end_s: float
    mos: float
    low: float
    high: float

    @property
    def middle_s(self) -> float:
        """Half way through it."""
        return (self.start_s + self.end_s) / 2


@dataclass(frozen=True, slots=True)
class Moment:
    """One of the worst stretches, the worst first. ``at_s`` is its worst time; ``mos`` that of its worst span.

    ``cause`` is the name of the attribute that falls most there, empty where none was measured or none falls.
    """

    start_s: float
    end_s: float
    at_s: float
    mos: float
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, as shares of its width and height in 0..1 from the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where in one of the worst frames the model's score suffers.

    ``relevance`` [rows][columns] in 0..1 over the whole picture, row by row from the top; 1 is what stands out
    most. ``loss`` is how many MOS the model finds that part worse than the same part at a good time of the video,
    or, where no moment is worse than another, than other parts. ``box`` is around what stands out, None where
    nothing does, and the whole picture (0, 0, 1, 1) where the fault is everywhere. ``width`` x ``height`` is
    the picture as shown, in pixels; ``jpeg`` a small copy of it, base64, empty where it was not asked for.
    """

    time_s: float
    frame: int
    width: int
    height: int
    relevance: tuple[tuple[float, ...], ...]
    loss: float
    box: Box | None = None
    jpeg: str = ""

    @property
    def picture(self) -> bytes:
        """The JPEG file; empty where there is none."""
        return base64.b64decode(self.jpeg)


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took. A pass is the work of one plain score, counted by the tokens that the model saw.

    ``seconds`` are the model's, ``reading_s`` those of reading and preparing; ``plain_s`` is what one pass took.
    ``budget`` is how many passes were allowed.
    """

    passes: float
    seconds: float
    reading_s: float
    plain_s: float
    budget: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a video has its score.

    ``looked_at_s`` are the times of the frames that were really looked at for the timeline, rising. ``spans`` are
    the timeline, without gap or overlap; ``moments`` the worst of them, joined, the worst first; empty where the
    quality is even. ``maps`` belong to the worst frames. ``attributes`` are by name; empty where the model has
    none. ``remarks`` are reasons: the key of a sentence with its parameters.
    """

    rating: Rating
    looked_at_s: tuple[float, ...]
    spans: tuple[Span, ...]
    moments: tuple[Moment, ...]
    maps: tuple[HeatMap, ...]
    attributes: Mapping[str, AttributeRating]
    cost: Cost
    remarks: tuple[Mapping[str, Any], ...] = ()
    version: int = VERSION
    made_at: str = ""

    @property
    def path(self) -> str:
        """Of the video."""
        return self.rating.path

    @property
    def duration_s(self) -> float:
        """How long the video is."""
        return self.rating.frames.duration_s

    def without_pictures(self) -> Explanation:
        """The same without the copies of the frames, which are most of its size."""
        return replace(self, maps=tuple(replace(one, jpeg="") for one in self.maps))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return {
            "version": self.version,
            "made_at": self.made_at,
            "rating": self.rating.to_dict(detail=True),
            "looked_at_s": list(self.looked_at_s),
            "spans": [asdict(one) for one in self.spans],
            "moments": [asdict(one) for one in self.moments],
            "maps": [_map_to_dict(one) for one in self.maps],
            "attributes": {name: _attribute_to_dict(one) for name, one in self.attributes.items()},
            "remarks": [dict(one) for one in self.remarks],
            "cost": asdict(self.cost),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Explanation:
        """The inverse of ``to_dict``. Raises DistributionError where a field is missing or wrong."""
        try:
            attributes = {name: _attribute_of(name, one) for name, one in values["attributes"].items()}
            return cls(
                rating=Rating.from_dict(values["rating"]),
                looked_at_s=tuple(map(float, values["looked_at_s"])),
                spans=_without_gaps(tuple(Span(**one) for one in values["spans"])),
                moments=tuple(Moment(**one) for one in values["moments"]),
                maps=tuple(_map_of(one) for one in values["maps"]),
                attributes=attributes,
                cost=Cost(**values["cost"]),
                remarks=tuple(dict(one) for one in values["remarks"]),
                version=int(values["version"]),
                made_at=str(values["made_at"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
            raise DistributionError(
                problem=Reason("explanation_incomplete", detail=why_malformed(error))
            ) from error

    def to_json(self) -> str:
        """``to_dict`` as text."""
        return json.dumps(self.to_dict(), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Explanation:
        """The inverse of ``to_json``. Raises DistributionError where it is none."""
        try:
            values = json.loads(text)
        except ValueError as error:
            raise DistributionError(
                problem=Reason("explanation_incomplete", detail=why_malformed(error))
            ) from error
        return cls.from_dict(values)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an explanation is: ``stage`` is ``rating``, ``reading``, ``timeline`` or ``maps``.

    ``done`` of ``total`` passes; ``eta_s`` is None where not known yet.
    """

    stage: str
    done: float = 0.0
    total: float = 0.0
    eta_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Progress:
        """The inverse of ``to_dict``. Raises TypeError for an unknown or missing field."""
        return cls(**values)


def _without_gaps(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for one, following in itertools.pairwise(spans):
        if abs(one.end_s - following.start_s) > 1e-6:
            raise ValueError(f"a gap in the timeline at {one.end_s} s")
    return spans


def _map_to_dict(one: HeatMap) -> dict[str, Any]:
    return {**asdict(one), "relevance": [list(row) for row in one.relevance]}


def _map_of(values: Mapping[str, Any]) -> HeatMap:
    rows = tuple(tuple(map(float, row)) for row in values["relevance"])
    if not rows or len({len(row) for row in rows}) != 1 or not rows[0]:
        raise ValueError("a heat map is a rectangle")
    base64.b64decode(values["jpeg"], validate=True)
    box = values["box"]
    return HeatMap(**{**values, "relevance": rows, "box": None if box is None else Box(**box)})


def _attribute_to_dict(one: AttributeRating) -> dict[str, Any]:
    return {
        "label": one.label,
        "expected_label": round(one.expected_label, 4),
        "mos": round(one.mos, 4),
        "source": one.source,
        "scale": one.distribution.scale.to_dict(),
        "distribution": list(one.distribution.probabilities),
        "off_digit_mass": one.distribution.off_digit_mass,
    }


def _attribute_of(name: str, values: Mapping[str, Any]) -> AttributeRating:
    if values["source"] not in SOURCES:
        raise ValueError(f"{values['source']!r} is no source of an attribute")
    scale = Scale.from_dict(values["scale"])
    distribution = LabelDistribution(scale, tuple(values["distribution"]), values["off_digit_mass"])
    return AttributeRating(name, distribution, values["source"], bands=Bands.default(scale))
