"""The local outlier factor against scikit-learn's, and where it is infinite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.vlm.outlier_factor import OutlierFactor


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(3, 40), st.integers(1, 6), st.data())
def test_it_is_that_of_scikit_learn(seed: int, count: int, width: int, data: st.DataObject) -> None:
    neighbors = pytest.importorskip("sklearn.neighbors")
    rng = np.random.default_rng(seed)
    points, further = rng.normal(size=(count, width)), 3 * rng.normal(size=(10, width))
    neighbours = data.draw(st.integers(1, count - 1))
    oracle = neighbors.LocalOutlierFactor(neighbours, novelty=True).fit(points)
    found = OutlierFactor.fit(points, neighbours)
    assert found.fits(width)
    assert [found.of(one) for one in further] == pytest.approx(-oracle.score_samples(further))


def test_videos_that_are_all_the_same_are_ordinary_and_another_is_not() -> None:
    found = OutlierFactor.fit(np.ones((50, 3)), 20)
    assert found.of(np.ones(3)) == pytest.approx(1)
    assert found.of(np.full(3, 1.1)) > 1e6


def test_no_number_is_infinitely_strange() -> None:
    found = OutlierFactor.fit(np.random.default_rng(0).normal(size=(50, 3)), 20)
    assert found.of(np.array([0.0, np.nan, 0.0])) == np.inf
    assert found.of(np.array([0.0, np.inf, 0.0])) == np.inf


@pytest.mark.parametrize("neighbours", [0, 50])
def test_as_many_neighbours_as_there_are_not_are_refused(neighbours: int) -> None:
    with pytest.raises(ValueError, match="50 points"):
        OutlierFactor.fit(np.ones((50, 3)), neighbours)


def test_parts_that_do_not_belong_together_are_told() -> None:
    found = OutlierFactor.fit(np.random.default_rng(0).normal(size=(50, 3)), 20)
    assert found.fits(3)
    assert not found.fits(4)
    assert not OutlierFactor(found.points, found.reach[1:], found.density, found.neighbours).fits(3)
    assert not OutlierFactor(found.points, found.reach, found.density, np.array([50.0])).fits(3)
