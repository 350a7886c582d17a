"""The calculation sheet of the KPI tracker: what the dashboard's figures and charts are made of."""

from __future__ import annotations

from typing import Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.base import GREY, NONE, PALE, Template
from xl_vqa.workbooks.templates.kpi_pairs import DATED, PERIOD, Pairs, add_ranks, scored, within

AI: Final = Pairs("a_", "log_human", "log_score")
PEOPLE: Final = Pairs("p_", "log_human", "log_second")
WEEKS: Final = 26
"""Weeks of the trend: the last ones that the log reaches."""
THRESHOLDS: Final = range(10, 52)
TOP: Final = 5
"""First row of every block, counted from 0."""
CURVE, WEEKLY, DRIFT, RANKS = 4, 11, 24, 31
"""First columns of the blocks."""
BIN_COUNT: Final = 5
_NONE: Final = f'"{NONE}"'

_AFTER: Final = f'{PERIOD},log_date,">="&c_live'
_BEFORE: Final = f'{PERIOD},log_date,"<"&c_live'
_AI_ROWS: Final = f"{PERIOD},{within('log_score')}"
_REFERENCE: Final = 'log_date,"<"&c_ref_end+1'
_RECENT: Final = 'log_date,">="&c_recent'
# criterion of any number: texts and empty cells do not meet it
_NUMBER: Final = '">=-999999999"'


def _videos(rows: str) -> str:
    """Videos of the rows that meet the criteria: a row without a number stands for one."""
    return f"SUMIFS(log_videos,{rows})+COUNTIFS({rows})-COUNTIFS({rows},log_videos,{_NUMBER})"


def _saved(rows: str) -> str:
    """Minutes without AI minus minutes with it, of the rows that hold both."""
    return f"SUMIFS(log_before,{rows},log_after,{_NUMBER})-SUMIFS(log_after,{rows},log_before,{_NUMBER})"


CELLS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("c_start", "IF(ISNUMBER(set_start),set_start,0)", False),
    ("c_end", "IF(ISNUMBER(set_end),set_end,2958464)", False),
    ("c_live", "IF(ISNUMBER(set_live),set_live,c_start)", False),
    ("c_rows", f"COUNTIFS({PERIOD})", False),
    ("c_first", f"IF(c_rows=0,0,MIN(IF({DATED},log_date,2958464)))", True),
    ("c_last", f"MAX(IF({DATED},INT(log_date),0))", True),
    ("c_videos_before", _videos(_BEFORE), False),
    ("c_videos_after", _videos(_AFTER), False),
    ("c_complaints_before", f"SUMIFS(log_complaints,{_BEFORE})", False),
    ("c_complaints_after", f"SUMIFS(log_complaints,{_AFTER})", False),
    ("c_missed_after", f"SUMIFS(log_missed,{_AFTER})", False),
    ("c_timed", f"COUNTIFS({_AFTER},log_before,{_NUMBER},log_after,{_NUMBER})", False),
    ("c_saved", _saved(_AFTER), False),
    (
        "c_months",
        "IF(OR(c_videos_after=0,c_last<c_live),0,(c_last-MAX(c_live,c_start,INT(c_first))+1)/(365.25/12))",
        False,
    ),
    ("c_rate_before", f"IF(c_videos_before>0,c_complaints_before/c_videos_before,{_NONE})", False),
    ("c_rate_after", f"IF(c_videos_after>0,c_complaints_after/c_videos_after,{_NONE})", False),
    (
        "c_rates",
        "IF(AND(ISNUMBER(c_rate_before),ISNUMBER(c_rate_after)),IF(AND(c_rate_before<=1,c_rate_after<=1),1,0),0)",
        False,
    ),
    ("c_z", "NORMSINV(0.975)", False),
    *(
        (
            f"c_wilson_{which}_{end}",
            f"IF(c_rates=0,0,(2*c_complaints_{end}+c_z^2{sign}c_z*SQRT(MAX(0,c_z^2+4*c_complaints_{end}"
            f"*(1-c_rate_{end}))))/(2*(c_videos_{end}+c_z^2)))",
            False,
        )
        for end in ("before", "after")
        for which, sign in (("low", "-"), ("high", "+"))
    ),
    (
        "c_se_ratio",
        "IF(AND(c_rates=1,c_complaints_before>0,c_complaints_after>0),SQRT(MAX(0,1/c_complaints_after"
        "-1/c_videos_after+1/c_complaints_before-1/c_videos_before)),0)",
        False,
    ),
    ("c_defective", f'COUNTIFS({AI.rows},log_human,"<"&set_defect)', False),
    ("c_flagged", f'COUNTIFS({AI.rows},log_score,"<"&set_threshold)', False),
    ("c_caught", f'COUNTIFS({AI.rows},log_score,"<"&set_threshold,log_human,"<"&set_defect)', False),
    ("c_cost_review", "set_wage*set_minutes/60", False),
    (
        "c_ref_end",
        "IF(ISNUMBER(set_reference_end),set_reference_end,IF(c_rows=0,0,INT(c_first)+set_recent_days-1))",
        False,
    ),
    ("c_recent", "MAX(c_last-set_recent_days+1,c_ref_end+1)", False),
    ("c_ref_n", f"COUNTIFS({_AI_ROWS},{_REFERENCE})", False),
    ("c_recent_n", f"COUNTIFS({_AI_ROWS},{_RECENT})", False),
    ("c_diff_n", f"COUNTIFS({AI.rows},{_REFERENCE})", False),
    (
        "c_diff_mean",
        f"IF(c_diff_n=0,0,(SUMIFS(log_human,{AI.rows},{_REFERENCE})-SUMIFS(log_score,{AI.rows},{_REFERENCE}))/c_diff_n)",
        False,
    ),
    (
        "c_diff_sd",
        f"IF(c_diff_n<2,0,SQRT(SUM(IF({AI.ok}*(log_date<c_ref_end+1),(log_human-log_score-c_diff_mean)^2,0))"
        "/(c_diff_n-1)))",
        True,
    ),
    (
        "c_monday",
        "IF(c_rows=0,0,MAX(INT(c_first)-WEEKDAY(INT(c_first),2)+1,c_last-WEEKDAY(c_last,2)+1-7*25))",
        False,
    ),
)


def add_calculation(book: Template) -> Worksheet:
    sheet = book.sheet("calc", note="calc_note", last_column=RANKS + 8)
    _cells(book, sheet)
    _curve(book, sheet)
    _weeks(book, sheet)
    _drift(book, sheet)
    add_ranks(book, sheet, TOP, RANKS, (AI, PEOPLE))
    # what charts must skip is #N/A; nobody has to look at it
    pale = book.book.add_format({"font_color": "#D5DBE1"})
    sheet.conditional_format(
        TOP, 0, TOP + 60, RANKS - 1, {"type": "formula", "criteria": f"=ISNA(A{TOP + 1})", "format": pale}
    )
    sheet.freeze_panes(TOP, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, TOP + len(CELLS) + 2 * 17 + 2, DRIFT + 5)
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
        dated = name in ("c_start", "c_end", "c_live", "c_first", "c_last", "c_ref_end", "c_recent", "c_monday")
        form = book.boxed(num_format="yyyy-mm-dd" if dated else "General", align="right")
        book.name(name, sheet, row, 1)
        book.formula(sheet, row, 1, formula, form, array=array)
        row += 1


def _curve(book: Template, sheet: Worksheet) -> None:
    """Reviews, escapes and cost per 100 videos at every threshold."""
    for offset, key in enumerate(("threshold", "reviewed", "escaped", "cost_100", "chosen", "cheapest")):
        sheet.write_string(TOP - 1, CURVE + offset, book.word(f"c_{key}"), book.header)
    sheet.set_row(TOP - 1, 48)
    sheet.set_column(CURVE, CURVE + 5, 11)
    sheet.set_column(CURVE + 6, CURVE + 6, 3)
    t, f, e, c = (column_letters(CURVE + k) for k in range(1, 5))
    last = TOP + len(THRESHOLDS) - 1
    book.name("c_thresholds", sheet, TOP, CURVE, last)
    book.name("c_costs", sheet, TOP, CURVE + 3, last)
    for row, threshold in enumerate(THRESHOLDS, TOP):
        line = row + 1
        # from one step above the lowest label (nothing reviewed) to above the highest (all reviewed)
        step = f"set_label_min+(set_label_max-set_label_min)*{threshold - THRESHOLDS[0]}/{len(THRESHOLDS) - 2}"
        book.formula(sheet, row, CURVE, step, book.boxed(bg_color=PALE, num_format="0.##"))
        number = book.boxed(num_format="0")
        book.formula(sheet, row, CURVE + 1, f'COUNTIFS({AI.rows},log_score,"<"&{t}{line})', number)
        escaped = f'COUNTIFS({AI.rows},log_score,">="&{t}{line},log_human,"<"&set_defect)'
        book.formula(sheet, row, CURVE + 2, escaped, number)
        cost = f"IF(a_n=0,NA(),100*({f}{line}*c_cost_review+{e}{line}*set_cost_escape)/a_n)"
        money = book.boxed(num_format="#,##0")
        book.formula(sheet, row, CURVE + 3, cost, money)
        nearest = f"IF(ABS({t}{line}-set_threshold)<(set_label_max-set_label_min)/80,{c}{line},NA())"
        book.formula(sheet, row, CURVE + 4, nearest, money)
        book.formula(sheet, row, CURVE + 5, f"IF({t}{line}=k_best_threshold,{c}{line},NA())", money)


def _weeks(book: Template, sheet: Worksheet) -> None:
    """Figures of each week, Monday to Sunday, and the CUSUM of the difference of people and AI."""
    keys = ("week", "videos", "mean_human", "mean_ai", "pairs", "difference", "z", "cusum_up", "cusum_down",
            "complaint_rate", "hours_week", "axis")  # fmt: skip
    letters = {}
    for offset, key in enumerate(keys):
        sheet.write_string(TOP - 1, WEEKLY + offset, book.word(f"w_{key}"), book.header)
        letters[key] = column_letters(WEEKLY + offset + 1)
    sheet.set_column(WEEKLY, WEEKLY + len(keys) - 1, 11)
    sheet.set_column(WEEKLY + len(keys), WEEKLY + len(keys), 3)
    last = TOP + WEEKS - 1
    for name, key in (("axis", "axis"), ("human", "mean_human"), ("ai", "mean_ai"), ("rate", "complaint_rate")):
        book.name(f"c_week_{name}", sheet, TOP, WEEKLY + keys.index(key), last)
    book.name("c_cusum_up", sheet, TOP, WEEKLY + 7, last)
    book.name("c_cusum_down", sheet, TOP, WEEKLY + 8, last)
    for index in range(WEEKS):
        row, line, above = TOP + index, TOP + index + 1, TOP + index
        at = {key: f"{letter}{line}" for key, letter in letters.items()}
        week = f'IF(c_rows=0,"",IF(c_monday+{7 * index}>c_last,"",c_monday+{7 * index}))'
        inside = f'log_date,">="&{at["week"]},log_date,"<"&{at["week"]}+7'
        rows, pairs = f"{PERIOD},{inside}", f"{AI.rows},{inside}"
        known = f"ISNUMBER({at['week']})"
        diff = f"(SUMIFS(log_human,{pairs})-SUMIFS(log_score,{pairs}))/{at['pairs']}"
        slack = f"ISNUMBER({at['z']})"
        up = f"{letters['cusum_up']}{above}" if index else "0"
        down = f"{letters['cusum_down']}{above}" if index else "0"
        human, score = (_mean_of(column, rows) for column in ("log_human", "log_score"))
        saved = _saved(f'{rows},log_date,">="&c_live')
        cells = (
            ("week", week, "m/d"),
            ("videos", f"IF({known},{_videos(rows)},0)", "0"),
            ("mean_human", f"IF({known},{human},NA())", "0.0"),
            ("mean_ai", f"IF({known},{score},NA())", "0.0"),
            ("pairs", f"IF({known},COUNTIFS({pairs}),0)", "0"),
            ("difference", f"IF({at['pairs']}=0,NA(),{diff})", "0.00"),
            (
                "z",
                f'IF(OR({at["pairs"]}=0,c_diff_sd<0.000000001),"",({at["difference"]}-c_diff_mean)'
                f'/c_diff_sd/SQRT(1/{at["pairs"]}+1/c_diff_n))',
                "0.00",
            ),
            ("cusum_up", f"IF({slack},MAX(0,{up}+{at['z']}-0.5),{up})", "0.00"),
            ("cusum_down", f"IF({slack},MAX(0,{down}-{at['z']}-0.5),{down})", "0.00"),
            ("complaint_rate", f"IF({at['videos']}>0,SUMIFS(log_complaints,{rows})/{at['videos']},NA())", "0.0%"),
            ("hours_week", f"IF({known},({saved})/60,0)", "0.0"),
            # as text: an axis of dates would begin at 1900 where weeks are still empty
            ("axis", f'IF({known},TEXT({at["week"]},"m/d"),"")', "@"),
        )  # fmt: skip
        for key, formula, number_format in cells:
            form = book.boxed(num_format=number_format, align="right")
            book.formula(sheet, row, WEEKLY + keys.index(key), formula, form)


def _mean_of(column: str, rows: str) -> str:
    scores = f"{rows},{within(column)}"
    return f"IF(COUNTIFS({scores})=0,NA(),SUMIFS({column},{scores})/COUNTIFS({scores}))"


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
        reference = f"{DATED}*{scored('log_score')}*(log_date<c_ref_end+1)"
        bound = f'PERCENTILE(IF({reference},log_score,""),{(index + 1) / BIN_COUNT:g})'
        if index == BIN_COUNT - 1:
            # above every score: the highest of the reference is no bound for the recent ones
            bound = "9999"
        book.formula(sheet, row, DRIFT + 1, f"IF(c_ref_n=0,0,{bound})", number, array=True)
        inside = f'log_score,"<="&{u}{line}' + (f',log_score,">"&{u}{line - 1}' if index else "")
        for offset, rows, count in ((2, _REFERENCE, "c_ref_n"), (3, _RECENT, "c_recent_n")):
            text = f"IF({count}=0,0,COUNTIFS({_AI_ROWS},{rows},{inside})/{count})"
            book.formula(sheet, row, DRIFT + offset, text, share)
        # an empty bin counts as 0.0001, as is usual, so that the logarithm exists
        p, q = f"MAX({r}{line},0.0001)", f"MAX({n}{line},0.0001)"
        book.formula(sheet, row, DRIFT + 4, f"({q}-{p})*LN({q}/{p})", number)
