"""Which way a predictor's scores run and on which scale: both belong to the predictor, not to the manifest.

A metric such as NIQE is better when it is lower; a model taught on 1..5 answers in 1..5 whatever the people used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.qualities import is_overall
from xl_vqa.evaluation.figure import FloatArray
from xl_vqa.words.labels import Scale

# Metrics of the field by the words of a header or a file's name; what is in no list is not guessed.
_LOWER: Final = re.compile(
    r"niqe|ilniqe|il_niqe|brisque|piqe|lpips|dists|fid|fvd|kvd|mse|rmse|mae|dmos|degradation|distortion|impairment"
    r"|annoyance|blur|blurriness|blockiness|noise|flicker|artifacts?|error|lower_is_better|劣化度?|歪み?|ノイズ"
)
_HIGHER: Final = re.compile(
    r"vmaf|psnr|w?ssim|ms_ssim|msssim|fsim|vif|sharpness|musiq|clipiqa|clip_iqa|dover|fastvqa|fast_vqa|qalign|q_align"
    r"|jod|cvvdp|videval|rapique|vsfa|tlvqm|nima|hyperiqa|maniqa|topiq|arniqa|ugvq|higher_is_better"
)
_OPINION: Final = re.compile(
    r"mos|score|scores|quality|rating|opinion|pred|prediction|predicted|予測|予測(?:値|スコア|評価)|スコア|品質|評点|点数|得点|評価|評価値"
)
"""Words that say quality, and so "higher is better", but not whose: a metric's name beside them decides."""
_OWN_UNITS: Final = re.compile(
    r"niqe|ilniqe|il_niqe|brisque|piqe|lpips|dists|fid|fvd|kvd|mse|vmaf|psnr|w?ssim|ms_ssim|msssim|fsim|vif|jod|cvvdp"
)
"""Metrics whose numbers are no MOS, though some of them may lie within a MOS range."""
_MOS_RANGES: Final = ((1.0, 5.0), (0.0, 100.0))
"""What MOS are usually given on: by people who rate categories, and on a continuous scale."""
_FEWEST: Final = 5
_APART: Final = 0.1
"""Values of two columns of one file differ by more than this share of the scale: they are of two scales."""
_MUCH_WIDER: Final = 4.0
"""A scale this many times as wide as another is not taken for it."""


@dataclass(frozen=True, slots=True)
class Units:
    """A predictor's own scale, and whether lower is better on it. A scale of None is none at all."""

    low: float | None = None
    high: float | None = None
    lower_is_better: bool = False

    def to_mos(self, value: float, scale: Scale) -> float:
        """The value on the manifest's scale, turned round where lower is better.

        A metric without a scale that runs the other way keeps its units: only its sign changes.
        """
        if self.low is None or self.high is None:
            return -value if self.lower_is_better else value
        share = (value - self.low) / (self.high - self.low)
        share = 1 - share if self.lower_is_better else share
        return scale.mos_min + share * (scale.mos_max - scale.mos_min)

    @classmethod
    def from_ends(cls, worst: float, best: float) -> Units:
        """Of a scale from its worst score to its best. Raises ValueError where they are equal or not finite."""
        if worst == best or not np.isfinite(worst) or not np.isfinite(best):
            raise ValueError(f"a scale from {worst} to {best}")
        return cls(min(worst, best), max(worst, best), worst > best)


@dataclass(frozen=True, slots=True)
class Predictor:
    """How one rater's scores were read; the numbers of an evaluation are turned round and converted already.

    ``column`` is the header they stood under. ``low`` and ``high`` are the ends of its own scale where it has one
    other than the manifest's. ``in_mos`` is False for a rater in units of its own, None where the values are to
    tell. ``known_by`` is a key of texts.py: ``told``, ``stated``, ``product``, ``labels``, ``metric``, ``name`` or
    ``values``.
    """

    column: str = ""
    lower_is_better: bool = False
    low: float | None = None
    high: float | None = None
    in_mos: bool | None = None
    known_by: str = "values"

    def to_dict(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "lower_is_better": self.lower_is_better,
            "scale": None if self.low is None else [self.low, self.high],
            "in_mos": self.in_mos,
            "known_by": self.known_by,
        }


def lower_by_name(*names: str) -> bool | None:
    """True for a metric that is better when lower, False for one that is better when higher, None where unknown.

    The first name that is a metric's decides, the column's header before the file's: "score" in niqe.csv is NIQE.
    """
    for name in names:
        for pattern, lower in ((_LOWER, True), (_HIGHER, False)):
            if _says(pattern, name):
                return lower
    return None


def means_quality(*names: str) -> bool:
    """Whether a name says quality or score, without saying whose."""
    return any(_says(_OPINION, name) or is_overall(name) for name in names)


def has_own_units(*names: str) -> bool:
    """Whether a name is that of a metric whose numbers are no MOS."""
    return any(_says(_OWN_UNITS, name) for name in names)


def _says(pattern: re.Pattern[str], name: str) -> bool:
    # 予測MOS is two words, too
    apart = re.sub(r"(?<=[a-z0-9])(?=[぀-ヿ一-鿿])|(?<=[぀-ヿ一-鿿])(?=[a-z0-9])", "_", name.casefold())
    words = "_" + re.sub(r"[^a-z0-9぀-ヿ一-鿿]+", "_", apart).strip("_") + "_"
    return re.search(rf"_(?:{pattern.pattern})_", words) is not None


def of_another_scale(mos: Sequence[float | None], from_labels: Sequence[float | None], scale: Scale) -> bool:
    """Whether a file's MOS are on another scale than its labels, read on the manifest's: taught on 1..5, say."""
    pairs = [(m, b) for m, b in zip(mos, from_labels, strict=True) if m is not None and b is not None]
    if len(pairs) < _FEWEST:
        return False
    own, ours = np.array(pairs).T
    return float(np.median(np.abs(own - ours))) > _APART * (scale.mos_max - scale.mos_min)


def other_mos_range(values: FloatArray, mos: FloatArray, scale: Scale) -> tuple[tuple[float, float], bool] | None:
    """The usual MOS range that ``values`` are on rather than on ``scale``, and whether that is beyond doubt.

    ``mos`` are people's of the same videos, shape (n,). None where the values may well be on the scale.
    """
    if len(values) < _FEWEST:
        return None
    own = (scale.mos_min, scale.mos_max)
    for low, high in _MOS_RANGES:
        if (low, high) == own or not ((values >= low) & (values <= high)).all():
            continue
        width = (own[1] - own[0]) / (high - low)
        if width > 1:
            # people go beyond the narrower range, the predictions never do
            beyond = float(np.mean((mos < low) | (mos > high)))
            if beyond >= 0.3:
                return (low, high), width >= _MUCH_WIDER
        elif np.mean((values < own[0]) | (values > own[1])) >= 0.5:
            # of 0..10 and 0..100 alike, as long as nothing is above 10
            return (low, high), float(values.max()) > (low + high) / 5
    return None


def in_mos(prediction: FloatArray, mos: FloatArray, scale: Scale) -> bool:
    """Whether predictions without a known unit are MOS on the scale, by their values; shape (n,) each.

    A poor regression steps over the ends of the scale; VMAF lies outside it altogether, and shares of 0..1 lie in
    the lowest hundredth of a scale of 0..100.
    """
    if len(prediction) == 0:
        return True
    inside = (prediction >= scale.mos_min) & (prediction <= scale.mos_max)
    if inside.mean() < 0.5:
        return False
    width = scale.mos_max - scale.mos_min
    narrow = any(
        ((prediction >= low) & (prediction <= high)).all()
        and width >= _MUCH_WIDER * (high - low)
        and np.mean((mos < low) | (mos > high)) >= 0.5
        for low, high in ((0.0, 1.0), (1.0, 5.0), (0.0, 10.0))
        if (low, high) != (scale.mos_min, scale.mos_max)
    )
    return not narrow
