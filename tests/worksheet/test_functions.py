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


VBA_KEYWORDS = frozenset(
    (
        "addressof and any as attribute boolean byref byte byval call case cdbl const currency date debug "
        "decimal declare dim do double each else empty end enum erase error event exit false for friend "
        "function get global goto if imp implements in input integer is let like line lock long loop lset me "
        "mod new next not nothing null on open option optional or paramarray preserve print private property "
        "public put raiseevent redim rem resume return rset seek select set shared single static stop string "
        "sub then to true type until variant wend while with write xor"
    ).split()
)
"""Of MS-VBAL 3.3.5.2."""


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
    # words that VBA keeps for itself: one of them as an argument, and Excel reads none of the module
    assert not {argument.name for argument in arguments} & VBA_KEYWORDS
    assert function.required == flags.count(False)  # type: ignore[attr-defined]
