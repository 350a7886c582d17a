"""A real spreadsheet program opens what was written, shows it and prints it.

Skipped where LibreOffice is not installed, except in CI (CI=true), where its absence is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workbooks.makers import column_of, make_rating, rewrite, rich_workbook, values
from tests.workbooks.test_tables import table_workbook
from xl_vqa.sheets.contents import Result
from xl_vqa.words.errors import VideoNotFoundError
from xl_vqa.workbooks.demo_workbook import DemoRow, build
from xl_vqa.workbooks.results import write_results
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")]


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Converts files with LibreOffice, in a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice (soffice) is not installed, and CI must not skip these tests")
        pytest.skip("LibreOffice (soffice) is not installed: apt-get install libreoffice-calc")
    home = tmp_path_factory.mktemp("soffice")

    def run(kind: str, output: Path, *files: Path) -> list[Path]:
        command = [program, "--headless", "--convert-to", kind, "--outdir", str(output), *map(str, files)]
        # a virtual environment first on the path breaks LibreOffice's own Python
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
        converted = [output / f"{file.stem}.{kind.partition(':')[0]}" for file in files]
        assert all(path.exists() for path in converted), done.stdout + done.stderr
        return converted

    return run


def scored(path: Path) -> Path:
    plan = plan_workbook(path)
    results: dict[int, Result] = {row.row: make_rating(10 + 3 * n) for n, row in enumerate(plan.rows)}
    results[plan.rows[1].row] = VideoNotFoundError(path="動画 2.mp4")
    WorkbookScores(plan, language="ja").write(results)
    return path


def test_scored_workbooks_are_read_as_written(folder: Path, convert: Any) -> None:
    files = [
        scored(rich_workbook(folder / "rich.xlsx")),
        scored(table_workbook(folder / "table.xlsx")),
        scored(rich_workbook(folder / "macros.xlsm", macros=True)),
    ]
    output = folder / "out"
    output.mkdir()
    for file, saved in zip(files, convert("xlsx", output, *files), strict=True):
        for header in ("VQA スコア", "VQA 評価区分", "VQA エラー・警告", "VQA モデル"):
            expected = [value for value in column_of(file, header) if value is not None]
            assert [value for value in column_of(saved, header) if value is not None] == expected
            assert expected
    # a plan is found in what LibreOffice saved, and nothing is rated twice
    again = plan_workbook(output / "rich.xlsx")
    assert [row.row for row in again.pending("starter")] == [again.rows[1].row]
    assert openpyxl.load_workbook(output / "rich.xlsx").worksheets[0]["F6"].fill.fgColor.rgb == "FFF2A65A"


def test_formulas_of_the_summary_agree_with_their_stored_values(folder: Path, convert: Any) -> None:
    """Without the stored values LibreOffice has to compute; the figures are those that stood there."""
    pairs: list[Any] = [(f"{n}.mp4", make_rating(10 + n)) for n in range(40)]
    pairs.append(("x.mp4", VideoNotFoundError(path="x.mp4")))
    write_results(pairs, folder / "r.xlsx", "ja")
    rows = [DemoRow(f"{n}.mp4", f"c{n // 2}", ("clean", "blur")[n % 2], make_rating(44 - n)) for n in range(8)]
    build(rows, folder / "demo.xlsx", "ja")
    bare, output = folder / "bare", folder / "out"
    bare.mkdir()
    output.mkdir()
    files = []
    for name in ("r.xlsx", "demo.xlsx"):
        shutil.copy(folder / name, bare / name)
        files.append(rewrite(bare / name, lambda member, data: re.sub(rb"</f><v>[^<]*</v>", b"</f>", data)))
    compared = 0
    for file, saved in zip(files, convert("xlsx", output, *files), strict=True):
        written = openpyxl.load_workbook(folder / file.name, data_only=True)
        formulas = openpyxl.load_workbook(folder / file.name)
        computed = openpyxl.load_workbook(saved, data_only=True)
        for name in written.sheetnames:
            for row in written[name].iter_rows():
                for cell in row:
                    if isinstance(cell.value, (int, float)):
                        compared += str(formulas[name][cell.coordinate].value).startswith("=")
                        assert computed[name][cell.coordinate].value == pytest.approx(cell.value), cell.coordinate
    assert compared > 100


def test_it_prints(folder: Path, convert: Any) -> None:
    if shutil.which("pdftotext") is None:
        assert os.environ.get("CI") != "true", "pdftotext (poppler-utils) is missing in CI"
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    pairs: list[Any] = [(f"動画 {n}.mp4", make_rating(10 + n % 40)) for n in range(120)]
    write_results([*pairs, ("x.mp4", VideoNotFoundError(path="x.mp4"))], folder / "r.xlsx", "ja")
    scored_file = scored(rich_workbook(folder / "rich.xlsx"))
    output = folder / "out"
    output.mkdir()
    printed, list_pdf = convert("pdf", output, folder / "r.xlsx", scored_file)
    done = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True)
    pages = done.stdout.split("\f")[:-1]
    # the header is repeated on every page of results, which are as wide as the paper
    assert sum("期待スコア" in page for page in pages) == len(pages) - 1
    assert "非常に良い" in done.stdout
    assert "動画品質スコア" in pages[-1]
    assert list_pdf.stat().st_size > 1000
    assert values(folder / "r.xlsx")[1][0] == "動画 0.mp4"
