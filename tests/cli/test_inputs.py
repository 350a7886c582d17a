"""Inputs of the command line: order, completeness, and names that people really use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.cli.inputs import expand, natural_key
from xl_vqa.words.errors import NoVideosInFolderError, NoVideosMatchError, VideoAccessError


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
