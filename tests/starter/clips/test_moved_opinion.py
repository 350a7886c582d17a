"""People's mean of a defect, moved to one clip."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.clips import defects, labels, moved_opinion
from starter.clips.human_opinion import CLEAN_MOS, LEVELS, stills

MEASURED = sorted(moved_opinion.usual())
levels = st.integers(1, LEVELS)


def mos_of(name: str, level: float, change: float) -> float:
    return labels.label([(name, level)], [moved_opinion.share(name, level, change)], None)[0]


def test_every_defect_that_people_were_asked_about_and_is_made_is_measured() -> None:
    assert set(MEASURED) == {defect.name for defect in defects.ASKED}


@given(st.sampled_from(MEASURED), levels)
def test_the_usual_change_gets_people_s_mean(name: str, level: int) -> None:
    typical = moved_opinion.usual()[name][0][level - 1]
    assert mos_of(name, level, typical) == pytest.approx(stills()[name][0][level - 1], abs=2e-3)


@given(st.sampled_from(MEASURED), st.floats(1, 5), st.floats(0, 150), st.floats(0, 150))
def test_more_change_is_never_better_and_no_change_is_clean(
    name: str, level: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert 1 <= mos_of(name, level, high) <= mos_of(name, level, low) <= CLEAN_MOS
    medians, _ = moved_opinion.usual()[name]
    if defects.along((0.0, *medians), level) >= moved_opinion.NOTHING:
        assert mos_of(name, level, 0.0) == pytest.approx(CLEAN_MOS, abs=1e-3)


@given(st.sampled_from(MEASURED), levels, st.floats(-2, 6))
def test_within_what_photographs_show_it_stays_within_people_s_spread(name: str, level: int, away: float) -> None:
    medians, spreads = moved_opinion.usual()[name]
    spread = max(moved_opinion.LEAST_SPREAD, spreads[level - 1])
    change = medians[level - 1] * math.exp(spread * away)
    means, deviations = stills()[name]
    farthest = moved_opinion.TRUSTED * moved_opinion.FARTHEST * deviations[level - 1]
    assert abs(mos_of(name, level, change) - means[level - 1]) <= farthest + 2e-3


def test_a_blur_of_a_clear_sky_is_no_blur_and_noise_there_is_noise() -> None:
    slope = np.linspace(90, 140, 60).astype(np.uint8)
    sky = np.broadcast_to(slope[None, :, None, None], (2, 60, 60, 3)).copy()
    rng = np.random.default_rng(1)
    for name, seen in (("gaussian_blur", False), ("white_noise", True)):
        defect = defects.BY_NAME[name]
        assert defect.change is not None
        change = moved_opinion.visibility.change(sky, defect.change(sky, defect.levels[3], rng))
        mos = mos_of(name, 4, change)
        assert (mos == pytest.approx(stills()[name][0][3], abs=0.3)) if seen else mos > 4.4


def test_what_nobody_was_asked_about_is_not_moved() -> None:
    assert moved_opinion.share("freeze", 4, 0.0) == 1
