"""Sentences that the KPI tracker says of its figures, as formulas: verdicts with their reasons."""

from __future__ import annotations

from xl_vqa.sheets.columns import heading
from xl_vqa.workbooks.templates.base import NONE, Template, filled
from xl_vqa.workbooks.templates.kpi_figures import text_of
from xl_vqa.workbooks.templates.kpi_log import LAST
from xl_vqa.workbooks.templates.kpi_settings import SECTIONS, TARGETS
from xl_vqa.workbooks.templates.number_texts import number_text

_NONE = f'"{NONE}"'


def expand(book: Template, formula: str) -> str:
    """Puts what hangs on the language, and on sheet names, into a formula."""
    makers = {"{verdict}": _verdict, "{checked}": _checked, "{noise}": _noise, "{drift}": _drift}
    if formula in makers:
        return makers[formula](book)
    if formula == "{beyond}":
        return f"COUNTA('{book.word('log')}'!$A${LAST + 2}:$J$1048576)"
    return formula.replace("{measured}", book.word("basis_measured")).replace("{never}", book.word("never"))


def _said(book: Template, key: str, **formulas: str) -> str:
    return filled(book.word(key), formulas)


def _whole(name: str) -> str:
    return number_text(name, "#,##0")


def _verdict(book: Template) -> str:
    """What became of complaints; where that cannot be said, why."""
    too_many = {
        end: _said(book, f"too_many_{end}", n=_whole(f"c_complaints_{end}"), all=_whole(f"c_videos_{end}"))
        for end in ("before", "after")
    }
    words = ",".join(f'"{book.word(key)}"' for key in ("more_complaints", "no_change", "fewer_complaints"))
    change = f"CHOOSE(c_change+2,{words})"
    return (
        f'IF(c_rows=0,{_NONE},IF(c_videos_before=0,"{book.word("none_before")}",IF(c_videos_after=0,'
        f'"{book.word("none_after")}",IF(c_shares=0,IF(c_rate_before>1,{too_many["before"]},"")'
        f'&IF(c_rate_after>1,{too_many["after"]},"")&"{book.word("count_videos")}",'
        f'IF(c_complaints_before+c_complaints_after=0,"{book.word("no_complaints")}",{change})'
        f'&" {book.word("not_causal")}"))))'
    )


def _checked(book: Template) -> str:
    counts = {"a": "c_pairs_reviewed", "b": "c_reviewed", "c": "c_pairs_passed", "d": "c_passed"}
    shown = {key: _whole(name) for key, name in counts.items()}
    return (
        f'IF(c_scored=0,"{book.word("checked_none")}",{_said(book, "checked", **shown)}'
        f'&IF(c_checked=0,"{book.word("checked_unknown")}",""))'
    )


def _noise(book: Template) -> str:
    """Whether the net benefit rests on complaints that chance alone may have brought or spared."""
    amount = number_text("N(k_avoided)*set_cost_complaint", "+#,##0;-#,##0;0")
    held = _said(book, "noise", amount=amount, currency="set_currency", sure=text_of(book, "net_sure"))
    return f'IF(c_months=0,{_NONE},IF(c_noise=1,{held},"{book.word("noise_none")}"))'


def _drift(book: Template) -> str:
    words = ",".join(f'"{book.word(key)}"' for key in ("drift_no", "drift_no", "drift_maybe", "drift_yes"))
    return f"IF(ISNUMBER(j_drift),CHOOSE(j_drift+1,{words}),{_NONE})"


def _texts() -> str:
    """Cells of the settings that hold a text where a date or a number belongs: pasted ones pass every check."""
    names = [f"set_{one.key}" for _, settings in SECTIONS for one in settings if one.rule not in ("text", "list")]
    names += [f"{kind}_{key}" for key, *_ in TARGETS for kind in ("target", "limit")]
    return f"(COUNTA({','.join(names)})-COUNT({','.join(names)}))"


def problems(book: Template) -> str:
    """What makes figures of this log less than they seem, one sentence each."""
    low, high = 'c_people_low&""', 'c_people_high&""'
    # twice as large a part of the one side as of the other
    uneven = (
        "AND(c_checked=1,c_pairs_passed>0,c_pairs_reviewed>0,OR(c_weight_passed>2*c_weight_reviewed,"
        "c_weight_reviewed>2*c_weight_passed))"
    )
    cases = (
        ("set_people_best=set_people_worst", _said(book, "problem_scale_same")),
        ("k_undated>0", _said(book, "problem_undated", n="k_undated")),
        ("k_not_scores>0", _said(book, "problem_scores", n="k_not_scores", low=low, high=high)),
        ("k_not_amounts>0", _said(book, "problem_amounts", n="k_not_amounts")),
        (f"{_texts()}>0", _said(book, "problem_settings", n=_texts())),
        ("k_beyond>0", _said(book, "problem_beyond", n="k_beyond", row="ROW(INDEX(log_date,ROWS(log_date)))")),
        ("c_doubled>0", _said(book, "problem_doubled", n="c_doubled")),
        *(
            (
                f"c_other_{key}=1",
                _said(
                    book,
                    "problem_other_scale",
                    column=f'"{title}"',
                    n=f"c_off_{key}",
                    all=f"COUNT(log_{key})",
                    low=f'{scale[0]}&""',
                    high=f'{scale[1]}&""',
                ),
            )
            for key, title, scale in (
                ("human", book.word("log_human"), ("c_people_low", "c_people_high")),
                ("second", book.word("log_second"), ("c_people_low", "c_people_high")),
                ("score", heading("score", book.language), ("set_label_min", "set_label_max")),
            )
        ),
        ("c_people_tenth=1", _said(book, "problem_tenth", low=low, high=high)),
        (uneven, _said(book, "problem_uneven", figure=text_of(book, "escape_all"))),
        ("AND(a_n>=10,N(k_srcc)<-0.5)", _said(book, "problem_reversed")),
        ("AND(c_rates=1,c_shares=0)", _said(book, "problem_complaints")),
    )
    return "&".join(f'IF({when},{text},"")' for when, text in cases)
