"""The digit tree against everything it replaces: every label one by one, generate(), forced decoding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.vlm.answers import ancestry, label_tree
from xl_vqa.vlm.digit_tree import DigitLogProbs, grow_tree
from xl_vqa.words.labels import Scale

SCALES = {
    "10..50": Scale(),
    "0..100": Scale(label_min=0, label_max=100),
    "1..5": Scale(label_min=1, label_max=5),
    "100..500": Scale(label_min=100, label_max=500),
    "7..23": Scale(label_min=7, label_max=23),
}


def brute_force(tiny: Any, row: Any, scale: Scale) -> dict[int, float]:
    """The probability of every label by a full forward of prompt and label: no cache, no tree, no padding."""
    joint = {}
    for labels in (scale.labels[k : k + 50] for k in range(0, len(scale.labels), 50)):
        answers = [[tiny.tokens.digits[int(digit)] for digit in scale.text(label)] for label in labels]
        with torch.inference_mode():
            inputs = tiny.inputs(*[row] * len(labels), answers=answers)
            logits = tiny.model(**inputs, use_cache=False).logits
        log_probs = logits[:, -scale.width - 1 : -1].double().log_softmax(-1)
        for index, (label, answer) in enumerate(zip(labels, answers, strict=True)):
            joint[label] = math.exp(sum(float(log_probs[index, k, token]) for k, token in enumerate(answer)))
    return joint


def tree_of(tiny: Any, scale: Scale, *rows: Any) -> list[DigitLogProbs]:
    with torch.inference_mode():
        return grow_tree(tiny.model, tiny.inputs(*rows), scale, tiny.tokens.digits)


@pytest.mark.parametrize("name", ["10..50", "1..5", "7..23"])
@pytest.mark.parametrize("seed", [0, 1])
def test_equals_every_label_one_by_one(tiny: Any, clip_of: Callable[..., Any], name: str, seed: int) -> None:
    scale = SCALES[name]
    row = tiny.row(clip_of(seed))
    (found,) = tree_of(tiny, scale, row)
    expected = brute_force(tiny, row, scale)
    assert found.joint(scale) == pytest.approx(expected, rel=1e-4, abs=1e-7)
    distribution = found.distribution(scale)
    total = sum(expected.values())
    for probability, label in zip(distribution.probabilities, scale.labels, strict=True):
        assert probability == pytest.approx(expected[label] / total, abs=1e-5)
    assert distribution.off_digit_mass == pytest.approx(1 - total, abs=1e-5)
    # a flat answer would pass with any bug that mixes labels up
    assert max(distribution.probabilities) > 1.5 / len(scale.labels)


@pytest.mark.parametrize("name", ["0..100", "100..500"])
def test_three_digits_equal_every_label_one_by_one(tiny: Any, clip_of: Callable[..., Any], name: str) -> None:
    scale = SCALES[name]
    row = tiny.row(clip_of(3))
    (found,) = tree_of(tiny, scale, row)
    assert found.joint(scale) == pytest.approx(brute_force(tiny, row, scale), rel=1e-4, abs=1e-7)


def test_equals_generate(tiny: Any, clip_of: Callable[..., Any]) -> None:
    """Stock generate() with two new tokens: the logits of both steps and the greedy answer."""
    scale = Scale()
    for seed in range(4):
        row = tiny.row(clip_of(seed))
        (found,) = tree_of(tiny, scale, row)

        def digits_of_a_label(_: int, ids: torch.Tensor, start: int = row.length) -> list[int]:
            return list(label_tree(scale, tiny.tokens.digits).following(tuple(ids[start:].tolist())))

        made = tiny.model.generate(
            **tiny.inputs(row),
            max_new_tokens=2,
            do_sample=False,
            return_dict_in_generate=True,
            output_logits=True,
            prefix_allowed_tokens_fn=digits_of_a_label,
        )
        answer = "".join(str(tiny.tokens.digits.index(int(token))) for token in made.sequences[0, -2:])
        likeliest = ""
        for _ in range(scale.width):
            logs = found.by_prefix[likeliest]
            following = label_tree(scale).following(tuple(map(int, likeliest)))
            likeliest += str(max(following, key=logs.__getitem__))
        assert likeliest == answer
        for step, prefix in ((0, ""), (1, answer[0])):
            logits = made.logits[step][0].double().log_softmax(-1)
            expected = logits[list(tiny.tokens.digits)].tolist()
            assert found.by_prefix[prefix] == pytest.approx(expected, abs=5e-5)


def test_equals_forced_decoding_through_the_cache(tiny: Any, clip_of: Callable[..., Any]) -> None:
    scale = Scale()
    row = tiny.row(clip_of(5))
    (found,) = tree_of(tiny, scale, row)
    inputs = tiny.inputs(row)
    for tens in range(1, 6):
        with torch.inference_mode():
            first = tiny.model(**inputs, use_cache=True)
            second = tiny.model(
                input_ids=torch.tensor([[tiny.tokens.digits[tens]]]),
                past_key_values=first.past_key_values,
                position_ids=inputs["position_ids"][:, :, -1:] + 1,
            )
        expected = second.logits[0, -1].log_softmax(-1)[list(tiny.tokens.digits)].tolist()
        assert found.by_prefix[str(tens)] == pytest.approx(expected, abs=5e-5)


def test_a_row_scores_the_same_in_a_padded_batch(tiny: Any, clip_of: Callable[..., Any]) -> None:
    """Rows of different lengths are padded on the left; what a row gets must not depend on its company."""
    scale = Scale()
    rows = [
        tiny.row(clip_of(0, height=60, width=90)),
        tiny.row(clip_of(1, height=40, width=40, count=2), "a red fox jumps over the frozen lake at dawn"),
        tiny.row(clip_of(2, height=200, width=90, seconds=9.0)),
    ]
    assert len({row.length for row in rows}) == 3
    for one, together in zip(rows, tree_of(tiny, scale, *rows), strict=True):
        (alone,) = tree_of(tiny, scale, one)
        for prefix, logs in alone.by_prefix.items():
            assert together.by_prefix[prefix] == pytest.approx(logs, abs=1e-4)
        expected = alone.distribution(scale).expectation()
        assert together.distribution(scale).expectation() == pytest.approx(expected, abs=1e-3)


def test_the_video_and_the_text_matter(tiny: Any, clip_of: Callable[..., Any]) -> None:
    scale = Scale()
    first, second, worded = tree_of(
        tiny, scale, tiny.row(clip_of(0)), tiny.row(clip_of(1)), tiny.row(clip_of(0), "a blue boat")
    )
    assert abs(first.distribution(scale).expectation() - second.distribution(scale).expectation()) > 0.05
    assert abs(first.distribution(scale).expectation() - worded.distribution(scale).expectation()) > 0.05


scales = st.tuples(st.integers(0, 1200), st.integers(1, 300)).map(
    lambda pair: Scale(label_min=pair[0], label_max=pair[0] + pair[1])
)


@given(scales)
@settings(max_examples=60, deadline=None)
def test_every_label_is_one_path_of_the_tree(scale: Scale) -> None:
    tree = label_tree(scale)
    assert len(tree.levels) == scale.width
    paths: set[tuple[int, ...]] = {()}
    for level in tree.levels:
        assert set(level) == paths
        assert list(level) == sorted(paths)
        paths = {(*prefix, digit) for prefix in paths for digit in tree.following(prefix)}
    assert {"".join(map(str, path)) for path in paths} == {scale.text(label) for label in scale.labels}


@given(scales)
@settings(max_examples=60, deadline=None)
def test_a_node_sees_its_own_prefixes_and_nothing_else(scale: Scale) -> None:
    levels = label_tree(scale).levels
    for depth in range(1, scale.width):
        entered = [node for nodes in levels[1 : depth + 1] for node in nodes]
        seen = ancestry(levels[depth], entered)
        assert seen.shape == (len(levels[depth]), len(entered))
        # itself and one ancestor per level above it
        assert seen.sum(dim=1).tolist() == [depth] * len(levels[depth])
        for row, node in enumerate(levels[depth]):
            visible = [other for other, shown in zip(entered, seen[row].tolist(), strict=True) if shown]
            assert visible == [node[:length] for length in range(1, depth + 1)]


@given(st.sampled_from(sorted(SCALES)), st.floats(-30, 0), st.lists(st.floats(-20, 0), min_size=10, max_size=10))
@settings(max_examples=40, deadline=None)
def test_joint_is_the_product_along_the_path(name: str, shift: float, logs: list[float]) -> None:
    scale = SCALES[name]
    prefixes = ["".join(map(str, node)) for node in label_tree(scale).nodes]
    found = DigitLogProbs({prefix: tuple(log + shift for log in logs) for prefix in prefixes})
    for label, mass in found.joint(scale).items():
        expected = math.prod(math.exp(logs[int(digit)] + shift) for digit in scale.text(label))
        assert mass == pytest.approx(expected, rel=1e-9, abs=1e-300)
