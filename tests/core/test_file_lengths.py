"""Files that are read whole: none of Python is longer than 500 lines."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 500


@pytest.mark.parametrize("folder", ["xl_vqa", "starter", "tests", "tools", "benchmarks"])
def test_a_file_of_python_can_be_read_at_one_sitting(folder: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_bytes().splitlines()) for path in ROOT.glob(f"{folder}/**/*.py")
    }
    assert len(lengths) > 3
    assert {name: lines for name, lines in lengths.items() if lines > MOST} == {}
