"""What a training or ``predict`` reads, it reads behind the wall: a video that ends its reader is one error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media import make_clip
from xl_vqa.training import frame_cache
from xl_vqa.training.frame_cache import FrameCache, StoredClip
from xl_vqa.video.wall import Wall
from xl_vqa.words.errors import VideoCrashedReaderError
from xl_vqa.words.model_spec import ModelSpec


def test_a_video_that_crashes_its_reader_costs_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hostile(**options: object) -> Wall:
        return Wall(program=("tests.video.reader_programs",), **options)  # type: ignore[arg-type]

    monkeypatch.setattr(frame_cache, "Wall", hostile)
    videos = [str(make_clip(tmp_path / f"{name}.mp4", 64, 64, 8)) for name in ("first", "crash", "last")]
    found = FrameCache(tmp_path / "cache", ModelSpec.default_qwen()).get_all(videos)
    assert [type(one) for one in found] == [StoredClip, VideoCrashedReaderError, StoredClip]
    assert "crash.mp4" in str(found[1])
