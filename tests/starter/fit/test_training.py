"""Training on stored features teaches the digits of the label, through the target mask alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from starter.fit import training
from starter.fit.features import OnDisk, StoredFeatures
from starter.fit.new_model import SPECIAL_IDS
from starter.fit.spec import starter_spec
from starter.fit.tokenizer import build_tokenizer
from starter.fit.training import FitOptions, Prompts, fit, predict
from tests.starter.made_clips import SMALL, made_clip
from xl_vqa.vlm.canvas import Layout, clip_patches
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration, small_config
from xl_vqa.vlm.starter_tower import FEATURES, ClipFeatures, Placement, summary_of
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
    """Features in which ten dimensions of the cells say the MOS, the others nothing; on two grids.

    Pairs and clips vary in few dimensions, or a hundred clips would be told apart by their noise alone.
    """
    rng = np.random.default_rng(seed)
    items, labels = [], []
    for i in range(count):
        layout = Layout(2, 3) if i % 2 else Layout(3, 2)
        grid = (2, 2 * layout.rows, 2 * layout.width)
        placement = Placement.of(grid)
        mos = float(rng.uniform(1, 5))
        parts = {}
        for name, size in FEATURES.items():
            rows = {"pairs": (2,), "clip": ()}.get(name) or (len(getattr(placement, name, ())),)
            parts[name] = rng.normal(0, 1, (size,) if name == "clip" else (*rows, size))
            if name in {"pairs", "clip"}:
                parts[name][..., 20:] = 0
            if name in {"whole", "tiles"}:
                parts[name][:, :10] += mos
        items.append(stored_of({name: part.astype(np.float16) for name, part in parts.items()}, grid))
        labels.append(mos)
    return items, labels


def stored_of(parts: dict[str, NDArray[Any]], grid: tuple[int, int, int]) -> StoredFeatures:
    summary = summary_of(ClipFeatures(**{name: torch.from_numpy(part).float() for name, part in parts.items()}))
    return StoredFeatures(**parts, grid=grid, summary=summary.numpy())


def test_it_learns_and_says_a_distribution_over_labels(prompts: Prompts) -> None:
    model = new_model()
    validation = made_up(40, 2)
    options = FitOptions(epochs=8, batch=16, tokens=12, learning_rate=3e-3, averaged_steps=20)
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
    from xl_vqa.vlm.digit_tree import grow_tree
    from xl_vqa.vlm.inputs import VideoInput, model_inputs

    model = new_model(5).eval()
    # a first opinion that says something
    model.model.visual.opinion.components.normal_(std=0.05)
    patches = clip_patches(made_clip(1, 84, 112), SMALL)
    with torch.inference_mode():
        found = model.model.visual.features(patches.normalized(SPEC.normalization), patches.grid)
        parts = {name: getattr(found, name).numpy() for name in FEATURES}
        stored = stored_of(parts, patches.grid)
        row = VideoInput(prompts.plain, patches, 1.7)
        inputs = model_inputs([row], normalization=SPEC.normalization, tokens_per_second=0.0)
        whole = grow_tree(model, inputs, SPEC.scale, prompts.tokenizer.digits)[0].distribution(SPEC.scale)
    (short,) = predict(model, prompts, [stored])
    assert short.probabilities == pytest.approx(whole.probabilities, abs=1e-5)


def test_hidden_features_are_at_their_mean(prompts: Prompts) -> None:
    model = new_model(6)
    items, _ = made_up(1, 1)
    torch.manual_seed(0)
    hidden, _ = training.embedded(model, prompts.plain, items, drop=1.0)
    torch.manual_seed(1)
    again, _ = training.embedded(model, prompts.plain, items, drop=1.0)
    shown, _ = training.embedded(model, prompts.plain, items)
    assert torch.equal(hidden, again)
    assert not torch.allclose(hidden, shown)


def test_rows_on_disk_are_read_when_asked_for_and_no_file_stays_open(tmp_path: Path) -> None:
    values = np.arange(60, dtype=np.float16).reshape(12, 5)
    np.save(tmp_path / "cells.npy", values)
    kept = [OnDisk(tmp_path / "cells.npy") for _ in range(50)]
    before = len(os.listdir("/proc/self/fd"))
    found = [one[np.array([0, 7])] for one in kept]
    assert all(np.array_equal(rows, values[[0, 7]]) for rows in found)
    assert np.array_equal(kept[0][::7], values[::7])
    assert np.array_equal(kept[0][slice(None)], values)
    assert len(os.listdir("/proc/self/fd")) == before


def test_random_cells_are_of_every_kind_and_keep_their_positions(prompts: Prompts) -> None:
    model = new_model(7)
    items, _ = made_up(1, 3)
    grid = items[0].grid
    every, positions = training.embedded(model, prompts.plain, items)
    placement = training.random_cells(grid, 10, np.random.default_rng(0))
    counts = [len(part) for part in (placement.whole, placement.tiles, placement.samples)]
    assert counts == [4, 4, 2]
    assert len(placement.shown) == 10 + grid[0]
    some, at = training.embedded(model, prompts.plain, items, placement)
    before, after = len(prompts.plain.before), len(prompts.plain.after)
    kept = [*range(before), *(before + placement.shown).tolist(), *range(every.shape[1] - after, every.shape[1])]
    assert torch.allclose(some, every[:, kept], atol=1e-6)
    assert torch.equal(at, positions[:, :, kept])


def test_naming_the_defect_is_learned_beside_the_label(prompts: Prompts) -> None:
    items, labels = made_up(32, 1)
    names = ["noise" if value < 3 else "clean" for value in labels]
    options = FitOptions(epochs=1, batch=8, tokens=10, naming_weight=1.0)
    history = fit(new_model(8), prompts, (items, labels), made_up(8, 2), options, None, names)
    alone = fit(new_model(8), prompts, (items, labels), made_up(8, 2), options)
    # two names that nothing is known of yet cost about log 2
    assert history[0]["loss"] > alone[0]["loss"] + 0.1


def test_naming_costs_what_the_layer_is_unsure_of() -> None:
    naming = training.Naming.of(new_model(9), ["noise", "clean", "noise", "blur"])
    assert naming.numbers.tolist() == [2, 1, 2, 0]
    states = torch.randn(3, naming.layer.in_features)
    with torch.no_grad():
        logs = naming.layer(states).log_softmax(1)
        assert naming.loss(states, [3, 0, 1]).item() == pytest.approx(-float(logs[[0, 1, 2], [0, 2, 1]].mean()))
        naming.layer.weight.zero_()
        naming.layer.bias.zero_()
        assert naming.loss(states, [0, 1, 2]).item() == pytest.approx(np.log(3))


def test_long_rows_at_the_end_change_the_model_and_keep_what_it_learned(prompts: Prompts) -> None:
    train, held_out = made_up(96, 1), made_up(24, 2)
    options = FitOptions(epochs=4, batch=8, tokens=6, finish_steps=0)
    short, finished = new_model(3), new_model(3)
    fit(short, prompts, train, held_out, options)
    fit(finished, prompts, train, held_out, replace(options, finish_steps=25, finish_tokens=60))
    weights = [dict(model.named_parameters()) for model in (short, finished)]
    changed = {name for name, value in weights[0].items() if not torch.equal(value, weights[1][name])}
    assert changed
    assert not any(".trunk." in name for name in changed)
    errors = []
    for model in (short, finished):
        predicted = [SPEC.scale.to_mos(one.expectation()) for one in predict(model, prompts, held_out[0])]
        errors.append(float(np.sqrt(np.mean(np.square(np.array(predicted) - held_out[1])))))
    assert errors[1] < errors[0] + 0.1
    again = new_model(3)
    fit(again, prompts, train, held_out, replace(options, finish_steps=25, finish_tokens=60))
    assert all(torch.equal(value, weights[1][name]) for name, value in again.named_parameters())
