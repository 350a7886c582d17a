"""Without torch, everything that needs no model works; what needs one says what to type, in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.install.environments import ROOT, Environment
from tests.media import make_clip

CLIP = next((ROOT / "model" / "demo_clips").glob("*.mp4"))
COMMAND = "python -m xl_vqa.torch_setup"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    rows = ["video,mos"]
    predictions = ["path,label,expected_label,mos"]
    for number in range(8):
        make_clip(folder / f"shop{chr(97 + number)}.mp4", 64, 48, 8, seed=number)
        rows.append(f"shop{chr(97 + number)}.mp4,{1 + number / 2}")
        predictions.append(f"shop{chr(97 + number)}.mp4,{10 + 5 * number},{10 + 5 * number},{1 + number / 2}")
    (folder / "ratings.csv").write_text("\n".join(rows) + "\n")
    (folder / "scores.csv").write_text("\n".join(predictions) + "\n")
    shutil.copy(ROOT / "model" / "recipes" / "starter.yaml", folder / "recipe.yaml")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Video"])
    sheet.append([str(CLIP)])
    book.save(folder / "list.xlsx")
    return folder


def test_torch_is_really_not_there(without_torch: Environment) -> None:
    for name in ("torch", "peft", "transformers", "tokenizers", "huggingface_hub", "safetensors", "xlwings"):
        assert "ModuleNotFoundError" in without_torch.run("python", "-c", f"import {name}").stderr


@pytest.mark.parametrize(
    "command",
    [
        "labels prepare ratings.csv -o manifest.csv --report labels.html",
        "evaluate scores.csv -m manifest.csv --split all -o report.html",
        "workbook new kpi -o kpi.xlsx --sample",
        "workbook new label -o label.xlsx --lang ja",
        "report kpi.xlsx -o report.html",
        "install --dry-run",
        "calc build -o xl_vqa.oxt",
        "models list",
        "host start",
        "host status",
        "--help",
        "train --help",
    ],
)
def test_what_needs_no_model_works(without_torch: Environment, desk: Path, command: str) -> None:
    done = without_torch.run("xl-vqa", *command.split(), cwd=desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("language", ["en", "ja"])
def test_excels_add_in_needs_its_extra_and_says_so(
    without_torch: Environment, for_excel: Environment, desk: Path, language: str
) -> None:
    command = ("xl-vqa", "addin", "build", "-o", f"{language}.xlam")
    done = without_torch.run(*command, cwd=desk, XL_VQA_LANGUAGE=language)
    assert done.returncode == 2
    assert ("壊れています" if language == "ja" else "missing or broken") in done.stderr
    # both at once, or the next call would ask for the other
    assert re.search(r"-m pip install 'pyopenvba\S+ 'xlwings\S+", done.stderr), done.stderr
    done = for_excel.run(*command, cwd=desk)
    assert done.returncode == 0, done.stderr
    assert (desk / f"{language}.xlam").is_file()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "command",
    ["train recipe.yaml --check", "train recipe.yaml", "compare recipe.yaml", "labels search manifest.csv"],
)
def test_what_needs_one_says_what_to_type(
    without_torch: Environment, desk: Path, command: str, language: str
) -> None:
    done = without_torch.run("xl-vqa", *command.split(), cwd=desk, XL_VQA_LANGUAGE=language)
    assert done.returncode == 2, done.stderr
    assert ("壊れています" if language == "ja" else "missing or broken") in done.stderr
    assert COMMAND in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("language", "words"), [("en", "missing or broken"), ("ja", "壊れています")])
def test_a_video_gets_a_row_that_says_so(
    without_torch: Environment, desk: Path, language: str, words: str
) -> None:
    output = f"{language}.csv"
    done = without_torch.run("xl-vqa", "score", CLIP, "-o", output, cwd=desk, XL_VQA_LANGUAGE=language)
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = (desk / output).read_text(encoding="utf-8-sig").splitlines()[1:]
    assert words in line
    assert COMMAND in line


def test_a_workbook_keeps_its_row_and_says_so(without_torch: Environment, desk: Path) -> None:
    done = without_torch.run("xl-vqa", "score-workbook", "list.xlsx", cwd=desk)
    assert done.returncode == 1, done.stdout + done.stderr
    sheet = openpyxl.load_workbook(desk / "list.xlsx").active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert str(CLIP) in cells
    assert any(COMMAND in cell for cell in cells)


def test_python_gets_an_error_with_the_command(without_torch: Environment) -> None:
    program = (
        "from xl_vqa.without_host import predict\nfrom xl_vqa.words.errors import PackageMissingError\n"
        f"try:\n    predict('starter', [{str(CLIP)!r}])\n"
        "except PackageMissingError as error:\n    print(error)\n"
    )
    done = without_torch.run("python", "-c", program)
    assert COMMAND in done.stdout, done.stderr


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_doctor_names_what_is_missing_and_what_to_type(without_torch: Environment, language: str) -> None:
    done = without_torch.run("xl-vqa", "doctor", "--quick", XL_VQA_LANGUAGE=language, COLUMNS="400")
    assert done.returncode == 1
    assert "torch>=" in done.stdout
    assert done.stdout.count(COMMAND) == 2
    assert "peft" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
