"""The KPI tracker's log as the monitor reads it: its own scale, period and reference, and what the store adds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import VIEW, made_rating
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.tracker import is_tracker, read_tracker
from xl_vqa.workbooks.templates.kpi import build_kpi

DAY = datetime.date(2026, 3, 2)


def tracker(folder: Path, *rows: Mapping[str, Any], **settings: Any) -> Path:
    path = folder / "kpi.xlsx"
    path.write_bytes(build_kpi("ja", rows=[dict(row) for row in rows], settings=settings))
    return path


def row(day: int = 0, **values: Any) -> dict[str, Any]:
    date = DAY + datetime.timedelta(days=day)
    return {
        "date": date,
        "video": f"D:/v/north/{day}.mp4",
        "score": 30,
        "model": "m (a1b2c3-a1b2c3-a1b2c3)",
    } | values


@pytest.mark.parametrize(
    ("worst", "best", "people", "gap"), [(10, 50, 20, -1), (1, 5, 4, 1), (5, 1, 4, -1), (0, 100, 75, 1)]
)
def test_people_have_their_own_scale(tmp_path: Path, worst: int, best: int, people: float, gap: float) -> None:
    path = tracker(tmp_path, row(human=people), people_worst=worst, people_best=best)
    (found,) = read_tracker(path, tmp_path / "none").records.rows
    assert found.gap == pytest.approx(gap)
    assert (found.model, found.source, found.row) == ("m", "D:/v/north", "#7 D:/v/north/0.mp4")


def test_rows_that_fail_stand_for_a_day_or_lie_outside_the_period(tmp_path: Path) -> None:
    path = tracker(
        tmp_path,
        row(0),
        row(1, score=None, error="damaged"),
        row(2, score=None, model=None),
        row(3, video=None, score=None, model=None, videos=40),
        row(4, score=70),
        row(90),
        end=DAY + datetime.timedelta(days=30),
        reference_end=DAY,
    )
    found = read_tracker(path, tmp_path / "none")
    assert [one.failed for one in found.records.rows] == [False, True]
    assert found.records.unused == {"no_score": 2, "outside_period": 1}
    assert found.since is not None
    assert found.since.date() == DAY + datetime.timedelta(days=1)
    assert found.language == "ja"


def test_a_row_of_the_log_that_stands_twice_counts_once(tmp_path: Path) -> None:
    path = tracker(tmp_path, row(0, human=30), row(1), row(0, human=30), row(0, human=40), row(1, score=0))
    records = read_tracker(path, tmp_path / "none").records
    assert len(records.rows) == 3
    assert records.unused == {"repeated": 1, "no_score": 1}


def test_the_store_adds_what_the_log_has_no_column_for(tmp_path: Path) -> None:
    """To the row that the rating was written into: same video, model and label."""
    store = Store(tmp_path / "ratings.sqlite3")
    rating = replace(made_rating(), model="m", warnings=("warning_unlike_taught",))
    store.save([NewRating(rating, VIEW.key, "{}")])
    store.remember_file("D:/v/north/0.mp4", KnownFile("s", rating.video_fingerprint, True))
    store.close()
    path = tracker(tmp_path, row(0, score=rating.label), row(1), row(0, score=rating.label + 1))
    first, *others = read_tracker(path, tmp_path / "ratings.sqlite3").records.rows
    assert (first.off_digits, first.outside) == (rating.distribution.off_digit_mass, True)
    assert {(one.off_digits, one.outside) for one in others} == {(None, None)}


def test_a_column_beside_the_log_names_the_source(tmp_path: Path) -> None:
    import openpyxl

    path = tracker(tmp_path, row(0), row(1))
    book = openpyxl.load_workbook(path)
    sheet = book["記録"]
    sheet["N6"], sheet["N7"], sheet["N8"] = "店舗", "north", "south"
    book.save(path)
    assert [one.source for one in read_tracker(path, tmp_path, "店舗").records.rows] == ["north", "south"]
    with pytest.raises(MonitoringError, match="where"):
        read_tracker(path, tmp_path, "where")


def test_what_is_no_tracker(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("path,expected_label\n")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    (tmp_path / "c.xlsx").write_bytes(
        (Path(__file__).parents[2] / "workbook_templates/score_en.xlsx").read_bytes()
    )
    assert [is_tracker(tmp_path / name) for name in ("a.csv", "b.xlsx", "c.xlsx", "none.xlsx")] == [False] * 4
    assert is_tracker(tracker(tmp_path))
