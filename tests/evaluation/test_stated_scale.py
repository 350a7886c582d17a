"""Which scale a result states: one rule for evaluate, calibrate and monitor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xl_vqa.calibration.sheet import SheetRow, answered
from xl_vqa.evaluation.stated_scale import scale_of_result, scale_of_results
from xl_vqa.monitoring.records import SheetOptions, in_sheet
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale

WIDE = Scale(1, 5, 100, 500)


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (WIDE.to_dict(), WIDE),
        ({"label_min": 100, "label_max": 500}, WIDE),
        ({"label_min": "100", "label_max": 500.0, "mos_min": "1,0"}, WIDE),
        ({"low": 0, "high": 1}, None),
        ({}, None),
        ("1..5", None),
        (None, None),
    ],
)
def test_a_scale_is_known_by_its_fields(stated: Any, found: Scale | None) -> None:
    assert scale_of_result({"scale": stated}) == found


def test_a_scale_that_cannot_be_is_an_error() -> None:
    with pytest.raises(ScaleError):
        scale_of_result({"scale": {"label_min": 50, "label_max": 10}})


def test_of_a_file_the_first_row_that_states_one_counts() -> None:
    rows: list[dict[str, Any]] = [{}, {"scale": {"low": 0}}, {"mos_scale": "0 (worst)..100 (best)"}]
    assert scale_of_results(rows) == Scale(0, 100)
    assert scale_of_results([{"scale": WIDE.to_dict()}, *rows]) == WIDE
    assert scale_of_results(rows[:2]) is None


@pytest.mark.parametrize("stated", [WIDE.to_dict(), {"label_min": "100", "label_max": 500.0}])
def test_calibrate_and_monitor_read_the_same_labels(tmp_path: Path, stated: dict[str, Any]) -> None:
    results = [
        {
            "path": f"{k}.mp4",
            "expected_label": 200.0 + 50 * k,
            "model": "m",
            "model_fingerprint": "m1:a",
            "off_digit_mass": 0.0,
            "human score": 2.0 + 0.5 * k,
            "scale": stated,
        }
        for k in range(4)
    ]
    (tmp_path / "s.json").write_text(json.dumps(results))
    records = in_sheet(tmp_path / "s.json", SheetOptions())
    # people and model say the same: their distance is none, and none is left out as off the scale
    assert [one.gap for one in records.rows] == pytest.approx([0] * 4)
    assert records.unused == {}
    rows = [SheetRow(str(one["path"]), 3.0, None) for one in results]
    found = answered(rows, results, Scale())
    assert (found.scale.label_min, found.scale.label_max, found.failures) == (100, 500, [])


def test_what_a_sheet_says_of_its_mos_does_not_move_the_labels_told() -> None:
    result = {"expected_label": 300.0, "model": "m", "model_fingerprint": "m1:a", "mos_scale": "1..5"}
    rows = [SheetRow("a.mp4", 3.0, None)]
    assert answered(rows, [{**result, "off_digit_mass": 0.0}], WIDE).scale == WIDE
