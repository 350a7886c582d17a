"""The figures of the KPI tracker by scipy, scikit-learn, pingouin and statsmodels, from the rows themselves."""

from __future__ import annotations

import datetime
import itertools
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pingouin
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import cohen_kappa_score, recall_score
from statsmodels.stats.proportion import confint_proportions_2indep

FloatArray = NDArray[np.float64]
DEFAULTS: dict[str, Any] = {
    "recent_days": 28, "minutes": 5, "overhead": 0.2, "wage": 3000, "cost_complaint": 20000, "cost_escape": 5000,
    "compute": 30000, "licence": 0, "upkeep": 20000, "one_off": 500000, "tolerance": 5, "defect": 25,
    "threshold": 28, "people_worst": 10, "people_best": 50,
}  # fmt: skip
WEEKS = 104


def in_period(row: dict[str, Any], settings: dict[str, Any]) -> bool:
    date = row.get("date")
    first, last = settings.get("start", datetime.date(2000, 1, 1)), settings.get("end", datetime.date.max)
    return isinstance(date, datetime.date) and first <= date <= last


def is_score(value: Any) -> bool:
    return isinstance(value, (int, float)) and 10 <= value <= 50


def as_label(value: Any, worst: float, best: float) -> Any:
    """A person's score on 10..50; what is no score of their scale stays none."""
    if not isinstance(value, (int, float)) or not min(worst, best) <= value <= max(worst, best):
        return None
    return round(10 + (value - worst) * 40 / (best - worst), 9)


def in_labels(rows: list[dict[str, Any]], s: dict[str, Any]) -> list[dict[str, Any]]:
    ends = s["people_worst"], s["people_best"]
    return [{**row, **{f: as_label(row.get(f), *ends) for f in ("human", "second")}} for row in rows]


def is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and value >= 0


def number(value: Any) -> float:
    """An amount; what is none counts as 0."""
    return float(value) if is_amount(value) else 0.0


def agreement(rows: list[dict[str, Any]], x_field: str, y_field: str, tolerance: float) -> dict[str, float | None]:
    """None where there is no figure."""
    pairs = [(r[x_field], r[y_field]) for r in rows if is_score(r.get(x_field)) and is_score(r.get(y_field))]
    pairs = [(float(x), float(y)) for x, y in pairs]
    x, y = (np.array(column, dtype=float) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    n = len(x)
    found: dict[str, float | None] = dict.fromkeys(
        ("kappa", "srcc", "plcc", "icc", "ccc", "bias", "loa_low", "loa_high", "within")
    )
    found["pairs"] = n
    if n:
        found["bias"] = float(np.mean(y - x))
        found["within"] = float(np.mean(np.round(np.abs(y - x), 6) <= tolerance))
    if n >= 2:
        deviation = float(np.std(y - x, ddof=1))
        found["loa_low"] = found["bias"] - 1.96 * deviation  # type: ignore[operator]
        found["loa_high"] = found["bias"] + 1.96 * deviation  # type: ignore[operator]
    if n >= 3 and np.ptp(np.concatenate([x, y])) > 0:
        whole = [np.floor(v + 0.5).astype(int) for v in (x, y)]
        if np.ptp(np.concatenate(whole)) > 0:
            found["kappa"] = cohen_kappa_score(*whole, labels=list(range(10, 51)), weights="quadratic")
        cov = np.cov(x, y, bias=True)
        found["ccc"] = 2 * cov[0, 1] / (cov[0, 0] + cov[1, 1] + (x.mean() - y.mean()) ** 2)
        found["icc"] = icc(x, y)
    if n >= 3 and np.ptp(x) > 0 and np.ptp(y) > 0:
        found["srcc"] = float(stats.spearmanr(x, y).statistic)
        found["plcc"] = float(stats.pearsonr(x, y).statistic)
    return found


def icc(x: FloatArray, y: FloatArray) -> float | None:
    frame = pd.DataFrame(
        {"video": np.tile(np.arange(len(x)), 2), "rater": np.repeat(["x", "y"], len(x)), "score": np.r_[x, y]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = pingouin.intraclass_corr(frame, targets="video", raters="rater", ratings="score")
    value = float(table.loc[table["Type"].isin(["ICC2", "ICC(A,1)"]), "ICC"].iloc[0])
    return value if math.isfinite(value) else None


def complaints(rows: list[dict[str, Any]], live: datetime.date) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    n, k = {}, {}
    for name, part in (
        ("before", [r for r in rows if r["date"] < live]),
        ("after", [r for r in rows if r["date"] >= live]),
    ):
        n[name] = sum(number(r["videos"]) if is_amount(r.get("videos")) else 1 for r in part)
        k[name] = sum(number(r.get("complaints")) for r in part)
        found[f"rate_{name}"] = k[name] / n[name] if n[name] else None
    found["videos"] = n["after"]
    keys = (
        "difference",
        "difference_low",
        "difference_high",
        "reduction",
        "reduction_low",
        "reduction_high",
        "avoided",
    )
    found.update(dict.fromkeys(keys))
    found["change"] = 0
    if not (n["before"] and n["after"]):
        return found
    found["difference"] = k["before"] / n["before"] - k["after"] / n["after"]
    found["avoided"] = k["before"] / n["before"] * n["after"] - k["after"]
    if k["before"]:
        found["reduction"] = 1 - (k["after"] / n["after"]) / (k["before"] / n["before"])
    # an interval is one of shares
    if k["before"] <= n["before"] and k["after"] <= n["after"]:
        low, high = confint_proportions_2indep(
            k["before"], n["before"], k["after"], n["after"], method="newcomb", compare="diff"
        )
        found["difference_low"], found["difference_high"] = low, high
        found["change"] = 1 if low > 0 else -1 if high < 0 else 0
        if k["before"] and k["after"] and not (k["after"] == n["after"] and k["before"] == n["before"]):
            low, high = confint_proportions_2indep(
                k["after"], n["after"], k["before"], n["before"], method="log", compare="ratio"
            )
            found["reduction_low"], found["reduction_high"] = 1 - high, 1 - low
    return found


def triage(rows: list[dict[str, Any]], s: dict[str, Any]) -> dict[str, float | None]:
    """Of rows since AI is in use. Reviewed is what the AI scored, whether people did or not; escapes are known of
    the videos that people scored, and counted up by the share of either side that they scored."""
    keys = ("review", "escape", "escape_all", "precision", "recall", "cost_chosen", "best_threshold", "cost_best")
    found: dict[str, float | None] = dict.fromkeys(keys)
    scored = [r for r in rows if is_score(r.get("score"))]
    found["scored"] = len(scored)
    if not scored:
        return found
    sides = {True: [r for r in scored if r["score"] < s["threshold"]],
             False: [r for r in scored if r["score"] >= s["threshold"]]}  # fmt: skip
    seen = {side: [r for r in part if r["human"] is not None] for side, part in sides.items()}
    bad = {side: [r for r in part if r["human"] < s["defect"]] for side, part in seen.items()}
    found["review"] = len(sides[True]) / len(scored)
    if seen[True]:
        found["precision"] = len(bad[True]) / len(seen[True])
    if not any(seen.values()) or any(part and not seen[side] for side, part in sides.items()):
        return found
    every = bad[True] + bad[False]
    if every:
        truth = [1] * len(every)
        found["recall"] = recall_score(truth, [int(r["score"] < s["threshold"]) for r in every])
        found["escape"] = 1 - found["recall"]
    weight = {side: len(part) / len(seen[side]) if seen[side] else 0 for side, part in sides.items()}
    weighted = {side: weight[side] * len(part) for side, part in bad.items()}
    if every:
        found["escape_all"] = weighted[False] / sum(weighted.values())
    review = s["wage"] * s["minutes"] / 60
    costs = {}
    for t in range(10, 52):
        escaped = sum(weight[side] * sum(r["score"] >= t for r in part) for side, part in bad.items())
        reviewed = sum(r["score"] < t for r in scored)
        costs[t] = 100 * (reviewed * review + escaped * s["cost_escape"]) / len(scored)
    cheapest = min(costs.values())
    found["cost_best"] = cheapest
    found["best_threshold"] = next(t for t, cost in costs.items() if math.isclose(cost, cheapest))
    found["cost_chosen"] = costs[s["threshold"]]
    return found


def money(
    rows: list[dict[str, Any]], live: datetime.date, s: dict[str, Any], known: dict[str, float | None]
) -> dict[str, float | str | None]:
    after = [r for r in rows if r["date"] >= live]
    timed = [r for r in after if is_amount(r.get("before")) and is_amount(r.get("after"))]
    measured = sum(r["before"] - r["after"] for r in timed) / 60 if timed else None
    videos, review = known["videos"], known["review"]
    computed = None
    if videos and review is not None:
        computed = videos * (s["minutes"] - review * s["minutes"] - s["overhead"]) / 60
    hours = measured if measured is not None else computed
    found: dict[str, float | str | None] = {
        "hours_measured": measured, "hours_computed": computed, "hours": hours,
        "missed": sum(number(r.get("missed")) for r in after),
    }  # fmt: skip
    found |= dict.fromkeys(("running", "net", "net_sure", "net_month", "roi", "roi_all", "payback"))
    if not after:
        return found
    first = max(live, min(r["date"] for r in rows))
    months = ((max(r["date"] for r in rows) - first).days + 1) / (365.25 / 12)
    running = months * (s["compute"] + s["licence"] + s["upkeep"])
    net = (hours or 0) * s["wage"] + (known["avoided"] or 0) * s["cost_complaint"] - running
    net -= number(found["missed"]) * s["cost_escape"]
    found["net_sure"] = net - (known["avoided"] or 0) * s["cost_complaint"]
    found |= {"running": running, "net": net, "net_month": net / months, "roi": net / running}
    found["roi_all"] = (net - s["one_off"]) / (running + s["one_off"])
    found["payback"] = s["one_off"] / (net / months) if net > 0 else "never"
    return found


def drift(rows: list[dict[str, Any]], s: dict[str, Any]) -> dict[str, float | None]:
    found: dict[str, float | None] = {"psi": None, "psi_chance": None, "cusum": None}
    if not rows:
        return found
    first, last = min(r["date"] for r in rows), max(r["date"] for r in rows)
    end = s.get("reference_end") or first + datetime.timedelta(days=s["recent_days"] - 1)
    recent_from = max(last - datetime.timedelta(days=s["recent_days"] - 1), end + datetime.timedelta(days=1))
    scored = [r for r in rows if is_score(r.get("score"))]
    reference = np.array([r["score"] for r in scored if r["date"] <= end], dtype=float)
    recent = np.array([r["score"] for r in scored if r["date"] >= recent_from], dtype=float)
    if len(reference) and len(recent):
        edges = np.r_[-np.inf, np.percentile(reference, [20, 40, 60, 80]), np.inf]
        p, q = (
            np.array([np.mean((v > a) & (v <= b)) for a, b in itertools.pairwise(edges)]).clip(1e-4)
            for v in (reference, recent)
        )
        found["psi"] = float(np.sum((q - p) * np.log(q / p)))
        found["psi_chance"] = float(stats.chi2.ppf(0.95, 4) * (1 / len(reference) + 1 / len(recent)))
    pairs = [(r["date"], r["human"] - r["score"]) for r in scored if r["human"] is not None]
    base = np.array([d for date, d in pairs if date <= end], dtype=float)
    if len(base) >= 2 and np.std(base, ddof=1) > 1e-9:
        up = down = top = 0.0
        monday = first - datetime.timedelta(days=first.weekday())
        monday = max(monday, last - datetime.timedelta(days=last.weekday() + 7 * (WEEKS - 1)))
        for _ in range(WEEKS):
            week = np.array([d for date, d in pairs if 0 <= (date - monday).days < 7], dtype=float)
            if len(week):
                se = np.std(base, ddof=1) * math.sqrt(1 / len(week) + 1 / len(base))
                z = (week.mean() - base.mean()) / se
                up, down = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5)
                top = max(top, up, down)
            monday += datetime.timedelta(days=7)
        found["cusum"] = top
    return found


def figures(rows: list[dict[str, Any]], settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Those of AI and people (and all others), and those among people."""
    s = DEFAULTS | settings
    counted = in_labels([r for r in rows if in_period(r, settings)], s)
    live = settings.get("live", settings.get("start", datetime.date.min))
    found: dict[str, Any] = dict(agreement(counted, "human", "score", s["tolerance"]))
    people = agreement(counted, "human", "second", s["tolerance"])
    found |= complaints(counted, live)
    found |= triage([r for r in counted if r["date"] >= live], s)
    found |= money(counted, live, s, found)
    found |= drift(counted, s)
    return found, people
