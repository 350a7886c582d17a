"""Number formats and devices: the same score in every format, and no tensor left behind on the CPU.

No GPU here. What a GPU would refuse is looked for in two ways: torch's FakeTensorMode (tests/fake_device.py; no
numbers, so nothing whose shape depends on one), and tests/pretend_device.py (real numbers, the rater's whole way).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils import backend_registration

from tests.starter.made_clips import canvas_of
from xl_vqa.video.read import read_frames
from xl_vqa.vlm import fused_convolution
from xl_vqa.vlm.device import choose_dtype
from xl_vqa.vlm.identity import identify, remember_dtype
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.model_folder import STARTER_TYPE
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration, small_config
from xl_vqa.vlm.starter_tower import FEATURES, StarterTower
from xl_vqa.vlm.starter_trunk import BLOCKS, FINE_BLOCKS
from xl_vqa.vlm.vlm_rater import VlmRater
from xl_vqa.words.model_spec import Normalization, demo_clips_folder
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.settings import Settings

FORMATS = ("float32", "bfloat16", "float16")
CLIPS = [demo_clips_folder() / name for name in ("rabbit_clean.mp4", "rabbit_noisy.mp4", "dandelion_flicker.mp4")]

# in labels of 10..50, of the expectation. Measured: with 16 bits in the language model alone 0.03 and 0.004 on the
# twelve demo clips; with bfloat16 in the trunk 0.045 on average and 0.19 at the most, on 71 clips
STARTER_TOLERANCE = {"float32": 0.001, "float16": 0.1, "bfloat16": 0.3}


def distributions(rater: Any, clips: list[Any], text: str | None = None) -> list[LabelDistribution]:
    outcomes = rater.rate([(rater.prepare(clip), text) for clip in clips])
    for outcome in outcomes:
        assert isinstance(outcome, LabelDistribution), outcome
    return list(outcomes)


@pytest.fixture(scope="module")
def starter() -> VlmRater:
    rater = load_rater("starter", device="cpu")
    assert isinstance(rater, VlmRater)
    return rater


@pytest.fixture(scope="module")
def clips(starter: VlmRater) -> list[Any]:
    return [read_frames(path, starter.spec.sampling) for path in CLIPS]


@pytest.mark.parametrize("dtype", FORMATS)
def test_the_starter_gives_the_same_labels_in_every_format(
    starter: VlmRater, clips: list[Any], dtype: str
) -> None:
    rater = load_rater("starter", device="cpu", dtype=dtype)
    assert rater.describe()["dtype"] == dtype
    assert (rater.fingerprint == starter.fingerprint) == (dtype == "float32")
    expected = distributions(starter, clips)
    assert len({round(one.expectation()) for one in expected}) == len(clips)
    for one, other in zip(distributions(rater, clips), expected, strict=True):
        assert one.expectation() == pytest.approx(other.expectation(), abs=STARTER_TOLERANCE[dtype])
        assert one.probabilities == pytest.approx(other.probabilities, abs=0.03)


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_small_qwen_answers_in_every_format(tiny_folder: Path, clip_of: Callable[..., Any], dtype: str) -> None:
    """Its random weights are drawn wide, so rounding moves it much more than a trained model."""
    plain = load_rater(str(tiny_folder), device="cpu", dtype="float32")
    rater = load_rater(str(tiny_folder), device="cpu", dtype=dtype)
    made = [clip_of(seed) for seed in range(4)]
    for text in (None, "a red fox"):
        for one, other in zip(distributions(rater, made, text), distributions(plain, made, text), strict=True):
            assert one.expectation() == pytest.approx(other.expectation(), abs=4.0 if dtype == "bfloat16" else 0.5)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_the_tower_measures_in_float32_whatever_was_asked_for(
    dtype: str, quick: bool, clips: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the trunk's convolutions behind the first ones, on a processor that is quicker with less."""
    monkeypatch.setattr(fused_convolution, "computes_in_bfloat16", lambda: quick)
    rater = load_rater("starter", device="cpu", dtype=dtype)
    assert isinstance(rater, VlmRater)
    backbone = rater._loaded()
    tower = backbone.model.model.visual
    less = {name for name, value in tower.state_dict().items() if value.dtype is not torch.float32}
    convolutions = {
        f"trunk.blocks.{number}.{part}.weight"
        for number in range(FINE_BLOCKS, len(BLOCKS))
        for part in ("expand", "depthwise", "project")
    }
    assert less == (convolutions if quick and dtype == "bfloat16" else set())
    # the pictures themselves, which no format has touched
    assert backbone.pixel_dtype is torch.uint8
    assert backbone.model.get_input_embeddings().weight.dtype is getattr(torch, dtype)


@pytest.fixture
def tower() -> StarterTower:
    torch.manual_seed(3)
    tower: StarterTower = StarterForConditionalGeneration(small_config(64)).eval().model.visual
    return tower


def test_mixed_precision_around_it_does_not_touch_the_statistics(tower: StarterTower) -> None:
    patches = canvas_of(1)
    values = patches.normalized(Normalization())
    with torch.inference_mode():
        alone = tower.features(values, patches.grid)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mixed = tower.features(values, patches.grid)
    for name in FEATURES:
        assert torch.equal(getattr(alone, name), getattr(mixed, name)), name


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_tower_that_was_cast_as_a_whole_still_works(tower: StarterTower, dtype: torch.dtype) -> None:
    """``model.to(torch.bfloat16)`` of whoever uses the model by transformers alone."""
    patches = canvas_of(1)
    values, grid = patches.normalized(Normalization()), torch.tensor([patches.grid])
    with torch.inference_mode():
        expected = tower(values, grid).pooler_output
        found = tower.to(dtype)(values.to(dtype), grid).pooler_output
    assert found.dtype is dtype
    assert torch.isfinite(found).all()
    alike = torch.nn.functional.cosine_similarity(found.float(), expected, dim=1)
    assert float(alike.median()) > 0.98


can_pretend = pytest.mark.skipif(
    not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"),
    reason="this torch knows no device that is written in Python",
)


def in_own_process(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@can_pretend
def test_the_tower_under_fake_tensors_of_another_device() -> None:
    done = in_own_process("tests.fake_device")
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    for dtype in FORMATS:
        expected = {**dict.fromkeys(FEATURES, "torch.float32 on pretend"), "tokens": f"torch.{dtype} on pretend"}
        assert found[dtype] == expected
    assert found["mixed"] == "FakeTensorDeviceMismatchError", "the test could not fail"


@can_pretend
def test_the_whole_way_of_a_rating_on_another_device(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """prepare, inputs, tower, prefill, tree: nothing on the CPU meets what is on the device."""
    # there the trunk computes in float32
    monkeypatch.setattr(fused_convolution, "computes_in_bfloat16", lambda: False)
    models = [(model, dtype) for model in ("starter", str(tiny_folder)) for dtype in ("auto", "bfloat16")]
    text, output = "a red fox", tmp_path / "found.json"
    job = {"output": str(output), "video": str(CLIPS[1]), "text": text, "models": models}
    (tmp_path / "job.json").write_text(json.dumps(job), encoding="utf-8")
    done = in_own_process("tests.pretend_device", str(tmp_path / "job.json"))
    assert done.returncode == 0, done.stderr[-3000:]
    for (model, dtype), there in zip(models, json.loads(output.read_text(encoding="utf-8")), strict=True):
        assert there["device"] == "pretend"
        assert there["dtype"] == ("float32" if dtype == "auto" else dtype)
        here = load_rater(model, device="cpu", dtype=dtype)
        (expected,) = distributions(here, [read_frames(CLIPS[1], here.spec.sampling)], text)
        assert here.fingerprint == there["fingerprint"]
        # another order of the same sums
        close = 1e-5 if dtype == "auto" else 2e-3
        assert there["probabilities"] == pytest.approx(expected.probabilities, abs=close)


@pytest.mark.parametrize("supported", [True, False])
def test_auto_is_float32_for_the_starter_on_every_device(supported: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: supported)
    gpu = torch.device("cuda")
    assert choose_dtype(gpu, model_type=STARTER_TYPE) == "float32"
    assert choose_dtype(gpu) == ("bfloat16" if supported else "float32")
    assert choose_dtype(gpu, "bfloat16", model_type=STARTER_TYPE) == "bfloat16"
    assert choose_dtype(gpu, "float16", model_type=STARTER_TYPE) == "float16"


def test_the_starter_is_known_before_it_was_ever_loaded(
    starter: VlmRater, tiny_folder: Path, tmp_path: Path
) -> None:
    """Also where a larger model on this machine's GPU runs in bfloat16."""
    settings = Settings(home=tmp_path, device="auto")
    known = identify(settings)
    assert known is not None
    assert known.fingerprint == starter.fingerprint
    large = replace(settings, model=str(tiny_folder))
    assert identify(large) is None
    remember_dtype(tmp_path / "cache", "auto", "bfloat16")
    half, known = identify(large), identify(settings)
    assert half is not None
    assert known is not None
    assert half.fingerprint == load_rater(str(tiny_folder), device="cpu", dtype="bfloat16").fingerprint
    assert known.fingerprint == starter.fingerprint


def test_loading_the_starter_says_nothing_of_other_models(tiny_folder: Path, tmp_path: Path) -> None:
    load_rater("starter", device="auto", cache_folder=tmp_path / "cache")
    assert identify(Settings(home=tmp_path, device="auto", model=str(tiny_folder))) is None
