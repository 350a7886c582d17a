"""Clips are real files, made once, and their labels fall with the damage."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from xl_vqa.training import clips, contents, encoder
from xl_vqa.training.contents import Content
from xl_vqa.training.defects import DEFECTS

pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    rng = np.random.default_rng(4)
    coarse = Image.fromarray(rng.integers(0, 256, (24, 36, 3), dtype=np.uint8))
    picture = coarse.resize((720, 480), Image.Resampling.BICUBIC)
    grain = np.asarray(picture, np.int16) + rng.integers(-14, 15, (480, 720, 3))
    Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(tmp_path / "photo.png")
    place = "package", "train", "Anna", "CC0-1.0", str(tmp_path / "photo.png")
    return Content("package/photo#0", "package/photo", *place, 256, 192, 25.0)


def test_a_plan_is_fixed_and_starts_clean(content: Content) -> None:
    plan = clips.plan(content, 5)
    assert plan == clips.plan(content, 5)
    assert plan[0] == ("clean", 0)
    assert len(plan) == 6
    assert len({name for name, _ in plan}) == 6
    assert clips.plan(content, 3) == plan[:4]


@pytest.mark.parametrize("change", [{"split": "test"}, {"split": "unseen"}, {"source": contents.DRAWN}])
def test_a_test_content_gets_every_severity(content: Content, change: dict[str, str]) -> None:
    plan = clips.plan(Content(**{**content.to_dict(), **change}), 5)
    by_defect: dict[str, list[int]] = {}
    for name, severity in plan[1:]:
        by_defect.setdefault(name, []).append(severity)
    assert list(by_defect.values()) == [[1, 2, 3, 4, 5]] * 2


def test_encoding_errors_are_named(tmp_path: Path) -> None:
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    with pytest.raises(encoder.EncoderError, match="ffmpeg stopped"):
        encoder.encode(frames, 25.0, tmp_path / "x.mp4", "h264", 20, filters="nosuchfilter")


@pytest.mark.slow
def test_every_defect_makes_a_readable_file_and_vmaf_falls(content: Content, tmp_path: Path) -> None:
    frames = contents.render(content, 12)
    reference = tmp_path / "reference.yuv"
    encoder.write_raw(frames, reference)
    for defect in DEFECTS:
        made = [clips._make_clip(content, defect.name, s, frames, reference, tmp_path) for s in (1, 5)]
        for clip in made:
            with av.open(clip.path) as container:
                count = sum(1 for _ in container.decode(video=0))
            assert count == 12, clip.key
        assert made[0].mos > made[1].mos or defect.name in {"av1", "vp9", "mpeg4"}, defect.name


@pytest.mark.slow
def test_a_second_run_makes_nothing_new(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    first = clips.make_all([content], folder, per_content=2, workers=1)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    lost = Path(first[1].path)
    lost.unlink()
    second = clips.make_all([content], folder, per_content=2, workers=1)
    assert [c.to_dict() for c in second] == [c.to_dict() for c in first]
    changed = {path for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert changed == {lost, lost.with_suffix(".json")}
    assert not list(folder.rglob("*.yuv"))
    assert not list(folder.rglob(".partial-*"))


@pytest.mark.parametrize("fps", [24.0, 25.0, 30.0, 60.0])
def test_vmaf_compares_a_frame_with_itself(content: Content, tmp_path: Path, fps: float) -> None:
    # a pan of several pixels per frame: against the frame before, the score would collapse
    rng = np.random.default_rng(1)
    wide = np.asarray(Image.fromarray(rng.integers(0, 256, (24, 60, 3), dtype=np.uint8)).resize((480, 192)))
    frames = np.stack([wide[:, 6 * i : 6 * i + 256] for i in range(16)])
    encoder.write_raw(frames, tmp_path / "reference.yuv")
    encoder.encode(frames, fps, tmp_path / "clean.mp4", "h264", 8)
    assert encoder.vmaf(tmp_path / "clean.mp4", tmp_path / "reference.yuv", (256, 192)) > 90
