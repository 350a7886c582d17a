"""One answer to "is this a video?", whoever asks."""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.sources import trees
from xl_vqa.cli.inputs import expand
from xl_vqa.datasets.locate import VideoFinder
from xl_vqa.sheets.grid import value_of
from xl_vqa.sheets.listing import names_video
from xl_vqa.words import video_names
from xl_vqa.words.video_names import (
    KINDS,
    RAW_SUFFIXES,
    VIDEO_SUFFIXES,
    clean,
    could_name_a_file,
    ends_like_a_file,
    existing_form,
    is_video_file,
    is_video_name,
    suffix_of,
)
from xl_vqa.workbooks import find_columns

ENDINGS = sorted(VIDEO_SUFFIXES)
NO_VIDEOS = [
    ".txt",
    ".xlsx",
    ".csv",
    ".mp3",
    ".wav",
    ".jpg",
    ".png",
    ".webp",
    ".srt",
    ".zip",
    ".py",
    ".mp",
    ".mp44",
]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (' "C:\\clips\\a b.mp4" ', "C:\\clips\\a b.mp4"),
        ("\u202aC:\\clips\\a.mp4", "C:\\clips\\a.mp4"),
        ("\u3000clip.mp4\u00a0", "clip.mp4"),
        ("“clip.mp4”", "clip.mp4"),
        ("'\"clip.mp4\"'", "clip.mp4"),
        ("「動画.mp4」", "動画.mp4"),
        ("<clip.mp4>", "clip.mp4"),
        ("it's.mp4", "it's.mp4"),
        ("'half.mp4", "'half.mp4"),
        ('"', '"'),
        ("", ""),
    ],
)
def test_clean(written: str, meant: str) -> None:
    assert clean(written) == meant


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "value",
    ["a.mp4", "C:\\x\\A.MOV", "file:///C:/a%20b.webm", '"q.mkv"', "動画/クリップ.m2ts", "a.b.c.avi", "a.mp4\r\n"],
)
def test_names_of_videos(value: str) -> None:
    assert is_video_name(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".mp4",
        "C:\\.mp4",
        "mp4",
        "a.mp4 is fine.",
        "two\nlines.mp4",
        "12.5",
        "x" * 5000 + ".mp4",
        3.0,
        None,
        True,
    ],
)
def test_no_names_of_videos(value: object) -> None:
    assert not is_video_name(value)


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_video_name(text) in (True, False)
    assert suffix_of(text) == "" or text.lower().endswith(suffix_of(text))


def test_every_ending_is_lower_case_and_stands_once() -> None:
    words = [ending for text in video_names._ENDINGS.values() for ending in text.split()]
    assert len(words) == len(set(words)) == len(KINDS)
    assert all(re.fullmatch(r"\.[a-z0-9-]+", ending) for ending in ENDINGS)
    assert {".yuv"} < RAW_SUFFIXES < VIDEO_SUFFIXES


@pytest.mark.parametrize("ending", [*ENDINGS, *NO_VIDEOS])
def test_every_front_end_gives_the_same_answer(ending: str, tmp_path: Path) -> None:
    name = f"clip 1{ending.upper()}"
    (tmp_path / name).write_bytes(b"x")
    expected = ending in VIDEO_SUFFIXES
    # buttons of Excel and Calc
    assert names_video(value_of(name)) is expected
    # score FOLDER
    assert (
        [row.path for row in expand([str(tmp_path)]) if row.error is None] == [str(tmp_path / name)]
    ) is expected
    # workbooks
    assert find_columns.is_video_name(name) is expected
    # ratings: found by a name without its ending only where it is a video
    assert (VideoFinder(tmp_path).find("clip 1").path is not None) is expected
    assert is_video_file(name) is expected
    assert not is_video_file(f"._{name}")


def test_no_other_list_of_endings_stands_anywhere() -> None:
    """A text of the code that names six endings or more is a second list (fewer are prose)."""
    # FFmpeg's names of formats and codecs, which look like endings
    others = {"video/container.py", "video/index.py", "words/video_names.py"}
    telling = VIDEO_SUFFIXES - {".ts", ".mov", ".av1", ".hevc", ".h264", ".vc1", ".h265", ".vvc", ".avc"}
    telling |= {ending[1:] for ending in telling}
    for file, tree in trees().items():
        if file in others:
            continue
        for node in ast.walk(tree):
            parts: list[str] = []
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts = re.split(r"[\s,|]+", node.value)
            elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
                parts = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            found = {part.lower() for part in parts} & telling
            assert len(found) < 6, f"{file}:{node.lineno} lists {sorted(found)}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clip.001", True),
        ("clip.mp4.003", True),
        ("映像テスト1.001", True),
        ("clip.r7", True),
        ("No.001", False),
        ("Vol.012", False),
        ("Version 2.012", False),
        ("1.001", False),
        ("2024.001", False),
        ("clip.1", False),
        ("Session 2", False),
    ],
)
def test_what_could_name_a_file(text: str, expected: bool) -> None:
    assert could_name_a_file(text) is expected
    assert ends_like_a_file(text) is expected


# Windows and macOS need no such rule
@pytest.mark.skipif(os.path.normcase("A") == "a" or sys.platform == "darwin", reason="one name in any case there")
def test_a_name_in_another_case_means_the_one_file_of_it(tmp_path: Path) -> None:
    for name in ("UPPER.MP4", "Ä.mp4", "two.mp4", "TWO.MP4", "Clips/Inner.MOV"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def found(name: str) -> str:
        return str(Path(existing_form(str(tmp_path / name))).relative_to(tmp_path))

    assert found("upper.mp4") == found("Upper.Mp4") == found("UPPER.MP4") == "UPPER.MP4"
    assert found("ä.MP4") == "Ä.mp4"
    assert found("clips/inner.mov") == "Clips/Inner.MOV"
    # between several none is chosen, and one that is there is meant
    assert found("Two.mp4") == "Two.mp4"
    assert found("two.mp4") == "two.mp4"
    assert found("uppers.mp4") == "uppers.mp4"
