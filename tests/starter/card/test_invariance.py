"""Forms of one clip are real files with the pictures that they claim, and movements are counted right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from starter.card import invariance
from starter.card.invariance import FormFile
from starter.card.variants import COPIES, Forms, Scene, variants
from starter.clips.encoder import EncoderError
from starter.pictures import sources

pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")

FORMS = Forms(
    sizes=((128, 96), (64, 48)),
    sizes_frames=4,
    base=(96, 64),
    rates=(60, 24, 8),
    rates_s=0.5,
    lengths_s=(0, 0.5, 3),
    master_s=1.0,
)


def picture() -> Image.Image:
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
    return coarse.resize((400, 300), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def low_rate(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("forms")
    found = variants(Scene(picture(), "photo"), "low rate", FORMS, folder)
    return {(axis, form): path for axis, form, path in found}


def decoded(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def rate_of(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.streams.video[0].average_rate or 0)


def test_every_form_is_what_it_says(low_rate: dict[tuple[str, str], Path]) -> None:
    assert [decoded(low_rate["size", name])[0].shape for name in ("96p", "48p")] == [(96, 128, 3), (48, 64, 3)]
    assert [round(rate_of(low_rate["frame rate", f"{fps} fps"])) for fps in (60, 24, 8)] == [60, 24, 8]
    assert [len(decoded(low_rate["frame rate", f"{fps} fps"])) for fps in (60, 24, 8)] == [30, 12, 4]
    assert [len(decoded(low_rate["length", name])) for name in ("1 frame", "0.5 s", "3 s")] == [1, 15, 90]
    shapes = {form: decoded(path)[0].shape[:2] for (axis, form), path in low_rate.items() if axis == "shape"}
    assert shapes == {"landscape": (64, 96), "square": (64, 64), "portrait": (64, 36), "turned": (96, 64)}


def test_another_box_holds_the_same_pictures(low_rate: dict[tuple[str, str], Path]) -> None:
    boxes = [path for (axis, _), path in low_rate.items() if axis == "container"]
    assert len({path.suffix for path in boxes}) == len(boxes) == 5
    first, *others = (decoded(path) for path in boxes)
    for other in others:
        assert len(other) == len(first)
        assert all((a == b).all() for a, b in zip(first, other, strict=True))
    for (axis, form), path in low_rate.items():
        if axis == "lossless copy":
            found = decoded(path)
            assert len(found) == len(first), form
            # the pictures are the same; what tells the reader their colours may differ by a step
            assert max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(first, found, strict=True)) <= 2, form


def test_all_copies_show_one_scene_and_the_damage_is_in_the_master(tmp_path: Path) -> None:
    scene = Scene(picture(), "photo")
    small = Forms(((128, 96),), 4, (96, 64), (60,), 0.1, (0,), 0.1)
    detail = {}
    for copy in COPIES:
        folder = tmp_path / copy
        folder.mkdir()
        found = {axis: path for axis, _, path in variants(scene, copy, small, folder)}
        assert ("container" in found) == (copy == "low rate")
        frame = decoded(found["size"])[0].astype(float)
        detail[copy] = float(np.abs(np.diff(frame, axis=1)).mean()), frame
    assert detail["blurred"][0] < detail["clean"][0]
    assert np.corrcoef(detail["clean"][1].ravel(), detail["blurred"][1].ravel())[0, 1] > 0.9


def test_a_form_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    impossible = Forms(((128, 96), (0, -5)), 2, (96, 64), (60,), 0.1, (0,), 0.1)
    with pytest.raises(EncoderError, match=r"size-5\.mp4"):
        list(variants(Scene(picture(), "photo"), "clean", impossible, tmp_path))


def test_movements_are_those_of_the_scores_and_nothing_is_made_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture().save(tmp_path / "photo.png")
    small = Forms(((128, 96), (64, 48)), 2, (96, 64), (60, 30), 0.1, (0, 0.1), 0.1)
    photos = [("package/photo", tmp_path / "photo.png", small)]
    heights: dict[str, int] = {}

    def see(files: Sequence[FormFile]) -> None:
        heights.update({file.key: decoded(Path(file.path))[0].shape[0] for file in files})

    files = invariance.make_photos(photos, tmp_path / "records", see)
    assert "copies in other forms 3/3" in capsys.readouterr().out
    assert len(heights) == len(files)
    # a model whose score is a matter of the picture's height alone
    rows = invariance.rows_of(files, [heights[file.key] / 40 for file in files])
    by_axis = {one["axis"]: one for one in invariance.summary(rows)}
    assert by_axis["size"]["mean"] == by_axis["size"]["largest"] == pytest.approx(1.2)
    assert by_axis["size"]["forms"] == ["96p", "48p"]
    for axis in ("frame rate", "length", "container", "lossless copy"):
        assert by_axis[axis]["largest"] == 0, axis
    # the turned one is 96 high, the others 64
    assert by_axis["shape"]["largest"] == pytest.approx(0.8)
    assert {row["content"] for row in rows} == {"photo"}
    heights.clear()
    again = invariance.make_photos(photos, tmp_path / "records", see)
    assert again == files
    assert not heights
    other = [("package/photo", tmp_path / "photo.png", replace(small, rates=(60,)))]
    assert len(invariance.make_photos(other, tmp_path / "records", see)) == len(files) - 3
    assert heights


def test_the_summary_names_the_worst_copy() -> None:
    rows = [
        {"axis": "size", "content": "a", "copy": "clean", "mos": {"x": 4.0, "y": 4.1}},
        {"axis": "size", "content": "b", "copy": "blurred", "mos": {"x": 2.0, "z": 2.5}},
    ]
    (found,) = invariance.summary(rows)
    assert found["forms"] == ["x", "y", "z"]
    assert found["mean"] == pytest.approx(0.3)
    assert (found["largest"], found["where"]) == (pytest.approx(0.5), "b, blurred")


def test_photographs_that_are_not_there_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "photos", lambda work: [])
    with pytest.raises(sources.SourceError, match="Fossa"):
        invariance.make(tmp_path, tmp_path / "records", print)
