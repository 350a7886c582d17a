"""What the tests of this room share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with twelve clips in ``clips``; their sizes differ, their contents do not matter here."""
    clips = tmp_path / "clips"
    clips.mkdir()
    for number in range(1, 13):
        (clips / f"動画 {number}.mp4").write_bytes(b"x" * (100 + number))
    return tmp_path
