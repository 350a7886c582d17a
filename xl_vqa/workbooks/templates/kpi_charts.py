"""The charts of the KPI tracker, on the dashboard and on the summary."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, INK, LINE, Template
from xl_vqa.workbooks.templates.kpi_calc import CURVE, THRESHOLDS, TOP, WEEKLY, WEEKS
from xl_vqa.workbooks.templates.kpi_log import FIELDS, FIRST, LAST

_ORANGE, _GREEN, _BLUE = "#D9822B", "#3F9C5A", "#4A78B5"
_ROWS_HIGH = 17


def add_charts(book: Template, sheet: Worksheet, row: int) -> int:
    """Two by three from ``row`` on; the last row they cover."""
    makers = (trend, complaints, cost_curve, scatter, hours, cusum)
    for number, make in enumerate(makers):
        line, right = divmod(number, 2)
        chart = make(book)
        chart.set_size({"width": 556, "height": 320})
        sheet.insert_chart(
            row + line * _ROWS_HIGH, 0, chart, {"x_offset": 566 * right + 2, "y_offset": 4, "object_position": 3}
        )
    return row + 3 * _ROWS_HIGH


def trend(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, 2, "w_mean_human", _ORANGE)
    _weekly(book, chart, 3, "w_mean_ai", INK)
    _dress(book, chart, "chart_trend", "axis_week", "axis_score")
    return chart


def complaints(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, 9, "w_complaint_rate", _ORANGE)
    _dress(book, chart, "chart_complaints", "axis_week", "axis_rate", number_format="0%", minimum=0, legend=False)
    return chart


def hours(book: Template) -> Any:
    chart = book.book.add_chart({"type": "column"})
    _weekly(book, chart, 10, "w_hours_week", _GREEN)
    _dress(book, chart, "chart_hours", "axis_week", "axis_hours", legend=False)
    return chart


def cusum(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, 7, "w_cusum_up", _ORANGE)
    _weekly(book, chart, 8, "w_cusum_down", _BLUE)
    _dress(book, chart, "chart_cusum", "axis_week", "axis_cusum", minimum=0)
    return chart


def cost_curve(book: Template) -> Any:
    chart = book.book.add_chart({"type": "scatter", "subtype": "straight"})
    calc, last = book.word("calc"), TOP + len(THRESHOLDS) - 1
    marks: list[dict[str, Any]] = [
        {"type": "none"},
        {"type": "circle", "size": 9, "fill": {"color": _ORANGE}, "border": {"color": INK}},
        {"type": "diamond", "size": 11, "fill": {"color": _GREEN}, "border": {"color": INK}},
    ]
    for offset, key, mark in ((3, "c_cost_100", marks[0]), (4, "c_chosen", marks[1]), (5, "c_cheapest", marks[2])):
        chart.add_series(
            {
                "name": book.word(key),
                "categories": [calc, TOP, CURVE, last, CURVE],
                "values": [calc, TOP, CURVE + offset, last, CURVE + offset],
                "line": {"color": INK, "width": 2} if offset == 3 else {"none": True},
                "marker": mark,
            }
        )
    _dress(book, chart, "chart_cost", "axis_threshold", "axis_cost", number_format="#,##0", minimum=0)
    chart.set_x_axis(_axis(book, "axis_threshold") | {"min": 10, "max": 51, "major_gridlines": {"visible": False}})
    return chart


def scatter(book: Template) -> Any:
    chart = book.book.add_chart({"type": "scatter"})
    log = book.word("log")
    x, y = FIELDS.index("human"), FIELDS.index("score")
    chart.add_series(
        {
            "name": book.word("chart_scatter"),
            "categories": [log, FIRST, x, LAST, x],
            "values": [log, FIRST, y, LAST, y],
            "marker": {"type": "circle", "size": 4, "fill": {"color": _BLUE}, "border": {"none": True}},
        }
    )
    _dress(book, chart, "chart_scatter", "axis_human", "axis_ai", legend=False)
    chart.set_x_axis(_axis(book, "axis_human") | {"min": 10, "max": 50})
    lines = {"visible": True, "line": {"color": "#E3E8EE"}}
    chart.set_y_axis(_axis(book, "axis_ai") | {"min": 10, "max": 50, "major_gridlines": lines})
    return chart


def _weekly(book: Template, chart: Any, offset: int, key: str, color: str) -> None:
    calc, last = book.word("calc"), TOP + WEEKS - 1
    chart.add_series(
        {
            "name": book.word(key),
            "categories": [calc, TOP, WEEKLY + 11, last, WEEKLY + 11],
            "values": [calc, TOP, WEEKLY + offset, last, WEEKLY + offset],
            "line": {"color": color, "width": 2.25},
            "fill": {"color": color},
            "gap": 60,
        }
    )


def _axis(book: Template, key: str) -> dict[str, Any]:
    font = {"name": book.font, "size": 9, "color": GREY, "bold": False}
    return {"name": book.word(key), "name_font": font, "num_font": font, "line": {"color": LINE}}


def _dress(
    book: Template,
    chart: Any,
    title: str,
    x: str,
    y: str,
    *,
    number_format: str | None = None,
    minimum: float | None = None,
    legend: bool = True,
) -> None:
    chart.set_title(
        {"name": book.word(title), "name_font": {"name": book.font, "size": 12, "color": INK}, "overlay": False}
    )
    x_axis = _axis(book, x)
    # or dates are broken over two lines
    x_axis["num_font"] = {**x_axis["num_font"], "rotation": -45}
    chart.set_x_axis(x_axis | {"interval_unit": 2})
    y_axis = _axis(book, y) | {"major_gridlines": {"visible": True, "line": {"color": "#E3E8EE"}}}
    if number_format:
        y_axis["num_format"] = number_format
    if minimum is not None:
        y_axis["min"] = minimum
    chart.set_y_axis(y_axis)
    chart.set_chartarea({"border": {"color": LINE}})
    if legend:
        chart.set_legend({"position": "bottom", "font": {"name": book.font, "size": 9}})
    else:
        chart.set_legend({"none": True})
    chart.show_na_as_empty_cell()
    # Excel takes no word for a gap, LibreOffice for zero
    chart.show_blanks_as("span")
