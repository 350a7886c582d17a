"""Cells beside a score: one quality of a video, and why it has its score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.made_explanation import distribution, made_explanation
from tests.worksheet.doubles import Hosts, rating, settings_of
from xl_vqa.bridge import cells
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.explaining.in_words import sentence
from xl_vqa.words.attributes import KNOWN, AttributeRating, Attributes
from xl_vqa.words.errors import (
    HostUnavailableError,
    NoAttributesError,
    UnknownAttributeError,
    VideoNotFoundError,
    WorksheetMissingArgumentError,
)
from xl_vqa.worksheet.evaluate import Context, Pending, error_kind, evaluate
from xl_vqa.worksheet.functions import ATTRIBUTE

MADE = Attributes(
    (AttributeRating("sharpness", distribution(44)), AttributeRating("motion_smoothness", distribution(17))),
    {"flicker": {"key": "attribute_needs_motion"}},
)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    made = Hosts()
    made.ratings = CellRatings(settings_of(tmp_path), client_of=made.client)
    yield made
    made.ratings.close()


def ask(hosts: Hosts, name: str, *arguments: Any, language: str = "en", caller: str = "A1") -> Any:
    context = Context(hosts.ratings, folder="/list", caller=caller, language=language)
    return evaluate(name, arguments, context)


def answered(hosts: Hosts, name: str, *arguments: Any, language: str = "en") -> Any:
    ask(hosts, name, *arguments, language=language)
    hosts.settle()
    return ask(hosts, name, *arguments, language=language)


# -- attributes


@pytest.mark.parametrize(
    "typed", ["motion_smoothness", "Motion Smoothness", "動きの滑らかさ", " motion  smoothness ", "MOTION"]
)
def test_an_attribute_answers_to_its_names(hosts: Hosts, typed: str) -> None:
    hosts.attributes["/list/a.mp4"] = MADE
    assert answered(hosts, "VQA_ATTRIBUTE", "a.mp4", typed) == [[17]]


def test_an_unknown_name_says_which_there_are(hosts: Hosts) -> None:
    hosts.attributes["/list/a.mp4"] = MADE
    ((found,),) = answered(hosts, "VQA_ATTRIBUTE", "a.mp4", "beauty")
    assert isinstance(found, UnknownAttributeError)
    assert error_kind(found) == "value"
    for language in ("en", "ja"):
        ((words,),) = ask(hosts, "VQA_ERROR", "a.mp4", None, None, "beauty", language=language)
        assert "beauty" in words
        assert "sharpness" in words
    assert ask(hosts, "VQA_ERROR", "a.mp4", None, None, "sharpness") == [[""]]


def test_what_a_model_does_not_tell_is_an_error_with_its_reason(hosts: Hosts) -> None:
    hosts.attributes |= {"/list/a.mp4": NoAttributesError(model="old"), "/list/b.mp4": MADE}
    ((found,),) = answered(hosts, "VQA_ATTRIBUTE", "a.mp4", "noise")
    assert isinstance(found, NoAttributesError)
    assert error_kind(found) == "not_available"
    ((left_out,),) = answered(hosts, "VQA_ATTRIBUTE", "b.mp4", "flicker")
    assert "motion" in left_out.message("en")
    ((unanswered,),) = answered(hosts, "VQA_ATTRIBUTE", "c.mp4", "noise")
    assert error_kind(unanswered) == "not_available"


def test_a_name_must_be_given(hosts: Hosts) -> None:
    for name in (None, "", "  "):
        ((found,),) = ask(hosts, "VQA_ATTRIBUTE", "a.mp4", name)
        assert isinstance(found, WorksheetMissingArgumentError)
        assert ATTRIBUTE.name in found.message("en")
    assert ask(hosts, "VQA_ATTRIBUTE", "", "noise") == [[""]]
    assert hosts.asked == []


def test_a_row_of_names_over_a_column_of_videos_is_a_table(hosts: Hosts) -> None:
    hosts.attributes |= {"/list/a.mp4": MADE, "/list/b.mp4": MADE}
    found = answered(hosts, "VQA_ATTRIBUTE", [["a.mp4"], ["b.mp4"]], [["sharpness", "motion"]])
    assert found == [[44, 17], [44, 17]]
    # one reading of a video gives all of them
    assert len(hosts.asked) == 2


def test_a_score_and_its_attributes_are_asked_for_in_one_piece(hosts: Hosts) -> None:
    hosts.attributes["/list/a.mp4"] = MADE
    both = [Question("/list/a.mp4"), Question("/list/a.mp4", want="attributes"), Question("/list/b.mp4")]
    hosts.ratings.ask(both)
    hosts.settle()
    assert [video.path for video in hosts.with_attributes] == ["/list/a.mp4"] * 2
    assert ask(hosts, "VQA_SCORE", "a.mp4") == [[30]]


def test_the_wizard_names_every_attribute_that_the_product_knows() -> None:
    for one in KNOWN:
        assert one.en in ATTRIBUTE.help.en
        assert one.ja in ATTRIBUTE.help.ja


# -- why


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_cell_says_why_in_its_language(hosts: Hosts, language: str) -> None:
    made = made_explanation()
    hosts.explanations["/list/a.mp4"] = made
    assert answered(hosts, "VQA_WHY", "a.mp4", language=language) == [[sentence(made, language)]]


def test_what_is_on_its_way_is_an_error_value_and_the_cell_is_told(hosts: Hosts) -> None:
    assert ask(hosts, "VQA_WHY", "a.mp4", caller="B7") == [[Pending()]]
    hosts.wait_for(lambda: hosts.explained)
    assert hosts.ratings.waiting
    hosts.explanations["/list/a.mp4"] = made_explanation()
    hosts.settle()
    assert hosts.ratings.finished() == ["B7"]
    hosts.wait_for(lambda: not hosts.ratings.waiting)


def test_no_score_waits_for_an_explanation(hosts: Hosts) -> None:
    ask(hosts, "VQA_WHY", [["slow.mp4"], ["slower.mp4"]])
    hosts.wait_for(lambda: hosts.explained)
    ask(hosts, "VQA_SCORE", "a.mp4")
    hosts.wait_for(lambda: ask(hosts, "VQA_SCORE", "a.mp4") == [[30]])
    assert hosts.explained == ["/list/slow.mp4"]


def test_a_video_that_cannot_be_rated_says_so(hosts: Hosts) -> None:
    hosts.explanations["/list/a.mp4"] = VideoNotFoundError(path="/list/a.mp4")
    ((found,),) = answered(hosts, "VQA_WHY", "a.mp4")
    assert isinstance(found, VideoNotFoundError)


def test_it_is_explained_once_for_all_cells(hosts: Hosts) -> None:
    hosts.explanations["/list/a.mp4"] = made_explanation()
    for cell in "ABCD":
        ask(hosts, "VQA_WHY", "a.mp4", caller=cell)
    hosts.settle()
    assert hosts.explained == ["/list/a.mp4"]
    assert hosts.ratings.finished() == list("ABCD")


def test_trouble_with_the_host_passes_by_itself(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "RETRY_S", 0.05)
    hosts.explanations["/list/a.mp4"] = HostUnavailableError(problem="host_stopping")
    ask(hosts, "VQA_WHY", "a.mp4", caller="C1")
    hosts.wait_for(lambda: len(hosts.explained) > 1)
    hosts.explanations["/list/a.mp4"] = made_explanation()
    hosts.wait_for(lambda: ask(hosts, "VQA_WHY", "a.mp4") == [[sentence(made_explanation())]])
    assert "C1" in hosts.ratings.finished()


def test_cancel_ends_what_is_under_way_and_waits(hosts: Hosts) -> None:
    ask(hosts, "VQA_WHY", [["a.mp4"], ["b.mp4"]])
    hosts.wait_for(lambda: hosts.explained)
    assert hosts.ratings.cancel() == 2
    hosts.wait_for(lambda: not hosts.ratings.waiting or hosts.ratings.finished())
    assert hosts.explained == ["/list/a.mp4"]
    assert hosts.ratings.counts().pending == 0


def test_a_closed_document_gives_up_its_explanations(hosts: Hosts) -> None:
    ask(hosts, "VQA_WHY", [["a.mp4"], ["b.mp4"]], caller="Book!A1")
    hosts.wait_for(lambda: hosts.explained)
    assert hosts.ratings.release(["Book!A1"]) == 2
    hosts.wait_for(lambda: not hosts.ratings.waiting)
    assert hosts.explained == ["/list/a.mp4"]


def test_a_video_counts_once_whatever_is_asked_of_it(hosts: Hosts) -> None:
    hosts.answers["/list/a.mp4"] = rating()
    hosts.ratings.ask([Question("/list/a.mp4"), Question("/list/a.mp4", want="why"), Question("/list/b.mp4")])
    hosts.wait_for(lambda: hosts.ratings.counts().done == 1)
    counts = hosts.ratings.counts()
    assert (counts.done, counts.pending, counts.failed) == (1, 1, 0)
    hosts.explanations["/list/a.mp4"] = made_explanation()
    hosts.settle()
    assert hosts.ratings.counts().done == 2
