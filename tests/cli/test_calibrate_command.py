"""``xl-vqa calibrate`` and what uses its profile, as commands with a real host and the stand-in model."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests import media
from tests.cli.conftest import Run

CONTENTS, EACH = 24, 2


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """A sheet of people's MOS beside real clips; the MOS follow the stand-in's own scores, with noise."""
    folder = tmp_path_factory.mktemp("domain")
    names = [f"動画{k:02d}_{j}.mp4" for k in range(CONTENTS) for j in range(EACH)]
    for seed, name in enumerate(names):
        media.make_clip(folder / name, 96, 64, frames=4, seed=seed)
    done = run("score", *[folder / name for name in names], "--json")
    assert done.returncode == 0, done.stderr
    scores = [one["expected_label"] for one in json.loads(done.stdout)["results"]]
    rank = np.argsort(np.argsort(scores))
    generator = np.random.default_rng(0)
    with (folder / "ratings.csv").open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(["video", "MOS", "content", "genre"])
        for k, name in enumerate(names):
            mos = np.clip(1.2 + 3.6 * rank[k] / len(names) + generator.normal(0, 0.2), 1, 5)
            table.writerow([name, round(float(mos), 2), f"c{k // EACH}", ["sports", "film"][k // EACH % 2]])
    return folder / "ratings.csv"


@pytest.fixture(scope="module")
def calibrated(sheet: Path, run: Run) -> dict[str, Any]:
    done = run(
        "calibrate", sheet, "--profile", "放送", "--group-column", "genre", "-o", sheet.parent / "r.html",
        "--json", sheet.parent / "r.json", "--resamples", "200",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads((sheet.parent / "r.json").read_text(encoding="utf-8"))
    return {**values, "said": done.stdout}


def test_figures_are_printed_drawn_and_written(sheet: Path, calibrated: dict[str, Any]) -> None:
    assert calibrated["videos"] == CONTENTS * EACH
    assert calibrated["contents"] == CONTENTS
    assert f"{calibrated['rmse_after']:.3f}" in calibrated["said"]
    assert calibrated["rmse_after"] < calibrated["rmse_before"]
    page = (sheet.parent / "r.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "放送" in page
    found = re.search(r"Written to (.*放送\.json)", calibrated["said"])
    assert found is not None
    profile = json.loads(Path(found[1]).read_text(encoding="utf-8"))
    assert profile["format"] == 1
    assert profile["model_fingerprint"]


def test_scores_are_read_by_the_profile_in_table_csv_and_json(
    sheet: Path, calibrated: dict[str, Any], run: Run
) -> None:
    clip = sheet.parent / "動画03_1.mp4"
    plain = json.loads(run("score", clip, "--json").stdout)["results"][0]
    done = run("score", clip, "--profile", "放送", "--json")
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)["results"][0]
    assert read["expected_label"] == plain["expected_label"]
    assert read["calibration"] == calibrated["calibration"]
    assert read["mos_low"] <= read["mos"] <= read["mos_high"]
    people = float(
        next(line for line in sheet.read_text("utf-8-sig").splitlines() if clip.name in line).split(",")[1]
    )
    assert abs(read["mos"] - people) < abs(plain["mos"] - people)
    rows = list(csv.DictReader(run("score", clip, "--profile", "放送:film").stdout.splitlines()))
    assert rows[0]["profile"] == "放送:film"
    assert float(rows[0]["rank"]) == read["rank"]


def test_a_workbook_is_scored_by_it_and_another_profile_is_another_score(
    sheet: Path, calibrated: dict[str, Any], run: Run, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Video"])
    book.active.append([str(sheet.parent / "動画05_0.mp4")])
    book.save(tmp_path / "list.xlsx")
    assert run("score-workbook", tmp_path / "list.xlsx").returncode == 0
    before = [cell.value for cell in openpyxl.load_workbook(tmp_path / "list.xlsx").active[2]]
    done = run("score-workbook", tmp_path / "list.xlsx", "--profile", "放送", XL_VQA_LANGUAGE="ja")
    assert done.returncode == 0, done.stderr
    after = [cell.value for cell in openpyxl.load_workbook(tmp_path / "list.xlsx").active[2]]
    assert after[2] != before[2]
    assert re.search(rf"{CONTENTS * EACH} 本中の \d+% より良い品質です。MOS は \d+% の確率で", str(after[5]))
    assert not before[5]
    # done by this profile: nothing is rated again
    again = run("score-workbook", tmp_path / "list.xlsx", "--profile", "放送")
    assert "1" in again.stderr
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "list.xlsx").active[2]] == after


def test_another_model_or_sampling_is_refused_before_anything_is_rated(
    sheet: Path, calibrated: dict[str, Any], run: Run, tmp_path: Path
) -> None:
    clip = sheet.parent / "動画03_1.mp4"
    done = run("score", clip, "--profile", "放送", "--frames", "4", XL_VQA_LANGUAGE="ja")
    assert done.returncode == 2
    assert "作成時の frames は -" in done.stderr
    done = run("score", clip, "--profile", "放送", XL_VQA_MODEL="starter")
    assert done.returncode == 2
    assert "fitted for stand-in" in done.stderr
    done = run("score", clip, "--profile", "nowhere")
    assert done.returncode == 2
    assert "Known profiles: 放送" in done.stderr


def test_it_takes_results_instead_of_rating(sheet: Path, calibrated: dict[str, Any], run: Run) -> None:
    results = sheet.parent / "scores.json"
    assert run("score", sheet.parent, "-o", results).returncode == 0
    done = run("calibrate", sheet, "-p", "again", "--predictions", results, "--resamples", "200")
    assert done.returncode == 0, done.stderr
    profile = json.loads(
        next(Path(line.removeprefix("Written to ")) for line in done.stdout.splitlines() if "again.json" in line)
        .read_text("utf-8")
    )  # fmt: skip
    assert len(profile["reference"]["scores"]) == CONTENTS * EACH
    # a .csv does not say which weights made its scores
    assert run("score", sheet.parent, "-o", sheet.parent / "scores.csv").returncode == 0
    done = run("calibrate", sheet, "--predictions", sheet.parent / "scores.csv")
    assert done.returncode == 2
    assert "which weights" in done.stderr


def rows(count: int) -> Callable[[list[list[str]]], list[list[str]]]:
    return lambda table: table[: count + 1]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (rows(3), (), "too small to tell: 3 videos of 2 contents"),
        (lambda table: [[*row[:2], "content" if row[0] == "video" else "one", row[3]] for row in table], (),
         "versions of one content"),
        (rows(48), ("--review-cost", "-1"), "costs must be 0 or more"),
        (rows(48), ("--defect-limit", "9"), "within the scale 1 to 5"),
        (rows(48), ("--group-column", "nothing"), "no column nothing"),
        (rows(48), ("--split", "half"), "train, val, test or all"),
        (rows(48), ("--profile", "../x"), "a plain name"),
        (lambda table: [[r[0], r[1] if r[1] == "MOS" else f"{6 - float(r[1]):.2f}", *r[2:]] for r in table], (),
         "do not rise"),
        (lambda table: [[r[0] if r[0] == "video" else f"gone-{r[0]}", *r[1:]] for r in table], (),
         "or a table of the model's scores with --predictions"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_used_gets_one_sentence(
    sheet: Path, run: Run, change: Any, options: tuple[str, ...], said: str
) -> None:
    table = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    path = sheet.parent / "changed.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(change(table))
    done = run("calibrate", path, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "rows",
    [
        ["video,Rater 1,Rater 2", *(f"v{k}.mp4,{mark},○" for k, mark in enumerate("◎○△×○"))],
        ["video,1,2,3,4,5", *(f"v{k}.mp4,{9 - k},{6 + k},2,{k},0" for k in range(5)), "v9.mp4,1,1,1,1,0"],
        ["video,rater,severity", *(f"v{k}.mp4,s{p},{1 + (k + p) % 5}" for k in range(5) for p in range(3))],
    ],
)
def test_what_it_asks_about_a_sheet_it_can_be_told(run: Run, tmp_path: Path, rows: list[str]) -> None:
    """Each printed line is a command of its own, and the question is settled by it."""
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = run("calibrate", tmp_path / "t.csv", "--lang", "en")
    lines = [shlex.split(line)[1:] for line in asked.stderr.splitlines() if line.startswith("  xl-vqa calibrate ")]
    assert asked.returncode == 2
    assert len(lines) >= 2
    for line in lines:
        told = run(*line)
        # what is said next is of the videos, or of votes read as scores; nothing of the question or the option
        assert re.search("^None of the .* videos|lie outside the scale", told.stderr), told.stderr
