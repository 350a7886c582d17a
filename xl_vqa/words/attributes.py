"""Attributes: single qualities of a video (sharpness, noise, ...) beside its score, each on the score's own scale.

A higher label is always the better one: 50 for ``noise`` is a video without noise. Standard library only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from xl_vqa.words.errors import AttributeLeftOutError, DistributionError, UnknownAttributeError
from xl_vqa.words.labels import Band, Bands, Scale
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.reasons import Problem, Reason, why_malformed
from xl_vqa.words.table import one_of

Source = Literal["taught", "zero-shot"]
"""Whether a model was taught an attribute on labels, or answers out of what it knows of language and pictures."""
SOURCES: Final = get_args(Source)


@dataclass(frozen=True, slots=True)
class AttributeQuestion:
    """One attribute that a model is asked about: ``question`` stands in the place of the overall one.

    ``needs_motion``: says nothing of a still picture, where it is left out.
    """

    name: str
    question: str
    taught: bool = True
    needs_motion: bool = False

    @property
    def source(self) -> Source:
        return "taught" if self.taught else "zero-shot"


@dataclass(frozen=True, slots=True)
class KnownAttribute:
    """One that the product has names for. ``asked``: how a model that was not taught is asked for it; ``also``
    what else people call it."""

    key: str
    en: str
    ja: str
    asked: str
    needs_motion: bool = False
    also: tuple[str, ...] = ()


KNOWN: Final = (
    KnownAttribute("sharpness", "sharpness", "鮮鋭さ", "how sharp it is", also=("シャープネス", "鮮鋭度")),
    KnownAttribute(
        "blockiness",
        "blockiness",
        "ブロックノイズの少なさ",
        "how free of blocks and other traces of compression it is",
        also=("ブロックノイズ",),
    ),
    KnownAttribute("noise", "noise", "ノイズの少なさ", "how free of noise it is", also=("ノイズ",)),
    KnownAttribute(
        "motion_smoothness",
        "motion smoothness",
        "動きの滑らかさ",
        "how smoothly it moves, without freezes and stutter",
        needs_motion=True,
        also=("motion", "動き"),
    ),
    KnownAttribute(
        "flicker",
        "flicker",
        "ちらつきの少なさ",
        "how steady it is from frame to frame, without flicker",
        needs_motion=True,
        also=("temporal consistency", "ちらつき", "時間的一貫性"),
    ),
    KnownAttribute("exposure", "exposure", "露出", "how well it is exposed", also=("明るさ",)),
    KnownAttribute("colour", "colour", "色", "how natural its colours are", also=("color", "色彩")),
    KnownAttribute(
        "deformation",
        "deformation",
        "形の崩れの少なさ",
        "how free of deformed bodies and objects it is",
        also=("形の崩れ", "変形"),
    ),
)
"""A model that was taught is asked in its own words (``ModelSpec.attributes``), and may know others than these."""
_BY_KEY: Final[Mapping[str, KnownAttribute]] = {one.key: one for one in KNOWN}


def zero_shot_questions(scale: Scale) -> tuple[AttributeQuestion, ...]:
    """What a model is asked that was never taught on videos."""
    return tuple(
        AttributeQuestion(
            one.key,
            f"Rate only one aspect of the quality of this video: {one.asked}. Answer with an integer from "
            f"{scale.label_min} (bad) to {scale.label_max} (excellent).",
            taught=False,
            needs_motion=one.needs_motion,
        )
        for one in KNOWN
    )


def questions_digest(questions: Iterable[AttributeQuestion], weights: str) -> str:
    """Changes with everything that changes an answer besides the model's own weights.

    ``weights`` is the digest of those that only the questions use, empty where there are none.
    """
    asked = [(one.name, one.question, one.taught) for one in questions]
    return hashlib.blake2b(repr((asked, weights)).encode(), digest_size=16).hexdigest()


def attribute_words(name: str, language: str = "en") -> str:
    """An attribute as people read it; one of the user's own is called what the user calls it."""
    known = _BY_KEY.get(name)
    return name if known is None else one_of((known.en, known.ja), language)


@dataclass(frozen=True, slots=True)
class AttributeRating:
    """What the model says of one attribute: read off its distribution as a rating is.

    ``name`` is ``noise``, ``sharpness`` or another that its model knows; a high label is always the better one,
    so 50 for noise is none.
    ``source`` says whether the model was ``taught`` the attribute, or answers ``zero-shot``.
    """

    name: str
    distribution: LabelDistribution
    source: Source = "taught"
    decoding: str = "expectation"
    bands: Bands = field(default_factory=Bands.default)

    @property
    def expected_label(self) -> float:
        """The mean of the distribution, in labels."""
        return self.distribution.expectation()

    @property
    def label(self) -> int:
        """The integer label by the chosen decoding; halves go up."""
        return math.floor(self.distribution.decode(self.decoding) + 0.5)

    @property
    def mos(self) -> float:
        """The decoded label on the MOS scale, before it is rounded to an integer."""
        return self.distribution.scale.to_mos(self.distribution.decode(self.decoding))

    @property
    def band(self) -> Band:
        """The ACR category that the integer label lies in."""
        return self.bands.of(self.label)

    @property
    def band_probability(self) -> float:
        """How sure the model is of ``band``, 0..1."""
        return self.distribution.band_probability(self.bands, self.band)

    def words(self, language: str = "en") -> str:
        """The attribute's name as people read it."""
        return attribute_words(self.name, language)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return {
            "name": self.name,
            "source": self.source,
            "label": self.label,
            "expected_label": round(self.expected_label, 4),
            "mos": round(self.mos, 4),
            "band": self.band.key,
            "band_probability": round(self.band_probability, 6),
            "interval": list(self.distribution.interval()),
            "off_digit_mass": self.distribution.off_digit_mass,
            "decoding": self.decoding,
            "scale": self.distribution.scale.to_dict(),
            "band_thresholds": list(self.bands.thresholds),
            "distribution": list(self.distribution.probabilities),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AttributeRating:
        """The inverse of ``to_dict``. Raises DistributionError where a field is missing."""
        try:
            scale = Scale.from_dict(values["scale"])
            first, second, third, fourth = values["band_thresholds"]
            return cls(
                values["name"],
                LabelDistribution(scale, tuple(values["distribution"]), values["off_digit_mass"]),
                "taught" if values["source"] == "taught" else "zero-shot",
                values["decoding"],
                Bands(scale, (first, second, third, fourth)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DistributionError(problem=Reason("rating_incomplete", detail=why_malformed(error))) from error


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes of one video, in the order in which its model knows them.

    ``left_out``: those that the model knows and that say nothing of this video, each with the reason.
    """

    ratings: tuple[AttributeRating, ...]
    left_out: Mapping[str, Problem] = field(default_factory=dict)

    def of(self, name: str) -> AttributeRating:
        """By its key, or by its name in a language of the product, in any case.

        Raises UnknownAttributeError, which says which there are, or AttributeLeftOutError.
        """
        wanted = _plain(name)
        for rating in self.ratings:
            if wanted in _names(rating.name):
                return rating
        for left, problem in self.left_out.items():
            if wanted in _names(left):
                raise _left_out(left, problem)
        known = [*(rating.name for rating in self.ratings), *self.left_out]
        raise UnknownAttributeError(name=name, known=", ".join(known))

    @property
    def lowest(self) -> AttributeRating | None:
        """The one that is worst, which names what is wrong where something is; None where there is none."""
        return min(self.ratings, key=lambda rating: rating.expected_label, default=None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return {"ratings": [one.to_dict() for one in self.ratings], "left_out": dict(self.left_out)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Attributes:
        """The inverse of ``to_dict``. Raises DistributionError where a field is missing."""
        try:
            return cls(tuple(map(AttributeRating.from_dict, values["ratings"])), dict(values["left_out"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DistributionError(problem=Reason("rating_incomplete", detail=why_malformed(error))) from error


def _left_out(name: str, problem: Problem) -> AttributeLeftOutError:
    return AttributeLeftOutError(name=name, problem=problem)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _names(name: str) -> set[str]:
    """Everything that an attribute answers to."""
    known = _BY_KEY.get(name)
    others = () if known is None else (known.en, known.ja, *known.also)
    return {_plain(one) for one in (name, *others)}
