"""From what people wrote to a file on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.datasets.builders import videos
from xl_vqa.datasets.locate import VideoFinder, identical_files


def code(finder: VideoFinder, written: str) -> str:
    found = finder.find(written)
    return found.problem.code if found.problem else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    videos(
        tmp_path, "a.mp4", "sub/b.mov", "sub/同じ.mp4", "other/同じ.mp4", "c.avi.mp4", "deep/x/y/d.mkv", "._b.mov"
    )
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "album.mp4").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "written", ["shots/s1@24", "shots/s1/%04d.png", "shots\\s1\\%04d.png@24", "D:\\shots\\s1@24"]
)
def test_numbered_pictures_are_a_video_here_too(folder: Path, written: str) -> None:
    videos(folder, "shots/s1/0001.png", "shots/s1/0002.png")
    found = VideoFinder(folder).find(written)
    assert found.problem is None
    assert found.path == folder / written.replace("\\", "/").removeprefix("D:/")
    assert found.size == sum(picture.stat().st_size for picture in (folder / "shots/s1").iterdir())


def test_a_folder_without_a_rate_or_pictures_is_no_video(folder: Path) -> None:
    videos(folder, "shots/s1/0001.png", "none/notes.txt")
    assert code(VideoFinder(folder), "shots/s1") == "not_a_file"
    assert code(VideoFinder(folder), "none@24") == "missing_video"
    assert code(VideoFinder(folder), "shots/s1/%04d.jpg") == "missing_video"


@pytest.mark.parametrize("rate", ["0", "-1", "abc", "24fps", "24000/1001"])
def test_a_rate_that_is_none_is_told(folder: Path, rate: str) -> None:
    videos(folder, "shots/s1/0001.png")
    for name in ("shots/s1", "shots/s1/%04d.png"):
        found = VideoFinder(folder).find(f"{name}@{rate}").problem
        assert found is not None
        for language in ("en", "ja"):
            assert f"@{rate}" in found.sentence(language)
            assert f"{name}@25" in found.sentence(language)


def test_numbered_pictures_are_not_found_without_their_own_folder(folder: Path) -> None:
    videos(folder, "0001.png", "x/frames/0001.png", "beach_0001.png")
    assert code(VideoFinder(folder), "D:\\shots\\s7\\%04d.png") == "missing_video"
    assert code(VideoFinder(folder), "D:\\x\\frames\\%04d.png") == ""
    assert code(VideoFinder(folder), "D:\\shots\\beach_%04d.png") == ""


def test_a_web_address_is_told_to_be_one(folder: Path) -> None:
    assert code(VideoFinder(folder), "https://example.com/v/none.mp4") == "web_address"
    assert code(VideoFinder(folder), "D://none.mp4") == "missing_video"
    # a list of downloads may still hold their addresses: the file that is here is meant
    assert code(VideoFinder(folder), "https://example.com/v/a.mp4") == ""


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("a.mp4", "a.mp4"),
        ("./a.mp4", "a.mp4"),
        ("A.MP4", "a.mp4"),
        ("a", "a.mp4"),
        ('"a.mp4"', "a.mp4"),
        ("sub/b.mov", "sub/b.mov"),
        ("sub\\b.mov", "sub/b.mov"),
        ("b.mov", "sub/b.mov"),
        ("B", "sub/b.mov"),
        ("D:\\project\\sub\\b.mov", "sub/b.mov"),
        ("\\\\server\\share\\x\\y\\d.mkv", "deep/x/y/d.mkv"),
        ("somewhere/other/同じ.mp4", "other/同じ.mp4"),
        ("d.mkv", "deep/x/y/d.mkv"),
        ("sub%2Fb.mov", "sub/b.mov"),
        ("%61.mp4", "a.mp4"),
        ("ｄ．mkv", "deep/x/y/d.mkv"),
    ],
)
def test_found(folder: Path, written: str, place: str) -> None:
    found = VideoFinder(folder).find(written)
    assert found.problem is None
    assert found.path == folder / place
    assert found.size == (folder / place).stat().st_size


def test_absolute_paths_and_file_links(folder: Path) -> None:
    assert VideoFinder(Path("/nowhere")).find(str(folder / "a.mp4")).path == folder / "a.mp4"
    link = (folder / "sub" / "同じ.mp4").as_uri()
    assert "%" in link
    assert VideoFinder(Path("/nowhere")).find(link).path == folder / "sub" / "同じ.mp4"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("no.mp4", "missing_video"),
        ("/abs/no.mp4", "missing_video"),
        ("c.avi", "missing_video"),
        ("同じ.mp4", "ambiguous_video"),
        ("empty.mp4", "empty_video"),
        ("album.mp4", "not_a_file"),
        ("x" * 5000, "missing_video"),
        ("nul\0.mp4", "missing_video"),
        ("https://example.com/clip.mp4", "web_address"),
        ("..", "not_a_file"),
    ],
)
def test_not_found(folder: Path, written: str, problem: str) -> None:
    assert code(VideoFinder(folder), written) == problem


def test_a_folder_of_frames_says_how_it_is_named(folder: Path) -> None:
    (folder / "frames").mkdir()
    for number in range(3):
        (folder / "frames" / f"{number}.png").write_bytes(b"x")
    problem = VideoFinder(folder).find("frames/").problem
    assert problem is not None
    assert problem.code == "folder_of_pictures"
    for language in ("en", "ja"):
        assert f"{folder / 'frames'}@25" in problem.sentence(language)


def test_ambiguous_names_are_listed(folder: Path) -> None:
    found = VideoFinder(folder).find("同じ.mp4")
    assert found.problem is not None
    assert found.problem.params["count"] == 2
    assert "other" in found.problem.params["places"]
    assert "sub" in found.problem.params["places"]


def test_the_ratings_folder_is_looked_into_after_the_videos_folder(folder: Path) -> None:
    finder = VideoFinder(folder / "deep", folder)
    assert finder.find("sub/b.mov").path == folder / "sub" / "b.mov"
    assert finder.find("d.mkv").path == folder / "deep/x/y/d.mkv"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_keeps_its_own_name(folder: Path) -> None:
    os.symlink(folder / "a.mp4", folder / "link.mp4")
    assert VideoFinder(folder).find("link.mp4").path == folder / "link.mp4"


def test_only_files_of_equal_size_are_hashed(tmp_path: Path) -> None:
    for name, content in {"a": b"1111", "b": b"1111", "c": b"2222", "d": b"33333"}.items():
        (tmp_path / name).write_bytes(content)
    hashed: list[str] = []
    steps: list[tuple[int, int]] = []

    def content(path: Path) -> str:
        hashed.append(path.name)
        return path.read_text()

    files = {row: (tmp_path / name, (tmp_path / name).stat().st_size) for row, name in enumerate("abcda")}
    same, unreadable = identical_files(files, content, lambda done, total: steps.append((done, total)))
    assert sorted(hashed) == ["a", "b", "c"]
    assert same == {0: "1111", 1: "1111", 4: "1111"}
    assert unreadable == {}
    assert steps == [(4, 12), (8, 12), (12, 12)]


def test_one_file_named_twice_is_no_pair_of_identical_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    same, _ = identical_files({0: (tmp_path / "a", 1), 1: (tmp_path / "a", 1)}, lambda path: path.read_text())
    assert same == {}


def test_a_file_that_cannot_be_read_is_its_rows_problem(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(b"1111")

    def content(path: Path) -> str:
        if path.name == "b":
            raise PermissionError(13, "Permission denied")
        return path.read_text()

    same, unreadable = identical_files({row: (tmp_path / name, 4) for row, name in enumerate("abc")}, content)
    assert set(same) == {0, 2}
    assert "Permission denied" in unreadable[1]


def test_a_picture_that_may_move_is_found_below_by_its_whole_name(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("clip.mp4", "clip.png", "moves.webp"):
        (tmp_path / "sub" / name).write_bytes(b"x")
    finder = VideoFinder(tmp_path)
    assert finder.find("moves.webp").path == tmp_path / "sub" / "moves.webp"
    assert finder.find("clip").path == tmp_path / "sub" / "clip.mp4"
    assert finder.find("moves").path is None
