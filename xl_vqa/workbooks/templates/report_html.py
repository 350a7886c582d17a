"""A workbook's pages as one HTML file that needs nothing else: cells as they look, charts as SVG."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from xl_vqa.page.charts import Mark, lines_chart
from xl_vqa.page.colours import GREEN as GOOD
from xl_vqa.page.colours import RUST
from xl_vqa.page.document import document
from xl_vqa.page.ticks import Tick, percent, ticks
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.words.table import one_of
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates.base import INK, LINE
from xl_vqa.workbooks.templates.embedded import Picture, pictures_in
from xl_vqa.workbooks.templates.known import known_template, language_of
from xl_vqa.workbooks.templates.kpi_lights import LIGHTS
from xl_vqa.workbooks.templates.report import computed, pages_of
from xl_vqa.workbooks.templates.words_kpi import KPI

# cells look as they do in the sheet; charts stand beside each other
_STYLE: Final = f"""
body {{ font-size: 12.5px; }}
main {{ max-width: 1400px; }}
table {{ margin-bottom: 1.5em; table-layout: fixed; font-size: 1em; color: #222; }}
.across table {{ min-width: 1250px; }}
td {{ padding: 3px 7px; border-bottom: none; vertical-align: middle; overflow-wrap: anywhere; }}
.gap td {{ height: 8px; }}
td img {{ display: block; max-width: 100%; height: auto; }}
tr {{ break-inside: avoid; }}
figcaption {{ font-size: 1em; font-weight: bold; color: {INK}; }}
.legend {{ font-size: 12px; }}
@page {{ size: A4; margin: 12mm; }}
@page wide {{ size: A4 landscape; }}
@media print {{ body {{ font-size: 10px; }}
  section {{ break-after: page; border: none; padding: 0; }} section:last-child {{ break-after: auto; }}
  .across {{ page: wide; font-size: 8px; }} .across table {{ min-width: 0; }} td {{ padding: 2px 3px; }} }}
"""
# a sheet wider than this many characters is printed across
_WIDE: Final = 130
# colours that conditional formats would give
_WORD_COLORS: Final = {
    **{text: color for key, color in LIGHTS for text in KPI[key]},
    **{name: f"#{band.color}" for band in ACR_BANDS for name in (band.en, band.ja)},
}


def html_report(path: Path, language: str, remark: str) -> str:
    """``remark`` is shown where the figures are those of the last saving; ``language`` is that of the remark.

    Raises what ``report.computed`` raises.
    """
    import openpyxl

    source = WorkbookFile(path)
    pages, known = pages_of(source), known_template(source)
    own = language_of(source, known) or language
    with computed(path) as (file, fresh):
        values = openpyxl.load_workbook(file, data_only=True)
    looks = openpyxl.load_workbook(path)
    parts = []
    if not fresh:
        parts.append(f"<p><em>{html.escape(remark)}</em></p>")
    for number, name in enumerate(pages):
        charts = _charts(values, own) if known.kind == "kpi" and number == 0 else ""
        pictures = pictures_in(Sheet(source, source.entry(name)))
        parts.append(f"<section>{_sheet(values[name], looks[name], pictures)}{charts}</section>")
    return document(path.stem, own, "".join(parts), style=_STYLE)


def _sheet(values: Any, looks: Any, pictures: Mapping[str, Picture]) -> str:
    merged = {area.start_cell.coordinate: area for area in looks.merged_cells.ranges}
    hidden = {
        (row, column)
        for area in looks.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    } - {(area.min_row, area.min_col) for area in looks.merged_cells.ranges}
    rows: list[str] = []
    gap = ""
    width = max((c.column for r in values.iter_rows() for c in r if c.value is not None), default=1)
    width = max([width, *(area.max_col for area in looks.merged_cells.ranges)])
    for row in values.iter_rows(max_col=width):
        if all(cell.value in (None, "") and cell.coordinate not in pictures for cell in row):
            # empty rows part what stands between them, however many there are
            gap = f'<tr class="gap"><td colspan="{width}"></td></tr>' if rows else ""
            continue
        rows.append(f"{gap}<tr>{''.join(_row(row, looks, merged, hidden, pictures))}</tr>")
        gap = ""
    widths = _widths(looks, width)
    columns = "".join(f'<col style="width:{100 * one / sum(widths):.2f}%">' for one in widths)
    table = f"<table><colgroup>{columns}</colgroup>{''.join(rows)}</table>"
    return f'<div class="across">{table}</div>' if sum(widths) > _WIDE else table


def _widths(looks: Any, count: int) -> list[float]:
    """Of columns, in characters as the sheet has them; one definition may stand for several columns."""
    widths = [8.43] * count
    for dimension in looks.column_dimensions.values():
        for column in range(dimension.min or 1, min(dimension.max or 1, count) + 1):
            widths[column - 1] = 0.1 if dimension.hidden else float(dimension.width or 8.43)
    return widths


def _row(
    row: Sequence[Any],
    looks: Any,
    merged: Mapping[str, Any],
    hidden: set[tuple[int, int]],
    pictures: Mapping[str, Picture],
) -> Iterator[str]:
    from openpyxl.utils import range_boundaries

    until = 0
    # below a header that filters every cell belongs to its column
    listed = bool(looks.auto_filter.ref) and row[0].row > range_boundaries(looks.auto_filter.ref)[1]
    for index, cell in enumerate(row):
        if index < until or (cell.row, cell.column) in hidden:
            continue
        look, area, until = looks[cell.coordinate], merged.get(cell.coordinate), index + 1
        if not listed and area is None and isinstance(cell.value, str) and not look.border.left.style:
            # a title or a note runs over the empty cells beside it, as it does in the sheet
            while until < len(row) and _free(row[until], looks, merged, hidden, pictures):
                until += 1
        columns = area.max_col - area.min_col + 1 if area is not None else until - index
        rows = area.max_row - area.min_row + 1 if area is not None else 1
        yield _cell(cell, look, columns, rows, pictures.get(cell.coordinate))


def _free(
    cell: Any, looks: Any, merged: Mapping[str, Any], hidden: set[tuple[int, int]], pictures: Mapping[str, Picture]
) -> bool:
    taken = cell.value not in (None, "") or cell.coordinate in merged or cell.coordinate in pictures
    return not taken and (cell.row, cell.column) not in hidden and not looks[cell.coordinate].border.left.style


def _cell(cell: Any, look: Any, columns: int, rows: int, picture: Picture | None) -> str:
    text = shown(cell.value, look.number_format)
    style = []
    fill = look.fill.fgColor.rgb if look.fill.fill_type == "solid" else None
    color = _WORD_COLORS.get(text) or (f"#{fill[-6:]}" if isinstance(fill, str) else None)
    if color:
        style.append(f"background:{color}")
    if look.font.bold:
        style.append("font-weight:bold")
    if look.font.color is not None and isinstance(look.font.color.rgb, str):
        style.append(f"color:#{look.font.color.rgb[-6:]}")
    style.append(f"font-size:{float(look.font.sz or 10) / 10:g}em")
    number = isinstance(cell.value, (int, float))
    align = look.alignment.horizontal or ("right" if number else "left")
    style.append(f"text-align:{align if align in ('left', 'right', 'center') else 'left'}")
    if look.border.left.style:
        style.append(f"border:1px solid {LINE}")
    span = f' colspan="{columns}"' * (columns > 1) + f' rowspan="{rows}"' * (rows > 1)
    image = "" if picture is None else f'<img alt="" src="{picture.data_address}">'
    return f'<td{span} style="{";".join(style)}">{image}{html.escape(text)}</td>'


def shown(value: Any, number_format: str) -> str:
    """A value as its number format shows it, as far as the templates use formats."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M" if "hh" in number_format else "%Y-%m-%d")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    parts = number_format.split(";")
    if value < 0 and len(parts) > 1:
        # the section for numbers below zero writes a sign only where it has one
        return ("−" if parts[1].startswith("-") else "") + shown(-value, parts[1].lstrip("-"))
    form = parts[2] if value == 0 and len(parts) > 2 else parts[0]
    words = "".join(re.findall(r'"([^"]*)"', form))
    form = re.sub(r'"[^"]*"', "", form)
    sign = "+" if form.startswith("+") else ""
    found = re.search(r"0(?:\.([0#]+))?", form)
    if found is None:
        return words or f"{value:g}"
    digits = found[1] or ""
    text = as_percent(value, len(digits)).rstrip("%") if "%" in form else rounded(value, len(digits))
    if "," in form:
        whole, point, rest = text.partition(".")
        text = f"{int(whole):,}{point}{rest}"
    if "#" in digits:
        text = text.rstrip("0").rstrip(".")
    return f"{sign}{text}{'%' if '%' in form else ''}{words}"


def _charts(values: Any, language: str) -> str:
    from openpyxl.utils import range_boundaries

    def column(name: str) -> list[Any]:
        (sheet, area), *_ = values.defined_names[name].destinations
        left, top, right, bottom = range_boundaries(area)
        found = values[sheet].iter_rows(top, bottom, left, right, values_only=True)
        return [value for row in found for value in row]

    def word(key: str) -> str:
        return one_of(KPI[key], language)

    week_ticks = _weeks(column("c_week_axis"), word("week_format"))
    thresholds = _numbers(column("c_thresholds"))
    costs = [(x, y) for x, y in zip(thresholds, _numbers(column("c_costs")), strict=True) if x is not None]
    limits = (min(x for x, _ in costs), max(x for x, _ in costs)) if costs else (0.0, 1.0)

    def weekly(word_key: str, name: str) -> tuple[str, list[tuple[float, float | None]]]:
        return word(word_key), [(x, y) for (x, _), y in zip(week_ticks, _numbers(column(name)), strict=False)]

    chosen = (
        Mark(x, y, word(key), color)
        for key, name, color in (("c_chosen", "set_threshold", RUST), ("c_cheapest", "k_best_threshold", GOOD))
        for x in _numbers(column(name))
        if x is not None and (y := _height(costs, x)) is not None
    )
    drawn = (
        lines_chart(
            word("chart_trend"),
            week_ticks,
            [weekly(f"w_mean_{who}", f"c_week_{who}") for who in ("human", "ai")],
            x_title=word("axis_week"),
            y_title=word("axis_score"),
            from_zero=False,
        ),
        lines_chart(
            word("chart_complaints"),
            week_ticks,
            [weekly("w_complaint_rate", "c_week_rate")],
            x_title=word("axis_week"),
            y_title=word("axis_rate"),
            say=percent,
        ),
        lines_chart(
            word("chart_cost"),
            ticks(*limits, 8),
            [(word("c_cost_100"), costs)],
            x_title=word("axis_threshold"),
            y_title=word("axis_cost"),
            marks=[*chosen],
        ),
    )
    return f'<div class="figures">{"".join(drawn)}</div>' if any(drawn) else ""


def _weeks(axis: Sequence[Any], number_format: str) -> list[Tick]:
    """The weeks that exist: behind the last one the column repeats it. Earlier trackers hold texts."""
    weeks: list[Any] = []
    for week in axis:
        if week and (not weeks or week != weeks[-1]):
            weeks.append(week)
    if not all(isinstance(week, datetime.datetime) for week in weeks):
        return [(float(place), str(week)) for place, week in enumerate(weeks)]
    pattern = (
        number_format.replace("yy", "%y").replace("mmm", "%b").replace("m", "{0.month}").replace("d", "{0.day}")
    )
    return [(float((week - weeks[0]).days), week.strftime(pattern.format(week))) for week in weeks]


def _height(curve: Sequence[tuple[float, float | None]], x: float) -> float | None:
    """Of the curve at ``x``, between its points too; None beside it and where it has a gap."""
    for (left, low), (right, high) in pairwise(curve):
        if left <= x <= right and low is not None and high is not None:
            return low + (high - low) * (x - left) / (right - left) if right > left else low
    return None


def _numbers(column: Sequence[Any]) -> list[float | None]:
    return [float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else None for v in column]
