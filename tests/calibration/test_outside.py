"""Rows of the sheet that are outside what the model was taught: counted, and whether intervals hold of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.calibration.sheets import rated
from xl_vqa.calibration.calibrate import calibrate
from xl_vqa.calibration.result import Calibration, RatedVideos
from xl_vqa.calibration.sheet import SheetRow, answered
from xl_vqa.calibration.texts import notice_text
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import UNLIKE_TAUGHT


def fitted(sheet: RatedVideos) -> Calibration:
    return calibrate(sheet, name="x", model="m", fingerprint="m1:a", scale=Scale())


def codes(found: Calibration) -> set[str]:
    return {notice.code for notice in found.notices if notice.code.startswith("outside")}


def test_rows_outside_are_counted_and_their_intervals_judged() -> None:
    sheet = rated(120, 1)
    outside = np.arange(120) % 6 == 0
    ordinary = fitted(replace(sheet, outside=outside))
    assert ordinary.outside is not None
    assert (ordinary.outside.count, ordinary.outside.videos) == (20, 120)
    # of videos that are like the others intervals hold as of these
    assert ordinary.outside.coverage[0.9].value == pytest.approx(0.9, abs=0.11)
    assert codes(ordinary) == {"outside_rows"}
    # the model is blind to what is wrong with them
    strange = replace(sheet, outside=outside, score=np.where(outside, 60 - sheet.score, sheet.score))
    found = fitted(strange)
    assert codes(found) == {"outside_rows", "outside_not_held"}
    assert found.outside is not None
    assert found.outside.coverage[0.9].value < 0.75
    assert found.to_dict()["outside"]["count"] == 20
    for language in LANGUAGES:
        told = [notice_text(one, language) for one in found.notices if one.code == "outside_rows"]
        assert "20" in told[0]
        assert "120" in told[0]


def test_of_few_rows_nothing_is_said_of_their_intervals() -> None:
    sheet = rated(60, 1)
    found = fitted(replace(sheet, outside=np.arange(60) < 3))
    assert codes(found) == {"outside_rows", "outside_not_told"}


def test_where_no_answer_tells_nothing_is_said() -> None:
    assert fitted(rated(60, 1)).outside is None


@pytest.mark.parametrize(
    "told", [[UNLIKE_TAUGHT], "この動画は、モデルが学習と検証に使った動画と大きく異なります。"]
)
def test_answers_tell_by_their_warnings(told: Any) -> None:
    answers: list[Mapping[str, Any]] = [
        {
            "expected_label": 20.0 + k,
            "model": "m",
            "model_fingerprint": "m1:a",
            "off_digit_mass": 0.0,
            "warnings": [],
        }
        for k in range(3)
    ]
    rows = [SheetRow(f"{k}.mp4", 2.0 + k, None) for k in range(3)]
    assert answered(rows, answers, Scale()).rated.outside is None
    marked = [answers[0], {**answers[1], "warnings": told}, answers[2]]
    found = answered(rows, marked, Scale()).rated.outside
    if isinstance(told, list):
        assert found is not None
        assert found.tolist() == [False, True, False]
    else:
        # half a sentence is none of ours
        assert found is None


def test_a_score_outside_the_labels_is_a_failure_of_its_row() -> None:
    rows = [SheetRow(f"{k}.mp4", 2.0 + k, None) for k in range(3)]
    answers = [
        {"expected_label": score, "model": "m", "model_fingerprint": "b2:1", "off_digit_mass": 0.0}
        for score in (30.0, 0.0, 41.0)
    ]
    found = answered(rows, answers, Scale())
    assert found.rated.videos == ["0.mp4", "2.mp4"]
    assert [one.video for one in found.failures] == ["1.mp4"]
    assert "0" in found.failures[0].detail
    assert "10" in found.failures[0].detail
