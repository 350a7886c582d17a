"""The page for the management meeting: six figures, what they say, two charts and the decision, on one A4."""

from __future__ import annotations

import re
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, INK, LINE, NONE, PALE, Template
from xl_vqa.workbooks.templates.kpi_charts import cost_curve, trend
from xl_vqa.workbooks.templates.kpi_dashboard import light, lights
from xl_vqa.workbooks.templates.kpi_figures import FIGURES

_TILES: Final = ("kappa", "within", "hours", "reduction", "net_month", "payback")
# net benefit per month is judged by the target of the net benefit: both are good above 0
_LIGHT_OF: Final = {"net_month": "net"}
_SHOWN: Final = {
    "ai": ("k_kappa", "0.00"),
    "people": ("p_kappa_shown", "0.00"),
    "threshold": ("set_threshold", "0"),
    "review": ("k_review", "0%"),
    "escape": ("k_escape", "0%"),
    "best": ("k_best_threshold", "0"),
    "net": ("k_net_month", "#,##0"),
    "currency": ("set_currency", None),
    "payback": ("k_payback", "0.0"),
}


def add_summary(book: Template) -> Worksheet:
    sheet = book.sheet("summary", title="summary_title", last_column=5)
    sheet.set_column(0, 5, 17)
    grey = book.format(font_color=GREY)
    sheet.write_string(1, 0, book.word("period"), grey)
    # the days of the log, not of the settings: those may be open
    dates = f'IF(c_rows=0,"{NONE}",TEXT(c_first,"yyyy-mm-dd")&" {book.word("to")} "&TEXT(c_last,"yyyy-mm-dd"))'
    sheet.merge_range(1, 1, 1, 2, "", grey)
    book.formula(sheet, 1, 1, dates, grey)
    sheet.merge_range(1, 3, 1, 4, book.word("videos_after"), grey)
    book.formula(sheet, 1, 5, "k_videos", book.format(font_color=GREY, num_format="#,##0", align="left"))
    _heading(book, sheet, 3, "headline")
    for number, key in enumerate(_TILES):
        line, place = divmod(number, 3)
        _tile(book, sheet, 4 + 4 * line, 2 * place, key)
    _heading(book, sheet, 12, "reading")
    wrapped = book.format(text_wrap=True, valign="top")
    for row, key in enumerate(("read_agreement", "read_threshold", "read_money"), 13):
        sheet.merge_range(row, 0, row, 5, "", wrapped)
        book.formula(sheet, row, 0, sentence(book.word(key)), wrapped)
        sheet.set_row(row, 30)
    bold = book.format(text_wrap=True, bold=True, valign="top")
    sheet.merge_range(16, 0, 16, 5, "", bold)
    book.formula(sheet, 16, 0, f'"{book.word("sec_complaints")}: "&k_causal', bold)
    sheet.merge_range(17, 0, 17, 5, "", bold)
    book.formula(sheet, 17, 0, f'"{book.word("sec_drift")}: "&k_drift', bold)
    sheet.set_row(16, 20)
    sheet.set_row(17, 20)
    for row, make in ((19, trend), (33, cost_curve)):
        chart = make(book)
        chart.set_size({"width": 735, "height": 270})
        sheet.insert_chart(row, 0, chart, {"x_offset": 2, "y_offset": 2, "object_position": 3})
    _heading(book, sheet, 47, "decision")
    sheet.merge_range(48, 0, 48, 5, book.word("decision_lines"), book.format(bottom=1, bottom_color=INK))
    sheet.set_row(48, 30)
    for line in (6, 10):
        lights_row(book, sheet, line)
    sheet.print_area(0, 0, 48, 5)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.activate()
    sheet.set_first_sheet()
    return sheet


def lights_row(book: Template, sheet: Worksheet, row: int) -> None:
    for column in (0, 2, 4):
        lights(book, sheet, column, row, row)


def _heading(book: Template, sheet: Worksheet, row: int, key: str) -> None:
    form = book.format(bold=True, font_size=12, font_color=INK, bottom=2, bottom_color=INK)
    for column in range(6):
        sheet.write_blank(row, column, None, form)
    sheet.write_string(row, 0, book.word(key), form)
    sheet.set_row(row, 22)


def _tile(book: Template, sheet: Worksheet, row: int, column: int, key: str) -> None:
    edge: dict[str, Any] = {"border": 1, "border_color": LINE, "align": "center"}
    name = book.format(bg_color=PALE, font_color=GREY, text_wrap=True, font_size=9, **edge)
    value = book.format(bold=True, font_size=20, font_color=INK, num_format=FIGURES[key].number_format, **edge)
    judged = book.format(bold=True, **edge)
    sheet.merge_range(row, column, row, column + 1, book.word(f"f_{key}"), name)
    sheet.merge_range(row + 1, column, row + 1, column + 1, "", value)
    book.formula(sheet, row + 1, column, f"k_{key}", value)
    sheet.merge_range(row + 2, column, row + 2, column + 1, "", judged)
    light(book, sheet, row + 2, column, _LIGHT_OF.get(key, key), judged)
    sheet.set_row(row, 20)
    sheet.set_row(row + 1, 34)
    sheet.set_row(row + 2, 18)
    sheet.set_row(row + 3, 8)


def sentence(text: str) -> str:
    """A formula that puts figures into a sentence; ``{kappa}`` and the like stand for them."""
    parts = []
    for part in re.split(r"(\{\w+\})", text):
        if part.startswith("{"):
            name, number_format = _SHOWN[part[1:-1]]
            shown = (
                name if number_format is None else f'IF(ISNUMBER({name}),TEXT({name},"{number_format}"),{name})'
            )
            parts.append(shown)
        elif part:
            parts.append('"' + part.replace('"', '""') + '"')
    return "&".join(parts)
