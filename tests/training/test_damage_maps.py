"""Damage maps say where and how a clip differs from its clean copy, in the order of the features' cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_squared_error

from xl_vqa.training import damage_maps, encoder
from xl_vqa.training.clips import Clip
from xl_vqa.training.damage_maps import damage
from xl_vqa.training.starter_spec import starter_spec
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.canvas import Layout, clip_patches
from xl_vqa.vlm.patches import FACTOR


def canvas(seed: int = 0, rows: int = 2, columns: int = 3) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.random((2, 1, rows * FACTOR, columns * FACTOR), dtype=np.float32))


def test_equal_pictures_have_no_damage() -> None:
    maps = damage(canvas(), canvas())
    assert maps.shape == (1, 2, 3, damage_maps.DAMAGE)
    assert torch.allclose(maps, torch.tensor([np.log(1e-5), 0.0, 1.0], dtype=torch.float32), atol=1e-4)


def test_the_error_is_the_mean_square_of_its_own_cell() -> None:
    shown = canvas()
    shown[..., :FACTOR, FACTOR : 2 * FACTOR] *= 0.9
    maps = damage(shown, canvas())
    changed = (maps[..., 0] > np.log(1.1e-5)).nonzero().tolist()
    assert changed == [[0, 0, 1]]
    cells = [image[0, 0, :FACTOR, FACTOR : 2 * FACTOR].flatten().numpy() for image in (shown, canvas())]
    # both frames of the pair are alike in size, so one of them says it
    assert float(maps[0, 0, 1, 0]) == pytest.approx(np.log(mean_squared_error(*cells)), abs=0.1)


def test_blur_lowers_detail_and_noise_raises_it() -> None:
    clean = canvas()
    blurred = torch.nn.functional.avg_pool2d(clean, 5, 1, 2)
    noisy = clean + 0.5 * (canvas(1) - 0.5)
    assert float(damage(blurred, clean)[..., 1].max()) < -0.5
    assert float(damage(noisy, clean)[..., 1].min()) > 0.03
    for shown in (blurred, noisy):
        assert float(damage(shown, clean)[..., 2].max()) < 0.99


def test_no_map_where_the_frames_are_others() -> None:
    def clip(name: str) -> Clip:
        return Clip("x.mp4", "c#0", "c", "p", "train", name.rstrip("12345"), 3, 2.0, None, 64, 48, 25.0, name)

    assert damage_maps.has_map(clip("blur3"))
    assert damage_maps.has_map(clip("r-noise2+packet_loss1"))
    for name in ("freeze2", "r-noise2+judder3", "r-stutter1", "blur3@half"):
        assert not damage_maps.has_map(clip(name))


def test_maps_lie_as_the_features_cells_do(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")
    rng = np.random.default_rng(3)
    frames = np.repeat(rng.integers(0, 256, (1, 240, 320, 3), dtype=np.uint8), 20, axis=0)
    clips = []
    for name, quality in (("clean", 5), ("h264", 45)):
        path = tmp_path / f"{name}.mp4"
        encoder.encode(frames, 25.0, path, "h264", quality)
        severity = 0 if name == "clean" else 5
        details = "p/c#0", "p/c", "p", "train", name, severity, 5.0 - severity * 0.7, None
        clips.append(Clip(str(path), *details, 320, 240, 25.0, f"{name}{severity}"))
    assert damage_maps.load(clips, tmp_path) == [None, None]
    same, damaged = damage_maps.make_all(clips, tmp_path, starter_spec(), workers=1)
    assert same is not None
    assert damaged is not None
    grid = clip_patches(read_frames(clips[0].path, starter_spec().sampling), starter_spec()).grid
    layout = Layout.of_grid(*grid[1:])
    assert len(same) == len(damaged) == grid[0] * (layout.cells - layout.sample_rows * layout.width)
    assert np.allclose(same, [np.log(1e-5), 0, 1], atol=0.01)
    assert damaged[:, 0].min() > np.log(1e-4)
    # a form of the clean copy is not the clean copy
    clips.append(replace(clips[0], name="clean0@half", width=160, height=120))
    path_of = damage_maps.path_of(clips[1], tmp_path)
    path_of.unlink()
    again = damage_maps.make_all(clips, tmp_path, starter_spec(), workers=1)
    assert path_of.exists()
    assert again[2] is None
    assert np.array_equal(again[1], damaged)
