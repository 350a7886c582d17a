"""The child that reads videos: what it may open."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from xl_vqa.video import reader_process


def test_a_package_that_is_a_link_is_read_where_it_really_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # installers that keep every package once link it into each environment; a wall knows real places alone
    kept, packages = tmp_path / "kept" / "av", tmp_path / "environment"
    kept.mkdir(parents=True)
    packages.mkdir()
    (packages / "av").symlink_to(kept)
    places = {**sysconfig.get_paths(), "purelib": str(packages), "platlib": str(packages)}
    monkeypatch.setattr(sysconfig, "get_paths", lambda: places)
    folders = reader_process._program_folders.__wrapped__()
    assert str(kept.resolve()) in folders
    assert str(packages) in folders
