"""What is handed on: a wheel with the same bytes every time, and a source archive that makes the same one."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.install.environments import PROJECT, ROOT, closure, empty_environment, link_packages

EXTRAS = PROJECT["optional-dependencies"]
# rooms whose tests need neither a model nor an office program, and whose versions are made by git
PACKAGERS = (
    "tests/core/test_rooms.py",
    "tests/page",
    "tests/sheets",
    "tests/tables",
    "tests/install/test_version.py",
)


def _built(source: Path, target: str, folder: Path, variables: Mapping[str, str] = os.environ) -> Path:
    # without isolation: what builds is in the tests' own environment, and nothing is downloaded
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, env=variables, check=True, capture_output=True, timeout=280)
    (made,) = folder.iterdir()
    return made


def version_of(wheel: Path) -> str:
    return wheel.name.split("-")[1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def test_the_same_source_gives_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = _built(ROOT, "wheel", tmp_path / "again")
    assert again.name == wheel.name
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


@pytest.fixture
def source(sdist: Path, tmp_path: Path) -> Path:
    """The source archive, unpacked where no git is."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (folder,) = (tmp_path / "source").iterdir()
    return folder


@pytest.fixture
def no_git(tmp_path: Path) -> str:
    """A path of programs that has all of them but git."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in filter(os.path.isdir, os.environ["PATH"].split(os.pathsep)):
        for program in Path(folder).iterdir():
            link = programs / program.name
            if not program.name.startswith("git") and not os.path.lexists(link):
                link.symlink_to(program)
    assert shutil.which("git", path=str(programs)) is None
    return str(programs)


def test_the_source_archive_makes_the_same_wheel(source: Path, wheel: Path, tmp_path: Path, no_git: str) -> None:
    assert {"tests", "docs", "constraints.txt", "Makefile", ".ci", "locks"} <= {p.name for p in source.iterdir()}
    made = _built(source, "wheel", tmp_path / "wheel", {**os.environ, "PATH": no_git})
    assert made.name == wheel.name
    assert made.read_bytes() == wheel.read_bytes()


@pytest.mark.slow
def test_the_source_archive_passes_its_own_tests(source: Path, tmp_path: Path, no_git: str) -> None:
    """In an environment that has a plain installation and what tests, as whoever packages it for others has."""
    variables = {**os.environ, "PATH": no_git}
    made = _built(source, "wheel", tmp_path / "wheel", variables)
    environment = empty_environment(tmp_path / "environment")
    path = f"{environment.folder / 'bin'}{os.pathsep}{no_git}"
    wanted = (*PROJECT["dependencies"], *(one for extra in ("test", "excel") for one in EXTRAS[extra]))
    link_packages(environment, closure(wanted).values())
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--python", environment.python]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", made], check=True)
    assert environment.run("xl-vqa", "--version", PATH=path).stdout == f"xl-vqa {version_of(made)}\n"
    quick = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow")
    tests = environment.run(*quick, *PACKAGERS, cwd=source, PATH=path)
    assert tests.returncode == 0, tests.stdout
    assert int(re.findall(r"(\d+) passed", tests.stdout)[0]) > 300
    # what cannot run there says why
    assert "git makes the repositories of these tests" in tests.stdout


def test_the_wheel_has_what_runs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    rooms = {name.split("/")[0] for name in names}
    assert rooms == {"xl_vqa", f"xl_vqa-{version_of(wheel)}.dist-info"}
    for needed in ("py.typed", "_shipped/starter/model.safetensors", "_shipped/recipes/starter.yaml"):
        assert f"xl_vqa/{needed}" in names
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
