"""PSI by hand, walks that find a step, and false alarms within the rate that is stated."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from xl_vqa.monitoring.drift import bin_edges, counts, psi, walk
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record, SheetOptions
from xl_vqa.monitoring.reference import read_reference, reference_of, written
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


def test_a_reference_of_before_gaps_were_in_mos_keeps_none(tmp_path) -> None:
    """Gaps of 0..100, as they were kept once, would alarm against any in MOS."""
    kept = reference_of([replace(one, gap=30 * one.gap) for one in rows(0, 60)])
    (tmp_path / "r.json").write_bytes(written(kept))
    read = read_reference(tmp_path / "r.json", SheetOptions())
    assert [sample.gaps for sample in read.values()] == [()] * len(kept)
    assert [sample.scores for sample in read.values()] == [sample.scores for sample in kept.values()]
