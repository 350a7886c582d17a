"""Spellings of our functions: every other program's becomes Calc's, and Calc's the bare name in a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.calc import formulas, names
from xl_vqa.worksheet.functions import FUNCTIONS

SCORE = names.stored("VQA_SCORE")
BAND = names.stored("VQA_BAND")


@pytest.mark.parametrize(
    "formula",
    [
        "=VQA_SCORE(A2)",
        "=vqa_score(A2)",
        "=_xll.VQA_SCORE(A2)",
        "=_xlfn.VQA_SCORE(A2)",
        "=_xlfn._xludf.VQA_SCORE(A2)",
        "=_xludf.VQA_SCORE(A2)",
        "=_xldudf_VQA_SCORE(A2)",
        "=[1]!VQA_SCORE(A2)",
        "=xl_vqa.xlam!VQA_SCORE(A2)",
        "='C:\\Users\\山田 太郎\\XLSTART\\xl_vqa.xlam'!VQA_SCORE(A2)",
        "='It''s.xlam'!VQA_SCORE(A2)",
        f"={SCORE}(A2)",
    ],
)
def test_foreign_spellings_become_calcs_own(formula: str) -> None:
    assert formulas.to_calc(formula) == f"={SCORE}(A2)"
    assert formulas.to_file(formulas.to_calc(formula)) == "=VQA_SCORE(A2)"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=IF(A1>0,VQA_SCORE(A2),VQA_BAND (A2))", f"=IF(A1>0,{SCORE}(A2),{BAND}(A2))"),
        ('="VQA_SCORE("&VQA_SCORE(A2)&"x""VQA_BAND("', f'="VQA_SCORE("&{SCORE}(A2)&"x""VQA_BAND("'),
        ("=Sheet1!A1+1/VQA_SCORE('my sheet'!B2)", f"=Sheet1!A1+1/{SCORE}('my sheet'!B2)"),
        ("{=VQA_SCORE(A1:A3)}", f"{{={SCORE}(A1:A3)}}"),
        ("=MY_VQA_SCORE(A2)", "=MY_VQA_SCORE(A2)"),
        ("=VQA_SCORE_2(A2)", "=VQA_SCORE_2(A2)"),
        ("=VQA_SCORE", "=VQA_SCORE"),
        ("=SUM(A1:A3)", "=SUM(A1:A3)"),
    ],
)
def test_only_calls_of_ours_outside_of_quotes_change(formula: str, expected: str) -> None:
    assert formulas.to_calc(formula) == expected


_NAMES = [function.name for function in FUNCTIONS]
_parts = st.one_of(
    st.sampled_from([f"{name}(A1)" for name in _NAMES]),
    st.sampled_from(["A1", "+", "&", "SUM(B1:B9)", "'a b'!C3", "1.5", ","]),
    st.text(alphabet='abVQA_SCORE( "', max_size=8).map(lambda text: '"' + text.replace('"', '""') + '"'),
)


@given(st.lists(_parts, max_size=8))
def test_there_and_back_gives_the_same_formula(parts: list[str]) -> None:
    formula = "=" + "+".join(parts)
    there = formulas.to_calc(formula)
    assert formulas.to_file(there) == formula
    assert formulas.to_calc(there) == there
    calls = any(not part.startswith('"') and part.startswith("VQA_") for part in parts)
    assert formulas.is_ours(there) == calls
    assert not calls or formulas.mentions(formula)


@pytest.mark.parametrize(
    ("formula", "skipping"),
    [
        ("F(A1:A3)", 'F(IFERROR(A1:A3;""))'),
        ("F($A$1:A3;B1)", 'F(IFERROR($A$1:A3;"");B1)'),
        ('F(A1:A3;"a;(b)";C1:C3)', 'F(IFERROR(A1:A3;"");"a;(b)";IFERROR(C1:C3;""))'),
        ("SUM(F(A1:A3);B1:B3)", 'SUM(F(IFERROR(A1:A3;""));B1:B3)'),
        ("F($'My; (sheet)'.A1:A3)", "F(IFERROR($'My; (sheet)'.A1:A3;\"\"))"),
        ("F(clips;動画;TRUE;3.5;A1)", 'F(IFERROR(clips;"");IFERROR(動画;"");TRUE;3.5;A1)'),
        ('F(IFERROR(A1:A3;""))', 'F(IFERROR(A1:A3;""))'),
        ("F(IF(B1:B3>2;A1:A3))", "F(IF(B1:B3>2;A1:A3))"),
        ("F(F(A1:A3);{1;2|3;4})", 'F(F(IFERROR(A1:A3;""));{1;2|3;4})'),
        ("SUM(A1:A3)&F()", "SUM(A1:A3)&F()"),
    ],
)
def test_ranges_in_our_calls_skip_cells_with_an_error(formula: str, skipping: str) -> None:
    ours = "ORG.XLVQA.FUNCTIONS.VQASCORE("
    assert formulas.skipping_errors(formula.replace("F(", ours).replace("I" + ours, "IF(")) == skipping.replace(
        "F(", ours
    ).replace("I" + ours, "IF(")


def test_a_condition_is_set_as_a_person_types_it() -> None:
    assert formulas.to_input('vqa_score(A1)>30+_xll.VQA_LABEL(3,1,5)&"vqa_score("') == (
        'VQA_SCORE(A1)>30+VQA_LABEL(3,1,5)&"vqa_score("'
    )
