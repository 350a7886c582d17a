"""Words, Roman numerals, letters with a plus, circled digits, and two scores in one cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.builders import Rows, workbook
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.scores import parse_mapping, parse_score
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.labels import Scale

SATISFIED = ("非常に満足", "満足", "どちらでもない", "不満", "非常に不満")


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("❶", 1),
        ("➄", 5),
        ("⑤", 5),
        ("５点", 5),
        ("★★★★☆", 4),
        ("⭐⭐⭐", 3),
        ("大変良い", 5),
        ("とても悪い", 1),
        ("4,3", 4.3),
    ],
)
def test_what_is_a_score_by_itself(cell: str, score: float) -> None:
    assert parse_score(cell, Scale()) == score


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (SATISFIED, "非常に満足=5"),
        (("大満足", "満足", "普通", "不満", "大不満"), "大満足=5"),
        (("満足", "やや満足", "どちらともいえない", "やや不満", "不満"), "満足=5"),
        (("Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"), "very satisfied=5"),
        (("V", "IV", "III", "II", "I"), "V=5"),
        (("Ⅴ", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"), "V=5"),
        (("A+", "A", "B", "C", "D"), "A+=5"),
    ],
)
def test_words_of_other_scales_are_asked_about_with_a_map_that_works(
    tmp_path: Path, words: tuple[str, ...], first: str
) -> None:
    rows: Rows = [["video", "佐藤", "鈴木", "Kim"]]
    rows += [[f"{k}.mp4", words[k % 5], words[(k + 1) % 5], words[(k + 2) % 5]] for k in range(10)]
    path = workbook(tmp_path / "r.xlsx", {"s": rows})
    with pytest.raises(RatingsUnclearError) as raised:
        read_ratings(path, Scale())
    told = next(choice for choice in raised.value.params["choices"] if first in choice)
    mapping = parse_mapping(told.split("--map ")[1].strip().strip("'\""))
    table = read_ratings(path, Scale(), wanted=Wanted(mapping=mapping))
    assert len(table.score) == 30
    assert set(table.score.tolist()) <= {5, 4.429, 4, 3.286, 3, 2.143, 2, 1}


def test_a_comma_among_whole_scores_is_two_scores_and_named(tmp_path: Path) -> None:
    rows: Rows = [["video", "A", "B", "C"], *([f"{k}.mp4", 1 + k % 5, 5 - k % 5, 3] for k in range(6))]
    rows[2][1] = "4,3"
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}), Scale())
    assert [p.params for p in table.rows[1].problems] == [{"cell": "B3", "text": "4,3"}]
    assert len(table.score) == 17


@pytest.mark.parametrize(
    "cells",
    [["4,3", "3,75", 2, 5], ["4,3", 3.5, 2, 5], ["4,3", "3,9", "2,1", 5], ["3,5", 4, 2, 5], ["4,0", 4, 2, 5]],
)
def test_a_comma_among_decimals_is_one(tmp_path: Path, cells: list[object]) -> None:
    rows: Rows = [["video", "mos"], *([f"{k}.mp4", cell] for k, cell in enumerate(cells))]
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}), Scale())
    assert table.rows[0].mos == float(str(cells[0]).replace(",", "."))
    assert not table.rows[0].problems
