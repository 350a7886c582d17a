"""The calculation sheet of the KPI tracker: what the dashboard's figures and charts are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.base import GREY, PALE, Template
from xl_vqa.workbooks.templates.kpi_cells import (
    AFTER,
    AI,
    AI_AFTER,
    AI_ROWS,
    CELLS,
    DAYS,
    NUMBER,
    PEOPLE,
    RECENT,
    REFERENCE,
    WEEKS,
    missed,
    saved,
    videos,
)
from xl_vqa.workbooks.templates.kpi_lights import add_judged
from xl_vqa.workbooks.templates.kpi_pairs import DATED, HUMAN, PERIOD, SCORE, Scores, add_ranks

THRESHOLDS: Final = range(10, 52)
TOP: Final = 5
"""First row of every block, counted from 0."""
CURVE, WEEKLY, DRIFT, JUDGED, RANKS = 4, 12, 27, 34, 43
"""First columns of the blocks."""
BIN_COUNT: Final = 5
WEEK_COLUMNS: Final = (
    "week", "videos", "mean_human", "mean_ai", "pairs", "difference", "z", "up", "down", "cusum_up", "cusum_down",
    "complaint_rate", "hours_week", "axis",
)  # fmt: skip


def add_calculation(book: Template) -> Worksheet:
    """Hidden: it is for those who ask how a figure comes about, and not for printing."""
    sheet = book.sheet("calc", note="calc_note", last_column=RANKS + 8)
    _cells(book, sheet)
    _curve(book, sheet)
    _weeks(book, sheet)
    _drift(book, sheet)
    add_judged(book, sheet, TOP, JUDGED)
    add_ranks(book, sheet, TOP, RANKS, (AI, PEOPLE))
    # what charts must skip is #N/A; nobody has to look at it
    pale = book.book.add_format({"font_color": "#D5DBE1"})
    sheet.conditional_format(
        TOP, 0, TOP + WEEKS, JUDGED - 1, {"type": "formula", "criteria": f"=ISNA(A{TOP + 1})", "format": pale}
    )
    sheet.freeze_panes(TOP, 0)
    sheet.hide()
    return sheet


def _cells(book: Template, sheet: Worksheet) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 3, 3)
    sheet.write_string(TOP - 1, 0, book.word("col_name"), book.header)
    sheet.write_string(TOP - 1, 1, book.word("col_value"), book.header)
    row = TOP
    cells = [*CELLS]
    for pairs in (AI, PEOPLE):
        cells += [(pairs.prefix + name, formula, array) for name, formula, array in pairs.sums()]
    for name, formula, array in cells:
        sheet.write_string(row, 0, name, book.boxed(bg_color=PALE, font_color=GREY))
        form = book.boxed(num_format="yyyy-mm-dd" if name in DAYS else "General", align="right")
        book.name(name, sheet, row, 1)
        book.formula(sheet, row, 1, formula, form, array=array)
        row += 1


def _curve(book: Template, sheet: Worksheet) -> None:
    """Reviews, escapes and cost per 100 videos at every threshold."""
    for offset, key in enumerate(("threshold", "reviewed", "escaped", "cost_100", "chosen", "cheapest", "axis")):
        sheet.write_string(TOP - 1, CURVE + offset, book.word(f"c_{key}"), book.header)
    sheet.set_row(TOP - 1, 48)
    sheet.set_column(CURVE, CURVE + 6, 11)
    t, f, e, c = (column_letters(CURVE + k) for k in range(1, 5))
    last = TOP + len(THRESHOLDS) - 1
    book.name("c_thresholds", sheet, TOP, CURVE, last)
    book.name("c_costs", sheet, TOP, CURVE + 3, last)
    for row, threshold in enumerate(THRESHOLDS, TOP):
        line = row + 1
        # from one step above the lowest label (nothing reviewed) to above the highest (all reviewed)
        step = f"set_label_min+(set_label_max-set_label_min)*{threshold - THRESHOLDS[0]}/{len(THRESHOLDS) - 2}"
        book.formula(sheet, row, CURVE, step, book.boxed(bg_color=PALE, num_format="0.##"))
        number = book.boxed(num_format="0.0")
        book.formula(sheet, row, CURVE + 1, f'COUNTIFS({AI_AFTER},log_score,"<"&{t}{line})', number)
        book.formula(sheet, row, CURVE + 2, f"IF(c_checked=0,NA(),{missed(f'{t}{line}')})", number)
        cost = f"IF(c_checked=0,NA(),100*({f}{line}*c_cost_review+{e}{line}*set_cost_escape)/c_scored)"
        money = book.boxed(num_format="#,##0")
        book.formula(sheet, row, CURVE + 3, cost, money)
        half = "(set_label_max-set_label_min)/80"
        nearest = f"IF(AND({t}{line}-{half}<set_threshold,{t}{line}+{half}>=set_threshold),{c}{line},NA())"
        book.formula(sheet, row, CURVE + 4, nearest, money)
        book.formula(sheet, row, CURVE + 5, f"IF({t}{line}=k_best_threshold,{c}{line},NA())", money)
        # every fifth has its name along the axis
        named = f'{t}{line}&""' if (threshold - THRESHOLDS[0]) % 5 == 0 else '""'
        book.formula(sheet, row, CURVE + 6, named, book.boxed(align="right"))


def _weeks(book: Template, sheet: Worksheet) -> None:
    """Figures of each week that the log has, Monday to Sunday, and the CUSUM of the difference of people and AI.

    Rows that are left over repeat the last week on the axis and have no figures, so that charts end there.
    """
    letters = {}
    for offset, key in enumerate(WEEK_COLUMNS):
        sheet.write_string(TOP - 1, WEEKLY + offset, book.word(f"w_{key}"), book.header)
        letters[key] = column_letters(WEEKLY + offset + 1)
    sheet.set_column(WEEKLY, WEEKLY + len(WEEK_COLUMNS) - 1, 11)
    sheet.set_column(WEEKLY + len(WEEK_COLUMNS), WEEKLY + len(WEEK_COLUMNS), 3)
    # the names of earlier versions, which reports read as well
    short = {"mean_human": "human", "mean_ai": "ai", "complaint_rate": "rate"}
    for key in WEEK_COLUMNS:
        book.name(f"c_week_{short.get(key, key)}", sheet, TOP, week_column(key), TOP + WEEKS - 1)
    for index in range(WEEKS):
        row, line, above = TOP + index, TOP + index + 1, TOP + index
        at = {key: f"{letter}{line}" for key, letter in letters.items()}
        before = {key: f"{letter}{above}" if index else "0" for key, letter in letters.items()}
        for key, (formula, number_format) in _week(at, before, first=index == 0).items():
            form = book.boxed(num_format=number_format, align="right")
            book.formula(sheet, row, week_column(key), formula, form)


def _week(at: Mapping[str, str], before: Mapping[str, str], *, first: bool) -> dict[str, tuple[str, str]]:
    """Formula and number format by column; ``at`` are the cells of the row, ``before`` those above."""
    since = "c_monday" if first else f"{before['week']}+7"
    # the first day of the log from there on; texts are no days to either function
    day = f'SMALL(log_date,COUNTIF(log_date,"<"&{since})+1)'
    none = "c_rows=0" if first else f"NOT(ISNUMBER({before['week']}))"
    left = f'IF(COUNTIF(log_date,">="&{since})=0,"",IF({day}>=c_end+1,"",INT({day})-WEEKDAY(INT({day}),2)+1))'
    inside = f'log_date,">="&{at["week"]},log_date,"<"&{at["week"]}+7'
    rows, pairs, since_live = f"{PERIOD},{inside}", f"{AI.rows},{inside}", f"{AFTER},{inside}"
    known, paired = f"ISNUMBER({at['week']})", f"ISNUMBER({at['z']})"
    difference = f"({HUMAN.total(pairs, at['pairs'])}-SUMIFS(log_score,{pairs}))/{at['pairs']}"
    z = f"({at['difference']}-c_diff_mean)/c_diff_sd/SQRT(1/{at['pairs']}+1/c_diff_n)"
    up, down = before["up"], before["down"]
    timed_rows = f"COUNTIFS({since_live},log_before,{NUMBER},log_after,{NUMBER})"
    rate = f"SUMIFS(log_complaints,{rows},log_complaints,{NUMBER})/{at['videos']}"
    axis = '""' if first else before["axis"]
    return {
        "week": (f'IF({none},"",{left})', "yyyy-mm-dd"),
        "videos": (f"IF({known},{videos(rows)},0)", "0"),
        "mean_human": (f"IF({known},{_mean(HUMAN, rows)},NA())", "0.0"),
        "mean_ai": (f"IF({known},{_mean(SCORE, rows)},NA())", "0.0"),
        "pairs": (f"IF({known},COUNTIFS({pairs}),0)", "0"),
        "difference": (f"IF({at['pairs']}=0,NA(),{difference})", "0.00"),
        "z": (f'IF(OR({at["pairs"]}=0,c_diff_sd<0.000000001),"",{z})', "0.00"),
        # the sums go on over weeks without pairs; a chart has no point there
        "up": (f"IF({paired},MAX(0,{up}+{at['z']}-0.5),{up})", "0.00"),
        "down": (f"IF({paired},MAX(0,{down}-{at['z']}-0.5),{down})", "0.00"),
        "cusum_up": (f"IF({paired},{at['up']},NA())", "0.00"),
        "cusum_down": (f"IF({paired},{at['down']},NA())", "0.00"),
        "complaint_rate": (f"IF({at['videos']}>0,{rate},NA())", "0.0%"),
        "hours_week": (f"IF({known},IF({timed_rows}=0,NA(),({saved(since_live)})/60),NA())", "0.0"),
        "axis": (f"IF({known},{at['week']},{axis})", "yyyy-mm-dd"),
    }


def week_column(key: str) -> int:
    return WEEKLY + WEEK_COLUMNS.index(key)


def _mean(scores: Scores, rows: str) -> str:
    counted = f"{rows},{scores.within}"
    count = f"COUNTIFS({counted})"
    return f"IF({count}=0,NA(),{scores.total(counted, count)}/{count})"


def _drift(book: Template, sheet: Worksheet) -> None:
    """Population stability index of the AI scores: fifths of the reference weeks against the recent ones."""
    for offset, key in enumerate(("bin", "upper", "reference", "recent", "part")):
        sheet.write_string(TOP - 1, DRIFT + offset, book.word(f"d_{key}"), book.header)
    sheet.set_column(DRIFT, DRIFT + 4, 11)
    sheet.set_column(DRIFT + 5, DRIFT + 6, 3)
    u, r, n = (column_letters(DRIFT + k) for k in (2, 3, 4))
    book.name("c_psi_parts", sheet, TOP, DRIFT + 4, TOP + BIN_COUNT - 1)
    number, share = book.boxed(num_format="0.00"), book.boxed(num_format="0.0%")
    for index in range(BIN_COUNT):
        row, line = TOP + index, TOP + index + 1
        sheet.write_number(row, DRIFT, index + 1, book.boxed(bg_color=PALE))
        reference = f"{DATED}*{SCORE.scored}*(log_date<c_ref_end+1)"
        bound = f'PERCENTILE(IF({reference},log_score,""),{(index + 1) / BIN_COUNT:g})'
        if index == BIN_COUNT - 1:
            # above every score: the highest of the reference is no bound for the recent ones
            bound = "9999"
        book.formula(sheet, row, DRIFT + 1, f"IF(c_ref_n=0,0,{bound})", number, array=True)
        inside = f'log_score,"<="&{u}{line}' + (f',log_score,">"&{u}{line - 1}' if index else "")
        for offset, rows, count in ((2, REFERENCE, "c_ref_n"), (3, RECENT, "c_recent_n")):
            text = f"IF({count}=0,0,COUNTIFS({AI_ROWS},{rows},{inside})/{count})"
            book.formula(sheet, row, DRIFT + offset, text, share)
        # an empty bin counts as 0.0001, as is usual, so that the logarithm exists
        p, q = f"MAX({r}{line},0.0001)", f"MAX({n}{line},0.0001)"
        book.formula(sheet, row, DRIFT + 4, f"({q}-{p})*LN({q}/{p})", number)
