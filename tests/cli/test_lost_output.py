"""A standard output that takes nothing, or is not there: a sentence and a status, and no word of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
only_where_there_is_one = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "XL_VQA_HOME": str(home), **more}


@only_where_there_is_one
@pytest.mark.parametrize("command", [["settings", "list"], ["score", "--help"], ["--version"], ["models", "list"]])
# written at once, or kept until the end
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_full_disk_behind_the_output_is_told(tmp_path: Path, command: list[str], unbuffered: str) -> None:
    for language, said in (("en", "cannot be written: there is no room"), ("ja", "出力を書き込めません")):
        with FULL.open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "xl_vqa", *command],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=environment(tmp_path, XL_VQA_LANGUAGE=language, PYTHONUNBUFFERED=unbuffered),
                check=False,
            )
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell's way of closing it")
def test_a_closed_output_is_none(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m xl_vqa settings list >&-'],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="a shell's way of reading")
# what Rich writes, what Typer writes, and what is written when all is done
@pytest.mark.parametrize("command", ["settings list", "settings list --json", "score --help", "--version"])
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_reader_that_has_enough_is_no_failure_to_tell(tmp_path: Path, command: str, unbuffered: str) -> None:
    """The status is that of every program which a closed pipe ends, and not that of rows with errors."""
    words = f'("{sys.executable}" -m xl_vqa {command}; echo $? >"$STATUS") | true'
    status = tmp_path / "status"
    done = subprocess.run(
        ["/bin/sh", "-c", words],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path, STATUS=str(status), PYTHONUNBUFFERED=unbuffered),
        check=False,
    )
    assert status.read_text().strip() == "141"
    assert done.stderr == ""
