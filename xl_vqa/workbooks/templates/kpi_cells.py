"""What the dashboard's figures are computed of, cell by cell: each with the rows that its definition names."""

from __future__ import annotations

from typing import Final

from xl_vqa.workbooks.templates.base import NONE
from xl_vqa.workbooks.templates.kpi_log import SAYS
from xl_vqa.workbooks.templates.kpi_pairs import DATED, HUMAN, PERIOD, SCORE, SECOND, Pairs

AI: Final = Pairs("a_", HUMAN, SCORE)
PEOPLE: Final = Pairs("p_", HUMAN, SECOND)
WEEKS: Final = 104
"""Weeks of the trend: the last ones that the log has."""
_NONE: Final = f'"{NONE}"'

SINCE: Final = 'log_date,">="&c_live'
"""Rows since AI is in use."""
AFTER: Final = f"{PERIOD},{SINCE}"
BEFORE: Final = f'{PERIOD},log_date,"<"&c_live'
AI_ROWS: Final = f"{PERIOD},{SCORE.within}"
AI_AFTER: Final = f"{AI_ROWS},{SINCE}"
"""Rows that the AI scored since it is in use, whether people scored them or not."""
PAIRS_AFTER: Final = f"{AI.rows},{SINCE}"
"""Of these the ones that people scored as well."""
REFERENCE: Final = 'log_date,"<"&c_ref_end+1'
RECENT: Final = 'log_date,">="&c_recent'
FLAGGED: Final = 'log_score,"<"&set_threshold'
DEFECT: Final = "log_human,c_defect_rule"
NUMBER: Final = '">=0"'
"""Criterion of an amount: texts, empty cells and what lies below 0 do not meet it."""
EARLIEST: Final = 36526
"""1 January 2000, the first day that the log takes: smaller numbers are no dates, but were typed for one."""
# names whose values are days
DAYS: Final = ("c_start", "c_end", "c_live", "c_first", "c_last", "c_ref_end", "c_recent", "c_monday")


def videos(rows: str) -> str:
    """Videos of the rows that meet the criteria: a row without a number stands for one."""
    return f"SUMIFS(log_videos,{rows},log_videos,{NUMBER})+COUNTIFS({rows})-COUNTIFS({rows},log_videos,{NUMBER})"


def saved(rows: str) -> str:
    """Minutes without AI minus minutes with it, of the rows that hold both."""
    both = f"{rows},log_before,{NUMBER},log_after,{NUMBER}"
    return f"SUMIFS(log_before,{both})-SUMIFS(log_after,{both})"


def missed(threshold: str) -> str:
    """Defective videos that a threshold would let pass, of all that the AI scored, as far as people's scores tell.

    People seldom score every video: those of either side of the threshold in use stand for their whole side
    (Begg and Greenes, Biometrics 39, 1983, on tests that only some of the cases are checked for).
    """
    passed = f'{PAIRS_AFTER},{DEFECT},log_score,">="&{threshold}'
    return (
        f"c_weight_reviewed*COUNTIFS({passed},{FLAGGED})"
        f'+c_weight_passed*COUNTIFS({passed},log_score,">="&set_threshold)'
    )


_PEOPLES_SCALE: Final[tuple[tuple[str, str, bool], ...]] = (
    ("c_people_low", "MIN(set_people_worst,set_people_best)", False),
    ("c_people_high", "MAX(set_people_worst,set_people_best)", False),
    ("c_people_span", "IF(set_people_best=set_people_worst,1,set_people_best-set_people_worst)", False),
    ("c_people_step", "(set_label_max-set_label_min)/c_people_span", False),
    (
        "c_defect_rule",
        'IF(c_people_span>0,"<",">")&ROUND(set_people_worst+(set_defect-set_label_min)/c_people_step,9)',
        False,
    ),
)
# ten or more scores, and all in the lowest tenth: another scale was meant
_PEOPLES_SCORES: Final[tuple[tuple[str, str, bool], ...]] = (
    (
        "c_people_top",
        f"MAX(IF({HUMAN.scored},(log_human-set_people_worst)/c_people_span,0))",
        True,
    ),
    ("c_people_tenth", f"IF(AND(COUNTIFS({HUMAN.within})>=10,c_people_top<=0.1),1,0)", False),
)
# a row that says again what another says of the same video: each row as one number, as texts take far too long
_ENDS: Final = 40
"""Characters of a video's name that are looked at, from its end."""


def _doubled() -> str:
    """No IFERROR within: LibreOffice takes minutes for it. So it is an error where Excel meets half an emoji.

    The weights are powers of a root of e, of which no sum of whole multiples is that of others.
    """
    places = f"ROW($1:${_ENDS})"
    ends = f'RIGHT(REPT(" ",{_ENDS})&log_video,{_ENDS})'
    number = f"MMULT(_xlfn.UNICODE(MID({ends},TRANSPOSE({places}),1)),EXP({places}/7))"
    number += f"+LEN(log_video)*EXP({_ENDS + 1}/7)"
    for power, name in enumerate(SAYS, _ENDS + 2):
        number += f"+IF(ISNUMBER(log_{name}),log_{name}+1,0)*EXP({power}/7)"
    rows = f'IF(log_video<>"",ROUND({number},4),-1)'
    return f'SUM((log_video<>"")*1)+(SUM((log_video="")*1)>0)-SUM((FREQUENCY({rows},{rows})>0)*1)'


# numbers outside their scale, a 0 for "not rated" apart: where many are, those inside may be of another scale, too
_OTHER_SCALE: Final[tuple[tuple[str, str, bool], ...]] = tuple(
    line
    for key, one in (("human", HUMAN), ("second", SECOND), ("score", SCORE))
    for line in (
        (f"c_off_{key}", one.outside, False),
        (f"c_other_{key}", f"IF(AND(c_off_{key}>=3,c_off_{key}*10>=COUNT(log_{key})),1,0)", False),
    )
)
_COMPLAINTS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("c_rate_before", f"IF(c_videos_before>0,c_complaints_before/c_videos_before,{_NONE})", False),
    ("c_rate_after", f"IF(c_videos_after>0,c_complaints_after/c_videos_after,{_NONE})", False),
    ("c_rates", "IF(AND(ISNUMBER(c_rate_before),ISNUMBER(c_rate_after)),1,0)", False),
    # shares have an interval; more complaints than videos are no share
    ("c_shares", "IF(c_rates=0,0,IF(AND(c_rate_before<=1,c_rate_after<=1),1,0))", False),
    ("c_z", "NORMSINV(0.975)", False),
    *(
        (
            f"c_wilson_{which}_{end}",
            f"IF(c_shares=0,0,(2*c_complaints_{end}+c_z^2{sign}c_z*SQRT(MAX(0,c_z^2+4*c_complaints_{end}"
            f"*(1-c_rate_{end}))))/(2*(c_videos_{end}+c_z^2)))",
            False,
        )
        for end in ("before", "after")
        for which, sign in (("low", "-"), ("high", "+"))
    ),
    (
        "c_se_ratio",
        "IF(AND(c_shares=1,c_complaints_before>0,c_complaints_after>0),SQRT(MAX(0,1/c_complaints_after"
        "-1/c_videos_after+1/c_complaints_before-1/c_videos_before)),0)",
        False,
    ),
    # 1 fewer, -1 more than chance explains, 0 neither
    (
        "c_change",
        "IF(c_shares=0,0,IF(k_difference_low>0,1,IF(k_difference_high<0,-1,0)))",
        False,
    ),
)
_TRIAGE: Final[tuple[tuple[str, str, bool], ...]] = (
    ("c_scored", f"COUNTIFS({AI_AFTER})", False),
    ("c_reviewed", f"COUNTIFS({AI_AFTER},{FLAGGED})", False),
    ("c_passed", "c_scored-c_reviewed", False),
    ("c_pairs_reviewed", f"COUNTIFS({PAIRS_AFTER},{FLAGGED})", False),
    ("c_pairs_passed", f"COUNTIFS({PAIRS_AFTER})-c_pairs_reviewed", False),
    ("c_defective", f"COUNTIFS({PAIRS_AFTER},{DEFECT})", False),
    ("c_caught", f"COUNTIFS({PAIRS_AFTER},{FLAGGED},{DEFECT})", False),
    # of a side that nobody scored nothing is known
    (
        "c_checked",
        "IF(OR(c_pairs_reviewed+c_pairs_passed=0,AND(c_passed>0,c_pairs_passed=0),AND(c_reviewed>0,"
        "c_pairs_reviewed=0)),0,1)",
        False,
    ),
    ("c_weight_reviewed", "IF(c_pairs_reviewed=0,0,c_reviewed/c_pairs_reviewed)", False),
    ("c_weight_passed", "IF(c_pairs_passed=0,0,c_passed/c_pairs_passed)", False),
    ("c_missed_all", "c_weight_passed*(c_defective-c_caught)", False),
    ("c_defective_all", "c_missed_all+c_weight_reviewed*c_caught", False),
    # with one more missed among those that people looked at
    (
        "c_escape_plus",
        "IF(OR(c_checked=0,c_pairs_passed=c_passed),0,(c_missed_all+c_weight_passed)/(c_defective_all+c_weight_passed))",
        False,
    ),
    ("c_cost_review", "set_wage*set_minutes/60", False),
)
_NET: Final[tuple[tuple[str, str, bool], ...]] = (
    # complaints that chance alone may have brought or spared, in the net benefit
    ("c_noise", "IF(AND(c_months>0,c_change=0,N(k_avoided)<>0),1,0)", False),
    ("c_roi_sure", f"IF(ISNUMBER(k_net_sure),IF(k_running=0,{_NONE},k_net_sure/k_running),{_NONE})", False),
    (
        "c_payback_sure",
        f'IF(ISNUMBER(k_net_sure),IF(set_one_off=0,0,IF(k_net_sure<=0,"x",set_one_off*c_months/k_net_sure)),{_NONE})',
        False,
    ),
)
_DRIFT: Final[tuple[tuple[str, str, bool], ...]] = (
    (
        "c_ref_end",
        "IF(ISNUMBER(set_reference_end),set_reference_end,IF(c_rows=0,0,INT(c_first)+set_recent_days-1))",
        False,
    ),
    ("c_recent", "MAX(c_last-set_recent_days+1,c_ref_end+1)", False),
    ("c_ref_n", f"COUNTIFS({AI_ROWS},{REFERENCE})", False),
    ("c_recent_n", f"COUNTIFS({AI_ROWS},{RECENT})", False),
    ("c_diff_n", f"COUNTIFS({AI.rows},{REFERENCE})", False),
    (
        "c_diff_mean",
        f"IF(c_diff_n=0,0,({HUMAN.total(f'{AI.rows},{REFERENCE}', 'c_diff_n')}"
        f"-SUMIFS(log_score,{AI.rows},{REFERENCE}))/c_diff_n)",
        False,
    ),
    (
        "c_diff_sd",
        f"IF(c_diff_n<2,0,SQRT(SUM(IF({AI.ok}*(log_date<c_ref_end+1),({HUMAN.label}-log_score-c_diff_mean)^2,0))"
        "/(c_diff_n-1)))",
        True,
    ),
    (
        "c_monday",
        f"IF(c_rows=0,0,MAX(INT(c_first)-WEEKDAY(INT(c_first),2)+1,c_last-WEEKDAY(c_last,2)+1-7*{WEEKS - 1}))",
        False,
    ),
)
CELLS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("c_start", f"MAX({EARLIEST},N(set_start))", False),
    ("c_end", "IF(ISNUMBER(set_end),set_end,2958464)", False),
    ("c_live", "IF(ISNUMBER(set_live),set_live,c_start)", False),
    ("c_rows", f"COUNTIFS({PERIOD})", False),
    ("c_first", f"IF(c_rows=0,0,MIN(IF({DATED},log_date,2958464)))", True),
    ("c_last", f"MAX(IF({DATED},INT(log_date),0))", True),
    ("c_videos_before", videos(BEFORE), False),
    ("c_videos_after", videos(AFTER), False),
    ("c_complaints_before", f"SUMIFS(log_complaints,{BEFORE},log_complaints,{NUMBER})", False),
    ("c_complaints_after", f"SUMIFS(log_complaints,{AFTER},log_complaints,{NUMBER})", False),
    ("c_missed_after", f"SUMIFS(log_missed,{AFTER},log_missed,{NUMBER})", False),
    ("c_timed", f"COUNTIFS({AFTER},log_before,{NUMBER},log_after,{NUMBER})", False),
    ("c_saved", saved(AFTER), False),
    (
        "c_months",
        "IF(OR(c_videos_after=0,c_last<c_live),0,(c_last-MAX(c_live,c_start,INT(c_first))+1)/(365.25/12))",
        False,
    ),
    *_PEOPLES_SCALE,
    *_PEOPLES_SCORES,
    ("c_again", _doubled(), True),
    ("c_doubled", "IF(ISNUMBER(c_again),c_again,0)", False),
    *_OTHER_SCALE,
    *_COMPLAINTS,
    *_TRIAGE,
    *_NET,
    *_DRIFT,
)
"""Name, formula, whether an array formula."""
