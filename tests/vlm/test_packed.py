"""Prompts in one row against each of them alone, by full forwards of transformers' own model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.vlm.conftest import Tiny, load_tiny
from tests.vlm.test_branches import QUESTIONS, alone
from tests.vlm.test_digit_tree import SCALES, brute_force
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.digit_tree import DigitLogProbs, grow_branches, stem_tree
from xl_vqa.vlm.inputs import VideoInput
from xl_vqa.vlm.packed import Packing, make_packable, packed_inputs
from xl_vqa.vlm.prompt import asked
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.vlm_rater import VlmRater, calls, load_vlm_rater
from xl_vqa.words.labels import Scale


@pytest.fixture(scope="module")
def stock(tiny_folder: Path) -> Tiny:
    """As transformers loads it: the oracle."""
    return load_tiny(tiny_folder)


@pytest.fixture(scope="module")
def packing_tiny(tiny_folder: Path) -> Tiny:
    tiny = load_tiny(tiny_folder)
    make_packable(tiny.model)
    return tiny


@pytest.fixture
def rows(stock: Tiny, clip_of: Callable[..., Any]) -> list[VideoInput]:
    """Of three lengths; two with a text of their own behind the video."""
    return [
        stock.row(clip_of(0)),
        stock.row(clip_of(1, height=40, width=40, count=2), "a red fox jumps over the frozen lake at dawn"),
        stock.row(clip_of(2, height=200, width=90, count=6, seconds=9.0), "a boat"),
    ]


def read(tiny: Tiny, rows: Sequence[VideoInput]) -> Stem:
    values: dict[str, Any] = {"normalization": tiny.spec.normalization, "tokens_per_second": 2}
    return Stem.read_packed(tiny.model, *packed_inputs(rows, **values))


def packed(tiny: Tiny, rows: Sequence[VideoInput], scale: Scale) -> list[DigitLogProbs]:
    with torch.inference_mode():
        return stem_tree(read(tiny, rows), scale, tiny.tokens.digits)


def assert_alike(found: DigitLogProbs, expected: dict[int, float], scale: Scale) -> None:
    distribution, total = found.distribution(scale), sum(expected.values())
    for probability, label in zip(distribution.probabilities, scale.labels, strict=True):
        assert probability == pytest.approx(expected[label] / total, abs=1e-5)
    assert distribution.off_digit_mass == pytest.approx(1 - total, abs=1e-5)


@pytest.mark.parametrize("name", ["10..50", "1..5", "100..500"])
def test_every_prompt_gets_what_it_gets_alone(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput], name: str
) -> None:
    scale = SCALES[name]
    assert len({row.length for row in rows}) == 3
    for row, found in zip(rows, packed(packing_tiny, rows, scale), strict=True):
        assert_alike(found, brute_force(stock, row, scale), scale)


def test_one_prompt_is_a_row_of_its_own(stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]) -> None:
    for row in rows:
        (found,) = packed(packing_tiny, [row], Scale())
        assert_alike(found, brute_force(stock, row, Scale()), Scale())


def test_prompts_that_begin_otherwise_share_nothing_and_are_as_right(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]
) -> None:
    first, *others = rows
    longer = replace(first.prompt, before=(*stock.tokens.plain("Look closely. "), *first.prompt.before))
    mixed = [replace(first, prompt=longer), *others]
    assert Packing.of(mixed).shared == 0
    for row, found in zip(mixed, packed(packing_tiny, mixed, Scale()), strict=True):
        assert_alike(found, brute_force(stock, row, Scale()), Scale())


def test_further_questions_branch_from_a_packed_row(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]
) -> None:
    questions = [asked(stock.tokens, question) for question in QUESTIONS]
    shared = [row.prompt.shared(row.patches.tokens) for row in rows]
    with torch.inference_mode():
        stem = read(packing_tiny, rows)
        # the score grows first, as the rater has it, and those that come later must not see it
        scores = stem_tree(stem, Scale(), stock.tokens.digits)
        first = grow_branches(stem, questions[:1], shared, Scale(), stock.tokens.digits)
        rest = grow_branches(stem, questions[1:], shared, Scale(), stock.tokens.digits)
    for row, score, *answers in zip(rows, scores, first, rest, strict=True):
        assert_alike(score, brute_force(stock, row, Scale()), Scale())
        for question, found in zip(QUESTIONS, [one for part in answers for one in part], strict=True):
            assert_alike(found, alone(stock, row, question), Scale())


def test_weights_of_questions_reach_their_own_tokens(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]
) -> None:
    """Packed against padded rows, which test_branches holds against full readings."""
    torch.manual_seed(3)
    weights = QuestionWeights.fresh(stock.model, len(QUESTIONS), rank=2)
    with torch.no_grad():
        for _, up in weights.pairs.values():
            up.normal_(std=0.05)
    questions = [asked(stock.tokens, question) for question in QUESTIONS]
    shared = [row.prompt.shared(row.patches.tokens) for row in rows]
    with torch.inference_mode():
        stems = read(packing_tiny, rows), Stem.read(stock.model, stock.inputs(*rows))
        found, expected = (
            grow_branches(stem, questions, shared, Scale(), stock.tokens.digits, weights) for stem in stems
        )
        plain = grow_branches(stems[0], questions, shared, Scale(), stock.tokens.digits)
    for one, other, without in zip(*(chain(*one) for one in (found, expected, plain)), strict=True):
        assert_alike(one, other.joint(Scale()), Scale())
        assert one.distribution(Scale()).expectation() != pytest.approx(
            without.distribution(Scale()).expectation(), abs=1e-3
        )


def test_states_of_the_videos_are_those_of_padded_rows(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]
) -> None:
    first, count = [len(row.prompt.before) for row in rows], [row.patches.tokens for row in rows]
    with torch.inference_mode():
        found = read(packing_tiny, rows).pooled(first, count)
        expected = Stem.read(stock.model, stock.inputs(*rows)).pooled(first, count)
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_language_model_reads_the_tokens_that_there_are(packing_tiny: Tiny, rows: list[VideoInput]) -> None:
    """Nothing is padded, and what stands before the video is read once."""
    seen: list[int] = []
    layer = packing_tiny.model.model.language_model.layers[0].mlp
    hook = layer.register_forward_hook(lambda _, given, __: seen.append(given[0].shape[:-1].numel()))
    try:
        with torch.inference_mode():
            read(packing_tiny, rows)
    finally:
        hook.remove()
    before = len(rows[0].prompt.before)
    assert before > 10
    assert seen == [before + sum(row.length - before for row in rows)]


def test_positions_are_those_of_each_prompt_by_itself(stock: Tiny, rows: list[VideoInput]) -> None:
    values: dict[str, Any] = {"normalization": stock.spec.normalization, "tokens_per_second": 2}
    inputs, packing = packed_inputs(rows, **values)
    for row, (start, end) in zip(rows, packing.spans, strict=True):
        own = [*range(packing.shared), *range(start, end)]
        assert torch.equal(inputs["position_ids"][:, 0, own], row.positions(2))
        assert inputs["input_ids"][0, own].tolist() == row.prompt.ids(row.patches.tokens)
        plain = stock.inputs(row)
        assert torch.equal(inputs["mm_token_type_ids"][0, own], plain["mm_token_type_ids"][0])
        assert torch.equal(inputs["position_ids"][:, 0, own], plain["position_ids"][:, 0])


def test_a_model_that_can_pack_reads_padded_rows_as_before(
    stock: Tiny, packing_tiny: Tiny, rows: list[VideoInput]
) -> None:
    with torch.inference_mode():
        plain, able = (Stem.read(tiny.model, tiny.inputs(*rows)).logits for tiny in (stock, packing_tiny))
    assert torch.equal(plain, able)


def test_the_rater_packs_a_qwen_and_gives_what_each_clip_gets_alone(
    tiny_folder: Path, clip_of: Callable[..., Any]
) -> None:
    rater: VlmRater = load_vlm_rater(str(tiny_folder), device="cpu")
    assert rater._loaded().packs
    clips = [clip_of(seed, height=40 + 30 * seed, count=2 + 2 * (seed % 2)) for seed in range(6)]
    items = [(rater.prepare(clip), "a fox" if number % 2 else None) for number, clip in enumerate(clips)]
    together = rater.rate(items)
    for item, outcome in zip(items, together, strict=True):
        (single,) = rater.rate([item])
        assert outcome.probabilities == pytest.approx(single.probabilities, abs=1e-5)  # type: ignore[union-attr]


@given(st.integers(0, 40), st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_every_token_is_of_one_prompt_or_of_all(shared: int, own: list[int]) -> None:
    packing = Packing(shared, tuple(own))
    seen = packing.visible("cpu")
    assert seen.shape == (len(own), packing.length)
    assert seen.sum(1).tolist() == [shared + one for one in own]
    assert seen[:, :shared].all()
    assert (seen[:, shared:].sum(0) == 1).all()
    for row, (start, end) in zip(seen, packing.spans, strict=True):
        assert row[start:end].all()


def test_a_call_of_packed_prompts_counts_no_padding(rows: list[VideoInput]) -> None:
    whole = Packing.of(rows).length
    assert whole < len(rows) * max(row.length for row in rows)
    assert [sorted(call) for call in calls(rows, whole, packed=True)] == [[0, 1, 2]]
    assert len(list(calls(rows, whole))) > 1
    assert len(list(calls(rows, whole - 1, packed=True))) > 1
    assert [len(call) for call in calls(rows, 1, packed=True)] == [1, 1, 1]
