"""Figures are rounded as the cells of a spreadsheet are: half away from zero, of what the number says."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.sheets.why import bars
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.table import Table
from xl_vqa.workbooks.templates.report_html import shown

# (value, decimals) -> what LibreOffice and Excel show under the number format with as many zeros
SHEET = {
    (1.795, 2): "1.80",
    (2.675, 2): "2.68",
    (1.005, 2): "1.01",
    (0.125, 2): "0.13",
    (-1.795, 2): "-1.80",
    (0.5, 0): "1",
    (1.5, 0): "2",
    (2.5, 0): "3",
    (3.14159, 3): "3.142",
    (1e-9, 2): "0.00",
    (-0.001, 2): "0.00",
    (123456.785, 2): "123456.79",
}


@pytest.mark.parametrize(("given", "text"), SHEET.items())
def test_a_figure_is_what_the_cell_beside_it_shows(given: tuple[float, int], text: str) -> None:
    value, places = given
    assert rounded(value, places) == text
    assert Table({"x": ("{value:.2f}", "{value:.2f}")})("x", "ja", value=1.795) == "1.80"


def test_signs_shares_and_what_is_no_number() -> None:
    assert (rounded(0.345, 2, sign=True), rounded(-0.345, 2, sign=True)) == ("+0.35", "-0.35")
    assert (rounded(0.0, 2, sign=True), rounded(-1e-9, 2, sign=True)) == ("0.00", "0.00")
    assert [as_percent(share) for share in (0.625, 0.005, 0.285, 1)] == ["63%", "1%", "29%", "100%"]
    assert as_percent(0.12345, 2) == "12.35%"
    assert (rounded(math.nan, 2), rounded(math.inf, 1), as_percent(-math.inf)) == ("nan", "inf", "-inf%")
    assert (rounded(None, 2), as_percent(None)) == ("–", "–")


def test_sentences_reports_and_bars_round_alike() -> None:
    said = Table({"x": ("{a:.2f} {b:+.3f} {c:.0%}", "{a:.2f}")})("x", "en", a=1.795, b=0.0005, c=0.625)
    assert said == "1.80 +0.001 63%"
    assert [shown(value, form) for value, form in ((1.795, "0.00"), (0.625, "0%"), (1234.5, "#,##0"))] == [
        "1.80",
        "63%",
        "1,235",
    ]
    assert bars([1, 2], [0.0005, 0.9995])[0].endswith("0.1%")


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_it_is_the_decimal_text_that_is_rounded(value: float, places: int) -> None:
    exact = Decimal(repr(value)).quantize(Decimal(10) ** -places, ROUND_HALF_UP)
    assert Decimal(rounded(value, places)) == exact
