"""The mapping before PLCC and RMSE: never fitted on what it is judged by, never falling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.evaluation.mapping import Mapping, cross_fit, fit_mapping, fold_numbers, is_usable

GENERATOR = np.random.default_rng(5)


def s_curve(x: np.ndarray) -> np.ndarray:
    return np.asarray((4.8 - 1.2) / (1 + np.exp(-(x - 55) / 9)) + 1.2)


def test_recovers_the_logistic() -> None:
    x = GENERATOR.uniform(10, 100, 400)
    mapping = fit_mapping(x, s_curve(x) + GENERATOR.normal(0, 0.05, 400))
    assert mapping.kind == "logistic4"
    assert mapping.parameters == pytest.approx((4.8, 1.2, 55, 9), rel=0.05)
    grid = np.linspace(10, 100, 50)
    assert np.abs(mapping(grid) - s_curve(grid)).max() < 0.05


def test_far_outside_it_neither_overflows_nor_leaves_its_range() -> None:
    mapping = Mapping("logistic4", (4.8, 1.2, 55.0, 1e-9))
    with np.errstate(all="raise"):
        assert mapping(np.array([-1e300, 55, 1e300])) == pytest.approx([1.2, 3.0, 4.8])


@pytest.mark.parametrize(
    ("x", "y", "kind", "reason"),
    [
        (np.arange(6.0), np.array([1.0, 2, 2, 3, 4, 4]), "linear", "few_for_logistic"),
        (np.arange(20.0), 5 - np.arange(20.0) / 5, "constant", "falling"),
        (np.full(20, 2.0), np.arange(20.0), "constant", "constant_prediction"),
        (np.arange(2.0), np.arange(2.0), "constant", "too_few"),
    ],
)
def test_falls_back_and_says_why(x: np.ndarray, y: np.ndarray, kind: str, reason: str) -> None:
    mapping = fit_mapping(x, y)
    assert (mapping.kind, mapping.reason) == (kind, reason)
    assert np.isfinite(mapping(x)).all()


def test_few_different_predictions_get_a_line() -> None:
    x = np.array([1.0] * 10 + [2.0] * 10)
    mapping = fit_mapping(x, 3 * x - 2)
    assert (mapping.kind, mapping.reason) == ("linear", "few_values")
    assert mapping(np.array([1.0, 2.0])) == pytest.approx([1, 4])


def test_a_logistic_that_does_not_converge_becomes_a_line() -> None:
    # an upward curve has no end for the logistic to level off at: its top and middle run away together
    x = np.linspace(0, 5, 200)
    y = np.exp(x)
    mapping = fit_mapping(x, y)
    assert (mapping.kind, mapping.reason) == ("linear", "not_converged")
    slope, intercept = np.polyfit(x, y, 1)
    assert mapping.parameters == pytest.approx((intercept, slope))


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(4, 60))
def test_never_worse_than_a_line_and_never_falling(seed: int, n: int) -> None:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=n)
    y = x * generator.normal() + generator.normal(size=n)
    mapping = fit_mapping(x, y)
    grid = mapping(np.sort(x))
    assert (np.diff(grid) >= -1e-9).all()
    if mapping.kind == "logistic4":
        line = np.polyval(np.polyfit(x, y, 1), x)
        assert ((mapping(x) - y) ** 2).sum() <= ((line - y) ** 2).sum() * (1 + 1e-6)


def test_needs_items() -> None:
    with pytest.raises(ValueError, match="items"):
        fit_mapping(np.array([]), np.array([]))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=80), st.integers(2, 7))
def test_folds_never_part_a_group(groups: list[int], folds: int) -> None:
    numbers = fold_numbers(np.array(groups), folds)
    of_group: dict[int, set[int]] = {}
    for group, fold in zip(groups, numbers, strict=True):
        of_group.setdefault(group, set()).add(int(fold))
    assert all(len(found) == 1 for found in of_group.values())
    assert set(numbers) == set(range(min(folds, len(of_group))))


def test_folds_of_single_items_are_balanced() -> None:
    assert sorted(np.bincount(fold_numbers(np.arange(23)))) == [4, 4, 5, 5, 5]


def test_a_held_out_fold_has_no_say_in_its_mapping() -> None:
    x = GENERATOR.uniform(1, 5, 100)
    y = x + GENERATOR.normal(0, 0.3, 100)
    folds = fold_numbers(np.arange(100))
    mapped, mappings = cross_fit(x, y, folds)
    changed = np.where(folds == 2, 6 - y, y)
    again, others = cross_fit(x, changed, folds)
    assert again[folds == 2] == pytest.approx(mapped[folds == 2])
    assert mappings[2] == others[2]
    assert mappings[0] != others[0]


def test_one_fold_has_no_mapping() -> None:
    x = np.arange(12.0)
    mapped, mappings = cross_fit(x, x, np.zeros(12, dtype=np.int64))
    assert not is_usable(mappings)
    assert mapped == pytest.approx(x)
