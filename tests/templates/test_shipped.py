"""The workbooks that ship: as a fresh build makes them, whole by Excel's rules, right without computing."""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workbooks.package_rules import problems
from xl_vqa.workbooks.templates.build import BUILDERS, file_name, shipped, template_folder
from xl_vqa.workbooks.templates.known import language_of, read_template
from xl_vqa.workbooks.templates.recalculate import values_of
from xl_vqa.workbooks.templates.words_kpi import KPI
from xl_vqa.workbooks.templates.words_label import LABEL
from xl_vqa.workbooks.templates.words_score import SCORE

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
FILES = [file_name(*template) for template in shipped()]
# functions that Excel 2016 and LibreOffice 7.4 lack, or store under another name
MODERN = re.compile(
    r"\b(LET|LAMBDA|FILTER|SORT|SORTBY|UNIQUE|SEQUENCE|XLOOKUP|XMATCH|TEXTJOIN|CONCAT|IFS|SWITCH|MAXIFS|MINIFS|RANDARRAY"
    r"|TODAY|NOW|RAND|OFFSET|INDIRECT)\("
)
# of Excel 2013, and stored so by all versions since
UNICODE = "_xlfn.UNICODE("


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.pinned
@pytest.mark.parametrize("template", shipped(), ids=FILES)
def test_a_fresh_build_gives_the_file_that_ships(template: tuple[str, str, bool]) -> None:
    """Values beside formulas are taken from the file; that they are right is shown below."""
    kind, language, sample = template
    path = template_folder() / file_name(*template)
    there = members(path.read_bytes())
    fresh = members(BUILDERS[kind](language, sample=sample, values=values_of(path)))
    assert sorted(there) == sorted(fresh)
    assert [name for name in there if there[name] != fresh[name]] == [], "run 'make templates'"


def test_a_build_gives_the_same_bytes_each_time() -> None:
    assert BUILDERS["kpi"]("ja", sample=True) == BUILDERS["kpi"]("ja", sample=True)


@pytest.mark.parametrize("name", FILES)
def test_files_keep_excels_rules(name: str) -> None:
    assert problems(template_folder() / name) == []


@pytest.mark.parametrize("name", FILES)
def test_formulas_are_known_to_excel_2016(name: str) -> None:
    with zipfile.ZipFile(template_folder() / name) as package:
        text = b"".join(package.read(part) for part in package.namelist() if part.endswith(".xml")).decode()
    formulas = re.findall(r"<(?:f|definedName|formula1)[^>]*>([^<]*)</", text)
    assert len(formulas) > 20
    plain = [formula.replace(UNICODE, "") for formula in formulas]
    assert [formula for formula in plain if MODERN.search(formula) or "_xlfn" in formula] == []
    literals = [text for formula in formulas for text in re.findall(r'"((?:[^"]|"")*)"', html.unescape(formula))]
    # what Excel takes into one text, and into one formula
    assert max(map(len, literals)) <= 255
    assert max(map(len, formulas)) < 8192


@pytest.mark.parametrize("name", FILES)
def test_no_formula_hangs_on_the_locale_of_the_reader(name: str) -> None:
    """These read a text by it: "0.000" where a comma divides decimals, "yyyy" where years are called otherwise."""
    with zipfile.ZipFile(template_folder() / name) as package:
        text = b"".join(package.read(part) for part in package.namelist() if part.endswith(".xml")).decode()
    formulas = [html.unescape(f) for f in re.findall(r"<(?:f|definedName|formula[12]?)[^>]*>([^<]*)</", text)]
    found = [formula for formula in formulas if re.search(r"\b(TEXT|VALUE|DATEVALUE|TIMEVALUE|DOLLAR)\(", formula)]
    # a number that a criterion or a sum has to read out of a text
    found += [formula for formula in formulas if re.search(r"\"[<>=]*-?[0-9]+[.,][0-9]+\"", formula)]
    assert found == []


@pytest.mark.parametrize("name", FILES)
def test_samples_say_so_on_every_sheet_and_page(name: str) -> None:
    book = openpyxl.load_workbook(template_folder() / name)
    sample = name.endswith("_sample.xlsx")
    for sheet in book.worksheets:
        banner = str(sheet["A3"].value)
        assert ("SAMPLE DATA" in banner or "サンプルデータ" in banner) == sample
        header = str(sheet.oddHeader.left.text)
        assert ("SAMPLE" in header or "サンプル" in header) == sample


def test_every_word_has_both_languages() -> None:
    for words in (KPI, SCORE, LABEL):
        for key, (english, japanese) in words.items():
            assert english.strip(), key
            assert japanese.strip(), key
            assert re.findall(r"\{\w+\}", english).sort() == re.findall(r"\{\w+\}", japanese).sort(), key


@pytest.mark.slow
def test_signed_figures_are_named_for_what_a_plus_means() -> None:
    """'Complaint change +41.9%, on target' stood for a fall of 41.9%."""
    assert KPI["f_reduction"] == ("Complaint reduction", "クレームの減少率")
    sheet = openpyxl.load_workbook(template_folder() / "kpi_en_sample.xlsx", data_only=True)["Dashboard"]
    shown = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    _, value, *_ = shown["Complaint reduction"]
    before, after = (shown[f"Complaints per video, {when}"][1].value for when in ("before", "after"))
    assert value.value == pytest.approx(1 - after / before)
    assert value.value > 0 > after - before
    signed = ["f_bias", "f_difference", "f_reduction", "f_hours", "f_avoided", "f_net", "f_roi"]
    for key in signed:
        assert "change" not in KPI[key][0].lower()
        assert "変化" not in KPI[key][1]


def test_no_help_of_a_cell_is_cut() -> None:
    """Excel shows 255 characters of a cell's help; longer ones would lose their end."""
    for words in (KPI, LABEL, SCORE):
        for key, texts in words.items():
            if key.startswith(("help_", "n_")) or key == "closed_help":
                assert max(map(len, texts)) <= 255, key


def test_stored_values_are_those_that_libreoffice_computes(compute: Any) -> None:
    computed = compute({name.removesuffix(".xlsx"): (template_folder() / name).read_bytes() for name in FILES})
    for name in FILES:
        stored, fresh = values_of(template_folder() / name), computed[name.removesuffix(".xlsx")]
        empty = {where for where, value in {**stored, **fresh}.items() if value == ""}
        assert stored.keys() - empty == fresh.keys() - empty, name
        wrong = {w: (v, fresh[w]) for w, v in stored.items() if w not in empty and not same(v, fresh[w])}
        assert wrong == {}, name
        errors = {w: v for w, v in fresh.items() if isinstance(v, str) and v.startswith(("#", "Err:"))}
        assert set(errors.values()) <= {"#N/A"}
        assert {sheet for sheet, _ in errors} <= {"Calculation", "計算"}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return bool(one == pytest.approx(other, rel=1e-9, abs=1e-9))
    return bool(one == other)


@pytest.mark.slow
def test_they_print_whole_and_without_an_error(printed: Any, folder: Path) -> None:
    if shutil.which("pdftotext") is None:
        assert os.environ.get("CI") != "true", "pdftotext (poppler-utils) is missing in CI"
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    from xl_vqa.workbooks.templates.report import hide_others

    files = []
    for name in FILES:
        hide_others(template_folder() / name, folder / name)
        files.append(folder / name)
    pages: dict[str, list[str]] = {}
    for path in printed(files):
        text = subprocess.run(
            ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
        ).stdout
        pages[path.stem] = text.split("\f")[:-1]
        assert not re.search(r"#(REF|NAME|DIV|VALUE|NUM|N/A)|Err:5|###", text), path.stem
    for language in ("en", "ja"):
        summary, *dashboard = pages[f"kpi_{language}_sample"]
        position = language == "ja"
        assert KPI["decision"][position] in summary
        assert ("因果関係" if position else "not causal") in summary.replace("\n", "")
        # the last figure and the last chart's title are there: nothing fell off the page
        assert any(KPI["f_problems"][position] in page for page in dashboard)
        assert any(KPI["chart_hours"][position][:6] in page for page in dashboard)
        assert len(dashboard) <= 4


@pytest.mark.slow
def test_a_tracker_prints_so_that_it_can_be_read(printed: Any) -> None:
    """As somebody prints the whole workbook: the dashboard came out in 5 points, the calculation at all."""
    names = ["kpi_en_sample.xlsx", "kpi_ja_sample.xlsx"]
    for position, path in enumerate(printed([template_folder() / name for name in names])):
        told = subprocess.check_output(["pdftotext", "-layout", path, "-"], text=True).split("\f")
        titles = [page.strip().splitlines()[0] for page in told if page.strip()]
        assert titles[0].endswith(KPI["summary"][position])
        assert [title for title in titles if title.endswith(KPI["calc"][position])] == []
        # the last page of the dashboard holds charts, whose slanted dates have no height
        last = sum(title.endswith((KPI["summary"][position], KPI["dashboard"][position])) for title in titles) - 1
        boxes = subprocess.check_output(["pdftotext", "-bbox", "-l", str(last), path, "-"], text=True)
        heights = [float(low) - float(top) for top, low in re.findall(r'yMin="(.+?)".+?yMax="(.+?)"', boxes)]
        assert len(heights) > 300
        # a line is 1.15 of its letters' size or more
        assert min(heights) / 1.15 >= 8


@pytest.mark.parametrize("template", shipped(), ids=FILES)
def test_the_language_of_a_workbook_is_known_from_what_is_left_of_its_wording(
    template: tuple[str, str, bool], tmp_path: Path
) -> None:
    language = template[1]
    source = template_folder() / file_name(*template)
    workbook, known = read_template(source)
    assert language_of(workbook, known) == language
    # every sheet renamed, into the other language even: the headings tell
    book = openpyxl.load_workbook(source)
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"シート{number}" if language == "en" else f"My sheet {number}"
    place = book.defined_names["xl_vqa_videos"]
    title = book.worksheets[workbook.sheets.index(workbook.entry(known.sheet))].title
    place.attr_text = f"'{title}'!{place.attr_text.rpartition('!')[2]}"
    renamed = tmp_path / "renamed.xlsx"
    book.save(renamed)
    workbook, known = read_template(renamed)
    assert language_of(workbook, known) == language
    # and those gone, too
    sheet = book[known.sheet]
    for column in range(1, sheet.max_column + 1):
        if isinstance(sheet.cell(known.row, column).value, str):
            sheet.cell(known.row, column).value = f"h{column}"
    book.save(renamed)
    assert language_of(*read_template(renamed)) is None
