"""Pictures, still and moving: the same animation is the same video in every format that holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.media import make_clip
from xl_vqa.video import container
from xl_vqa.video.probe import probe
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import NotAVideoError, VideoTooLargeError, VideoTruncatedError
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(8)
COUNT = 12
EXACT: dict[str, dict[str, Any]] = {
    "gif": {"disposal": 2},
    "png": {"disposal": 1},
    "webp": {"lossless": True, "exact": True},
}


def animation(path: Path, durations: list[int], *, transparent: bool = False) -> Path:
    """A red square that walks over blue, or over nothing."""
    ground = (0, 0, 0, 0) if transparent else (20, 40, 200, 255)
    pictures = []
    for number in range(COUNT):
        picture = Image.new("RGBA", (64, 48), ground)
        ImageDraw.Draw(picture).rectangle((4 * number, 10, 4 * number + 12, 30), fill=(255, 0, 0, 255))
        pictures.append(picture if transparent else picture.convert("RGB"))
    options = EXACT.get(path.suffix[1:], {"quality": 100})
    first, *rest = pictures
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, **options)
    return path


@pytest.mark.parametrize("transparent", [False, True])
def test_one_animation_is_one_video_in_every_format(tmp_path: Path, transparent: bool) -> None:
    durations = [50] * (COUNT - 1) + [3000]
    clips = {
        ending: read_frames(animation(tmp_path / f"a.{ending}", durations, transparent=transparent), SAMPLING)
        for ending in ("gif", "png", "webp", "avif")
    }
    first = clips["png"]
    for ending, clip in clips.items():
        assert clip.used.duration_s == pytest.approx(3.55), ending
        assert clip.used.indices == first.used.indices
        assert clip.used.timestamps_s == pytest.approx(first.used.timestamps_s)
        assert (clip.used.decoder, clip.warnings) == ("Pillow", ())
        assert ("transparent parts shown on white" in clip.used.notes_in("en")) is transparent
        for one, other in zip(clip.frames, first.frames, strict=True):
            # AVIF halves the colour, and its coder is not lossless here
            assert np.abs(one.astype(int) - other).mean() < (6 if ending == "avif" else 0.5)
    assert first.frames[0][0, 0].tolist() == ([255, 255, 255] if transparent else [20, 40, 200])


def test_the_last_hold_is_part_of_the_length_and_of_the_plan(tmp_path: Path) -> None:
    clip = read_frames(animation(tmp_path / "a.gif", [50] * 11 + [3000]), SAMPLING)
    # three of four shares lie in the last picture
    assert clip.used.indices[2:] == (10, 11) * 3
    even = read_frames(animation(tmp_path / "b.gif", [50] * 12), SAMPLING)
    assert even.used.indices == (1, 2, 4, 5, 6, 7, 9, 10)
    assert even.used.fps == pytest.approx(20)


def test_no_delay_is_shown_as_browsers_do(tmp_path: Path) -> None:
    assert probe(animation(tmp_path / "a.gif", [0] * COUNT)).duration_s == pytest.approx(0.1 * COUNT)


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tiff", "webp", "avif", "gif"])
def test_a_picture_is_a_clip_of_one_frame(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"絵.{ending}"
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, 32:] = (200, 120, 40)
    Image.fromarray(pixels).save(path, **({"quality": 95} if ending in ("jpg", "webp", "avif") else {}))
    clip = read_frames(path, Sampling(4, window=6))
    assert (clip.used.indices, clip.used.frame_count) == ((0, 0, 0, 0), 1)
    assert clip.warnings == ("warning_single_frame",)
    assert np.abs(clip.frames[0].astype(int) - pixels).mean() < 6
    assert clip.windows[0].shape == (6, 28, 28, 3)


def test_a_photo_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, :32] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=exif, quality=95)
    clip = read_frames(tmp_path / "a.jpg", Sampling(2))
    assert (clip.used.width, clip.used.height) == (48, 64)
    assert clip.frames[0][:20].mean() > 240
    assert clip.frames[0][-20:].mean() < 15


def test_sixteen_bits_of_grey_are_not_clipped(tmp_path: Path) -> None:
    levels = np.linspace(0, 65535, 64).astype(np.uint16)
    Image.fromarray(np.tile(levels, (48, 1))).save(tmp_path / "a.png")
    clip = read_frames(tmp_path / "a.png", Sampling(2))
    assert clip.frames[0][0, :, 0] == pytest.approx(levels / 257, abs=1)


def test_a_broken_off_animation_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = animation(tmp_path / "a.gif", [50] * COUNT).read_bytes()
    path = tmp_path / "b.gif"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    clip = read_frames(path, SAMPLING)
    assert 2 <= clip.used.frame_count < COUNT
    assert clip.warnings == ("warning_truncated",)
    path.write_bytes(whole[:20])
    with pytest.raises(NotAVideoError, match="damaged"):
        read_frames(path, SAMPLING)
    photo = tmp_path / "c.jpg"
    Image.effect_noise((640, 480), 80).save(photo)
    photo.write_bytes(photo.read_bytes()[:9000])
    with pytest.raises(VideoTruncatedError):
        read_frames(photo, SAMPLING)


def test_an_apng_whose_first_picture_is_for_old_programs(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (32, 32), (0, 0, 50 * n)) for n in range(4)]
    cover = Image.new("RGB", (32, 32), (255, 0, 0))
    cover.save(tmp_path / "a.png", save_all=True, append_images=frames, duration=40, default_image=True)
    clip = read_frames(tmp_path / "a.png", Sampling(4, adjacent_pairs=False))
    assert [int(picture[0, 0, 2]) for picture in clip.frames] == [0, 50, 100, 150]


def test_too_large_and_motion_jpeg_without_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_clip(tmp_path / "a.mjpeg", 64, 48, 8, codec="mjpeg", container="mjpeg")
    assert read_frames(path, Sampling(4)).used.frame_count == 8
    Image.new("RGB", (64, 48)).save(tmp_path / "b.png")
    monkeypatch.setattr(container, "MAX_PICTURE_PIXELS", 1000)
    with pytest.raises(VideoTooLargeError):
        read_frames(tmp_path / "b.png", SAMPLING)
