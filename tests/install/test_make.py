"""The README's two commands, by the Makefile itself; set-up is done before, so that nothing is downloaded."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.install.environments import ROOT, Environment

# What a make that runs this suite hands on: a make under it would tell which folder it enters.
OUTER_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "TEST_PROCESSES")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(autouse=True)
def no_make_above(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OUTER_MAKE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def desk(base: Environment, tmp_path: Path) -> Path:
    """A folder with the Makefile and what its set-up depends on, and an environment that is ready."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).symlink_to(ROOT / name)
    (base.folder / ".ready").touch()
    return tmp_path


@pytest.mark.slow
def test_make_demo_writes_the_scored_workbook_in_a_plain_installation(base: Environment, desk: Path) -> None:
    done = base.run("make", "demo", f"VENV={base.folder}", cwd=desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert zipfile.is_zipfile(desk / "demo_output" / "xl_vqa_demo.xlsx")
    assert "Every clean clip is rated above its degraded versions." in done.stdout


def test_make_test_runs_the_whole_suite(base: Environment, desk: Path) -> None:
    for said, processes in ((), "2"), (("TEST_PROCESSES=0",), "0"):
        done = base.run("make", "-n", "test", f"VENV={base.folder}", *said, cwd=desk)
        assert done.returncode == 0, done.stderr
        python, *options = done.stdout.split()
        assert python == f"{base.folder}/bin/python"
        # none that leaves tests out
        spread = "--dist loadfile --no-loadscope-reorder --max-worker-restart 0"
        assert options == f"-m pytest -n {processes} {spread}".split()


@pytest.mark.parametrize(("said", "index"), [((), "auto"), (("TORCH_INDEX=cpu",), "cpu")])
def test_set_up_chooses_torch_first_and_pins_the_rest(
    base: Environment, tmp_path: Path, said: tuple[str, ...], index: str
) -> None:
    done = base.run("make", "-n", "-f", ROOT / "Makefile", "setup", *said, f"VENV={tmp_path}/new", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    first, second = re.findall(r"-m (?:xl_vqa\.torch_setup|pip) .*", done.stdout)
    assert first == f"-m xl_vqa.torch_setup --quiet --index {index}"
    assert "--constraint constraints.txt" in second
