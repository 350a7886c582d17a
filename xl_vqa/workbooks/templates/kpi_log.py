"""The log of the KPI tracker: one row per video or per day, typed by people; the AI columns are filled in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.columns import heading
from xl_vqa.workbooks.templates.base import INPUT, LINE, PALE, Template

ROWS: Final = 10_000
"""Rows that every figure looks at."""
FIRST: Final = 6
"""Row of the first entry, counted from 0."""
LAST: Final = FIRST + ROWS - 1
COLUMNS: Final = (
    # field, width, number format, who fills it
    ("date", 12, "yyyy-mm-dd", "person"),
    ("video", 36, "@", "person"),
    ("videos", 9, "0", "person"),
    ("human", 10, "0.0#", "person"),
    ("second", 10, "0.0#", "person"),
    ("score", 10, "0", "ai"),
    ("before", 11, "0.0", "person"),
    ("after", 11, "0.0", "person"),
    ("complaints", 12, "0", "person"),
    ("missed", 10, "0", "person"),
    ("remark", 24, "@", "person"),
    ("error", 30, "@", "ai"),
    ("model", 26, "@", "ai"),
)
FIELDS: Final = tuple(column[0] for column in COLUMNS)
NAMED: Final = ("date", "video", "videos", "human", "second", "score", "before", "after", "complaints", "missed")

SAYS: Final = ("date", "human", "second", "score", "before", "after")
"""Two rows of one video that agree in all of these are one row that stands twice."""


def add_log(book: Template, rows: Sequence[dict[str, Any]]) -> Worksheet:
    """``rows`` hold values by field; what is missing or None stays an empty cell."""
    sheet = book.sheet("log", note="log_note", last_column=len(COLUMNS) - 1)
    typed = book.boxed(bg_color=INPUT, bold=True, align="center", text_wrap=True)
    filled = book.boxed(bg_color="#DDE6F0", bold=True, align="center", text_wrap=True)
    sheet.merge_range(FIRST - 2, 0, FIRST - 2, 4, book.word("group_person"), typed)
    sheet.write_string(FIRST - 2, 5, book.word("group_ai"), filled)
    sheet.merge_range(FIRST - 2, 6, FIRST - 2, 10, book.word("group_day"), typed)
    sheet.merge_range(FIRST - 2, 11, FIRST - 2, 12, book.word("group_ai"), filled)
    sheet.set_row(FIRST - 2, 30)
    sheet.set_row(FIRST - 1, 48)
    for column, (field, width, number_format, who) in enumerate(COLUMNS):
        align = "left" if number_format == "@" else "center"
        form = book.format(
            num_format=number_format, align=align, font_color="#5F6B78" if who == "ai" else "#000000"
        )
        sheet.set_column(column, column, width, form)
        text = heading(field, book.language) if who == "ai" else book.word(f"log_{field}")
        sheet.write_string(FIRST - 1, column, text, book.header)
        if who == "person" and field != "remark":
            sheet.write_comment(
                FIRST - 1,
                column,
                book.word(f"help_{field}"),
                {"font_name": book.font, "x_scale": 2, "y_scale": 0.9},
            )
    for field in NAMED:
        # from the header on: a row inserted below it lies inside, and with every entry deleted something is left
        book.name(f"log_{field}", sheet, FIRST - 1, FIELDS.index(field), LAST)
    book.mark(sheet, FIRST - 1, FIELDS.index("video"))
    _validate(book, sheet)
    # a line below every row that somebody filled: styles of tables are not drawn everywhere
    line = book.book.add_format({"bottom": 1, "bottom_color": LINE, "bg_color": PALE})
    rule = f"=COUNTA($A{FIRST + 1}:$J{FIRST + 1})>0"
    sheet.conditional_format(
        FIRST, 0, LAST, len(COLUMNS) - 1, {"type": "formula", "criteria": rule, "format": line}
    )
    for number, row in enumerate(rows, FIRST):
        _write_row(book, sheet, number, row)
    sheet.autofilter(FIRST - 1, 0, LAST, len(COLUMNS) - 1)
    sheet.freeze_panes(FIRST, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)
    return sheet


def _write_row(book: Template, sheet: Worksheet, number: int, row: dict[str, Any]) -> None:
    for column, (field, _, number_format, who) in enumerate(COLUMNS):
        value = row.get(field)
        if value is None:
            continue
        align = "left" if number_format == "@" else "center"
        form = book.format(
            num_format=number_format, align=align, font_color="#5F6B78" if who == "ai" else "#000000"
        )
        if isinstance(value, str):
            sheet.write_string(number, column, value, form)
        elif isinstance(value, (int, float)):
            sheet.write_number(number, column, value, form)
        else:
            sheet.write_datetime(number, column, value, form)


def _validate(book: Template, sheet: Worksheet) -> None:
    """What is typed must be a date, a score of the scale, a count or minutes; a wrong entry is explained."""
    count = {"validate": "integer", "criteria": ">=", "value": 0}
    amount = {"validate": "decimal", "criteria": ">=", "value": 0}
    score = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": "=MIN(set_people_worst,set_people_best)",
        "maximum": "=MAX(set_people_worst,set_people_best)",
    }
    rules: dict[str, dict[str, Any]] = {
        "date": {"validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1)},
        "videos": count,
        "human": score,
        "second": score,
        "before": amount,
        "after": amount,
        "complaints": count,
        "missed": count,
    }
    for field, rule in rules.items():
        column = FIELDS.index(field)
        message = {"error_title": book.word("wrong_entry"), "error_message": book.word(f"help_{field}")[:255]}
        sheet.data_validation(FIRST, column, LAST, column, {**rule, **message, "ignore_blank": True})
