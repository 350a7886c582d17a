"""Five newcomers' ways, from an environment that has what the README's lines install and nothing else.

Each way is a script in ``ways/``; it is run line by line, as it would be typed, and what it took is printed.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.install.environments import ROOT, Environment, base_environment
from tests.media import make_clip, texture

WAYS = Path(__file__).parent / "ways"
CLIPS = 8

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    made = base_environment(tmp_path_factory.mktemp("newcomers") / "environment", ("model",))
    yield made
    made.run("xl-vqa", "host", "stop")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with eight clips, people's ratings of them, and a list."""
    (tmp_path / "clips").mkdir()
    ratings, listed = ["video,mos"], ["video"]
    for number in range(CLIPS):
        mos = 1 + 4 * number / (CLIPS - 1)
        picture = (texture(96, 64, seed=number) * (0.15 + 0.2 * mos / 2)).clip(0, 255).astype("uint8")
        name = f"clips/shop{chr(97 + number)}.mp4"
        make_clip(tmp_path / name, 96, 64, 8, content=lambda n, shown=picture: shown, barcode=False)
        ratings.append(f"{name},{mos:.2f}")
        listed.append(name)
    (tmp_path / "ratings.csv").write_text("\n".join(ratings) + "\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("\n".join(listed) + "\n", encoding="utf-8")
    return tmp_path


def walk(environment: Environment, desk: Path, way: str) -> str:
    """Types the way's lines one after the other; everything they said. Fails at the first that does."""
    lines = (WAYS / f"{way}.sh").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    started, said = time.monotonic(), []
    for command in commands:
        done = environment.run("bash", "-c", command, cwd=desk)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        said.append(done.stdout)
    print(f"{way}: {len(commands)} commands, {(time.monotonic() - started) / 60:.1f} minutes")
    return "".join(said)


def test_who_has_clips_and_a_terminal(environment: Environment, desk: Path) -> None:
    said = walk(environment, desk, "cli_user")
    assert "shopa.mp4" in said
    rated = json.loads((desk / "scores.json").read_text(encoding="utf-8"))
    assert len(rated["results"] if isinstance(rated, dict) else rated) == CLIPS
    assert (desk / "scores.xlsx").is_file()
    assert (desk / "frames.png").is_file()


def test_who_has_a_data_frame(environment: Environment, desk: Path) -> None:
    walk(environment, desk, "analyst")
    with (desk / "rated.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == CLIPS
    assert all(10 <= float(row["vqa_label"]) <= 50 for row in rows)


def test_who_shows_whether_it_pays(environment: Environment, desk: Path) -> None:
    walk(environment, desk, "poc_owner")
    for name in ("kpi.xlsx", "label.xlsx", "manifest.csv", "labels.html", "report.html", "kpi.html"):
        assert (desk / name).stat().st_size > 200, name


def test_who_teaches_a_model(environment: Environment, desk: Path) -> None:
    said = walk(environment, desk, "engineer")
    assert "Fine-tuned from `starter`" in said
    with (desk / "own.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} != {"starter"}
    environment.run("xl-vqa", "models", "activate", "starter")


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The packages that IT has put into place, without xl_vqa, and pip."""
    made = base_environment(tmp_path_factory.mktemp("it") / "environment", ("model",))
    site = next((made.folder / "lib").glob("python*/site-packages"))
    for ours in (*site.glob("*xl_vqa*"), site / "checkout.pth"):
        ours.unlink()
    (made.folder / "bin" / "xl-vqa").unlink()
    subprocess.run([made.python, "-m", "ensurepip"], check=True, capture_output=True)
    return made


def wheels(desk: Path) -> tuple[str, str]:
    """Two versions of the product, each in a folder as ``pip download`` leaves it."""
    source = desk / "source"
    kept = shutil.ignore_patterns(".*", "tests", "docs", "*.pyc", "__pycache__", "build")
    shutil.copytree(ROOT, source, ignore=kept)
    versions = ("0.1.0", "0.1.0.post1")
    for folder, version in zip(("first", "second"), versions, strict=True):
        project = source / "pyproject.toml"
        # what a folder without git gets
        wanted = f'default-version = "{version}"'
        text = re.sub(r'(?m)^default-version = ".*"', wanted, project.read_text(encoding="utf-8"))
        project.write_text(text, encoding="utf-8")
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(desk / folder)]
        subprocess.run(build, cwd=source, check=True, capture_output=True)
    shutil.rmtree(source)
    return versions


def names(*folders: Path) -> set[str]:
    """What stands in the folders that are there."""
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}


def test_who_installs_upgrades_and_removes(bare: Environment, desk: Path) -> None:
    first, second = wheels(desk)
    site = next((bare.folder / "lib").glob("python*/site-packages"))
    before = names(site, bare.folder / "bin", bare.home)
    said = walk(bare, desk, "it")
    assert re.findall(r"xl-vqa (\S+)", said)[:2] == [first, second]
    # the same store served both
    columns = [
        (desk / name).read_text(encoding="utf-8-sig").splitlines()[1].split(",")[:4]
        for name in ("scores.csv", "again.csv")
    ]
    assert columns[0] == columns[1]
    after = names(site, bare.folder / "bin", bare.home)
    # caches of other libraries are theirs
    assert after - before - {"cache", ".cache", "__pycache__"} == set()
