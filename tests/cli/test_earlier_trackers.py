"""Trackers of an earlier version: what people entered stays, is filled in, reported, and goes on in a new one."""

from __future__ import annotations

import datetime
import shutil
import warnings
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest

from tests.cli.conftest import Run
from tests.templates.conftest import need_soffice
from xl_vqa.words.errors import WorkbookTemplateError
from xl_vqa.workbooks.sheet_read import WorkbookFile
from xl_vqa.workbooks.templates.build import file_name, template_folder
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.kpi_log import FIRST
from xl_vqa.workbooks.templates.kpi_sample import SETTINGS, sample_rows
from xl_vqa.workbooks.templates.kpi_settings import TARGETS
from xl_vqa.workbooks.templates.kpi_take_over import is_earlier, read_entries
from xl_vqa.workbooks.templates.report_html import html_report

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
EARLIER = Path(__file__).parents[1] / "templates" / "earlier" / "kpi_ja_sample.xlsx"
"""As the version of November 2026 made it: no scale of people, 26 weeks, review rates of rows with both scores."""


def cells(path: Path) -> dict[tuple[str, str], Any]:
    """What stands in log and settings, but for the AI columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    return {
        (name, cell.coordinate): cell.value
        for name in ("記録", "設定")
        for row in book[name].iter_rows()
        for cell in row
        if cell.value is not None and not (name == "記録" and cell.column_letter in "FLM")
    }


def typed_into(path: Path, sheet: str, entered: dict[str, Any]) -> Path:
    """With what a person typed; openpyxl keeps names and cells, which is all that is read here."""
    book = openpyxl.load_workbook(path)
    for cell, value in entered.items():
        book[sheet][cell] = value
    book.save(path)
    return path


def same(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {k: v.date() if isinstance(v, datetime.datetime) else v for k, v in row.items() if v is not None}
        for row in rows
    ]


def test_update_keeps_what_stands_in_an_earlier_tracker(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "earlier.xlsx"
    shutil.copy(EARLIER, book)
    before = cells(book)
    done = run("workbook", "update", book)
    assert done.returncode == 1, done.stderr
    assert cells(book) == before
    assert "--from" in done.stderr


def test_entries_of_an_earlier_tracker_go_on_in_a_new_one(run: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.xlsx"
    done = run("workbook", "new", "kpi", "--from", EARLIER, "-o", new)
    assert done.returncode == 0, done.stderr
    assert "500" in done.stderr
    assert is_earlier(WorkbookFile(EARLIER))
    assert not is_earlier(WorkbookFile(new))
    for path in (EARLIER, new):
        entries = read_entries(path)
        assert entries.language == "ja"
        assert same(entries.rows) == same(sample_rows("ja"))
        assert {key: entries.settings[key] for key in ("wage", "cost_complaint", "one_off")} == {
            key: SETTINGS[key] for key in ("wage", "cost_complaint", "one_off")
        }
        assert (entries.settings["people_worst"], entries.settings["people_best"]) == (10, 50)
        assert entries.settings["basis"] == "measured"
    assert run("workbook", "new", "label", "--from", EARLIER, "-o", tmp_path / "x.xlsx").returncode == 2


def test_entries_are_found_wherever_they_were_moved(tmp_path: Path) -> None:
    settings = {
        "people_worst": 5, "people_best": 1, "basis": "computed", "currency": "EUR", "target_kappa": 0.7,
        "limit_kappa": 0.5, "start": datetime.date(2026, 1, 1),
    }  # fmt: skip
    rows = [{"date": datetime.date(2026, 1, 5), "human": 2, "remark": "mine"}, {}, {"video": "a.mp4", "score": 31}]
    path = tmp_path / "k.xlsx"
    path.write_bytes(build_kpi("en", rows=rows, settings=settings))
    entries = read_entries(typed_into(path, "Log", {f"D{FIRST + 4}": 3.5}))
    assert same(entries.rows) == [*rows, {"human": 3.5}]
    again = tmp_path / "again.xlsx"
    again.write_bytes(build_kpi("ja", rows=entries.rows, settings=entries.settings))
    assert read_entries(again).settings == entries.settings
    given = read_entries(again).settings
    assert {key: given[key] for key in settings if key != "start"} == {
        key: value for key, value in settings.items() if key != "start"
    }
    assert all(f"target_{key}" in given for key, *_ in TARGETS)
    with pytest.raises(WorkbookTemplateError):
        read_entries(template_folder() / file_name("score", "en", False))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_reports_are_made_of_earlier_trackers_too() -> None:
    need_soffice()
    page = lxml.html.fromstring(html_report(EARLIER, "ja", ""))
    assert len(page.xpath("//figure")) == 3
    assert "+41.9%" in page.text_content()
