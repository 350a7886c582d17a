"""The memory that ``--check`` tells: from the config alone, and the figures of the loaded model."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from tests.training.sets import TrainingSet, make_set, write_recipe
from xl_vqa.cli.train import register
from xl_vqa.training.memory_estimate import estimate_plan, most_tokens
from xl_vqa.training.recipe import load_recipe
from xl_vqa.training.recipe_check import check_recipe
from xl_vqa.training.trainable import make_trainable
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.canvas import WINDOW, Layout
from xl_vqa.vlm.patches import frame_size, make_patches
from xl_vqa.words.model_spec import ModelSpec, Pixels, Sampling


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    return make_set(tmp_path_factory.mktemp("set"), videos=10)


def planned(data: TrainingSet, **values: object):  # type: ignore[no-untyped-def]
    return estimate_plan(check_recipe(load_recipe(write_recipe(data, **values))))


@pytest.mark.parametrize("vision", ["frozen", "tuned"])
@pytest.mark.parametrize("method", ["lora", "full"])
def test_weights_are_counted_as_in_the_loaded_model(data: TrainingSet, method: str, vision: str) -> None:
    need = planned(data, method=method, vision=vision).need
    backbone = load_backbone(data.model, device=torch.device("cpu"), dtype="float32")
    trained = make_trainable(backbone.model, load_recipe(data.folder / "recipe.yaml")).count
    assert need.weights == backbone.parameters * 4
    # gradient, two moments, and the weight itself in 32 bits
    assert need.trained == trained * 16


def test_no_weight_is_read(data: TrainingSet, tmp_path: Path) -> None:
    model = shutil.copytree(data.model, tmp_path / "model")
    (model / "model.safetensors").write_bytes(b"")
    assert planned(data, model=str(model)).need == planned(data).need


@given(st.integers(1, 8), st.integers(28, 3000), st.integers(28, 3000))
@settings(max_examples=100, deadline=None)
def test_no_video_has_more_tokens_than_the_most(pairs: int, height: int, width: int) -> None:
    assume(max(height, width) < 20 * min(height, width))
    spec = ModelSpec(sampling=Sampling(2 * pairs), pixels=Pixels(4 * 784, 96 * 784, 600 * 784))
    size = frame_size(height, width, 2 * pairs, spec.pixels)
    assert pairs * (size[0] // 28) * (size[1] // 28) <= most_tokens(spec)


@given(st.integers(1, 8), st.integers(28, 3000), st.integers(28, 3000))
@settings(max_examples=100, deadline=None)
def test_nor_on_the_starters_canvas(pairs: int, height: int, width: int) -> None:
    assume(height / 20 < width < height * 21 / 9)
    pixels = Pixels(16 * 784, 96 * 784, 600 * 784, canvas=True)
    spec = ModelSpec(sampling=Sampling(2 * pairs, window=WINDOW), pixels=pixels)
    size = frame_size(height, width, 2 * pairs, pixels)
    assert pairs * Layout(size[0] // 28, size[1] // 28).cells <= most_tokens(spec)


@pytest.mark.parametrize(("total", "tokens"), [(10**6, 4 * 16), (8 * 9, 4 * 9)])
def test_a_square_that_fills_the_budget_has_them_all(total: int, tokens: int) -> None:
    spec = ModelSpec(sampling=Sampling(8), pixels=Pixels(4 * 784, 16 * 784, total * 784))
    side = 28 * math.isqrt(tokens // 4)
    frames = [np.zeros((side, side, 3), np.uint8)] * 8
    t, h, w = make_patches(frames, spec.pixels).grid
    assert t * h * w // 4 == most_tokens(spec) == tokens


def test_it_is_no_less_than_the_run_itself_estimates(data: TrainingSet, monkeypatch: pytest.MonkeyPatch) -> None:
    import xl_vqa.training.fine_tune as fine_tune

    found = []

    class EnoughError(Exception):
        pass

    def stop(*arguments: object) -> None:
        found.append(check(*arguments))  # type: ignore[arg-type]
        raise EnoughError

    check = fine_tune._check_memory
    monkeypatch.setattr(fine_tune, "_check_memory", stop)
    recipe = load_recipe(write_recipe(data, output="estimated"))
    with pytest.raises(EnoughError):
        fine_tune.fine_tune(recipe)
    at_most = estimate_plan(check_recipe(recipe))
    # the clips of this set are smaller than the recipe allows
    assert found[0].total <= at_most.need.total
    assert (found[0].weights, found[0].trained) == (at_most.need.weights, at_most.need.trained)
    assert at_most.fits


def test_what_moves_it(data: TrainingSet) -> None:
    usual = planned(data)
    assert planned(data, batch_size=4).need.activations == pytest.approx(2 * usual.need.activations, rel=1e-6)
    assert planned(data, checkpointing=True).need.activations < usual.need.activations
    assert planned(data, frames=2).tokens < usual.tokens
    assert planned(data, dtype="bfloat16").need.weights * 2 == usual.need.weights


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is here")
def test_a_recipe_for_another_machine_is_estimated_without_its_free_memory(data: TrainingSet) -> None:
    found = planned(data, device="cuda:1")
    assert (found.device, found.dtype, found.free, found.fits) == ("cuda:1", "bfloat16", None, True)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_command_tells_it(data: TrainingSet, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    app = Typer()
    app.callback()(lambda: None)
    register(app)
    recipe = str(write_recipe(data))
    told = CliRunner().invoke(app, ["train", recipe, "--check"])
    assert told.exit_code == 0, told.output
    found = planned(data)
    assert f"{found.tokens} {'tokens' if language == 'en' else 'トークン'}" in told.output
    assert "checkpointing" not in told.output
    monkeypatch.setattr("xl_vqa.training.memory_estimate.available_bytes", lambda: 1 << 20)
    short = CliRunner().invoke(app, ["train", recipe, "--check"])
    assert short.exit_code == 0
    assert "Warning" not in short.output
    assert "checkpointing: true, batch_size: 1 + accumulate: 2, frames: 2" in short.output
