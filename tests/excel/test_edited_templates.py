"""Workbooks in use: rows inserted below the header and deleted count as people expect, in LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel.office import Office
from xl_vqa.datasets.errors import RatingsListChangedError, RatingsListReopenedError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale
from xl_vqa.workbooks.templates import kpi_log, label_list, label_order, label_rater, score
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
    listed.Rows.insertByIndex(label_list.FIRST, 1)
    listed.getCellByPosition(1, label_list.FIRST).String = "new.mp4"
    listed.Rows.removeByIndex(label_list.FIRST + 2, 1)
    listed.Rows.removeByIndex(label_list.FIRST + 100, 1)
    document.calculateAll()
    assert state.String.startswith("Row 9: this video has no number")
    assert state.String.endswith("Enter 2 in column A")
    listed.getCellByPosition(0, label_list.FIRST).Value = 2
    document.calculateAll()
    kept = ["a.mp4", "new.mp4", "c.mp4"]
    number = label_list.closing_number(kept, 3)
    assert state.String == f"3 listed: enter {number} above to close the list"
    closed.Value = number
    document.calculateAll()
    assert state.String == "closed"
    assert [labels.getCellByPosition(1, label_list.FIRST + row).String for row in range(4)] == [*kept, ""]
    assert [labels.getCellByPosition(2, label_list.FIRST + row).String for row in range(3)] == ["a", "", "c"]
    shown = [rater.getCellByPosition(1, label_rater.FIRST + row).String for row in range(4)]
    assert shown == [*(kept[slot - 1] for slot in label_order.order(1, 3, 3)), ""]
    last = label_list.FIRST + label_list.SLOTS - 1
    assert [labels.getCellByPosition(column, last).String for column in range(4)] == ["", "", "", ""]


def test_videos_below_those_that_a_labelling_workbook_takes_are_named(opened: Any) -> None:
    document = opened(build_label("ja", videos=[("a.mp4", ""), ("b.mp4", "")], closed=2))
    listed = document.Sheets.getByName("動画一覧")
    for row in (label_list.FIRST + label_list.SLOTS, label_list.FIRST + 5_000):
        listed.getCellByPosition(1, row).String = f"{row}.mp4"
    document.calculateAll()
    assert (
        listed.getCellByPosition(1, 5).String == "200 本の一覧より下の 2 本は対象外です:別のブックをお使いください"
    )


RATED = [("a.mp4", "a"), ("b.mp4", "b"), ("c 橋😀.mp4", "c"), ("d.mp4", "d"), ("e.mp4", "e")]


class Rated:
    """A workbook in which two people rated: each video has a score of its own, the later ones a better one."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.listed = document.Sheets.getByName("Videos")

    @property
    def labels(self) -> dict[str, float]:
        self.document.calculateAll()
        sheet = self.document.Sheets.getByName("Labels")
        rows = range(label_list.FIRST, label_list.FIRST + label_list.SLOTS)
        cells = [(sheet.getCellByPosition(1, row), sheet.getCellByPosition(4, row)) for row in rows]
        return {video.String: mos.Value for video, mos in cells if video.String}

    @property
    def warned(self) -> bool:
        """Whether the list, every rater's sheet and the labels say that it was changed; all do, or none."""
        sheets = self.document.Sheets
        cells = [sheets.getByName(f"Rater {n}").getCellByPosition(2, 3) for n in range(1, label_list.RATERS + 1)]
        told = {
            cell.String.startswith("Stop") for cell in (*cells, sheets.getByName("Labels").getCellByPosition(3, 0))
        }
        assert len(told) == 1
        return told.pop()

    @property
    def state(self) -> str:
        return str(self.listed.getCellByPosition(1, 5).String)

    def sort(self, first_column: int) -> None:
        """Downwards by the videos' names, the columns from ``first_column`` on."""
        from com.sun.star.beans import PropertyValue
        from com.sun.star.table import TableSortField

        area = self.listed.getCellRangeByPosition(first_column, label_list.FIRST, 2, label_list.FIRST + len(RATED))
        field = TableSortField()
        field.Field, field.IsAscending = 1 - first_column, False
        import uno

        fields, header = PropertyValue(), PropertyValue()
        fields.Name, fields.Value = "SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))
        header.Name, header.Value = "ContainsHeader", False
        uno.invoke(area, "sort", ((fields, header),))

    def saved(self, path: Path) -> Path:
        self.document.calculateAll()
        self.document.storeToURL(path.as_uri(), filters(path))
        return path


def filters(path: Path) -> tuple[Any, ...]:
    from com.sun.star.beans import PropertyValue

    chosen = PropertyValue()
    chosen.Name = "FilterName"
    chosen.Value = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8"}[path.suffix]
    return (chosen,)


@pytest.fixture
def rated(opened: Any) -> Rated:
    scores = [[1, 2, 3, 4, 5], [2, 2, 3, 4, 5]]
    book = Rated(opened(build_label("en", videos=RATED, closed=5, scores=scores)))
    assert book.labels == {"a.mp4": 1.5, "b.mp4": 2, "c 橋😀.mp4": 3, "d.mp4": 4, "e.mp4": 5}
    assert book.state == "closed"
    assert not book.warned
    return book


def test_scores_stay_with_their_videos_where_rows_are_put_in_and_sorted(rated: Rated, tmp_path: Path) -> None:
    """A row put in above the videos moved every score to another video, and nothing said so."""
    before = rated.labels
    rated.listed.Rows.insertByIndex(label_list.FIRST + 1, 1)
    assert rated.labels == before
    assert rated.state == "closed"
    rated.listed.getCellByPosition(1, label_list.FIRST + 1).String = "new.mp4"
    assert rated.labels == before
    assert not rated.warned
    assert rated.state.startswith("Row 10: ")
    assert rated.state.endswith("Enter 6 in column A")
    rated.listed.getCellByPosition(0, label_list.FIRST + 1).Value = 6
    assert rated.labels == {**before, "new.mp4": 0}
    assert rated.state == "closed"
    rated.sort(0)
    assert rated.listed.getCellByPosition(1, label_list.FIRST).String == "new.mp4"
    assert rated.labels == {**before, "new.mp4": 0}
    assert rated.state == "closed"
    found = read_ratings(rated.saved(tmp_path / "sorted.xlsx"), Scale())
    assert {row.video for row in found.rows} >= set(before)


def test_a_list_sorted_without_its_numbers_is_noticed_everywhere(rated: Rated, tmp_path: Path) -> None:
    rated.sort(1)
    assert rated.labels["e.mp4"] == 1.5
    assert rated.warned
    assert "no longer stand beside" in rated.state
    for name in ("sorted.xlsx", "sorted.ods"):
        with pytest.raises(RatingsListChangedError) as told:
            read_ratings(rated.saved(tmp_path / name), Scale())
        assert "rows 9 to 13" in told.value.message("en")
        assert "9~13 行目" in told.value.message("ja")
    # who says that it is right is believed
    rated.listed.getCellByPosition(1, 3).Value = told.value.params["number"]
    assert rated.labels
    assert rated.state == "closed"
    assert not rated.warned


def test_a_video_taken_out_leaves_the_others_scores_alone(rated: Rated) -> None:
    before = rated.labels
    rated.listed.Rows.removeByIndex(label_list.FIRST + 1, 1)
    assert rated.labels == {video: mos for video, mos in before.items() if video != "b.mp4"}
    assert rated.warned


def test_a_list_that_was_rated_is_not_closed_anew_unasked(rated: Rated, tmp_path: Path) -> None:
    rated.listed.getCellByPosition(1, 3).String = ""
    assert rated.labels
    assert rated.warned
    assert rated.state.startswith("People have rated already")
    with pytest.raises(RatingsListReopenedError):
        read_ratings(rated.saved(tmp_path / "open.xlsx"), Scale())
