"""The maker of test videos leaves the process in which it works as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.media import make_clip


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="priorities as Linux has them")
@pytest.mark.parametrize("codec", ["libsvtav1", "libx264", "libvpx-vp9"])
def test_a_clip_that_is_made_raises_no_priority(tmp_path: Path, codec: str) -> None:
    before = os.sched_getscheduler(0), os.sched_getparam(0).sched_priority
    assert before == (os.SCHED_OTHER, 0)
    make_clip(tmp_path / "clip.mkv", 128, 96, frames=2, codec=codec)
    assert (os.sched_getscheduler(0), os.sched_getparam(0).sched_priority) == before
