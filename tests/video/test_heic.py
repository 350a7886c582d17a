"""HEIC, as phones take pictures: read with the extra ``heic``, else refused with what to do."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.heic_pictures import make_heic
from tests.media import texture
from xl_vqa.video import stills
from xl_vqa.video.files import is_heic
from xl_vqa.video.read import read_frames
from xl_vqa.video.wall import Wall
from xl_vqa.words.errors import NotAVideoError
from xl_vqa.words.model_spec import Sampling

PICTURE = texture(128, 96)


@pytest.fixture
def without_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    plain = importlib.import_module

    def missing(name: str, *more: Any) -> Any:
        if name == "pi_heif":
            raise ImportError(name)
        return plain(name, *more)

    stills.reads_heic.cache_clear()
    monkeypatch.setattr(stills.importlib, "import_module", missing)
    yield
    stills.reads_heic.cache_clear()


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_it_is_a_clip_of_one_frame(tmp_path: Path, brand: bytes) -> None:
    pytest.importorskip("pi_heif")
    stills.reads_heic.cache_clear()
    path = make_heic(tmp_path / "写真.heic", PICTURE, brand)
    found = read_frames(path, Sampling(2))
    assert (found.used.codec, found.used.frame_count, found.warnings) == ("heif", 1, ("warning_single_frame",))
    assert found.frames[0].shape == PICTURE.shape
    assert np.abs(found.frames[0].astype(int) - PICTURE).mean() < 4
    wall = Wall(hidden=tmp_path / "home")
    try:
        behind = wall.read(str(path), Sampling(2))
        assert np.array_equal(behind.frames[0], found.frames[0])
    finally:
        wall.close()


def test_without_the_extra_the_answer_says_what_to_do(tmp_path: Path, without_plugin: None) -> None:
    path = make_heic(tmp_path / "a.heic", PICTURE)
    with pytest.raises(NotAVideoError) as caught:
        read_frames(path, Sampling(2))
    assert caught.value.params["problem"] == "problem_heic"
    for language in ("en", "ja"):
        assert "pip install 'xl_vqa[heic]'" in caught.value.message(language)
        assert "JPEG" in caught.value.message(language)


def test_an_avif_is_none() -> None:
    assert is_heic(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert is_heic(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")
    assert not is_heic(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif")
    assert not is_heic(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1")
