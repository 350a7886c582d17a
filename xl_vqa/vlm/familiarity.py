"""How familiar a video is to a model: is it like those that it was taught and tested on?

Two things tell a video that is unlike them: where its pictures lie in the model's own terms (Mahalanobis
distance of the pooled value states of the language model's last layer, a covariance shrunk after Ledoit and Wolf,
2004), and how much of its answer was no label at all (off-digit mass). Each is held against the same of videos
that the statistics were not taken from, which gives a conformal p-value (Vovk et al., 2005): of videos like those,
at most a share p is as strange. Both together by Bonferroni's rule, so that the false-alarm rate holds whatever
they share.

The states are in the cache of the reading that the score comes from, so that looking at them costs no pass and
changes no score. The statistics are a small file beside the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.rating import FALSE_ALARM
from xl_vqa.words.reasons import Reason

FILE_NAME: Final = "familiarity.safetensors"
LEAST_HELD_OUT: Final = round(2 / FALSE_ALARM) - 1
"""With fewer no p-value can come below the false-alarm rate, and the alarm would never ring."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Familiarity:
    """``mean`` [d] and ``whitening`` [d, d] of pooled states of the training videos; ``distances`` and
    ``off_digits`` of the held-out ones, rising."""

    mean: Floats
    whitening: Floats
    distances: Floats
    off_digits: Floats

    @classmethod
    def fit(cls, taught: Floats, held_out: Floats, off_digits: Sequence[float]) -> Familiarity:
        """From pooled states [n, d] of training videos and of held-out ones, with the off-digit masses of these.

        Raises ValueError for fewer than LEAST_HELD_OUT held-out videos.
        """
        if len(held_out) < LEAST_HELD_OUT or len(held_out) != len(off_digits):
            raise ValueError(f"{len(held_out)} held-out videos; {LEAST_HELD_OUT} are needed")
        mean = taught.mean(0)
        # inverse of the Cholesky factor: its product with a centred state has the length of the distance
        whitening = np.linalg.inv(np.linalg.cholesky(shrunk_covariance(taught)))
        distances = np.linalg.norm((held_out - mean) @ whitening.T, axis=1)
        return cls(mean, whitening, np.sort(distances), np.sort(np.asarray(off_digits, float)))

    def p_value(self, state: Floats, off_digit_mass: float) -> float:
        """At most this share of videos like the held-out ones is as strange; 1 for an ordinary one."""
        distance = float(np.linalg.norm(self.whitening @ (state - self.mean)))
        if not np.isfinite(distance):
            distance = np.inf
        both = (_conformal(self.distances, distance), _conformal(self.off_digits, off_digit_mass))
        return min(1.0, 2 * min(both))

    def false_alarm(self, states: Floats, off_digits: Floats, folds: int = 10, seed: int = 0) -> float:
        """The share of held-out videos ([n, d] and [n]) that alarm where only the others were held out."""
        places = np.random.default_rng(seed).permutation(len(states)) % folds
        rang = 0
        for fold in range(folds):
            own = places == fold
            others = np.linalg.norm((states[~own] - self.mean) @ self.whitening.T, axis=1)
            twin = replace(self, distances=np.sort(others), off_digits=np.sort(off_digits[~own]))
            pairs = zip(states[own], off_digits[own], strict=True)
            rang += sum(twin.p_value(state, float(mass)) <= FALSE_ALARM for state, mass in pairs)
        return rang / len(states)

    def save(self, folder: Path) -> None:
        """Into a model's folder."""
        values = {name: getattr(self, name).astype(np.float32) for name in self.__slots__}
        save_file(values, folder / FILE_NAME)

    @classmethod
    def load(cls, folder: Path, width: int) -> Familiarity | None:
        """That of a model's folder; None where it has none.

        Raises ModelIncompatibleError where it is of a model with states of another ``width``.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            return None
        try:
            stored = load_file(path)
            found = cls(*(stored[name].astype(float) for name in cls.__slots__))
        except Exception as error:  # the library raises many kinds
            raise _unfit(folder) from error
        if found.mean.shape != (width,) or found.whitening.shape != (width, width):
            raise _unfit(folder)
        return found


def shrunk_covariance(values: Floats) -> Floats:
    """Of [n, d], drawn towards a multiple of the identity as far as Ledoit and Wolf (2004) find best.

    With fewer rows than columns the plain covariance has no inverse; this has.
    """
    rows, width = values.shape
    centred = values - values.mean(0)
    plain = centred.T @ centred / rows
    middle = np.trace(plain) / width
    spread = ((plain - middle * np.eye(width)) ** 2).sum() / width
    squares = centred**2
    noise = ((squares.T @ squares / rows - plain**2).sum() / rows) / width
    share = 1.0 if spread <= 0 else float(np.clip(noise / spread, 0.0, 1.0))
    floor = 1e-12 + 1e-6 * middle
    shrunk: Floats = (1 - share) * plain + (share * middle + floor) * np.eye(width)
    return shrunk


def _conformal(held_out: Floats, value: float) -> float:
    """(1 + how many held-out values are as high) / (1 + how many there are)."""
    as_high = len(held_out) - int(np.searchsorted(held_out, value, side="left"))
    return (1 + as_high) / (1 + len(held_out))


def _unfit(folder: Path) -> ModelIncompatibleError:
    return ModelIncompatibleError(model=str(folder), problem=Reason("question_weights_other", file=FILE_NAME))
