"""What each scheme teaches, token by token, and what of it the loss sees."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny_qwen import tiny_tokenizer
from xl_vqa.cli.help_ja import HELP_JA
from xl_vqa.evaluation.scheme_texts import TEXTS, shown_variant
from xl_vqa.training import schemes
from xl_vqa.training.schemes import LEVELS, SCHEMES, Levels, mask_tail, scheme
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.vlm.tokens import TURN_END, PromptTokenizer
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale

DOCS = Path(__file__).parents[2] / "docs"
TOKENS = PromptTokenizer(tiny_tokenizer(), model="tiny")
scores = st.floats(1, 5)


@pytest.mark.parametrize(
    ("name", "mos", "text"),
    [
        ("integer", 3.67, "37"),
        ("integer", 3.45, "35"),
        ("integer", 1, "10"),
        ("integer", 5.0, "50"),
        ("decimal", 3.67, "3.67"),
        ("decimal", 1.005, "1.01"),
        ("decimal", 5, "5.00"),
        ("levels", 1.0, "bad"),
        ("levels", 1.79, "bad"),
        ("levels", 1.81, "poor"),
        ("levels", 3.0, "fair"),
        ("levels", 5.0, "excellent"),
    ],
)
def test_what_is_taught(name: str, mos: float, text: str) -> None:
    assert scheme(name).target_text(mos) == text


@given(scores, scores)
def test_a_better_video_is_never_taught_a_worse_answer(a: float, b: float) -> None:
    for name in SCHEMES:
        made = scheme(name)
        low, high = sorted((a, b))
        assert made.code(low) <= made.code(high)


@given(scores)
def test_an_answer_is_read_as_nearly_what_was_taught(mos: float) -> None:
    for name, off in (("integer", 0.05), ("decimal", 0.005), ("levels", 0.8)):
        made = scheme(name)
        assert abs(made.values[made.code(mos)] - mos) <= off + 1e-6


@pytest.mark.parametrize("name", SCHEMES)
def test_values_rise_and_texts_differ(name: str) -> None:
    made = scheme(name)
    assert list(made.values) == sorted(set(made.values))
    assert len(set(made.texts)) == len(made.texts)
    assert (made.values[0], made.values[-1]) == (1.0, pytest.approx(5.0))


def test_token_by_token_what_the_loss_sees_of_an_integer() -> None:
    target = scheme("integer").target(TOKENS, 3.67)
    three, seven = TOKENS.digits[3], TOKENS.digits[7]
    assert target.ids == (three, seven, TOKENS.control(TURN_END))
    assert target.labels == [three, seven, IGNORE]


def test_every_scheme_is_a_class_under_its_name_and_one_is_served() -> None:
    assert [(name, one.name) for name, one in SCHEMES.items()] == [(name, name) for name in SCHEMES]
    assert {one.name for one in SCHEMES.values() if one.served} == {"integer"}
    kinds = {name: one.kind for name, one in SCHEMES.items()}
    assert kinds.items() >= {"integer": "label", "decimal": "number", "levels": "word"}.items()
    assert set(kinds.values()) == {"label", "number", "word"}
    for name in SCHEMES:
        made = scheme(name)
        assert made.mos_of(made.code(3.0)) == pytest.approx(3.0)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_named_wherever_schemes_are(name: str) -> None:
    """In the reports of both languages, in the help, and on the pages."""
    assert name in TEXTS
    assert shown_variant((name, "expectation"), "ja").split(" / ")[0] == TEXTS[name][1]
    (english,) = (text for text in HELP_JA if text.startswith("integer, decimal"))
    assert name in english
    assert name in HELP_JA[english]
    page = (DOCS / "fine-tuning.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{name}`[ |]", page, re.MULTILINE)


def test_a_new_scheme_is_a_class_and_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Verdicts(Levels):
        """Good or bad."""

        __slots__ = ()
        name = "verdicts"

        @classmethod
        def of(cls, scale: Scale, digits: int | None) -> Verdicts:
            return cls(scale, ("bad", "good"), (2.0, 4.0))

        def _place(self, mos: float) -> int:
            return int(mos >= 3)

    monkeypatch.setitem(SCHEMES, "verdicts", Verdicts)
    made = scheme("verdicts")
    assert made.target(TOKENS, 3.5).labels == [*TOKENS.plain("good"), IGNORE]
    assert made.readable(TOKENS)[1] == [2.0, 4.0]


def test_one_mask_makes_every_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a batch, too, whose answers are not alike in length: rows end together."""
    targets = [scheme("levels").target(TOKENS, mos) for mos in (1.0, 3.0, 5.0)]
    tail = max(len(target.ids) for target in targets) + 2
    whole = mask_tail(targets, tail)
    for row, target in enumerate(targets):
        assert whole[row].tolist() == [IGNORE] * (tail - len(target.ids)) + target.labels
    monkeypatch.setattr(schemes, "digit_targets", lambda ids, *_, **__: ids * 0 - 7)
    assert set(mask_tail(targets, tail).flatten().tolist()) == {-7}
    assert set(targets[0].labels) == {-7}


def test_the_third_digit_is_written_and_not_taught() -> None:
    made = scheme("integer", Scale(label_min=100, label_max=500), digits=2)
    target = made.target(TOKENS, 3.67)
    three, six, seven = (TOKENS.digits[d] for d in (3, 6, 7))
    assert target.ids == (three, six, seven, TOKENS.control(TURN_END))
    assert target.labels == [three, six, IGNORE, IGNORE]


def test_answers_that_differ_in_a_masked_digit_are_read_as_one() -> None:
    made = scheme("integer", Scale(label_min=100, label_max=500), digits=2)
    answers, values = made.readable(TOKENS)
    assert len(answers) == 41
    assert all(len(answer) == 2 for answer in answers)
    # 360..369 together
    assert values[26] == pytest.approx(3.645)
    assert values == sorted(values)


@pytest.mark.parametrize("name", ["decimal", "levels"])
def test_the_whole_of_other_answers_counts_but_for_the_end(name: str) -> None:
    target = scheme(name).target(TOKENS, 3.67)
    assert target.labels[:-1] == list(target.ids[:-1])
    assert target.labels[-1] == IGNORE
    assert target.ids[-1] == TOKENS.control(TURN_END)


@given(st.floats(-10, 10), st.floats(0.5, 90))
def test_decimals_of_any_range_have_one_width(low: float, span: float) -> None:
    low, high = round(abs(low), 2), round(abs(low) + span, 2)
    texts = scheme("decimal", Scale(mos_min=low, mos_max=high)).texts
    assert len({len(text) for text in texts}) == 1
    assert math.isclose(float(texts[-1]), high, abs_tol=0.006)


def test_the_question_names_the_answer() -> None:
    assert "from 10 (bad) to 50 (excellent)" in scheme("integer").question
    assert "from 1.00 (bad) to 5.00 (excellent)" in scheme("decimal").question
    assert all(word in scheme("levels").question for word in LEVELS)


def test_what_is_no_scheme() -> None:
    with pytest.raises(ScaleError, match="integer, decimal, levels"):
        scheme("words")
    with pytest.raises(ScaleError, match="digits"):
        scheme("integer", digits=0)
    for name in SCHEMES:
        for mos in (0.99, 5.01, math.nan):
            with pytest.raises(ScaleError):
                scheme(name).code(mos)
