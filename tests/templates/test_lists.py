"""The labelling workbook and the score sheet, computed by LibreOffice: orders, MOS, labels, overview."""

from __future__ import annotations

import math
import random
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.templates.conftest import need_soffice
from xl_vqa.datasets.mos import MosTable, mean_opinion_scores, with_pooled_intervals
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.workbooks.templates import report
from xl_vqa.workbooks.templates.base import NONE
from xl_vqa.workbooks.templates.build import file_name, template_folder
from xl_vqa.workbooks.templates.label import build_label
from xl_vqa.workbooks.templates.label_list import FIRST, RATERS, SLOTS, closing_number
from xl_vqa.workbooks.templates.label_order import order
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
    "few": {"videos": VIDEOS[:8], "closed": 8, "scores": people(8, 3)[:3]},
    # agreed, alone, and never seen to differ
    "agreed": {
        "videos": VIDEOS[:4],
        "closed": 4,
        "scores": [[4, 3, 5, 2], [4, 2, None, 2], [4, 4, None, 3], [4, 3, None, 3]],
    },
    "no_spread": {"videos": VIDEOS[:4], "closed": 4, "scores": [[4, 3, 5, 2]] * 7},
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
        scores = dict(enumerate(given.get("scores", []), 1)).get(rater, [])
        done = sum(isinstance(score, int) for score in scores)
        assert progress == f"{done} of {len(expected)} rated"


def table_of(given: dict[str, Any]) -> MosTable:
    """What ``labels prepare`` would write of the same scores, as ``datasets`` computes it."""
    scores = given.get("scores", [])
    found = [
        (slot, row[slot])
        for row in scores
        for slot in range(len(given.get("videos", [])))
        if isinstance(row[slot], int) and 1 <= row[slot] <= 5
    ]
    rows, values = ([pair[k] for pair in found] for k in (0, 1))
    return with_pooled_intervals(
        mean_opinion_scores(SLOTS, np.array(rows, dtype=np.int64), np.array(values, dtype=np.float64))
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_mos_interval_and_label_are_those_of_the_manifest(name: str, computed: dict[str, Values]) -> None:
    given, values = BOOKS[name], computed[name]
    videos, table = given.get("videos", []), table_of(given)
    for slot in range(SLOTS):
        cells = [values.get(("Labels", f"{c}{FIRST + slot + 1}")) for c in "DEFGHI"]
        if slot >= len(videos):
            assert {*cells} <= {None, ""}
            continue
        count, *figures, label, band = cells
        assert count == table.count[slot]
        for found, expected in zip(figures, (table.mos[slot], table.sd[slot], table.ci95[slot]), strict=True):
            assert found in (None, "") if np.isnan(expected) else found == pytest.approx(expected, abs=1e-8)
        if not count:
            assert {label, band} <= {None, ""}
            continue
        assert label == Scale().to_label(float(table.mos[slot]))
        assert band == Bands.default().of(label).en


def test_intervals_of_the_manifest_are_those_of_scipy() -> None:
    """The oracle of the test above, where six people or more rated and did not agree."""
    given = BOOKS["full"]
    table = table_of(given)
    for slot in range(SLOTS):
        of_raters = [row[slot] for row in given["scores"] if isinstance(row[slot], int) and 1 <= row[slot] <= 5]
        if len(of_raters) >= 6 and np.ptp(of_raters) > 0:
            half = stats.t.ppf(0.975, len(of_raters) - 1) * stats.sem(of_raters)
            assert table.ci95[slot] == pytest.approx(half, abs=1e-9)
            assert math.isclose(table.mos[slot], np.mean(of_raters), abs_tol=1e-8)


@pytest.mark.slow
def test_a_list_of_twelve_prints_a_page_a_sheet(printed: Any) -> None:
    """It took 47 pages: rows that wait for videos were printed as well."""
    names = [file_name("label", language, True) for language in ("en", "ja")]
    for path in printed([template_folder() / name for name in names]):
        text = subprocess.check_output(["pdftotext", "-layout", path, "-"], text=True)
        # guide, videos, a form for each rater, labels
        assert text.count("\f") == RATERS + 3


@pytest.mark.slow
def test_folded_rows_are_spoken_of(computed: dict[str, Values]) -> None:
    assert "press the +" in computed["full"]["Rater 1", "D5"]
    assert computed["appended"].get(("Rater 1", "D5")) in (None, "")
    assert "press the +" in computed["full"]["Labels", "D6"]
    assert computed["appended"].get(("Labels", "D6")) in (None, "")


@pytest.mark.slow
def test_a_report_shows_the_videos_whose_rows_are_folded(tmp_path: Path) -> None:
    need_soffice()
    book = tmp_path / "label.xlsx"
    book.write_bytes(build_label("en", videos=VIDEOS[:60], closed=60, scores=[[3, 4] * 30]))
    (tmp_path / "r.pdf").write_bytes(report.pdf(book))
    told = subprocess.check_output(["pdftotext", "-layout", tmp_path / "r.pdf", "-"], text=True)
    assert re.findall(r"clip_\d+\.mp4", told) == [path for path, _ in VIDEOS[:60]]
    assert told.count("\f") <= 3


@pytest.mark.slow
def test_halves_go_up(computed: dict[str, Values]) -> None:
    assert [computed["halves"]["ラベル", f"H{FIRST + k}"] for k in (1, 2)] == [35, 13]


@pytest.mark.slow
def test_the_state_of_the_list_is_said(computed: dict[str, Values]) -> None:
    assert computed["open"]["Videos", "B6"] == (
        f"9 listed: enter {closing_number([path for path, _ in VIDEOS], 9)} above to close the list"
    )
    assert computed["full"]["Videos", "B6"] == "closed"
    assert computed["empty"]["Videos", "B6"] == "No videos listed yet"


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
