"""Workbooks in use: rows inserted below the header and deleted count as people expect, in LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel.office import Office
from xl_vqa.workbooks.templates import kpi_log, score
from xl_vqa.workbooks.templates.kpi import build_kpi
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
