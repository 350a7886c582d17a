"""Every figure of the KPI tracker, computed by LibreOffice, equals the one of the statistics libraries."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pytest

from tests.templates.oracles import figures
from xl_vqa.workbooks.templates.base import NONE
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.kpi_figures import SECTIONS
from xl_vqa.workbooks.templates.kpi_log import ROWS
from xl_vqa.workbooks.templates.words_kpi import KPI

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")]
DAY = datetime.date(2026, 3, 2)
LIVE = datetime.date(2026, 4, 6)

Log = list[dict[str, Any]]


def random_log(seed: int, n: int, *, gaps: float = 0.2, step: float = 0.1, days: int = 120) -> Log:
    """Rows in which any cell may be missing; ``step`` 10 makes nothing but ties."""
    source = random.Random(seed)

    def score(truth: float, noise: float) -> float:
        value = min(max(round((truth + source.gauss(0, noise)) / step) * step, 10), 50)
        return round(value, 1)

    rows = []
    for index in range(n):
        truth = source.uniform(10, 50)
        row: dict[str, Any] = {
            "date": DAY + datetime.timedelta(days=index * days // n),
            "video": f"{index}.mp4",
            "videos": source.choice([None, 1, 7, 30]),
            "human": score(truth, 4),
            "second": score(truth, 4),
            "score": int(score(truth + 1, 5)),
            "before": round(source.uniform(3, 8), 1),
            "after": round(source.uniform(0, 6), 1),
            "complaints": int(source.random() < 0.1),
            "missed": int(source.random() < 0.05),
        }
        for field in list(row)[3:]:
            if source.random() < gaps:
                row[field] = None
        rows.append(row)
    return rows


def awkward() -> Log:
    """Words, numbers outside the scale, rows without a date, rows outside the period, days instead of videos."""
    rows = random_log(9, 80)
    for index, row in enumerate(rows):
        if index % 5 == 0:
            row["human"] = ("n/a", 5, 60, "良い", -1)[index // 5 % 5]
        if index % 7 == 0:
            row["score"] = "pending" if index % 2 else 0
        if index % 11 == 0:
            row["date"] = None
        if index % 13 == 0:
            row["date"] = "2026/3/xx"
        if index % 17 == 0:
            row |= {"videos": "many", "before": "-", "complaints": "none"}
    rows.append({"date": datetime.date(2027, 1, 1), "human": 10, "score": 50, "complaints": 9})
    rows.append({"date": datetime.date(2020, 1, 1), "human": 10, "score": 50, "complaints": 9})
    return rows


def pasted() -> Log:
    """What no check of a typed entry sees: numbers as text, in full width, below 0, and dates that are none."""
    rows = random_log(31, 120, gaps=0.1)
    amounts = ("videos", "before", "after", "complaints", "missed")
    for index, value in enumerate(("30", "３", -4, "-", -0.5, "2", "１０", -1, " 5", "2本")):
        rows[7 * index + 2][amounts[index % 5]] = value
    # 310 is a day of 1900
    return [*rows, *({"date": day, "human": 12, "score": 48, "videos": 500} for day in (310, "２０２６/３/１"))]


def pair(human: float, score: float, day: int = 0, **more: Any) -> dict[str, Any]:
    return {"date": DAY + datetime.timedelta(days=day), "human": human, "score": score, **more}


PERIOD = {"start": DAY, "end": datetime.date(2026, 12, 31), "live": LIVE}
LOGS: dict[str, tuple[Log, dict[str, Any]]] = {
    "empty": ([], {}),
    "one_row": ([pair(33, 36)], {}),
    "two_rows": ([pair(33, 36), pair(20.5, 18, 1)], {}),
    "people_constant": ([pair(30, 20 + k, k) for k in range(9)], {}),
    "all_constant": ([pair(30, 30, k) for k in range(9)], {}),
    "shifted": ([pair(20 + k, 23 + k, k) for k in range(9)], {"threshold": 25}),
    "reversed": ([pair(20 + k, 40 - k, 9 * k) for k in range(12)], {"live": LIVE}),
    "ties": (random_log(1, 200, step=10), PERIOD),
    "random": (random_log(2, 300), PERIOD),
    "sparse": (random_log(3, 150, gaps=0.7), PERIOD | {"threshold": 35, "tolerance": 2.5}),
    "complete": (random_log(4, 60, gaps=0), PERIOD | {"reference_end": datetime.date(2026, 3, 20)}),
    "no_before": (random_log(5, 40), {}),
    "more_complaints": ([pair(30 + k % 3, 30, k, complaints=3 * (k % 2)) for k in range(60)], {"live": LIVE}),
    "no_complaint_after": ([pair(30, 31, k, complaints=int(k < 9)) for k in range(70)], {"live": LIVE}),
    "over_half_a_year": (random_log(6, 400, days=400), {"live": LIVE}),
    "awkward": (awkward(), PERIOD),
    "pasted": (pasted(), {"live": LIVE, "wage": 3000}),
    "full": (random_log(7, ROWS), PERIOD),
}


@pytest.fixture(scope="module")
def computed(compute: Any) -> dict[str, dict[tuple[str, str], Any]]:
    books = {}
    for number, (name, (rows, settings)) in enumerate(LOGS.items()):
        books[name] = build_kpi(("en", "ja")[number % 2], rows=rows, settings=settings)
    found: dict[str, dict[tuple[str, str], Any]] = compute(books)
    return found


def shown(values: dict[tuple[str, str], Any], sheet: str) -> dict[str, tuple[Any, Any]]:
    """Value and value among people by figure, in the dashboard's order."""
    found, row = {}, 5
    for _, section in SECTIONS:
        for figure in section:
            row += 1
            found[figure.key] = (values.get((sheet, f"B{row}")), values.get((sheet, f"C{row}")))
        row += 2
    return found


@pytest.mark.parametrize("name", LOGS)
def test_figures_equal_those_of_the_libraries(name: str, computed: dict[str, dict[tuple[str, str], Any]]) -> None:
    rows, settings = LOGS[name]
    expected, people = figures(rows, settings)
    english = list(LOGS).index(name) % 2 == 0
    found = shown(computed[name], "Dashboard" if english else "ダッシュボード")
    expected.pop("change")
    wrong = []
    for key, value in expected.items():
        wrong += differing(key, found[key][0], value)
    for key, value in people.items():
        wrong += differing(f"people {key}", found[key][1], value)
    assert wrong == []
    assert len(expected) >= 39


def differing(key: str, found: Any, expected: Any) -> list[str]:
    if expected is None:
        expected = NONE
    if expected == "never":
        return [] if found in ("never", "回収不可") else [f"{key}: {found!r}, not never"]
    if isinstance(expected, str):
        return [] if found == expected else [f"{key}: {found!r}, not {expected!r}"]
    same = isinstance(found, (int, float)) and found == pytest.approx(float(expected), rel=1e-7, abs=1e-9)
    return [] if same else [f"{key}: {found!r}, not {expected!r}"]


@pytest.mark.parametrize("name", LOGS)
def test_no_cell_shows_an_error(name: str, computed: dict[str, dict[tuple[str, str], Any]]) -> None:
    """#N/A stands on the calculation sheet alone, where charts must leave a point out."""
    calculation = ("Calculation", "計算")
    errors = {
        where: value
        for where, value in computed[name].items()
        if isinstance(value, str)
        and value.startswith(("#", "Err:"))
        and not (value == "#N/A" and where[0] in calculation)
    }
    assert errors == {}


def test_the_check_counts_what_is_left_out(computed: dict[str, dict[tuple[str, str], Any]]) -> None:
    rows, _ = LOGS["awkward"]
    english = list(LOGS).index("awkward") % 2 == 0
    found = shown(computed["awkward"], "Dashboard" if english else "ダッシュボード")
    assert found["entries"][0] == len(rows)
    assert found["undated"][0] == sum(not isinstance(row["date"], datetime.date) for row in rows)
    no_scores = [row.get(f) for row in rows for f in ("human", "second", "score")]
    expected = sum(v is not None and not (isinstance(v, (int, float)) and 10 <= v <= 50) for v in no_scores)
    assert found["not_scores"][0] == expected > 0


def test_amounts_and_days_that_are_none_are_named(computed: dict[str, dict[tuple[str, str], Any]]) -> None:
    """A video count pasted as text stood for one video, a negative one for less than none, and nothing said so."""
    english = list(LOGS).index("pasted") % 2 == 0
    found = shown(computed["pasted"], "Dashboard" if english else "ダッシュボード")
    assert (found["entries"][0], found["undated"][0], found["not_amounts"][0]) == (122, 2, 10)
    for key in ("problem_undated", "problem_amounts"):
        assert KPI[key][not english].rpartition("{n}")[2].strip() in found["problems"][0]


def test_lights_follow_targets_in_both_directions(computed: dict[str, dict[tuple[str, str], Any]]) -> None:
    for name in ("shifted", "reversed"):
        english = list(LOGS).index(name) % 2 == 0
        sheet = "Dashboard" if english else "ダッシュボード"
        lights = {}
        row = 5
        for _, section in SECTIONS:
            for figure in section:
                row += 1
                lights[figure.key] = computed[name].get((sheet, f"E{row}"))
            row += 2
        good, bad = ("on target", "missed") if english else ("達成", "未達")
        assert lights["srcc"] == (good if name == "shifted" else bad)
        assert lights["within"] == (good if name == "shifted" else bad)
