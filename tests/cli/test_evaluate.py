"""The command in a process of its own: table, report, JSON, exit status, errors in two languages."""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

# the command by itself, with the error handling of xl_vqa.cli.main
RUN = """
import sys, typer
from xl_vqa.cli import evaluate
from xl_vqa.words.errors import XlVqaError
app = typer.Typer(pretty_exceptions_enable=False)
evaluate.register(app)
app.command("other")(lambda: None)
try:
    app(["evaluate", *sys.argv[1:]])
except XlVqaError as error:
    print(error.message("ja" if "ja" in sys.argv else "en"), file=sys.stderr)
    sys.exit(2)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "XL_VQA_HOME": str(folder / "home"),
        "XL_VQA_LANGUAGE": "en",
        "COLUMNS": "160",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    with (
        (tmp_path / "m.csv").open("w", newline="", encoding="utf-8-sig") as people_file,
        (tmp_path / "p.csv").open("w", newline="", encoding="utf-8-sig") as model_file,
    ):
        people, model = csv.writer(people_file), csv.writer(model_file)
        people.writerow(["video", "mos", "ci95", "raters", "label", "split", "content", "problem", "codec"])
        model.writerow(["path", "label", "expected_label", "mos", "model", "error"])
        for k in range(60):
            mos = round(float(generator.uniform(1, 5)), 2)
            label = int(10 + (mos - 1) * 10 + 0.5)
            people.writerow([f"動画/{k}.mp4", mos, 0.3, 5, label, "test", f"c{k // 3}", "", ["a", "b"][k % 2]])
            predicted = round(float(np.clip(mos + generator.normal(0, 0.4), 1, 5)), 3)
            model.writerow([f"動画/{k}.mp4", "", "", predicted, "starter", ""])
    return tmp_path


def test_table_report_and_json(folder: Path) -> None:
    done = run(folder, "p.csv", "-m", "m.csv", "-o", "r.html", "--json", "r.json", "--resamples", "300")
    assert done.returncode == 0, done.stderr
    values = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert f"{values['figures']['srcc']['value']:.3f}" in done.stdout
    assert "60 evaluated of 60" in done.stdout
    assert values["name"] == "starter"
    assert len(values["rows"]) == 60
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list(folder.glob(".*tmp"))


def test_japanese(folder: Path) -> None:
    done = run(folder, "p.csv", "-m", "m.csv", "-o", "r.html", "--lang", "ja", "--resamples", "200")
    assert done.returncode == 0, done.stderr
    assert "順位相関" in done.stdout
    # what people reach among themselves, what the intervals hold, what sorting by the score misses
    for words in ("評価者", "コンフォーマル予測区間 90%", "流出率"):
        assert words in done.stdout
    assert 'lang="ja"' in (folder / "r.html").read_text(encoding="utf-8")


def test_rows_that_fail_give_status_1_and_are_named(folder: Path) -> None:
    with (folder / "p.csv").open("a", newline="", encoding="utf-8") as file:
        file.write("x/外.mp4,,,3.0,starter,\r\n")
    done = run(folder, "p.csv", "-m", "m.csv", "--resamples", "200")
    assert done.returncode == 1
    assert "x/外.mp4: In the predictions, not in the manifest" in done.stdout


def test_baseline_and_options(folder: Path) -> None:
    with (folder / "base.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["path", "psnr"], *([f"動画/{k}.mp4", 30 + k % 7] for k in range(60))])
    done = run(
        folder, "p.csv", "-m", "m.csv", "--baseline", "base.csv", "--slice", "codec", "--name", "[red]mine[/red]",
        "--defect-limit", "2", "--escape-cost", "20", "--json", "r.json", "--resamples", "300",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "[red]mine[/red]" in done.stdout
    values = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in values["baselines"]] == ["base", "constant mean"]
    assert {(one["column"], one["value"]) for one in values["slices"]} == {("codec", "a"), ("codec", "b")}
    assert values["triage"]["limit"] == 2
    assert "model better" in done.stdout


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_baseline_of_unknown_direction_ends_with_both_commands_and_either_can_be_run(
    folder: Path, language: str
) -> None:
    with (folder / "our tool.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["path", "d7"], *([f"動画/{k}.mp4", (k * 7) % 13] for k in range(60))])
    given = ("p.csv", "-m", "m.csv", "--baseline", "our tool.csv", "--resamples", "200", "--lang", language)
    asked = run(folder, *given)
    assert asked.returncode == 2
    assert not asked.stdout
    lines = [line.strip() for line in asked.stderr.splitlines() if "xl-vqa evaluate" in line]
    assert len(lines) == 2
    for way in ("--lower-is-better", "--higher-is-better"):
        (line,) = [line for line in lines if way in line]
        done = run(folder, *shlex.split(line)[2:], "--json", "r.json")
        assert done.returncode == 0, done.stderr
        found = json.loads((folder / "r.json").read_text(encoding="utf-8"))
        assert found["baselines"][0]["predictor"]["lower_is_better"] is (way == "--lower-is-better")
        assert found["conclusion"][language].split("\n")[0][:40] in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone.csv", "-m", "m.csv"), "there is no such file"),
        (("p.csv", "-m", "p.csv", "--split", "nonesuch"), "nonesuch"),
        (("p.csv", "-m", "m.csv", "--scale", "1,5"), "--scale 1,5"),
        (("p.csv", "-m", "m.csv", "--scale", "5,1,10,50"), "mos_min"),
        (("p.csv", "-m", "m.csv", "--review-cost", "-1"), "0 or more"),
        (("p.csv", "-m", "m.csv", "--lang", "fr"), "--lang fr"),
        (("p.csv", "-m", "m.csv", "-o", "no/such/folder/r.html"), "r.html"),
    ],
)
def test_what_cannot_be_done_is_said_with_status_2(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys, xl_vqa.cli.evaluate; "
        "print([m for m in ('numpy', 'scipy', 'rich', 'openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['rich']")
