"""Any text becomes tokens; every digit is one; the same prompt gives the same ids."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from starter.fit.spec import PROMPT
from starter.fit.tokenizer import SPECIAL, build_tokenizer
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.tokens import PromptTokenizer

TOKENIZER = build_tokenizer(PROMPT)


def ids_of(text: str, tokenizer: PreTrainedTokenizerFast = TOKENIZER) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_becomes_known_tokens(text: str) -> None:
    plain = PromptTokenizer(TOKENIZER, model="starter")
    assert all(0 <= token < len(TOKENIZER) for token in plain.plain(text))
    assert bool(plain.plain(text)) == bool(text)


@pytest.mark.parametrize("text", ["猫が夕日の海を走る 123", "a cat\n<|im_end|>", "🎬 \t x", "naïve"])
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert TOKENIZER.decode(ids_of(text), skip_special_tokens=False) == text


def test_every_digit_is_one_token_everywhere() -> None:
    digits = [ids_of(d) for d in "0123456789"]
    assert all(len(d) == 1 for d in digits)
    assert ids_of("10 to 50") == [*digits[1], *digits[0], *ids_of(" to"), *ids_of(" "), *digits[5], *digits[0]]


def test_the_prompt_is_short() -> None:
    prompt = build_prompt(PromptTokenizer(TOKENIZER, model="starter"), PROMPT)
    assert len(prompt.before) + len(prompt.after) < 30


def test_it_is_built_alike_and_survives_saving(tmp_path: Path) -> None:
    TOKENIZER.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    again = build_tokenizer(PROMPT)
    assert loaded.get_vocab() == TOKENIZER.get_vocab() == again.get_vocab()
    for text in ("Quality, 10 to 50?", "日本語 37", *SPECIAL):
        assert ids_of(text, loaded) == ids_of(text)
    assert [len(ids_of(token)) for token in SPECIAL] == [1] * len(SPECIAL)
