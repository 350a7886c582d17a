"""The dashboard of the KPI tracker: every figure with its target, its light and a sentence, then the charts."""

from __future__ import annotations

from typing import Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, PALE, Template
from xl_vqa.workbooks.templates.folded import POINTS, lines_of
from xl_vqa.workbooks.templates.kpi_charts import add_charts
from xl_vqa.workbooks.templates.kpi_figures import SECTIONS, Figure, number_format
from xl_vqa.workbooks.templates.kpi_lights import JUDGED, color_lights, has_light, light
from xl_vqa.workbooks.templates.kpi_texts import expand

# so many that a page of A4 shows them at eight tenths of their size
_WIDTHS: Final = (24, 16, 11, 12, 11, 38)


def add_dashboard(book: Template) -> Worksheet:
    sheet = book.sheet("dashboard", note="dashboard_note", last_column=5)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    row, starts = 4, []
    for section, figures in SECTIONS:
        starts.append(row)
        row = _section(book, sheet, row, section, figures)
    charts = row + 1
    last = add_charts(book, sheet, charts)
    color_lights(book, sheet, 4, 4, row)
    sheet.set_h_pagebreaks([starts[2], starts[4], charts])
    sheet.print_area(0, 0, last, 5)
    sheet.set_margins(left=0.3, right=0.3, top=0.7, bottom=0.65)
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
    sheet.set_row(row, 28)
    for figure in figures:
        row += 1
        _figure(book, sheet, row, figure)
    return row + 2


def _figure(book: Template, sheet: Worksheet, row: int, figure: Figure) -> None:
    note, judged = book.word(f"m_{figure.key}"), has_light(figure.key)
    label = book.boxed(bg_color=PALE, text_wrap=True, bold=judged)
    sheet.write_string(row, 0, book.word(f"f_{figure.key}"), label)
    book.name(f"k_{figure.key}", sheet, row, 1)
    formula = expand(book, figure.formula)
    if figure.text:
        said = book.boxed(text_wrap=True, bold=True)
        sheet.merge_range(row, 1, row, 4, "", said)
        book.formula(sheet, row, 1, formula, said)
        sheet.set_row(row, (4 if figure.key == "problems" else 3) * POINTS)
    else:
        form = number_format(book, figure.key)
        book.formula(sheet, row, 1, formula, book.boxed(num_format=form, align="right", bold=True))
        if figure.people is not None:
            book.formula(sheet, row, 2, figure.people, book.boxed(num_format=form, align="right"))
            book.name(f"p_{figure.key}_shown", sheet, row, 2)
        else:
            sheet.write_blank(row, 2, None, book.boxed())
        if judged:
            target = next(one.target for one in JUDGED if one.key == figure.key)
            book.formula(sheet, row, 3, f"target_{target}", book.boxed(num_format=form, align="right"))
            light(book, sheet, row, 4, (figure.key,))
        else:
            sheet.write_blank(row, 3, None, book.boxed())
            sheet.write_blank(row, 4, None, book.boxed())
        sheet.set_row(
            row, max(lines_of(note, _WIDTHS[5]), lines_of(book.word(f"f_{figure.key}"), _WIDTHS[0])) * POINTS + 3
        )
    sheet.write_string(row, 5, note, book.boxed(text_wrap=True, font_color=GREY))
