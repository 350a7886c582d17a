"""A term has one translation wherever it stands: catalogue, menu, help, template, report (docs/translating.md)."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from tests.core.sentences import Pair, everything
from tests.core.sources import PACKAGE
from xl_vqa.sheets.columns import COLUMNS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
JAPANESE_PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs" / "guides" / "ja").glob("*.md")))
HEADING_WORDS: Final = 4
LISTS: Final = (
    "datasets/headers.py",
    "datasets/score_columns.py",
    "evaluation/tables.py",
    "evaluation/selection.py",
    "workbooks/find_columns.py",
)
"""No texts for people: what is found in their tables."""
EARLIER: Final = {("sheets/columns.py", *column.earlier) for column in COLUMNS if column.earlier}
"""Headings that stand in sheets of earlier versions, and must be known again."""


def rows(title: str) -> list[list[str]]:
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str, between: str) -> list[str]:
    return [name.strip() for name in cell.split(between) if name.strip()]


TERMS: Final = rows("Terms")
MEANINGS: Final = {
    row[0].casefold().rstrip("."): names(row[1], "、") for row in rows("Words with more than one meaning")
}

SHORT: Final = names(PAGE.partition("Never, wherever:")[2].partition(" without")[0].replace("\n", ""), "、")


def texts() -> list[Pair]:
    found = (pair for pair in everything() if not pair.where.startswith(LISTS))
    return [pair for pair in found if (pair.where.partition(":")[0], pair.en, pair.ja) not in EARLIER]


def plain(english: str) -> str:
    """Without what is typed or filled in: fields, commands and options, names with dots or low lines."""
    return re.sub(r"\{[^}]*\}|'[^']*'|`[^`]*`|--[\w-]+|=\w+\S*|\w*_\w+|\b\w+\.\w+", " ", english)


def speaks_of(english: str, term: str) -> bool:
    return re.search(rf"\b{re.escape(term)}s?\b", plain(english), re.IGNORECASE) is not None


def has(japanese: str, word: str) -> bool:
    """Whether it says ``word``; a loan word is no part of a longer one (コマ is not in コマンド)."""
    if re.fullmatch("[ァ-ヶー]+", word):
        return re.search(f"(?<![ァ-ヶー]){word}(?![ァ-ヶー])", japanese) is not None
    return word in japanese


def wrong_terms(pair: Pair, row: list[str]) -> str | None:
    terms, japanese, never = names(row[0], ","), row[1], names(row[2], "、")
    if not any(speaks_of(pair.en, term) for term in terms):
        return None
    rest = pair.ja.replace(japanese, "")
    for word in never:
        if has(rest, word):
            return f"{pair.where}: {pair.en!r} has {word} in place of {japanese}: {pair.ja!r}"
    is_heading = len(plain(pair.en).split()) <= HEADING_WORDS and not pair.en.strip().endswith(".")
    if is_heading:
        return None if japanese in pair.ja else f"{pair.where}: {pair.en!r} is not {japanese}: {pair.ja!r}"
    return None


def test_enough_is_looked_at() -> None:
    rooms = {pair.where.split("/")[0] for pair in texts()}
    assert len(texts()) > 1500
    for room in (
        "bridge",
        "calc",
        "cli",
        "datasets",
        "evaluation",
        "excel",
        "host",
        "sheets",
        "training",
        "video",
    ):
        assert room in rooms
    assert {"vlm", "words", "workbooks", "worksheet"} <= rooms
    for file in (
        "cli/help_ja.py",
        "cli/doctor_checks.py",
        "excel/ribbon_texts.py",
        "workbooks/templates/words_kpi.py",
    ):
        assert any(pair.where.startswith(file) for pair in texts()), file


@pytest.mark.parametrize("row", TERMS, ids=[row[0] for row in TERMS])
def test_a_term_has_one_translation(row: list[str]) -> None:
    assert len(row) == 4
    wrong = [found for pair in texts() if (found := wrong_terms(pair, row)) is not None]
    assert not wrong, "\n".join(wrong)
    # a term that nobody uses says nothing
    assert any(
        row[1] in pair.ja and any(speaks_of(pair.en, term) for term in names(row[0], ",")) for pair in texts()
    )


def test_the_same_words_are_the_same_words() -> None:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in texts():
        english = pair.en.strip(" .:").casefold()
        found[english].setdefault(pair.ja.strip(" 。:"), pair.where)
    wrong = {
        english: said
        for english, said in found.items()
        if len(said) > 1 and not set(said) <= set(MEANINGS.get(english, ()))
    }
    assert not wrong, "\n".join(f"{english!r}: {said}" for english, said in wrong.items())
    # and no row of the page is left over
    assert {english for english in MEANINGS if len(found[english]) < 2} <= {"labels"}


def test_long_vowels_are_written() -> None:
    assert len(SHORT) > 8
    wrong = [
        f"{pair.where}: {pair.ja!r}"
        for pair in texts()
        for word in SHORT
        if re.search(rf"{word}(?![ーァ-ヶ])", pair.ja)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("english", "japanese", "term"),
    [
        ("the bands", "帯とバンド", "band"),
        ("Band", "評価", "band"),
        ("Pick another folder.", "別のディレクトリを選んでください。", "folder"),
    ],
)
def test_another_word_is_found(english: str, japanese: str, term: str) -> None:
    row = next(row for row in TERMS if term in names(row[0], ","))
    assert wrong_terms(Pair("x", english, japanese), row) is not None


def test_names_that_are_typed_are_no_terms() -> None:
    assert not speaks_of("set band_thresholds, or --band, or 'band'", "band")
    assert speaks_of("three bands of {x}", "band")


def test_every_pair_has_the_same_fields() -> None:
    wrong = []
    for pair in texts():
        fields = [sorted(set(re.findall(r"(?<!\{)\{(\w+)[^{}]*\}", text))) for text in (pair.en, pair.ja)]
        if fields[0] != fields[1]:
            wrong.append(f"{pair.where}: {pair.en!r} / {pair.ja!r}")
    assert not wrong, "\n".join(wrong)


def test_the_page_names_what_is_there() -> None:
    for path in re.findall(r"`(?:xl_vqa/)?((?:cli|worksheet|excel|calc|workbooks)/[\w/*]+\.py)`", PAGE):
        assert list(PACKAGE.glob(path)), path


@pytest.mark.parametrize("page", JAPANESE_PAGES, ids=lambda page: page.name)
def test_the_japanese_pages_speak_alike(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for row in TERMS:
        rest = text.replace(row[1], "")
        assert [word for word in names(row[2], "、") if has(rest, word)] == [], row[1]
    assert [word for word in SHORT if re.search(rf"{word}(?![ーァ-ヶ])", text)] == []
