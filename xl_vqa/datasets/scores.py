"""One cell becomes one score: numbers as people write them, and the words of the ACR and DCR scales.

Pure: standard library and the scale.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from xl_vqa.labels import Scale

# What stands in a cell where nobody gave a score.
BLANKS: Final = frozenset(
    "|-|--|---|―|ー|—|–|_|.|/|nan|na|n/a|#n/a|null|none|nil|missing|no answer|not rated"
    "|未|未評価|未回答|未記入|無回答|欠損|欠測|欠席|なし|無し|該当なし|空白".split("|")
)

# Category 1..5 of ITU-T P.910: quality words (ACR) and impairment words (DCR), English and Japanese.
# Words of other scales (very good, 優, 可) are left out: their place on five categories would be a guess.
_WORDS: Final = {
    5: "excellent|imperceptible|非常に良い|非常によい|とても良い|とてもよい|大変良い|たいへん良い"
    "|劣化がわからない|劣化が分からない|劣化が認められない",
    4: "good|perceptible but not annoying|perceptible, but not annoying|良い|よい"
    "|劣化がわかるが気にならない|劣化が分かるが気にならない",
    3: "fair|slightly annoying|普通|ふつう|まあまあ|どちらとも言えない|どちらともいえない"
    "|劣化が気になるが邪魔にならない|やや邪魔になる",
    2: "poor|annoying|悪い|わるい|劣化が邪魔になる|邪魔になる",
    1: "bad|very annoying|非常に悪い|非常にわるい|とても悪い|とてもわるい|大変悪い|たいへん悪い"
    "|劣化が非常に邪魔になる|非常に邪魔になる",
}
CATEGORY_OF_WORD: Final[Mapping[str, int]] = {
    word: category for category, words in _WORDS.items() for word in words.split("|")
}

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:e[+-]?[0-9]+)?")
_WITH_UNIT: Final = re.compile(rf"({_NUMBER.pattern})\s*(?:点|pts?\.?|points?)")
_NUMBER_THEN_WORD: Final = re.compile(r"([1-5])\s*[-:=.)\]|_ ]?\s*[(\[]?\s*([^0-9()\[\]]+?)\s*[)\]]?")
_WORD_THEN_NUMBER: Final = re.compile(r"([^0-9()\[\]]+?)\s*[-:=]?\s*[(\[]?\s*([1-5])\s*[)\]]?")
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-"})


class NotAScoreError(ValueError):
    """The cell holds something that is neither a score nor empty; the text is in ``args[0]``."""


def parse_score(cell: Any, scale: Scale) -> float | None:
    """The score in a cell, None where the cell is empty or says that there is none.

    Numbers may be text ("4.0"), full-width ("４"), have a decimal comma ("3,5") or a unit ("4点"). Category
    words give the categories 1..5, spread evenly over the scale's MOS range. Range is not checked here.
    Raises NotAScoreError for anything else: other words, dates, TRUE, Excel's error values.
    """
    if cell is None:
        return None
    if isinstance(cell, bool):
        raise NotAScoreError(str(cell).upper())
    if isinstance(cell, (int, float)):
        value = float(cell)
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise NotAScoreError(str(cell))
        return value
    if not isinstance(cell, str):
        # a date: Excel turns "4/5" into one
        raise NotAScoreError(str(cell))
    return _parse_text(cell, scale)


def _parse_text(cell: str, scale: Scale) -> float | None:
    text = plain(cell)
    if text in BLANKS:
        return None
    match = _NUMBER.fullmatch(text) or _WITH_UNIT.fullmatch(text)
    if match:
        value = float((match[1] if match.re is _WITH_UNIT else match[0]).replace(",", "."))
        if math.isinf(value):
            raise NotAScoreError(cell.strip())
        return value
    category = CATEGORY_OF_WORD.get(text)
    if category is None:
        # "5: Excellent", "良い(4)": accepted where number and word agree
        both = _NUMBER_THEN_WORD.fullmatch(text)
        number, word = (both[1], both[2]) if both else ("", "")
        if not both and (both := _WORD_THEN_NUMBER.fullmatch(text)):
            number, word = both[2], both[1]
        if both and CATEGORY_OF_WORD.get(word) == int(number):
            category = int(number)
    if category is None:
        raise NotAScoreError(cell.strip())
    return category_score(category, scale)


def category_score(category: int, scale: Scale) -> float:
    """Category 1..5 on the scale's MOS range: the category itself on 1..5."""
    return round(scale.mos_min + (category - 1) / 4 * (scale.mos_max - scale.mos_min), 9)


def plain(text: str) -> str:
    """Full-width letters made half-width, case folded, spaces at the ends and double spaces removed."""
    # NFKC turns ４．５ into 4.5 and ④ into 4, but leaves the minus signs of Japanese keyboards
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).casefold().split()).strip("'\"")
