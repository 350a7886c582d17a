"""A file is called by what is in it: a page named .xlsx opens nowhere. Told before any work, by every command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from xl_vqa.cli.main import app
from xl_vqa.outputs import check_ending
from xl_vqa.words.errors import HostDiskError, OutputFormatError, OutputNotWritableError

CASES = {
    "score --output": "a.mp4",
    "why --output": "a.mp4",
    "why --contact-sheet": "a.mp4",
    "workbook new --output": "kpi",
    "report --output": "a.xlsx",
    "inspect --sheet": "a.mp4",
    "check-videos --output": "a.mp4",
    "labels prepare --output": "a.csv",
    "labels prepare --report": "a.csv",
    "labels export --output": "",
    "labels hold-out --output": "a.csv",
    "evaluate --output": "a.json -m a.csv",
    "evaluate --json": "a.json -m a.csv",
    "calibrate --output": "a.csv",
    "calibrate --json": "a.csv",
    "monitor --output": "",
    "monitor --save-reference": "",
    "addin build --output": "",
    "calc build --output": "",
    "store export --output": "",
    "doctor --bundle": "--quick",
    "demo --output": "",
}
"""Options that name a file to write, and what else the command must be given."""
ELSEWHERE = {
    "score-workbook --output",  # as its source ends, told once that is read: tests/workbooks/test_score_sheet.py
    "workbook update --output",
    # folders
    "compare --output",
    "labels search --output",
    "retrain --output",
}


def options(command: Any, name: str = "") -> Iterator[str]:
    """Of all commands: those that take a path, and are called so or say that they write."""
    for part, one in getattr(command, "commands", {}).items():
        yield from options(one, f"{name} {part}".strip())
    for option in command.params:
        is_path = "Path" in str(getattr(getattr(option, "type_descriptor", None), "annotation", ""))
        if is_path and ("--output" in option.opts or "rite " in (option.help or "")):
            yield f"{name} {option.opts[0]}"


def test_every_option_that_writes_a_file_is_looked_at() -> None:
    found = set(options(typer.main.get_command(app)))
    assert len(found) > 20
    assert found - ELSEWHERE <= set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_another_ending_is_told_and_nothing_written(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    command, option = case.rsplit(" ", 1)
    arguments = [*command.split(), *CASES[case].split(), option, "result.xyz"]
    done = CliRunner().invoke(app, arguments)
    said = done.output + str(done.exception)
    assert done.exit_code != 0
    assert "result.xyz does not end as what is written into it does" in said
    assert not (tmp_path / "result.xyz").exists()


def test_a_pipe_or_a_device_has_no_ending(tmp_path: Path) -> None:
    check_ending(Path(os.devnull), ".html")
    check_ending(tmp_path / "A.HTML", ".html", ".htm")
    with pytest.raises(OutputFormatError):
        check_ending(tmp_path, ".html")


def test_a_demo_where_no_folder_can_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["demo", "-o", str(tmp_path / "file" / "x" / "demo.xlsx")])
    assert isinstance(done.exception, OutputNotWritableError)
    # and so is a data folder that cannot be made
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "file" / "home"))
    done = CliRunner().invoke(app, ["store", "import", str(tmp_path / "file")])
    assert isinstance(done.exception, HostDiskError)
