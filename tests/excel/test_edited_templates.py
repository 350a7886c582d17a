"""Workbooks in use: rows inserted below the header and deleted count as people expect, in LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel.office import Office
from xl_vqa.workbooks.templates import kpi_log, label, label_rater, score
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.label import build_label
from xl_vqa.workbooks.templates.score import build_score

pytestmark = pytest.mark.slow
DAY = 46_100.0


@pytest.fixture
def opened(soffice: Office, tmp_path: Path) -> Iterator[Any]:
    documents = []

    def read(content: bytes) -> Any:
        path = tmp_path / f"{len(documents)}.xlsx"
        path.write_bytes(content)
        documents.append(soffice.open(path.as_uri()))
        return documents[-1]

    yield read
    for document in documents:
        document.close(False)


def named(document: Any, name: str) -> Any:
    """The cell that the workbook calls so."""
    area = document.NamedRanges.getByName(name).getReferredCells()
    return area.getCellByPosition(0, 0)


def test_a_tracker_counts_rows_inserted_below_its_header_and_survives_their_deletion(opened: Any) -> None:
    """A row put in at the top of the log stood above every range: all figures left it out, and nothing said so."""
    document = opened(build_kpi("en"))
    log = document.Sheets.getByName("Log")
    log.Rows.insertByIndex(kpi_log.FIRST, 3)
    for row, human in enumerate((20, 30, 40), kpi_log.FIRST):
        for field, value in (("date", DAY + row), ("human", human), ("score", human + 2)):
            log.getCellByPosition(kpi_log.FIELDS.index(field), row).Value = value
    document.calculateAll()
    assert [named(document, f"k_{key}").Value for key in ("entries", "pairs", "bias", "undated")] == [3, 3, 2, 0]
    log.Rows.removeByIndex(kpi_log.FIRST, kpi_log.ROWS + 3)
    log.getCellByPosition(kpi_log.FIELDS.index("human"), kpi_log.FIRST).Value = 30
    document.calculateAll()
    assert named(document, "k_srcc").String == "–"
    # nothing is left for figures to look at, and the log says so
    assert named(document, "k_beyond").Value == 1
    assert f"row {kpi_log.FIRST} " in named(document, "k_problems").String


def test_settings_that_hold_text_are_named(opened: Any) -> None:
    """A first day pasted as text left the period open."""
    document = opened(build_kpi("ja", settings={"start": "2026/4/1", "threshold": "２８"}))
    document.calculateAll()
    assert "2 個" in named(document, "k_problems").String


def test_a_score_sheet_counts_every_row_of_the_list(opened: Any) -> None:
    document = opened(build_score("en", rows=[{"video": "a.mp4", "score": 40, "confidence": 0.5}]))
    listed = document.Sheets.getByName("Scores")
    listed.Rows.insertByIndex(score.FIRST, 1)
    for row, field, value in (
        (score.FIRST, "score", 20),
        (score.FIRST, "video", "b.mp4"),
        (score.LAST + 500, "video", "c.mp4"),
        (score.LAST + 500, "error", "broken"),
    ):
        listed.getCellByPosition(score.FIELDS.index(field), row).Formula = value
    document.calculateAll()
    overview = document.Sheets.getByName("Overview")
    assert [overview.getCellByPosition(1, row).Value for row in range(5, 10)] == [3, 2, 1, 30, 30]


def test_a_labelling_workbook_shows_rows_inserted_below_its_header(
    opened: Any,
) -> None:
    """A video put in at the top of the list was shown to nobody, and a deleted row left #REF! behind."""
    document = opened(build_label("en", videos=[("a.mp4", "a"), ("b.mp4", "b"), ("c.mp4", "c")]))
    listed, labels, rater = (document.Sheets.getByName(name) for name in ("Videos", "Labels", "Rater 1"))
    closed, state = (listed.getCellByPosition(1, row) for row in (3, 5))
    listed.Rows.insertByIndex(label.FIRST, 1)
    listed.getCellByPosition(1, label.FIRST).String = "new.mp4"
    listed.Rows.removeByIndex(label.FIRST + 2, 1)
    listed.Rows.removeByIndex(label.FIRST + 100, 1)
    document.calculateAll()
    assert state.String == "3 listed: enter the number above"
    closed.Value = 3
    document.calculateAll()
    assert state.String == "closed"
    kept = ["new.mp4", "a.mp4", "c.mp4"]
    assert [labels.getCellByPosition(1, label.FIRST + row).String for row in range(4)] == [*kept, ""]
    assert [labels.getCellByPosition(2, label.FIRST + row).String for row in range(3)] == ["", "a", "c"]
    shown = [rater.getCellByPosition(1, label_rater.FIRST + row).String for row in range(4)]
    assert shown == [*(kept[slot - 1] for slot in label.order(1, 3, 3)), ""]
    last = label.FIRST + label.SLOTS - 1
    assert [labels.getCellByPosition(column, last).String for column in range(4)] == ["", "", "", ""]


def test_videos_below_those_that_a_labelling_workbook_takes_are_named(opened: Any) -> None:
    document = opened(build_label("ja", videos=[("a.mp4", ""), ("b.mp4", "")], closed=2))
    listed = document.Sheets.getByName("動画一覧")
    for row in (label.FIRST + label.SLOTS, label.FIRST + 5_000):
        listed.getCellByPosition(1, row).String = f"{row}.mp4"
    document.calculateAll()
    assert listed.getCellByPosition(1, 5).String == "200 本目より下の 2 本は対象外です:別のブックをお使いください"
