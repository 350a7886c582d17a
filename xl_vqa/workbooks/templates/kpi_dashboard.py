"""The dashboard of the KPI tracker: every figure with its target, its light and a sentence, then the charts."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import AMBER, GREEN, GREY, INK, NONE, PALE, RED, Template
from xl_vqa.workbooks.templates.kpi_charts import add_charts
from xl_vqa.workbooks.templates.kpi_figures import SECTIONS, Figure
from xl_vqa.workbooks.templates.kpi_log import LAST

_WIDTHS = (33, 13, 14, 11, 13, 74)


def add_dashboard(book: Template) -> Worksheet:
    sheet = book.sheet("dashboard", note="dashboard_note", last_column=5)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    row = 4
    for section, figures in SECTIONS:
        row = _section(book, sheet, row, section, figures)
    charts = row + 1
    last = add_charts(book, sheet, charts)
    lights(book, sheet, 4, 4, row)
    sheet.set_h_pagebreaks([charts])
    sheet.print_area(0, 0, last, 5)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(4, 0)
    return sheet


def _section(book: Template, sheet: Worksheet, row: int, section: str, figures: tuple[Figure, ...]) -> int:
    people = any(figure.people for figure in figures)
    heads = (
        section,
        "col_ai" if people else "col_value",
        "col_people" if people else "",
        "col_target",
        "col_light",
    )
    for column, key in enumerate((*heads, "col_meaning")):
        sheet.write_string(row, column, book.word(key) if key else "", book.header)
    if section == "sec_money":
        book.formula(sheet, row, 1, "set_currency", book.header)
    sheet.set_row(row, 22)
    for figure in figures:
        row += 1
        _figure(book, sheet, row, figure)
    return row + 2


def _figure(book: Template, sheet: Worksheet, row: int, figure: Figure) -> None:
    note = book.word(f"m_{figure.key}")
    label = book.boxed(bg_color=PALE, text_wrap=True, bold=figure.light)
    sheet.write_string(row, 0, book.word(f"f_{figure.key}"), label)
    book.name(f"k_{figure.key}", sheet, row, 1)
    formula = expand(book, figure.formula)
    if figure.text:
        sheet.merge_range(row, 1, row, 4, "", book.boxed(text_wrap=True, bold=True))
        book.formula(sheet, row, 1, formula, book.boxed(text_wrap=True, bold=True))
        sheet.set_row(row, 28)
    else:
        value = book.boxed(num_format=figure.number_format, align="right", bold=True)
        book.formula(sheet, row, 1, formula, value)
        if figure.people is not None:
            book.formula(sheet, row, 2, figure.people, book.boxed(num_format=figure.number_format, align="right"))
            book.name(f"p_{figure.key}_shown", sheet, row, 2)
        else:
            sheet.write_blank(row, 2, None, book.boxed())
        if figure.light:
            target = book.boxed(num_format=figure.number_format.split(";")[0].lstrip("+"), align="right")
            book.formula(sheet, row, 3, f"target_{figure.key}", target)
            light(book, sheet, row, 4, figure.key)
        else:
            sheet.write_blank(row, 3, None, book.boxed())
            sheet.write_blank(row, 4, None, book.boxed())
        sheet.set_row(row, 25)
    sheet.write_string(row, 5, note, book.boxed(text_wrap=True, font_color=GREY, font_size=9))


def expand(book: Template, formula: str) -> str:
    """Puts words of the language, and what hangs on sheet names, into a formula."""
    if formula == "{beyond}":
        return f"COUNTA('{book.word('log')}'!$A${LAST + 2}:$J$1048576)"
    if formula == "{verdict}":
        return (
            f'IF(c_rates=0,"{NONE}",IF(k_difference_low>0,"{book.word("fewer")}",IF(k_difference_high<0,'
            f'"{book.word("more")}","{book.word("unclear")}")))&" {book.word("not_causal")}"'
        )
    if formula == "{drift}":
        return (
            f'IF(AND(NOT(ISNUMBER(k_psi)),NOT(ISNUMBER(k_cusum))),"{NONE}",IF(OR(N(k_psi)>MAX(limit_psi,'
            f'N(k_psi_chance)),N(k_cusum)>limit_cusum),"{book.word("drift_yes")}",IF(OR(N(k_psi)>MAX(target_psi,N(k_psi_chance)),N(k_cusum)>target_cusum),'
            f'"{book.word("drift_maybe")}","{book.word("drift_no")}")))'
        )
    return formula.replace("{measured}", book.word("basis_measured")).replace("{never}", book.word("never"))


def light(book: Template, sheet: Worksheet, row: int, column: int, key: str, form: Any = None) -> None:
    """A traffic light in words, so that it is read in grey print too; colours follow the words."""
    k, target, limit = f"k_{key}", f"target_{key}", f"limit_{key}"
    missed = book.word("light_red")
    # "never" pays back: a text that is no missing figure
    text = (
        f'IF({k}="{NONE}","{NONE}",IF(NOT(ISNUMBER({k})),"{missed}",IF({target}>={limit},'
        f'IF({k}>={target},"{book.word("light_green")}",IF({k}>={limit},"{book.word("light_amber")}","{missed}")),'
        f'IF({k}<={target},"{book.word("light_green")}",IF({k}<={limit},"{book.word("light_amber")}","{missed}")))))'
    )
    book.formula(sheet, row, column, text, form or book.boxed(align="center", bold=True))


def lights(book: Template, sheet: Worksheet, column: int, first: int, last: int) -> None:
    for key, color in (("light_green", GREEN), ("light_amber", AMBER), ("light_red", RED)):
        form = book.book.add_format({"bg_color": color, "font_color": INK})
        rule = {"type": "cell", "criteria": "==", "value": f'"{book.word(key)}"', "format": form}
        sheet.conditional_format(first, column, last, column, rule)
