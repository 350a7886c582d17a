"""Every command of the README's table, run in order as a new user would, in a plain installation.

The inputs are small; the commands, the starter model, the host and the environment are real.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests.install.environments import ROOT, Environment
from tests.media import make_clip, texture

README = (ROOT / "README.md").read_text(encoding="utf-8")
VIDEOS = 8

pytestmark = pytest.mark.slow


def table() -> list[str]:
    """The commands in the table "What you can do with it", less what stands in brackets."""
    section = README.partition("## What you can do with it")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ") and "`" in line]
    found = [span for row in rows for span in re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", row))]
    assert all(one.startswith("xl-vqa ") for one in found)
    return found


TABLE = table()
# after the table the trained model serves
OWN = "xl-vqa score a.mp4 -o own.csv"
# on the labels' page: it ended in a missing package, too
SEARCH = "xl-vqa labels search manifest.csv --recipe ours.yaml --candidates 10-50/2 --seeds 1"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the table's commands name."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "folder").mkdir()
    (folder / "clips").mkdir()
    ratings = []
    for number in range(VIDEOS):
        mos = 1 + 4 * number / (VIDEOS - 1)
        picture = (texture(96, 64, seed=number) * (0.15 + 0.2 * mos / 2)).clip(0, 255).astype("uint8")
        clip = folder / "folder" / f"shop{chr(97 + number)}.mp4"
        make_clip(clip, 96, 64, 8, content=lambda n, shown=picture: shown, barcode=False)
        ratings.append((clip, mos))
    for name in ("a.mp4", "b.mov", "clip.mp4", "clips/one.mp4"):
        shutil.copy(ratings[0][0], folder / name)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Video", "Shop"])
    for clip, _ in ratings[:3]:
        sheet.append([str(clip), clip.stem])
    book.save(folder / "list.xlsx")
    (folder / "list.csv").write_text("video,prompt\na.mp4,a red box\nclip.mp4,\n", encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["video", "rater 1", "rater 2", "rater 3"])
    for clip, mos in ratings:
        sheet.append([f"folder/{clip.name}", *(min(5, max(1, round(mos + shift))) for shift in (-0.4, 0, 0.4))])
    book.save(folder / "ratings.xlsx")
    recipe = yaml.safe_load((ROOT / "model" / "recipes" / "starter.yaml").read_text(encoding="utf-8"))
    recipe |= {"output": "models/ours", "epochs": 1, "cache": str(folder / "cache")}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return folder


def _rated_workbook(desk: Path) -> None:
    sheet = openpyxl.load_workbook(desk / "list.xlsx").active
    assert sheet is not None
    assert all(isinstance(sheet.cell(row, 3).value, (int, float)) for row in (2, 3, 4))


def _trained(desk: Path, said: str) -> None:
    _exists(desk / "models" / "ours" / "model.safetensors")
    # the next row of the table, the folder in full
    assert f"xl-vqa models add {desk / 'models' / 'ours'} --activate" in said


def _activated(desk: Path, said: str) -> None:
    assert "serves from the next rating on" in said


def _rated_by_the_trained_model(desk: Path, said: str) -> None:
    name = json.loads((desk / "models" / "ours" / "xl_vqa.json").read_text(encoding="utf-8"))["name"]
    with (desk / "own.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["model"] for row in csv.DictReader(file)] == [name]


CHECKS: dict[str, Callable[[Path, str], None]] = {
    "xl-vqa score folder/ -o": lambda desk, said: _exists(desk / "scores.xlsx"),
    "xl-vqa score-workbook": lambda desk, said: _rated_workbook(desk),
    "xl-vqa labels prepare": lambda desk, said: _exists(desk / "manifest.csv", desk / "labels.html"),
    "xl-vqa evaluate": lambda desk, said: _exists(desk / "report.html"),
    "xl-vqa train": _trained,
    "xl-vqa models add": _activated,
    "xl-vqa compare": lambda desk, said: _exists(desk / "comparison" / "comparison.html"),
    "xl-vqa workbook new": lambda desk, said: _exists(desk / "kpi.xlsx"),
    "xl-vqa labels search": lambda desk, said: _exists(desk / "label_search" / "comparison.html"),
    OWN: _rated_by_the_trained_model,
    "xl-vqa report": lambda desk, said: _exists(desk / "report.pdf"),
}


def _exists(*files: Path) -> None:
    assert all(file.stat().st_size > 100 for file in files)


def _typed(environment: Environment, desk: Path, command: str) -> subprocess.CompletedProcess[str]:
    # the shell's work: quotes are taken off, a pattern in quotes stays as it is
    return environment.run(*shlex.split(command), cwd=desk)


def _prepare(environment: Environment, desk: Path, command: str) -> None:
    """What a command needs that no command before it made."""
    if command.startswith("xl-vqa evaluate"):
        # the file that the table's second row writes with another ending
        assert _typed(environment, desk, "xl-vqa score folder/ -o scores.json").returncode == 0
    if command.startswith("xl-vqa compare"):
        # a training recipe would do nine runs: the same recipe, with less to compare
        (desk / "ours.yaml").write_text((desk / "recipe.yaml").read_text())
        less = {"recipe": "ours.yaml", "schemes": ["integer"], "seeds": [1], "resamples": 200}
        (desk / "recipe.yaml").write_text(yaml.safe_dump(less))


def test_the_table_has_what_is_checked_below() -> None:
    assert len(TABLE) > 14
    for start in CHECKS:
        assert sum(command.startswith(start) for command in (*TABLE, OWN, SEARCH)) == 1, start


@pytest.mark.parametrize("command", [*TABLE, OWN, SEARCH])
def test_a_command_of_the_readme_runs_in_a_plain_installation(base: Environment, desk: Path, command: str) -> None:
    """In the table's order: each goes on from what those before it made."""
    _prepare(base, desk, command)
    done = _typed(base, desk, command)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode == 0, said
    for start, check in CHECKS.items():
        if command.startswith(start):
            check(desk, said)
