"""What is handed on: a wheel with the same bytes every time, and a source archive that makes the same one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.install.environments import ROOT
from xl_vqa import __version__


def _built(source: Path, target: str, folder: Path) -> Path:
    # without isolation: what builds is in the tests' own environment, and nothing is downloaded
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=280)
    (made,) = folder.iterdir()
    return made


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


def test_the_source_archive_makes_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert {"tests", "docs", "constraints.txt", "Makefile", ".ci", "locks"} <= {p.name for p in source.iterdir()}
    made = _built(source, "wheel", tmp_path / "wheel")
    assert made.read_bytes() == wheel.read_bytes()


def test_the_wheel_has_what_runs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    rooms = {name.split("/")[0] for name in names}
    assert rooms == {"xl_vqa", f"xl_vqa-{__version__}.dist-info"}
    for needed in ("py.typed", "_shipped/starter/model.safetensors", "_shipped/recipes/starter.yaml"):
        assert f"xl_vqa/{needed}" in names
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
