"""Words of tables and lists of reasons, said in the reader's language."""

from __future__ import annotations

import pytest

from xl_vqa.words.messages import text
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.table import Table, one_of

TR = Table(
    {"rated": {"en": "{done} rated", "ja": "評価済み {done} 件"}, "why": {"en": "({why})", "ja": "({why})"}}
)
PAIRS = Table({"mos": ("{value:.2f} MOS", "MOS {value:.2f}")})


@pytest.mark.parametrize(("language", "said"), [("en", "3 rated"), ("ja", "評価済み 3 件"), ("fr", "3 rated")])
def test_a_word_is_said_in_the_readers_language_or_in_english(language: str, said: str) -> None:
    assert TR("rated", language, done=3) == said


def test_both_notations_are_one() -> None:
    assert PAIRS("mos", "ja", value=3.456) == "MOS 3.46"
    assert one_of(("a", "b"), "ja") == one_of({"en": "a", "ja": "b"}, "ja") == "b"
    assert one_of(("a", "b"), "fr") == "a"


def test_a_missing_field_is_an_ellipsis_and_a_missing_key_an_error() -> None:
    assert TR("rated", "en") == "… rated"
    with pytest.raises(KeyError):
        TR("gone", "en")


def test_a_text_is_left_as_it_is_and_a_reason_is_said() -> None:
    # a whole sentence keeps its end: a table's words stand round it, not it inside them
    assert TR("why", "en", why="It broke.") == "(It broke.)"
    assert TR("why", "ja", why="problem_folder") == "(problem_folder)"
    assert TR("why", "ja", why=Reason("problem_folder")) == "(フォルダーです)"


def test_several_reasons_stand_side_by_side_or_one_a_line() -> None:
    reasons = [Reason("problem_missing", name="model"), Reason("says", what="scale", why=Detail("odd\nthing."))]
    said = text("recipe_error", "en", path="r.yaml", problem=reasons)
    assert said.splitlines()[1:3] == ["- model is missing", "- scale: odd thing"]
    assert "model is missing | scale: odd\nthing." in text("settings_error", "en", source="x", problem=reasons)
    # one that is no list is one line
    assert "\n- フォルダーです\n" in text("recipe_error", "ja", path="r.yaml", problem="problem_folder")


def test_a_sentence_of_a_list_keeps_its_end() -> None:
    empty = Reason("video_empty", path="a.mp4")
    said = text("training_videos", "en", count=1, total=2, problem=[empty])
    assert "- The file a.mp4 is empty (0 bytes). Copy or export the video again.\n" in said
