"""Which videos are judged, and what becomes of the others."""

from __future__ import annotations

import dataclasses
import math

import pytest

from xl_vqa.evaluation.result import Item
from xl_vqa.evaluation.selection import select, split_name
from xl_vqa.words.labels import Scale

SCALE = Scale()


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Test", "test"),
        ("val", "validation"),
        ("学習", "train"),
        ("ＤＥＶ", "validation"),
        (" ", None),
        (None, None),
        ("fold 3", "fold 3"),
        ("none", "none"),
    ],
)
def test_split_words(cell: str | None, name: str | None) -> None:
    assert split_name(cell) == name


def video(name: str, split: str | None, **changes: object) -> Item:
    return dataclasses.replace(Item(name, mos=3.0, prediction=3.1, split=split), **changes)  # type: ignore[arg-type]


def test_test_videos_are_judged_and_the_rest_kept_apart() -> None:
    found = select([video("a", "train"), video("b", "val"), video("c", "test"), video("d", None)], SCALE)
    assert found.split == "test"
    assert [[item.video for item in part] for part in (found.train, found.validation, found.judged)] == [
        ["a"],
        ["b"],
        ["c"],
    ]
    assert found.given == 1
    assert found.failures == []


def test_another_split_may_be_asked_for() -> None:
    table = [video("a", "train"), video("b", "val"), video("c", "test")]
    assert [item.video for item in select(table, SCALE, "val").judged] == ["b"]
    everything = select(table, SCALE, "all")
    assert len(everything.judged) == 3
    assert [notice.code for notice in everything.notices] == ["training_judged"]
    assert everything.validation == []
    # what training saw, judged or not: the constant baseline is its mean
    assert [item.video for item in everything.train] == ["a"]


def test_without_splits_all_are_judged_and_it_is_said() -> None:
    found = select([video("a", None), video("b", None)], SCALE)
    assert (found.split, len(found.judged)) == ("all", 2)
    assert [notice.code for notice in found.notices] == ["no_split"]


def test_every_row_is_judged_or_fails() -> None:
    table = [
        video("fine", "test"),
        video("broken", "test", error="cut off", prediction=None),
        video("broken in training", "train", error="cut off", prediction=None),
        video("nan", "test", prediction=math.nan),
        video("no score", "test", mos=None, problem="mos = n/a"),
        video("nan score", "test", mos=math.nan),
        video("high", "test", mos=7.0),
        video("absent", "test", prediction=None),
        video("absent from training", "train", prediction=None),
        video("aside", "none", problem="no_score: ?"),
    ]
    found = select(table, SCALE)
    assert [item.video for item in found.judged] == ["fine"]
    assert {(failure.video, failure.kind) for failure in found.failures} == {
        ("broken", "error"),
        ("broken in training", "error"),
        ("nan", "bad_prediction"),
        ("no score", "no_mos"),
        ("nan score", "no_mos"),
        ("high", "out_of_scale"),
        ("absent", "missing_prediction"),
        ("aside", "excluded"),
    }
    assert {item.video for item in found.train} == {"broken in training", "absent from training"}


def test_contents_shared_with_training_are_told() -> None:
    table = [video("a", "train", content="x"), video("b", "test", content="x"), video("c", "test", content="y")]
    (notice,) = select(table, SCALE).notices
    assert (notice.code, notice.params) == ("content_leak", {"count": 1})
