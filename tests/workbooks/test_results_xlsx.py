"""The result workbook and the demo's: what stands in them, how they print, and that Excel's rules are kept."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workbooks.makers import make_rating, values
from tests.workbooks.package_rules import problems
from xl_vqa.words.errors import OutputNotWritableError, VideoNotFoundError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.workbooks import results_xlsx
from xl_vqa.workbooks.demo_workbook import DemoRow, build
from xl_vqa.workbooks.result_rows import FIELDS
from xl_vqa.workbooks.results import write_results
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.words import word

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
ERROR = VideoNotFoundError(path="b.mp4")
PAIRS: list[Any] = [
    ("clips/a.mp4", make_rating(33)),
    ("clips/b.mp4", ERROR),
    ("=1+1.mp4", make_rating(12, warnings=("warning_black",))),
    ("https://example.com/c.mp4", make_rating(46)),
]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_row_per_input_in_the_readers_language(tmp_path: Path, language: str) -> None:
    path = tmp_path / "r.xlsx"
    write_results(PAIRS, path, language)
    assert problems(path) == []
    rows = values(path)
    assert rows[0] == [word(field, language) for field in (*FIELDS, "warnings")]
    assert [row[0] for row in rows[1:]] == [p for p, _ in PAIRS]
    assert [row[1] for row in rows[1:]] == [33, None, 12, 46]
    bands = {"en": ["Fair", None, "Bad", "Excellent"], "ja": ["普通", None, "非常に悪い", "非常に良い"]}
    assert [row[4] for row in rows[1:]] == bands[language]
    assert rows[2][FIELDS.index("error")] == ERROR.message(language)
    assert rows[3][FIELDS.index("error") + 1]


def test_no_formula_and_no_link_comes_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_results(PAIRS, path)
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_it_is_made_for_paper(tmp_path: Path) -> None:
    write_results(PAIRS, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book.worksheets[0]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    # as many pages down as it takes, one across (which is the default and not written)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'Results'!$A$1:$L$5"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:L5"
    assert "&P" in sheet.oddFooter.right.text
    assert book.properties.title == "Video quality scores"
    assert sheet["E2"].fill.fgColor.rgb == "FFF7DC6F"
    assert sheet["J3"].fill.fgColor.rgb == "FFFDECEA"


def test_the_summary_holds_formulas_with_their_values(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    write_results(PAIRS, path)
    shown = openpyxl.load_workbook(path, data_only=True)["Summary"]
    found = {row[0].value: row[1].value for row in shown["A4:B11"]}
    mos = [make_rating(33)["mos"], make_rating(12)["mos"], make_rating(46)["mos"]]
    assert (found["Videos"], found["Rated"], found["With an error"]) == (4, 3, 1)
    assert found["Mean MOS"] == pytest.approx(sum(mos) / 3)
    assert (found["Lowest MOS"], found["Highest MOS"]) == (min(mos), max(mos))
    bands = {row[0].value: (row[1].value, row[2].value) for row in shown["A14:C18"]}
    assert bands == {
        "Excellent": ("45 – 50", 1),
        "Good": ("35 – 44", 0),
        "Fair": ("25 – 34", 1),
        "Poor": ("15 – 24", 0),
        "Bad": ("10 – 14", 1),
    }
    formulas = openpyxl.load_workbook(path)["Summary"]
    assert all(str(formulas[f"B{row}"].value).startswith("=") for row in range(4, 12))
    with zipfile.ZipFile(path) as package:
        assert sum(name.startswith("xl/charts/chart") for name in package.namelist()) == 2


def test_bands_and_scale_of_the_ratings_are_taken_over(tmp_path: Path) -> None:
    scale = Scale(label_min=0, label_max=100)
    rating = make_rating(33)
    rating.update(scale=scale.to_dict(), band_thresholds=[20, 40, 60, 80], label=70, band="good")
    write_results([("a.mp4", rating)], tmp_path / "r.xlsx")
    shown = openpyxl.load_workbook(tmp_path / "r.xlsx", data_only=True)["Summary"]
    assert [row[0].value for row in shown["B14:B18"]] == ["80 – 100", "60 – 79", "40 – 59", "20 – 39", "0 – 19"]
    bins = [tuple(cell.value for cell in row) for row in shown["K4:M54"] if row[0].value is not None]
    assert bins[0][:2] == (0, 1)
    assert bins[-1][:2] == (100, 100)
    assert [b for b in bins if b[2]] == [(70, 71, 1)]
    assert Bands.default().of(33).key == "fair"


@pytest.mark.parametrize("pairs", [[], [("b.mp4", ERROR)]])
def test_without_any_rating_no_cell_shows_an_error(tmp_path: Path, pairs: list[Any]) -> None:
    write_results(pairs, tmp_path / "r.xlsx")
    assert problems(tmp_path / "r.xlsx") == []
    shown = openpyxl.load_workbook(tmp_path / "r.xlsx", data_only=True)["Summary"]
    assert [row[0].value for row in shown["B4:B11"]] == [len(pairs), 0, len(pairs), *[None] * 5]


def test_texts_as_long_as_they_come(tmp_path: Path) -> None:
    write_results([("x" * 40_000 + ".mp4", make_rating(text="t\x00\x1f_x0041_ <&>" * 50))], tmp_path / "r.xlsx")
    assert problems(tmp_path / "r.xlsx") == []
    row = values(tmp_path / "r.xlsx")[1]
    assert len(row[0]) == 32_767


def test_more_rows_than_a_sheet_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_xlsx, "MAX_ROW", 4)
    with pytest.raises(OutputNotWritableError):
        write_results(PAIRS, tmp_path / "r.xlsx")
    write_results(PAIRS[:3], tmp_path / "r.xlsx")
    assert len(values(tmp_path / "r.xlsx")) == 4


def test_our_own_result_file_can_be_scored_again(tmp_path: Path) -> None:
    """Whoever feeds results.xlsx back in gets its rows found by their paths."""
    write_results(PAIRS, tmp_path / "r.xlsx")
    plan = plan_workbook(tmp_path / "r.xlsx")
    assert (plan.sheet, plan.column, len(plan.rows)) == ("Results", "A", 4)


DEMO = [
    DemoRow("x/rabbit_blur.mp4", "rabbit", "blur", make_rating(20), "out of focus"),
    DemoRow("x/rabbit_clean.mp4", "rabbit", "clean", make_rating(44)),
    DemoRow("x/sea_clean.mp4", "sea", "clean", make_rating(30)),
    DemoRow("x/sea_dark.mp4", "sea", "dark", make_rating(35)),
    DemoRow("x/sea_noise.mp4", "sea", "noise", ERROR),
    DemoRow("x/alone_dark.mp4", "alone", "dark", make_rating(20)),
]


def test_the_demo_compares_clean_clips_with_their_versions(tmp_path: Path) -> None:
    path = tmp_path / "demo.xlsx"
    build(DEMO, path)
    assert problems(path) == []
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["Comparison", "Results", "Summary"]
    rows = [[cell.value for cell in row] for row in book["Comparison"]["A5:H10"]]
    assert [row[:3] for row in rows] == [
        ["rabbit", "Clean", "rabbit_clean.mp4"],
        ["rabbit", "out of focus", "rabbit_blur.mp4"],
        ["sea", "Clean", "sea_clean.mp4"],
        ["sea", "dark", "sea_dark.mp4"],
        ["sea", "noise", "sea_noise.mp4"],
        ["alone", "dark", "alone_dark.mp4"],
    ]
    differences = [row[7] for row in rows]
    assert differences[1] == pytest.approx(make_rating(44)["mos"] - make_rating(20)["mos"])
    assert differences[3] < 0
    assert [differences[k] for k in (0, 2, 4, 5)] == [None] * 4
    assert rows[4][3] == ERROR.message()
    # results stay in the order of the inputs
    assert [row[0].value for row in book["Results"]["A2:A7"]] == [row.path for row in DEMO]


def test_the_demo_in_japanese(tmp_path: Path) -> None:
    build(DEMO, tmp_path / "demo.xlsx", "ja")
    assert openpyxl.load_workbook(tmp_path / "demo.xlsx").sheetnames == ["比較", "結果", "集計"]
    assert problems(tmp_path / "demo.xlsx") == []
