"""Inputs of the command line: order, completeness, and names that people really use."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from xl_vqa.cli.inputs import expand, natural_key, stills_text, with_lists
from xl_vqa.shell import typed
from xl_vqa.video.moving import moves
from xl_vqa.words.errors import (
    FolderOfPicturesError,
    ListAsVideoError,
    NoVideosInFolderError,
    NoVideosMatchError,
    VideoAccessError,
    VideoListError,
)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_files_keep_their_order_and_missing_ones_their_row(tmp_path: Path) -> None:
    touch(tmp_path, "b.mp4", "a.mp4")
    given_paths = [str(tmp_path / name) for name in ("b.mp4", "missing.mp4", "a.mp4", "b.mp4")]
    assert [row.path for row in expand(given_paths)] == given_paths


def test_folder_gives_its_videos_in_natural_order(tmp_path: Path) -> None:
    touch(tmp_path, "clip10.mp4", "clip2.MP4", "notes.txt", "._clip2.mp4", "下/動画.webm", "sub/clip1.mov")
    names = [Path(row.path).relative_to(tmp_path).as_posix() for row in expand([str(tmp_path)])]
    assert names == ["clip2.MP4", "clip10.mp4", "sub/clip1.mov", "下/動画.webm"]


def test_pattern_is_expanded_where_the_shell_does_not(tmp_path: Path) -> None:
    touch(tmp_path, "a/x1.mp4", "a/b/x2.mp4", "a/y.mp4")
    rows = expand([str(tmp_path / "**" / "x*.mp4")])
    assert [Path(row.path).name for row in rows] == ["x2.mp4", "x1.mp4"]


def test_a_real_file_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    touch(tmp_path, "clip [1].mp4")
    (row,) = expand([str(tmp_path / "clip [1].mp4")])
    assert row.error is None
    assert row.path.endswith("clip [1].mp4")


def test_inputs_that_lead_nowhere_say_so(tmp_path: Path) -> None:
    touch(tmp_path, "empty/readme.txt")
    folder, pattern = expand([str(tmp_path / "empty"), str(tmp_path / "*.mkv")])
    assert isinstance(folder.error, NoVideosInFolderError)
    assert isinstance(pattern.error, NoVideosMatchError)


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "avif"])
def test_pictures_of_a_folder_that_move_are_videos_and_the_still_ones_are_counted(
    tmp_path: Path, ending: str
) -> None:
    pictures = [Image.new("RGB", (32, 32), (40 * k, 0, 0)) for k in range(3)]
    pictures[0].save(tmp_path / f"moves.{ending}", save_all=True, append_images=pictures[1:], duration=100)
    for name in ("still.png", "still.webp", "still.avif", "still.jpg", "sub/cover.bmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        pictures[0].save(tmp_path / name)
    stills: dict[str, int] = {}
    rows = expand([str(tmp_path)], stills=stills)
    assert [(row.path, row.error) for row in rows] == [(str(tmp_path / f"moves.{ending}"), None)]
    assert stills == {str(tmp_path): 5}
    assert "5" in stills_text(stills, "en")
    assert "5 枚" in stills_text(stills, "ja")
    # what an animation is called by mistake does not matter
    (tmp_path / f"moves.{ending}").rename(tmp_path / "named.jpg")
    assert [Path(row.path).name for row in expand([str(tmp_path)])] == ["named.jpg"]


@pytest.mark.parametrize(
    "head", [b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x10ftyp", b"\xff\xd8"]
)
def test_a_head_that_is_cut_moves_nothing(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.png").write_bytes(head)
    assert not moves(tmp_path / "a.png")


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.png")
        for start in (b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X"):
            path.write_bytes(start + head)
            assert moves(path) in (True, False)


def test_a_picture_that_cannot_be_read_gets_a_row(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4")
    (tmp_path / "gone.webp").symlink_to(tmp_path / "nowhere.webp")
    assert [Path(row.path).name for row in expand([str(tmp_path)])] == ["a.mp4", "gone.webp"]


def test_a_folder_of_frames_says_how_it_is_named(tmp_path: Path) -> None:
    touch(tmp_path, "shots/take10/f1.png", "shots/take10/f2.png", "shots/take2/f_2.JPG", "shots/take2/f_1.JPG")
    for given_path in ("shots", "shots/take2/"):
        (row,) = expand([str(tmp_path / given_path)])
        assert isinstance(row.error, FolderOfPicturesError)
        for language in ("en", "ja"):
            assert f"{tmp_path / 'shots' / 'take2'}@25" in row.error.message(language)
    # beside videos pictures are thumbnails, and one alone is a cover
    touch(tmp_path, "shots/take3/a.mp4", "cover/cover.png")
    assert [row.error for row in expand([str(tmp_path / "shots")])] == [None]
    assert isinstance(expand([str(tmp_path / "cover")])[0].error, NoVideosInFolderError)


@pytest.mark.parametrize("name", ["list.csv", "評価 1.xlsx", "old.XLS", "rows.jsonl", "s.ods", "m.xlsm", "t.tsv"])
def test_a_table_given_as_a_video_says_how_it_is_given(tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    path = str(tmp_path / name)
    for given_path in (path, str(tmp_path / f"*{Path(name).suffix}")):
        for tables in (True, False):
            (row,) = expand([given_path], tables=tables)
            assert isinstance(row.error, ListAsVideoError)
            for language in ("en", "ja"):
                assert f"--from {typed(path)}" in row.error.message(language)
                assert ("@list.txt" in row.error.message(language)) is not tables
    (tmp_path / "a.txt").write_text(path, encoding="utf-8")
    assert isinstance(expand([f"@{tmp_path / 'a.txt'}"])[0].error, ListAsVideoError)


def test_a_list_given_as_a_video_says_how_it_is_given(tmp_path: Path) -> None:
    touch(tmp_path, "list.txt", "notes", "a.dat")
    (row,) = expand([str(tmp_path / "list.txt")])
    assert isinstance(row.error, ListAsVideoError)
    for language in ("en", "ja"):
        assert f"@{tmp_path / 'list.txt'}" in row.error.message(language)
    # what these are the reader of videos finds out; what is not there is no list
    others = [str(tmp_path / name) for name in ("notes", "a.dat", "gone.csv")]
    assert [row.error for row in expand(others)] == [None] * 3


def test_a_folder_with_tables_and_no_video_names_the_table(tmp_path: Path) -> None:
    touch(tmp_path, "d/sub/list10.csv", "d/sub/list2.csv", "d/readme.txt")
    (row,) = expand([str(tmp_path / "d")])
    assert isinstance(row.error, ListAsVideoError)
    for language in ("en", "ja"):
        assert f"--from {typed(str(tmp_path / 'd' / 'sub' / 'list2.csv'))}" in row.error.message(language)
    touch(tmp_path, "d/clip.mp4")
    assert [row.error for row in expand([str(tmp_path / "d")])] == [None]


def test_a_workbook_as_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK\3\4 and more")
    with pytest.raises(VideoListError, match="--from"):
        expand([f"@{tmp_path / 'list.xlsx'}"])


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no mode there")
def test_a_folder_that_may_not_be_read_gets_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.mp4")

    def refuse(top: str, onerror: object = None, **_: object) -> list[tuple[str, list[str], list[str]]]:
        assert callable(onerror)
        onerror(PermissionError(13, "Permission denied", str(tmp_path / "secret")))
        return [(str(tmp_path), [], ["a.mp4"])]

    monkeypatch.setattr("xl_vqa.cli.inputs.os.walk", refuse)
    video, secret = expand([str(tmp_path)])
    assert video.error is None
    assert isinstance(secret.error, VideoAccessError)
    assert secret.path.endswith("secret")


@given(st.lists(st.text(alphabet="ab01９é", min_size=1, max_size=6)))
def test_natural_order_is_total_and_stable(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == sorted(names, key=natural_key)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_sort_by_value(a: int, b: int) -> None:
    assert (natural_key(f"v{a}.mp4") < natural_key(f"v{b}.mp4")) == (a < b)


def test_a_list_in_a_file_gives_its_lines_in_order(tmp_path: Path) -> None:
    for name in ("b.mp4", "a 1.mp4", "動画.mp4"):
        (tmp_path / name).touch()
    lines = [str(tmp_path / name) for name in ("b.mp4", "a 1.mp4", "動画.mp4")]
    for encoding, end in (("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16", "\r\n"), ("cp932", "\r\n")):
        listed = tmp_path / f"{encoding}.txt"
        listed.write_bytes((end.join(["", *lines, "  "])).encode(encoding))
        assert [row.path for row in expand([f"@{listed}"])] == lines
    assert [row.path for row in expand([f"@{tmp_path / 'utf-8.txt'}", lines[0]])] == [*lines, lines[0]]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_file_whose_name_is_no_text_is_found_by_a_list(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"\x93\xae\x89\xe6.mp4")
    Path(os.fsdecode(name)).touch()
    (tmp_path / "list.txt").write_bytes(name + b"\n")
    assert [row.path for row in expand([f"@{tmp_path / 'list.txt'}"])] == [os.fsdecode(name)]


def test_lines_are_inputs_of_their_own(tmp_path: Path) -> None:
    """A folder or a pattern in a list is looked through, and one that leads nowhere has its row."""
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "x.mp4").touch()
    listed = tmp_path / "list.txt"
    listed.write_text(f"{tmp_path / 'clips'}\n{tmp_path / '*.mkv'}\n")
    found, nothing = expand([f"@{listed}"])
    assert found.path == str(tmp_path / "clips" / "x.mp4")
    assert nothing.error is not None


def test_a_video_whose_name_begins_like_a_list_is_a_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "@take.mp4").touch()
    assert [row.path for row in expand(["@take.mp4"])] == ["@take.mp4"]


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(VideoListError) as raised:
        expand([f"@{tmp_path / 'no.txt'}"])
    assert "no such file" in raised.value.message("en")
    assert "ファイルがありません" in raised.value.message("ja")
    with pytest.raises(VideoListError, match="list of videos"):
        expand([f"@{tmp_path}"])


def test_lines_of_a_list_that_begin_with_a_hash_are_comments_unless_they_name_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "a.mp4", "#1.mp4", "#raw", "#2/b.mp4")
    lines = [
        "# night shots",
        "#",
        "a.mp4",
        "#1.mp4",
        "#raw",
        "#2",
        "#[0-9].mp4",
        "#gone.mp4",
        "  # in front",
        "# a.mp4",
    ]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    found = [Path(row.path).as_posix() for row in expand(["@list.txt"])]
    assert found == ["a.mp4", "#1.mp4", "#raw", "#2/b.mp4", "#1.mp4", "#gone.mp4"]
    # what was typed is asked for, whatever it begins with
    assert [row.path for row in expand(["# night shots"])] == ["# night shots"]


def test_lists_are_read_where_paths_alone_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.txt").write_text("a.mp4\n# b.mp4\n\nclips/*.mp4\n", encoding="utf-8")
    assert with_lists(["z.mp4", f"@{tmp_path / 'list.txt'}", "y.mp4"]) == [
        "z.mp4",
        "a.mp4",
        "clips/*.mp4",
        "y.mp4",
    ]
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "@odd.mp4")
    assert with_lists(["@odd.mp4"]) == ["@odd.mp4"]


@pytest.mark.parametrize("name", ["videos.csv", "videos.txt"])
def test_forget_tells_how_a_list_is_given(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from xl_vqa.cli.main import app

    touch(tmp_path, name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    for language, word in (("en", "To forget the videos"), ("ja", "情報を削除するには")):
        monkeypatch.setenv("XL_VQA_LANGUAGE", language)
        done = CliRunner().invoke(app, ["forget", str(tmp_path / name)])
        assert word in done.stderr
        assert "@" in done.stderr
    listed = tmp_path / "list.txt"
    listed.write_text("gone.mp4\n", encoding="utf-8")
    assert "no video" not in CliRunner().invoke(app, ["forget", f"@{listed}"]).stderr


def test_names_of_a_list_are_read_as_they_are_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "動画 1.mp4", '"odd".mp4')
    lines = ['"動画 1.mp4"', "「動画 1.mp4」", '"gone.mp4"', '"odd".mp4', (tmp_path / "動画 1.mp4").as_uri()]
    (tmp_path / "list.txt").write_text("\r\n".join(lines), encoding="utf-8")
    whole = str(tmp_path / "動画 1.mp4")
    expected = ["動画 1.mp4", "動画 1.mp4", "gone.mp4", '"odd".mp4', whole]
    assert [row.path for row in expand(["@list.txt"])] == expected
    # what is forgotten may be gone already
    assert with_lists(["@list.txt"])[:4] == expected[:4]
