"""Detection delay and false alarms of ``xl-vqa monitor``: seven simulated drifts, 200 seeds each.

A reference of 300 rows; then rows after a drift begins, looked at when 40, 80, 120 and 240 of them have come.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.table import print_table
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record
from xl_vqa.monitoring.reference import reference_of
from xl_vqa.monitoring.watch import watch

SEEDS: Final = 200
BEFORE: Final = 300
LOOKS: Final = (40, 80, 120, 240)

Values = dict[str, np.ndarray[Any, Any]]


def usual(generator: np.random.Generator, count: int) -> Values:
    """Scores (labels), people minus model (MOS), off-digit mass, failures, and videos
    outside the teaching, as they are without a drift."""
    return {
        "score": np.clip(10 + 40 * generator.beta(2.5, 2.0, count), 10, 50),
        "gap": generator.standard_t(6, count) * 0.35,
        "off": np.exp(generator.normal(-8, 1, count)),
        "failed": generator.random(count) < 0.01,
        "outside": generator.random(count) < 0.01,
    }


def _lower(values: Values, generator: np.random.Generator) -> None:
    values["score"] = np.clip(values["score"] - 4, 10, 50)


def _wider(values: Values, generator: np.random.Generator) -> None:
    values["score"] = np.clip(32 + 1.5 * (values["score"] - 32), 10, 50)


def _stricter(values: Values, generator: np.random.Generator) -> None:
    values["gap"] = values["gap"] - 0.4


def _ramp(values: Values, generator: np.random.Generator) -> None:
    values["gap"] = values["gap"] + np.linspace(0, 0.8, len(values["gap"]))


def _outside(values: Values, generator: np.random.Generator) -> None:
    values["off"] = values["off"] * np.where(generator.random(len(values["off"])) < 0.5, 10, 1)


def _failing(values: Values, generator: np.random.Generator) -> None:
    values["failed"] = generator.random(len(values["failed"])) < 0.1


def _strange(values: Values, generator: np.random.Generator) -> None:
    values["outside"] = generator.random(len(values["outside"])) < 0.1


DRIFTS: Final[dict[str, Callable[[Values, np.random.Generator], None] | None]] = {
    "none": None,
    "scores 4 labels lower": _lower,
    "scores spread 1.5 times as wide": _wider,
    "people 0.4 MOS stricter at once": _stricter,
    "people 0.8 MOS milder, by a ramp over 240 rows": _ramp,
    "off-digit mass 10 times as large for half of the rows": _outside,
    "10% of videos fail, before 1%": _failing,
    "10% of videos unlike the teaching, before 1%": _strange,
}


def records(values: Values) -> list[Record]:
    return [
        Record(f"r{k}", "m", "", float(score), None, float(off), float(gap), False, bool(outside))
        if not failed
        else Record(f"r{k}", "m", "", None, off_digits=float(off), failed=True)
        for k, (score, gap, off, failed, outside) in enumerate(
            zip(*(values[name] for name in ("score", "gap", "off", "failed", "outside")), strict=True)
        )
    ]  # fmt: skip


def first_alarm(drift: Callable[[Values, np.random.Generator], None] | None, seed: int) -> tuple[int | None, str]:
    """How many rows had come when something first alarmed, and what."""
    generator = np.random.default_rng(seed)
    reference = reference_of(records(usual(generator, BEFORE)))
    values = usual(generator, LOOKS[-1])
    if drift is not None:
        drift(values, generator)
    rows = records(values)
    for count in LOOKS:
        try:
            alarms = watch(reference, rows[:count]).alarms
        except MonitoringError:
            # too few of the rows have a score
            continue
        if alarms:
            return count, alarms[0].kind
    return None, ""


def main() -> None:
    table = []
    for name, drift in DRIFTS.items():
        found = [first_alarm(drift, seed) for seed in range(SEEDS)]
        delays = [count for count, _ in found if count is not None]
        by = [f"{sum(count is not None and count <= look for count, _ in found) / SEEDS:.1%}" for look in LOOKS]
        median = statistics.median(delays) if len(delays) * 2 >= SEEDS else None
        table.append([name, *by, "-" if median is None else f"{median:g}"])
    print_table(
        f"Share of {SEEDS} seeds that had alarmed after so many rows",
        ["drift", *(str(look) for look in LOOKS), "median delay, rows"],
        table,
    )


if __name__ == "__main__":
    main()
