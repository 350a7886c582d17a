"""Words in two languages, and the two small types everything else is made of."""

from __future__ import annotations

import os
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xl_vqa.bridge.texts import TEXTS, tr
from xl_vqa.bridge.videos import Answer, Video
from xl_vqa.words.errors import (
    NoVideoPathError,
    VideoAddressError,
    VideoEmptyError,
    VideoNotFoundError,
    XlVqaError,
)


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_text_is_there_in_both_languages_with_the_same_places(key: str) -> None:
    entry = TEXTS[key]
    assert set(entry) == {"en", "ja"}
    assert names(entry["en"]) == names(entry["ja"])
    assert any(ord(character) > 0x3000 for character in entry["ja"])
    assert entry["en"].isascii() or set(entry["en"]) - set(map(chr, range(128))) <= {"…"}


def test_words_are_filled_in_and_an_unknown_language_gets_english() -> None:
    assert tr("progress", "en", done=3, total=10) == "3 of 10 rated"
    assert tr("progress", "ja", done=3, total=10) == "10 件中 3 件 評価済み"
    assert tr("cancelled", "fr", count=2) == "2 videos cancelled"


@pytest.mark.parametrize(
    "path", ["https://example.com/a.mp4", " HTTP://x/y ", "s3://bucket/a.mp4", "rtsp://cam/1"]
)
def test_a_web_address_is_told_to_be_one(path: str) -> None:
    with pytest.raises(VideoAddressError, match="Download the video"):
        Video(path).absolute()
    assert Video("C://a.mp4").absolute()


@pytest.mark.parametrize("path", ["", " ", "\t\n", "\u3000"])
def test_a_blank_path_is_named(path: str) -> None:
    with pytest.raises(NoVideoPathError):
        Video(path).absolute()


def test_paths_become_absolute_and_blank_texts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "me"))
    assert Video("動画 1.mp4").absolute() == Video(str(tmp_path / "動画 1.mp4"))
    assert Video("~/a.mp4").absolute().path == str(tmp_path / "me" / "a.mp4")
    assert Video("a/../b.mp4", "  ").absolute() == Video(str(tmp_path / "b.mp4"), None)
    assert Video("a.mp4", " a fox ").absolute().text == " a fox "


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the working folder of a program")
def test_a_relative_path_in_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(VideoNotFoundError, match=r"a\.mp4"):
        Video("a.mp4").absolute()


@given(st.text(max_size=40), st.none() | st.text(max_size=10))
@example("~\x00", None)
def test_any_text_is_a_path_or_blank_and_twice_is_once(path: str, text: str | None) -> None:
    video = Video(path, text)
    if not path.strip():
        with pytest.raises(NoVideoPathError):
            video.absolute()
        return
    once = video.absolute()
    assert os.path.isabs(once.path)
    assert once.absolute() == once


@pytest.mark.parametrize(
    ("entry", "status", "finished"),
    [
        ({"status": "done", "rating": {"label": 30}}, "done", True),
        ({"status": "error", "error": {"code": "video_empty", "params": {"path": "a"}}}, "error", True),
        ({"status": "pending", "key": "k", "position": 3}, "pending", False),
        ({"status": "pending", "key": "k"}, "pending", False),
        ({"status": "unknown", "key": "k"}, "pending", False),
    ],
)
def test_answers_of_the_hosts_entries(entry: dict[str, Any], status: str, finished: bool) -> None:
    answer = Answer.of(Video("a"), entry)
    assert answer.status == status
    assert (answer.result is not None) == finished
    assert (answer.key is not None) == (entry["status"] == "pending")
    assert answer.position == entry.get("position")


def test_errors_come_back_as_their_own_class_in_either_language() -> None:
    sent = VideoEmptyError(path="/動画.mp4").to_dict()
    error = Answer.of(Video("a"), {"status": "error", "error": sent}).error
    assert type(error) is VideoEmptyError
    assert error.message("ja") == VideoEmptyError(path="/動画.mp4").message("ja")
    newer = Answer.of(Video("a"), {"status": "error", "error": {"code": "of_2030", "message": "new"}}).error
    assert type(newer) is XlVqaError
    assert "new" in str(newer)
