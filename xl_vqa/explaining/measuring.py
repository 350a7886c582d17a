"""What is asked of a loaded model to explain one of its scores, counted: passes, seconds, and how far along.

A pass is the work of one plain score. The model is shown single pairs of frames (its smallest clip), which cost a
few hundredths of a second each, and clips that are put together from them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from xl_vqa.words.errors import ModelError
from xl_vqa.words.explanation import Cost, Progress
from xl_vqa.words.rating import LabelDistribution

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip
    from xl_vqa.vlm.rater import PreparedVideo

Prepare = "Callable[[Clip], PreparedVideo]"
CHUNK_PASSES: Final = 1.0
"""So much goes to the model at once: ratings that somebody waits for come between two chunks."""


class OverBudgetError(Exception):
    """More was asked of the model than the budget allows: a mistake of ours."""


@dataclass(slots=True)
class Meter:
    """What has been spent, of ``budget`` passes; ``pair_cost`` is that of one pair, ``pairs`` those of a score."""

    budget: float
    pairs: int
    passes: float = 0.0
    seconds: float = 0.0
    reading_s: float = 0.0

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
    outcome for each of some prepared clips, when the model has time.
    """

    def __init__(
        self,
        *,
        read: Callable[[Sequence[float]], Clip],
        prepare: Callable[[Clip], PreparedVideo],
        rate: Callable[[Sequence[PreparedVideo]], Sequence[LabelDistribution | ModelError]],
        meter: Meter,
        tell: Callable[[Progress], None] = lambda progress: None,
        should_stop: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._prepare, self._rate = read, prepare, rate
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
        pairs = 0
        for number, clip in enumerate(clips):
            start = self._clock()
            chunk.append(self._prepare(clip))
            self.meter.reading_s += self._clock() - start
            pairs += len(clip.frames) // 2
            if pairs >= CHUNK_PASSES * self.meter.pairs or number == len(clips) - 1:
                answers += self._ask(chunk, pairs)
                chunk, pairs = [], 0
        return answers

    def _ask(self, chunk: Sequence[PreparedVideo], pairs: int) -> list[LabelDistribution]:
        self._should_stop()
        passes = pairs / self.meter.pairs
        if self.meter.passes + passes > self.meter.budget + 1e-6:
            raise OverBudgetError(f"{self.meter.passes + passes:.2f} passes of {self.meter.budget}")
        start = self._clock()
        outcomes = self._rate(chunk)
        self.meter.seconds += self._clock() - start
        self.meter.passes += passes
        self._told()
        found = []
        for outcome in outcomes:
            if isinstance(outcome, ModelError):
                raise outcome
            found.append(outcome)
        return found

    def _told(self) -> None:
        meter = self.meter
        spent = meter.seconds + meter.reading_s
        left = max(meter.budget - meter.passes, 0.0)
        eta = spent / meter.passes * left if meter.passes else None
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
