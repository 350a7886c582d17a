"""Schemes on the starter: the tree of any answers, and what the loss sees of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from starter.fit import schemes, training
from starter.fit.comparison import answers_of
from starter.fit.schemes import Answered
from starter.fit.tokenizer import build_tokenizer
from starter.fit.training import FitOptions, Prompts
from tests.starter.fit.test_training import SPEC, made_up, new_model
from xl_vqa.training.scheme_names import integer_name, named_scheme
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.vlm.answers import AnswerTree, ancestry
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale

SCALE = Scale()


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts(PromptTokenizer(build_tokenizer(SPEC.prompt), model="starter"), SPEC)


def tree_of(prompts: Prompts, name: str) -> AnswerTree:
    return answers_of(named_scheme(name, SCALE), prompts.tokenizer)[0]


def test_the_tree_of_integer_labels_is_the_digit_tree(prompts: Prompts) -> None:
    model = new_model()
    items, _ = made_up(6, 1)
    ours = schemes.answer(model, prompts, tree_of(prompts, "integer"), items)
    theirs = training.predict(model, prompts, items)
    values = answers_of(named_scheme("integer", SCALE), prompts.tokenizer)[1]
    for row, other in enumerate(theirs):
        assert ours.probabilities[row] == pytest.approx(other.probabilities, abs=1e-6)
        assert 1 - ours.joint[row].sum() == pytest.approx(other.off_digit_mass, abs=1e-6)
    for decoding in ("expectation", "median", "greedy"):
        labels = [other.decode(decoding) for other in theirs]
        expected = [SCALE.to_mos(label) for label in labels]
        assert ours.decode(decoding, values) == pytest.approx(expected, abs=1e-5), decoding


@pytest.mark.parametrize("name", ["decimal", "levels"])
def test_the_tree_of_any_answers_equals_asking_for_each(prompts: Prompts, name: str) -> None:
    """Brute force: every answer goes through the model whole, one by one."""
    model = new_model(1).eval()
    items, _ = made_up(2, 2)
    tree = tree_of(prompts, name)
    joint = schemes.answer(model, prompts, tree, items).joint
    with torch.inference_mode():
        for row, item in enumerate(items):
            embeds, positions = training.embedded(model, prompts.plain, [item])
            for k in range(0, len(tree.answers), 29):
                ids = torch.tensor([tree.answers[k]])
                steps = positions[:, :, -1:] + 1 + torch.arange(ids.shape[1])
                logits = model(
                    inputs_embeds=torch.cat([embeds, model.get_input_embeddings()(ids)], dim=1),
                    position_ids=torch.cat([positions, steps], dim=2),
                ).logits.float()
                logs = logits[0, -ids.shape[1] - 1 : -1].log_softmax(-1)
                brute = float(logs.gather(1, ids[0][:, None]).sum().exp())
                assert joint[row, k] == pytest.approx(brute, rel=1e-4)


def test_only_counted_tokens_are_targets() -> None:
    tree = AnswerTree.of([(1, 2, 3), (1, 2, 4), (5, 6)], [2, 2, 1])
    ids, targets = schemes.targets_of(tree, [1, 2])
    assert ids.tolist() == [[1, 2, 4], [5, 6, 0]]
    assert targets.tolist() == [[1, 2, IGNORE], [5, IGNORE, IGNORE]]
    assert tree.nodes == ((), (1,), (5,), (1, 2))
    assert ancestry(tree.nodes[1:], tree.nodes[1:]).tolist() == [
        [True, False, False],
        [False, True, False],
        [True, False, True],
    ]
    with pytest.raises(ValueError, match="beginning"):
        AnswerTree.of([(1,), (1, 2)], [1, 2])


def test_a_token_that_is_not_counted_moves_no_weight(prompts: Prompts) -> None:
    items, mos = made_up(8, 3)
    decimal = named_scheme("decimal", SCALE)
    texts = decimal.texts
    tokens = [prompts.tokenizer.plain(text) for text in texts]
    other = [prompts.tokenizer.plain(text[:-1] + str(9 - int(text[-1]))) for text in texts]
    options = FitOptions(epochs=1, batch=4, tokens=6)
    gradients = []
    for answers in (tokens, other):
        # the last digit is masked: whatever stands there, the weights learn the same
        tree = AnswerTree.of(answers, [3] * len(answers))
        model = new_model(5)
        training.standardise(model, items)
        chosen = [decimal.code(value) for value in mos[:4]]
        same_grid = [item for item in items if item.grid == items[0].grid][:4]
        loss = schemes._loss(model, prompts, tree, same_grid, chosen, options, np.random.default_rng(0))
        loss.backward()  # type: ignore[no-untyped-call]
        gradients.append({n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None})
    # the masked digit is an input of nothing that is judged, so not even its embedding moves
    for name, gradient in gradients[0].items():
        assert torch.equal(gradient, gradients[1][name]), name


def test_names_of_schemes_and_masked_digits(prompts: Prompts) -> None:
    assert named_scheme("decimal", SCALE).name == "decimal"
    masked = named_scheme(integer_name(100, 500, 2), SCALE)
    assert masked.target_text(3.666) == "367"
    tree, values, code = answers_of(masked, prompts.tokenizer)
    # 36x is one answer, read as the mean of 360 .. 369
    assert len(tree.answers) == 41
    assert values[code(3.666)] == pytest.approx(3.645)
    assert values[code(5.0)] == 5.0
    assert len(answers_of(named_scheme("integer@100-500", SCALE), prompts.tokenizer)[0].answers) == 401
    for name in ("roman", "integer@50-10/2", "integer@10-50/0"):
        with pytest.raises(ScaleError):
            named_scheme(name, SCALE)


def test_a_scheme_learns_and_a_seed_repeats(prompts: Prompts) -> None:
    tree, values, code = answers_of(named_scheme("levels", SCALE), prompts.tokenizer)
    train, validation = made_up(64, 1), made_up(24, 2)
    options = FitOptions(epochs=8, batch=16, tokens=4, learning_rate=5e-3, label_noise=0.0)
    found = []
    for _ in range(2):
        shares: list[float] = []
        model = new_model(3)
        best = schemes.fit(model, prompts, tree, code, values, train, validation, options, shares.append)
        assert 1 <= best <= 8
        assert shares[-1] == 1.0
        found.append(schemes.answer(model, prompts, tree, validation[0]).decode("expectation", values))
    assert np.array_equal(*found)
    assert np.corrcoef(found[0], validation[1])[0, 1] > 0.3


def test_decodings() -> None:
    answered = Answered(np.array([[0.2, 0.1, 0.1], [0.0, 0.1, 0.3]]), np.array([0, 2]))
    values = np.array([1.0, 3.0, 5.0])
    assert answered.decode("expectation", values) == pytest.approx([2.5, 4.5])
    assert answered.decode("median", values).tolist() == [1.0, 5.0]
    assert answered.decode("greedy", values).tolist() == [1.0, 5.0]
    assert dataclasses.replace(answered).probabilities.sum(axis=1) == pytest.approx([1, 1])
    with pytest.raises(ValueError, match="mode"):
        answered.decode("mode", values)
