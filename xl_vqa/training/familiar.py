"""What the videos of a run look like to the model that it made, so that strange ones get a remark later on.

The statistics of vlm/familiarity.py, from the training videos and held against those of validation and test: the
same remark, with the same false-alarm rate, that the starter gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from xl_vqa.training.frame_cache import StoredClip
from xl_vqa.training.read_answers import CALL_TOKENS
from xl_vqa.training.schemes import Scheme
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.backbone import Backbone
from xl_vqa.vlm.digit_tree import stem_tree
from xl_vqa.vlm.familiarity import LEAST_HELD_OUT, LEAST_TAUGHT, Familiarity
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.starter_opinion import hearing
from xl_vqa.vlm.vlm_rater import calls, opinion_parts, video_states
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import FALSE_ALARM

AT_ONCE: Final = 32
MOST: Final = 1000
"""Videos of either side, drawn at random: each costs the reading of one score."""


def learn_familiarity(
    backbone: Backbone,
    spec: ModelSpec,
    scheme: Scheme,
    taught: Sequence[StoredClip],
    held_out: Sequence[StoredClip],
    *,
    model: Any = None,
    seed: int = 0,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Familiarity | None, dict[str, Any]]:
    """The statistics, and what is known of them (for metrics.json): how many videos, and the measured rate of
    false alarms of the held-out ones. None where these are too few for such a rate, or the scheme answers in
    no labels.
    """
    facts: dict[str, Any] = {"held_out": len(held_out), "needed": LEAST_HELD_OUT, "stated": FALSE_ALARM}
    if not scheme.served or len(held_out) < LEAST_HELD_OUT:
        return None, facts
    rng = np.random.default_rng(seed)
    chosen = [_some(taught, rng), _some(held_out, rng)]
    total = sum(map(len, chosen))
    by_opinion = len(chosen[0]) >= LEAST_TAUGHT and backbone.has_opinion
    views, _ = _read(backbone, spec, chosen[0], model, by_opinion, lambda done: report(done, total))
    own, off_digits = _read(
        backbone, spec, chosen[1], model, by_opinion, lambda done: report(len(chosen[0]) + done, total)
    )
    kept = np.array([bool(np.isfinite(one).all()) for one in own])
    if kept.sum() < LEAST_HELD_OUT or not np.isfinite(views).all():
        return None, facts
    masses = np.array(off_digits)[kept]
    fit = Familiarity.fit_opinion if by_opinion else Familiarity.fit
    found = fit(views, own[kept], masses.tolist())
    rate = found.false_alarm(own[kept], masses)
    facts |= {"taught": len(views), "held_out": int(kept.sum()), "false_alarm": rate}
    return found, facts


@torch.inference_mode()
def _read(
    backbone: Backbone,
    spec: ModelSpec,
    clips: Sequence[StoredClip],
    model: Any,
    by_opinion: bool,
    report: Callable[[int], None],
) -> tuple[NDArray[np.float64], list[float]]:
    """How the model (or its opinion) sees each clip, [clips, width], and the off-digit mass of its answer."""
    model = backbone.model if model is None else model
    prompt = build_prompt(backbone.tokens, spec.prompt)
    was_training = model.training
    model.eval()
    found: dict[int, tuple[NDArray[np.float64], float]] = {}
    try:
        # not all at once: a thousand videos ready for the model are gigabytes
        for start in range(0, len(clips), AT_ONCE):
            rows = [
                VideoInput(prompt, clip.load(), clip.seconds_per_pair) for clip in clips[start : start + AT_ONCE]
            ]
            for group in calls(rows, CALL_TOKENS):
                mine = [rows[index] for index in group]
                inputs = model_inputs(
                    mine,
                    normalization=spec.normalization,
                    tokens_per_second=backbone.tokens_per_second,
                    pad_id=backbone.pad_id,
                    device=backbone.device,
                    dtype=backbone.pixel_dtype,
                )
                with hearing() as said:
                    stem = Stem.read(model, inputs)
                views = opinion_parts(said) if by_opinion else video_states(stem, mine)
                answers = stem_tree(stem, spec.scale, backbone.tokens.digits)
                for place, index in enumerate(group):
                    mass = answers[place].distribution(spec.scale).off_digit_mass
                    found[start + index] = views[place], mass
            report(len(found))
    finally:
        model.train(was_training)
    return np.array([found[index][0] for index in range(len(clips))]), [found[k][1] for k in range(len(clips))]


def _some(clips: Sequence[StoredClip], rng: np.random.Generator) -> list[StoredClip]:
    return [clips[index] for index in sorted(rng.permutation(len(clips))[:MOST])]
