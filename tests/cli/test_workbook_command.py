"""``xl-vqa workbook`` and ``xl-vqa report`` as a person runs them."""

from __future__ import annotations

import datetime
import html
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest

from tests.cli.conftest import Run
from tests.templates.conftest import need_soffice
from tests.workbooks.package_rules import problems
from tests.workbooks.typing_hand import type_in
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.workbooks.package import Package
from xl_vqa.workbooks.templates.build import file_name, shipped, template_folder
from xl_vqa.workbooks.templates.kpi_log import FIRST as LOG_FIRST
from xl_vqa.workbooks.templates.score import FIRST as SCORE_FIRST
from xl_vqa.workbooks.templates.words_kpi import KPI
from xl_vqa.workbooks.templates.words_score import SCORE

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def parts(path: Path) -> dict[str, bytes]:
    package = Package(path)
    return {name: package.read(name) for name in package.names}


@pytest.mark.parametrize("template", shipped(), ids=[file_name(*t) for t in shipped()])
def test_new_gives_the_template(template: tuple[str, str, bool], run: Run, tmp_path: Path) -> None:
    kind, language, sample = template
    target = tmp_path / "新しい ブック.xlsx"
    done = run("workbook", "new", kind, "--lang", language, *(["--sample"] if sample else []), "-o", target)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes() == (template_folder() / file_name(*template)).read_bytes()


def test_new_replaces_nothing_unasked(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "k.xlsx"
    target.write_text("mine")
    done = run("workbook", "new", "kpi", "-o", target)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert target.read_text() == "mine"
    assert run("workbook", "new", "kpi", "-o", target, "--force").returncode == 0
    assert target.read_bytes().startswith(b"PK")
    for wrong in (
        ("new", "cost", "-o", tmp_path / "x.xlsx"),
        ("new", "kpi", "--lang", "fr", "-o", tmp_path / "x.xlsx"),
    ):
        assert run("workbook", *wrong).returncode == 2
    assert run("workbook", "new", "kpi", "-o", tmp_path / "x.csv").returncode == 2
    assert not (tmp_path / "x.xlsx").exists()


def test_update_fills_the_ai_columns_of_the_log_and_nothing_else(run: Run, tmp_path: Path, clips: Path) -> None:
    book = tmp_path / "kpi.xlsx"
    assert run("workbook", "new", "kpi", "-o", book).returncode == 0
    empty = run("workbook", "update", book)
    assert empty.returncode == 0
    assert "no video" in empty.stderr
    typed: dict[tuple[int, int], Any] = {}
    for number, name in enumerate(("clip2.mp4", "動画 10.mp4", "missing.mp4")):
        typed[LOG_FIRST + 1 + number, 1] = 46100 + number
        typed[LOG_FIRST + 1 + number, 2] = str(clips / name)
        typed[LOG_FIRST + 1 + number, 4] = 31.5
        typed[LOG_FIRST + 1 + number, 11] = "my own note"
    # a row for a whole day names no video
    typed |= {(LOG_FIRST + 4, 1): 46103, (LOG_FIRST + 4, 3): 40, (LOG_FIRST + 4, 9): 2}
    type_in(book, "Log", typed)
    before = parts(book)
    done = run("workbook", "update", book)
    assert done.returncode == 1, done.stderr
    log = openpyxl.load_workbook(book)["Log"]
    for number in range(2):
        row = LOG_FIRST + 1 + number
        assert 10 <= log.cell(row, 6).value <= 50
        assert "stand-in" in log.cell(row, 13).value
    assert "missing.mp4" in log.cell(LOG_FIRST + 3, 12).value
    assert log.cell(LOG_FIRST + 4, 6).value is None
    for (row, column), value in typed.items():
        assert log.cell(row, column).value == value
    assert log.max_column == 13
    after = parts(book)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"xl/worksheets/sheet4.xml", "xl/styles.xml", "xl/workbook.xml"}
    assert after.keys() == before.keys()
    assert problems(book) == []
    again = run("workbook", "update", book)
    # the missing video is tried again, the others are not
    assert "1 to do" in again.stderr


@pytest.mark.parametrize(("language", "said"), [("en", "outside 10 to 50"), ("ja", "尺度(10~50)")])
def test_update_tells_of_peoples_scores_off_their_scale(
    language: str, said: str, run: Run, tmp_path: Path
) -> None:
    book = tmp_path / "kpi.xlsx"
    assert run("workbook", "new", "kpi", "--lang", language, "-o", book).returncode == 0
    sheet = {"en": "Log", "ja": "記録"}[language]
    type_in(book, sheet, {(LOG_FIRST + 1, 4): 10, (LOG_FIRST + 3, 4): 31.5})
    assert said not in run("workbook", "update", book, XL_VQA_LANGUAGE=language).stderr
    type_in(book, sheet, {(LOG_FIRST + 2, 4): 3.5, (LOG_FIRST + 3, 5): "gut"})
    done = run("workbook", "update", book, XL_VQA_LANGUAGE=language)
    assert done.returncode == 0, done.stderr
    assert said in done.stderr
    assert f"{LOG_FIRST + 2}, {LOG_FIRST + 3}" in done.stderr


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", ["kpi", "score"])
def test_update_blanks_no_score_of_a_video_that_is_out_of_reach(
    kind: str, language: str, run: Run, tmp_path: Path
) -> None:
    """The sample's videos are on nobody's disk: their scores are of a model that is not known."""
    book = tmp_path / "sample.xlsx"
    assert run("workbook", "new", kind, "--lang", language, "--sample", "-o", book).returncode == 0
    first = LOG_FIRST if kind == "kpi" else SCORE_FIRST
    column = 6 if kind == "kpi" else 3
    remarks = 12 if kind == "kpi" else 7
    # summary, dashboard and monitor stand before the log
    sheet = 3 if kind == "kpi" else 0

    def cells(number: int) -> list[Any]:
        shown = openpyxl.load_workbook(book).worksheets[sheet]
        return [shown.cell(row, number).value for row in range(first + 1, shown.max_row + 1)]

    before = cells(column)
    assert sum(value is not None for value in before) >= 10
    done = run("workbook", "update", book)
    assert done.returncode == 1, done.stderr
    assert cells(column) == before
    words = "file not reachable" if language == "en" else "ファイルに接続できません"
    assert sum(words in str(remark) for remark in cells(remarks)) >= 10
    standing = sum(value is not None for value in before)
    assert f"{standing} of these rows keep the score they had" in done.stderr
    cleared = run("workbook", "update", book, "--clear")
    assert cleared.returncode == 1
    assert not any(cells(column))
    assert "keep the score they had" not in cleared.stderr
    if kind == "score":
        headings = [cell.value for cell in openpyxl.load_workbook(book).worksheets[sheet][first]]
        (times,) = (number for number, text in enumerate(headings, 1) if text in SCORE["time"])
        assert not any(cells(times)), "a score that is gone was made at no time"
    assert (tmp_path / "sample.before-vqa.xlsx").is_file()


def test_update_writes_times_and_thumbnails_into_the_score_sheet(run: Run, tmp_path: Path, clips: Path) -> None:
    book, copy = tmp_path / "スコア.xlsx", tmp_path / "copy.xlsx"
    assert run("workbook", "new", "score", "--lang", "ja", "-o", book).returncode == 0
    names = ("clip2.mp4", "broken.mp4", "動画 10.mp4")
    type_in(book, "スコア表", {(SCORE_FIRST + 1 + k, 2): str(clips / name) for k, name in enumerate(names)})
    original = book.read_bytes()
    done = run("workbook", "update", book, "-o", copy, "--thumbnails")
    assert done.returncode == 1, done.stderr
    assert book.read_bytes() == original
    assert problems(copy) == []
    sheet = openpyxl.load_workbook(copy)["スコア表"]
    places = sorted((image.anchor._from.row + 1, image.anchor._from.col + 1) for image in sheet._images)
    assert places == [(SCORE_FIRST + 1, 1), (SCORE_FIRST + 3, 1)]
    assert all(image.width <= 120 and image.height <= 120 for image in sheet._images)
    # in the workbook's language, whatever the language of the one who runs the command
    assert "Rating" not in done.stdout
    bands = [sheet.cell(SCORE_FIRST + 1 + k, 5).value for k in range(3)]
    assert bands[1] is None
    assert {bands[0], bands[2]} <= {band.ja for band in ACR_BANDS}
    assert "動画" in sheet.cell(SCORE_FIRST + 2, 7).value
    times = [sheet.cell(SCORE_FIRST + 1 + k, 9).value for k in range(3)]
    assert times[1] is None
    assert all(abs(times[k] - datetime.datetime.now()) < datetime.timedelta(minutes=10) for k in (0, 2))
    assert sheet.row_dimensions[SCORE_FIRST + 1].height >= 56
    # the chart of the overview is still there, and a second run doubles no picture
    assert len(openpyxl.load_workbook(copy)["集計"]._charts) == 1
    assert run("workbook", "update", copy, "--thumbnails", "--rescore").returncode == 1
    assert len(openpyxl.load_workbook(copy)["スコア表"]._images) == 2
    assert problems(copy) == []


def test_update_names_what_it_cannot_fill(run: Run, tmp_path: Path) -> None:
    foreign, labels = tmp_path / "foreign.xlsx", tmp_path / "labels.xlsx"
    openpyxl.Workbook().save(foreign)
    assert run("workbook", "new", "label", "-o", labels).returncode == 0
    for path, words in ((foreign, "workbook new"), (labels, "labels prepare"), (tmp_path / "no.xlsx", "no.xlsx")):
        done = run("workbook", "update", path)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_report(language: str, run: Run, tmp_path: Path) -> None:
    need_soffice()
    book = template_folder() / file_name("kpi", language, True)
    for suffix in ("pdf", "html"):
        done = run("report", book, "-o", tmp_path / f"r.{suffix}", XL_VQA_LANGUAGE=language)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    told = subprocess.check_output(["pdftotext", tmp_path / "r.pdf", "-"], text=True)
    # the footer of every page names the workbook, not a copy that was made for printing
    assert told.count(book.name) == told.count("\f") >= 2
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        summary = openpyxl.load_workbook(book, data_only=True).worksheets[0]
    assert f"{summary['A8'].value:.3f}" in page
    assert summary["A5"].value in ("missed", "未達")
    assert str(summary["C5"].value).strip() in html.unescape(page)
    assert ("SAMPLE DATA" if language == "en" else "サンプルデータ") in page
    drawn = lxml.html.fromstring(page)
    assert len(drawn.xpath("//svg")) == 3
    cost = [text.text for text in drawn.xpath("(//svg)[3]//text")]
    assert cost[:3] == ["0", "20,000", "40,000"]
    # the threshold in use and the cheapest one are marked, as on the sheet's own chart
    assert len(drawn.xpath("(//svg)[3]//circle")) == 2
    for key in ("c_chosen", "c_cheapest"):
        assert f"● {KPI[key][language == 'ja']}: " in drawn.xpath("(//*[@class='legend'])[3]")[0].text_content()
    assert "#N/A" not in page
    assert "None" not in page


def test_report_without_libreoffice(run: Run, tmp_path: Path) -> None:
    """PDF needs it and says so; HTML shows stored figures, if they are not older than the scores."""
    book = template_folder() / file_name("kpi", "en", True)
    nowhere = {"PATH": str(tmp_path)}
    done = run("report", book, "-o", tmp_path / "r.pdf", **nowhere)
    assert done.returncode == 2
    assert "LibreOffice" in done.stderr
    assert not (tmp_path / "r.pdf").exists()
    done = run("report", book, "-o", tmp_path / "r.html", **nowhere)
    assert done.returncode == 2
    assert "save it once" in done.stderr
    saved = tmp_path / "saved.xlsx"
    shutil.copy(book, saved)
    package = Package(saved)
    # as Excel leaves it after saving
    package.replace("xl/workbook.xml", package.read("xl/workbook.xml").replace(b' fullCalcOnLoad="1"', b""))
    package.save()
    done = run("report", saved, "-o", tmp_path / "r.html", **nowhere)
    assert done.returncode == 0, done.stderr
    assert "stored them" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_labels_prepare_reads_the_labelling_workbook_as_it_is(run: Run, tmp_path: Path) -> None:
    for language in ("en", "ja"):
        book = template_folder() / file_name("label", language, True)
        out = tmp_path / f"{language}.csv"
        done = run("labels", "prepare", book, "-o", out, "--no-check-videos")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "formulas in the workbook hold no result" not in done.stdout
        rows = [line.split(",") for line in out.read_text(encoding="utf-8-sig").splitlines()[1:]]
        sheet = openpyxl.load_workbook(book, data_only=True)["Labels" if language == "en" else "ラベル"]
        table = {row[1]: row for row in sheet.iter_rows(min_row=9, max_row=20, values_only=True)}
        assert len(rows) == len(table) == 12
        for video, mos, ci95, raters, label, _, content, *_ in rows:
            line = table[video]
            assert float(mos) == pytest.approx(line[4], abs=1e-6)
            # one rule: the SD of all videos pooled where fewer than six people rated, or all agree
            assert float(ci95) == pytest.approx(line[6], abs=1e-5)
            assert (int(raters), int(label), content) == (line[3], line[7], line[2])
