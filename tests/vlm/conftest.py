"""A tiny Qwen2.5-VL, saved once per run, and clips to feed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModelForImageTextToText, AutoTokenizer

from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.patches import make_patches
from xl_vqa.vlm.positions import seconds_per_pair
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import FramesUsed

# the models are tiny: a second thread costs more than it brings
torch.set_num_threads(1)


@dataclass(frozen=True)
class Clip:
    """What the video reader hands over, as far as a rater looks at it."""

    frames: tuple[NDArray[np.uint8], ...]
    used: FramesUsed


def make_clip(seed: int = 0, *, height: int = 60, width: int = 90, count: int = 4, seconds: float = 3.0) -> Clip:
    """Smooth random pictures that differ from frame to frame, in pairs of neighbours at 25 frames a second."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 6 + 2, width // 6 + 2, 3))
    picture = coarse.repeat(6, 0).repeat(6, 1)[:height, :width]
    frames = [np.clip(picture + rng.integers(-40, 40), 0, 255).astype(np.uint8) for _ in range(count)]
    starts = np.linspace(0, seconds, max(count // 2, 1))
    times = tuple(float(start) + 0.04 * half for start in starts for half in (0, 1))[:count]
    indices = tuple(round(time * 25) for time in times)
    used = FramesUsed(indices, times, width, height, round(seconds * 25), seconds, 25.0, "test", "raw")
    return Clip(tuple(frames), used)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_qwen(tmp_path_factory.mktemp("tiny_qwen"))


@dataclass(frozen=True)
class Tiny:
    """A loaded tiny model with everything that feeds it."""

    model: Any
    tokenizer: Any
    tokens: PromptTokenizer
    spec: ModelSpec

    def row(self, clip: Clip, text: str | None = None) -> VideoInput:
        patches = make_patches(clip.frames, self.spec.pixels)
        prompt = build_prompt(self.tokens, self.spec.prompt, text)
        return VideoInput(prompt, patches, seconds_per_pair(clip.used.timestamps_s))

    def inputs(self, *rows: VideoInput, **values: Any) -> dict[str, torch.Tensor]:
        return model_inputs(rows, normalization=self.spec.normalization, tokens_per_second=2, **values)


def load_tiny(folder: Path, *, attention: str = "sdpa") -> Tiny:
    model = AutoModelForImageTextToText.from_pretrained(
        folder, dtype=torch.float32, attn_implementation=attention
    ).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Tiny(model, tokenizer, PromptTokenizer(tokenizer, model="tiny"), tiny_spec())


@pytest.fixture(scope="session", params=["sdpa", "eager"])
def tiny(request: pytest.FixtureRequest, tiny_folder: Path) -> Tiny:
    return load_tiny(tiny_folder, attention=request.param)


@pytest.fixture(scope="session")
def clip_of() -> Callable[..., Clip]:
    return make_clip
