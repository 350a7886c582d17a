"""Writes down what ``xl-vqa monitor`` finds in the sample of the KPI tracker, for the page that ships with it.

Part of ``make templates``. The templates are built below the room that watches, so they read a file.
"""

from __future__ import annotations

import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

from xl_vqa.monitoring.reference import reference_of, split
from xl_vqa.monitoring.tracker import read_tracker
from xl_vqa.monitoring.tracker_page import contents
from xl_vqa.monitoring.watch import watch
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.kpi_sample import MONITOR_FILE, SETTINGS, sample_rows

# the evening of the sample's last day
_MADE = datetime.datetime(2026, 5, 22, 18, 0)


def found(language: str) -> dict[str, Any]:
    """The cells of every area of kpi_monitor_data.AREAS, of the sample in ``language``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kpi.xlsx"
        path.write_bytes(build_kpi(language, rows=sample_rows(language), settings=SETTINGS))
        tracker = read_tracker(path, Path(folder) / "no store")
    before, current = split(tracker.records, tracker.since)
    cells = contents(watch(reference_of(before), current), tracker.records, language, _MADE)
    return cells | {name: [[value]] for name, value in tracker.facts.items()}


def main() -> None:
    """Numbers to 12 digits: processors differ behind them."""

    def short(cell: Any) -> Any:
        return float(f"{cell:.12g}") if isinstance(cell, float) else cell

    whole = {
        language: {name: [[short(cell) for cell in row] for row in rows] for name, rows in found(language).items()}
        for language in LANGUAGES
    }
    MONITOR_FILE.write_text(json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
