"""The demo's scored workbook: clean clips against their degraded versions, then all results and the summary."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.outputs import check_not_open, write_output
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import band_by_key
from xl_vqa.workbooks.result_rows import Result
from xl_vqa.workbooks.results_xlsx import INK, LINE, ResultBook
from xl_vqa.workbooks.summary_sheet import add_summary

CLEAN: Final = "clean"
_HEADERS: Final = ("content", "version", "path", "label", "mos", "band", "band_probability", "difference")
_WIDTHS: Final = (14, 28, 30, 9, 9, 13, 12, 12)
_FIRST: Final = 4
"""Row of the first clip, counted from 0; the header stands above it."""


@dataclass(frozen=True, slots=True)
class DemoRow:
    """One clip. ``version`` is ``clean`` for the clean copy of a ``content``; ``description`` says in the
    reader's language what was done to the others."""

    path: str
    content: str
    version: str
    result: Result
    description: str = ""


def build(rows: Sequence[DemoRow], path: str | os.PathLike[str], language: str = "en") -> None:
    """Writes the workbook, whole or not at all.

    Raises WorkbookLockedError where it is open in Excel, OutputNotWritableError otherwise.
    """
    check_not_open(Path(path))
    book = ResultBook([(row.path, row.result) for row in rows], language)
    _add_comparison(book, rows)
    book.add_results()
    add_summary(book)
    write_output(Path(path), book.content())


def _add_comparison(book: ResultBook, rows: Sequence[DemoRow]) -> None:
    """Clips by content, the clean copy first, with how far each version falls below it."""
    sheet = book.book.add_worksheet(book.word("comparison"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, book.word("title"), book.format(bold=True, font_size=18, font_color=INK))
    sheet.write_string(1, 0, book.word("comparison_note"), book.format(font_color="#6B7785"))
    sheet.set_row(0, 28)
    sheet.set_row(_FIRST - 1, 24)
    for column, key in enumerate(_HEADERS):
        sheet.write_string(_FIRST - 1, column, book.word(key), book.header_format)
    ordered = _by_content(rows)
    clean_rows: dict[str, int] = {}
    for index, row in enumerate(ordered, _FIRST):
        if row.version == CLEAN:
            clean_rows[row.content] = index
        _write_clip(book, sheet, index, row, clean_rows.get(row.content), ordered)
    last = _FIRST + len(ordered) - 1
    if ordered:
        column = _HEADERS.index("difference")
        for criteria, color in ((">", "#2E7D4F"), ("<=", "#B02418")):
            form = book.book.add_format({"font_color": color, "bold": True})
            # a blank cell (the clean copy, an unrated clip) counts as 0 for "<="
            rule = f"=AND(ISNUMBER($H{_FIRST + 1}),$H{_FIRST + 1}{criteria}0)"
            sheet.conditional_format(
                _FIRST, column, last, column, {"type": "formula", "criteria": rule, "format": form}
            )
        _add_chart(book, sheet, ordered, last)
    sheet.freeze_panes(_FIRST, 0)
    sheet.print_area(0, 0, last + 22, len(_HEADERS) - 1)
    book.page_portrait(sheet)


def _by_content(rows: Sequence[DemoRow]) -> list[DemoRow]:
    contents = list(dict.fromkeys(row.content for row in rows))
    return sorted(rows, key=lambda row: (contents.index(row.content), row.version != CLEAN))


def _write_clip(
    book: ResultBook, sheet: Any, index: int, row: DemoRow, clean: int | None, ordered: Sequence[DemoRow]
) -> None:
    border: dict[str, Any] = {"border": 1, "border_color": LINE}
    weight = row.version == CLEAN
    text = book.format(bold=weight, **border)
    version = row.description or (book.word("clean") if weight else row.version)
    for column, value in enumerate((row.content, version, Path(row.path).name)):
        sheet.write_string(index, column, value, text)
    if isinstance(row.result, XlVqaError):
        red = book.format(font_color="#B02418", **border)
        sheet.write_string(index, 3, row.result.message(book.language), red)
        for column in range(4, len(_HEADERS)):
            sheet.write_blank(index, column, None, text)
        return
    result = row.result
    fields = (("label", "0"), ("mos", "0.00"), ("band_probability", "0%"))
    for field, number_format in fields:
        form = book.format(num_format=number_format, align="center", bold=weight, **border)
        sheet.write_number(index, _HEADERS.index(field), result[field], form)
    name = band_by_key(result["band"]).name(book.language)
    sheet.write_string(index, _HEADERS.index("band"), name, book.band_format(result["band"]))
    column = _HEADERS.index("difference")
    reference = ordered[clean - _FIRST].result if clean is not None else None
    form = book.format(num_format="+0.00;-0.00;0.00", align="center", **border)
    if clean is None or clean == index or reference is None or isinstance(reference, XlVqaError):
        sheet.write_blank(index, column, None, form)
    else:
        difference = reference["mos"] - result["mos"]
        sheet.write_formula(index, column, f"=E{clean + 1}-E{index + 1}", form, difference)


def _add_chart(book: ResultBook, sheet: Any, ordered: Sequence[DemoRow], last: int) -> None:
    """One bar per clip, in the order of the rows: clean copies dark, their versions pale."""
    name = book.word("comparison")
    mos = _HEADERS.index("mos")
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "MOS",
            "categories": [name, _FIRST, 1, last, 1],
            "values": [name, _FIRST, mos, last, mos],
            "points": [{"fill": {"color": INK if row.version == CLEAN else "#9DB7D5"}} for row in ordered],
            "data_labels": {"value": True, "num_format": "0.00"},
            "gap": 30,
        }
    )
    chart.set_title({"name": book.word("chart_comparison"), "name_font": {"size": 12, "color": INK}})
    chart.set_legend({"none": True})
    scale = book.scale
    # rows are read from above, and a bar chart counts from below
    chart.set_y_axis({"reverse": True, "line": {"color": LINE}})
    lines = {"visible": True, "line": {"color": LINE}}
    chart.set_x_axis({"min": scale.mos_min, "max": scale.mos_max, "major_gridlines": lines, "num_format": "0.0"})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.set_size({"width": 880, "height": 80 + 26 * len(ordered)})
    sheet.insert_chart(last + 2, 0, chart, {"object_position": 2, "x_offset": 4})
