"""Each figure of the monitor: what makes it alarm and what does not, against plain loops and other libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statsmodels_holm import holm_of_statsmodels
from xl_vqa.monitoring.drift import GROUP, SLACK, bin_edges, counts, psi, walk
from xl_vqa.monitoring.records import Record
from xl_vqa.monitoring.reference import reference_of
from xl_vqa.monitoring.watch import ALARM_RATE, Figure, Watch, _judged, watch

Change = Callable[[int, Record], Record]


def rows(seed: int, count: int = 200, source: str = "a", change: Change = lambda _, row: row) -> list[Record]:
    """Ratings in which nothing happens, each then changed by its place."""
    generator = np.random.default_rng(seed)
    drawn = zip(
        generator.normal(30, 5, count),
        generator.random(count) / 1000,
        generator.normal(0, 0.3, count),
        strict=True,
    )
    made = [
        Record(f"{source}{k}", "m", source, float(score), None, float(off), float(gap), False)
        for k, (score, off, gap) in enumerate(drawn)
    ]
    return [change(k, row) for k, row in enumerate(made)]


def kinds(found: Watch, source: str = "") -> set[str]:
    return {figure.kind for figure in found.alarms if figure.source == source}


def test_more_mass_off_the_digits_alarms_with_its_rows() -> None:
    found = watch(
        reference_of(rows(0)), rows(1, 100, change=lambda k, row: replace(row, off_digits=0.4) if k % 2 else row)
    )
    assert kinds(found) == {"off_digits"}
    (figure,) = (one for one in found.alarms if one.source == "")
    assert set(figure.rows[:50]) == {f"a{k}" for k in range(1, 100, 2)}


def test_less_mass_off_the_digits_is_no_alarm() -> None:
    found = watch(reference_of(rows(0)), rows(1, 100, change=lambda _, row: replace(row, off_digits=0.0)))
    assert kinds(found) == set()


def test_failures_alarm_where_they_rise_and_are_known() -> None:
    def failing(k: int, row: Record) -> Record:
        return replace(row, score=None, gap=None, off_digits=None, failed=True) if k % 5 == 0 else row

    found = watch(reference_of(rows(0)), rows(1, 200, change=failing))
    assert kinds(found) == {"failures"}
    (figure,) = (one for one in found.alarms if one.source == "")
    assert figure.rows == tuple(f"a{k}" for k in range(0, 200, 5))
    assert figure.value == pytest.approx(0.2)
    # fewer than before is good news
    assert kinds(watch(reference_of(rows(1, 200, change=failing)), rows(0))) == set()
    unknown = [replace(row, failed=None) for row in rows(0)]
    assert "failures" in watch(reference_of(unknown), unknown[:100]).unknown["m", ""]


def test_a_source_alarms_by_itself() -> None:
    """A third of the videos, from one folder, are rated lower; the others are as they were."""
    sources = ("north", "south", "west")
    before = [row for k, one in enumerate(sources) for row in rows(k, 150, one)]
    now = [row for k, one in enumerate(sources) for row in rows(10 + k, 100, one)]
    now = [replace(row, score=(row.score or 0) - 9) if row.source == "west" else row for row in now]
    found = watch(reference_of(before), now)
    assert {"psi", "ks"} <= kinds(found, "west")
    assert kinds(found, "north") == kinds(found, "south") == set()
    assert all(row.startswith("west") for figure in found.alarms if figure.source == "west" for row in figure.rows)


def test_two_models_are_never_mixed() -> None:
    other = [replace(row, model="n", score=(row.score or 0) + 12) for row in rows(3)]
    both = [*rows(0), *other]
    assert (
        watch(
            reference_of(both), [*rows(1, 100), *(replace(row, row=f"n{row.row}") for row in other[:100])]
        ).alarms
        == []
    )


def test_many_figures_at_once_keep_the_rate() -> None:
    """Eight sources, and all of them together: 54 figures a run."""
    sources = [f"s{k}" for k in range(8)]
    rang, runs = 0, 15
    for run in range(runs):
        before = [row for k, one in enumerate(sources) for row in rows(1000 * run + k, 60, one)]
        now = [row for k, one in enumerate(sources) for row in rows(1000 * run + 500 + k, 40, one)]
        rang += bool(watch(reference_of(before), now).alarms)
    # .15 are expected at the most; more than 2 of 15 have a chance below 0.05%
    assert rang <= runs * ALARM_RATE + 2


@given(
    st.lists(st.floats(10, 50), min_size=40, max_size=200), st.lists(st.floats(10, 50), min_size=1, max_size=60)
)
def test_bins_hold_all_and_psi_is_no_sign(before: list[float], now: list[float]) -> None:
    edges = bin_edges(before)
    first, second = counts(before, edges), counts(now, edges)
    assert (first.sum(), second.sum()) == (len(before), len(now))
    assert list(edges) == sorted(set(edges))
    assert psi(first, second) >= 0
    assert psi(first, second) == pytest.approx(psi(second, first))


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels(ps: list[float]) -> None:
    figures = [Figure("psi", "m", "", 1.0, p, 50, 50, ()) for p in ps]
    theirs = holm_of_statsmodels(ps, ALARM_RATE)[0]
    assert [figure.alarm for figure in _judged(figures, ALARM_RATE)] == theirs


def _cusum(z: Sequence[float], sign: int) -> list[float]:
    path, now = [], 0.0
    for one in z:
        now = max(0.0, now + sign * one - SLACK)
        path.append(now)
    return path


@given(st.integers(0, 10_000), st.integers(GROUP, 60))
def test_walks_are_those_of_a_plain_loop(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    before, now = generator.normal(1, 2, 40), generator.normal(1.5, 2, count)
    found = walk(before.tolist(), now.tolist(), 20, 0.05, seed)
    assert found is not None
    z = (now - before.mean()) / before.std(ddof=1)
    assert found.up.tolist() == pytest.approx(_cusum(z.tolist(), 1))
    assert found.down.tolist() == pytest.approx(_cusum(z.tolist(), -1))
    groups = [z[k : k + GROUP].mean() for k in range(0, count - count % GROUP, GROUP)]
    assert found.means.tolist() == pytest.approx(groups)
    assert 1 / 21 <= found.cusum_p <= 1


def test_a_walks_p_is_uniform_where_nothing_changes() -> None:
    """By 400 runs: as many below 10% as there should be, within what chance gives (4 standard deviations)."""
    generator = np.random.default_rng(5)
    drawn = [generator.exponential(size=60) for _ in range(400)]
    low = sum(w.cusum_p <= 0.1 for one in drawn if (w := walk(one[:30].tolist(), one[30:].tolist(), 99, 0.05)))
    assert 40 - 4 * 6 <= low <= 40 + 4 * 6
