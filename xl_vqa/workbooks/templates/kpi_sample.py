"""Invented entries for the KPI tracker's sample: twenty weeks of checks, AI in use from the seventh on."""

from __future__ import annotations

import datetime
import json
import random
from pathlib import Path
from typing import Any, Final

START: Final = datetime.date(2026, 1, 5)
LIVE: Final = datetime.date(2026, 2, 16)
SETTINGS: Final[dict[str, Any]] = {"live": LIVE, "wage": 3200, "cost_complaint": 8000, "one_off": 1200000}
MONITOR_FILE: Final = Path(__file__).with_name("kpi_sample_monitor.json")
_WEEKS: Final = 20


def sample_rows(language: str) -> list[dict[str, Any]]:
    """Rows of the log, the same ones every time. The AI scores as people do but for noise, a little kindly."""
    source = random.Random(11)
    names = (
        ("出荷検査", "製品紹介", "研修", "広告")
        if language == "ja"
        else ("shipping", "product", "training", "advert")
    )
    rows: list[dict[str, Any]] = []
    for week in range(_WEEKS):
        for day in range(5):
            date = START + datetime.timedelta(days=7 * week + day)
            live = date >= LIVE
            for number in range(4):
                truth = min(max(source.gauss(34, 8.5), 10), 50)
                row: dict[str, Any] = {
                    "date": date,
                    "video": f"D:/videos/{names[number]}_{date:%m%d}_{number + 1}.mp4",
                    "human": _label(truth + source.gauss(0, 2.5)),
                    "score": round(_label(truth + 0.6 + source.gauss(0, 3.0))),
                    "before": round(source.uniform(4, 7), 1),
                    "model": "sample",
                }
                if source.random() < 0.4:
                    row["second"] = _label(truth + source.gauss(0, 2.5))
                if live:
                    row["after"] = round(source.uniform(4.2, 7), 1) if row["score"] < 28 else 0.5
                rows.append(row)
            total = source.randint(30, 40)
            day_row: dict[str, Any] = {
                "date": date,
                "videos": total,
                "before": round(total * source.uniform(4.6, 5.4), 0),
                "complaints": sum(source.random() < (0.032 if live else 0.05) for _ in range(total)),
            }
            if live:
                day_row["after"] = round(day_row["before"] * source.uniform(0.28, 0.36), 0)
                day_row["missed"] = int(source.random() < 0.25)
            rows.append(day_row)
    return rows


def sample_monitor(language: str) -> dict[str, list[list[Any]]]:
    """What ``xl-vqa monitor`` finds in these rows (tools/make_sample_monitor.py writes it down)."""
    kept: dict[str, dict[str, list[list[Any]]]] = json.loads(MONITOR_FILE.read_text(encoding="utf-8"))
    return kept[language]


def _label(value: float) -> float:
    return round(min(max(value, 10.0), 50.0), 1)
