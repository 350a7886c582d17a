"""The starter's tower in the place of Qwen2.5-VL's vision transformer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from tests.starter.made_clips import SMALL, MadeClip, canvas_of, made_clip
from xl_vqa.vlm import starter_tower
from xl_vqa.vlm.canvas import TILE_ROWS, Layout, clip_patches
from xl_vqa.vlm.patches import Patches, make_patches
from xl_vqa.vlm.starter_model import StarterConfig, StarterForConditionalGeneration, small_config
from xl_vqa.vlm.starter_tower import Placement, frames_of
from xl_vqa.words.model_spec import Normalization, Pixels

VIDEO, VIDEO_START, VIDEO_END = 6, 3, 4


@pytest.fixture(scope="module")
def model() -> StarterForConditionalGeneration:
    torch.manual_seed(1)
    tokens = {"image_token_id": 5, "video_token_id": VIDEO, "vision_start_token_id": VIDEO_START}
    config = small_config(64, vision_end_token_id=VIDEO_END, eos_token_id=1, pad_token_id=0, **tokens)
    return StarterForConditionalGeneration(config).eval()


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
    frames = made_clip(3, height, width).frames
    patches = make_patches(frames, Pixels(784, height * width, 8 * height * width))
    back = frames_of(patches.values, patches.grid)
    assert back.shape == (4, 3, height, width)
    assert torch.equal(back, torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2))


def test_one_token_per_merged_cell_and_none_depends_on_its_neighbours(
    model: StarterForConditionalGeneration,
) -> None:
    first, second = canvas_of(1), canvas_of(2, 140, 84, 6)
    with torch.inference_mode():
        alone = [
            model.model.visual(p.normalized(Normalization()), torch.tensor([p.grid])).pooler_output
            for p in (first, second)
        ]
        both = inputs_of(first)["pixel_values_videos"], inputs_of(second)["pixel_values_videos"]
        together = model.model.visual(torch.cat(both), torch.tensor([first.grid, second.grid])).pooler_output
    assert [len(a) for a in alone] == [first.tokens, second.tokens]
    assert torch.equal(together, torch.cat(alone))


def test_eight_bit_patches_give_the_very_features_of_normalised_ones(
    model: StarterForConditionalGeneration,
) -> None:
    patches = canvas_of(5)
    with torch.inference_mode():
        bare = model.model.visual.features(patches.values, patches.grid)
        normalised = model.model.visual.features(patches.normalized(Normalization()), patches.grid)
    for name in starter_tower.FEATURES:
        assert torch.equal(getattr(bare, name), getattr(normalised, name))


def test_pairs_seen_one_by_one_give_what_all_at_once_give(model: StarterForConditionalGeneration) -> None:
    patches, tower = canvas_of(6), model.model.visual
    layout = Layout.of_grid(patches.grid[1], patches.grid[2])
    cells = patches.values.view(patches.grid[0], -1, patches.values.shape[1])
    with torch.inference_mode():
        whole = tower._seen(tower._rgb(cells, patches.grid), layout)
        parts = [tower._seen(tower._rgb(cells[t : t + 1], patches.grid), layout) for t in range(len(cells))]
    for name, together in whole.items():
        assert torch.allclose(torch.cat([part[name] for part in parts]), together, atol=1e-5)


def test_a_pair_of_equal_frames_is_computed_once(
    model: StarterForConditionalGeneration,
) -> None:
    tower, counted = model.model.visual, []
    still, moving = torch.rand(1, 3, 56, 84).expand(2, -1, -1, -1), torch.rand(2, 3, 56, 84)
    with torch.inference_mode():
        both = tower.trunk(still)
        hook = tower.trunk.register_forward_pre_hook(lambda _, given: counted.append(len(given[0])))
        found = tower._maps(still)
        tower._maps(moving)
        hook.remove()
    assert counted == [1, 2]
    for one, other in zip(found, both, strict=True):
        assert one.shape == other.shape
        assert torch.allclose(one, other, atol=1e-5)


def test_saved_and_loaded_it_is_the_same_model(model: StarterForConditionalGeneration, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    config = AutoConfig.from_pretrained(tmp_path)
    assert isinstance(config, StarterConfig)
    assert list(config.image_mean) == list(model.config.image_mean)
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path).eval()
    assert isinstance(loaded, StarterForConditionalGeneration)
    assert loaded.state_dict().keys() == model.state_dict().keys()
    inputs = inputs_of(canvas_of(4))
    with torch.inference_mode():
        # where in memory the weights lie decides how a long sum is split up
        assert torch.allclose(model(**inputs).logits, loaded(**inputs).logits, atol=1e-5)


def test_buffers_survive_saving(model: StarterForConditionalGeneration, tmp_path: Path) -> None:
    changed = StarterForConditionalGeneration(model.config)
    changed.model.visual.clip_mean.fill_(3.5)
    changed.save_pretrained(tmp_path)
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path)
    assert (loaded.model.visual.clip_mean == 3.5).all()


def test_stock_generate_works(model: StarterForConditionalGeneration) -> None:
    inputs = inputs_of(canvas_of(5))
    with torch.inference_mode():
        answer = model.generate(**inputs, max_new_tokens=2, do_sample=False)
        first = model(**inputs).logits[0, -1].argmax()
    assert answer.shape[1] == inputs["input_ids"].shape[1] + 2
    assert answer[0, -2] == first


@pytest.mark.parametrize("what", ["frames", "windows"])
def test_a_flip_of_one_picture_changes_the_answer(model: StarterForConditionalGeneration, what: str) -> None:
    made, changed = made_clip(6), made_clip(6)
    if what == "frames":
        changed.frames[2] = changed.frames[2].copy()
        changed.frames[2][:56, :56] = 255
    else:
        changed.windows[1] = changed.windows[1].copy()
        changed.windows[1][8] = 255
    with torch.inference_mode():
        a, b = (model(**inputs_of(clip_patches(f, SMALL))).logits[0, -1] for f in (made, changed))
    assert not torch.allclose(a, b)


def test_the_trunk_is_never_trained(model: StarterForConditionalGeneration) -> None:
    fresh = StarterForConditionalGeneration(model.config)
    inputs = inputs_of(canvas_of(7))
    fresh(**inputs, labels=inputs["input_ids"]).loss.backward()
    assert all(p.grad is None for p in fresh.model.visual.trunk.parameters())
    assert fresh.model.visual.from_tiles.weight.grad.abs().sum() > 0


def features(made: MadeClip, model: StarterForConditionalGeneration) -> starter_tower.ClipFeatures:
    patches = clip_patches(made, SMALL)
    with torch.inference_mode():
        return model.model.visual.features(patches.normalized(Normalization()), patches.grid)


@pytest.mark.parametrize(("height", "width"), [(112, 168), (28, 300), (300, 28), (270, 480), (31, 47)])
def test_features_have_the_stated_sizes(model: StarterForConditionalGeneration, height: int, width: int) -> None:
    patches = canvas_of(1, height, width, 6)
    layout = Layout.of_grid(*patches.grid[1:])
    found = features(made_clip(1, height, width, 6), model)
    counts = {
        "whole": 3 * layout.whole_rows * layout.width,
        "tiles": 3 * TILE_ROWS * layout.width,
        "samples": 3 * (layout.sample_rows * layout.width - 1),
        "pairs": 3,
    }
    for name, size in starter_tower.FEATURES.items():
        part = getattr(found, name)
        assert part.shape == ((counts[name], size) if name in counts else (size,)), name
        assert torch.isfinite(part).all(), name
    assert len(model.model.visual.project(found, patches.grid)) == patches.tokens


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_gives_finite_features(model: StarterForConditionalGeneration, value: int) -> None:
    made = made_clip(1)
    for parts in (made.frames, made.windows):
        parts[:] = [np.full_like(part, value) for part in parts]
    found = features(made, model)
    assert all(torch.isfinite(getattr(found, name)).all() for name in starter_tower.FEATURES)


def test_some_cells_give_the_very_tokens_that_all_give(model: StarterForConditionalGeneration) -> None:
    made, grid = made_clip(9), canvas_of(9).grid
    found = features(made, model)
    every = model.model.visual.project(found, grid)
    placement = Placement.of(grid, lambda count, kind: torch.arange(1, count, 3))
    parts = {
        name: getattr(found, name)[getattr(placement, name)] if hasattr(placement, name) else getattr(found, name)
        for name in starter_tower.FEATURES
    }
    # it stands on all cells, whatever is shown
    opinions = model.model.visual.opinion.opinions(starter_tower.summary_of(found)[None])
    some = model.model.visual.project_batch(
        starter_tower.ClipFeatures(**{name: part[None] for name, part in parts.items()}), placement, opinions
    )[0]
    assert len(some) == len(placement.shown) < len(every)
    assert torch.allclose(some, every[placement.shown], atol=1e-6)


def test_every_cell_stands_at_its_own_place(model: StarterForConditionalGeneration) -> None:
    """One cell of the canvas changed: of all tokens only its own changes by more than through the averages."""
    patches = canvas_of(10)
    layout = Layout.of_grid(*patches.grid[1:])
    before = features_of(model, patches)
    spot = (layout.whole_rows + 1) * layout.width + 2
    changed = Patches(patches.values.clone(), patches.grid)
    changed.values[spot * 4 : spot * 4 + 4] = 255
    after = features_of(model, changed)
    local = (after.tiles - before.tiles).abs().sum(1)
    assert int(local.argmax()) == spot - layout.whole_rows * layout.width
    assert torch.equal(after.whole, before.whole)
    assert torch.equal(after.samples, before.samples)


def features_of(model: StarterForConditionalGeneration, patches: Patches) -> starter_tower.ClipFeatures:
    with torch.inference_mode():
        return model.model.visual.features(patches.normalized(Normalization()), patches.grid)


def test_a_grid_that_is_no_canvas_is_refused(model: StarterForConditionalGeneration) -> None:
    with pytest.raises(ValueError, match="no canvas"):
        model.model.visual(torch.zeros(2 * 4 * 8, 1176), torch.tensor([[2, 4, 8]]))
