"""The cases of real_cluster_cases.py on one cluster, each in a process of its own.

The command connects once and ends. A process that connects, parts and connects again many times over, as one that
runs all tests does, was once seen to be ended by Ray's own library: it would take all other tests with it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import GIVEN

CASES = Path(__file__).with_name("real_cluster_cases.py")
NAMES = [
    one.name
    for one in ast.parse(CASES.read_text(encoding="utf-8")).body
    if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_on_a_real_cluster(cluster: str, name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{CASES}::{name}"]
    command += [f"--basetemp={tmp_path / 'of-the-case'}"]
    for _ in range(2):
        done = subprocess.run(
            command, env=os.environ | {GIVEN: cluster}, capture_output=True, text=True, timeout=900, check=False
        )
        # ended by a signal: Ray's doing, not the case's
        if done.returncode >= 0:
            break
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    if "1 skipped" in done.stdout:
        pytest.skip("the case needs what is not installed here")
    assert "1 passed" in done.stdout


def test_there_are_cases() -> None:
    assert len(NAMES) >= 4
