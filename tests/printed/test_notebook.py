"""The notebook's cells run, one after the other, and it was saved without output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.printed.commands import ROOT

NOTEBOOK = ROOT / "docs" / "first-scores.ipynb"
CELLS = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
CODE = ["".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "code"]


def test_it_was_saved_without_output() -> None:
    assert len(CODE) >= 4
    assert all(cell["outputs"] == [] for cell in CELLS if cell["cell_type"] == "code")
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)


@pytest.mark.slow
def test_every_cell_runs(tmp_path: Path) -> None:
    program = tmp_path / "cells.py"
    program.write_text("\n\n".join([*CODE, "print(rated.vqa_label.tolist())"]), encoding="utf-8")
    variables = os.environ | {"XL_VQA_HOME": str(tmp_path / "home"), "XL_VQA_LANGUAGE": "en"}
    command = [sys.executable, str(program)]
    run = {"env": variables, "capture_output": True, "encoding": "utf-8", "timeout": 280, "check": False}
    done = subprocess.run(command, cwd=ROOT / "docs", **run)  # type: ignore[call-overload]
    subprocess.run([sys.executable, "-m", "xl_vqa", "host", "stop"], **run)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    *printed, labels = done.stdout.strip().splitlines()
    assert "no_such_file.mp4" in done.stdout
    assert all(10 <= label <= 50 for label in json.loads(labels))
    assert printed[-1].endswith("%")
