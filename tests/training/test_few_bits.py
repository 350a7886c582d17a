"""An adapter trained beside a language model in 4 bit (QLoRA), and the memory that is told before.

bitsandbytes is no dependency: without it the training itself is left out here.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch

from tests.training.sets import TrainingSet, make_set, write_recipe
from xl_vqa.training.errors import RecipeError
from xl_vqa.training.fine_tune import fine_tune
from xl_vqa.training.memory_estimate import estimate_plan
from xl_vqa.training.recipe import load_recipe
from xl_vqa.training.recipe_check import check_recipe
from xl_vqa.vlm import few_bits
from xl_vqa.vlm.backbone import load_backbone, load_serving, load_shapes
from xl_vqa.vlm.memory import FEW_BITS
from xl_vqa.words.errors import PackageMissingError
from xl_vqa.words.model_spec import shipped_folder

CPU = torch.device("cpu")
here = pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    return make_set(tmp_path_factory.mktemp("set"), videos=10)


def test_only_an_adapter_goes_beside_four_bits(data: TrainingSet) -> None:
    with pytest.raises(RecipeError, match="quantization"):
        load_recipe(write_recipe(data, method="full", quantization="nf4"))


def test_without_the_package_it_is_named(data: TrainingSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PackageMissingError, match="bitsandbytes"):
        few_bits.loading("nf4", CPU, torch.float32)


def test_the_estimate_holds_the_language_models_layers_in_half_a_byte(data: TrainingSet) -> None:
    whole = estimate_plan(check_recipe(load_recipe(write_recipe(data)))).need
    small = estimate_plan(check_recipe(load_recipe(write_recipe(data, quantization="nf4")))).need
    count = few_bits.weights_in_few_bits(load_shapes(data.model)[0])
    assert count > 0
    assert whole.weights - small.weights == pytest.approx(count * (4 - FEW_BITS["nf4"]), abs=2)
    assert (small.trained, small.logits) == (whole.trained, whole.logits)


def test_a_tuned_tower_keeps_what_a_frozen_one_lets_go(data: TrainingSet) -> None:
    frozen = estimate_plan(check_recipe(load_recipe(write_recipe(data)))).need
    tuned = estimate_plan(check_recipe(load_recipe(write_recipe(data, vision="tuned")))).need
    assert tuned.activations > frozen.activations


@pytest.mark.parametrize("size", ["3b", "7b"])
def test_the_recipes_that_ship_are_of_four_bits(size: str) -> None:
    recipe = load_recipe(shipped_folder("recipes") / f"qwen2.5-vl-{size}-qlora.yaml")
    assert (recipe.method, recipe.quantization, recipe.checkpointing) == ("lora", "nf4", True)
    assert recipe.batch_size * recipe.accumulate == 16


@here
def test_weights_and_places_are_as_estimated(data: TrainingSet) -> None:
    model = load_backbone(data.model, device=CPU, dtype="float32", few_bits="nf4").model
    tower = [layer for name, layer in model.named_modules() if ".visual." in name]
    assert not [layer for layer in tower if type(layer).__name__ == "Linear4bit"]
    packed = [layer for layer in model.modules() if type(layer).__name__ == "Linear4bit"]
    count = few_bits.weights_in_few_bits(model)
    assert sum(layer.in_features * layer.out_features for layer in packed) == count
    # two in a byte
    assert sum(layer.weight.numel() * layer.weight.element_size() for layer in packed) * 2 == count


@here
def test_it_trains_over_evaluations_and_serves_beside_the_whole_model(data: TrainingSet, tmp_path: Path) -> None:
    """An evaluation comes after every epoch; the second epoch is the one that would break (few_bits.py)."""
    output = tmp_path / "out"
    recipe = load_recipe(write_recipe(data, quantization="nf4", epochs=3, output=str(output)))
    done = fine_tune(recipe)
    losses = [record["epoch"] for record in done.metrics["history"]]
    assert losses == [1, 2, 3]
    adapted = load_serving(data.model, device=CPU, dtype="float32", adapter=str(output)).model
    bare = load_serving(data.model, device=CPU, dtype="float32").model
    moved = [
        name
        for (name, one), (_, other) in zip(adapted.named_parameters(), bare.named_parameters(), strict=True)
        if not torch.equal(one, other)
    ]
    assert moved
    assert all("language_model" in name for name in moved)
