"""The one Pearson and the one Spearman, against SciPy."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.datasets.correlation import average_ranks, pearson, spearman


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(-5, 5)), min_size=3, max_size=40))
def test_correlations_are_scipys(pairs: list[tuple[int, float]]) -> None:
    x = np.array([float(a) for a, _ in pairs])
    y = np.array([round(b, 3) for _, b in pairs])
    assert average_ranks(y).tolist() == stats.rankdata(y).tolist()
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert spearman(x, y) is None
        assert pearson(x, y) is None
    else:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
        assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)


def test_ties_share_their_rank() -> None:
    assert average_ranks(np.array([3.0, 1.0, 3.0])).tolist() == [2.5, 1.0, 2.5]


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_the_unit_of_the_numbers_does_not_matter(size: float) -> None:
    """A fixed limit for "no spread" would call small numbers constant."""
    x, y = np.array([1.0, 2, 3, 5]) * size, np.array([2.0, 1, 4, 5])
    expected = stats.pearsonr(x, y).statistic
    assert pearson(x + 0, y) == pytest.approx(expected, abs=1e-9)


def test_rounding_errors_are_no_correlation() -> None:
    flat = 0.3 + np.array([0, 1e-16, 0, 5e-17, 0])
    assert pearson(flat, np.arange(5.0)) is None
    assert pearson(np.array([1.0]), np.array([1.0])) is None


def test_there_is_one_of_it() -> None:
    """A second rank correlation of the product would one day differ from the first."""
    root = Path(__file__).parents[2]
    sources = [file for room in ("xl_vqa", "starter") for file in (root / room).rglob("*.py")]
    found = [
        file for file in sources if re.search(r"spearmanr|rankdata|\.rank\(", file.read_text(encoding="utf-8"))
    ]
    assert sources
    assert found == []
