"""The charts of the KPI tracker, on the dashboard and on the summary."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import GREY, INK, LINE, Template
from xl_vqa.workbooks.templates.kpi_calc import CURVE, THRESHOLDS, TOP, week_column
from xl_vqa.workbooks.templates.kpi_cells import WEEKS
from xl_vqa.workbooks.templates.kpi_log import FIELDS, FIRST, LAST

_ORANGE, _GREEN, _BLUE = "#D9822B", "#3F9C5A", "#4A78B5"
_ROWS_HIGH = 16


def add_charts(book: Template, sheet: Worksheet, row: int) -> int:
    """Two by three from ``row`` on; the last row they cover."""
    makers = (trend, complaints, cost_curve, scatter, hours, cusum)
    for number, make in enumerate(makers):
        line, right = divmod(number, 2)
        chart = make(book)
        chart.set_size({"width": 396, "height": 300})
        sheet.insert_chart(
            row + line * _ROWS_HIGH, 0, chart, {"x_offset": 403 * right + 2, "y_offset": 4, "object_position": 3}
        )
    return row + 3 * _ROWS_HIGH


def trend(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, "mean_human", _ORANGE)
    _weekly(book, chart, "mean_ai", INK)
    dress(book, chart, "chart_trend", "axis_week", "axis_score")
    return chart


def complaints(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, "complaint_rate", _ORANGE)
    dress(book, chart, "chart_complaints", "axis_week", "axis_rate", number_format="0%", minimum=0, legend=False)
    return chart


def hours(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, "hours_week", _GREEN)
    dress(book, chart, "chart_hours", "axis_week", "axis_hours", legend=False)
    return chart


def cusum(book: Template) -> Any:
    chart = book.book.add_chart({"type": "line"})
    _weekly(book, chart, "cusum_up", _ORANGE)
    _weekly(book, chart, "cusum_down", _BLUE)
    dress(book, chart, "chart_cusum", "axis_week", "axis_cusum", minimum=0)
    return chart


def cost_curve(book: Template) -> Any:
    # thresholds are names along the axis: it follows the scale of the labels, which a fixed one would not
    chart = book.book.add_chart({"type": "line"})
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
                "categories": [calc, TOP, CURVE + 6, last, CURVE + 6],
                "values": [calc, TOP, CURVE + offset, last, CURVE + offset],
                "line": {"color": INK, "width": 2} if offset == 3 else {"none": True},
                "marker": mark,
            }
        )
    dress(book, chart, "chart_cost", "axis_threshold", "axis_cost", number_format="#,##0", minimum=0)
    chart.set_x_axis(axis(book, "axis_threshold") | {"interval_unit": 1, "interval_tick": 5})
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
    dress(book, chart, "chart_scatter", "axis_human", "axis_ai", legend=False)
    # as far as the scores go: scales are settings
    chart.set_x_axis(axis(book, "axis_human") | {"major_gridlines": {"visible": False}})
    return chart


def _weekly(book: Template, chart: Any, key: str, color: str) -> None:
    calc, last = book.word("calc"), TOP + WEEKS - 1
    week, value = week_column("axis"), week_column(key)
    chart.add_series(
        {
            "name": book.word(f"w_{key}"),
            "categories": [calc, TOP, week, last, week],
            "values": [calc, TOP, value, last, value],
            "line": {"color": color, "width": 2},
            # a week without neighbours would not be seen
            "marker": {"type": "circle", "size": 4, "fill": {"color": color}, "border": {"color": color}},
        }
    )


def axis(book: Template, key: str) -> dict[str, Any]:
    font = {"name": book.font, "size": 10, "color": GREY, "bold": False}
    return {"name": book.word(key), "name_font": font, "num_font": font, "line": {"color": LINE}}


def dress(
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
    # days: weeks that the log does not have take their room, and the axis ends with the last one
    days = {"date_axis": True, "major_unit": 14, "major_unit_type": "days"}
    chart.set_x_axis(axis(book, x) | days | {"num_format": book.word("week_format")})
    y_axis = axis(book, y) | {"major_gridlines": {"visible": True, "line": {"color": "#E3E8EE"}}}
    if number_format:
        y_axis["num_format"] = number_format
    if minimum is not None:
        y_axis["min"] = minimum
    chart.set_y_axis(y_axis)
    chart.set_chartarea({"border": {"color": LINE}})
    if legend:
        chart.set_legend({"position": "bottom", "font": {"name": book.font, "size": 10}})
    else:
        chart.set_legend({"none": True})
    chart.show_na_as_empty_cell()
    # Excel takes no word for a gap, LibreOffice for zero
    chart.show_blanks_as("span")
