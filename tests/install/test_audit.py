"""The audit of locked packages finds what it is there to find, and finds nothing today."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import audit_packages as audit


def test_nothing_is_found_in_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    status = audit.main(["--offline"])
    said = capsys.readouterr().out
    if "is installed," in said:
        pytest.skip("this is another environment than the locked one (.ci/lowest)")
    assert (status, "FOUND" in said) == (0, False), said
    assert "not looked up: known weaknesses" in said
    assert "pywin32" in said  # what is not here is said


def test_tools_beyond_the_list_of_licences_reach_no_user() -> None:
    assert set(audit.TOOLS) <= set(audit.locked("develop"))
    assert not set(audit.TOOLS) & (set(audit.locked("run")) | set(audit.locked("torch")))


@pytest.mark.parametrize(
    ("metadata", "classifiers", "found"),
    [
        ({"License-Expression": "MIT"}, [], {"MIT"}),
        (
            {"License-Expression": "(MIT OR Apache-2.0) AND GPL-3.0-only"},
            [],
            {"MIT", "Apache-2.0", "GPL-3.0-only"},
        ),
        ({}, ["License :: OSI Approved :: BSD License"], {"BSD-3-Clause"}),
        ({}, ["License :: OSI Approved", "License :: OSI Approved :: MIT License"], {"MIT"}),
        ({"License": "MPL-2.0 AND MIT"}, [], {"MPL-2.0", "MIT"}),
        ({"License": "Proprietary\nmore"}, ["Programming Language :: Python"], {"Proprietary"}),
        ({}, [], {"none"}),
    ],
)
def test_licences_are_read(metadata: dict[str, str], classifiers: list[str], found: set[str]) -> None:
    assert audit.licences("one", metadata, classifiers) == found


def test_another_version_and_a_licence_beyond_the_list_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = audit.Findings()
    monkeypatch.setattr(audit, "TOOLS", {})
    pingouin = audit.locked("develop")["pingouin"]
    audit.look_at_installed({"pytest": "0.1", "pingouin": pingouin, "no-such": "1"}, findings)
    assert [line.partition(":")[0].split()[0] for line in findings.wrong] == ["pingouin", "pytest"]
    assert findings.unseen == ["no-such"]


@pytest.mark.parametrize(
    ("status", "said", "asked", "found"),
    [
        (0, "", True, 0),
        (0, "WARNING: The candidate selected for download or install is a yanked version: 'x'", True, 1),
        (1, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", True, 1),
        (1, "ERROR: No matching distribution found for x==1", True, 1),
        (1, "WARNING: Retrying: Connection refused\nERROR: No matching distribution found for x==1", False, 0),
        (1, "ERROR: something else", False, 0),
    ],
)
def test_what_pip_says_is_understood(
    monkeypatch: pytest.MonkeyPatch, status: int, said: str, asked: bool, found: int
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, status, "", said)

    monkeypatch.setattr(audit.subprocess, "run", run)
    findings = audit.Findings()
    assert audit.ask_index(Path("run.txt"), findings) is asked
    assert len(findings.wrong) == found
    assert audit.main([]) == (1 if found else 0 if asked else 2)


def test_a_changed_hash_is_found_by_pip_itself(tmp_path: Path) -> None:
    """Real pip over a folder of files: the one that is there is not the one that was locked."""
    wheel = tmp_path / "tiny_package-1.0-py3-none-any.whl"
    make_wheel(wheel)
    lock = tmp_path / "lock.txt"
    lock.write_text(f"--no-index\n--find-links {tmp_path}\ntiny_package==1.0 --hash=sha256:{'0' * 64}\n")
    findings = audit.Findings()
    assert audit.ask_index(lock, findings)
    assert any("HASHES" in line for line in findings.wrong)


def make_wheel(path: Path) -> None:
    """The smallest wheel that pip takes."""
    info = "tiny_package-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny_package\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
