"""Every file of the matrix against its own decoding in order: the pictures asked for, to the bit, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.media import frame_number
from tests.video.matrix import ENCODERS, RATES, Case, cases, truth_of
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import VideoUnreadableError
from xl_vqa.words.model_spec import Sampling

PLANS = (Sampling(8), Sampling(32), Sampling(16, adjacent_pairs=False), Sampling(12, window=16))


def check(case: Case) -> int:
    """How many pictures were compared."""
    truth = truth_of(case)
    compared = 0
    if not truth:  # cut anywhere, and no keyframe left
        with pytest.raises(VideoUnreadableError):
            read_frames(case.path, PLANS[0])
        return compared
    for plan in PLANS:
        read = read_frames(case.path, plan)
        assert read.used.frame_count == len(truth), case.name
        assert set(read.warnings) <= {"warning_interlaced"}, case.name
        for number, picture in zip(read.used.indices, read.frames, strict=True):
            assert np.array_equal(picture, truth[number]), f"{case.name}: frame {number}"
            # its own number too: a picture painted from nothing would be the same twice
            assert frame_number(picture) - number == frame_number(truth[0]), f"{case.name}: frame {number}"
            compared += 1
        if not plan.adjacent_pairs:
            continue
        for first, second in zip(read.used.indices[::2], read.used.indices[1::2], strict=True):
            assert second == first + 1, case.name
    return compared


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_picture_of_the_matrix(tmp_path: Path, encoder: str) -> None:
    found = [check(case) for case in cases(tmp_path, (encoder,), tuple(RATES))]
    assert len(found) >= 12
    assert sorted(set(found))[-1] == 8 + 32 + 16 + 12
    assert found.count(0) <= (3 if encoder == "x264, its defaults" else 0)


@pytest.mark.parametrize("encoder", ["x264, as for Blu-ray", "x264, zero latency, refresh", "x265, its defaults"])
def test_the_kinds_that_mislead(tmp_path: Path, encoder: str) -> None:
    for case in cases(tmp_path, (encoder,), ("25",)):
        check(case)
