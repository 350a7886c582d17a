"""Each worksheet function for each kind of argument: what Calc shows is what the Excel side answers.

Excel hands every argument over as rows of cells, each as it is; Calc hands over numbers and texts alone, and no
error. Where that makes a difference, it stands in ``OTHERWISE_IN_CALC``, and in docs/calc.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, eventually_is
from xl_vqa.bridge.cells import CellRatings
from xl_vqa.excel.values import from_excel
from xl_vqa.words.errors import XlVqaError
from xl_vqa.worksheet.evaluate import Context, Pending, error_kind, evaluate
from xl_vqa.worksheet.functions import FUNCTIONS

pytestmark = pytest.mark.slow
OF_VIDEOS: Final = tuple(function.name for function in FUNCTIONS if function.asks_host)
TELLING: Final = ("VQA_ERROR", "VQA_STATUS")
"""What they say of an error is a text."""
EMPTY, NOT_THERE, DIVIDED = None, "#N/A", "#DIV/0!"
"""A cell that holds nothing, =NA() and =1/0: so Excel hands them over."""
SHOWN: Final = {504: "Err:504", 519: "#VALUE!", 532: "#DIV/0!", 32767: "#N/A"}

Cells = list[list[Any]]


class Case(NamedTuple):
    """``cells`` are the first argument, ``others`` those after it."""

    cells: Cells
    others: tuple[Any, ...] = ()


OTHERWISE_IN_CALC: Final[dict[str, Any]] = {
    # an error goes through, and within a range stops the whole formula
    "not available": "#N/A",
    "divided by zero": "#DIV/0!",
    "column with an error": "Err:504",
    # an empty cell comes as 0, and so does FALSE
    "zero": "",
    "false": "",
    "label of zero": "",
    "label of false": "",
    "label of an empty cell from 0 on": 10.0,
    # TRUE comes as 1
    "label of true": 10.0,
    "label of an error": "#N/A",
    "label of a column with an error": "Err:504",
}
TOLD_OTHERWISE: Final = {"one": ("1", "1 / TRUE"), "true": ("TRUE", "1 / TRUE")}


def of_videos(clips: list[Path], folder: Path) -> dict[str, Case]:
    japanese, spaced = folder / "動画 フォルダー" / "クリップ①.mp4", folder / "a b" / "c d.mp4"
    for path in (japanese, spaced):
        path.parent.mkdir()
        shutil.copy(clips[0], path)
    one, two, three = map(str, clips[:3])
    return {
        "path": Case([[one]]),
        "Japanese path": Case([[str(japanese)]]),
        "path with blanks": Case([[str(spaced)]]),
        "no file": Case([["/nowhere/動画.mp4"]]),
        "number": Case([[12345.0]]),
        "one": Case([[1.0]]),
        "zero": Case([[0.0]]),
        "text number": Case([["12345"]]),
        "empty": Case([[EMPTY]]),
        "blank": Case([["  "]]),
        "true": Case([[True]]),
        "false": Case([[False]]),
        "not available": Case([[NOT_THERE]]),
        "divided by zero": Case([[DIVIDED]]),
        "row": Case([[one, EMPTY, two]]),
        "column": Case([[one], [EMPTY], ["/nowhere.mp4"], [3.0]]),
        "rectangle": Case([[one, two], ["", three]]),
        "column with an error": Case([[one], [NOT_THERE]]),
        "text": Case([[one]], ("a fox",)),
        "number for a text": Case([[one]], (2024.0,)),
        "no text, unknown profile": Case([[one]], (None, "no such profile")),
    }


OF_SCORES: Final = {
    "label": Case([[3.5]]),
    "label of a text": Case([["3.5"]]),
    "label of a decimal comma": Case([["3,5"]]),
    "label of full width": Case([["３．５"]]),
    "label of a word": Case([["良い"]]),
    "label of an empty cell": Case([[EMPTY]]),
    "label of a blank": Case([["  "]]),
    "label of zero": Case([[0.0]]),
    "label of zero from 0 on": Case([[0.0]], (0.0, 100.0)),
    "label of an empty cell from 0 on": Case([[EMPTY]], (0.0, 100.0)),
    "label of true": Case([[True]]),
    "label of false": Case([[False]]),
    "label of an error": Case([[NOT_THERE]]),
    "label, no lowest": Case([[3.5]], (None, 10.0)),
    "label, scale turned": Case([[3.5]], (5.0, 1.0)),
    "label of a row": Case([[1.5, EMPTY, "x"]]),
    "label of a column": Case([["2"], [EMPTY], [7.0], [3.25]]),
    "label of a column from 0 on": Case([[50.0], [EMPTY]], (0.0, 100.0)),
    "label of a rectangle": Case([[1.0, 2.0], [3.0, ""]]),
    "label of a column with an error": Case([[1.0], [NOT_THERE]]),
}


def calls(desk: Desk, folder: Path) -> Iterator[tuple[str, str, Case]]:
    """Function, kind of argument, arguments."""
    for kind, case in of_videos(desk.clips, folder).items():
        for name in OF_VIDEOS:
            quality = ("noise",) if name == "VQA_ATTRIBUTE" else ()
            yield name, kind, case._replace(others=(*quality, *case.others))
    for kind, case in OF_SCORES.items():
        yield "VQA_LABEL", kind, case


def test_calc_shows_what_the_excel_side_answers(desk: Desk, tmp_path: Path) -> None:
    every = list(calls(desk, tmp_path))
    assert set(OTHERWISE_IN_CALC) | set(TOLD_OTHERWISE) <= {kind for _, kind, _ in every}
    ratings = CellRatings(lambda: desk.settings)
    try:
        with closing(desk.office.new()) as document:
            sheet = document.Sheets.getByIndex(0)
            areas = {}
            for number, (name, kind, case) in enumerate(every):
                areas[name, kind] = enter(sheet, 10 * (number % 40), 5 * (number // 40), name, case)

            def differences() -> dict[Any, Any]:
                wanted = {(name, kind): in_calc(name, kind, in_excel(ratings, name, c)) for name, kind, c in every}
                found = {
                    key: [[calc_cell(area, x, y) for x in range(w)] for y in range(h)]
                    for key, (area, w, h) in areas.items()
                }
                return {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}

            eventually_is(differences, {})
    finally:
        ratings.close()


# -- Calc


def enter(sheet: Any, column: int, row: int, name: str, case: Case) -> tuple[Any, int, int]:
    """Puts the cells of an argument and, to their right, the formula; returns its area with width and height."""
    height, width = len(case.cells), len(case.cells[0])
    for y, line in enumerate(case.cells):
        for x, value in enumerate(line):
            put(sheet.getCellByPosition(column + x, row + y), value)
    source = sheet.getCellRangeByPosition(column, row, column + width - 1, row + height - 1)
    area = sheet.getCellRangeByPosition(column + 4, row, column + 3 + width, row + height - 1)
    others = "".join(f";{argument(value)}" for value in case.others)
    formula = f"={name}({source.AbsoluteName.rpartition('.')[2]}{others})"
    if width * height > 1:
        area.setArrayFormula(formula)
    else:
        area.getCellByPosition(0, 0).setFormula(formula)
    return area, width, height


def put(cell: Any, value: Any) -> None:
    formulas = {NOT_THERE: "=NA()", DIVIDED: "=1/0", True: "=TRUE()", False: "=FALSE()"}
    if isinstance(value, (bool, str)) and value in formulas:
        cell.setFormula(formulas[value])
    elif isinstance(value, str):
        cell.setString(value)
    elif value is not EMPTY:
        cell.setValue(value)


def argument(value: Any) -> str:
    return "" if value is None else f'"{value}"' if isinstance(value, str) else f"{value:g}"


def calc_cell(area: Any, x: int, y: int) -> Any:
    cell = area.getCellByPosition(x, y)
    if cell.getError():
        return SHOWN.get(cell.getError(), cell.getError())
    return cell.getValue() if cell.FormulaResultType2 == 1 else cell.getString()


# -- Excel


def in_excel(ratings: CellRatings, name: str, case: Case) -> Cells:
    """What the Excel side answers; a missing argument is none there, as the add-in's own marks make it."""
    given = [case.cells, *(None if value is None else [[value]] for value in case.others)]
    return [[shown(cell) for cell in line] for line in evaluate(name, from_excel(given), Context(ratings))]


def shown(cell: Any) -> Any:
    if isinstance(cell, XlVqaError):
        return {"value": "#VALUE!", "not_available": "#N/A"}[error_kind(cell)]
    return "rating" if isinstance(cell, Pending) else cell


def in_calc(name: str, kind: str, excel: Cells) -> Cells:
    """What Calc shows instead: the known differences."""
    if kind in TOLD_OTHERWISE and name in TELLING:
        there, here = TOLD_OTHERWISE[kind]
        return [[excel[0][0].replace(f"holds {there},", f"holds {here},")]]
    if kind in OTHERWISE_IN_CALC:
        return [[OTHERWISE_IN_CALC[kind] for _ in line] for line in excel]
    return excel
