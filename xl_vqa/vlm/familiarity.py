"""How familiar a video is to a model: is it like those that it was taught and tested on?

Two things tell a video that is unlike them: where it lies in the model's own terms, and how much of its answer was
no label at all (off-digit mass). Of a model with a first opinion the former is how thinly the teaching lies round
about what the opinion stands on (outlier_factor.py); of others the Mahalanobis distance of the pooled value states
of the language model's last layer, a covariance shrunk after Ledoit and Wolf, 2004. Each is held against the same
of videos that the statistics were not taken from, which gives a conformal p-value (Vovk et al., 2005): of videos
like those, at most a share p is as strange. Both together by Bonferroni's rule, so that the false-alarm rate holds
whatever they share.

States and opinion come with the reading that the score comes from, so that looking at them costs no pass and
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

from xl_vqa.vlm.outlier_factor import OutlierFactor
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.rating import FALSE_ALARM
from xl_vqa.words.reasons import Reason

FILE_NAME: Final = "familiarity.safetensors"
LEAST_HELD_OUT: Final = round(2 / FALSE_ALARM) - 1
"""With fewer no p-value can come below the false-alarm rate, and the alarm would never ring."""
OPINION_PARTS: Final = 64
"""Components of a first opinion that are looked at, the widest."""
NEIGHBOURS: Final = 30
LEAST_TAUGHT: Final = 20 * NEIGHBOURS
"""Training videos for an outlier factor: of fewer, neighbours are no neighbourhood."""
_POINTS: Final = "points"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distance:
    """Mahalanobis: ``mean`` [d] and ``whitening`` [d, d] of pooled states of the training videos."""

    mean: Floats
    whitening: Floats

    @classmethod
    def fit(cls, taught: Floats) -> Distance:
        """From states [n, d]."""
        # inverse of the Cholesky factor: its product with a centred state has the length of the distance
        return cls(taught.mean(0), np.linalg.inv(np.linalg.cholesky(shrunk_covariance(taught))))

    def of(self, state: Floats) -> float:
        """[d]; infinity where one of its values is no number."""
        distance = float(np.linalg.norm(self.whitening @ (state - self.mean)))
        return distance if np.isfinite(distance) else np.inf

    def fits(self, width: int) -> bool:
        """Whether all is there for states of ``width``."""
        return self.mean.shape == (width,) and self.whitening.shape == (width, width)


@dataclass(frozen=True, slots=True)
class Familiarity:
    """``measure`` of how far a video is from the training videos; ``distances`` by it and ``off_digits`` of the
    held-out ones, rising."""

    measure: Distance | OutlierFactor
    distances: Floats
    off_digits: Floats

    @classmethod
    def fit(cls, taught: Floats, held_out: Floats, off_digits: Sequence[float]) -> Familiarity:
        """From pooled states [n, d] of training videos and of held-out ones, with the off-digit masses of these.

        Raises ValueError for fewer than LEAST_HELD_OUT held-out videos.
        """
        return cls._against(Distance.fit(taught), held_out, off_digits)

    @classmethod
    def fit_opinion(cls, taught: Floats, held_out: Floats, off_digits: Sequence[float]) -> Familiarity:
        """The same from what a first opinion stands on, [n, PARTS].

        Raises ValueError, too, for fewer than LEAST_TAUGHT training videos.
        """
        if len(taught) < LEAST_TAUGHT:
            raise ValueError(f"{len(taught)} training videos; {LEAST_TAUGHT} are needed")
        # as they are stored
        points = taught[:, :OPINION_PARTS].astype(np.float16).astype(float)
        return cls._against(OutlierFactor.fit(points, NEIGHBOURS), held_out, off_digits)

    @classmethod
    def _against(
        cls, measure: Distance | OutlierFactor, held_out: Floats, off_digits: Sequence[float]
    ) -> Familiarity:
        if len(held_out) < LEAST_HELD_OUT or len(held_out) != len(off_digits):
            raise ValueError(f"{len(held_out)} held-out videos; {LEAST_HELD_OUT} are needed")
        found = cls(measure, np.array([]), np.sort(np.asarray(off_digits, float)))
        return replace(found, distances=np.sort([found.distance(one) for one in held_out]))

    @property
    def by_opinion(self) -> bool:
        """Whether it looks at what the first opinion stands on, and not at states."""
        return isinstance(self.measure, OutlierFactor)

    def distance(self, seen: Floats) -> float:
        """``seen`` [d]: the video's pooled state, or what the first opinion stands on."""
        return self.measure.of(seen[:OPINION_PARTS] if self.by_opinion else seen)

    def p_value(self, seen: Floats, off_digit_mass: float) -> float:
        """At most this share of videos like the held-out ones is as strange; 1 for an ordinary one."""
        return self._p_value(self.distance(seen), off_digit_mass)

    def _p_value(self, distance: float, off_digit_mass: float) -> float:
        both = (_conformal(self.distances, distance), _conformal(self.off_digits, off_digit_mass))
        return min(1.0, 2 * min(both))

    def false_alarm(self, seen: Floats, off_digits: Floats, folds: int = 10, seed: int = 0) -> float:
        """The share of held-out videos ([n, d] and [n]) that alarm where only the others were held out."""
        distances = np.array([self.distance(one) for one in seen])
        places = np.random.default_rng(seed).permutation(len(seen)) % folds
        rang = 0
        for fold in range(folds):
            own = places == fold
            twin = replace(self, distances=np.sort(distances[~own]), off_digits=np.sort(off_digits[~own]))
            pairs = zip(distances[own], off_digits[own], strict=True)
            rang += sum(twin._p_value(float(one), float(mass)) <= FALSE_ALARM for one, mass in pairs)
        return rang / len(seen)

    def save(self, folder: Path) -> None:
        """Into a model's folder."""
        values = {name: getattr(self.measure, name) for name in self.measure.__slots__}
        values |= {"distances": self.distances, "off_digits": self.off_digits}
        kinds = {_POINTS: np.float16}
        stored = {name: np.asarray(value, kinds.get(name, np.float32)) for name, value in values.items()}
        save_file(stored, folder / FILE_NAME)

    @classmethod
    def load(cls, folder: Path, width: int, *, opinion: bool = False) -> Familiarity | None:
        """That of a model's folder; None where it has none. ``opinion``: whether the model has a first opinion.

        Raises ModelIncompatibleError where it is of a model with states of another ``width`` or with an opinion
        that this has not.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            return None
        try:
            stored = {name: value.astype(float) for name, value in load_file(path).items()}
            found = cls(_measure(stored), stored["distances"], stored["off_digits"])
        except Exception as error:  # the library raises many kinds
            raise _unfit(folder) from error
        fits = found.measure.fits(OPINION_PARTS if found.by_opinion else width)
        if not fits or (found.by_opinion and not opinion):
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


def _measure(stored: dict[str, Floats]) -> Distance | OutlierFactor:
    kind = OutlierFactor if _POINTS in stored else Distance
    return kind(*(stored[name] for name in kind.__slots__))


def _conformal(held_out: Floats, value: float) -> float:
    """(1 + how many held-out values are as high) / (1 + how many there are)."""
    as_high = len(held_out) - int(np.searchsorted(held_out, value, side="left"))
    return (1 + as_high) / (1 + len(held_out))


def _unfit(folder: Path) -> ModelIncompatibleError:
    return ModelIncompatibleError(model=str(folder), problem=Reason("question_weights_other", file=FILE_NAME))
