"""The seam between the host and a model: what a rater is asked, and what it answers.

No torch here: the host imports this module before it knows whether a model will be needed at all.
Raters that ship: ``stand_in.StandInRater`` (no model) and ``vlm_rater.VlmRater`` (Qwen2.5-VL and the
starter). ``loader.load_rater`` chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xl_vqa.words.errors import ModelError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import FramesUsed, LabelDistribution

Outcome = LabelDistribution | ModelError
"""What one video gets: its distribution, or the error that befell it alone."""


@dataclass(frozen=True, slots=True)
class RatedAttributes:
    """The distribution of a video's score, and of each attribute that has one, by name."""

    overall: LabelDistribution
    attributes: Mapping[str, LabelDistribution]


AttributeOutcome = RatedAttributes | ModelError


class ClipFrames(Protocol):
    """What a rater needs of a decoded clip; ``video.read.Clip`` is one."""

    @property
    def frames(self) -> Sequence[NDArray[np.uint8]]:
        """RGB pictures as shown, each [height, width, 3], at least one, all of one size."""

    @property
    def used(self) -> FramesUsed:
        """Where the frames were taken from."""

    @property
    def windows(self) -> Sequence[NDArray[np.uint8]]:
        """Point samples around each pair, each [window, 28, 28, 3]; empty without ``sampling.window``."""


@dataclass(frozen=True, slots=True)
class PreparedVideo:
    """One video made ready for the model on the CPU; only the rater that made it can read ``payload``.

    ``size_key`` is equal for videos that run in one batch without padding; ``cost`` grows with the model's
    work (tokens the model will see); ``nbytes`` is the memory held until it is rated.
    """

    payload: Any
    size_key: tuple[int, ...]
    cost: int
    nbytes: int


class Rater(Protocol):
    """A loaded model. ``prepare`` may be called from many threads; ``rate`` from one at a time."""

    @property
    def spec(self) -> ModelSpec:
        """Scale, prompt, sampling (how many frames to read) and pixel budget in force."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same video could get another score: weights, tokenizer, spec, precision."""

    def prepare(self, clip: ClipFrames) -> PreparedVideo:
        """Resizes and cuts the frames into patches: CPU work, thread-safe, holds no lock of the model.

        Raises ModelIncompatibleError where the picture's shape cannot be fed to the model.
        """

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        """One outcome per item, in the same order; the text beside a video goes into its question
        (where the model knows texts: ``spec.heard``).

        A video that fails alone gets a ModelError in its place and the others are rated; the error does not
        know the video's path, so the caller adds it (``error.params["path"] = ...``). Raises only where the
        model as a whole cannot go on.
        """

    def rate_attributes(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[AttributeOutcome]:
        """As ``rate``, and of the same reading of each video the answers to ``spec.questions``.

        The scores are those of ``rate`` for the same items, to the bit. The text counts in the score alone. An
        attribute whose answer is no distribution is missing.
        """

    def describe(self) -> dict[str, Any]:
        """JSON-ready facts for people: name, folder, device, dtype, parameters, adapter, versions."""

    def close(self) -> None:
        """Gives the memory back. The rater cannot be used afterwards; closing twice is harmless."""
