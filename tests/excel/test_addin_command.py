"""``xl-vqa addin build``: a file for a share, readable by everybody whatever the umask of who built it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xl_vqa.cli.main import app


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_the_add_in_can_be_read_by_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    target = tmp_path / "share" / "xl_vqa.xlam"
    before = os.umask(0o077)
    try:
        done = CliRunner().invoke(app, ["addin", "build", "-o", str(target)])
        again = CliRunner().invoke(app, ["addin", "build", "-o", str(target)])
    finally:
        os.umask(before)
    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    assert target.stat().st_mode & 0o777 == 0o644
