"""The tree of answers: what greedy decoding ends at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xl_vqa.vlm.answers import AnswerTree, label_tree
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution

SCALE = Scale()
LABELS = label_tree(SCALE)


@given(arrays(np.float64, len(SCALE.labels), elements=st.floats(1e-6, 1.0)), st.floats(0.01, 1.0))
def test_greedy_of_integers_is_the_ratings_own(masses: np.ndarray, share: float) -> None:
    """``share``: of the model's probability that lies on labels at all."""
    probabilities = masses / masses.sum()
    tens = np.array([label // 10 for label in SCALE.labels])
    sums = np.array([probabilities[tens == ten].sum() for ten in np.unique(tens)])
    below = np.sort(probabilities[tens == np.unique(tens)[sums.argmax()]])
    # where two are equal but for rounding, either is the likeliest: of the first digits, and of those after it
    assume(np.diff(np.sort(sums))[-1] > 1e-9)
    assume(len(below) == 1 or np.diff(below)[-1] > 1e-9)
    rated = LabelDistribution(SCALE, tuple(probabilities), 1 - share)
    assert SCALE.labels[LABELS.greedy(probabilities * share)] == rated.greedy()


@pytest.mark.parametrize(
    ("joint", "answer"),
    [
        # 1 is followed by more than 5, though (5, 6) is the likeliest answer
        ([0.3, 0.25, 0.4], 0),
        ([0.1, 0.2, 0.4], 2),
        # equals: the lower token
        ([0.2, 0.2, 0.4], 0),
    ],
)
def test_greedy_goes_token_by_token(joint: list[float], answer: int) -> None:
    assert AnswerTree.of([(1, 2, 3), (1, 2, 4), (5, 6)]).greedy(joint) == answer
