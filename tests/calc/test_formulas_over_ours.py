"""Formulas over ours in a real LibreOffice: right when all is there, an error until then, wherever they stand."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.calc.conftest import Desk
from tests.calc.office_driver import Soffice, closing, column, eventually, eventually_is, properties, save_as
from tests.host import helpers
from xl_vqa.bridge.client import Video

pytestmark = pytest.mark.slow

SEEDS = itertools.count(71)
OVER = ("COUNT({0})", 'COUNTIF({0},">=31")', "AVERAGE({0})", "MAX({0})", "SUM({0})")
"""Over a column of scores."""


def text(row: int, kind: str = "scene") -> str:
    """A text of its own for each row, so that the stand-in's scores differ."""
    return f"{kind} {row}"


def scores_of(desk: Desk, clips: list[Path]) -> list[float]:
    """What the host says, asked without a spreadsheet; known from now on."""
    with desk.client() as client:
        results = client.rate_all([Video(str(clip), text(row)) for row, clip in enumerate(clips)])
    return [float(result["label"]) for result in results]  # type: ignore[index]


def workbook(
    path: Path, clips: list[Path], *, single: bool = True, array: bool = False, kind: str = "scene"
) -> Path:
    """Scores in C (one formula each) and G (one array), a verdict on each in D and H, totals in E and I and on a
    sheet of their own. Nothing is cached: what is shown was computed. Another ``kind`` is other questions."""
    path.parent.mkdir(exist_ok=True)
    count = len(clips)
    with xlsxwriter.Workbook(path) as book:
        sheet, summary = book.add_worksheet("Clips"), book.add_worksheet("Summary")
        for row, clip in enumerate(clips):
            sheet.write_row(row, 0, [str(clip), text(row, kind)])
        wanted = [("C", "D", "E", 0)] * single + [("G", "H", "I", 1)] * array
        for scores, verdicts, totals, place in wanted:
            if scores == "G":
                area = f"G1:G{count}"
                sheet.write_array_formula(area, f"{{=VQA_SCORE(A1:A{count},B1:B{count})}}", value="")
            for row in range(1, count + 1):
                if scores == "C":
                    sheet.write_formula(f"C{row}", f"=VQA_SCORE(A{row},B{row})", value="")
                sheet.write_formula(f"{verdicts}{row}", f'=IF({scores}{row}>=31,"PASS","FAIL")', value="")
            for row, formula in enumerate(OVER):
                there = f"{scores}1:{scores}{count}"
                sheet.write_formula(f"{totals}{row + 1}", "=" + formula.format(there), value="")
                summary.write_formula(row, place, "=" + formula.format(f"Clips!{there}"), value="")
    return path


def expected(scores: list[float]) -> list[Any]:
    passed = sum(score >= 31 for score in scores)
    assert 0 < passed < len(scores), "the clips must not all be alike"
    verdicts = ["PASS" if score >= 31 else "FAIL" for score in scores]
    totals = [len(scores), passed, pytest.approx(sum(scores) / len(scores)), max(scores), sum(scores)]
    return [scores, verdicts, totals, totals]


def seen(document: Any, count: int, *, array: bool = False) -> list[Any]:
    """Scores, verdicts, totals beside them, totals on the other sheet."""
    sheet, summary = document.Sheets.getByIndex(0), document.Sheets.getByIndex(1)
    scores, verdicts, totals, place = ("G", "H", "I", "B") if array else ("C", "D", "E", "A")
    return [
        column(sheet, f"{scores}1:{scores}{count}"),
        column(sheet, f"{verdicts}1:{verdicts}{count}"),
        column(sheet, f"{totals}1:{totals}{len(OVER)}"),
        column(summary, f"{place}1:{place}{len(OVER)}"),
    ]


def filled(document: Any, count: int, *, array: bool = False) -> list[Any]:
    """``seen`` once every score is there."""
    sheet = document.Sheets.getByIndex(0)
    name = f"G1:G{count}" if array else f"C1:C{count}"
    eventually(lambda: all(isinstance(value, float) for value in column(sheet, name)))
    return seen(document, count, array=array)


@pytest.fixture(scope="module")
def folder(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("over")


def test_rated_later_then_known_at_once_opened_again_and_in_a_second_file(desk: Desk, folder: Path) -> None:
    clips = desk.clips[:24]
    path = workbook(folder / "first.xlsx", clips)
    seen_first = []
    with closing(desk.office.load(path)) as document:
        seen_first = filled(document, 24)
    assert seen_first == expected(scores_of(desk, clips))
    other = shutil.copy(path, folder / "second.xlsx")
    (folder / "elsewhere").mkdir()
    third = shutil.copy(path, folder / "elsewhere" / "third.xlsx")
    for again in (path, path, other, third):
        with closing(desk.office.load(again)) as document:
            assert filled(document, 24) == seen_first
            document.calculateAll()
            assert filled(document, 24) == seen_first


@pytest.mark.parametrize("single", [True, False])
def test_an_array_formula_at_the_first_load(desk: Desk, folder: Path, single: bool) -> None:
    clips = desk.clips[24:40] if single else desk.clips[40:56]
    scores = scores_of(desk, clips)
    path = workbook(folder / f"array{single}.xlsx", clips, single=single, array=True)
    for _ in range(2):
        with closing(desk.office.load(path)) as document:
            assert filled(document, 16, array=True) == expected(scores)
            if single:
                assert filled(document, 16) == expected(scores)


def test_saved_and_opened_again(desk: Desk, folder: Path) -> None:
    clips = desk.clips[:24]
    scores = scores_of(desk, clips)
    target = folder / "saved.xlsx"
    with closing(desk.office.load(workbook(folder / "tosave.xlsx", clips, array=True))) as document:
        filled(document, 24)
        filled(document, 24, array=True)
        save_as(document, target)
    book = openpyxl.load_workbook(target, data_only=True)
    assert [cell.value for cell in book["Clips"]["C"]][:24] == scores
    assert [cell.value for cell in book["Clips"]["E"]][:2] == [24, sum(score >= 31 for score in scores)]
    assert [cell.value for cell in book["Summary"]["A"]][:2] == [24, sum(score >= 31 for score in scores)]
    with closing(desk.office.load(target)) as document:
        assert filled(document, 24) == filled(document, 24, array=True) == expected(scores)


def test_a_thousand_rows_on_two_sheets(desk: Desk, folder: Path) -> None:
    clips = [desk.clips[row % 60] for row in range(1000)]
    path = workbook(folder / "thousand.xlsx", clips)
    scores = scores_of(desk, clips)
    for hidden in (False, True):
        with closing(desk.office.load(path, hidden=hidden)) as document:
            assert filled(document, 1000) == expected(scores)


def test_typed_where_the_score_is_known(desk: Desk) -> None:
    (score,) = scores_of(desk, desk.clips[:1])
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString(str(desk.clips[0]))
        sheet.getCellRangeByName("B1").setString(text(0))
        for place, formula in (("D1", "=C1*2"), ("D2", "=COUNT(C1:C3)"), ("C1", "=VQA_SCORE(A1;B1)")):
            sheet.getCellRangeByName(place).setFormula(formula)
        eventually(lambda: column(sheet, "D1:D2") == [2 * score, 1.0])


@pytest.fixture
def slow(desk: Desk) -> Any:
    """Nothing is rated before the test has looked at it: a model that no other test has loaded takes its time."""
    desk.choose_model(f"stand-in?load_delay=8&seed={next(SEEDS)}")
    yield
    desk.choose_model("stand-in")
    desk.idle()


def test_what_is_pending_is_never_a_number_nor_a_pass_also_in_a_file_saved_then(
    desk: Desk, folder: Path, slow: None
) -> None:
    clips = desk.clips[:12]
    path = workbook(folder / "pending.xlsx", clips, array=True, kind="pending")
    with closing(desk.office.load(path)) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("K1").setFormula("=VQA_STATUS(A1;B1)")
        sheet.getCellRangeByName("K2").setFormula("=VQA_ERROR(A1;B1)")
        sheet.getCellRangeByName("K3").setFormula("=VQA_STATUS()")
        sheet.getCellRangeByName("K4").setFormula('=IFERROR(C1;"wait")')
        sheet.getCellRangeByName("K5").setFormula("=VQA_BAND(A1;B1)")
        eventually(lambda: all(sheet.getCellRangeByName(n).String.startswith("rating…") for n in ("K1", "K2")))
        for array in (False, True):
            scores, verdicts, totals, elsewhere = seen(document, 12, array=array)
            # None is an error value; COUNT and COUNTIF count numbers, and there are none
            assert scores == verdicts == [None] * 12
            assert totals == elsewhere == [0.0, 0.0, None, None, None]
        cell = sheet.getCellRangeByName("C1")
        assert (cell.getError(), cell.String, sheet.getCellRangeByName("K5").String) == (32767, "#N/A", "#N/A")
        assert column(sheet, "K3:K4") == ["0 rated, 12 waiting, 0 with an error", "wait"]
        saved = [folder / "while.xlsx", folder / "while.ods"]
        save_as(document, saved[0], keep=False)
        document.storeToURL(saved[1].as_uri(), properties(FilterName="calc8"))
    book = openpyxl.load_workbook(saved[0], data_only=True)
    for name in ("C", "D", "G", "H"):
        assert {cell.value for cell in book["Clips"][name]} == {"#N/A"}
    assert [cell.value for cell in book["Summary"]["A"]] == [0, 0, "#N/A", "#N/A", "#N/A"]
    # opened where our functions are known, it is rated
    for file in saved:
        with closing(desk.office.load(file)) as document:
            scores, verdicts, totals, elsewhere = filled(document, 12)
            assert verdicts == ["PASS" if score >= 31 else "FAIL" for score in scores]
            assert totals == elsewhere
            assert totals[0] == 12


@pytest.mark.parametrize("wait", ["", "1"])
def test_a_conversion_waits_for_scores_and_then_leaves_errors(tmp_path: Path, wait: str) -> None:
    settings = helpers.settings_for(tmp_path / "home")
    settings.home.mkdir()
    model = "stand-in?load_delay=20" if wait else "stand-in"
    (settings.home / "settings.toml").write_text(f'model = "{model}"\n')
    path = workbook(tmp_path / "list.xlsx", helpers.clips(tmp_path / "clips", 12), array=True)
    with helpers.cleaned_up(settings):
        office = Soffice(tmp_path, {"XL_VQA_HOME": str(settings.home), "XL_VQA_CALC_WAIT": wait})
        office.install()
        command = office.command(
            "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(path)
        )
        subprocess.run(command, env=office.variables, check=True, timeout=240, capture_output=True)
        # one that still loads its model would be asked to stop, and waited for
        helpers.kill_hosts(settings)
    book = openpyxl.load_workbook(tmp_path / "out" / "list.xlsx", data_only=True)
    clips = book["Clips"]
    for scores, verdicts, place in (("C", "D", 0), ("G", "H", 1)):
        values = [cell.value for cell in clips[scores]]
        if wait:
            wanted: list[Any] = ["#N/A"] * 12
            assert values == wanted
            totals = [0, 0, "#N/A", "#N/A", "#N/A"]
        else:
            wanted = ["PASS" if value >= 31 else "FAIL" for value in values]
            totals = [12, wanted.count("PASS"), pytest.approx(sum(values) / 12), max(values), sum(values)]
        assert [cell.value for cell in clips[verdicts]] == wanted
        assert [row[place].value for row in book["Summary"].iter_rows()] == totals


def test_arrays_with_several_arguments_and_labels_over_a_range(desk: Desk, folder: Path) -> None:
    path = folder / "several.xlsx"
    arrays = {
        "C1": "{=VQA_LABEL(IFERROR(A1,3))}",
        "D1": "{=SUM(IFERROR(A1:A4,0))}",
        "E1": "{=VQA_LABEL(A1,1,5)}",
        "F1": "{=VQA_LABEL(IF(A1=4.2,A1,3))}",
        "G1:G4": '{=VQA_LABEL(IFERROR(A1:A4,""))}',
        "H1:I2": "{=VQA_LABEL({4.2,3.1;2,1},1,5)}",
        "J1": '{=IF(A1=4.2,"a; b, c",VQA_LABEL(A1,0,10))}',
    }
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, value in enumerate((4.2, None, None, 3.1)):
            if value is not None:
                sheet.write(row, 0, value)
        sheet.write_formula("A2", "=NA()", value="#N/A")
        for area, formula in arrays.items():
            first, _, last = area.partition(":")
            sheet.write_array_formula(f"{first}:{last or first}", formula, value="")
        sheet.write_formula("L1", "=SUM(VQA_LABEL({4.2,3.1;2,1},1,5))", value="")
        sheet.write_formula("L2", "=VQA_LABEL(A1,1,5)+1", value="")
        sheet.write_formula("L3", '=IFERROR(VQA_LABEL(A2),"none")', value="")
        sheet.write_formula("L4", "=VQA_LABEL(A3)", value="")
    with closing(desk.office.load(path)) as document:
        page = document.Sheets.getByIndex(0)
        eventually_is(lambda: column(page, "G1:G4"), [42.0, "", "", 31.0])
        eventually_is(
            lambda: [cell for (cell,) in (column(page, f"{name}1:{name}1") for name in "CDEFHIJ")],
            [42.0, pytest.approx(7.3), 42.0, 42.0, 42.0, 31.0, "a; b, c"],
        )
        eventually_is(lambda: column(page, "H2:H2") + column(page, "I2:I2"), [20.0, 10.0])
        eventually_is(lambda: column(page, "L1:L4"), [103.0, 43.0, "none", ""])


def test_names_conditions_and_validations_call_our_functions(desk: Desk, folder: Path) -> None:
    path = folder / "rules.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        red = book.add_format({"bg_color": "#FF0000"})
        sheet.write_column("A1", [4.2, 1.1])
        sheet.write_column("B1", [20, 60])
        sheet.conditional_format("A1:A2", {"type": "formula", "criteria": "=VQA_LABEL(A1,1,5)>30", "format": red})
        sheet.conditional_format("D1:D2", {"type": "3_color_scale"})
        limits = {"minimum": "=VQA_LABEL(1,1,5)", "maximum": "=_xll.VQA_LABEL(5)"}
        sheet.conditional_format("B1:B2", {"type": "cell", "criteria": "between", "format": red, **limits})
        sheet.data_validation("C1:C9", {"validate": "integer", "criteria": "between", **limits})
        book.define_name("all", "=VQA_LABEL(3.1,1,5)")
        book.define_name("S!own", "=VQA_LABEL(4.1,1,5)")
        sheet.write_formula("D1", "=all+own", value="")
    target = folder / "rules_back.xlsx"
    with closing(desk.office.load(path)) as document:
        page = document.Sheets.getByIndex(0)
        eventually(lambda: column(page, "D1:D1") == [72.0])
        rule = page.getCellRangeByName("C5").Validation
        stored = "ORG.XLVQA.FUNCTIONS.VQALABEL"
        assert [rule.getFormula1(), rule.getFormula2()] == [f"{stored}(1;1;5)", f"{stored}(5)"]
        document.storeToURL((folder / "rules.html").as_uri(), properties(FilterName="HTML (StarCalc)"))
        assert (folder / "rules.html").read_text().upper().count('BGCOLOR="#FF0000"') == 2
        assert not document.isModified()
        assert not document.getUndoManager().isUndoPossible()
        save_as(document, target)
    sheet = openpyxl.load_workbook(target)["S"]
    rules = [rule for group in sheet.conditional_formatting for rule in group.rules if rule.formula]
    assert sorted(rule.formula for rule in rules) == [
        ["VQA_LABEL(1,1,5)", "VQA_LABEL(5)"],
        ["VQA_LABEL(A1,1,5)>30"],
    ]


def test_relinking_lets_ranges_with_an_error_in_them_skip_it_and_undo_takes_that_back(
    desk: Desk, folder: Path
) -> None:
    path = folder / "holes.xlsx"
    clips = desk.clips[:2]
    scores = scores_of(desk, clips)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", [str(clips[0]), None, str(clips[1])])
        sheet.write_column("B1", [text(0), "x", text(1)])
        sheet.write_formula("A2", "=NA()", value="#N/A")
        sheet.write_array_formula("C1:C3", "{=VQA_SCORE(A1:A3,B1:B3)}", value="")
        sheet.write_formula("D1", "=SUM(VQA_SCORE($A$1:$A$3,B1:B3))", value="")
        sheet.write_formula("D2", "=VQA_SCORE(A2,B2)", value="")
        sheet.write_formula("D3", "=VQA_SCORE(A1,B1)", value="")
    with closing(desk.office.load(path)) as document:
        page = document.Sheets.getByIndex(0)
        eventually(lambda: column(page, "D3:D3") == scores[:1])
        assert [page.getCellRangeByName(name).getError() for name in ("C1", "C3", "D1")] == [504] * 3
        desk.office.dispatch(document, "relink_formulas")
        eventually(lambda: column(page, "C1:C3") == [scores[0], "", scores[1]])
        eventually(lambda: column(page, "D1:D1") == [sum(scores)])
        formula = page.getCellRangeByName("C1").getFormula()
        stored = "ORG.XLVQA.FUNCTIONS.VQASCORE"
        assert formula == f'{{={stored}(IFERROR(A1:A3;"");IFERROR(B1:B3;""))}}'
        # what merely repeats an error of its only cell is left as it is
        assert page.getCellRangeByName("D2").getFormula() == f"={stored}(A2;B2)"
        undo = document.getUndoManager()
        assert len(undo.getAllUndoActionTitles()) == 1
        undo.undo()
        assert page.getCellRangeByName("D1").getFormula() == f"=SUM({stored}($A$1:$A$3;B1:B3))"
        assert page.getCellRangeByName("C1").getFormula() == f"{{={stored}(A1:A3;B1:B3)}}"


def test_the_count_is_that_of_its_own_workbook_and_closing_another_leaves_it(
    desk: Desk, folder: Path, slow: None
) -> None:
    clips = desk.clips[:12]
    big = workbook(folder / "big.xlsx", clips, kind="counted")
    small = workbook(folder / "small.xlsx", clips[:4], kind="counted")
    with closing(desk.office.load(small)) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("K1").setFormula("=VQA_STATUS()")
        sheet.getCellRangeByName("K2").setFormula("=VQA_STATUS(A90)")
        sheet.getCellRangeByName("K3:K5").setArrayFormula("=VQA_STATUS(A90:A92)")
        with closing(desk.office.load(big)) as other:
            page = other.Sheets.getByIndex(0)
            page.getCellRangeByName("K1").setFormula("=VQA_STATUS()")
            eventually(lambda: column(page, "K1:K1") == ["0 rated, 12 waiting, 0 with an error"])
            eventually(lambda: column(sheet, "K1:K1") == ["0 rated, 4 waiting, 0 with an error"])
        # four of the videos that the closed one waited for are this one's as well
        eventually(lambda: column(sheet, "K1:K1") == ["4 rated, 0 waiting, 0 with an error"])
        assert column(sheet, "K2:K5") == [""] * 4
        filled(document, 4)


def test_a_missing_argument_and_a_number_are_told_as_they_were_typed(desk: Desk) -> None:
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        formulas = ("=VQA_SCORE()", "=VQA_ERROR()", "=VQA_LABEL()", "=VQA_ERROR(12345)", "=VQA_ERROR(0.5)")
        formulas += ("=VQA_ERROR(TRUE())",)
        for row, formula in enumerate(formulas):
            sheet.getCellByPosition(0, row).setFormula(formula)

        def strings() -> list[str]:
            return [sheet.getCellByPosition(0, row).String for row in range(len(formulas))]

        eventually(lambda: "#N/A" not in strings())
        shown = strings()
        assert [shown[0], shown[2]] == ["#VALUE!", "#VALUE!"]
        assert "video" in shown[1]
        assert "=VQA_ERROR(A2)" in shown[1]
        assert "holds 12345," in shown[3]
        assert "holds 0.5," in shown[4]
        # true comes as 1
        assert "holds 1 / TRUE," in shown[5]
