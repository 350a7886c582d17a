"""Marks and letters that people grade with (◎○△×, A to E, 優良可): an order, but no numbers anybody agreed on.

They become scores only by the user's ``--map``; what is here finds them and proposes maps to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from xl_vqa.datasets.scores import BLANKS, CATEGORY_OF_WORD, category_score, mapping_key, plain
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Scale

# One mark has many code points.
_SAME: Final = {
    **dict.fromkeys("〇◯⚪❍o", "○"),
    **dict.fromkeys("✕✖✗✘╳☓x", "×"),
    **dict.fromkeys("⦾⊚☉", "◎"),
    **dict.fromkeys("▵⃤", "△"),
    **dict.fromkeys("▼▽", "▲"),
}
# What is let pass, and what is not: as often a mark of something else, and so only where nothing else is a score.
_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("ok", "ng"),
    ("yes", "no"),
    ("pass", "fail"),
    ("可", "不可"),
    ("合格", "不合格"),
    ("はい", "いいえ"),
    ("like", "dislike"),
    ("acceptable", "unacceptable"),
    ("👍", "👎"),
)
# Best first.
_ALPHABETS: Final[tuple[tuple[str, ...], ...]] = (
    ("◎", "○", "△", "×"),
    ("◎", "○", "△", "▲", "×"),
    ("○", "△", "×"),
    ("s", "a", "b", "c", "d"),
    ("a", "b", "c", "d", "e"),
    ("a", "b", "c", "d", "f"),
    ("a", "b", "c", "d"),
    ("a", "b", "c"),
    ("秀", "優", "良", "可", "不可"),
    ("優", "良", "可", "不可"),
    ("優", "良", "可"),
    ("上", "中", "下"),
    ("松", "竹", "梅"),
    ("甲", "乙", "丙", "丁"),
    ("very good", "good", "fair", "poor", "very poor"),
    ("very good", "good", "average", "poor", "very poor"),
    ("very good", "good", "ok", "bad", "very bad"),
    ("very good", "good", "neutral", "bad", "very bad"),
    ("high", "medium", "low"),
    ("good", "medium", "bad"),
    ("良い", "やや良い", "普通", "やや悪い", "悪い"),
    ("とても良い", "やや良い", "普通", "やや悪い", "とても悪い"),
    ("高", "中", "低"),
    ("とても満足", "満足", "普通", "不満", "とても不満"),
    ("とても満足", "やや満足", "普通", "やや不満", "とても不満"),
    ("満足", "やや満足", "普通", "やや不満", "不満"),
    ("とても満足", "満足", "不満", "とても不満"),
    ("満足", "やや満足", "やや不満", "不満"),
    ("満足", "普通", "不満"),
    ("満足", "不満"),
    ("とても良い", "良い", "やや良い", "普通", "やや悪い", "悪い", "とても悪い"),
    ("very satisfied", "satisfied", "neutral", "dissatisfied", "very dissatisfied"),
    ("very satisfied", "somewhat satisfied", "neutral", "somewhat dissatisfied", "very dissatisfied"),
    ("very satisfied", "satisfied", "dissatisfied", "very dissatisfied"),
    ("satisfied", "neutral", "dissatisfied"),
    ("satisfied", "dissatisfied"),
    ("strongly agree", "agree", "neutral", "disagree", "strongly disagree"),
    ("strongly agree", "agree", "disagree", "strongly disagree"),
    ("とてもそう思う", "そう思う", "普通", "そう思わない", "全くそう思わない"),
    ("そう思う", "ややそう思う", "普通", "あまりそう思わない", "そう思わない"),
    ("そう思う", "ややそう思う", "あまりそう思わない", "そう思わない"),
    ("++", "+", "0", "-", "--"),
    *_PAIRS,
    ("v", "iv", "iii", "ii", "i"),
    ("iv", "iii", "ii", "i"),
    ("iii", "ii", "i"),
    ("a+", "a", "b+", "b", "c+", "c", "d+", "d"),
    ("a+", "a", "b", "c", "d"),
    ("a+", "a", "a-", "b+", "b", "b-", "c+", "c", "c-", "d+", "d", "d-", "f"),
)
_SIGNS: Final = ("++", "+", "0", "-", "--")
_OF_PAIRS: Final = tuple(frozenset(pair) for pair in _PAIRS)
_EITHER_WAY: Final = ("a", "v", "iv", "iii")
"""Best marks of alphabets that some begin with the worst: A or I is the first category, or the best."""
# a single i or v is an initial or a tick
_GRADES: Final = frozenset(
    mark
    for alphabet in _ALPHABETS
    if alphabet not in _PAIRS
    for mark in alphabet
    if mark not in CATEGORY_OF_WORD and mark not in ("i", "v")
)
_VERY: Final = re.compile(r"^(?:非常に|大変|たいへん|とても|すごく|極めて|かなり|大(?=満足|不満))")
_NEITHER: Final = frozenset(
    "ふつう どちらでもない どちらともいえない どちらとも言えない どちらともない まあまあ 普通".split()
)
_NEUTRAL: Final = frozenset(
    ("neither", "neither satisfied nor dissatisfied", "neutral", "undecided", "neither satisfied or dissatisfied")
)
_SYMBOLS: Final = frozenset("◎○△▲×")
_LETTERS: Final = frozenset("sabcdef")
_OF_END: Final = re.compile(r"[0-9.,]+\s*(?:/|of|out of)\s*([0-9]+)")
_NUMBERED: Final = re.compile(r"([0-9]{1,2})\s*[-:=.)\]|_ ]?\s*[(\[]?\s*([^\W\d][^0-9()\[\],;=]{0,40}?)\s*[)\]]?")
_CAPITAL: Final = re.compile(r"[a-z][+-]?|i{2,3}|iv")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_BETWEEN: Final = re.compile(r"([0-9]{1,2}(?:\.[0-9])?)\s*(?:[-~〜–—/]|or|to|か|から)\s*([0-9]{1,2}(?:\.[0-9])?)")
_REMARKED: Final = re.compile(r"([0-9]{1,2}(?:\.[0-9]+)?)\s*[^0-9.,=\s;][^0-9,=;]*")
_CODE: Final = re.compile(r"[a-z]{1,2}0?([1-9])")
_ROUGHLY: Final = re.compile(r"[0-9]{1,2}(?:\.[0-9])?\s*(?:[+?-]|くらい|ぐらい|程度)")
MOST_DISTINCT: Final = 12
"""More different texts than this are remarks, not grades."""


def _canonical(text: str) -> str:
    """One spelling of a mark or a word: 非常に満足 and 大変満足 say とても満足."""
    if text in _NEITHER or text in _NEUTRAL:
        return "普通" if text in _NEITHER else "neutral"
    said = text.replace("よい", "良い").replace("わるい", "悪い").replace("である", "")
    said = re.sub(r"^(?:どちらかと(?:いえば|言えば|いうと)|まあ|少し|多少)", "やや", said)
    said = re.sub(r"(満足|不満)(?:です|した|足)?$", r"\1", _VERY.sub("とても", said))
    return _SAME.get(said, said.replace("unsatisfied", "dissatisfied").replace("extremely ", "very "))


def is_mark(cell: Any) -> bool:
    """Whether a cell is one of the marks ◎○△▲× in any of their spellings (not the letters o and x alone)."""
    return isinstance(cell, str) and (text := plain(cell)) not in ("o", "x") and _canonical(text) in _SYMBOLS


def is_near_score(cell: Any) -> bool:
    """Whether a cell is nearly a score: between two ("3-4", "3か4"), or about one ("3+", "4くらい")."""
    if not isinstance(cell, str):
        return False
    text = plain(cell)
    return _between(text) is not None or _ROUGHLY.fullmatch(text) is not None


def _between(text: str) -> float | None:
    """The middle of two scores in one cell; None for anything else."""
    found = _BETWEEN.fullmatch(text)
    if found is None or not 0 < float(found[2]) - float(found[1]) <= 2:
        return None
    return (float(found[1]) + float(found[2])) / 2


def five_in_order(texts: Collection[str]) -> dict[str, int] | None:
    """Text -> category 1 .. 5 for three texts or more that are words of one order of five; None where none are.

    The order that holds most of them counts. Letters and signs are no words: A to E are raters, too.
    """
    best: dict[str, int] = {}
    for alphabet in _ALPHABETS:
        if len(alphabet) != 5 or any(len(word) < 2 for word in alphabet):
            continue
        places = {word: 5 - place for place, word in enumerate(alphabet)}
        found = {text: places[word] for text in texts if (word := _canonical(plain(text))) in places}
        if len(found) >= 3 and len(set(found.values())) == len(found) > len(best):
            best = found
    return best or None


def plus_and_minus(cells: Iterable[Any]) -> list[str]:
    """The grades ++ + - -- and the 0 between them, where cells hold both signs; else nothing."""
    said = {mapping_key(cell) for cell in cells if cell is not None} & set(_SIGNS)
    return [sign for sign in _SIGNS if sign in said] if said & {"+", "++"} and said & {"-", "--"} else []


def is_code(cell: Any) -> bool:
    """Whether a cell is an answer's code in a survey: A1 to A9."""
    return isinstance(cell, str) and _CODE.fullmatch(plain(cell)) is not None


def is_letter(cell: Any) -> bool:
    return isinstance(cell, str) and plain(cell) in _LETTERS


def is_grade(cell: Any) -> bool:
    """Whether a cell is of one of the alphabets that people grade with, or a percent."""
    if not isinstance(cell, str):
        return False
    text = plain(cell)
    return _canonical(text) in _GRADES or (text.endswith("%") and _is_number(text))


def is_pair(cells: Sequence[Any]) -> bool:
    """Whether cells are the two words of a choice, OK and NG, both of them."""
    said = {_canonical(plain(cell)) for cell in cells if isinstance(cell, str)}
    return all(isinstance(cell, str) for cell in cells) and said in _OF_PAIRS


def graded(cells: Sequence[Any]) -> list[Any]:
    """The cells that are grades; beside other Roman numerals I and V are, too."""
    roman = any(isinstance(cell, str) and plain(cell) in ("ii", "iii", "iv") for cell in cells)
    return [
        cell for cell in cells if is_grade(cell) or (roman and isinstance(cell, str) and plain(cell) in ("i", "v"))
    ]


def numbered_words(texts: Collection[str]) -> dict[str, tuple[int, str]] | None:
    """Text -> (number, word) where each of three or more is a number with a word of its own ("1: Very good")."""
    found = {text: match for text in texts if (match := _NUMBERED.fullmatch(plain(text)))}
    numbers = {int(match[1]) for match in found.values()}
    words = {match[2] for match in found.values()}
    if len(found) < max(3, len(texts)) or not len(numbers) == len(words) == len({plain(text) for text in found}):
        return None
    return {text: (int(match[1]), match[2]) for text, match in found.items()}


def grades(texts: Collection[str]) -> list[str]:
    """The texts that could be grades: neither blank, nor an Excel error, nor a mere question mark."""
    kept = {plain(text) for text in texts} - BLANKS
    return sorted(
        t for t in kept if not t.startswith("#") and any(c.isalnum() or c in "◎〇◯○△▲▼×✕✖%★☆+👍👎" for c in t)
    )


def proposed_maps(texts: Sequence[str], scale: Scale) -> list[str]:
    """``--map`` values for texts of one alphabet, the likeliest first; empty where their order is not known.

    A grade is spread evenly over the scale. Letters are proposed both ways: A is the best mark in one school
    and category 1 in another. Percents are proposed as a share of the end and as a share of the range.
    """
    if texts and all(text.endswith("%") for text in texts):
        return _percents(texts, scale)
    if are_dates(texts):
        return _days(texts, scale)
    middles = {text: middle for text in texts if (middle := _between(text)) is not None}
    if len(middles) == len(texts) > 0:
        return [",".join(f"{text}={_short(middle)}" for text, middle in middles.items())]
    codes = {text: code for text in texts if (code := _CODE.fullmatch(text))}
    if len(codes) == len(texts) > 1 and len({text[: code.start(1)] for text, code in codes.items()}) == 1:
        return _numbered({text.upper(): (int(code[1]), "") for text, code in codes.items()}, scale)
    if (numbered := numbered_words(texts)) is not None:
        return _numbered(numbered, scale)
    canonical = {_canonical(text): text for text in texts}
    # words that have a category of their own fix nothing here: they are scores already
    known = {word for word in canonical if word not in CATEGORY_OF_WORD}
    found: list[str] = []
    whole = any(canonical.keys() <= set(alphabet) for alphabet in _ALPHABETS)
    signed = any(word[-1:] in ("+", "-") for word in canonical)
    for alphabet in _ALPHABETS:
        if (whole and not canonical.keys() <= set(alphabet)) or ("a+" in alphabet and not signed):
            continue
        if not known <= set(alphabet) or len(known & set(alphabet)) < min(2, len(canonical)):
            continue
        # an alphabet of which the last mark is missing is rather the shorter one
        if alphabet[-1] not in canonical and len(alphabet) > 3 and alphabet[0] in "as":
            continue
        found.append(_even(alphabet, canonical, scale))
        if alphabet[0] in _EITHER_WAY:
            found.append(_even(alphabet[::-1], canonical, scale))
    return list(dict.fromkeys(found))[:3] or _as_they_begin(texts, scale)


def _as_they_begin(texts: Sequence[str], scale: Scale) -> list[str]:
    """A score with a remark behind it ("2 (blocky)") is likely that score; nothing where any text is not so."""
    begins = {text: float(begin[1]) for text in texts if (begin := _REMARKED.fullmatch(text))}
    if len(begins) < len(texts) or not all(scale.mos_min <= value <= scale.mos_max for value in begins.values()):
        return []
    return [",".join(f"{text}={_short(value)}" for text, value in begins.items())]


def _even(alphabet: Sequence[str], canonical: dict[str, str], scale: Scale) -> str:
    steps = len(alphabet) - 1
    values = {mark: scale.mos_max - k / steps * (scale.mos_max - scale.mos_min) for k, mark in enumerate(alphabet)}
    # a grade is a capital, however the cell was folded for comparing
    shown = {mark: text.upper() if _CAPITAL.fullmatch(text) else text for mark, text in canonical.items()}
    return ",".join(f"{shown[mark]}={_short(values[mark])}" for mark in alphabet if mark in canonical)


def are_dates(texts: Sequence[str]) -> bool:
    """Whether a spreadsheet program has made days of what was typed as 3.5, 3-5 or 3/5."""
    return bool(texts) and all(_DAY.fullmatch(text) for text in texts)


def _days(texts: Sequence[str], scale: Scale) -> list[str]:
    """What may have been typed: month before day, day before month, or a score out of as many points ("4/5")."""
    days = [(text, int(text[5:7]), int(text[8:10])) for text in texts]
    readings = [
        [(text, f"{month}.{day}") for text, month, day in days],
        [(t, f"{day}.{month}") for t, month, day in days],
    ]
    if len({day for _, _, day in days}) == 1:
        readings.insert(0, [(text, str(month)) for text, month, _ in days])
    return [
        ",".join(f"{text}={value}" for text, value in reading)
        for reading in readings
        if all(scale.mos_min <= float(value) <= scale.mos_max for _, value in reading)
    ]


def _numbered(found: Mapping[str, tuple[int, str]], scale: Scale) -> list[str]:
    """By what the words say where all are known, else as numbered, then from the other end."""
    numbers = {text: float(number) for text, (number, _) in found.items()}
    ends = scale.mos_min + scale.mos_max
    turned = {text: ends - value for text, value in numbers.items()}
    known = {text: CATEGORY_OF_WORD.get(word) for text, (_, word) in found.items()}
    said = {text: category_score(category, scale) for text, category in known.items() if category is not None}
    readings = [said, numbers] if len(said) == len(found) else [numbers, turned]
    return list(
        dict.fromkeys(
            ",".join(f"{text}={_short(value)}" for text, value in reading.items())
            for reading in readings
            if all(scale.mos_min <= value <= scale.mos_max for value in reading.values())
        )
    )


def _percents(texts: Sequence[str], scale: Scale) -> list[str]:
    shares = sorted({float(text.rstrip("% ").replace(",", ".")) / 100 for text in texts if _is_number(text)})
    if not shares:
        return []
    of_end = ",".join(f"{100 * s:g}%={_short(s * scale.mos_max)}" for s in shares)
    of_range = ",".join(
        f"{100 * s:g}%={_short(scale.mos_min + s * (scale.mos_max - scale.mos_min))}" for s in shares
    )
    return [of_end, of_range]


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip("% ").replace(",", "."))
    except ValueError:
        return False
    return True


def _short(value: float) -> str:
    return rounded(value, 3).rstrip("0").rstrip(".")


def scales_of_texts(texts: Sequence[str]) -> list[tuple[float, float]]:
    """The scales that texts name themselves: "8/10" is of 0..10 or 1..10, "80%" of 0..100; else none."""
    if texts and all(text.endswith("%") and _is_number(text) for text in texts):
        return [(0.0, 100.0)]
    ends = {float(found[1]) for text in texts if (found := _OF_END.fullmatch(text))}
    if len(ends) != 1 or not all(_OF_END.fullmatch(text) for text in texts):
        return []
    (end,) = ends
    return [(1.0, end), (0.0, end)]
