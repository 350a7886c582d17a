"""Videos looked through before anybody rates them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.media import cut, damage, flat_content, make_clip
from tests.video.conftest import Maker
from xl_vqa.video.check import VideoCheck, check_videos
from xl_vqa.video.read import decode_whole, read_frames
from xl_vqa.words.errors import VideoEmptyError, VideoNotFoundError, VideoTruncatedError
from xl_vqa.words.messages import text
from xl_vqa.words.model_spec import Sampling


def codes(check: VideoCheck) -> list[str]:
    return [code for code, _ in check.remarks]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        make_clip(tmp_path / f"ok{number}.mp4", 160, 96, 40, seed=number)
    return tmp_path


def test_each_kind_is_told_apart_and_the_order_is_kept(folder: Path) -> None:
    shutil.copy(folder / "ok1.mp4", folder / "same.mp4")
    (folder / "empty.mp4").touch()
    cut(folder / "ok2.mp4", folder / "cut.mp4", 0.5)
    make_clip(folder / "large.mp4", 320, 192, 40)
    make_clip(folder / "long.mp4", 160, 96, 120)
    make_clip(folder / "black.mp4", 160, 96, 40, content=flat_content(160, 96), barcode=False)
    make_clip(folder / "hevc.mp4", 160, 96, 20, codec="libx265")
    paths = [str(path) for path in sorted(folder.glob("*.mp4"))] + [str(folder / "gone.mp4")]
    seen: list[tuple[int, int]] = []
    checks = {Path(c.path).stem: c for c in check_videos(paths, on_progress=lambda d, t: seen.append((d, t)))}
    assert [c.path for c in checks.values()] == paths
    assert seen == [(n + 1, len(paths)) for n in range(len(paths))]
    assert all(checks[f"ok{n}"].state == "good" for n in range(6))
    assert isinstance(checks["empty"].error, VideoEmptyError)
    assert isinstance(checks["cut"].error, VideoTruncatedError)
    assert isinstance(checks["gone"].error, VideoNotFoundError)
    assert checks["same"].same_as == str(folder / "ok1.mp4")
    assert codes(checks["same"]) == ["check_double"]
    assert codes(checks["large"]) == ["check_size"]
    assert codes(checks["long"]) == ["check_length"]
    assert "warning_black" in codes(checks["black"])
    assert {"check_codec", "check_short"} <= set(codes(checks["hevc"]))
    for check in checks.values():
        for code, params in check.remarks:
            for language in ("en", "ja"):
                sentence = text(code, language, **params)
                assert "…" not in sentence
                assert "{" not in sentence


def test_of_few_videos_none_is_odd_for_being_other_than_the_rest(tmp_path: Path) -> None:
    paths = [make_clip(tmp_path / f"{n}.mp4", 160 + 16 * n, 96, 40, seed=n) for n in range(3)]
    assert [check.state for check in check_videos([str(path) for path in paths])] == ["good"] * 3


def test_the_same_file_by_two_names_is_no_double(folder: Path) -> None:
    (folder / "link.mp4").symlink_to(folder / "ok0.mp4")
    first, again = check_videos([str(folder / "ok0.mp4"), str(folder / "link.mp4")])
    assert (first.same_as, again.same_as) == (None, None)


def test_thorough_finds_damage_where_no_looked_at_frame_lies(tmp_path: Path, clip: Maker) -> None:
    whole = clip("whole.mkv", width=160, height=96, frames=240, codec="mjpeg")
    path = damage(whole, tmp_path / "hurt.mkv", flips=60, seed=1, start=0.86, end=0.88)
    quick, thorough = (check_videos([str(path)], thorough=t)[0] for t in (False, True))
    assert "check_damaged" not in codes(quick)
    assert set(codes(thorough)) & {"check_damaged", "check_missing"}
    assert check_videos([str(whole)], thorough=True)[0].state == "good"


def test_decoding_whole_counts_every_frame(tmp_path: Path, clip: Maker) -> None:
    for path in (clip("h264.mp4"), clip("a.webm", codec="libvpx-vp9")):
        whole = decode_whole(path)
        assert (whole.expected, whole.decoded, whole.damaged_at_s) == (60, 60, None)
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    assert decode_whole(tmp_path / "a.png").decoded == 1


@pytest.mark.parametrize(
    ("fps", "most", "expected"), [(2, 64, 4), (8, 64, 16), (30, 64, 60), (30, 16, 16), (0, 10, 10)]
)
def test_frames_by_the_second_up_to_a_budget(clip: Maker, fps: float, most: int, expected: int) -> None:
    read = read_frames(clip("h264.mp4"), Sampling(frames=most, fps=fps))
    assert len(read.frames) == expected
    assert len(set(read.used.indices[::2])) == expected // 2
