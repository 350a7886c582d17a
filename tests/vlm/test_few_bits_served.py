"""A Qwen2.5-VL rated with in 8 and 4 bit: near the scores of float32, in the memory that is told before."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForImageTextToText

from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from tests.vlm.test_number_formats import distributions
from xl_vqa.video.read import read_frames
from xl_vqa.vlm import backbone, few_bits
from xl_vqa.vlm.device import choose_dtype, torch_dtype
from xl_vqa.vlm.identity import identify
from xl_vqa.vlm.loader import load_from_settings, load_rater
from xl_vqa.vlm.memory import FEW_BITS, WeightCount, needed_bytes
from xl_vqa.vlm.model_folder import STARTER_TYPE
from xl_vqa.vlm.rater import RatedAttributes
from xl_vqa.vlm.vlm_rater import VlmRater
from xl_vqa.words.errors import ModelMemoryError, PackageMissingError, SettingsError
from xl_vqa.words.model_spec import ModelSpec, demo_clips_folder, starter_folder
from xl_vqa.words.settings import Settings

here = pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed")
EACH = pytest.mark.parametrize("dtype", sorted(FEW_BITS))
# Expected labels by which the language model of the starter, a trained one, moves on the demo's clips; .05 and
# .14 were seen (docs/benchmarks.md).
MOVED = {"int8": 0.3, "nf4": 0.6}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers of 256: blocks of 64 weights, as those of a real one."""
    text: dict[str, object] = {
        "hidden_size": 256,
        "intermediate_size": 512,
        "num_hidden_layers": 2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [8, 12, 12]},
    }
    target = tmp_path_factory.mktemp("few_bits")
    # asked zero-shot, so that there are attributes; undecided answers, which rounding does not throw about
    spec = tiny_spec(fine_tuned=False)
    return save_tiny_qwen(target, text=text, vision={"out_hidden_size": 256}, spec=spec, sharpness=1.0)


@pytest.fixture(scope="module")
def plain(folder: Path) -> Any:
    return load_rater(str(folder), device="cpu", dtype="float32")


def expectations(rater: Any, clips: list[Any]) -> list[float]:
    return [one.expectation() for one in distributions(rater, clips)]


def rounded(layer: Any) -> torch.Tensor:
    """The weights that a layer of few bits stands for, as bitsandbytes itself takes them apart."""
    from bitsandbytes import functional

    if type(layer).__name__ == "Linear4bit":
        return functional.dequantize_4bit(layer.weight.data, layer.weight.quant_state)
    # rows of whole numbers, and the largest of each row
    codes, largest = layer.weight.data, getattr(layer.weight, "SCB", None)
    largest = layer.state.SCB if largest is None else largest
    return codes.float() * (largest / 127)[:, None]


@here
@EACH
def test_scores_are_those_of_the_rounded_weights(
    folder: Path, plain: VlmRater, clip_of: Callable[..., Any], dtype: str
) -> None:
    """Held against float32 arithmetic on weights that were rounded in the same way: what is left is 16 bits."""
    rater = load_rater(str(folder), device="cpu", dtype=dtype)
    oracle = load_rater(str(folder), device="cpu", dtype="float32")
    assert isinstance(rater, VlmRater)
    assert isinstance(oracle, VlmRater)
    model, whole = rater._loaded().model, oracle._loaded().model
    for name, layer in model.named_modules():
        if type(layer).__name__ in ("Linear4bit", "Linear8bitLt"):
            whole.get_submodule(name).weight.copy_(rounded(layer).float())
    clips = [clip_of(seed) for seed in range(6)]
    found, expected, before = (expectations(one, clips) for one in (rater, oracle, plain))
    near = [abs(one - other) for one, other in zip(found, expected, strict=True)]
    assert max(near) < 2.0
    if dtype == "nf4":
        far = [abs(one - other) for one, other in zip(found, before, strict=True)]
        assert sum(near) < sum(far) / 2
    facts = rater.describe()
    assert facts["dtype"] == dtype
    assert facts["parameters"] == plain.describe()["parameters"]
    assert rater.fingerprint != plain.fingerprint


@here
@pytest.mark.slow
def test_a_trained_language_model_hardly_moves() -> None:
    """The starter's: it is not served so, but no other trained one is at hand."""
    folder, cpu = starter_folder(), torch.device("cpu")
    spec = ModelSpec.load(folder)
    assert spec is not None
    clips = [read_frames(clip, spec.sampling) for clip in sorted(demo_clips_folder().glob("*.mp4"))[:4]]
    whole = backbone.load_backbone(folder, device=cpu, dtype="float32")
    expected = expectations(VlmRater(whole, spec, "m1:test"), clips)
    assert max(expected) - min(expected) > 5
    for dtype, most in MOVED.items():
        held = backbone.load_backbone(folder, device=cpu, dtype="bfloat16", few_bits=dtype)
        found = expectations(VlmRater(held, spec, "m1:test"), clips)
        moved = [abs(one - other) for one, other in zip(found, expected, strict=True)]
        assert 0 < max(moved) < most


@here
@EACH
def test_only_the_language_models_layers_are_held_in_few_bits(folder: Path, dtype: str) -> None:
    rater = load_rater(str(folder), device="cpu", dtype=dtype)
    assert isinstance(rater, VlmRater)
    model = rater._loaded().model
    kind = {"int8": "Linear8bitLt", "nf4": "Linear4bit"}[dtype]
    held = {name for name, layer in model.named_modules() if type(layer).__name__ == kind}
    assert len(held) == 2 * 7
    assert all(".language_model.layers." in name for name in held)
    size = sum(layer.weight.numel() * layer.weight.element_size() for layer in map(model.get_submodule, held))
    weights = WeightCount(few_bits.weights_in_few_bits(model), few_bits.weights_in_few_bits(model))
    # the scales come on top
    assert size <= needed_bytes(weights, dtype) <= size * 1.1
    assert model.model.visual.dtype is model.get_input_embeddings().weight.dtype is torch.bfloat16


@here
@EACH
def test_a_score_does_not_hang_on_the_company(folder: Path, clip_of: Callable[..., Any], dtype: str) -> None:
    """Of 8 bit to the bit: which columns it keeps in 16 would otherwise follow the other videos."""
    rater = load_rater(str(folder), device="cpu", dtype=dtype)
    clips = [clip_of(seed, height=40 + 30 * seed) for seed in range(4)]
    together = distributions(rater, clips)
    for clip, one in zip(clips, together, strict=True):
        (alone,) = distributions(rater, [clip])
        if dtype == "int8":
            assert alone == one
        else:
            assert alone.expectation() == pytest.approx(one.expectation(), abs=1.0)


@here
@EACH
def test_attributes_are_read_and_leave_the_score(folder: Path, clip_of: Callable[..., Any], dtype: str) -> None:
    rater = load_rater(str(folder), device="cpu", dtype=dtype)
    items = [(rater.prepare(clip_of(seed)), None) for seed in range(2)]
    for one, score in zip(rater.rate_attributes(items), rater.rate(items), strict=True):
        assert isinstance(one, RatedAttributes)
        assert one.overall == score
        assert len(one.attributes) == len(rater.spec.questions) > 0


@here
@EACH
def test_an_adapter_stays_beside_as_it_was_taught(
    folder: Path, plain: VlmRater, tmp_path: Path, clip_of: Callable[..., Any], dtype: str
) -> None:
    """Held against the adapter merged in float32; without it the scores are far from that."""
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    places = ["q_proj", "v_proj", "down_proj"]
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=places))
    torch.manual_seed(3)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.2)
    adapted.save_pretrained(tmp_path)
    clips = [clip_of(seed) for seed in range(4)]
    rater = load_rater(str(folder), str(tmp_path), device="cpu", dtype=dtype)
    merged = load_rater(str(folder), str(tmp_path), device="cpu", dtype="float32")
    found, expected, bare = (expectations(one, clips) for one in (rater, merged, plain))
    near, far = (
        sum(abs(one - other) for one, other in zip(found, others, strict=True)) for others in (expected, bare)
    )
    assert near < far
    assert isinstance(rater, VlmRater)
    # beside the layers and not in them
    names = [name for name, _ in rater._loaded().model.named_parameters() if "lora_A" in name]
    # in both layers, and in the tower's two of the same name
    assert len(names) == 2 * len(places) + 2


@EACH
def test_the_settings_choose_it_and_know_its_scores(folder: Path, tmp_path: Path, dtype: str) -> None:
    settings = Settings(home=tmp_path, model=str(folder), device="cpu", dtype=dtype)
    known = identify(settings)
    assert known is not None
    if importlib.util.find_spec("bitsandbytes") is not None:
        assert load_from_settings(settings).fingerprint == known.fingerprint


@EACH
def test_without_the_package_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PackageMissingError, match="bitsandbytes"):
        few_bits.loading(dtype, torch.device("cpu"), torch.bfloat16)


@EACH
def test_the_starter_and_an_exported_model_are_not_held_in_few_bits(dtype: str) -> None:
    cpu = torch.device("cpu")
    with pytest.raises(SettingsError, match="starter"):
        choose_dtype(cpu, dtype, model_type=STARTER_TYPE, few_bits=True)
    with pytest.raises(SettingsError, match="float16, not"):
        choose_dtype(cpu, dtype)
    assert choose_dtype(cpu, dtype, few_bits=True) == dtype
    assert torch_dtype(dtype) is torch.bfloat16


def test_memory_that_is_short_names_the_largest_format_that_fits(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = backbone.count_weights([folder / "model.safetensors"])
    needed = {one: needed_bytes(weights, one) for one in ("float32", "bfloat16", "int8", "nf4")}
    assert sorted(needed, key=needed.__getitem__, reverse=True) == list(needed)
    for free, named in (("bfloat16", "bfloat16"), ("int8", "int8"), ("nf4", "nf4")):
        monkeypatch.setattr(backbone, "available_bytes", lambda free=free: needed[free])
        with pytest.raises(ModelMemoryError, match=f"dtype = {named} it would fit"):
            load_rater(str(folder), device="cpu", dtype="float32")
    monkeypatch.setattr(backbone, "available_bytes", lambda: needed["nf4"] - 1)
    for dtype in needed:
        with pytest.raises(ModelMemoryError, match=f"are needed in {dtype} on") as caught:
            load_rater(str(folder), device="cpu", dtype=dtype)
        assert "would fit" not in str(caught.value)
    # of a published 7B: 8.3 billion weights, 6.5 of them in these layers
    large = WeightCount(8_292_166_656, 6_525_288_448)
    assert [round(needed_bytes(large, one) / 2**30, 1) for one in ("bfloat16", "int8", "nf4")] == [16.2, 9.8, 6.7]
