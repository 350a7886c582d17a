"""Files above 2 and 4 GiB have exact frame numbers. They are mostly holes, and take no room on the disk."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.media import frame_number
from tests.video.conftest import Maker
from xl_vqa.video.read import read_frames
from xl_vqa.video.reader_version import reading_changed
from xl_vqa.words.model_spec import Sampling

GIB = 1 << 30
UNEVEN = [number / 25 + (number > 40) * 1.3 for number in range(60)]


def with_hole(path: Path, data: bytes, size: int) -> Path:
    """``data`` and behind it a box of ``size`` bytes that is a hole."""
    with path.open("wb") as file:
        file.write(data + (1).to_bytes(4, "big") + b"free" + (size + 16).to_bytes(8, "big"))
        file.truncate(len(data) + 16 + size)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="other systems may fill the hole")
@pytest.mark.parametrize("gibibytes", [2.5, 4.5])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_frame_numbers_of_a_large_file_are_exact(tmp_path: Path, clip: Maker, name: str, gibibytes: float) -> None:
    whole = clip(name, width=160, height=96, frames=60, times_s=UNEVEN, gop=12)
    path = with_hole(tmp_path / name, whole.read_bytes(), int(gibibytes * GIB))
    assert path.stat().st_size > 2 * GIB
    assert path.stat().st_blocks * 512 < 100 << 20
    plain, large = read_frames(whole, Sampling(12)), read_frames(path, Sampling(12))
    assert large.used.frame_count == 60
    assert [frame_number(picture) for picture in large.frames] == list(large.used.indices)
    assert large.used == plain.used
    assert large.warnings == plain.warnings == ()
    assert all(np.array_equal(a, b) for a, b in zip(plain.frames, large.frames, strict=True))
    # of such a file earlier versions took the numbers from its header
    assert reading_changed(path, 2)
