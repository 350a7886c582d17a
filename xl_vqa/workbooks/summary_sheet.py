"""The sheet that sums results up: key figures, videos per band, and how the scores are spread. Its figures
are native formulas, so they follow when rows are deleted or corrected; the values shown before Excel computes
are those of the rows written."""

from __future__ import annotations

import math
import statistics
from typing import Any, Final

from xl_vqa.workbooks.results_xlsx import INK, LINE, PALE, ResultBook, band_names

_MAX_BARS: Final = 60
_BIN_COLUMN: Final = 10
"""Columns K, L and M hold the numbers behind the chart of scores, beside the printed part."""


def add_summary(book: ResultBook) -> None:
    """Adds the sheet behind the results, which must be there already: its formulas look at them."""
    sheet = book.book.add_worksheet(book.word("summary"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 3, 13)
    sheet.set_column(4, 9, 9)
    sheet.write_string(0, 0, book.word("title"), book.format(bold=True, font_size=18, font_color=INK))
    made = book.word("made", date=f"{book.made:%Y-%m-%d %H:%M}")
    sheet.write_string(1, 0, made, book.format(font_color="#6B7785"))
    sheet.set_row(0, 28)
    _figures(book, sheet)
    _bands(book, sheet)
    _spread(book, sheet)
    sheet.print_area(0, 0, 49, 9)
    book.page_portrait(sheet)


def _figures(book: ResultBook, sheet: Any) -> None:
    rated = [row for row in book.rows if row["label"] is not None]
    mos = [float(row["mos"]) for row in rated if row["mos"] is not None]
    confidence = [float(row["band_probability"]) for row in rated if row["band_probability"] is not None]
    mos_cells = book.column("mos")
    figures: list[tuple[str, str, float | str, str]] = [
        ("videos", f"=COUNTA({book.column('path')})", len(book.rows), "0"),
        ("rated", f"=COUNT({book.column('label')})", len(rated), "0"),
        ("failed", f"=COUNTA({book.column('error')})", sum(bool(row["error"]) for row in book.rows), "0"),
        ("mean_mos", _or_blank("AVERAGE", mos_cells), statistics.fmean(mos) if mos else "", "0.00"),
        ("median_mos", _or_blank("MEDIAN", mos_cells), statistics.median(mos) if mos else "", "0.00"),
        ("lowest_mos", _or_blank("MIN", mos_cells), min(mos, default=""), "0.00"),
        ("highest_mos", _or_blank("MAX", mos_cells), max(mos, default=""), "0.00"),
        (
            "mean_confidence",
            _or_blank("AVERAGE", book.column("band_probability")),
            statistics.fmean(confidence) if confidence else "",
            "0%",
        ),
    ]
    for row, (key, formula, value, number_format) in enumerate(figures, 3):
        sheet.write_string(row, 0, book.word(key), book.format(bg_color=PALE, border=1, border_color=LINE))
        form = book.format(num_format=number_format, align="right", bold=True, border=1, border_color=LINE)
        sheet.write_formula(row, 1, formula, form, value)


def _or_blank(function: str, cells: str) -> str:
    """Without a rating there is no mean; a cell must not show an error for that."""
    return f'=IF(COUNT({cells})=0,"",{function}({cells}))'


def _bands(book: ResultBook, sheet: Any) -> None:
    first = 13
    for column, key in enumerate(("band", "scores_from_to", "count", "share")):
        sheet.write_string(first - 1, column, book.word(key), book.header_format)
    cells = book.column("band")
    rated = sum(row["band"] is not None for row in book.rows)
    border: dict[str, Any] = {"border": 1, "border_color": LINE}
    for row, (key, name) in enumerate(band_names(book.language), first):
        count = sum(r["band"] == key for r in book.rows)
        labels = [label for label in book.scale.labels if book.bands.of(label).key == key]
        sheet.write_string(row, 0, name, book.band_format(key))
        text = f"{labels[0]} – {labels[-1]}" if labels else "–"
        sheet.write_string(row, 1, text, book.format(align="center", **border))
        # compared with the cell beside it, so a renamed band is counted as well
        sheet.write_formula(row, 2, f"=COUNTIF({cells},$A{row + 1})", book.format(align="right", **border), count)
        share = f"=IF(SUM($C${first + 1}:$C${first + 5})=0,0,C{row + 1}/SUM($C${first + 1}:$C${first + 5}))"
        form = book.format(num_format="0%", align="right", **border)
        sheet.write_formula(row, 3, share, form, count / rated if rated else 0)
    chart = book.book.add_chart({"type": "column"})
    name = book.word("summary")
    colors = {band.key: f"#{band.color}" for band in (book.bands.of(label) for label in book.scale.labels)}
    chart.add_series(
        {
            "name": book.word("count"),
            "categories": [name, first, 0, first + 4, 0],
            "values": [name, first, 2, first + 4, 2],
            "points": [{"fill": {"color": colors.get(key, INK)}} for key, _ in band_names(book.language)],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    _dress(book, chart, "chart_bands")
    chart.set_size({"width": 390, "height": 330})
    sheet.insert_chart(2, 4, chart, {"object_position": 2, "x_offset": 12})


def _spread(book: ResultBook, sheet: Any) -> None:
    labels = book.scale.labels
    step = math.ceil(len(labels) / _MAX_BARS)
    bins = [(low, min(low + step - 1, labels[-1])) for low in range(labels[0], labels[-1] + 1, step)]
    cells = book.column("label")
    grey = book.format(font_color="#8B95A1")
    for column, text in enumerate((book.word("label"), "≤", book.word("count"))):
        sheet.write_string(2, _BIN_COLUMN + column, text, grey)
    for row, (low, high) in enumerate(bins, 3):
        count = sum(r["label"] is not None and low <= r["label"] <= high for r in book.rows)
        sheet.write_number(row, _BIN_COLUMN, low, grey)
        sheet.write_number(row, _BIN_COLUMN + 1, high, grey)
        formula = f'=COUNTIFS({cells},">="&K{row + 1},{cells},"<="&L{row + 1})'
        sheet.write_formula(row, _BIN_COLUMN + 2, formula, grey, count)
    name = book.word("summary")
    last = 2 + len(bins)
    chart = book.book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": book.word("count"),
            "categories": [name, 3, _BIN_COLUMN, last, _BIN_COLUMN],
            "values": [name, 3, _BIN_COLUMN + 2, last, _BIN_COLUMN + 2],
            "points": [{"fill": {"color": f"#{book.bands.of(low).color}"}} for low, _ in bins],
            "gap": 15,
        }
    )
    _dress(book, chart, "chart_labels")
    chart.set_x_axis({"num_font": {"size": 8}, "interval_unit": 5, "line": {"color": LINE}})
    chart.set_size({"width": 830, "height": 340})
    sheet.insert_chart(20, 0, chart, {"object_position": 2, "x_offset": 4})


def _dress(book: ResultBook, chart: Any, title: str) -> None:
    chart.set_title({"name": book.word(title), "name_font": {"size": 12, "color": INK, "name": book.font}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": LINE}}, "min": 0, "num_format": "0"})
    chart.set_chartarea({"border": {"color": LINE}})
