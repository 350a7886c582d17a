"""The labelling workbook and the score sheet, computed by LibreOffice: orders, MOS, labels, overview."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from scipy import stats

from xl_vqa.words.labels import Bands, Scale
from xl_vqa.workbooks.templates.base import NONE
from xl_vqa.workbooks.templates.label import FIRST, RATERS, SLOTS, build_label, order
from xl_vqa.workbooks.templates.label_rater import FIRST as RATER_FIRST
from xl_vqa.workbooks.templates.score import build_score

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
Values = dict[tuple[str, str], Any]
VIDEOS = [(f"clip_{n:03d}.mp4", f"content {n // 3}") for n in range(SLOTS)]


def people(count: int, seed: int, *, gaps: float = 0.2) -> list[list[Any]]:
    """Scores by rater and slot; some cells are empty, some hold what validation would have refused."""
    source = random.Random(seed)
    strange = ("4点", 0, 7, "x")
    return [
        [
            None
            if (draw := source.random()) < gaps
            else source.choice(strange)
            if draw > 0.95
            else source.randint(1, 5)
            for _ in range(count)
        ]
        for _ in range(RATERS)
    ]


BOOKS: dict[str, dict[str, Any]] = {
    "empty": {},
    "open": {"videos": VIDEOS[:9]},
    "one": {"videos": VIDEOS[:1], "closed": 1, "scores": [[3], [4], [None], [4], [4]]},
    "full": {"videos": VIDEOS, "closed": SLOTS, "scores": people(SLOTS, 1)},
    "appended": {"videos": VIDEOS[:30], "closed": 20, "scores": people(30, 2)},
    "unrated": {"videos": VIDEOS[:12], "closed": 12},
}
# (3+3+4+4)/4 = 3.5 and so on: halves that must be rounded up
HALVES = {"videos": VIDEOS[:2], "closed": 2, "scores": [[3, 1], [3, 2], [4, 1], [4, 1]]}
LABELS = [12, 35, 50, 10, 34]
SCORES = [
    {"video": f"{n}.mp4", "score": v, "confidence": n / 10, "band": Bands.default().of(v).name("ja")}
    for n, v in enumerate(LABELS)
]


@pytest.fixture(scope="module")
def computed(compute: Any) -> dict[str, Values]:
    books = {name: build_label("en", **given) for name, given in BOOKS.items()}
    books["halves"] = build_label("ja", **HALVES)
    books["scores"] = build_score("ja", rows=[*SCORES, {"video": "broken.mp4", "error": "壊れています"}])
    books["no_scores"] = build_score("en")
    found: dict[str, Values] = compute(books)
    return found


def test_orders_are_permutations_that_differ_and_stay() -> None:
    for closed, listed in ((1, 1), (20, 30), (SLOTS, SLOTS)):
        orders = [order(rater, closed, listed) for rater in range(1, RATERS + 1)]
        assert all(sorted(one) == list(range(1, listed + 1)) for one in orders)
        # what comes later comes last, and moves nothing
        assert all(one[:closed] == order(rater, closed, closed) for rater, one in enumerate(orders, 1))
        assert all(one[closed:] == list(range(closed + 1, listed + 1)) for one in orders)
    full = [order(rater, SLOTS, SLOTS) for rater in range(1, RATERS + 1)]
    for a in range(RATERS):
        for b in range(a):
            assert abs(stats.kendalltau(full[a], full[b]).statistic) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_each_rater_sees_the_videos_in_that_order(name: str, computed: dict[str, Values]) -> None:
    given, values = BOOKS[name], computed[name]
    videos, closed = given.get("videos", []), given.get("closed")
    for rater in range(1, RATERS + 1):
        column = [values.get((f"Rater {rater}", f"B{RATER_FIRST + k}")) for k in range(1, SLOTS + 1)]
        shown = [video for video in column if video]
        expected = [videos[slot - 1][0] for slot in order(rater, closed, len(videos))] if closed else []
        assert shown == expected == column[: len(expected)]
        progress = values["Rater " + str(rater), "B5"]
        scores = given.get("scores", [[]] * RATERS)[rater - 1]
        done = sum(isinstance(score, int) for score in scores)
        assert progress == f"{done} of {len(expected)} rated"


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_mos_interval_and_label_are_those_of_scipy(name: str, computed: dict[str, Values]) -> None:
    given, values = BOOKS[name], computed[name]
    videos, scores = given.get("videos", []), given.get("scores", [])
    for slot in range(SLOTS):
        count, mos, deviation, ci, label, band = (
            values.get(("Labels", f"{c}{FIRST + slot + 1}")) for c in "IJKLMN"
        )
        if slot >= len(videos):
            assert {count, mos, deviation, ci, label, band} <= {None, ""}
            continue
        of_raters = [row[slot] for row in scores if isinstance(row[slot], int) and 1 <= row[slot] <= 5]
        assert count == len(of_raters)
        if not of_raters:
            assert {mos, label, band} <= {None, ""}
            continue
        assert mos == pytest.approx(np.mean(of_raters))
        assert label == Scale().to_label(float(np.mean(of_raters)))
        assert band == Bands.default().of(label).en
        if len(of_raters) < 2:
            assert {deviation, ci} <= {None, ""}
        else:
            assert deviation == pytest.approx(np.std(of_raters, ddof=1), abs=1e-9)
            half = stats.t.ppf(0.975, len(of_raters) - 1) * np.std(of_raters, ddof=1) / math.sqrt(len(of_raters))
            assert ci == pytest.approx(half, abs=1e-9)


@pytest.mark.slow
def test_halves_go_up(computed: dict[str, Values]) -> None:
    assert [computed["halves"]["ラベル", f"M{FIRST + k}"] for k in (1, 2)] == [35, 13]


@pytest.mark.slow
def test_the_state_of_the_list_is_said(computed: dict[str, Values]) -> None:
    assert computed["open"]["Videos", "B6"].startswith("9 listed")
    assert computed["full"]["Videos", "B6"] == "closed"
    assert computed["empty"]["Videos", "B6"].startswith("0 listed")


@pytest.mark.slow
def test_the_overview_counts_what_stands_in_the_list(computed: dict[str, Values]) -> None:
    found = [computed["scores"]["集計", f"B{row}"] for row in range(6, 14)]
    confidence = [row["confidence"] for row in SCORES]
    expected = [6, 5, 1, np.mean(LABELS), np.median(LABELS), 10, 50, np.mean(confidence)]
    assert found == pytest.approx(expected)
    bands = [computed["scores"]["集計", f"B{row}"] for row in range(16, 21)]
    assert bands == [sum(Bands.default().of(v).number == number for v in LABELS) for number in (5, 4, 3, 2, 1)]
    assert [computed["no_scores"]["Overview", f"B{row}"] for row in range(6, 14)] == [0, 0, 0, *[NONE] * 5]


@pytest.mark.slow
def test_no_cell_shows_an_error(computed: dict[str, Values]) -> None:
    for name, values in computed.items():
        assert [w for w, v in values.items() if isinstance(v, str) and v.startswith(("#", "Err:"))] == [], name
