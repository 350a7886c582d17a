"""Lists that are Excel tables: the scores join the table, so that sorting and filtering move them along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.workbooks.makers import changed, make_rating, members, rewrite, values
from tests.workbooks.package_rules import problems
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

HEADERS = [heading(field) for field in FIELDS]


def table_workbook(path: Path, *, count: int = 5, beside: str | None = None, **options: Any) -> Path:
    """A table with its header in B3; ``beside`` is written to the right of its third row."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("List")
    data = [[n, f"clips/動画 {n}.mp4"] for n in range(1, count + 1)]
    columns = [{"header": "No.", "total_string": "Total"}, {"header": "動画", "total_function": "count"}]
    total = 1 if options.get("total_row") else 0
    shift = 1 if options.get("header_row", True) else 0
    table = {"data": data, "columns": columns, "name": "Videos", **options}
    sheet.add_table(2, 1, 2 + shift + count - 1 + total, 2, table)
    if beside:
        sheet.write(4, 3, beside)
    report = book.add_worksheet("Report")
    report.write_formula("A1", "=SUM(Videos[No.])", None, 15)
    book.close()
    return path


def score(path: Path, mean: float = 33.0) -> None:
    plan = plan_workbook(path)
    WorkbookScores(plan).write({row.row: make_rating(mean) for row in plan.rows})


def table_of(path: Path) -> Any:
    return next(iter(openpyxl.load_workbook(path)["List"].tables.values()))


def test_the_table_grows(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx")
    before = members(path)
    score(path)
    assert problems(path) == []
    table = table_of(path)
    assert table.ref == table.autoFilter.ref == "B3:I8"
    assert [column.name for column in table.tableColumns] == ["No.", "動画", *HEADERS]
    assert values(path)[2][1:] == ["No.", "動画", *HEADERS]
    assert [row[3] for row in values(path)[3:]] == [33] * 5
    assert changed(before, members(path)) == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/tables/table1.xml",
    }


def test_it_grows_once(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx")
    score(path)
    once = members(path)
    assert plan_workbook(path).pending() == []
    score(path, 20)
    assert changed(once, members(path)) <= {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert table_of(path).ref == "B3:I8"
    assert problems(path) == []


def test_the_totals_row_is_no_video(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx", total_row=True)
    assert [row.row for row in plan_workbook(path).rows] == [4, 5, 6, 7, 8]
    score(path)
    assert problems(path) == []
    table = table_of(path)
    assert (table.ref, table.autoFilter.ref, table.totalsRowCount) == ("B3:I9", "B3:I8", 1)


def test_a_table_without_filter_buttons(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx", autofilter=False)
    score(path)
    assert problems(path) == []
    assert (table_of(path).ref, table_of(path).autoFilter) == ("B3:I8", None)


def test_a_table_without_a_header_row(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx", header_row=False, autofilter=False)
    assert [row.row for row in plan_workbook(path).rows] == [3, 4, 5, 6, 7]
    score(path)
    assert problems(path) == []
    assert [column.name for column in table_of(path).tableColumns][2:] == HEADERS
    assert plan_workbook(path).pending() == []
    score(path, 20)
    assert len(table_of(path).tableColumns) == 8


def test_something_beside_the_table_keeps_it_as_it_is(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx", beside="my note")
    before = members(path)["xl/tables/table1.xml"]
    plan = plan_workbook(path)
    assert [note.code for note in plan.notes] == ["note_outside_table"]
    assert "Videos" in plan.notes[0].message("ja")
    score(path)
    assert problems(path) == []
    assert members(path)["xl/tables/table1.xml"] == before
    rows = values(path)
    assert rows[4][3] == "my note"
    assert rows[2][4:] == HEADERS


def test_a_table_filled_by_a_query_keeps_its_columns(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx")
    name, bound = b' displayName="Videos"', b' displayName="Videos" tableType="queryTable"'
    rewrite(path, lambda member, data: data.replace(name, bound))
    score(path)
    assert table_of(path).ref == "B3:C8"
    # a column apart, or Excel would take them in at the next typing beside the table
    assert values(path)[2][3:] == [None, *HEADERS]


def test_a_users_column_of_the_same_name_is_left_alone(folder: Path) -> None:
    path = table_workbook(folder / "list.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["List"]
    table = sheet.tables["Videos"]
    table.ref = table.autoFilter.ref = "B3:D8"
    table.tableColumns.append(openpyxl.worksheet.table.TableColumn(id=3, name="VQA score"))
    sheet["D3"] = "VQA score"
    for row in range(4, 9):
        sheet[f"D{row}"] = f"=VQA_SCORE(C{row})"
    book.save(path)
    score(path)
    assert problems(path) == []
    names = [column.name for column in table_of(path).tableColumns]
    # the whole set is numbered: of two sets on a sheet it is the later one
    assert names == ["No.", "動画", "VQA score", *(heading(field, number=2) for field in FIELDS)]
    assert values(path)[3][3] == "=VQA_SCORE(C4)"
    assert plan_workbook(path).score_columns["score"] == "E"
    assert plan_workbook(path).pending() == []


@pytest.mark.parametrize("count", [1, 300])
def test_rows_below_the_table_are_rated_too(folder: Path, count: int) -> None:
    path = table_workbook(folder / "list.xlsx", count=count)
    book = openpyxl.load_workbook(path)
    book["List"].cell(3 + count + 2, 3, "clips/動画 9.mp4")
    book.save(path)
    assert [row.row for row in plan_workbook(path).rows] == [*range(4, 4 + count), 5 + count]
    score(path)
    assert problems(path) == []
    assert table_of(path).ref == f"B3:I{3 + count}"
