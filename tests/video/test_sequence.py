"""Numbered pictures are one video, by a pattern or by a folder with a rate."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.media import draw_number, frame_number, make_clip, moving_content
from xl_vqa.bridge.sending import open_clip
from xl_vqa.host.files import look_at
from xl_vqa.video.check import check_videos
from xl_vqa.video.explain import explain
from xl_vqa.video.fingerprint import fingerprint, stat_key
from xl_vqa.video.probe import probe
from xl_vqa.video.read import read_frames
from xl_vqa.video.reader_version import reading_changed
from xl_vqa.video.sample import plan_frames
from xl_vqa.video.sequence import missing_numbers, sequence_of
from xl_vqa.video.wall import Wall
from xl_vqa.words.errors import FolderOfPicturesError, NotAVideoError, PictureRateError, VideoNotFoundError
from xl_vqa.words.messages import text
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.picture_folders import as_asked, unfound_error

COUNT = 30
SAMPLING = Sampling(8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``絵 0007.png`` and on; and what lies beside pictures."""
    made = tmp_path / "連番"
    made.mkdir()
    content = moving_content(96, 64)
    for number in range(COUNT):
        picture = content(number).copy()
        draw_number(picture, number)
        Image.fromarray(picture).save(made / f"絵 {number + 7:04d}.png")
    (made / "notes.txt").write_text("no picture")
    return made


@pytest.mark.parametrize(("form", "rate"), [("絵 %04d.png", 25.0), ("絵 %04d.png@24", 24.0), ("@29.97", 29.97)])
def test_numbered_pictures_are_one_video(folder: Path, form: str, rate: float) -> None:
    path = str(folder) + form if form.startswith("@") else str(folder / form)
    read = read_frames(path, SAMPLING)
    assert read.used.indices == plan_frames(COUNT, SAMPLING)
    assert [frame_number(picture) for picture in read.frames] == list(read.used.indices)
    assert (read.used.fps, read.used.duration_s) == (pytest.approx(rate), pytest.approx(COUNT / rate))
    assert read.used.timestamps_s[2] == pytest.approx(read.used.indices[2] / rate)
    assert ("25 pictures a second assumed" in read.used.notes_in("en")) is (form == "絵 %04d.png")
    assert read.warnings == ()
    assert explain(path, read.used.decoder).code == "picture"
    assert probe(path).container == "numbered pictures"
    assert reading_changed(path, 1)


def test_the_key_is_of_all_pictures_and_of_the_rate(folder: Path) -> None:
    pattern = str(folder / "絵 %04d.png")
    before, key, facts = fingerprint(pattern), stat_key(pattern), look_at(pattern)
    assert fingerprint(f"{folder}@25") == before
    assert fingerprint(f"{folder}@24") != before
    Image.new("RGB", (96, 64)).save(folder / "絵 0020.png")
    assert fingerprint(pattern) != before
    assert stat_key(pattern) != key
    assert look_at(pattern).stat_key != facts.stat_key
    (folder / "絵 0021.png").unlink()
    assert probe(pattern).frame_count == COUNT - 1


def test_behind_the_wall_the_folder_can_be_read(folder: Path, tmp_path: Path) -> None:
    wall = Wall(hidden=tmp_path / "hidden", readers=1)
    try:
        read = wall.read(str(folder / "絵 %04d.png@24"), SAMPLING)
        assert [frame_number(picture) for picture in read.frames] == list(read.used.indices)
    finally:
        wall.close()


def test_a_picture_that_is_broken_is_named(folder: Path) -> None:
    (folder / "絵 0010.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(NotAVideoError, match=r"0010\.png"):
        read_frames(str(folder / "絵 %04d.png"), Sampling(30, adjacent_pairs=False))


def test_pictures_of_another_size_are_scaled_and_this_is_noted(folder: Path) -> None:
    Image.new("RGB", (50, 50)).save(folder / "絵 0010.png")
    read = read_frames(f"{folder}@25", Sampling(30, adjacent_pairs=False))
    assert {picture.shape for picture in read.frames} == {(64, 96, 3)}
    assert "pictures of another size scaled to the first one's" in read.used.notes_in("en")


def test_a_cover_beside_the_pictures_is_none_of_them(folder: Path) -> None:
    before = fingerprint(f"{folder}@25")
    for name in ("cover.png", "絵.png", "thumb 3.jpg"):
        Image.new("RGB", (50, 50)).save(folder / name)
    read = read_frames(f"{folder}@25", SAMPLING)
    assert [frame_number(picture) for picture in read.frames] == list(plan_frames(COUNT, SAMPLING))
    assert "3 pictures that are none of the series left out" in read.used.notes_in("en")
    assert fingerprint(f"{folder}@25") == before


@pytest.mark.parametrize("other", ["depth_{:04d}.png", "絵 {:04d}.jpg", "絵 {:04d}_mask.png"])
def test_two_series_in_a_folder_are_not_one_video(folder: Path, other: str) -> None:
    for number in range(3):
        Image.new("RGB", (96, 64)).save(folder / other.format(number))
    with pytest.raises(NotAVideoError) as caught:
        read_frames(f"{folder}@24", SAMPLING)
    named = caught.value.params["problem"]["named"]
    for language in ("en", "ja"):
        assert named in caught.value.message(language)
    assert read_frames(named, SAMPLING).used.fps == 24


def test_pictures_with_no_number_in_common_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "c2.png"):
        Image.new("RGB", (32, 32)).save(tmp_path / name)
    sequence = sequence_of(f"{tmp_path}@5")
    assert sequence is not None
    assert [Path(file).name for file in sequence.files] == ["a.png", "b.png", "c2.png"]


@pytest.mark.parametrize("ask", [look_at, lambda path: read_frames(path, SAMPLING), open_clip])
def test_a_folder_of_pictures_says_how_it_is_named(folder: Path, ask: Callable[[str], object]) -> None:
    with pytest.raises(FolderOfPicturesError) as caught:
        ask(f"{folder}/")
    for language in ("en", "ja"):
        assert f"{folder}@25" in caught.value.message(language)
    assert sequence_of(caught.value.params["named"]) is not None
    # one picture is a cover: nothing to be rated as frames
    for picture in sorted(folder.glob("*.png"))[1:]:
        picture.unlink()
    with pytest.raises(NotAVideoError, match="folder"):
        ask(str(folder))


@pytest.mark.parametrize("ask", [look_at, lambda path: read_frames(path, SAMPLING), open_clip, fingerprint])
@pytest.mark.parametrize("rate", ["0", "0.0", "-1", "abc", "", "24fps", "23,976", "99999", "24000/1001", "２４．"])
def test_a_rate_that_is_none_is_told(folder: Path, ask: Callable[[str], object], rate: str) -> None:
    for name in (str(folder), str(folder / "絵 %04d.png")):
        with pytest.raises(PictureRateError) as caught:
            ask(f"{name}@{rate}")
        for language in ("en", "ja"):
            assert f"{name}@25" in caught.value.message(language)
            assert f"@{rate}" in caught.value.message(language)
        assert sequence_of(caught.value.params["named"]) is not None


def test_a_rate_behind_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotAVideoError, match="without pictures"):
        look_at(f"{tmp_path}@25")


def test_a_folder_that_cannot_be_listed_is_not_said_to_be_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refused)
    assert isinstance(unfound_error(f"{folder}@24"), VideoNotFoundError)
    assert isinstance(unfound_error(str(folder / "絵 %04d.png@24")), VideoNotFoundError)


GAPS = {
    (1, 2, 4): ("003",),
    (1, 3, 4, 9, 11): ("002", "005-008", "010"),
    (7, 8, 9): (),
    (10, 20, 40): ("030",),
    (1, 3, 5, 7): (),
    (2, 4, 7): ("003", "005-006"),
    (1,): (),
    # milliseconds
    (40, 81, 120, 161, 199): (),
}


@pytest.mark.parametrize("found", GAPS)
def test_numbers_that_are_missing(tmp_path: Path, found: tuple[int, ...]) -> None:
    for number in found:
        (tmp_path / f"s2_{number:03d}.png").touch()
    (tmp_path / "cover.png").touch()
    pattern = sequence_of(tmp_path / "s2_%03d.png")
    assert pattern is not None
    assert pattern.missing == GAPS[found]
    whole = sequence_of(f"{tmp_path}@25")
    assert whole is not None
    assert whole.missing == (GAPS[found] if len(found) > 1 else ())


def test_two_numbers_that_change_count_nothing() -> None:
    assert missing_numbers(["r1_c1.png", "r1_c4.png", "r3_c1.png"]) == ()
    assert missing_numbers(["b.png", "a.png", "c2.png"]) == ()


def test_a_gap_is_a_warning_that_names_the_numbers(folder: Path) -> None:
    before = fingerprint(f"{folder}@25")
    last = folder / f"絵 {COUNT + 6:04d}.png"
    last.rename(folder / f"絵 {COUNT + 9:04d}.png")
    for path in (f"{folder}@25", str(folder / "絵 %04d.png@25")):
        read = read_frames(path, SAMPLING)
        assert read.warnings == ("warning_numbers_missing",)
        for language in ("en", "ja"):
            assert "0036-0038" in text(read.warnings[0], language, **read.used.told)
        assert any("0036-0038" in note for note in read.used.notes_in("en"))
        # what was rated without the gap is no rating of this
        assert fingerprint(path) != before
        (one,) = check_videos([path])
        assert ("warning_numbers_missing", {"missing": "0036-0038"}) in one.remarks


def test_of_many_gaps_some_are_named(tmp_path: Path) -> None:
    for number in range(0, 60, 3):
        for next_one in (number, number + 1):
            Image.new("RGB", (32, 32)).save(tmp_path / f"{next_one}.png")
    missing = read_frames(f"{tmp_path}@25", SAMPLING).used.told["missing"]
    assert missing == "2, 5, 8, 11, 14, 17, 20, 23, …"


def test_what_is_no_sequence(folder: Path, tmp_path: Path) -> None:
    for name in ("none_%04d.png", "100%done.mp4", "gone@25", "mail@25.mp4"):
        assert sequence_of(tmp_path / name) is None
        with pytest.raises(VideoNotFoundError):
            read_frames(tmp_path / name, SAMPLING)
    real = make_clip(tmp_path / "clip %d@25", 96, 64, 12, container="mp4")
    assert read_frames(real, SAMPLING).used.codec == "h264"


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=12, unique=True), st.integers(0, 6))
def test_the_order_is_that_of_the_numbers(
    tmp_path_factory: pytest.TempPathFactory, found: list[int], width: int
) -> None:
    folder = tmp_path_factory.mktemp("n")
    for number in found:
        (folder / f"a{number:0{width}d}.png").touch()
    pattern = f"a%0{width}d.png" if width else "a%d.png"
    sequence = sequence_of(folder / pattern)
    assert sequence is not None
    assert [Path(file).name for file in sequence.files] == [f"a{number:0{width}d}.png" for number in sorted(found)]
    whole = sequence_of(f"{folder}@25")
    assert whole is not None
    assert set(whole.files) == set(sequence.files)
    assert np.isclose(whole.rate, 25)


@pytest.mark.parametrize(
    ("asked", "told", "named"),
    [
        ("D/fr@25", "D/fr/p_006.png", "D/fr/p_006.png"),
        # the same pictures, asked for in another place
        ("E/copy@30", "D/fr/p_006.png", "E/copy/p_006.png"),
        ("D/fr/p_%03d.png", "D/fr/p_006.png", "D/fr/p_006.png"),
        ("D/fr/p_%03d.png@12.5", "D/fr/p_006.png", "D/fr/p_006.png"),
        ("fr@25", "fr/絵_006.jpg", "fr/絵_006.jpg"),
        # asked from Windows, where the host runs elsewhere
        ("D:\\sets\\fr@25", "/srv/v/fr/p_006.png", "D:/sets/fr/p_006.png"),
        ("D:\\sets\\p_%03d.png", "/srv/v/p_006.png", "D:/sets/p_006.png"),
        # about all of it
        ("D/fr@25", "D/fr@25", "D/fr@25"),
        ("D/fr/p_%03d.png", "D/fr/p_%03d.png", "D/fr/p_%03d.png"),
        ("D/fr@25", "", "D/fr@25"),
        # one file
        ("b.mp4", "a.mp4", "b.mp4"),
        ("b.png", "a.png", "b.png"),
    ],
)
def test_an_error_names_the_one_picture_that_it_is_about(asked: str, told: str, named: str) -> None:
    assert as_asked(asked, told).replace("\\", "/") == named
