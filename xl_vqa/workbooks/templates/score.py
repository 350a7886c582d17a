"""The score sheet: a list of videos with scores beside them, and an overview of the list."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.columns import heading
from xl_vqa.words.labels import Bands
from xl_vqa.workbooks.results_xlsx import band_names
from xl_vqa.workbooks.templates.base import (
    GREY,
    INK,
    INPUT,
    LAST_OF_SHEET,
    LINE,
    NONE,
    PALE,
    Template,
    Values,
)
from xl_vqa.workbooks.templates.words_score import SCORE

ROWS: Final = 10_000
"""Rows that filter and colours look at."""
FIRST: Final = 5
LAST: Final = FIRST + ROWS - 1
COLUMNS: Final = (
    ("thumbnail", 18, "@"),
    ("video", 44, "@"),
    ("score", 10, "0"),
    ("mos", 9, "0.00"),
    ("band", 14, "@"),
    ("confidence", 12, "0%"),
    ("error", 40, "@"),
    ("model", 26, "@"),
    ("time", 17, "yyyy-mm-dd hh:mm"),
    ("remark", 26, "@"),
)
FIELDS: Final = tuple(column[0] for column in COLUMNS)
_OURS: Final = ("score", "mos", "band", "confidence", "error", "model")
_TYPED: Final = ("video", "remark")
_FIGURES: Final = (
    # key, formula over a column's cells, number format
    ("videos", "COUNTA({video})-1", "0"),
    ("rated", "COUNT({score})", "0"),
    ("errors", 'COUNTIF({error},"?*")-1', "0"),
    ("mean", "AVERAGE({score})", "0.0"),
    ("median", "MEDIAN({score})", "0.0"),
    ("lowest", "MIN({score})", "0"),
    ("highest", "MAX({score})", "0"),
    ("confidence", "AVERAGE({confidence})", "0%"),
)


def build_score(
    language: str,
    *,
    sample: bool = False,
    values: Values | None = None,
    rows: Sequence[dict[str, Any]] | None = None,
) -> bytes:
    """The file's bytes; ``rows`` hold values by the fields of COLUMNS."""
    book = Template("score", language, SCORE, sample=sample, values=values)
    listed = _list(book, sample_rows(book) if sample else rows or ())
    book.pages(_overview(book), listed)
    return book.content()


def _list(book: Template, rows: Sequence[dict[str, Any]]) -> Worksheet:
    sheet = book.sheet("scores", title="title", note="scores_note", last_column=len(COLUMNS) - 1)
    for column, (field, width, number_format) in enumerate(COLUMNS):
        sheet.set_column(column, column, width, _cell(book, field, number_format))
        text = heading(field, book.language) if field in _OURS else book.word(field)
        typed = book.boxed(bg_color=INPUT, bold=True, align="center", text_wrap=True)
        sheet.write_string(FIRST - 1, column, text, typed if field in _TYPED else book.header)
        # from the header on, so that a row inserted below it lies inside, to the sheet's last row
        book.name(f"list_{field}", sheet, FIRST - 1, column, LAST_OF_SHEET)
    sheet.set_row(FIRST - 1, 34)
    book.mark(sheet, FIRST - 1, FIELDS.index("video"))
    colors(book, sheet, FIELDS.index("band"))
    for number, row in enumerate(rows, FIRST):
        for column, (field, _, number_format) in enumerate(COLUMNS):
            value, form = row.get(field), _cell(book, field, number_format)
            if isinstance(value, str):
                sheet.write_string(number, column, value, form)
            elif isinstance(value, datetime.datetime):
                sheet.write_datetime(number, column, value, form)
            elif value is not None:
                sheet.write_number(number, column, value, form)
    sheet.autofilter(FIRST - 1, 0, LAST, len(COLUMNS) - 1)
    sheet.freeze_panes(FIRST, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)
    return sheet


def _cell(book: Template, field: str, number_format: str) -> Any:
    left = field in ("video", "error", "model", "remark")
    more: dict[str, Any] = {"text_wrap": True} if field in ("error", "remark") else {}
    if field == "score":
        more["bold"] = True
    return book.format(num_format=number_format, align="left" if left else "center", **more)


def colors(book: Template, sheet: Worksheet, column: int) -> None:
    """Bands in their colours, whoever wrote them, in either language."""
    from xl_vqa.words.labels import ACR_BANDS

    for band in ACR_BANDS:
        form = book.book.add_format({"bg_color": f"#{band.color}"})
        for name in (band.en, band.ja):
            rule = {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": form}
            sheet.conditional_format(FIRST, column, LAST, column, rule)


def _overview(book: Template) -> Worksheet:
    sheet = book.sheet("overview", note="overview_note", last_column=3)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 12)
    sheet.set_column(3, 3, 62)
    cells = {field: f"list_{field}" for field in FIELDS}
    row = 4
    for column, key in enumerate(("overview", "col_value")):
        sheet.write_string(row, column, book.word(key), book.header)
    sheet.merge_range(row, 2, row, 3, book.word("col_note"), book.header)
    for key, formula, number_format in _FIGURES:
        row += 1
        sheet.write_string(row, 0, book.word(key), book.boxed(bg_color=PALE))
        text = formula.format(**cells)
        if key not in ("videos", "rated", "errors"):
            column_name = cells["confidence" if key == "confidence" else "score"]
            text = f'IF(COUNT({column_name})=0,"{NONE}",{text})'
        form = book.boxed(num_format=number_format, align="right", bold=True)
        book.formula(sheet, row, 1, text, form)
        sheet.merge_range(row, 2, row, 3, book.word(f"m_{key}"), book.boxed(font_color=GREY))
    row += 2
    for column, key in enumerate(("band", "count", "share")):
        sheet.write_string(row, column, book.word(key), book.header)
    first = row + 1
    names = band_names(book.language)
    colors_of = {band.key: f"#{band.color}" for band in map(Bands.default().of, range(10, 51))}
    for key, name in names:
        row += 1
        other = next(text for text in _both(key) if text != name)
        sheet.write_string(row, 0, name, book.boxed(bg_color=colors_of[key], bold=True, align="center"))
        count = f'COUNTIF(list_band,"{name}")+COUNTIF(list_band,"{other}")'
        book.formula(sheet, row, 1, count, book.boxed(num_format="0"))
        total = f"SUM($B${first + 1}:$B${first + 5})"
        book.formula(sheet, row, 2, f"IF({total}=0,0,B{row + 1}/{total})", book.boxed(num_format="0%"))
    chart = book.book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": book.word("count"),
            "categories": [sheet.get_name(), first, 0, row, 0],
            "values": [sheet.get_name(), first, 1, row, 1],
            "points": [{"fill": {"color": colors_of[key]}} for key, _ in names],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    chart.set_title({"name": book.word("chart_bands"), "name_font": {"name": book.font, "size": 12, "color": INK}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {"name": book.font}})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_size({"width": 760, "height": 300})
    sheet.insert_chart(row + 2, 0, chart, {"object_position": 3})
    sheet.print_area(0, 0, row + 18, 3)
    sheet.fit_to_pages(1, 1)
    return sheet


def _both(key: str) -> tuple[str, str]:
    from xl_vqa.words.labels import band_by_key

    band = band_by_key(key)
    return band.en, band.ja


def sample_rows(book: Template) -> list[dict[str, Any]]:
    """Invented scores, the same ones every time, and one row with an error."""
    source, bands = random.Random(7), Bands.default()
    rows: list[dict[str, Any]] = []
    for index in range(24):
        label = min(max(round(source.gauss(33, 9)), 10), 50)
        rows.append(
            {
                "video": f"D:/videos/clip_{index + 1:02d}.mp4",
                "score": label,
                "mos": label / 10,
                "band": bands.of(label).name(book.language),
                "confidence": round(source.uniform(0.45, 0.95), 2),
                "model": "sample",
                "time": datetime.datetime(2026, 5, 11, 9, 0) + datetime.timedelta(seconds=20 * index),
            }
        )
    rows.append({"video": "D:/videos/missing.mp4", "error": book.word("sample_error")})
    return rows
