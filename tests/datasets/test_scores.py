"""Cells as people write them."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.datasets.scores import CATEGORY_OF_WORD, NotAScoreError, category_score, parse_score
from xl_vqa.words.labels import ACR_BANDS, Scale

SCALE = Scale()
FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        (4, 4.0),
        (3.5, 3.5),
        ("4", 4.0),
        (" 4.0 ", 4.0),
        ("3,5", 3.5),
        ("４", 4.0),
        ("４．５", 4.5),
        ("３，５", 3.5),
        ("④", 4.0),
        ("4点", 4.0),
        ("４　点", 4.0),
        ("4 pts", 4.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("−1", -1.0),
        ("4E0", 4.0),
        ("'4", 4.0),
        ("Excellent", 5.0),
        ("  good", 4.0),
        ("FAIR", 3.0),
        ("poor", 2.0),
        ("Bad", 1.0),
        ("非常に良い", 5.0),
        ("良い", 4.0),
        ("普通", 3.0),
        ("悪い", 2.0),
        ("非常に悪い", 1.0),
        ("5: Excellent", 5.0),
        ("5 - Excellent", 5.0),
        ("4(良い)", 4.0),
        ("良い（4）", 4.0),
        ("Very annoying", 1.0),
        ("⭐⭐⭐", 3.0),
        ("⭐️⭐️☆☆☆", 2.0),
        (None, None),
        ("", None),
        ("　", None),
        ("-", None),
        ("—", None),
        ("N/A", None),
        ("#N/A", None),
        ("NaN", None),
        (math.nan, None),
        ("未評価", None),
        ("欠損", None),
    ],
)
def test_cells_that_are_scores_or_empty(cell: object, score: float | None) -> None:
    assert parse_score(cell, SCALE) == score


@pytest.mark.parametrize(
    "cell",
    [
        "great",
        "4/7",
        "1.234,5",
        "3;5",
        "4 Excellent",
        "良い(2)",
        "#DIV/0!",
        "80%",
        "3-4",
        "優",
        "very good",
        "inf",
        "1e999",
        True,
        math.inf,
        datetime.datetime(2024, 4, 5),
        "3 5",
    ],
)
def test_cells_that_are_no_scores_say_what_they_hold(cell: object) -> None:
    with pytest.raises(NotAScoreError) as caught:
        parse_score(cell, SCALE)
    assert caught.value.args[0]


def test_the_words_of_the_bands_are_understood_in_both_languages() -> None:
    for band in ACR_BANDS:
        assert CATEGORY_OF_WORD[band.en.casefold()] == CATEGORY_OF_WORD[band.ja] == band.number


def test_words_spread_over_another_scale() -> None:
    percent = Scale(0, 100, 0, 100)
    assert [parse_score(word, percent) for word in ("bad", "poor", "fair", "good", "excellent")] == [
        0,
        25,
        50,
        75,
        100,
    ]
    assert category_score(4, Scale(1, 10, 10, 99)) == 7.75


@given(st.decimals(-999, 999, allow_nan=False, places=3))
def test_any_way_to_write_a_number_gives_the_same_number(number: object) -> None:
    text = str(number)
    expected = float(text)
    assert parse_score(text, SCALE) == expected
    assert parse_score(text.replace(".", ","), SCALE) == expected
    assert parse_score(text.translate(FULL_WIDTH), SCALE) == expected
    assert parse_score(f"\t{text}点　", SCALE) == expected


@given(st.text(max_size=20))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        value = parse_score(text, SCALE)
    except NotAScoreError:
        return
    assert value is None or math.isfinite(value)
