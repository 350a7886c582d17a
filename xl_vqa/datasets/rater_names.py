"""Which names are one person's: spellings of a name, and columns of somebody who rated more than once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from xl_vqa.datasets.scores import plain

_AGAIN: Final = re.compile(
    r"(?P<who>.+?)[\s_/・:,-]*[(\[（【]?\s*(?:第?\s*[0-9０-９]+\s*回目?|再評価|[一二三]回目"
    r"|(?:1st|2nd|3rd|first|second|third)(?:\s+(?:time|session|round|rating|trial|run|pass))?"
    r"|(?:session|round|trial|run|pass|repeat|repetition|rep|time|retest|test|visit|day)[\s_-]*[0-9]*)\s*[)\]）】]?",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(
    r"(?:(?:session|round|trial|run|pass|test|visit|day|セッション|テスト|試行)\s*[0-9]*|第?\s*[0-9]+\s*回目?)"
    r"\s*/\s*(?P<who>[^/]+)",
    re.IGNORECASE,
)
"""A header of two rows, the upper one of which counts."""


def one_spelling(name: str) -> str:
    """A name for comparing: "anna " and "ＡＮＮＡ" are Anna. What holds figures is an identifier, and stays."""
    return name if any(letter.isdigit() for letter in name) else plain(name)


def people_of(headers: Sequence[str]) -> list[str]:
    """Whose each of these headers is: "佐藤 1回目" and "佐藤 2回目" are 佐藤's; a header alone stays as it is."""
    matches = [_FIRST.fullmatch(header) or _AGAIN.fullmatch(header) for header in headers]
    people = [found["who"].strip() if found else header for found, header in zip(matches, headers, strict=True)]
    columns = Counter(people)
    # "Session 1, Session 2" of nobody, and a name that needs its end, stay whole
    return [
        who if columns[who] > 1 and len(columns) > 1 else header
        for who, header in zip(people, headers, strict=True)
    ]
