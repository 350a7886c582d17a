"""The page for the management meeting: how it stands and why, eight figures and what they say, the decision."""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, INK, LINE, NONE, PALE, Template, filled
from xl_vqa.workbooks.templates.folded import POINTS
from xl_vqa.workbooks.templates.kpi_charts import cost_curve, trend
from xl_vqa.workbooks.templates.kpi_figures import number_format
from xl_vqa.workbooks.templates.kpi_lights import color_lights, light
from xl_vqa.workbooks.templates.number_texts import day_text, if_number, number_text

_COLUMNS: Final = 8
_TILES: Final = ("kappa", "within", "escape", "drift", "hours", "reduction", "net_month", "payback")
# the lights of a tile, of which the worst counts
_LIGHTS_OF: Final = {"escape": ("escape", "escape_all"), "net_month": ("net",)}
_SHOWN: Final = {
    "pairs": number_text("k_pairs", "#,##0"),
    "ai": if_number("k_kappa", "0.00"),
    "people": if_number("p_kappa_shown", "0.00"),
    "threshold": 'set_threshold&""',
    "review": if_number("k_review", "0.0%"),
    "defective": number_text("c_defective", "#,##0"),
    "escape": if_number("k_escape", "0.0%"),
    "best": 'k_best_threshold&""',
    "net": if_number("k_net_month", "#,##0"),
    "currency": "set_currency",
    "payback": if_number("k_payback", "0.0"),
    "noise": "k_noise",
    "complaints": "k_causal",
    "drift": "k_drift",
    "psi": if_number("k_psi", "0.00"),
    "cusum": if_number("k_cusum", "0.0"),
    "problems": f'IF(j_problems="","{NONE}",j_problems)',
}
_READING: Final = (
    # sentence, lines that it may take
    ("read_agreement", 1),
    ("read_threshold", 2),
    ("read_complaints", 2),
    ("read_money", 2),
    ("read_drift", 1),
    ("read_problems", 3),
)


def add_summary(book: Template) -> Worksheet:
    last = _COLUMNS - 1
    sheet = book.sheet("summary", title="summary_title", last_column=last)
    sheet.set_column(0, last, 12.5)
    grey = book.format(font_color=GREY)
    sheet.write_string(1, 0, book.word("period"), grey)
    # the days of the log, not of the settings: those may be open
    dates = f'IF(c_rows=0,"{NONE}",{day_text("c_first")}&" {book.word("to")} "&{day_text("c_last")})'
    sheet.merge_range(1, 1, 1, 3, "", grey)
    book.formula(sheet, 1, 1, dates, grey)
    sheet.merge_range(1, 4, 1, 6, book.word("videos_after"), grey)
    book.formula(sheet, 1, 7, "k_videos", book.format(font_color=GREY, num_format="#,##0", align="left"))
    _heading(book, sheet, 3, "headline")
    _whole(book, sheet, 4)
    for number, key in enumerate(_TILES):
        line, place = divmod(number, 4)
        _tile(book, sheet, 6 + 4 * line, 2 * place, key)
    for column in (0, 2, 4, 6):
        for row in (8, 12):
            color_lights(book, sheet, column, row, row)
    _heading(book, sheet, 14, "reading")
    known, unknown = filled(book.word("escapes"), _SHOWN), f'"{book.word("escapes_unknown")}"'
    shown = {**_SHOWN, "escapes": f"IF(ISNUMBER(k_escape),{known},{unknown})"}
    row = 15
    for key, lines in _READING:
        form = book.format(text_wrap=True, valign="top", bold=key == "read_problems")
        sheet.merge_range(row, 0, row, last, "", form)
        book.formula(sheet, row, 0, filled(book.word(key), shown), form)
        sheet.set_row(row, lines * POINTS + 4)
        row += 1
    row += 1
    for make in (trend, cost_curve):
        chart = make(book)
        chart.set_size({"width": 738, "height": 262})
        sheet.insert_chart(row, 0, chart, {"x_offset": 2, "y_offset": 2, "object_position": 3})
        row += 14
    _heading(book, sheet, row, "decision")
    sheet.merge_range(
        row + 1, 0, row + 1, last, book.word("decision_lines"), book.format(bottom=1, bottom_color=INK)
    )
    sheet.set_row(row + 1, 30)
    sheet.print_area(0, 0, row + 1, last)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.activate()
    sheet.set_first_sheet()
    return sheet


def _whole(book: Template, sheet: Worksheet, row: int) -> None:
    """The worst light of all, and why."""
    edge: dict[str, Any] = {"border": 1, "border_color": LINE}
    judged = book.format(bold=True, font_size=16, align="center", font_color=INK, **edge)
    sheet.merge_range(row, 0, row, 1, "", judged)
    light(book, sheet, row, 0, ("whole",), judged)
    color_lights(book, sheet, 0, row, row)
    reason = book.format(text_wrap=True, **edge)
    sheet.merge_range(row, 2, row, _COLUMNS - 1, "", reason)
    book.formula(sheet, row, 2, "j_whole_reason", reason)
    sheet.set_row(row, 5 * POINTS + 6)
    sheet.set_row(row + 1, 8)


def _heading(book: Template, sheet: Worksheet, row: int, key: str) -> None:
    form = book.format(bold=True, font_size=12, font_color=INK, bottom=2, bottom_color=INK)
    for column in range(_COLUMNS):
        sheet.write_blank(row, column, None, form)
    sheet.write_string(row, 0, book.word(key), form)
    sheet.set_row(row, 22)


def _tile(book: Template, sheet: Worksheet, row: int, column: int, key: str) -> None:
    edge: dict[str, Any] = {"border": 1, "border_color": LINE, "align": "center"}
    name = book.format(bg_color=PALE, font_color=GREY, text_wrap=True, **edge)
    form = number_format(book, key)
    # words beside a figure take more room than a figure alone
    value = book.format(
        bold=True, font_size=13 if '"' in form else 18, font_color=INK, num_format=form, shrink=True, **edge
    )
    judged = book.format(bold=True, **edge)
    sheet.merge_range(row, column, row, column + 1, book.word(f"f_{key}"), name)
    sheet.merge_range(row + 1, column, row + 1, column + 1, "", value)
    book.formula(sheet, row + 1, column, _drift(book) if key == "drift" else f"k_{key}", value)
    sheet.merge_range(row + 2, column, row + 2, column + 1, "", judged)
    light(book, sheet, row + 2, column, _LIGHTS_OF.get(key, (key,)), judged)
    sheet.set_row(row, 20)
    sheet.set_row(row + 1, 34)
    sheet.set_row(row + 2, 18)
    sheet.set_row(row + 3, 8)


def _drift(book: Template) -> str:
    """One word; the sentence stands below."""
    words = ",".join(f'"{book.word(f"drift_{code}")}"' for code in ("no", "no", "maybe", "tile"))
    return f'IF(ISNUMBER(j_drift),CHOOSE(j_drift+1,{words}),"{NONE}")'
