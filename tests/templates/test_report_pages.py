"""Reports of score sheets: no text over another, none cut, and the thumbnails are there."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path
from typing import Any

import lxml.html
import numpy as np
import pytest

from tests.templates.conftest import need_soffice
from xl_vqa.workbooks.package import Package
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates import recalculate, report
from xl_vqa.workbooks.templates.build import file_name, template_folder
from xl_vqa.workbooks.templates.embedded import pictures_in
from xl_vqa.workbooks.templates.pictures import Thumbnail, insert, thumbnail
from xl_vqa.workbooks.templates.report_html import html_report
from xl_vqa.workbooks.templates.score import FIELDS, FIRST, build_score
from xl_vqa.workbooks.templates.words_score import SCORE

PATHS = (
    r"C:\Users\山田太郎\OneDrive - 株式会社サンプル\動画品質チェック\2026年\第1四半期\京都_竹林の小径_4K.mp4",
    r"\\fileserver01\share\marketing\campaigns\2026\spring launch\final\product_hero_long_name_1920x1080.mp4",
)
MISSING = "ファイル {path} が見つかりません。パスとドライブの接続をご確認ください。"


@pytest.fixture(scope="module", params=["en", "ja"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A score sheet with long paths, an error and a thumbnail, as a spreadsheet program leaves it."""
    rows: list[dict[str, Any]] = [
        {"video": PATHS[0], "score": 47, "mos": 4.65, "band": "Excellent", "confidence": 0.77, "model": "starter"},
        {"video": PATHS[1], "error": MISSING.format(path=PATHS[1])},
    ]
    path = tmp_path_factory.mktemp("report") / f"{request.param}.xlsx"
    values = recalculate.values_of(template_folder() / file_name("score", request.param, True))
    path.write_bytes(build_score(request.param, rows=rows, values=values))
    workbook = WorkbookFile(path)
    sheet = Sheet(workbook, workbook.entry(SCORE["scores"][request.param == "ja"]))
    insert(sheet, FIELDS.index("thumbnail") + 1, {FIRST + 1: picture()})
    workbook.package.replace(sheet.entry.part, sheet.tree)
    workbook.package.save(path)
    package = Package(path)
    package.replace("xl/workbook.xml", package.read("xl/workbook.xml").replace(b' fullCalcOnLoad="1"', b""))
    package.save()
    return path


def picture() -> Thumbnail:
    return thumbnail(np.full((90, 160, 3), (200, 40, 60), np.uint8))


def test_every_cell_of_the_page_stands_in_its_own_column(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculate, "soffice", lambda: None)
    page = lxml.html.fromstring(html_report(book, book.stem, ""))
    style = page.findtext(".//style")
    assert "overflow-wrap: anywhere" in style
    assert "table-layout: fixed" in style
    # a cell of no width whose text runs over the others
    cells = [cell.get("style", "") + cell.get("class", "") for cell in page.iter("td")]
    assert not [looks for looks in cells if re.search(r"max-width:\s*0|nowrap|tight|number", looks)]
    listed = page.xpath("//table")[1]
    widths = [float(re.findall(r"[0-9.]+", one.get("style"))[0]) for one in listed.iter("col")]
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert widths[FIELDS.index("video")] == max(widths)
    rows = [row.findall("td") for row in listed.iter("tr")]
    # title and note run over the whole sheet
    assert [int(row[0].get("colspan", "1")) for row in rows[:2]] == [len(FIELDS)] * 2
    *_, rated, failed = rows
    assert len(rated) == len(failed) == len(FIELDS)
    assert rated[FIELDS.index("video")].text_content() == PATHS[0]
    assert rated[FIELDS.index("score")].text_content() == "47"
    assert failed[FIELDS.index("video")].text_content() == PATHS[1]
    assert failed[FIELDS.index("score")].text_content() == ""
    assert failed[FIELDS.index("error")].text_content() == MISSING.format(path=PATHS[1])


def test_thumbnails_are_in_the_page(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculate, "soffice", lambda: None)
    page = lxml.html.fromstring(html_report(book, book.stem, ""))
    (image,) = page.iter("img")
    kind, _, content = image.get("src").partition(";base64,")
    assert kind == "data:image/jpeg"
    assert base64.b64decode(content) == picture().jpeg
    row = image.getparent().getparent()
    assert row.findall("td")[FIELDS.index("video")].text_content() == PATHS[0]


def test_pictures_are_found_by_their_cell(book: Path) -> None:
    workbook = WorkbookFile(book)
    sheet = Sheet(workbook, workbook.entry(SCORE["scores"][book.stem == "ja"]))
    assert {cell: found.content for cell, found in pictures_in(sheet).items()} == {f"A{FIRST + 1}": picture().jpeg}
    other = Sheet(workbook, workbook.entry(SCORE["overview"][book.stem == "ja"]))
    # its drawing holds a chart
    assert pictures_in(other) == {}


@pytest.mark.slow
def test_no_word_lies_over_another_in_print(book: Path, tmp_path: Path) -> None:
    need_soffice()
    (tmp_path / "r.pdf").write_bytes(report.pdf(book))
    told = subprocess.check_output(
        ["pdftotext", "-bbox", "-f", "1", "-l", "1", tmp_path / "r.pdf", "-"], text=True
    )
    box = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">')
    words = [tuple(map(float, found)) for found in box.findall(told)]
    assert len(words) > 20
    for number, (left, top, right, bottom) in enumerate(words):
        for x1, y1, x2, y2 in words[:number]:
            across, down = min(right, x2) - max(left, x1), min(bottom, y2) - max(top, y1)
            assert across <= 1 or down <= 0.5 * min(bottom - top, y2 - y1)
    text = "".join(subprocess.check_output(["pdftotext", "-raw", tmp_path / "r.pdf", "-"], text=True).split())
    for path in PATHS:
        assert "".join(path.split()) in text
    assert "接続をご確認ください。" in text
