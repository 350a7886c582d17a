"""The exact probability of every answer of any scheme, from the model that is being trained or was.

The same principle as vlm/digit_tree.py, for answers that are not digits: one prefill, then one call in which
every proper prefix of an answer sees the prompt and its own tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xl_vqa.model_spec import ModelSpec
from xl_vqa.training.answer_tree import AnswerTree
from xl_vqa.training.frame_cache import StoredClip
from xl_vqa.training.schemes import Scheme
from xl_vqa.vlm.backbone import Backbone
from xl_vqa.vlm.digit_tree import language_dtype
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.vlm_rater import calls

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
    tree = AnswerTree.of(answers, [len(answer) for answer in answers])
    prompt = build_prompt(backbone.tokens, spec.prompt)
    was_training = model.training
    model.eval()
    try:
        rows = [VideoInput(prompt, clip.load(), clip.seconds_per_pair) for clip in clips]
        found: dict[int, Read] = {}
        for group in calls(rows, CALL_TOKENS):
            logs = _node_logs(model, backbone, spec, tree, [rows[i] for i in group])
            for place, index in enumerate(group):
                found[index] = _read(tree, np.asarray(values), logs[place])
    finally:
        model.train(was_training)
    return [found[index] for index in range(len(clips))]


def _read(tree: AnswerTree, values: NDArray[np.float64], logs: NDArray[np.float64]) -> Read:
    place = {node: k for k, node in enumerate(tree.nodes)}
    joint = np.exp(
        [sum(logs[place[answer[:k]], token] for k, token in enumerate(answer)) for answer in tree.answers]
    )
    greedy = tree.greedy(joint)
    total = float(joint.sum())
    if not total > 0:
        # nothing but answers that cannot be: no news is all that is left to say
        joint, total = np.ones_like(joint), float(len(joint))
        return Read(values, joint / total, greedy, 1.0)
    return Read(values, joint / total, greedy, max(0.0, 1.0 - total))


def _node_logs(
    model: Any, backbone: Backbone, spec: ModelSpec, tree: AnswerTree, rows: Sequence[VideoInput]
) -> NDArray[np.float64]:
    """Natural log-probability of every token after every node: [rows, nodes, vocabulary]."""
    inputs = model_inputs(
        rows,
        normalization=spec.normalization,
        tokens_per_second=backbone.tokens_per_second,
        pad_id=backbone.pad_id,
        device=backbone.device,
        dtype=backbone.pixel_dtype,
    )
    output = model(**inputs, use_cache=True, logits_to_keep=1)
    first = output.logits[:, -1:].float()
    inner = tree.nodes[1:]
    if inner:
        seen = inputs["attention_mask"].bool()
        own = tree.visible().to(seen.device)
        visible = torch.cat((seen[:, None].expand(-1, len(inner), -1), own[None].expand(len(rows), -1, -1)), dim=2)
        mask = torch.zeros(visible.shape, dtype=language_dtype(model), device=seen.device)
        mask.masked_fill_(~visible, torch.finfo(mask.dtype).min)
        depth = torch.tensor([len(node) for node in inner], device=seen.device)
        output = model(
            input_ids=torch.tensor([node[-1] for node in inner], device=seen.device).expand(len(rows), -1),
            attention_mask={"full_attention": mask[:, None]},
            position_ids=inputs["position_ids"][:, :, -1:] + depth,
            past_key_values=output.past_key_values,
            use_cache=True,
        )
        first = torch.cat([first, output.logits.float()], dim=1)
    return np.asarray(first.log_softmax(-1).double().cpu().numpy())
