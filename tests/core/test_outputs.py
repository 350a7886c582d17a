"""A file is written whole or not at all, and never under another program's hands."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xl_vqa import atomic, outputs
from xl_vqa.outputs import check_writable, write_output
from xl_vqa.words.errors import OutputNotWritableError, WorkbookLockedError, WorkbookOwnedError


def hello(path: Path) -> None:
    write_output(path, b"hello")


@pytest.mark.parametrize("act", [hello, check_writable])
def test_places_that_cannot_be_written(tmp_path: Path, act: object) -> None:
    assert callable(act)
    with pytest.raises(OutputNotWritableError, match="there is no such folder"):
        act(tmp_path / "missing" / "a.csv")
    with pytest.raises(OutputNotWritableError):
        act(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputNotWritableError):
        act(tmp_path / "file" / "a.csv")
    (tmp_path / "protected.csv").write_bytes(b"old")
    (tmp_path / "protected.csv").chmod(0o444)
    with pytest.raises(OutputNotWritableError, match="write-protected"):
        act(tmp_path / "protected.csv")
    assert (tmp_path / "protected.csv").read_bytes() == b"old"


def test_long_japanese_names(tmp_path: Path) -> None:
    path = tmp_path / ("動" * 83 + ".csv")
    hello(path)
    assert path.read_bytes() == b"hello"


def excel_lock(name: str) -> bytes:
    """As Excel writes it beside an open workbook."""
    ascii_part = bytes([len(name)]) + name.encode("ascii", "replace").ljust(54, b" ")
    return ascii_part + len(name).to_bytes(2, "little") + name.ljust(54).encode("utf-16-le")


@pytest.mark.parametrize(
    ("lock", "content", "holder"),
    [
        ("~$表.xlsx", excel_lock("田中 太郎"), "Excel, 田中 太郎"),
        ("~$表.xlsx", b"", "Excel"),
        ("~$表.xlsx", b"\x06Tanaka" + bytes(48), "Excel, Tanaka"),
        (".~lock.表.xlsx#", b",tanaka,pc-12,01.01.2025 10:00,file:///home/tanaka;", "LibreOffice, tanaka pc-12"),
        (".~lock.表.xlsx#", b"\xff", "LibreOffice, \ufffd"),
    ],
)
def test_who_has_it_open(tmp_path: Path, lock: str, content: bytes, holder: str) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"old")
    (tmp_path / lock).write_bytes(content)
    with pytest.raises(WorkbookOwnedError) as caught:
        check_writable(path)
    assert caught.value.params["holder"] == holder
    assert lock in str(caught.value)
    assert lock in caught.value.message("ja")


def test_the_lock_of_another_workbook_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "~$other.xlsx").write_bytes(excel_lock("Tanaka"))
    check_writable(tmp_path / "list.xlsx")


def test_a_leftover_of_a_crashed_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows only: Excel holds its lock file open, so one that can be written is a leftover."""
    path = tmp_path / "list.xlsx"
    (tmp_path / "~$list.xlsx").write_bytes(excel_lock("Tanaka"))
    monkeypatch.setattr(outputs, "WINDOWS", True)
    check_writable(path)


def test_a_file_that_windows_says_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"old")

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(outputs, "WINDOWS", True)
    monkeypatch.setattr(atomic, "WINDOWS", True)
    monkeypatch.setattr(atomic, "WAITS_S", (0.0,))
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(WorkbookLockedError):
        hello(path)
    assert os.listdir(tmp_path) == ["list.xlsx"]
    assert path.read_bytes() == b"old"


def test_leftovers_of_killed_runs_are_removed_once_they_are_old(tmp_path: Path) -> None:
    old, young, other = (
        tmp_path / name for name in (".a.csv.1234.xl_vqa.tmp", ".a.csv.5678.xl_vqa.tmp", ".b.csv.1.xl_vqa.tmp")
    )
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (time.time() - 7200,) * 2)
    check_writable(tmp_path / "a.csv")
    assert sorted(os.listdir(tmp_path)) == sorted([young.name, other.name])


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.outputs import write_output
try:
    write_output(Path(sys.argv[1]), bytes(100_000))
except OutputNotWritableError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a POSIX matter")
def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """The limit on a file's size makes the system refuse a write half way, as a full disk does."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "no room left on the drive" in done.stdout
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]
