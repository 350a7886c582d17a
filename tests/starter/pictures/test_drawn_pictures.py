"""Pictures drawn by code: the same in every run, each another, and as smooth or sharp as they are meant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from starter.pictures import drawn_pictures
from starter.pictures.drawn_pictures import SIZE, STYLES


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_pictures, "SIZE", (480, 300))


def luma(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L"), np.float32)


@pytest.mark.parametrize("number", range(len(STYLES)))
def test_a_number_always_gives_the_same_picture(number: int) -> None:
    first, second = drawn_pictures.draw(number), drawn_pictures.draw(number)
    assert first.size == (480, 300)
    assert first.mode == "RGB"
    assert np.array_equal(np.asarray(first), np.asarray(second))
    # another picture of the same style is another picture
    other = np.asarray(drawn_pictures.draw(number + len(STYLES)), int)
    assert np.abs(other - np.asarray(first, int)).mean() > 3


def test_a_gradient_is_smooth_and_shapes_have_edges() -> None:
    rng = np.random.default_rng(1)
    sheet = drawn_pictures._sheet(rng, 480, 300)
    assert sheet.shape == (300, 480, 3)
    assert 0 <= sheet.min() <= sheet.max() <= 255
    assert np.abs(np.diff(sheet, axis=1)).max() < 6
    drawn = luma(drawn_pictures.shapes(rng))
    assert np.abs(np.diff(drawn, axis=1)).max() > 20


def test_lights_near_the_border_stay_inside() -> None:
    for seed in range(6):
        picture = drawn_pictures.lights(np.random.default_rng(seed))
        assert np.asarray(picture).shape == (300, 480, 3)


def test_the_folder_is_filled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_pictures, "COUNT", 4)
    photos = drawn_pictures.photos(tmp_path)
    assert [photo.name for photo in photos] == [f"drawn-by-code/{i:03}" for i in range(4)]
    assert len({photo.path for photo in photos}) == 4
    stamps = [photo.path.stat().st_mtime_ns for photo in photos]
    photos[2].path.unlink()
    again = drawn_pictures.photos(tmp_path)
    assert [photo.path.stat().st_mtime_ns == stamp for photo, stamp in zip(again, stamps, strict=True)] == [
        True,
        True,
        False,
        True,
    ]
    with Image.open(again[2].path) as image:
        assert image.size == (480, 300)


def test_pictures_are_large_enough_for_every_view() -> None:
    assert min(SIZE) >= 1000
