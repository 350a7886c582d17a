"""What is asked of a loaded model to explain one of its scores, counted: passes, seconds, and how far along.

A pass is the work of one plain score. The model is shown single pairs of frames (its smallest clip), which cost a
few hundredths of a second each, and clips that are put together from them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from xl_vqa.words.errors import ModelError
from xl_vqa.words.explanation import Cost, Progress
from xl_vqa.words.rating import LabelDistribution

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip
    from xl_vqa.vlm.rater import PreparedVideo, RatedAttributes

T = TypeVar("T")
ATTRIBUTES_COST: Final = 1.3
"""What a score with all its attributes costs at most, in scores (docs/why.md)."""
CHUNK_PASSES: Final = 1.0
"""So much goes to the model at once: ratings that somebody waits for come between two chunks."""


class OverBudgetError(Exception):
    """More was asked of the model than the budget allows: a mistake of ours."""


@dataclass(slots=True)
class Meter:
    """What has been spent, of ``budget`` passes; a score is of ``pairs`` pairs, of ``pair_cost`` tokens each."""

    budget: float
    pairs: int
    pair_cost: int = 0
    """0 until the first pair was made ready."""
    passes: float = 0.0
    seconds: float = 0.0
    reading_s: float = 0.0

    @property
    def left(self) -> float:
        """Passes."""
        return max(self.budget - self.passes, 0.0)

    def cost(self) -> Cost:
        return Cost(
            passes=round(self.passes, 2),
            seconds=round(self.seconds, 3),
            reading_s=round(self.reading_s, 3),
            plain_s=round(self.seconds / self.passes, 4) if self.passes else 0.0,
            budget=self.budget,
        )


class Asked:
    """The model as an explanation asks it. Not thread-safe.

    ``read(times)`` gives a clip with a pair at each of the times; ``prepare`` makes one ready; ``rate`` gives an
    outcome for each of some prepared clips, when the model has time. ``rate_attributes`` is None where the model
    knows no attributes.
    """

    def __init__(
        self,
        *,
        read: Callable[[Sequence[float]], Clip],
        prepare: Callable[[Clip], PreparedVideo],
        rate: Callable[[Sequence[PreparedVideo]], Sequence[LabelDistribution | ModelError]],
        meter: Meter,
        rate_attributes: Callable[[Sequence[PreparedVideo]], Sequence[RatedAttributes | ModelError]] | None = None,
        tell: Callable[[Progress], None] = lambda progress: None,
        should_stop: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._prepare, self._rate = read, prepare, rate
        self._rate_attributes = rate_attributes
        self._tell, self._should_stop, self._clock = tell, should_stop, clock
        self.meter = meter
        self._stage = "reading"

    def stage(self, name: str) -> None:
        """From here on progress is told under this name."""
        self._stage = name
        self._told()

    def read(self, times: Sequence[float]) -> Clip:
        """A pair for each of the times, in order. Errors as ``video.read.read_frames``."""
        self._should_stop()
        start = self._clock()
        clip = self._read(times)
        self.meter.reading_s += self._clock() - start
        return clip

    def rate_pairs(self, clip: Clip) -> list[LabelDistribution]:
        """Each pair of the clip as a clip of its own, in order."""
        return self.rate([pair_of(clip, place) for place in range(len(clip.frames) // 2)])

    def rate(self, clips: Sequence[Clip]) -> list[LabelDistribution]:
        """An answer for each, in chunks. Raises the model's error where it fails on one."""
        answers: list[LabelDistribution] = []
        chunk: list[PreparedVideo] = []
        passes = 0.0
        for number, clip in enumerate(clips):
            chunk.append(self._ready(clip))
            passes += chunk[-1].cost / (self.meter.pair_cost * self.meter.pairs)
            if passes >= CHUNK_PASSES or number == len(clips) - 1:
                answers += self._ask(chunk, passes, self._rate)
                chunk, passes = [], 0.0
        return answers

    def attributes(self, clips: Sequence[Clip]) -> list[Mapping[str, LabelDistribution]]:
        """The attributes of each, by name; none where the model knows none. Raises the model's error."""
        if self._rate_attributes is None:
            return [{} for _ in clips]
        ready = [self._ready(clip) for clip in clips]
        passes = sum(one.cost for one in ready) / (self.meter.pair_cost * self.meter.pairs)
        return [one.attributes for one in self._ask(ready, ATTRIBUTES_COST * passes, self._rate_attributes)]

    def passes_of(self, clip: Clip) -> float:
        """What rating it would cost."""
        return self._ready(clip).cost / (self.meter.pair_cost * self.meter.pairs)

    def _ready(self, clip: Clip) -> PreparedVideo:
        start = self._clock()
        made = self._prepare(clip)
        self.meter.reading_s += self._clock() - start
        if not self.meter.pair_cost:
            # the first that is asked for is a whole pair
            self.meter.pair_cost = max(made.cost // max(len(clip.frames) // 2, 1), 1)
        return made

    def _ask(
        self,
        chunk: Sequence[PreparedVideo],
        passes: float,
        rate: Callable[[Sequence[PreparedVideo]], Sequence[T | ModelError]],
    ) -> list[T]:
        self._should_stop()
        if self.meter.passes + passes > self.meter.budget + 1e-6:
            raise OverBudgetError(f"{self.meter.passes + passes:.2f} passes of {self.meter.budget}")
        start = self._clock()
        outcomes = rate(chunk)
        self.meter.seconds += self._clock() - start
        self.meter.passes += passes
        self._told()
        found: list[T] = []
        for outcome in outcomes:
            if isinstance(outcome, ModelError):
                raise outcome
            found.append(outcome)
        return found

    def _told(self) -> None:
        meter = self.meter
        spent = meter.seconds + meter.reading_s
        eta = spent / meter.passes * meter.left if meter.passes else None
        self._tell(Progress(self._stage, round(meter.passes, 2), meter.budget, eta))


def pair_of(clip: Clip, place: int) -> Clip:
    """The pair ``place`` of a clip as a clip of its own."""
    return clip_of_pairs(clip, [place])


def clip_of_pairs(clip: Clip, places: Sequence[int]) -> Clip:
    """Some pairs of a clip, in the order given, as a clip."""
    frames = [2 * place + part for place in places for part in (0, 1)]
    used = replace(
        clip.used,
        indices=tuple(clip.used.indices[frame] for frame in frames),
        timestamps_s=tuple(clip.used.timestamps_s[frame] for frame in frames),
    )
    windows = tuple(clip.windows[place] for place in places) if clip.windows else ()
    return replace(clip, frames=tuple(clip.frames[frame] for frame in frames), used=used, windows=windows)
