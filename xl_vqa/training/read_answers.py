"""The exact probability of every answer of any scheme, from the model that is being trained or was.

By the tree that a rating is read by (vlm/answers.py), for answers that need not be digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xl_vqa.training.frame_cache import StoredClip
from xl_vqa.training.schemes import Scheme
from xl_vqa.vlm.answers import AnswerTree, grow
from xl_vqa.vlm.backbone import Backbone
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.vlm_rater import calls
from xl_vqa.words.model_spec import ModelSpec

CALL_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Read:
    """One video. ``probabilities`` over the readable answers sum to 1; ``greedy`` is the index of the answer
    that taking the likeliest allowed token again and again ends at."""

    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    greedy: int
    off_mass: float
    """What renormalising removed: the model's probability of something that is no answer."""

    def decode(self, decoding: str = "expectation") -> float:
        """The MOS by ``expectation``, ``median`` or ``greedy``."""
        if decoding == "greedy":
            return float(self.values[self.greedy])
        if decoding == "median":
            return float(self.values[np.argmax(np.cumsum(self.probabilities) >= 0.5 - 1e-12)])
        if decoding != "expectation":
            raise ValueError(f"decoding must be expectation, median or greedy, not {decoding!r}")
        return float(self.probabilities @ self.values)


@torch.inference_mode()
def read_answers(
    backbone: Backbone, spec: ModelSpec, scheme: Scheme, clips: Sequence[StoredClip], *, model: Any = None
) -> list[Read]:
    """One result per clip, in order. ``model`` replaces the backbone's (the one being trained)."""
    model = backbone.model if model is None else model
    answers, values = scheme.readable(backbone.tokens)
    tree = AnswerTree.of(answers)
    prompt = build_prompt(backbone.tokens, spec.prompt)
    was_training = model.training
    model.eval()
    try:
        rows = [VideoInput(prompt, clip.load(), clip.seconds_per_pair) for clip in clips]
        found: dict[int, Read] = {}
        for group in calls(rows, CALL_TOKENS):
            inputs = model_inputs(
                [rows[i] for i in group],
                normalization=spec.normalization,
                tokens_per_second=backbone.tokens_per_second,
                pad_id=backbone.pad_id,
                device=backbone.device,
                dtype=backbone.pixel_dtype,
            )
            logs = grow(model, inputs, tree, tree.tokens)
            for place, index in enumerate(group):
                found[index] = _read(tree, np.asarray(values), logs[place])
    finally:
        model.train(was_training)
    return [found[index] for index in range(len(clips))]


def _read(tree: AnswerTree, values: NDArray[np.float64], logs: Sequence[Sequence[float]]) -> Read:
    joint = np.array(tree.joint(logs, tree.tokens))
    greedy = tree.greedy(joint)
    total = float(joint.sum())
    if not total > 0:
        # nothing but answers that cannot be: no news is all that is left to say
        joint, total = np.ones_like(joint), float(len(joint))
        return Read(values, joint / total, greedy, 1.0)
    return Read(values, joint / total, greedy, max(0.0, 1.0 - total))
