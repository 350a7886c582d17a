"""Notes of a record are read in both languages, and those of earlier records as they were written."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from xl_vqa.words.catalogue import phrases
from xl_vqa.words.rating import FramesUsed
from xl_vqa.words.reasons import Detail, Reason

NOTES = {key: words for key, words in phrases().items() if key.startswith(("note_", "decord_"))}
USED = FramesUsed((0, 1), (0.0, 0.04), 320, 240, 50, 2.0, 25.0, "PyAV", "h264")


@pytest.mark.parametrize("key", sorted(NOTES))
def test_a_note_is_japanese_in_japanese(key: str) -> None:
    assert re.search("[ぁ-んァ-ヶ一-龠]", NOTES[key]["ja"]) or key == "decord_open_groups"
    assert NOTES[key]["en"].isascii()


def test_notes_go_through_json_and_are_said_in_each_language() -> None:
    notes = (Reason("note_rotated", degrees=90), Reason("note_not_decord", why=Reason("decord_hidden")))
    used = replace(USED, notes=(*notes, Reason("note_not_decord", why=Detail("no such codec"))))
    again = FramesUsed.from_dict(json.loads(json.dumps(used.to_dict())))
    assert again == used
    english = ["rotated by 90 degrees", "not decord: hidden frames", "not decord: no such codec"]
    japanese = ["90 度回転", "decord を使わない理由: 非表示のフレーム", "decord を使わない理由: no such codec"]
    assert (again.notes_in("en"), again.notes_in("ja")) == (english, japanese)


def test_an_earlier_record_keeps_its_words() -> None:
    old = FramesUsed.from_dict({**USED.to_dict(), "notes": ["rotated by 90 degrees", "coded as fields"]})
    assert old.notes_in("ja") == ["rotated by 90 degrees", "coded as fields"]
