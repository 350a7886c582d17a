"""The monitor page of the KPI tracker: what ``xl-vqa monitor`` found, as formulas over what it wrote.

The command writes into the hidden sheet of kpi_monitor_data.py alone, so what a person adds to this page stays.
"""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, INK, INPUT, LINE, NONE, PALE, RED, WARNING, Template
from xl_vqa.workbooks.templates.kpi_charts import axis, dress
from xl_vqa.workbooks.templates.kpi_monitor_data import (
    ALARMS,
    BINS,
    FEED_TOP,
    FIGURES,
    GROUPS,
    LOG_FACTS,
    NOTES,
    POINTS,
    feed_column,
)

_COLUMNS: Final = 8
_ORANGE, _BLUE = "#D9822B", "#4A78B5"
_NONE: Final = f'"{NONE}"'
_CHART_ROWS: Final = 13


def add_monitor(book: Template) -> Worksheet:
    sheet = book.sheet("monitor", note="monitor_note", last_column=_COLUMNS)
    for column, width in enumerate((24, 21, *[11] * len(FIGURES))):
        sheet.set_column(column, column, width)
    row = _state(book, sheet, 4)
    row = _alarms(book, sheet, row + 1)
    row = _charts(book, sheet, row + 1)
    sheet.set_h_pagebreaks([row])
    row = _figures(book, sheet, row)
    row = _notes(book, sheet, row + 1)
    sheet.print_area(0, 0, row - 1, _COLUMNS)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.3, right=0.3, top=0.7, bottom=0.65)
    sheet.freeze_panes(4, 0)
    return sheet


def _wide(book: Template, sheet: Worksheet, row: int, formula: str, points: float, **looks: Any) -> None:
    """A sentence over the whole width."""
    form = book.format(text_wrap=True, **looks)
    sheet.merge_range(row, 0, row, _COLUMNS, "", form)
    book.formula(sheet, row, 0, formula, form)
    sheet.set_row(row, points)


def _state(book: Template, sheet: Worksheet, row: int) -> int:
    """When it was looked at, what was held against what, and whether the log is still the one of then."""
    never = f'"{book.word("monitor_never")}"'
    _wide(book, sheet, row, f'IF(mon_made="",{never},mon_made)', 18, bold=True)
    _wide(book, sheet, row + 1, 'mon_reference&""', 30, font_color=GREY)
    now = [f"ABS({formula}-mon_{name})>0.000001" for name, formula in LOG_FACTS]
    changed = f'IF(mon_made="","",IF(OR({",".join(now)}),"{book.word("monitor_changed")}",""))'
    _wide(book, sheet, row + 2, changed, 18, bold=True, font_color=WARNING)
    return row + 3


def _alarms(book: Template, sheet: Worksheet, row: int) -> int:
    for column in range(_COLUMNS + 1):
        sheet.write_blank(row, column, None, book.header)
    sheet.merge_range(row, 0, row, 5, book.word("monitor_alarms"), book.header)
    sheet.merge_range(row, 6, row, _COLUMNS, book.word("monitor_rows"), book.header)
    sheet.set_row(row, 20)
    said, rows = book.format(text_wrap=True, valign="top"), book.format(text_wrap=True, font_size=8, valign="top")
    quiet = f'IF(mon_made="","","{book.word("monitor_quiet")}")'
    first = row + 1
    for number in range(1, ALARMS + 1):
        row += 1
        sentence = f'INDEX(mon_alarms,{number})&""'
        if number == 1:
            sentence = f'IF(INDEX(mon_alarms,1)="",{quiet},INDEX(mon_alarms,1))'
        sheet.merge_range(row, 0, row, 5, "", said)
        book.formula(sheet, row, 0, sentence, said)
        sheet.merge_range(row, 6, row, _COLUMNS, "", rows)
        book.formula(sheet, row, 6, f'INDEX(mon_rows,{number})&""', rows)
        sheet.set_row(row, 42)
    line = book.book.add_format({"bottom": 1, "bottom_color": LINE})
    sheet.conditional_format(
        first, 0, row, _COLUMNS, {"type": "formula", "criteria": f'=$A{first + 1}<>""', "format": line}
    )
    _wide(book, sheet, row + 1, 'mon_more&""', 16, font_color=GREY)
    return row + 2


def _charts(book: Template, sheet: Worksheet, row: int) -> int:
    """Of one model or source, which the yellow cell names."""
    sheet.write_string(row, 0, book.word("monitor_choice"), book.boxed(bg_color=PALE, text_wrap=True))
    chosen = book.boxed(bg_color=INPUT, text_wrap=True)
    sheet.merge_range(row, 1, row, 4, "", chosen)
    sheet.write_blank(row, 1, None, chosen)
    sheet.set_row(row, 30)
    book.name("mon_choice", sheet, row, 1)
    sheet.data_validation(
        row,
        1,
        row,
        1,
        {
            "validate": "list",
            "source": "=mon_names",
            "ignore_blank": True,
            "error_title": book.word("wrong_entry"),
            "error_message": book.word("monitor_choose"),
        },
    )
    form = book.format(font_color=GREY, text_wrap=True)
    sheet.merge_range(row, 5, row, _COLUMNS, "", form)
    book.formula(sheet, row, 5, f'IF(mon_count=0,{_NONE},INDEX(mon_names,mon_chosen)&"")', form)
    row += 1
    for number, make in enumerate((_cusum, _control, _scores)):
        line, right = divmod(number, 2)
        chart = make(book)
        chart.set_size({"width": 428, "height": 255})
        place = {"x_offset": 435 * right + 2, "y_offset": 4, "object_position": 3}
        sheet.insert_chart(row + line * _CHART_ROWS, 0, chart, place)
    note = book.format(text_wrap=True, font_color=GREY, valign="top")
    sheet.merge_range(row + _CHART_ROWS, 5, row + 2 * _CHART_ROWS - 2, _COLUMNS, book.word("monitor_legend"), note)
    return row + 2 * _CHART_ROWS + 1


def _line(book: Template, key: str, color: str, *, dash: bool = False, marker: bool = False) -> dict[str, Any]:
    feed, last = book.word("monitor_data"), FEED_TOP + POINTS - 1
    x, y = feed_column("row"), feed_column(key)
    dot = {"type": "circle", "size": 4, "fill": {"color": color}, "border": {"color": color}}
    return {
        "name": book.word(f"feed_{key}"),
        "categories": [feed, FEED_TOP, x, last, x],
        "values": [feed, FEED_TOP, y, last, y],
        "line": {"color": color, "width": 1.25 if dash else 2} | ({"dash_type": "dash"} if dash else {}),
        "marker": dot if marker else {"type": "none"},
    }


def _over_rows(
    book: Template, title: str, y: str, series: tuple[dict[str, Any], ...], minimum: float | None = None
) -> Any:
    chart = book.book.add_chart({"type": "scatter", "subtype": "straight"})
    for one in series:
        chart.add_series(one)
    dress(book, chart, title, "axis_rows", y, number_format="0.0", minimum=minimum)
    chart.set_x_axis(
        axis(book, "axis_rows") | {"min": 0, "major_gridlines": {"visible": False}, "label_position": "low"}
    )
    return chart


def _cusum(book: Template) -> Any:
    lines = (_line(book, "up", _ORANGE), _line(book, "down", _BLUE), _line(book, "limit", GREY, dash=True))
    return _over_rows(book, "chart_mon_cusum", "axis_deviation", lines, minimum=0)


def _control(book: Template) -> Any:
    limits = (_line(book, "chart_high", GREY, dash=True), _line(book, "chart_low", GREY, dash=True))
    series = (_line(book, "mean", INK, marker=True), *limits)
    chart = _over_rows(book, "chart_mon_control", "axis_deviation", series)
    # both limits look alike
    chart.set_legend({"position": "bottom", "font": {"name": book.font, "size": 10}, "delete_series": [2]})
    return chart


def _scores(book: Template) -> Any:
    chart = book.book.add_chart({"type": "column"})
    feed, last = book.word("monitor_data"), FEED_TOP + BINS - 1
    for key, color in (("before", "#B9C2CC"), ("now", _BLUE)):
        column = feed_column(key)
        chart.add_series(
            {
                "name": book.word(f"feed_{key}"),
                "categories": [feed, FEED_TOP, feed_column("bin"), last, feed_column("bin")],
                "values": [feed, FEED_TOP, column, last, column],
                "fill": {"color": color},
                "gap": 40,
            }
        )
    dress(book, chart, "chart_mon_scores", "axis_ai", "axis_share", number_format="0%", minimum=0)
    chart.set_x_axis(axis(book, "axis_ai"))
    return chart


def _figures(book: Template, sheet: Worksheet, row: int) -> int:
    """Every model and source: a line, with what alarms in red and bold."""
    for column, key in enumerate(("monitor_model", "monitor_source", *(f"mon_{key}" for key in FIGURES))):
        sheet.write_string(row, column, book.word(key), book.header)
    sheet.set_row(row, 44)
    first = row + 1
    for number in range(1, GROUPS + 1):
        row += 1
        for column, name in enumerate(("mon_models", "mon_sources")):
            book.formula(sheet, row, column, f'INDEX({name},{number})&""', book.format(text_wrap=True))
        for place, key in enumerate(FIGURES, 1):
            form = book.format(
                num_format="+0.0%;-0.0%;0.0%" if key in ("failures", "outside") else "0.00", align="center"
            )
            value = f"INDEX(mon_values,{number},{place})"
            blank = f'IF(INDEX(mon_models,{number})="","",{_NONE})'
            book.formula(sheet, row, 1 + place, f"IF(ISNUMBER({value}),{value},{blank})", form)
        sheet.set_row(row, 18)
    alarming = book.book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": RED})
    sheet.conditional_format(
        first,
        2,
        row,
        _COLUMNS,
        {
            "type": "formula",
            "criteria": f"=INDEX(mon_alarming,ROW()-{first},COLUMN()-2)=1",
            "format": alarming,
        },
    )
    line = book.book.add_format({"bottom": 1, "bottom_color": LINE})
    rule = {"type": "formula", "criteria": f'=$A{first + 1}<>""', "format": line}
    sheet.conditional_format(first, 0, row, _COLUMNS, rule)
    _wide(book, sheet, row + 1, 'mon_left_out&""', 18, font_color=GREY)
    _wide(book, sheet, row + 2, f'"{book.word("monitor_red")} "&mon_rate', 30, font_color=GREY)
    return row + 3


def _notes(book: Template, sheet: Worksheet, row: int) -> int:
    for column in range(_COLUMNS + 1):
        sheet.write_blank(row, column, None, book.header)
    sheet.merge_range(row, 0, row, _COLUMNS, book.word("monitor_unknown"), book.header)
    for number in range(1, NOTES + 1):
        _wide(book, sheet, row + number, f'INDEX(mon_notes,{number})&""', 28)
    return row + NOTES + 1
