"""One cell becomes one score: numbers as people write them, the words of ACR and DCR scales, the user's own map.

Pure: standard library and the scale.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason

# What stands in a cell where nobody gave a score.
BLANKS: Final = frozenset(
    "|-|--|---|―|ー|—|–|_|.|/|nan|na|n/a|n.a.|n.a|#n/a|nd|null|none|nil|missing|no answer|no rating|no score"
    "|no data|not rated|unrated|skip|skipped|absent"
    "|未|未評価|未回答|未記入|未視聴|無回答|欠|欠損|欠測|欠席|なし|無|無し|該当なし|空白|不明|棄権|評価なし|回答なし".split(
        "|"
    )
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
# "4.20 ± 0.31", "4.20 [3.89, 4.51]", "4.20 (3.89-4.51)", "4.20 (n=24)", "4.2点(24名)"
_WITH_SPREAD: Final = re.compile(
    rf"({_NUMBER.pattern})\s*点?\s*(?:(?:±|\+/-|\+-)\s*{_NUMBER.pattern}"
    rf"|[\[(]\s*{_NUMBER.pattern}\s*[,;–~-]\s*{_NUMBER.pattern}\s*[\])]"
    rf"|[\[(]\s*(?:(?:n|sd|std)\s*[=:]?\s*{_NUMBER.pattern}|±\s*{_NUMBER.pattern}"
    r"|[0-9]+\s*(?:名|人|票|件|raters?|people|votes?|ratings?))\s*[\])])"
)
_INTERVAL: Final = re.compile(
    rf"[\[(]?\s*({_NUMBER.pattern})\s*(?:[;–~〜-]|,\s|to|から)\s*({_NUMBER.pattern})\s*[\])]?"
)
# "4/5", "4 of 5"; "3 stars", "4*", "4つ星"; "80%"
_OUT_OF: Final = re.compile(
    rf"({_NUMBER.pattern})\s*(?:/|of|out of|中)\s*([0-9]+(?:\.[0-9]+)?)(?:\s*(?:stars?|点|points?))?"
)
_STARRED: Final = re.compile(
    rf"({_NUMBER.pattern})\s*(?:\*|★|☆|-?\s*stars?|つ星|個星|星)|[★☆]\s*({_NUMBER.pattern})"
)
_STARS: Final = re.compile(r"(★+|\*+)(☆*)")
_PERCENT: Final = re.compile(rf"({_NUMBER.pattern})\s*(?:%|percent|パーセント)")
_NUMBER_THEN_WORD: Final = re.compile(r"([1-5])\s*[-:=.)\]|_ ]?\s*[(\[]?\s*([^0-9()\[\]]+?)\s*[)\]]?")
_WORD_THEN_NUMBER: Final = re.compile(r"([^0-9()\[\]]+?)\s*[-:=]?\s*[(\[]?\s*([1-5])\s*[)\]]?")
# minus signs; the star of phones, and what asks for its coloured form
SIGNS: Final = str.maketrans(
    {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2b50": "★", "\ufe0f": ""}
)
_TWO_SCORES: Final = re.compile(r"([1-9])\s*[,、]\s*([0-9])")
# digits in circles that NFKC leaves as they are: ❶ ➀ ➊ ⓵
_CIRCLED: Final = {first + k: str(k + 1) for first in (0x2776, 0x2780, 0x278A, 0x24F5) for k in range(10)}


class NotAScoreError(ValueError):
    """The cell holds something that is neither a score nor empty; the text is in ``args[0]``."""


def parse_score(cell: Any, scale: Scale, mapping: Mapping[str, float | None] | None = None) -> float | None:
    """The score in a cell, None where the cell is empty or says that there is none.

    Numbers may be text ("4.0"), full-width ("４"), have a decimal comma ("3,5"), a unit ("4点"), stars ("4*",
    "★★★☆☆") or the end of the scale beside them ("4/5"). Category words give the categories 1..5, spread evenly
    over the scale's MOS range. ``mapping`` comes first: what the user says that a text (as ``plain`` gives it) is
    worth, None for no score. Range is not checked here.
    Raises NotAScoreError for anything else: other words, percents on another scale, dates, TRUE, Excel's errors.
    """
    if cell is None:
        return None
    if mapping and (key := mapping_key(cell)) in mapping:
        return mapping[key]
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


def interval_of(cell: Any) -> tuple[float, float] | None:
    """The two ends of an interval in one cell ("[3.1, 3.9]", "3.1-3.9"), the lower one first; None for anything
    else."""
    found = _INTERVAL.fullmatch(plain(cell)) if isinstance(cell, str) else None
    if found is None:
        return None
    low, high = _as_number(found[1]), _as_number(found[2])
    return (low, high) if low <= high else None


def is_two_scores(cell: Any, scale: Scale) -> bool:
    """Whether a text may be two scores in one cell as well as a decimal: "4,3"."""
    found = _TWO_SCORES.fullmatch(plain(cell)) if isinstance(cell, str) else None
    return found is not None and all(scale.mos_min <= float(part) <= scale.mos_max for part in found.groups())


def commas_part_scores(cells: Iterable[Any], scale: Scale) -> bool:
    """Whether "4,3" cannot be taken for a decimal: most cells are whole scores, and none is a decimal for sure.

    Half points (``3,5`` alone) are decimals.
    """
    doubtful, whole = 0, 0
    other_than_half = False
    for cell in cells:
        if is_two_scores(cell, scale):
            doubtful += 1
            other_than_half = other_than_half or not plain(cell).endswith("5")
            continue
        try:
            value = parse_score(cell, scale)
        except NotAScoreError:
            continue
        if value is not None and not value.is_integer():
            return False
        whole += value is not None
    return other_than_half and doubtful < whole


def is_asterisks(cell: Any) -> bool:
    """Whether a cell is asterisks alone: stars for a score, or the mark of a note."""
    return isinstance(cell, str) and re.fullmatch(r"\*+", plain(cell)) is not None


def asterisks_are_notes(cells: Iterable[Any]) -> bool:
    """Whether asterisks point to notes: they stand in the fewer of the cells."""
    filled = [cell for cell in cells if cell is not None and cell != ""]
    return 2 * sum(map(is_asterisks, filled)) < len(filled)


def is_blank(cell: Any, scale: Scale, mapping: Mapping[str, float | None] | None = None) -> bool:
    """Whether a cell is empty or says that there is no score."""
    try:
        return parse_score(cell, scale, mapping) is None
    except NotAScoreError:
        return False


def states_end(cell: Any, scale: Scale) -> bool:
    """Whether a score names the end of the scale with it: "3/5", "★★★☆☆"."""
    if not isinstance(cell, str):
        return False
    text = plain(cell)
    if match := _OUT_OF.fullmatch(text):
        return float(match[2]) == scale.mos_max
    stars = _STARS.fullmatch(text)
    return bool(stars and stars[2]) and len(text) == scale.mos_max


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
    if match := _WITH_SPREAD.fullmatch(text):
        return _as_number(match[1])
    if (fitting := _with_scale(text, scale)) is not None:
        return fitting
    # "Fair.", "悪い。"
    category = CATEGORY_OF_WORD.get(text.rstrip(".!。 "))
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


def _with_scale(text: str, scale: Scale) -> float | None:
    """ "4/5", "★★★☆☆", "80%" where they fit the scale: five stars on 1..5, percents on 0..100 (or 0..1)."""
    if match := _OUT_OF.fullmatch(text):
        return _as_number(match[1]) if float(match[2]) == scale.mos_max else None
    if match := _STARRED.fullmatch(text):
        return _as_number(match[1] or match[2])
    if match := _STARS.fullmatch(text):
        padded = len(text) if match[2] else scale.mos_max
        return float(len(match[1])) if padded == scale.mos_max else None
    if match := _PERCENT.fullmatch(text):
        share = _as_number(match[1])
        if scale.mos_min == 0 and scale.mos_max in (1, 100):
            return share if scale.mos_max == 100 else share / 100
    return None


def _as_number(text: str) -> float:
    return float(text.replace(",", "."))


def category_score(category: int, scale: Scale) -> float:
    """Category 1..5 on the scale's MOS range: the category itself on 1..5."""
    return round(scale.mos_min + (category - 1) / 4 * (scale.mos_max - scale.mos_min), 9)


def plain(text: str) -> str:
    """Full-width letters made half-width, case folded, spaces at the ends and double spaces removed."""
    # NFKC turns ４．５ into 4.5 and ④ into 4, but leaves the minus signs of Japanese keyboards
    folded = unicodedata.normalize("NFKC", text.translate(_CIRCLED)).translate(SIGNS).casefold()
    return " ".join(folded.split()).strip("'\"")


def mapping_key(cell: Any) -> str:
    """What a cell is called in a mapping: its text as ``plain`` gives it, a number without a needless point."""
    return f"{cell:g}" if isinstance(cell, (int, float)) and not isinstance(cell, bool) else plain(str(cell))


def parse_mapping(text: str) -> dict[str, float | None]:
    """``◎=5,○=4,n/a=`` as a mapping for ``parse_score``; nothing after = means no score.

    Raises ValueError for text that is not like that.
    """
    found: dict[str, float | None] = {}
    for part in re.split(r"[,，、;]", text):
        if not part.strip():
            continue
        word, equals, value = unicodedata.normalize("NFKC", part).rpartition("=")
        if not equals or not plain(word):
            raise ValueError(Reason("form_unlike", value=repr(part.strip()), form="◎=5"))
        try:
            found[plain(word)] = float(value) if value.strip() else None
        except ValueError:
            raise ValueError(Reason("map_no_number", value=repr(value.strip()), part=repr(part.strip()))) from None
    if not found:
        raise ValueError(Reason("map_empty"))
    return found
