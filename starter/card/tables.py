"""The tables of the starter's card, each from the dictionary of one evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any, Final

from starter.card.invariance import movement, summary

ENOUGH: Final = 0.6
"""The SRCC within a defect that is aimed at."""
ENOUGH_UNSEEN: Final = 0.65
"""The same for a defect that was never taught."""

SPLITS: Final = ("test", "unseen", "validation")
SUMMARY_SPLITS: Final = ("test", "unseen", "long", "validation")
NAMES: Final = {
    "test": "unseen contents",
    "unseen": "unseen sources",
    "long": "long videos of both",
    "validation": "validation",
}
RATERS: Final = {
    "starter": "**starter**",
    "before": "the starter before",
    "brisque": "BRISQUE, taught here",
    "niqe": "NIQE, fitted here",
    "vmaf": "VMAF, sees the reference",
}
_SUMMARY: Final = (
    ("clips", "n", "d", ""),
    ("contents", "contents", "d", ""),
    ("SRCC", "srcc", ".3f", "0.85"),
    ("95% interval", "srcc_ci95", "interval", ""),
    ("PLCC", "plcc", ".3f", ""),
    ("95% interval", "plcc_ci95", "interval", ""),
    ("RMSE, in MOS", "rmse", ".3f", ""),
    ("95% interval", "rmse_ci95", "interval", ""),
    ("RMSE of always answering the mean", "rmse_of_constant", ".3f", ""),
    ("score within 0.5 MOS", "within_half_mos", "share", ""),
    ("clean copy above its degraded copy", "clean_above", "share", "95%"),
    ("the same, severe damage", "clean_above_severe", "share", "99%"),
    ("two severities of one defect in order", "severity_order", "share", "95%"),
    ("mean score of clean clips", "mean_clean", ".2f", ""),
    ("mean score of severe damage", "mean_severe", ".2f", ""),
    ("highest off-digit mass", "off_digit_mass_max", ".1e", ""),
)

Evaluation = Mapping[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; "None." where there is no row."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines]) if lines else "None."


def share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"


def number(value: float | None, form: str = ".2f") -> str:
    return "n/a" if value is None else format(value, form)


def interval(limits: Sequence[float] | None, form: str = ".2f") -> str:
    return "n/a" if limits is None else f"{limits[0]:{form}} to {limits[1]:{form}}"


def summary_table(evaluation: Evaluation) -> str:
    """The main figures of every split, beside their targets."""
    rows = []
    for title, key, form, target in _SUMMARY:
        values = [evaluation.get(split, {}).get(key) for split in SUMMARY_SPLITS]
        rows.append([title, *(_cell(value, form) for value in values), target])
    return table(["", *(NAMES[split] for split in SUMMARY_SPLITS), "target"], rows)


_BEFORE: Final = (
    ("SRCC", "srcc", ".3f"),
    ("RMSE, in MOS", "rmse", ".3f"),
    ("clean copy above its degraded copy", "clean_above", "share"),
    ("the same, severe damage", "clean_above_severe", "share"),
    ("two severities of one defect in order", "severity_order", "share"),
    ("mean score of clean clips", "mean_clean", ".2f"),
    ("calibration error, MOS", "calibration_error", ".2f"),
)


def before_table(evaluation: Evaluation) -> str:
    """The starter before and this one on the same clips, by split, then what other forms move."""
    then = evaluation["before"]
    splits = [split for split in SUMMARY_SPLITS if split in then and split in evaluation]
    rows = []
    for title, key, form in _BEFORE:
        sides = [[_cell(one[split].get(key), form) for one in (then, evaluation)] for split in splits]
        rows.append([title, *(value for pair in sides for value in pair)])
    for one in summary(then.get("invariance", [])):
        now = next((row for row in summary(evaluation["invariance"]) if row["axis"] == one["axis"]), None)
        if now is not None:
            moved = f"another {one['axis']}: mean movement, MOS", f"{one['mean']:.2f}", f"{now['mean']:.2f}"
            rows.append([*moved, *[""] * (2 * len(splits) - 2)])
    return table(["", *(f"{NAMES[s]}, {side}" for s in splits for side in ("before", "now"))], rows)


def _cell(value: Any, form: str) -> str:
    return share(value) if form == "share" else interval(value) if form == "interval" else number(value, form)


def baselines_table(evaluation: Evaluation) -> str:
    """Every rater on the same clips; VMAF on those that it was computed for."""
    rows = []
    for split in SPLITS[:2]:
        parts = evaluation["baselines"]["splits"].get(split, {})
        for part, note in (("all", ""), ("with_vmaf_table", ", label not from VMAF")):
            for rater, row in parts.get(part, {}).items():
                rows.append(_rater_row(NAMES[split] + note, rater, row))
        if "vmaf" in parts.get("with_vmaf", {}):
            rows.append(_rater_row(f"{NAMES[split]}, all with VMAF", "vmaf", parts["with_vmaf"]["vmaf"]))
    head = ("clips of", "rater", "clips", "SRCC", "95% interval", "starter's SRCC minus this", "clean above")
    return table([*head, "severe", "in order"], rows)


def _rater_row(clips: str, rater: str, row: Mapping[str, Any]) -> list[str]:
    shares = (share(row[key]) for key in ("clean_above", "clean_above_severe", "severity_order"))
    difference = "" if rater == "starter" else interval(row["starter_minus"])
    figures = number(row["srcc"], ".3f"), interval(row["srcc_ci95"]), difference
    return [clips, RATERS[rater], f"{row['n']}", *figures, *shares]


def defects_table(evaluation: Evaluation, key: str = "by_defect") -> str:
    """Per defect, over unseen contents and sources together, the best on top; ``key`` names which defects."""
    splits = evaluation.get("baselines", {}).get("splits", {})
    rivals = splits.get("held_out", {}).get("all", {})
    rows = []
    for name, row in _ordered(evaluation, key):
        others = [number(rivals.get(rater, {}).get("by_defect", {}).get(name)) for rater in ("brisque", "niqe")]
        above = [share(evaluation.get(s, {}).get(key, {}).get(name, {}).get("clean_above")) for s in SPLITS[:2]]
        own = f"{row['n']}", number(row["srcc"]), interval(row["srcc_ci95"])
        rows.append([name, *own, *others, *above, row["label"]])
    head = ("defect", "clips", "SRCC within the defect", "95% interval", "BRISQUE's", "NIQE's")
    return table([*head, "clean copy above", "the same, unseen sources", "label from"], rows)


def _ordered(evaluation: Evaluation, key: str) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(held_out(evaluation).get(key, {}).items(), key=lambda item: -item[1]["srcc"])


def held_out(evaluation: Evaluation) -> Evaluation:
    """Unseen contents and sources together; only the former where there are no others."""
    found: Evaluation = evaluation.get("held_out", evaluation["test"])
    return found


def missed(evaluation: Evaluation, key: str, enough: float) -> str:
    """A sentence: which of the defects stay below ``enough``."""
    below = [name for name, row in _ordered(evaluation, key) if row["srcc"] < enough]
    return f"Below it: {', '.join(below)}." if below else "All reach it."


def seeds_table(seeds: Sequence[Mapping[str, Any]]) -> str:
    """One row per seed, then mean and standard deviation of each column."""
    columns: dict[str, list[float | None]] = {"validation SRCC": [one.get("validation_srcc") for one in seeds]}
    for split in SPLITS[:2]:
        for title, key in (("SRCC", "srcc"), ("clean above", "clean_above")):
            columns[f"{NAMES[split]}, {title}"] = [one.get(split, {}).get(key) for one in seeds]
    rows = [
        [str(one["seed"]), *(number(values[i], ".3f") for values in columns.values())]
        for i, one in enumerate(seeds)
    ]
    rows.append(["mean ± SD", *(_spread(values) for values in columns.values())])
    return table(["seed", *columns], rows)


def _spread(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "n/a"
    return f"{fmean(known):.3f} ± {stdev(known) if len(known) > 1 else 0.0:.3f}"


def calibration_table(row: Evaluation) -> str:
    return table(
        ["score from", "clips", "mean score", "mean pseudo-MOS"],
        ([f"{b['low']:.1f}", f"{b['n']}", f"{b['predicted']:.2f}", f"{b['mos']:.2f}"] for b in row["calibration"]),
    )


def honesty_table(evaluation: Evaluation) -> str:
    """Calibration of every split in one line each."""
    rows = []
    for split in SPLITS:
        row = evaluation.get(split, {})
        if "coverage" not in row:
            continue
        line = row["calibration_line"]
        inside = (f"{share(c['share'])} ({c['width']:.1f} labels)" for c in row["coverage"].values())
        numbers = number(row["calibration_error"]), number(line["slope"]), number(line["intercept"])
        rows.append([NAMES[split], *numbers, *inside])
    names = [f"in its {float(name):.0%} interval" for name in evaluation["test"].get("coverage", {})]
    return table(["", "calibration error, MOS", "slope", "intercept", *names], rows)


def movement_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Per kind of change how far scores move."""
    return table(
        ["what changes", "forms", "mean movement, MOS", "largest", "where"],
        (
            [one["axis"], ", ".join(one["forms"]), f"{one['mean']:.2f}", f"{one['largest']:.2f}", one["where"]]
            for one in summary(rows)
        ),
    )


def forms_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every score of every form."""
    return table(
        ["what changes", "content", "copy", "MOS", "moves by"],
        (
            [
                row["axis"],
                row["content"],
                row["copy"],
                ", ".join(f"{name} {mos:.2f}" for name, mos in row["mos"].items()),
                f"{movement(row['mos']):.2f}",
            ]
            for row in rows
        ),
    )


def people_table(by_rater: Mapping[str, Mapping[str, Any]]) -> str:
    """Every rater's cells against people's means."""
    rows = []
    for rater, row in by_rater.items():
        # NIQE's scale is its own
        mos = rater != "niqe"
        rows.append(
            [
                RATERS[rater],
                number(row["srcc"]),
                number(row["plcc"]) if mos else "n/a",
                number(row["rmse"]) if mos else "n/a",
                number(row["clip_srcc"]),
                number(row["label_srcc"]),
                f"{row['above']:+.2f} ({row['above_of']})" if mos else "n/a",
                *(share(row[name]) for name in ("clean_above", "clean_above_severe", "severity_order")),
            ]
        )
    head = [
        "",
        "SRCC",
        "PLCC",
        "RMSE, MOS",
        "SRCC of single clips",
        "with moved means",
        "most above people at level 5",
    ]
    return table([*head, "clean above", "severe", "in order"], rows)


def named_table(row: Mapping[str, Any]) -> str:
    """How often the right attribute is the lowest, per defect, the worst first."""
    rows = sorted(row["by_defect"].items(), key=lambda item: (item[1]["share"], item[0]))
    return table(
        ("severe defect", "clips", "right attribute named", "else named"),
        [
            (
                defect,
                str(one["n"]),
                share(one["share"]),
                ", ".join(f"{name} {count}" for name, count in one["instead"].items()) or "-",
            )
            for defect, one in rows
        ],
    )


def clean_attributes_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """The labels that clean copies get."""
    return table(
        ("attribute", "mean label of clean clips", "lowest"),
        [(name, number(one["mean"], ".1f"), number(one["lowest"], ".1f")) for name, one in rows.items()],
    )


def cells_table(by_rater: Mapping[str, Mapping[str, Any]]) -> str:
    """Per defect people's means at its levels, the starter's, and the starter's before where they are known."""
    before = by_rater.get("before", {}).get("by_defect", {})
    rows = []
    for name, row in by_rater["starter"]["by_defect"].items():
        then = before.get(name)
        rows.append(
            [
                name,
                *(_levels(values) for values in (row["people"], row["score"], then["score"] if then else [])),
                number(row["srcc"]),
                number(then["srcc"] if then else None),
            ]
        )
    head = ["defect", "people, levels 1 to 5", "starter", "the starter before", "SRCC of its clips", "before"]
    return table(head, rows)


def _levels(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values) or "n/a"


def purpose_table(by_rater: Mapping[str, Mapping[str, Any]]) -> str:
    """Mean label of clean clips by what is done on purpose, then what damage does on top."""
    shown = {rater: row for rater, row in by_rater.items() if rater in {"starter", "before"}}
    looks = by_rater["starter"]["looks"]
    rows = [[name, *(number(row["looks"].get(name), ".0f") for row in shown.values())] for name in looks]
    rows.append(["looks within 4 labels of the plain view", *(share(row["near"]) for row in shown.values())])
    rows.append(["defects of time on fast movement, below clean", *(share(row["time"]) for row in shown.values())])
    rows.append(
        [
            "noise, sharpening, blur on dark and soft scenes, below",
            *(share(row["noise"]) for row in shown.values()),
        ]
    )
    return table(["on purpose", *(RATERS[rater] for rater in shown)], rows)


ORIGINS: Final = {
    "people": "people's means of that defect and level",
    "vmaf": "VMAF, through what people said of films",
    "table": "a table of this project (time, and what nobody was asked)",
}


def origins_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Agreement with the labels by who gave them."""
    return table(
        ["label from", "held-out clips", "SRCC", "RMSE, MOS"],
        (
            [title, f"{rows[name]['n']}", number(rows[name]["srcc"]), number(rows[name]["rmse"])]
            for name, title in ORIGINS.items()
            if name in rows
        ),
    )


def severities_table(evaluation: Evaluation) -> str:
    test, unseen = (evaluation.get(split, {}).get("clean_above_by_severity", {}) for split in SPLITS[:2])
    return table(
        ["severity", "clean copy above, unseen contents", "unseen sources"],
        ([name, share(test.get(name)), share(unseen.get(name))] for name in sorted({*test, *unseen}, key=float)),
    )


def sources_table(evaluation: Evaluation) -> str:
    rows = []
    for split, note in (("test", ""), ("unseen", " (unseen source)")):
        for name, row in sorted(evaluation.get(split, {}).get("by_source", {}).items()):
            rows.append([f"{name}{note}", f"{row['n']}", number(row["srcc"])])
    return table(["source", "clips", "SRCC"], rows)


def slices_table(evaluation: Evaluation, key: str, title: str) -> str:
    """SRCC by size or frame rate, over unseen contents and sources together, from small to large."""
    rows = sorted(held_out(evaluation).get(key, {}).items(), key=lambda item: _size(item[0]))
    return table([title, "clips", "SRCC"], ([name, f"{row['n']}", number(row["srcc"])] for name, row in rows))


def _size(name: str) -> float:
    width, _, height = name.partition("x")
    return float(width) * float(height or 1)
