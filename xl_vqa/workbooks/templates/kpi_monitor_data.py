"""The hidden sheet behind the monitor page: what ``xl-vqa monitor`` writes, and what the charts show of it.

Every area has a defined name; monitoring/tracker_page.py finds it by that, and writes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.base import GREY, PALE, Template

FIGURES: Final = ("psi", "ks", "off_digits", "outside", "failures", "cusum", "chart")
"""As the page shows them; the names are those of monitoring/watch.py."""
ALARMS, GROUPS, NOTES, BINS = 8, 24, 8, 10
POINTS: Final = 400
"""Of a walk: the control chart has a point for five rows, and the walk goes over the last 2,000."""
PREFIX: Final = "mon_"
LOG_FACTS: Final = (
    ("scores", "COUNT(log_score)"),
    ("score_sum", "SUM(log_score)"),
    ("people", "COUNT(log_human)"),
    ("people_sum", "SUM(log_human)"),
    ("date_sum", "SUM(log_date)"),
)
"""What of the log is noted, so that a later change is seen."""
FEED: Final = ("row", "up", "down", "limit", "mean", "chart_high", "chart_low", "bin", "before", "now")
"""What the charts are drawn of."""


class Area(NamedTuple):
    """Counted from 0."""

    name: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


_TOP: Final = 5
_SINGLE: Final = ("made", "reference", "more", "left_out", "rate", "count", *(name for name, _ in LOG_FACTS))
_LISTS: Final = 3
_GROUPS: Final = 7
_WALKS: Final = _GROUPS + 5 + 2 * len(FIGURES) + 2 + 3 * BINS + 1
_FEED: Final = _WALKS + 5
FEED_TOP: Final = _TOP


def _areas() -> tuple[Area, ...]:
    found = [Area(name, _TOP + k, 1) for k, name in enumerate(_SINGLE)]
    lists = (("alarms", ALARMS), ("rows", ALARMS), ("notes", NOTES))
    found += [Area(name, _TOP, _LISTS + k, rows) for k, (name, rows) in enumerate(lists)]
    column = _GROUPS
    wide = (
        ("names", 1), ("models", 1), ("sources", 1), ("starts", 1), ("points", 1),
        ("values", len(FIGURES)), ("alarming", len(FIGURES)), ("limits", 2),
        ("bins", BINS), ("before", BINS), ("now", BINS),
    )  # fmt: skip
    for name, columns in wide:
        found.append(Area(name, _TOP, column, GROUPS, columns))
        column += columns
    found += [
        Area(name, _TOP, _WALKS + k, GROUPS * POINTS) for k, name in enumerate(("row", "up", "down", "mean"))
    ]
    return tuple(found)


AREAS: Final = {area.name: area for area in _areas()}
Written = Mapping[str, Sequence[Sequence[Any]]]
"""By the name of an area: rows of cells, as many as there are."""


def feed_column(key: str) -> int:
    return _FEED + FEED.index(key)


def add_monitor_data(book: Template, written: Written) -> Worksheet:
    """``written`` is what a run of the command has found."""
    sheet = book.sheet("monitor_data", note="monitor_data_note", last_column=12)
    sheet.set_column(0, 0, 14)
    for row, name in enumerate(_SINGLE, _TOP):
        sheet.write_string(row, 0, name, book.boxed(bg_color=PALE, font_color=GREY))
    for area in AREAS.values():
        if area.name not in _SINGLE:
            sheet.write_string(_TOP - 1, area.column, area.name, book.format(font_color=GREY))
        _name(book, sheet, area)
        for row, cells in enumerate(written.get(area.name, ())):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(area.row + row, area.column + column, value, book.format())
    _chosen(book, sheet)
    _feed(book, sheet)
    sheet.freeze_panes(_TOP, 0)
    sheet.hide()
    return sheet


def _name(book: Template, sheet: Worksheet, area: Area) -> None:
    first = f"${column_letters(area.column + 1)}${area.row + 1}"
    last = f"${column_letters(area.column + area.columns)}${area.row + area.rows}"
    place = first if first == last else f"{first}:{last}"
    book.book.define_name(PREFIX + area.name, f"='{sheet.get_name()}'!{place}")


def _chosen(book: Template, sheet: Worksheet) -> None:
    """Which line of the groups the charts show: the first one where nobody chose."""
    row = _TOP + len(_SINGLE) + 1
    form = book.format()
    cells = (
        ("chosen", "IF(ISNUMBER(MATCH(mon_choice,mon_names,0)),MATCH(mon_choice,mon_names,0),1)"),
        ("start", "N(INDEX(mon_starts,mon_chosen))"),
        ("shown", f"MIN({POINTS},N(INDEX(mon_points,mon_chosen)))"),
    )
    for line, (name, formula) in enumerate(cells, row):
        sheet.write_string(line, 0, name, book.boxed(bg_color=PALE, font_color=GREY))
        book.name(PREFIX + name, sheet, line, 1)
        book.formula(sheet, line, 1, formula, form)


def _feed(book: Template, sheet: Worksheet) -> None:
    for offset, key in enumerate(FEED):
        sheet.write_string(_TOP - 1, _FEED + offset, book.word(f"feed_{key}"), book.format(font_color=GREY))
    form = book.format()
    for point in range(1, POINTS + 1):
        line = _TOP + point - 1
        # charts of nothing show a point at 0: only the calculation sheet may hold errors that charts leave out
        # behind the last point it is repeated: nothing is drawn there, and the axis ends with it
        place = f"mon_start+MIN({point},mon_shown)-1"
        walked = {key: f"INDEX(mon_{key},{place})" for key in ("row", "up", "down", "mean")}
        limits = {"limit": "INDEX(mon_limits,mon_chosen,1)", "chart_high": "INDEX(mon_limits,mon_chosen,2)"}
        limits["chart_low"] = f"-{limits['chart_high']}"
        for key, formula in (walked | limits).items():
            column = feed_column(key)
            book.formula(sheet, line, column, f"IF(mon_shown=0,0,{formula})", form)
    for number in range(1, BINS + 1):
        line = _TOP + number - 1
        book.formula(sheet, line, feed_column("bin"), f'INDEX(mon_bins,mon_chosen,{number})&""', form)
        for key in ("before", "now"):
            value = f"INDEX(mon_{key},mon_chosen,{number})"
            book.formula(sheet, line, feed_column(key), f"N({value})", form)
