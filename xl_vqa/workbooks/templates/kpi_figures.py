"""The figures of the KPI tracker as formulas: what the dashboard shows, in its order."""

from __future__ import annotations

from typing import Final, NamedTuple

from xl_vqa.workbooks.templates.base import NONE
from xl_vqa.workbooks.templates.kpi_calc import AI, PEOPLE
from xl_vqa.workbooks.templates.kpi_settings import TARGETS

_N: Final = f'"{NONE}"'


class Figure(NamedTuple):
    """``people`` is the same figure between two people. The cell's name is ``k_`` and the key."""

    key: str
    formula: str
    number_format: str
    people: str | None = None
    text: bool = False

    @property
    def light(self) -> bool:
        """Whether it is held against a target."""
        return any(self.key == target[0] for target in TARGETS)


def _pair(key: str, number_format: str) -> Figure:
    return Figure(key, AI.figures()[key], number_format, PEOPLE.figures()[key])


def _share(part: str, whole: str) -> str:
    return f"IF({whole}=0,{_N},{part}/{whole})"


def _rates(formula: str) -> str:
    return f"IF(c_rates=0,{_N},{formula})"


_RATIO: Final = "(c_rate_after/c_rate_before)"


def _ratio(formula: str) -> str:
    return f"IF(c_se_ratio=0,{_N},{formula})"


# a row of the log with anything in it but a note
_FILLED: Final = (
    '((log_date<>"")+(log_video<>"")+(log_human<>"")+(log_second<>"")+(log_before<>"")+(log_after<>"")'
    '+(log_complaints<>"")+(log_missed<>"")>0)'
)
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
            Figure("difference", _rates(_DIFF), "+0.00%;-0.00%;0.00%"),
            Figure(
                "difference_low",
                _rates(
                    f"{_DIFF}-SQRT((c_rate_before-c_wilson_low_before)^2+(c_wilson_high_after-c_rate_after)^2)"
                ),
                "+0.00%;-0.00%;0.00%",
            ),
            Figure(
                "difference_high",
                _rates(
                    f"{_DIFF}+SQRT((c_wilson_high_before-c_rate_before)^2+(c_rate_after-c_wilson_low_after)^2)"
                ),
                "+0.00%;-0.00%;0.00%",
            ),
            Figure("reduction", f"IF(c_rates*c_complaints_before=0,{_N},1-{_RATIO})", "+0.0%;-0.0%;0.0%"),
            Figure("reduction_low", _ratio(f"1-{_RATIO}*EXP(c_z*c_se_ratio)"), "+0.0%;-0.0%;0.0%"),
            Figure("reduction_high", _ratio(f"1-{_RATIO}*EXP(-c_z*c_se_ratio)"), "+0.0%;-0.0%;0.0%"),
            Figure("causal", "{verdict}", "@", text=True),
        ),
    ),
    (
        "sec_triage",
        (
            Figure("review", _share("c_flagged", "a_n"), "0.0%"),
            Figure("escape", _share("(c_defective-c_caught)", "c_defective"), "0.0%"),
            Figure("precision", _share("c_caught", "c_flagged"), "0.0%"),
            Figure("recall", _share("c_caught", "c_defective"), "0.0%"),
            Figure(
                "cost_chosen",
                f"IF(a_n=0,{_N},100*(c_flagged*c_cost_review+(c_defective-c_caught)*set_cost_escape)/a_n)",
                "#,##0",
            ),
            Figure("best_threshold", f"IF(a_n=0,{_N},INDEX(c_thresholds,MATCH(MIN(c_costs),c_costs,0)))", "0.##"),
            Figure("cost_best", f"IF(a_n=0,{_N},MIN(c_costs))", "#,##0"),
        ),
    ),
    (
        "sec_money",
        (
            Figure("avoided", _rates("c_rate_before*c_videos_after-c_complaints_after"), "+#,##0.0;-#,##0.0;0"),
            Figure("missed", "c_missed_after", "#,##0"),
            Figure("running", f"IF(c_months=0,{_N},c_months*(set_compute+set_licence+set_upkeep))", "#,##0"),
            Figure(
                "net",
                f"IF(c_months=0,{_N},N(k_hours)*set_wage+N(k_avoided)*set_cost_complaint-k_running"
                "-c_missed_after*set_cost_escape)",
                "#,##0",
            ),
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
            Figure("cusum", f"IF(OR(c_diff_n<2,c_diff_sd<0.000000001),{_N},MAX(c_cusum_up,c_cusum_down))", "0.00"),
            Figure("drift", "{drift}", "@", text=True),
        ),
    ),
    (
        "sec_check",
        (
            Figure("entries", f"SUMPRODUCT({_FILLED}*1)", "#,##0"),
            Figure("undated", f"SUMPRODUCT({_FILLED}*(1-ISNUMBER(log_date)))", "#,##0"),
            Figure(
                "not_scores",
                'COUNTA(log_human)+COUNTA(log_second)+COUNTA(log_score)-COUNTIFS(log_human,">="&set_label_min,'
                'log_human,"<="&set_label_max)-COUNTIFS(log_second,">="&set_label_min,log_second,"<="&set_label_max)'
                '-COUNTIFS(log_score,">="&set_label_min,log_score,"<="&set_label_max)',
                "#,##0",
            ),
            Figure("beyond", "{beyond}", "#,##0"),
        ),
    ),
)
FIGURES: Final = {figure.key: figure for _, figures in SECTIONS for figure in figures}
