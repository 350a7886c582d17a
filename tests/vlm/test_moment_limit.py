"""The limit of a moment: its false alarms against their rate, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.vlm import moment_limit
from xl_vqa.vlm.moment_limit import FALSE_ALARM, FILE_NAME, LEAST_VIDEOS, limit_of
from xl_vqa.words.errors import ModelIncompatibleError


def test_of_further_good_videos_a_tenth_at_most_exceeds_it() -> None:
    rng = np.random.default_rng(0)
    alarms = []
    for _ in range(3000):
        drawn = rng.exponential(size=20)
        alarms.append(drawn[0] >= limit_of(drawn[1:].tolist()))
    assert np.mean(alarms) <= FALSE_ALARM + 3 * np.sqrt(FALSE_ALARM * (1 - FALSE_ALARM) / 3000)


@given(st.lists(st.floats(0, 20), min_size=LEAST_VIDEOS, max_size=60))
def test_few_of_its_own_videos_reach_it(ranks: list[float]) -> None:
    assert sum(rank >= limit_of(ranks) for rank in ranks) <= FALSE_ALARM * len(ranks)


def test_too_few_videos_give_no_limit() -> None:
    with pytest.raises(ValueError, match=str(LEAST_VIDEOS)):
        limit_of([0.0] * (LEAST_VIDEOS - 1))


def test_the_file_comes_back_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert moment_limit.load(tmp_path) is None
    moment_limit.save(tmp_path, 3.25, 30)
    assert moment_limit.load(tmp_path) == 3.25
    (tmp_path / FILE_NAME).write_text("{}")
    with pytest.raises(ModelIncompatibleError, match=FILE_NAME):
        moment_limit.load(tmp_path)
