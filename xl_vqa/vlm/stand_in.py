"""A rater without a model: a fixed rule on simple picture statistics. Not a measure of quality.

It exercises everything around the model (host, store, sheets) in milliseconds and without torch. Its name
takes options like a URL: ``stand-in?delay=0.1&fail_text=boom``.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray

from xl_vqa.vlm.rater import AttributeOutcome, ClipFrames, Outcome, PreparedVideo, RatedAttributes
from xl_vqa.words.attributes import KNOWN, AttributeQuestion
from xl_vqa.words.errors import (
    ModelError,
    ModelFailedError,
    ModelIncompatibleError,
    ModelMemoryError,
    ModelNotFoundError,
)
from xl_vqa.words.model_spec import ModelSpec, Sampling
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.reasons import Detail, Reason

NAME = "stand-in"
_QUESTIONS = tuple(
    AttributeQuestion(one.key, one.key, taught=False, needs_motion=one.needs_motion) for one in KNOWN
)
_LOAD_FAILURES: dict[str, type[ModelError]] = {
    "not_found": ModelNotFoundError,
    "incompatible": ModelIncompatibleError,
    "memory": ModelMemoryError,
}


@dataclass(frozen=True, slots=True)
class StandInOptions:
    """What a test can ask of the stand-in through its name."""

    delay: float = 0.0
    """Seconds per ``rate`` call, however many videos it holds."""
    per_video: float = 0.0
    """Seconds more for each video of a call."""
    load_delay: float = 0.0
    """Seconds that loading takes."""
    load_fail: str = ""
    """``not_found``, ``incompatible`` or ``memory``: loading raises that error."""
    fail_text: str = ""
    """A video whose text contains this gets a ModelFailedError."""
    crash_text: str = ""
    """A video whose text contains this ends the whole process, as a fault in native code would."""
    hang_text: str = ""
    """A video whose text contains this is never answered, as by a card that hangs."""
    seed: int = 0
    """Another seed is another model: other scores, another fingerprint."""
    frames: int = 8
    """Frames per video."""
    deaf: int = 0
    """1: its spec says that texts do not count, as the starter's does."""
    attributes: int = 1
    """0: it knows of none, as a model that was taught the overall quality alone."""
    log: str = ""
    """A file that gets a line with the text of every video that was computed, before the answer is given."""

    @classmethod
    def parse(cls, model: str) -> StandInOptions:
        """From ``stand-in`` or ``stand-in?name=value&...``; raises ModelNotFoundError for an unknown option."""
        name, _, query = model.partition("?")
        kinds = {f.name: {"float": float, "int": int}.get(str(f.type), str) for f in fields(cls)}
        values: dict[str, Any] = {}
        for key, raw in parse_qsl(query, keep_blank_values=True):
            if key not in kinds:
                raise ModelNotFoundError(
                    model=model, problem=Reason("stand_in_option", name=name, option=repr(key))
                )
            try:
                values[key] = kinds[key](raw)
            except ValueError as error:
                raise ModelNotFoundError(
                    model=model, problem=Reason("says", what=key, why=Detail.of(error))
                ) from error
        return cls(**values)

    def spec(self) -> ModelSpec:
        """The stand-in's own spec, before the user's frames and pixels."""
        return ModelSpec(
            name=NAME,
            sampling=Sampling(frames=self.frames),
            fine_tuned=True,
            reads_text=not self.deaf,
            attributes=_QUESTIONS if self.attributes else (),
        )

    def fingerprint(self, spec: ModelSpec) -> str:
        """Known without loading: only the seed and the spec move scores."""
        told = {k: v for k, v in spec.to_dict().items() if k not in ("reads_text", "attributes")}
        facts = repr((NAME, 1, self.seed, told, *(() if spec.reads_text else ("deaf",))))
        return "si1:" + blake2b(facts.encode(), digest_size=16).hexdigest()


def is_stand_in(model: str) -> bool:
    """Whether the name asks for the rater without a model."""
    return model.partition("?")[0] == NAME


class StandInRater:
    """Sharper, better exposed frames get higher labels; the same frames always get the same distribution."""

    def __init__(self, options: StandInOptions | None = None, *, spec: ModelSpec | None = None) -> None:
        self.options = options or StandInOptions()
        self._spec = spec or self.options.spec()
        if self.options.load_fail:
            kind = _LOAD_FAILURES.get(self.options.load_fail, ModelIncompatibleError)
            raise kind(model=NAME, problem="stand_in_loading")
        time.sleep(self.options.load_delay)

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def fingerprint(self) -> str:
        return self.options.fingerprint(self._spec)

    def prepare(self, clip: ClipFrames) -> PreparedVideo:
        frames = clip.frames
        if not frames:
            raise ModelIncompatibleError(model=NAME, problem="model_no_frames")
        height, width = frames[0].shape[:2]
        detail, level = _statistics(frames)
        return PreparedVideo((detail, level), (len(frames), height, width), len(frames), 16)

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        if items:
            time.sleep(self.options.delay + self.options.per_video * len(items))
        if self.options.log and items:
            # one write, so that lines of several processes never mix
            lines = "".join(f"{text or ''}\n" for _, text in items)
            with open(self.options.log, "ab", buffering=0) as file:
                file.write(lines.encode("utf-8", "surrogatepass"))
        return [self._rate_one(video, text or "") for video, text in items]

    def rate_attributes(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[AttributeOutcome]:
        scores = self.rate(items)
        return [
            RatedAttributes(score, {one.name: self._attribute(video, one.name) for one in self._spec.questions})
            if isinstance(score, LabelDistribution)
            else score
            for score, (video, _) in zip(scores, items, strict=True)
        ]

    def _attribute(self, video: PreparedVideo, name: str) -> LabelDistribution:
        """The rule of the score, moved by up to a quarter of the scale for each name."""
        moved = int.from_bytes(blake2b(name.encode(), digest_size=4).digest()) / 2**32 - 0.5
        return self._distribution(self._share(video) + moved / 2)

    def _share(self, video: PreparedVideo) -> float:
        detail, level = video.payload
        # 12 grey levels of gradient are a crisp picture; exposure counts as distance from mid-grey
        return 0.8 * (1 - math.exp(-detail / 6)) + 0.2 * float(1 - abs(level - 127.5) / 127.5)

    def _rate_one(self, video: PreparedVideo, text: str) -> Outcome:
        options = self.options
        if options.crash_text and options.crash_text in text:
            os.abort()  # in native code, as a broken driver would
        if options.hang_text and options.hang_text in text:
            time.sleep(1e6)
        if options.fail_text and options.fail_text in text:
            return ModelFailedError(problem="stand_in_text")
        share = self._share(video)
        heard = self._spec.heard(text) or ""
        noise = blake2b(f"{options.seed}|{heard}".encode("utf-8", "replace"), digest_size=4).digest()
        share += (int.from_bytes(noise) / 2**32 - 0.5) * 0.05 if (heard or options.seed) else 0.0
        return self._distribution(share)

    def _distribution(self, share: float) -> LabelDistribution:
        """Around the label that is ``share`` (0..1) of the way up the scale."""
        scale = self._spec.scale
        span = scale.label_max - scale.label_min
        centre = scale.label_min + min(max(share, 0.0), 1.0) * span
        spread = max(span / 16, 0.5)
        masses = {label: math.exp(-(((label - centre) / spread) ** 2) / 2) for label in scale.labels}
        total = math.fsum(masses.values())
        return LabelDistribution.from_joint(scale, {k: v / total * 0.999 for k, v in masses.items()})

    def describe(self) -> dict[str, Any]:
        return {
            "name": NAME,
            "kind": NAME,
            "device": "cpu",
            "dtype": "float64",
            "parameters": 0,
            "adapter": None,
            "fingerprint": self.fingerprint,
            "frames": self._spec.sampling.frames,
            "fine_tuned": self._spec.fine_tuned,
        }

    def close(self) -> None:
        """Nothing is held."""


def _statistics(frames: Sequence[NDArray[np.uint8]]) -> tuple[float, float]:
    """Mean absolute gradient and mean level of the brightness, in grey levels, over all frames."""
    details, levels = [], []
    for frame in frames:
        grey = frame.astype(np.float64).mean(axis=2)
        steps = [np.abs(np.diff(grey, axis=axis)) for axis in (0, 1) if grey.shape[axis] > 1]
        details.append(sum(float(step.mean()) for step in steps) / max(len(steps), 1))
        levels.append(float(grey.mean()))
    return math.fsum(details) / len(details), math.fsum(levels) / len(levels)
