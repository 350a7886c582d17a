"""What a manager is told: figures of the rows that their definition names, lights with reasons, weeks that exist.

Logs as they are kept: people score some of the videos, on a scale of their own, and weeks are missing.
"""

from __future__ import annotations

import datetime
import random
import re
from typing import Any

import pytest

from tests.templates.oracles import WEEKS, figures
from tests.templates.test_kpi_figures import DAY, LIVE, Log, differing, pair, shown
from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.kpi_calc import TOP, week_column
from xl_vqa.workbooks.templates.kpi_lights import JUDGED, LIGHTS
from xl_vqa.workbooks.templates.words_kpi import KPI

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")]
Values = dict[tuple[str, str], Any]
SCALES = {
    "labels": (10, 50, 0.1),
    "mos": (1, 5, 0.05),
    "stars": (0.5, 5, 0.5),
    "percent": (0, 100, 1),
    "school": (6, 1, 1),
    "eleven": (0, 10, 0.5),
}
"""Worst and best score of people, and the step in which they score."""


def partial_log(seed: int, scale: str, n: int = 160) -> Log:
    """Rows of which people scored some, mostly those that the AI sent to them, and some before AI is in use.

    Some weeks have no row at all, and some rows stand for many videos.
    """
    source = random.Random(seed)
    worst, best, step = SCALES[scale]
    share = source.choice((0.05, 0.3, 0.9))
    days = sorted(source.choice(range(0, 150)) // 21 * 21 + source.randrange(9) for _ in range(n))
    rows: Log = []
    for number, day in enumerate(days):
        truth = source.uniform(0, 1)
        score = round(min(max(10 + 40 * truth + source.gauss(1, 5), 10), 50))
        row: dict[str, Any] = {
            "date": DAY + datetime.timedelta(days=day),
            "video": f"{number}.mp4",
            "score": score,
        }
        if source.random() < (0.9 if score < 28 else share):
            told = min(max(truth + source.gauss(0, 0.08), 0), 1)
            steps = round(told * abs(best - worst) / step)
            row["human"] = round(worst + steps * step * (1 if best > worst else -1), 2)
        if source.random() < 0.1:
            row["human"] = source.choice(("good", -7, 250, "★★★"))
        if source.random() < 0.1:
            del row["score"]
        if source.random() < 0.4:
            row |= {"before": round(source.uniform(3, 8), 1), "after": round(source.uniform(0, 6), 1)}
        if source.random() < 0.1:
            row |= {"videos": source.randint(5, 40), "complaints": source.randint(0, 3)}
        if source.random() < 0.03:
            row["missed"] = 1
        rows.append(row)
    source.shuffle(rows)
    return rows


def of_scale(scale: str, **more: Any) -> dict[str, Any]:
    worst, best, _ = SCALES[scale]
    return {"people_worst": worst, "people_best": best, **more}


def few_scored() -> Log:
    """1000 videos scored by the AI, 50 of them below the threshold; people scored 20, half of them reviewed."""
    rows = [pair(None, 20 if k < 50 else 40, k // 20) for k in range(1000)]  # type: ignore[arg-type]
    for k in (*range(10), *range(500, 510)):
        rows[k]["human"] = 18 if k < 10 else 41
    return rows


def before_after(complaints_before: int, complaints_after: int, videos: int = 100) -> Log:
    return [
        *(pair(30 + k % 9, 31 + k % 9, k) for k in range(60)),
        {"date": DAY, "videos": videos - 35, "complaints": complaints_before},
        {"date": LIVE, "videos": videos - 25, "complaints": complaints_after, "before": 900, "after": 300},
    ]


FIVE = [pair(1 + k % 5, 10 + 10 * (k % 5), k) for k in range(20)]
LIVE_ALONE = {"live": LIVE}
RANDOM = {
    scale: (partial_log(seed, scale), of_scale(scale, live=DAY + datetime.timedelta(days=40 * (seed % 2))))
    for seed, scale in enumerate(SCALES)
}


def named(n: int) -> Log:
    """Rows that differ in the name of their video alone."""
    return [{**pair(30, 32), "video": f"D:/clips/{k}.mp4"} for k in range(n)]


LOGS: dict[str, tuple[Log, dict[str, Any]]] = {
    **RANDOM,
    "few_scored": (few_scored(), {}),
    "shadow": (
        [pair(20, 40 if k < 50 else 20, k) for k in range(100)],
        {"live": DAY + datetime.timedelta(days=50)},
    ),
    "flagged_only": ([pair(20 if k < 9 else None, 20 if k < 9 else 40, k) for k in range(40)], {}),  # type: ignore[arg-type]
    "rise": (before_after(40, 60, 400), LIVE_ALONE),
    "fall": (before_after(60, 20, 400), LIVE_ALONE),
    "chance": (before_after(5, 6), LIVE_ALONE),
    "chance_down": (before_after(6, 5), LIVE_ALONE),
    "too_many": (before_after(20, 180), LIVE_ALONE),
    "never_before": (before_after(5, 6), {}),
    "single_week": ([pair(20 + k, 21 + k, k % 5) for k in range(20)], {}),
    "five_on_ten_to_fifty": (FIVE, {}),
    "five_on_hundred": (FIVE, of_scale("percent")),
    "wrong_way": (FIVE, {"people_worst": 5, "people_best": 1}),
    "doubled": ([*named(20), *named(3)], {}),
    "doubled_ja": (
        [
            *({"date": DAY, "video": f"動画😀/{'長い' * 60}{k}.mp4", "human": 30, "score": 30} for k in range(12)),
            # the same video once more: another score, another day, or nothing said of it at all
            {"date": DAY, "video": f"動画😀/{'長い' * 60}0.mp4", "human": 31, "score": 30},
            {"date": DAY + datetime.timedelta(days=1), "video": "0.mp4", "human": 30, "score": 30},
            {"date": DAY, "video": "0.mp4", "human": 30, "score": 30},
            {"date": DAY, "videos": 9, "complaints": 1},
            {"date": DAY, "videos": 9, "complaints": 1},
            *({"date": DAY, "video": "text.mp4", "human": "無"} for _ in range(2)),
        ],
        {},
    ),
    "percent_among_labels": ([{**row, "score": (40, 22, 80, 95)[k % 4]} for k, row in enumerate(named(20))], {}),
    "two_slips": ([*named(40), pair(300, 20), pair(20, 60), pair(0, 0), pair(0, 0), pair(0, 0)], {}),
    "years": ([pair(20 + k % 20, 22 + k % 19, 3 * k) for k in range(300)], {}),
}  # fmt: skip


def language_of(name: str) -> int:
    return list(LOGS).index(name) % 2


@pytest.fixture(scope="module")
def computed(compute: Any) -> dict[str, Values]:
    books = {name: build_kpi(("en", "ja")[language_of(name)], rows=r, settings=s) for name, (r, s) in LOGS.items()}
    found: dict[str, Values] = compute(books)
    return found


def word(name: str, key: str) -> str:
    return KPI[key][language_of(name)]


def said(name: str, computed: dict[str, Values], key: str) -> Any:
    return shown(computed[name], word(name, "dashboard"))[key][0]


def cell(name: str, computed: dict[str, Values], row: int, column: int, sheet: str = "calc") -> Any:
    return computed[name].get((word(name, sheet), f"{column_letters(column + 1)}{row + 1}"))


def lights(name: str, computed: dict[str, Values]) -> dict[str, str]:
    """Of the dashboard, by figure."""
    values, sheet = computed[name], word(name, "dashboard")
    of_name = {values.get((sheet, f"A{row}")): values.get((sheet, f"E{row}")) for row in range(5, 90)}
    return {one.key: of_name[word(name, f"f_{one.key}")] for one in JUDGED if one.key != "drift"}


@pytest.mark.parametrize("name", LOGS)
def test_figures_are_those_of_the_rows_that_their_definition_names(name: str, computed: dict[str, Values]) -> None:
    expected, people = figures(*LOGS[name])
    expected.pop("change")
    found = shown(computed[name], word(name, "dashboard"))
    wrong = [text for key, value in expected.items() for text in differing(key, found[key][0], value)]
    wrong += [text for key, value in people.items() for text in differing(f"people {key}", found[key][1], value)]
    assert wrong == []


def test_the_review_rate_is_that_of_all_scored_videos(computed: dict[str, Values]) -> None:
    assert said("few_scored", computed, "review") == pytest.approx(0.05)
    assert said("few_scored", computed, "hours") == pytest.approx(75.83, abs=0.01)
    # ten of the 950 that passed were looked at, and none was bad: too few to call it good
    assert lights("few_scored", computed)["escape"] == word("few_scored", "light_green")
    assert lights("few_scored", computed)["escape_all"] == word("few_scored", "light_unclear")
    # reviewed and passed as well as before the AI was used, the other way round
    assert said("shadow", computed, "review") == 1
    assert said("shadow", computed, "escape") == 0


def test_of_a_side_that_nobody_scored_nothing_is_claimed(computed: dict[str, Values]) -> None:
    name = "flagged_only"
    assert {said(name, computed, key) for key in ("escape", "recall", "cost_chosen", "best_threshold")} == {"–"}
    assert word(name, "checked_unknown").strip() in said(name, computed, "checked")
    assert lights(name, computed)["escape"] == "–"


@pytest.mark.parametrize("name", LOGS)
def test_no_cell_shows_an_error(name: str, computed: dict[str, Values]) -> None:
    errors = {
        where: value
        for where, value in computed[name].items()
        if isinstance(value, str)
        and value.startswith(("#", "Err:"))
        and not (value == "#N/A" and where[0] == word(name, "calc"))
    }
    assert errors == {}


@pytest.mark.parametrize("name", LOGS)
def test_the_worst_light_wins_and_says_why(name: str, computed: dict[str, Values]) -> None:
    order = ["–", *(word(name, key) for key, _ in LIGHTS)]
    summary = word(name, "summary")
    found = {**lights(name, computed), "drift": computed[name][summary, "G9"]}
    counted = {one.key: found[one.key] for one in JUDGED if one.whole}
    whole, reason = computed[name][summary, "A5"], computed[name][summary, "C5"]
    assert whole == max(counted.values(), key=order.index)
    if whole != word(name, "light_green"):
        assert all(word(name, f"f_{key}") in reason for key, light in counted.items() if light == whole)
    # the escape tile shows the worse of its two
    assert computed[name][summary, "E9"] == max((found["escape"], found["escape_all"]), key=order.index)


def test_what_chance_may_explain_is_neither_praised_nor_blamed(computed: dict[str, Values]) -> None:
    for name in ("chance", "chance_down"):
        assert word(name, "no_change") in said(name, computed, "causal")
        assert lights(name, computed)["reduction"] == word(name, "light_unclear")
        assert said(name, computed, "net_sure") == pytest.approx(
            said(name, computed, "net") - said(name, computed, "avoided") * 20000
        )
        note = said(name, computed, "noise")
        assert f"{said(name, computed, 'avoided') * 20000:+,.0f}" in note
        assert f"{said(name, computed, 'net_sure'):,.0f}" in note
    for name, words in (("rise", "more_complaints"), ("fall", "fewer_complaints")):
        assert word(name, words) in said(name, computed, "causal")
        assert lights(name, computed)["reduction"] == word(name, "light_red" if name == "rise" else "light_green")
        assert said(name, computed, "noise") == word(name, "noise_none")


def test_more_complaints_than_videos_have_a_reason_and_leave_the_figures(computed: dict[str, Values]) -> None:
    name = "too_many"
    assert said(name, computed, "rate_after") == pytest.approx(1.8)
    assert said(name, computed, "reduction") == pytest.approx(1 - 1.8 / 0.2)
    assert said(name, computed, "difference_low") == "–"
    assert "180" in said(name, computed, "causal")
    assert word(name, "count_videos") in said(name, computed, "causal")
    assert word(name, "problem_complaints").strip() in said(name, computed, "problems")
    assert said("never_before", computed, "causal") == word("never_before", "none_before")


def test_a_scale_that_does_not_fit_is_named(computed: dict[str, Values]) -> None:
    assert "20" in said("five_on_ten_to_fifty", computed, "problems")
    name = "five_on_hundred"
    assert "0" in said(name, computed, "problems")
    assert word(name, "problem_tenth").partition("{")[0] in said(name, computed, "problems")
    assert word("wrong_way", "problem_reversed").strip() in said("wrong_way", computed, "problems")
    assert said("single_week", computed, "problems") == "–"


def test_rows_that_stand_twice_are_counted_and_named(computed: dict[str, Values]) -> None:
    """Rows pasted twice counted twice, and nothing said so."""
    assert said("doubled", computed, "doubled") == 3
    told = word("doubled", "problem_doubled").replace("{n}", "3")
    assert told.strip() in said("doubled", computed, "problems")
    assert said("doubled_ja", computed, "doubled") == 1
    assert {said(name, computed, "doubled") for name in ("years", "two_slips", "single_week")} == {0}


def test_a_column_of_another_scale_is_asked_about(computed: dict[str, Values]) -> None:
    """Of percents those within 10 and 50 were counted as labels."""
    asks = ("percent", "百分率")[language_of("percent_among_labels")]
    told = said("percent_among_labels", computed, "problems")
    assert asks in told
    assert {"10", "20"} <= set(re.findall(r"\d+", told))
    asks = ("percent", "百分率")[language_of("two_slips")]
    assert asks not in said("two_slips", computed, "problems")


@pytest.mark.parametrize("name", LOGS)
def test_the_trend_has_the_weeks_that_exist(name: str, computed: dict[str, Values]) -> None:
    rows, _ = LOGS[name]
    mondays = {r["date"] - datetime.timedelta(days=r["date"].weekday()) for r in rows}
    last = max(mondays)
    expected = sorted(day for day in mondays if (last - day).days < 7 * WEEKS)
    zero = datetime.date(1899, 12, 30)
    serials = [(day - zero).days for day in expected]
    found = [cell(name, computed, TOP + k, week_column("week")) for k in range(WEEKS)]
    assert [week for week in found if week not in (None, "")] == serials == found[: len(serials)]
    axis = [cell(name, computed, TOP + k, week_column("axis")) for k in range(WEEKS)]
    # what is left over stands at the last week and shows nothing
    assert axis == serials + [serials[-1]] * (WEEKS - len(serials))
    for key in ("mean_human", "mean_ai", "cusum_up", "cusum_down", "complaint_rate", "hours_week"):
        tail = {cell(name, computed, TOP + k, week_column(key)) for k in range(len(serials), WEEKS)}
        assert tail <= {"#N/A"}, key
    pairs = [cell(name, computed, TOP + k, week_column("pairs")) for k in range(len(serials))]
    sums = [cell(name, computed, TOP + k, week_column("cusum_up")) for k in range(len(serials))]
    assert all(value == "#N/A" for value, count in zip(sums, pairs, strict=True) if not count)
