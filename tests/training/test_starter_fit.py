"""Training on stored features teaches the digits of the label, through the target mask alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from xl_vqa.training import starter_fit
from xl_vqa.training.features import StoredFeatures
from xl_vqa.training.starter import SPECIAL_IDS
from xl_vqa.training.starter_fit import FitOptions, Prompts, fit, predict
from xl_vqa.training.starter_spec import starter_spec
from xl_vqa.training.starter_tokenizer import build_tokenizer
from xl_vqa.vlm.starter_tower import (
    CELL_FEATURES,
    CLIP_FEATURES,
    PAIR_FEATURES,
    StarterForConditionalGeneration,
    small_config,
)
from xl_vqa.vlm.tokens import PromptTokenizer

SPEC = starter_spec()


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts(PromptTokenizer(build_tokenizer(SPEC.prompt), model="starter"), SPEC)


def new_model(seed: int = 0) -> StarterForConditionalGeneration:
    tokenizer = build_tokenizer(SPEC.prompt)
    torch.manual_seed(seed)
    special = {name: tokenizer.convert_tokens_to_ids(token) for name, token in SPECIAL_IDS.items()}
    return StarterForConditionalGeneration(small_config(len(tokenizer), layers=1, **special))


def made_up(count: int, seed: int) -> tuple[list[StoredFeatures], list[float]]:
    """Features in which ten dimensions say the MOS and all others say nothing, on grids of two shapes."""
    rng = np.random.default_rng(seed)
    items, labels = [], []
    for i in range(count):
        t, h, w = (2, 4, 6) if i % 2 else (2, 6, 4)
        mos = float(rng.uniform(1, 5))
        cells = rng.normal(0, 1, (t * h * w // 4, CELL_FEATURES))
        cells[:, :10] += mos
        pairs, clip = rng.normal(0, 1, (t, PAIR_FEATURES)), rng.normal(0, 1, CLIP_FEATURES)
        items.append(StoredFeatures(*(part.astype(np.float16) for part in (cells, pairs, clip)), (t, h, w)))
        labels.append(mos)
    return items, labels


def test_it_learns_and_says_a_distribution_over_labels(prompts: Prompts) -> None:
    model = new_model()
    validation = made_up(40, 2)
    options = FitOptions(epochs=6, batch=16, tokens=10, learning_rate=3e-3)
    history = fit(model, prompts, made_up(128, 1), validation, options)
    assert history[-1]["loss"] < 0.85 * history[0]["loss"]
    assert max(epoch["validation_srcc"] for epoch in history if "validation_srcc" in epoch) > 0.7
    answers = predict(model, prompts, validation[0])
    assert all(sum(answer.probabilities) == pytest.approx(1, abs=1e-5) for answer in answers)
    assert max(answer.off_digit_mass for answer in answers) < 0.5


def test_the_same_seed_gives_the_same_weights(prompts: Prompts) -> None:
    options = FitOptions(epochs=1, batch=8, tokens=6)
    runs = []
    for _ in range(2):
        model = new_model(3)
        fit(model, prompts, made_up(16, 1), made_up(8, 2), options)
        runs.append(model.state_dict())
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])


def test_the_trunk_is_as_it_was(prompts: Prompts) -> None:
    model = new_model(4)
    before = {k: v.clone() for k, v in model.model.visual.trunk.state_dict().items()}
    fit(model, prompts, made_up(16, 1), made_up(8, 2), FitOptions(epochs=1, batch=8, tokens=6))
    assert all(torch.equal(v, before[k]) for k, v in model.model.visual.trunk.state_dict().items())


def test_stored_features_give_what_the_whole_model_gives(prompts: Prompts) -> None:
    from xl_vqa.model_spec import Pixels
    from xl_vqa.vlm.digit_tree import Tree, grow_tree
    from xl_vqa.vlm.inputs import VideoInput, model_inputs
    from xl_vqa.vlm.patches import make_patches

    model = new_model(5).eval()
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (84, 112, 3), dtype=np.uint8) for _ in range(4)]
    patches = make_patches(frames, Pixels(784, 40 * 784, 8 * 40 * 784))
    with torch.inference_mode():
        found = model.model.visual.features(patches.normalized(SPEC.normalization), patches.grid)
        stored = StoredFeatures(found.cells.numpy(), found.pairs.numpy(), found.clip.numpy(), patches.grid)
        row = VideoInput(prompts.plain, patches, 1.7)
        inputs = model_inputs([row], normalization=SPEC.normalization, tokens_per_second=0.0)
        whole = grow_tree(model, inputs, Tree.of(SPEC.scale), prompts.tokenizer.digits)[0].distribution(SPEC.scale)
    (short,) = predict(model, prompts, [stored])
    assert short.probabilities == pytest.approx(whole.probabilities, abs=1e-5)


def test_batches_hold_whole_contents_of_one_grid() -> None:
    items, _ = made_up(40, 1)
    owners = [f"{i % 2}-{i // 8}" for i in range(40)]
    batches = list(starter_fit._content_batches(items, owners, 9, np.random.default_rng(0)))
    assert sorted(i for batch in batches for i in batch) == list(range(40))
    for batch in batches:
        assert len({items[i].grid for i in batch}) == 1
        assert len(batch) <= 9
    for owner in set(owners):
        assert sum(any(owners[i] == owner for i in batch) for batch in batches) == 1


def test_hidden_features_are_at_their_mean(prompts: Prompts) -> None:
    model = new_model(6)
    items, _ = made_up(1, 1)
    torch.manual_seed(0)
    hidden, _ = starter_fit._embed(model, prompts.plain, items, None, 0.0, 1.0)
    torch.manual_seed(1)
    again, _ = starter_fit._embed(model, prompts.plain, items, None, 0.0, 1.0)
    shown, _ = starter_fit._embed(model, prompts.plain, items, None, 0.0)
    assert torch.equal(hidden, again)
    assert not torch.allclose(hidden, shown)
