"""The declarations: complete, in both languages, in step with their evaluation."""

from __future__ import annotations

import re

import pytest

from xl_vqa.worksheet.functions import BY_NAME, CATEGORY, FUNCTIONS, Words


def test_every_function_of_the_product_is_declared() -> None:
    assert set(BY_NAME) == {
        "VQA_SCORE", "VQA_MOS", "VQA_BAND", "VQA_CONFIDENCE", "VQA_LABEL", "VQA_ERROR", "VQA_STATUS",
        "VQA_DECISION", "VQA_RANK", "VQA_LOW", "VQA_HIGH", "VQA_ATTRIBUTE", "VQA_WHY",
    }  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_help_is_there_in_both_languages(function: object) -> None:
    texts: list[Words] = [function.help, *(a.help for a in function.arguments), CATEGORY]  # type: ignore[attr-defined]
    for words in texts:
        assert words.en
        assert re.search(r"[぀-ヿ一-鿿]", words.ja)
        assert words.of("ja") == words.ja
        assert words.of("fr") == words.en


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_optional_arguments_come_last_and_names_are_identifiers(function: object) -> None:
    arguments = function.arguments  # type: ignore[attr-defined]
    flags = [argument.optional for argument in arguments]
    assert flags == sorted(flags)
    assert all(re.fullmatch(r"[a-z]+", argument.name) for argument in arguments)
    assert function.required == flags.count(False)  # type: ignore[attr-defined]
