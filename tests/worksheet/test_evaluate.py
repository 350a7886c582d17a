"""What the functions answer, with a host that says what the test wants."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worksheet.doubles import Hosts, known, rating, settings_of
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.words.errors import (
    HostStartError,
    ModelNotFoundError,
    RangeShapesError,
    RelativePathError,
    ScaleError,
    VideoNotFoundError,
    WorksheetArgumentError,
    WorksheetCellError,
    WorksheetMissingArgumentError,
)
from xl_vqa.worksheet.evaluate import Context, Pending, error_kind, evaluate
from xl_vqa.worksheet.ranges import OneOrTrue


@pytest.fixture
def hosts(tmp_path: Any) -> Any:
    made = Hosts()
    made.ratings = CellRatings(settings_of(tmp_path), client_of=made.client)
    yield made
    made.ratings.close()


def ask(hosts: Hosts, name: str, *arguments: Any, language: str = "en", folder: str | None = "/list") -> Any:
    return evaluate(name, arguments, Context(hosts.ratings, folder=folder, caller="A1", language=language))


def test_every_function_reads_its_own_field(hosts: Hosts) -> None:
    hosts.answers["/list/a.mp4"] = rating(label=37, mos=3.66, band="good", band_probability=0.8)
    known(hosts, "/list/a.mp4")
    assert ask(hosts, "VQA_SCORE", "a.mp4") == [[37]]
    assert ask(hosts, "VQA_MOS", "a.mp4") == [[3.66]]
    assert ask(hosts, "VQA_BAND", "a.mp4") == [["Good"]]
    assert ask(hosts, "VQA_BAND", "a.mp4", language="ja") == [["良い"]]
    assert ask(hosts, "VQA_CONFIDENCE", "a.mp4") == [[0.8]]
    assert ask(hosts, "VQA_ERROR", "a.mp4") == [[""]]
    assert ask(hosts, "VQA_STATUS", "a.mp4") == [["rated"]]
    assert ask(hosts, "VQA_STATUS", "a.mp4", language="ja") == [["評価済み"]]


@pytest.mark.parametrize(("language", "word"), [("en", "rated: The text"), ("ja", "評価済み: この動画")])
def test_what_to_know_of_a_score_stands_in_its_status(hosts: Hosts, language: str, word: str) -> None:
    hosts.answers["/list/a.mp4"] = rating(warnings=["warning_text_unused"], path="/list/a.mp4", text="a fox")
    ask(hosts, "VQA_SCORE", "a.mp4", "a fox")
    hosts.settle()
    assert ask(hosts, "VQA_STATUS", "a.mp4", "a fox", language=language)[0][0].startswith(word)
    assert ask(hosts, "VQA_ERROR", "a.mp4", "a fox", language=language) == [[""]]


def test_a_range_is_answered_in_its_shape_with_blanks_and_errors_in_place(hosts: Hosts) -> None:
    hosts.answers["/list/a.mp4"] = rating(label=20)
    hosts.answers["/list/b.mp4"] = VideoNotFoundError(path="/list/b.mp4")
    known(hosts, "/list/a.mp4", "/list/b.mp4")
    error = WorksheetCellError()
    answer = ask(hosts, "VQA_SCORE", [["a.mp4", None], ["  ", "b.mp4"], [3.0, error]])
    assert answer[0] == [20, ""]
    assert answer[1][0] == ""
    assert isinstance(answer[1][1], VideoNotFoundError)
    assert isinstance(answer[2][0], WorksheetArgumentError)
    assert answer[2][1] is error


def test_unknown_is_pending_in_the_readers_language_and_never_waits(hosts: Hosts) -> None:
    hosts.answers["/list/slow.mp4"] = None
    for name in ("VQA_SCORE", "VQA_MOS", "VQA_BAND", "VQA_CONFIDENCE"):
        assert ask(hosts, name, "slow.mp4") == [[Pending(None)]], "no text: it would be larger than every number"
    assert ask(hosts, "VQA_STATUS", "slow.mp4", language="ja") == [[Pending("評価中…")]]
    assert ask(hosts, "VQA_ERROR", "slow.mp4") == [[Pending("rating…")]]


def test_what_is_computed_from_a_waiting_cell_waits_as_well(hosts: Hosts) -> None:
    waiting = Pending()
    assert ask(hosts, "VQA_LABEL", [[4.2], [waiting]]) == [[42], [waiting]]
    assert ask(hosts, "VQA_LABEL", 4.2, 1, waiting) == [[waiting]]
    assert ask(hosts, "VQA_SCORE", waiting) == [[waiting]]
    assert ask(hosts, "VQA_STATUS", "a.mp4", waiting) == [[Pending("rating…")]]


def test_texts_and_profiles_are_spread_over_the_range(hosts: Hosts, tmp_path: Any) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "Fast.toml").write_text('decoding = "greedy"\n')
    hosts.answers["/list/a.mp4"] = rating()
    ask(hosts, "VQA_SCORE", [["a.mp4"], ["a.mp4"]], [["a fox"], [None]], "fast")
    hosts.settle()
    assert {(video.path, video.text) for video in hosts.asked} == {("/list/a.mp4", "a fox"), ("/list/a.mp4", None)}
    assert {settings.decoding for settings in hosts.settings} == {"greedy"}


def test_an_unknown_profile_is_said_with_those_that_are_known(hosts: Hosts) -> None:
    ask(hosts, "VQA_SCORE", "a.mp4", None, "../../etc")
    hosts.settle()
    (cell,) = ask(hosts, "VQA_ERROR", "a.mp4", None, "../../etc")[0]
    assert "no profile called ../../etc" in cell


def test_ranges_of_different_size_are_an_error_in_every_cell(hosts: Hosts) -> None:
    answer = ask(hosts, "VQA_SCORE", [["a.mp4"], ["b.mp4"]], [["x"], ["y"], ["z"]])
    assert [len(row) for row in answer] == [1, 1]
    assert all(isinstance(row[0], RangeShapesError) for row in answer)


def test_an_unsaved_workbook_says_so(hosts: Hosts) -> None:
    assert isinstance(ask(hosts, "VQA_SCORE", "a.mp4", folder=None)[0][0], RelativePathError)
    assert "not saved" in ask(hosts, "VQA_ERROR", "a.mp4", folder=None)[0][0]


def test_labels_need_no_host(hosts: Hosts) -> None:
    assert ask(hosts, "VQA_LABEL", [[1, 3.45, 5], [None, "4.2", 2]]) == [[10, 35, 50], ["", 42, 20]]
    assert ask(hosts, "VQA_LABEL", 50, 0, 100) == [[30]]
    # as in a table of ratings: Japanese forms give full-width digits, European exports decimal commas
    assert ask(hosts, "VQA_LABEL", [["４．２"], ["4,2"], [" 3 "]], "１", "５") == [[42], [42], [30]]
    for text in ("1_0", "nan", "inf"):
        assert isinstance(ask(hosts, "VQA_LABEL", text, 0, 100)[0][0], ScaleError)
    assert isinstance(ask(hosts, "VQA_LABEL", "good")[0][0], ScaleError)
    assert isinstance(ask(hosts, "VQA_LABEL", 6)[0][0], ScaleError)
    assert isinstance(ask(hosts, "VQA_LABEL", True)[0][0], ScaleError)
    assert isinstance(ask(hosts, "VQA_LABEL", WorksheetCellError())[0][0], WorksheetCellError)
    assert hosts.asked == []


def test_status_without_an_argument_counts(hosts: Hosts) -> None:
    hosts.answers["/list/a.mp4"] = rating()
    hosts.answers["/list/slow.mp4"] = None
    known(hosts, "/list/a.mp4")
    ask(hosts, "VQA_SCORE", "slow.mp4")
    assert ask(hosts, "VQA_STATUS") == [["1 rated, 1 waiting, 0 with an error"]]
    hosts.trouble = HostStartError(problem="no disk")
    ask(hosts, "VQA_SCORE", "c.mp4")
    hosts.wait_for(lambda: hosts.ratings.counts().trouble)
    assert "no disk" in ask(hosts, "VQA_STATUS")[0][0]


def test_the_count_is_that_of_the_workbook_and_a_blank_cell_has_none(hosts: Hosts) -> None:
    hosts.answers["/list/slow.mp4"] = None
    hosts.answers["/list/bad.mp4"] = VideoNotFoundError(path="/list/bad.mp4")
    known(hosts, "/list/a.mp4", "/list/bad.mp4")
    books: dict[str, set[Question]] = {"one": set(), "two": set()}

    def of(book: str, name: str, *arguments: Any) -> Any:
        return evaluate(name, arguments, Context(hosts.ratings, folder="/list", asked=books[book]))

    of("one", "VQA_SCORE", [["a.mp4"], ["slow.mp4"], ["a.mp4"]])
    of("one", "VQA_BAND", "a.mp4")
    of("two", "VQA_SCORE", [["bad.mp4"], [None]])
    assert of("one", "VQA_STATUS") == [["1 rated, 1 waiting, 0 with an error"]]
    assert of("two", "VQA_STATUS", None, None) == [["0 rated, 0 waiting, 1 with an error"]]
    assert of("two", "VQA_STATUS", "") == of("two", "VQA_STATUS", [[None]]) == [[""]]


@pytest.mark.parametrize("name", ["VQA_SCORE", "VQA_MOS", "VQA_LABEL"])
def test_a_missing_argument_is_an_error_and_a_blank_cell_is_none(hosts: Hosts, name: str) -> None:
    for arguments in ((), (None,), (None, "x")):
        ((cell,),) = ask(hosts, name, *arguments)
        assert isinstance(cell, WorksheetMissingArgumentError)
        assert error_kind(cell) == "value"
        assert name in cell.message("en")
        assert name in cell.message("ja")
    assert ask(hosts, name, "") == [[""]]
    assert "VQA_ERROR(A2)" in ask(hosts, "VQA_ERROR")[0][0]


def test_a_cell_is_told_as_it_was_typed(hosts: Hosts) -> None:
    for value, words in (
        (12345.0, "12345"),
        (0.5, "0.5"),
        (-3.0, "-3"),
        (1e20, "1e+20"),
        (True, "TRUE"),
        (OneOrTrue(1), "1 / TRUE"),
    ):
        assert f"holds {words}, which" in ask(hosts, "VQA_ERROR", value)[0][0]
    assert "TRUE is not a number" in ask(hosts, "VQA_LABEL", True)[0][0].message("en")
    assert "abc は数値では" in ask(hosts, "VQA_LABEL", "abc")[0][0].message("ja")
    ask(hosts, "VQA_SCORE", "a.mp4", 2024.0)
    hosts.settle()
    assert [video.text for video in hosts.asked] == ["2024"]


def test_wrong_formulas_and_missing_answers_are_told_apart() -> None:
    assert error_kind(WorksheetArgumentError(value="3")) == "value"
    assert error_kind(ScaleError(problem="x")) == "value"
    assert error_kind(VideoNotFoundError(path="x")) == "not_available"
    assert error_kind(ModelNotFoundError(model="x")) == "not_available"
    assert error_kind(HostStartError(problem="x")) == "not_available"
