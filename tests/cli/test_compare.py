"""``xl-vqa compare`` and ``xl-vqa labels search`` as a person runs them; the runs themselves were made before."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.evaluation.test_scheme_comparison import make_run
from xl_vqa.cli.main import app
from xl_vqa.evaluation.runs import Run, write_run
from xl_vqa.training.compare import CompareSpec, jobs_of, load_spec
from xl_vqa.training.label_search import CANDIDATES, search_spec

MANIFEST = "video,mos,label,split\na.mp4,3.0,30,train\nb.mp4,4.0,40,val\n"
RECIPE = "model: starter\nmanifest: m.csv\noutput: o\n"


Command = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process: torch, which reading a recipe needs, is then loaded once."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", str(tmp_path / "home")), ("LANGUAGE", "en")):
        monkeypatch.setenv(f"XL_VQA_{name}", value)
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "m.csv").write_text(MANIFEST)
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    return path


def finished(spec: CompareSpec, output: Path, *, fail: str = "", noise: Sequence[float] = (0.3, 0.5, 0.9)) -> None:
    """The runs of ``spec`` as the command would leave them; those of the scheme ``fail`` failed."""
    jobs, _ = jobs_of(spec, output)
    for job in jobs:
        spread = noise[spec.schemes.index(job.scheme) % len(noise)]
        made = make_run(job.scheme, job.seed, noise=spread, n=60, contents=60)
        rows = [
            dataclasses.replace(row, predictions=dict.fromkeys(spec.decodings, row.predictions["expectation"]))
            for row in made.rows
        ]
        one = Run(job.scheme, job.seed, job.fingerprint, rows, {"seconds": 30.0, "peak_mb": 700.0}, made.coded)
        if job.scheme != fail:
            write_run(output / "runs" / f"{job.name.replace('@', '_').replace('/', '_')}.json", one)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Worse: decimal / expectation"), ("ja", "劣る方式: 小数 / 期待値")]
)
def test_finished_runs_become_a_table_a_report_and_a_workbook(
    run: Command, recipe: Path, language: str, said: str
) -> None:
    folder = recipe.parent
    options = {"schemes": ["integer", "decimal"], "seeds": [1, 2, 3], "decodings": ["expectation", "median"]}
    finished(load_spec(recipe, **options), folder / "out")
    arguments = ("--schemes", "integer,decimal", "--seeds", "1,2,3", "--decodings", "expectation,median")
    done = run("compare", recipe, *arguments, "-o", "out", "--lang", language)
    assert done.exit_code == 0, done.stderr
    assert said in done.stdout
    figures = json.loads((folder / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert len(figures["variants"]) == 4
    assert f'lang="{language}"' in (folder / "out" / "comparison.html").read_text(encoding="utf-8")
    assert zipfile.is_zipfile(folder / "out" / "comparison.xlsx")


def test_a_run_that_fails_is_a_row_and_an_exit_status(run: Command, recipe: Path) -> None:
    folder = recipe.parent
    options = {"schemes": ["integer", "levels"], "seeds": [1], "decodings": ["expectation"]}
    finished(load_spec(recipe, **options), folder / "out", fail="levels")
    # the missing run is really tried: its videos are not there
    arguments = ("--schemes", "integer,levels", "--seeds", "1", "--decodings", "expectation")
    done = run("compare", recipe, *arguments, "-o", "out")
    assert done.exit_code == 1, done.stderr
    assert "levels, seed 1:" in done.stdout
    assert "a.mp4" in done.stdout
    assert "1/2 levels-seed1" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "a.mp4" in (folder / "out" / "comparison.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--schemes", "roman"], "integer, decimal, levels, "),
        (["--seeds", "one"], "whole numbers, each once, not one"),
        (["--decodings", ""], "greedy, each once, not -"),
    ],
)
def test_what_cannot_run_says_why(run: Command, recipe: Path, arguments: list[str], said: str) -> None:
    done = run("compare", recipe, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Chosen: integers 100–500, 3 digits"), ("ja", "選択: 整数 100〜500、3 桁")]
)
def test_the_search_names_its_choice_its_noise_and_its_cost(
    run: Command, recipe: Path, language: str, said: str
) -> None:
    folder = recipe.parent
    spec = search_spec(folder / "m.csv", recipe, None, [1, 2, 3])
    finished(spec, folder / "out", noise=(0.9, 1.2, 0.9, 0.9, 0.1))
    assert len(CANDIDATES) == 5
    done = run("labels", "search", "m.csv", "--recipe", recipe, "-o", "out", "--lang", language)
    assert done.exit_code == 0, done.stderr
    assert said in done.stdout
    assert "scale: {label_min: 100, label_max: 500}\ndigits: 3" in done.stdout
    assert ("7.5 minutes" if language == "en" else "7.5 分") in done.stdout


def test_the_search_stays_with_the_default_within_the_noise(run: Command, recipe: Path) -> None:
    folder = recipe.parent
    spec = search_spec(folder / "m.csv", recipe, ["integer@10-50/2", "integer@10-50/1"], [1, 2])
    finished(spec, folder / "out", noise=(0.5, 0.5))
    done = run(
        "labels",
        "search",
        "m.csv",
        "--recipe",
        recipe,
        "--candidates",
        "10-50/1",
        "--seeds",
        "1,2",
        "-o",
        "out",
    )
    assert done.exit_code == 0, done.stderr
    assert "The default stays: integers 10–50, 2 digits" in done.stdout
    bad = run("labels", "search", "m.csv", "--recipe", recipe, "--candidates", "50-10")
    assert bad.exit_code == 2
    assert "label" in bad.stderr
    none = run("labels", "search", "none.csv", "--recipe", recipe, "--lang", "ja")
    assert none.exit_code == 2
    assert "ファイルがありません" in none.stderr


def test_the_command_line_starts_without_torch() -> None:
    heavy = "('torch', 'numpy', 'yaml', 'transformers')"
    code = f"import sys, xl_vqa.cli.main; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
