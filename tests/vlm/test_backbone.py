"""Loading: adapters that really take effect, and a named error for everything that is no usable model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from tests.tiny_qwen import tiny_spec
from xl_vqa.vlm import backbone, memory
from xl_vqa.vlm.digit_tree import grow_tree
from xl_vqa.vlm.few_bits import weights_in_few_bits
from xl_vqa.vlm.loader import load_rater
from xl_vqa.words.errors import (
    ModelIncompatibleError,
    ModelMemoryError,
    ModelNotFoundError,
    SettingsError,
    XlVqaError,
)
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may break."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


@pytest.fixture(scope="module")
def adapter(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LoRA on attention and MLP of both towers, with weights as after training (not zero)."""
    target = tmp_path_factory.mktemp("adapter")
    model = AutoModelForImageTextToText.from_pretrained(tiny_folder, dtype=torch.float32)
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear"))
    torch.manual_seed(3)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.2)
    adapted.save_pretrained(target)
    return target


def change(path: Path, **values: Any) -> None:
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, **values}))


def expectation(rater: Any, clip: Any) -> float:
    (outcome,) = rater.rate([(rater.prepare(clip), None)])
    assert isinstance(outcome, LabelDistribution)
    return outcome.expectation()


def test_adapter_is_merged_exactly(
    tiny_folder: Path, adapter: Path, tiny: Any, clip_of: Callable[..., Any]
) -> None:
    """The merged model against peft's own unmerged one, by the digit tree."""
    from peft import PeftModel

    rater = load_rater(str(tiny_folder), str(adapter), device="cpu")
    plain = load_rater(str(tiny_folder), device="cpu")
    clip = clip_of(4)
    assert abs(expectation(rater, clip) - expectation(plain, clip)) > 0.5
    base = AutoModelForImageTextToText.from_pretrained(tiny_folder, dtype=torch.float32)
    unmerged = PeftModel.from_pretrained(base, adapter).eval()
    with torch.inference_mode():
        (found,) = grow_tree(unmerged, tiny.inputs(tiny.row(clip)), Scale(), tiny.tokens.digits)
    assert expectation(rater, clip) == pytest.approx(found.distribution(Scale()).expectation(), abs=1e-3)


def test_adapter_changes_the_fingerprint(tiny_folder: Path, adapter: Path, tmp_path: Path) -> None:
    plain = load_rater(str(tiny_folder), device="cpu")
    first = load_rater(str(tiny_folder), str(adapter), device="cpu")
    other = Path(shutil.copytree(adapter, tmp_path / "other"))
    weights = load_file(other / "adapter_model.safetensors")
    save_file({k: v + 0.01 for k, v in weights.items()}, other / "adapter_model.safetensors")
    second = load_rater(str(tiny_folder), str(other), device="cpu")
    assert len({plain.fingerprint, first.fingerprint, second.fingerprint}) == 3
    assert first.describe()["adapter"] == str(adapter)


def test_an_adapter_that_finds_no_place_is_refused(tiny_folder: Path, adapter: Path, tmp_path: Path) -> None:
    """peft itself only warns here, and the scores would be those of the model without it."""
    other = Path(shutil.copytree(adapter, tmp_path / "other"))
    weights = load_file(other / "adapter_model.safetensors")
    renamed = {key.replace("language_model", "text_tower"): value for key, value in weights.items()}
    save_file(renamed, other / "adapter_model.safetensors")
    with pytest.raises(ModelIncompatibleError):
        load_rater(str(tiny_folder), str(other), device="cpu")
    half = dict(list(weights.items())[::2])
    save_file(half, other / "adapter_model.safetensors")
    with pytest.raises(ModelIncompatibleError):
        load_rater(str(tiny_folder), str(other), device="cpu")


def test_an_adapter_with_more_weights_than_the_model_is_refused(
    tiny_folder: Path, adapter: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(adapter, tmp_path / "other"))
    weights = load_file(other / "adapter_model.safetensors")
    extra = {k.replace("layers.1.", "layers.9."): v.clone() for k, v in weights.items() if "layers.1." in k}
    assert extra
    save_file({**weights, **extra}, other / "adapter_model.safetensors")
    with pytest.raises(ModelIncompatibleError, match="another model"):
        load_rater(str(tiny_folder), str(other), device="cpu")


def broken(name: str, folder: Path) -> None:
    """Breaks a model folder in one way."""
    config = folder / "config.json"
    facts = json.loads(config.read_text())
    weights = folder / "model.safetensors"
    if name == "another type":
        change(config, model_type="qwen2_vl")
    elif name == "quantised":
        change(config, quantization_config={"quant_method": "awq", "bits": 4})
    elif name == "sliding window":
        change(config, text_config={**facts["text_config"], "use_sliding_window": True})
    elif name == "other patches":
        change(config, vision_config={**facts["vision_config"], "patch_size": 16})
    elif name == "other video token":
        change(config, video_token_id=3)
    elif name == "config is no JSON":
        config.write_text("{")
    elif name == "config is a list":
        config.write_text("[]")
    elif name == "no tokenizer":
        (folder / "tokenizer.json").unlink()
        (folder / "tokenizer_config.json").unlink()
    elif name == "weights cut off":
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    elif name == "weights are something else":
        weights.write_bytes(b"PK\x03\x04 a zip file, say")
    elif name == "weights in a pickle":
        torch.save(load_file(weights), folder / "pytorch_model.bin")
        weights.unlink()
    elif name == "a weight is missing":
        tensors = load_file(weights)
        tensors.pop(next(key for key in tensors if key.endswith("layers.1.mlp.up_proj.weight")))
        save_file(tensors, weights, metadata={"format": "pt"})
    elif name == "a weight has another shape":
        tensors = load_file(weights)
        tensors["lm_head.weight"] = tensors["lm_head.weight"][:-1].clone()
        save_file(tensors, weights, metadata={"format": "pt"})
    elif name == "spec is broken":
        change(folder / "xl_vqa.json", format=7)
    else:
        raise AssertionError(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("another type", "qwen2_vl"),
        ("quantised", "quantised"),
        ("sliding window", "sliding"),
        ("other patches", "patch_size"),
        ("other video token", "video"),
        ("config is no JSON", "config.json"),
        ("config is a list", "JSON object"),
        ("no tokenizer", "token"),
        ("weights cut off", "cut off"),
        ("weights are something else", "model.safetensors"),
        ("weights in a pickle", "safetensors"),
        ("a weight is missing", "up_proj"),
        ("a weight has another shape", "lm_head"),
        ("spec is broken", "format"),
    ],
)
def test_what_is_no_usable_model_is_refused_with_the_reason(folder: Path, name: str, words: str) -> None:
    broken(name, folder)
    with pytest.raises(ModelIncompatibleError) as caught:
        load_rater(str(folder), device="cpu")
    assert words in str(caught.value)
    assert "…" not in caught.value.message("ja")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("/no/such/folder", "no such folder"),
        ("C:\\models\\qwen", "no such folder"),
        ("", "no config.json"),
        ("owner/name", "offline"),
    ],
)
def test_a_model_that_is_not_there(
    model: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelNotFoundError) as caught:
        load_rater(model or str(tmp_path), device="cpu", offline=True)
    assert words in str(caught.value)


def test_a_missing_part_of_the_weights(folder: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    with pytest.raises(ModelNotFoundError, match="00002-of-00002"):
        load_rater(str(folder), device="cpu")


def test_weights_in_several_parts(folder: Path, tiny_folder: Path, clip_of: Callable[..., Any]) -> None:
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="200KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    whole, parts = load_rater(str(tiny_folder), device="cpu"), load_rater(str(folder), device="cpu")
    assert expectation(parts, clip_of(0)) == expectation(whole, clip_of(0))


@pytest.mark.parametrize("kind", ["no folder", "no weights", "another kind"])
def test_adapters_that_are_none(kind: str, tiny_folder: Path, adapter: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(adapter, tmp_path / "other"))
    error: type[XlVqaError] = ModelNotFoundError
    if kind == "no folder":
        other = tmp_path / "nowhere"
    elif kind == "no weights":
        (other / "adapter_model.safetensors").unlink()
    else:
        change(other / "adapter_config.json", peft_type="IA3")
        error = ModelIncompatibleError
    with pytest.raises(error):
        load_rater(str(tiny_folder), str(other), device="cpu")


def test_a_model_larger_than_memory_is_refused_before_loading(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbone, "available_bytes", lambda: 600_000)
    with pytest.raises(ModelMemoryError) as caught:
        load_rater(str(folder), device="cpu")
    assert "bfloat16" in str(caught.value)
    load_rater(str(folder), device="cpu", dtype="bfloat16")


def test_memory_of_this_machine_is_known() -> None:
    import psutil

    free = memory.available_bytes()
    assert free is not None
    assert 0 < free <= psutil.virtual_memory().total


def test_parameters_are_counted_from_headers(tiny_folder: Path) -> None:
    model = AutoModelForImageTextToText.from_pretrained(tiny_folder, dtype=torch.float32)
    counted = memory.count_weights([tiny_folder / "model.safetensors"])
    assert counted.all == sum(weight.numel() for weight in model.parameters())
    # what few_bits.py would hold in few bits, by the names in the file
    assert counted.linear == weights_in_few_bits(model) > 0


@pytest.mark.parametrize(
    ("limit", "current", "stat", "expected"),
    [
        ("1000", "700", "anon 500\ninactive_file 150\nactive_file 50\n", 500),
        ("1000", "1200", "anon 1200\n", 0),
        ("max", "700", "anon 500\n", None),
    ],
)
def test_a_containers_limit_counts(
    tmp_path: Path, limit: str, current: str, stat: str, expected: int | None
) -> None:
    for name, text in (("memory.max", limit), ("memory.current", current), ("memory.stat", stat)):
        (tmp_path / name).write_text(text)
    assert memory._control_group(tmp_path) == expected


@pytest.mark.parametrize("device", ["cuda:7", "tpu", "meta", "mps"])
def test_a_device_that_is_not_here(device: str, tiny_folder: Path) -> None:
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has it")
    with pytest.raises(SettingsError, match="choose auto or cpu"):
        load_rater(str(tiny_folder), device=device)


def test_a_folder_without_a_spec_gets_the_default(folder: Path) -> None:
    (folder / "xl_vqa.json").unlink()
    rater = load_rater(str(folder), device="cpu")
    assert rater.spec.sampling.frames == 16
    assert not rater.spec.fine_tuned
    assert rater.spec.name == str(folder)


def test_no_code_from_a_folder_runs(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    code = f"open({str(proof)!r}, 'w')\nfrom transformers import Qwen2_5_VLForConditionalGeneration as Evil\n"
    (folder / "modeling_evil.py").write_text(code)
    auto = {"AutoModelForImageTextToText": "modeling_evil.Evil", "AutoConfig": "modeling_evil.Evil"}
    change(folder / "config.json", auto_map=auto)
    change(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["modeling_evil.Evil", None]})
    rater = load_rater(str(folder), device="cpu")
    assert not proof.exists()
    assert rater.spec == tiny_spec()


def test_the_starters_tokenizer_is_looked_at_without_a_word() -> None:
    """transformers warns of a type that it does not know, where nothing of the starter is loaded yet."""
    code = (
        "from xl_vqa.vlm.backbone import check_tokenizer\n"
        "from xl_vqa.vlm.model_folder import find_model\n"
        "check_tokenizer(find_model('starter'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout + done.stderr == ""
