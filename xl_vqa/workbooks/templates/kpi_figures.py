"""The figures of the KPI tracker as formulas: what the dashboard shows, in its order."""

from __future__ import annotations

from typing import Final, NamedTuple

from xl_vqa.workbooks.templates.base import NONE, Template
from xl_vqa.workbooks.templates.kpi_cells import AI, EARLIEST, NUMBER, PEOPLE
from xl_vqa.workbooks.templates.kpi_pairs import HUMAN, SCORE, SECOND
from xl_vqa.workbooks.templates.number_texts import if_number

_N: Final = f'"{NONE}"'


class Figure(NamedTuple):
    """``people`` is the same figure between two people. The cell's name is ``k_`` and the key.

    Words in braces of ``number_format`` and of a text are put in by the language.
    """

    key: str
    formula: str
    number_format: str
    people: str | None = None
    text: bool = False


def _pair(key: str, number_format: str) -> Figure:
    return Figure(key, AI.figures()[key], number_format, PEOPLE.figures()[key])


def _share(part: str, whole: str) -> str:
    return f"IF({whole}=0,{_N},{part}/{whole})"


def _rates(formula: str) -> str:
    return f"IF(c_rates=0,{_N},{formula})"


def _shares(formula: str) -> str:
    return f"IF(c_shares=0,{_N},{formula})"


def _checked(formula: str) -> str:
    return f"IF(c_checked=0,{_N},{formula})"


_RATIO: Final = "(c_rate_after/c_rate_before)"


def _ratio(formula: str) -> str:
    return f"IF(c_se_ratio=0,{_N},{formula})"


# a row of the log with anything in it but a note; the header is one more
_FILLED: Final = (
    '((log_date<>"")+(log_video<>"")+(log_human<>"")+(log_second<>"")+(log_before<>"")+(log_after<>"")'
    '+(log_complaints<>"")+(log_missed<>"")>0)'
)
_DAY: Final = f"ISNUMBER(log_date)*(log_date>={EARLIEST})*(log_date<2958466)"
_AMOUNTS: Final = ("videos", "before", "after", "complaints", "missed")
# a sign alone was read the wrong way round: "-21.6%" stood for a rise
_CHANGE: Final = '0.0%"{fewer}";0.0%"{more}";"{same}"'
_POINTS: Final = '0.00%"{lower}";0.00%"{higher}";"{same}"'
_DIFF: Final = "(c_rate_before-c_rate_after)"

SECTIONS: Final[tuple[tuple[str, tuple[Figure, ...]], ...]] = (
    (
        "sec_agreement",
        (
            _pair("pairs", "0"),
            _pair("kappa", "0.000"),
            _pair("srcc", "0.000"),
            _pair("plcc", "0.000"),
            _pair("icc", "0.000"),
            _pair("ccc", "0.000"),
            _pair("bias", "+0.00;-0.00;0.00"),
            _pair("loa_low", "+0.00;-0.00;0.00"),
            _pair("loa_high", "+0.00;-0.00;0.00"),
            _pair("within", "0.0%"),
        ),
    ),
    (
        "sec_time",
        (
            Figure("videos", "c_videos_after", "#,##0"),
            Figure("hours_measured", f"IF(c_timed=0,{_N},c_saved/60)", "#,##0.0"),
            Figure(
                "hours_computed",
                f"IF(OR(c_videos_after=0,NOT(ISNUMBER(k_review))),{_N},"
                "c_videos_after*(set_minutes-k_review*set_minutes-set_overhead)/60)",
                "#,##0.0",
            ),
            # what was measured, where it is wanted and there is something
            Figure(
                "hours",
                'IF(AND(set_basis="{measured}",ISNUMBER(k_hours_measured)),k_hours_measured,k_hours_computed)',
                "#,##0.0",
            ),
        ),
    ),
    (
        "sec_complaints",
        (
            Figure("rate_before", "c_rate_before", "0.00%"),
            Figure("rate_after", "c_rate_after", "0.00%"),
            Figure("difference", _rates(_DIFF), _POINTS),
            Figure(
                "difference_low",
                _shares(
                    f"{_DIFF}-SQRT((c_rate_before-c_wilson_low_before)^2+(c_wilson_high_after-c_rate_after)^2)"
                ),
                _POINTS,
            ),
            Figure(
                "difference_high",
                _shares(
                    f"{_DIFF}+SQRT((c_wilson_high_before-c_rate_before)^2+(c_rate_after-c_wilson_low_after)^2)"
                ),
                _POINTS,
            ),
            Figure("reduction", f"IF(c_rates*c_complaints_before=0,{_N},1-{_RATIO})", _CHANGE),
            Figure("reduction_low", _ratio(f"1-{_RATIO}*EXP(c_z*c_se_ratio)"), _CHANGE),
            Figure("reduction_high", _ratio(f"1-{_RATIO}*EXP(-c_z*c_se_ratio)"), _CHANGE),
            Figure("causal", "{verdict}", "@", text=True),
        ),
    ),
    (
        "sec_triage",
        (
            Figure("scored", "c_scored", "#,##0"),
            Figure("review", _share("c_reviewed", "c_scored"), "0.0%"),
            Figure("escape", _checked(_share("(c_defective-c_caught)", "c_defective")), "0.0%"),
            Figure("escape_all", _checked(_share("c_missed_all", "c_defective_all")), "0.0%"),
            Figure("precision", _share("c_caught", "c_pairs_reviewed"), "0.0%"),
            Figure("recall", _checked(_share("c_caught", "c_defective")), "0.0%"),
            Figure("checked", "{checked}", "@", text=True),
            Figure(
                "cost_chosen",
                _checked("100*(c_reviewed*c_cost_review+c_missed_all*set_cost_escape)/c_scored"),
                "#,##0",
            ),
            Figure("best_threshold", _checked("INDEX(c_thresholds,MATCH(MIN(c_costs),c_costs,0))"), "0.##"),
            Figure("cost_best", _checked("MIN(c_costs)"), "#,##0"),
        ),
    ),
    (
        "sec_money",
        (
            Figure(
                "avoided",
                _rates("c_rate_before*c_videos_after-c_complaints_after"),
                '#,##0.0"{fewer}";#,##0.0"{more}";0',
            ),
            Figure("missed", "c_missed_after", "#,##0"),
            Figure("running", f"IF(c_months=0,{_N},c_months*(set_compute+set_licence+set_upkeep))", "#,##0"),
            Figure(
                "net",
                f"IF(c_months=0,{_N},N(k_hours)*set_wage+N(k_avoided)*set_cost_complaint-k_running"
                "-c_missed_after*set_cost_escape)",
                "#,##0",
            ),
            Figure("net_sure", f"IF(c_months=0,{_N},k_net-N(k_avoided)*set_cost_complaint)", "#,##0"),
            Figure("noise", "{noise}", "@", text=True),
            Figure("net_month", f"IF(c_months=0,{_N},k_net/c_months)", "#,##0"),
            Figure("roi", f"IF(c_months=0,{_N},IF(k_running=0,{_N},k_net/k_running))", "0%"),
            Figure(
                "roi_all",
                f"IF(c_months=0,{_N},IF(k_running+set_one_off=0,{_N},(k_net-set_one_off)/(k_running+set_one_off)))",
                "0%",
            ),
            Figure(
                "payback",
                f'IF(c_months=0,{_N},IF(set_one_off=0,0,IF(k_net_month<=0,"{{never}}",set_one_off/k_net_month)))',
                "0.0",
            ),
        ),
    ),
    (
        "sec_drift",
        (
            Figure("psi", f"IF(OR(c_ref_n=0,c_recent_n=0),{_N},SUM(c_psi_parts))", "0.000"),
            Figure(
                "psi_chance",
                f"IF(OR(c_ref_n=0,c_recent_n=0),{_N},CHIINV(0.05,4)*(1/c_ref_n+1/c_recent_n))",
                "0.000",
            ),
            Figure("cusum", f"IF(OR(c_diff_n<2,c_diff_sd<0.000000001),{_N},MAX(c_week_up,c_week_down))", "0.00"),
            Figure("drift", "{drift}", "@", text=True),
        ),
    ),
    (
        "sec_check",
        (
            Figure("entries", f"SUMPRODUCT({_FILLED}*1)-1", "#,##0"),
            Figure("undated", f"k_entries-SUMPRODUCT({_FILLED}*{_DAY})", "#,##0"),
            Figure(
                "not_scores",
                "+".join(f"COUNTA({one.name})-1-COUNTIFS({one.within})" for one in (HUMAN, SECOND, SCORE)),
                "#,##0",
            ),
            Figure(
                "not_amounts",
                "+".join(f"COUNTA(log_{field})-1-COUNTIF(log_{field},{NUMBER})" for field in _AMOUNTS),
                "#,##0",
            ),
            Figure("doubled", "c_doubled", "#,##0"),
            Figure("beyond", "{beyond}", "#,##0"),
            Figure("problems", f'IF(j_problems="",{_N},j_problems)', "@", text=True),
        ),
    ),
)
FIGURES: Final = {figure.key: figure for _, figures in SECTIONS for figure in figures}


def number_format(book: Template, key: str) -> str:
    """The number format of a figure, with the language's words."""
    form = FIGURES[key].number_format
    for word in ("fewer", "more", "same", "lower", "higher"):
        form = form.replace("{" + word + "}", book.word(f"u_{word}"))
    return form


def text_of(book: Template, key: str) -> str:
    """A formula: a figure as the dashboard shows it."""
    return if_number(f"k_{key}", number_format(book, key))
