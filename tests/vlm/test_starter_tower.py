"""The starter's tower in the place of Qwen2.5-VL's vision transformer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from xl_vqa.model_spec import Normalization, Pixels
from xl_vqa.vlm import starter_tower
from xl_vqa.vlm.patches import Patches, make_patches
from xl_vqa.vlm.starter_tower import StarterConfig, StarterForConditionalGeneration, frames_of, small_config

PIXELS = Pixels(min_pixels=4 * 784, max_pixels=40 * 784, total_pixels=8 * 40 * 784)
VIDEO, VIDEO_START, VIDEO_END = 6, 3, 4


@pytest.fixture(scope="module")
def model() -> StarterForConditionalGeneration:
    torch.manual_seed(1)
    tokens = {"image_token_id": 5, "video_token_id": VIDEO, "vision_start_token_id": VIDEO_START}
    config = small_config(64, vision_end_token_id=VIDEO_END, eos_token_id=1, pad_token_id=0, **tokens)
    return StarterForConditionalGeneration(config).eval()


def clip(seed: int, height: int = 112, width: int = 168, frames: int = 4) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 28, width // 28, 3))
    base = coarse.repeat(28, 0).repeat(28, 1) * 0.7 + rng.integers(0, 60, (height, width, 3))
    return [np.roll(base, 2 * i, axis=1).clip(0, 255).astype(np.uint8) for i in range(frames)]


def inputs_of(*videos: Patches) -> dict[str, torch.Tensor]:
    """A batch of prompts of equal length: one question token before and two behind the video."""
    rows = [[7, VIDEO_START, *[VIDEO] * video.tokens, VIDEO_END, 8] for video in videos]
    ids = torch.tensor(rows)
    return {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "mm_token_type_ids": (ids == VIDEO).long() * 2,
        "pixel_values_videos": torch.cat([video.normalized(Normalization()) for video in videos]),
        "video_grid_thw": torch.tensor([video.grid for video in videos]),
    }


@pytest.mark.parametrize(("height", "width"), [(112, 168), (84, 28), (28, 280)])
def test_patches_are_turned_back_into_the_very_frames(height: int, width: int) -> None:
    frames = clip(3, height, width)
    patches = make_patches(frames, Pixels(784, height * width, 8 * height * width))
    back = frames_of(patches.values, patches.grid)
    assert back.shape == (4, 3, height, width)
    assert torch.equal(back, torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2))


def test_one_token_per_merged_cell_and_none_depends_on_its_neighbours(
    model: StarterForConditionalGeneration,
) -> None:
    first, second = make_patches(clip(1), PIXELS), make_patches(clip(2, 140, 84, 6), PIXELS)
    with torch.inference_mode():
        alone = [
            model.model.visual(p.normalized(Normalization()), torch.tensor([p.grid])).pooler_output
            for p in (first, second)
        ]
        both = inputs_of(first)["pixel_values_videos"], inputs_of(second)["pixel_values_videos"]
        together = model.model.visual(torch.cat(both), torch.tensor([first.grid, second.grid])).pooler_output
    assert [len(a) for a in alone] == [first.tokens, second.tokens]
    assert torch.equal(together, torch.cat(alone))


def test_saved_and_loaded_it_is_the_same_model(model: StarterForConditionalGeneration, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    config = AutoConfig.from_pretrained(tmp_path)
    assert isinstance(config, StarterConfig)
    assert list(config.image_mean) == list(model.config.image_mean)
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path).eval()
    assert isinstance(loaded, StarterForConditionalGeneration)
    assert loaded.state_dict().keys() == model.state_dict().keys()
    inputs = inputs_of(make_patches(clip(4), PIXELS))
    with torch.inference_mode():
        assert torch.equal(model(**inputs).logits, loaded(**inputs).logits)


def test_buffers_survive_saving(model: StarterForConditionalGeneration, tmp_path: Path) -> None:
    changed = StarterForConditionalGeneration(model.config)
    changed.model.visual.clip_mean.fill_(3.5)
    changed.save_pretrained(tmp_path)
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path)
    assert (loaded.model.visual.clip_mean == 3.5).all()


def test_stock_generate_works(model: StarterForConditionalGeneration) -> None:
    inputs = inputs_of(make_patches(clip(5), PIXELS))
    with torch.inference_mode():
        answer = model.generate(**inputs, max_new_tokens=2, do_sample=False)
        first = model(**inputs).logits[0, -1].argmax()
    assert answer.shape[1] == inputs["input_ids"].shape[1] + 2
    assert answer[0, -2] == first


def test_a_flip_of_one_picture_changes_the_answer(model: StarterForConditionalGeneration) -> None:
    frames = clip(6)
    changed = [frame.copy() for frame in frames]
    changed[2][:56, :56] = 255
    with torch.inference_mode():
        a, b = (model(**inputs_of(make_patches(f, PIXELS))).logits[0, -1] for f in (frames, changed))
    assert not torch.allclose(a, b)


def test_the_trunk_is_never_trained(model: StarterForConditionalGeneration) -> None:
    fresh = StarterForConditionalGeneration(model.config)
    inputs = inputs_of(make_patches(clip(7), PIXELS))
    fresh(**inputs, labels=inputs["input_ids"]).loss.backward()
    assert all(p.grad is None for p in fresh.model.visual.trunk.parameters())
    assert fresh.model.visual.from_cells.weight.grad.abs().sum() > 0


def features(frames: list[np.ndarray], model: StarterForConditionalGeneration) -> starter_tower.ClipFeatures:
    patches = make_patches(frames, PIXELS)
    with torch.inference_mode():
        return model.model.visual.features(patches.normalized(Normalization()), patches.grid)


def test_features_have_the_stated_sizes(model: StarterForConditionalGeneration) -> None:
    found = features(clip(1, frames=6), model)
    assert found.cells.shape == (3 * 4 * 6, starter_tower.CELL_FEATURES)
    assert found.pairs.shape == (3, starter_tower.PAIR_FEATURES)
    assert found.clip.shape == (starter_tower.CLIP_FEATURES,)
    assert all(torch.isfinite(part).all() for part in (found.cells, found.pairs, found.clip))


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_gives_finite_features(model: StarterForConditionalGeneration, value: int) -> None:
    found = features([np.full((56, 84, 3), value, np.uint8)] * 2, model)
    assert all(torch.isfinite(part).all() for part in (found.cells, found.pairs, found.clip))


def test_a_flicker_shows_within_the_pair(model: StarterForConditionalGeneration) -> None:
    still = [clip(8)[0]] * 4
    flickering = [f if i % 2 else (f * 0.8).astype(np.uint8) for i, f in enumerate(still)]
    calm, restless = features(still, model), features(flickering, model)
    # the last histogram feature is the log of the brightness step
    assert (restless.pairs[:, -1] > calm.pairs[:, -1] + 1).all()
