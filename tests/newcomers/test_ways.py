"""Five newcomers' ways, from an environment that has the product's wheel, what it asks for, and nothing else.

Each way is a script in ``ways/``; it is run line by line, as it would be typed.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.install.environments import Environment, installed_environment, packages_environment
from tests.newcomers.walking import CLIPS, VERSIONS, build_wheels, lay_out, walk

# many commands in a row, each with a limit of its own (Environment.run)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Environment]:
    (wheel,) = (wheels / "first").iterdir()
    made = installed_environment(tmp_path_factory.mktemp("newcomers") / "environment", wheel, ("model",))
    yield made
    made.run("xl-vqa", "host", "stop")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


def test_the_product_comes_from_its_wheel(environment: Environment) -> None:
    where = environment.run(environment.python, "-c", "import xl_vqa; print(xl_vqa.__file__, xl_vqa.__version__)")
    assert where.stdout.split() == [
        str(next((environment.folder / "lib").glob("python*/site-packages/xl_vqa/__init__.py"))),
        VERSIONS["first"],
    ]


def test_who_has_clips_and_a_terminal(environment: Environment, desk: Path) -> None:
    said = walk(environment, desk, "cli_user").said
    assert "shopa.mp4" in said
    rated = json.loads((desk / "scores.json").read_text(encoding="utf-8"))
    assert len(rated["results"] if isinstance(rated, dict) else rated) == CLIPS
    assert (desk / "scores.xlsx").is_file()
    for name in ("frames.png", "why.html"):
        assert (desk / name).stat().st_size > 200, name


def test_who_has_a_data_frame(environment: Environment, desk: Path) -> None:
    walk(environment, desk, "analyst")
    with (desk / "rated.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == CLIPS
    assert all(10 <= float(row["vqa_label"]) <= 50 for row in rows)


def test_who_shows_whether_it_pays(environment: Environment, desk: Path) -> None:
    walk(environment, desk, "poc_owner")
    for name in ("kpi.xlsx", "label.xlsx", "manifest.csv", "labels.html", "report.html", "report.pdf"):
        assert (desk / name).stat().st_size > 200, name


def test_who_teaches_a_model(environment: Environment, desk: Path) -> None:
    said = walk(environment, desk, "engineer").said
    assert "ours serves from the next rating on" in said
    rated = json.loads((desk / "own.json").read_text(encoding="utf-8"))
    assert {row["model"] for row in rated["results"]} == {"ours"}
    assert (desk / "report.html").is_file()
    environment.run("xl-vqa", "models", "activate", "starter")


def names(*folders: Path) -> set[str]:
    """What stands in the folders that are there."""
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}


def test_who_installs_upgrades_and_removes(tmp_path: Path, desk: Path, wheels: Path) -> None:
    # what IT has put into place already
    bare = packages_environment(tmp_path / "environment", ("model",))
    for name in VERSIONS:
        shutil.copytree(wheels / name, desk / name)
    site = next((bare.folder / "lib").glob("python*/site-packages"))
    before = names(site, bare.folder / "bin", bare.home)
    said = walk(bare, desk, "it").said
    assert re.findall(r"xl-vqa (\S+)", said)[:2] == list(VERSIONS.values())
    # the same store served both
    columns = [
        (desk / name).read_text(encoding="utf-8-sig").splitlines()[1].split(",")[:4]
        for name in ("scores.csv", "again.csv")
    ]
    assert columns[0] == columns[1]
    after = names(site, bare.folder / "bin", bare.home)
    # caches of other libraries are theirs
    assert after - before - {"cache", ".cache", "__pycache__"} == set()
