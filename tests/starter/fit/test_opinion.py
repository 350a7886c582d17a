"""The experts behind the starter's first opinion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from starter.clips.clips import Clip
from starter.fit import opinion
from starter.fit.features import StoredFeatures, summaries
from starter.fit.opinion import OpinionOptions
from starter.fit.training import opinions_of
from tests.starter.fit.test_training import new_model
from xl_vqa.datasets.correlation import spearman
from xl_vqa.vlm.starter_opinion import FOLDS, FirstOpinion
from xl_vqa.vlm.starter_tower import SUMMARY_FEATURES

OPTIONS = OpinionOptions(epochs=25, batch=32, dropout=(0.3,))
SIZE = 420
NOTHING = np.zeros(0, np.float16)


def made_up(count: int, seed: int, size: int = SIZE) -> tuple[list[StoredFeatures], list[Clip]]:
    """Summaries of which thirty numbers say the MOS, in pictures of four clips."""
    rng = np.random.default_rng(seed)
    items, clips = [], []
    for i in range(count):
        mos = float(rng.uniform(1, 5))
        summary = np.zeros(size, np.float16)
        summary[:200] = rng.normal(0, 1, 200)
        summary[:30] += mos
        items.append(StoredFeatures(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, (1, 2, 2), summary))
        place = "a.mp4", f"p{seed}-{i // 4}", f"p{seed}-{i // 4}", "source", "train"
        clips.append(Clip(*place, "white_noise", 3, mos, None, 64, 48, 25.0))
    return items, clips


@pytest.fixture(scope="module")
def taught() -> FirstOpinion:
    made = FirstOpinion(SIZE, 16, FOLDS)
    opinion.teach(made, *made_up(400, 1), OPTIONS)
    return made.eval().requires_grad_(False)


def test_it_holds_on_pictures_that_it_has_not_met(taught: FirstOpinion) -> None:
    items, clips = made_up(120, 2)
    said = taught.opinions(summaries(items))[:, 0].numpy()
    assert (spearman(said, np.array([clip.mos for clip in clips])) or 0) > 0.9


def test_every_picture_has_an_expert_that_has_not_seen_it() -> None:
    """Labels that one picture alone has are learned by all experts but those of its part."""
    items, clips = made_up(200, 3)
    chosen = clips[0].group
    clips = [replace(clip, mos=1.0) if clip.group == chosen else replace(clip, mos=4.5) for clip in clips]
    for item, clip in zip(items, clips, strict=True):
        item.summary[300:330] = 3.0 if clip.group == chosen else 0.0
    made = FirstOpinion(SIZE, 16, FOLDS)
    opinion.teach(made, items, clips, OPTIONS)
    made.requires_grad_(False)
    seen = summaries(items[:1])
    said = [float(made.eval().opinions(seen, torch.tensor([fold]))[0, 0]) for fold in range(FOLDS)]
    own = opinion.fold_of(chosen)
    assert said[own] > 4
    assert all(mos < 3 for fold, mos in enumerate(said) if fold != own)


def test_folds_are_of_one_size_and_the_same_in_every_run() -> None:
    folds = [opinion.fold_of(f"picture {number}") for number in range(400)]
    assert set(folds) == set(range(FOLDS))
    assert min(np.bincount(folds)) > 70
    assert opinion.fold_of("picture 1") == folds[1]


def test_further_experts_leave_out_the_same_parts_with_their_own_dropout() -> None:
    items, clips = made_up(60, 7)
    made = FirstOpinion(SIZE, 16, 2 * FOLDS)
    opinion.teach(made, items, clips, replace(OPTIONS, epochs=1, dropout=(0.1, 0.4)))
    assert [expert[0].p for expert in made.experts] == [0.1] * FOLDS + [0.4] * FOLDS


def test_the_same_seed_teaches_the_same() -> None:
    runs = []
    for _ in range(2):
        torch.manual_seed(1)
        made = FirstOpinion(SIZE, 16, FOLDS)
        opinion.teach(made, *made_up(60, 4), replace(OPTIONS, epochs=2))
        runs.append(made.opinions(summaries(made_up(5, 5)[0])))
    torch.testing.assert_close(runs[0], runs[1])


def test_opinions_of_many_clips_are_those_of_each() -> None:
    model = new_model(3).eval()
    model.model.visual.opinion.components.normal_(std=0.05)
    items, clips = made_up(6, 6, SUMMARY_FEATURES)
    folds = [opinion.fold_of(clip.group) for clip in clips]
    for asked in (None, folds):
        every = opinions_of(model, items, asked)
        assert every is not None
        for number, item in enumerate(items):
            one = opinions_of(model, [item], None if asked is None else [asked[number]])
            torch.testing.assert_close(every[number : number + 1], one)
