"""PSI by hand, walks that find a step, and false alarms within the rate that is stated."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from xl_vqa.monitoring.drift import bin_edges, counts, psi, walk
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record, Records, SheetOptions, moment
from xl_vqa.monitoring.reference import day, in_order, read_reference, reference_of, written
from xl_vqa.monitoring.report import unknown_lines
from xl_vqa.monitoring.watch import ALARM_RATE, watch


def rows(seed: int, count: int, step: float = 0.0) -> list[Record]:
    generator = np.random.default_rng(seed)
    gaps = generator.normal(0, 0.3, count) + step
    return [
        Record(f"v{k}", "m", "a", float(score), None, float(off), float(gap), False)
        for k, (score, off, gap) in enumerate(
            zip(generator.normal(30, 5, count), generator.random(count) / 1000, gaps, strict=True)
        )
    ]


def test_psi_is_the_sum_over_bins() -> None:
    a, b = (30.5 / 61, 30.5 / 61), (10.5 / 61, 50.5 / 61)
    by_hand = sum((y - x) * math.log(y / x) for x, y in zip(a, b, strict=True))
    assert psi([30, 30], [10, 50]) == pytest.approx(by_hand)
    assert psi([30, 30], [30, 30]) == 0


def test_bins_hold_every_row_and_ties_make_fewer() -> None:
    assert counts([0, 5, 9], bin_edges(range(200))).sum() == 3
    assert bin_edges([7.0] * 100) == (7.0,)


def test_a_walk_names_the_rows_of_the_change() -> None:
    generator = np.random.default_rng(4)
    gaps = generator.normal(0, 0.3, 200)
    gaps[160:] -= 1.0
    found = walk(gaps[:100], gaps[100:], 2000, 0.01)
    assert found is not None
    assert found.cusum_p < 0.001
    assert 50 <= found.change.start <= 61
    assert walk([1.0] * 30, [1.0] * 30, 100, 0.01) is None


def test_a_step_alarms_with_its_rows() -> None:
    found = watch(reference_of(rows(0, 200)), rows(1, 100, step=0.5))
    assert {one.kind for one in found.alarms} == {"cusum", "chart"}
    assert all(one.rows for one in found.alarms)


def test_nothing_changed_seldom_alarms() -> None:
    runs = 100
    rang = sum(bool(watch(reference_of(rows(2 * k, 100)), rows(2 * k + 1, 60)).alarms) for k in range(runs))
    # 1 is expected at the most; more than 4 of 100 have a chance below 0.4%
    assert rang <= runs * ALARM_RATE + 3


def test_a_kept_reference_says_the_same(tmp_path) -> None:
    kept = reference_of(rows(0, 200))
    (tmp_path / "r.json").write_bytes(written(kept))
    assert read_reference(tmp_path / "r.json", SheetOptions()) == kept


def test_too_few_rows_say_so() -> None:
    with pytest.raises(MonitoringError, match="30 ratings"):
        watch(reference_of(rows(0, 200)), rows(1, 29))


def test_a_reference_whose_values_cannot_be_is_refused(tmp_path) -> None:
    """A share that is no number would be quiet for ever."""
    kept = json.loads(written(reference_of(rows(0, 60))))
    for name, values in (
        ("scores", [float("nan"), 30.0]),
        ("edges", [30.0, 20.0]),
        ("gaps", [float("inf")]),
        ("failed", 90),
        ("outside", -1),
    ):
        spoilt = {**kept, "groups": [{**kept["groups"][0], name: values}]}
        (tmp_path / "r.json").write_text(json.dumps(spoilt), encoding="utf-8")
        with pytest.raises(MonitoringError, match=r"r\.json is no reference"):
            read_reference(tmp_path / "r.json", SheetOptions())


def test_a_reference_of_another_model_is_named_in_both_languages() -> None:
    kept = reference_of([replace(one, model="before") for one in rows(0, 60)])
    with pytest.raises(MonitoringError) as told:
        watch(kept, [replace(one, model="after") for one in rows(1, 60)])
    for language in ("en", "ja"):
        said = told.value.message(language)
        assert "before" in said
        assert "after" in said
        assert "--save-reference" in said


def test_dates_in_the_future_and_beyond_every_calendar_are_told() -> None:
    assert moment("9999-12-31T23:59:59-12:00") is None
    assert moment("0001-01-01T00:00:00+14:00") is None
    with pytest.raises(MonitoringError, match="no date"):
        day("9999-12-31T23:59:59-12:00")
    now = datetime.now(UTC)
    at = [now - timedelta(days=2), now + timedelta(hours=9), now + timedelta(days=400), None]
    records = Records([replace(one, at=when) for one, when in zip(rows(0, 4), at, strict=True)])
    assert [row.at for row in in_order(records)] == at[:3]
    assert records.unused == {"in_future": 1, "no_time": 1}
    kept = reference_of(rows(0, 60))
    found = watch(kept, rows(1, 60))
    assert any("1 rows are dated in the future" in line for line in unknown_lines(found, records, "en"))
    assert any("未来の行が 1 件" in line for line in unknown_lines(found, records, "ja"))


def test_a_reference_of_before_gaps_were_in_mos_keeps_none(tmp_path) -> None:
    """Gaps of 0..100, as they were kept once, would alarm against any in MOS."""
    kept = reference_of([replace(one, gap=30 * one.gap) for one in rows(0, 60)])
    (tmp_path / "r.json").write_bytes(written(kept))
    read = read_reference(tmp_path / "r.json", SheetOptions())
    assert [sample.gaps for sample in read.values()] == [()] * len(kept)
    assert [sample.scores for sample in read.values()] == [sample.scores for sample in kept.values()]
