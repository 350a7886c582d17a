"""Which way a predictor's scores run and on which scale: both belong to the predictor, not to the manifest.

A metric such as NIQE is better when it is lower; a model taught on 1..5 answers in 1..5 whatever the people used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xl_vqa.words.labels import Scale

# Metrics of the field by the words of a header or a file's name; what is in neither list is not guessed.
_LOWER: Final = re.compile(
    r"niqe|ilniqe|il_niqe|brisque|piqe|lpips|dists|fid|fvd|kvd|mse|rmse|mae|dmos|degradation|distortion|impairment"
    r"|annoyance|blur|blurriness|blockiness|noise|flicker|lower_is_better|劣化度|歪み"
)
_HIGHER: Final = re.compile(
    r"vmaf|psnr|ssim|ms_ssim|fsim|vif|mos|musiq|clipiqa|clip_iqa|dover|fastvqa|fast_vqa|qalign|q_align|jod|cvvdp"
    r"|videval|rapique|vsfa|tlvqm|nima|hyperiqa|maniqa|score|quality"
)
_FEWEST: Final = 5
_APART: Final = 0.1
"""Values of two columns of one file differ by more than this share of the scale: they are of two scales."""


@dataclass(frozen=True, slots=True)
class Units:
    """A predictor's own scale, and whether lower is better on it. A scale of None is the manifest's."""

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


def lower_by_name(*names: str) -> bool | None:
    """True for a metric that is better when lower, False for one that is better when higher, None where unknown.

    The first name that says anything decides: the column's header before the file's name.
    """
    for name in names:
        words = "_" + re.sub(r"[^a-z0-9぀-ヿ一-鿿]+", "_", name.casefold()).strip("_") + "_"
        for pattern, lower in ((_LOWER, True), (_HIGHER, False)):
            if re.search(rf"_(?:{pattern.pattern})_", words):
                return lower
    return None


def of_another_scale(mos: Sequence[float | None], from_labels: Sequence[float | None], scale: Scale) -> bool:
    """Whether a file's MOS are on another scale than its labels, read on the manifest's: taught on 1..5, say."""
    pairs = [(m, b) for m, b in zip(mos, from_labels, strict=True) if m is not None and b is not None]
    if len(pairs) < _FEWEST:
        return False
    own, ours = np.array(pairs).T
    return float(np.median(np.abs(own - ours))) > _APART * (scale.mos_max - scale.mos_min)
