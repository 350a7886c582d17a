"""Rows that a table itself says not to count: practice, attention checks, what was excluded or rejected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.headers import normal, split_of

_CHECK: Final = r"(?:attention ?(?:check|test)?|catch|trap(?:ping)?|gold(?:en)?)"
_AGAINST: Final = re.compile(
    rf"(?:is )?(?:exclu(?:de|ded|sion)|invalid|reject(?:ed)?|discard(?:ed)?|practice|warm ?up|dummy|{_CHECK})"
    r"(?: (?:flag|trial|clip|video|item|question))*"
    r"|(?:除外|無効|ダミー|練習|アテンションチェック|注意確認)(?:フラグ|対象|用|回答)?"
)
"""Headers over a tick for what does not count."""
_FOR: Final = re.compile(
    rf"(?:is )?(?:valid|includ(?:e|ed)|usable)(?: (?:flag|response|answer|rating))?"
    rf"|{_CHECK} pass(?:ed)?|pass(?:ed)? {_CHECK}|有効(?:フラグ|回答)?"
)
"""Headers over a tick for what counts."""
_STATUS: Final = re.compile(
    r"(?:(?:assignment|submission|participant|response|rating|review) ?)?status|回答状況|状態|ステータス"
)
_REFUSED: Final = re.compile(
    r"survey preview|survey test|spam"
    r"|rejected|returned|timed ?out|invalid|excluded|screened out|attention check failed|却下|無効|除外|不採用"
)
_PHASE: Final = re.compile(
    r"(?:.* )?(?:phase|block|stage|task|trial)(?: (?:type|name|id))?|フェーズ|段階|ブロック|試行種別"
)
_KIND: Final = re.compile(
    r"(?:.* )?(?:type|kind|session|section|part|set|role)(?: (?:type|name))?|区分|種別|種類|セッション"
)
_PRACTICE: Final = (
    rf"practice|warm ?up|familiari[sz]ation|dummy|stabili[sz]ation|{_CHECK}|attention check|catch trial"
    r"|練習|練習用|慣らし|ウォームアップ|ダミー"
)
_IN_KIND: Final = re.compile(rf"(?:{_PRACTICE})(?: (?:trials?|clips?|videos?|sessions?|[0-9]+))*")
_IN_PHASE: Final = re.compile(rf"(?:{_PRACTICE}|training|tutorial|訓練|学習)(?: (?:trials?|phase|block|[0-9]+))*")
_NO: Final = frozenset("0 false no n off none na n/a nein いいえ 無 なし × ✗ fail failed".split())


def not_counted(columns: Columns, besides: Collection[int]) -> dict[int, tuple[int, str]]:
    """Row of the grid -> the column that says that it does not count, and that cell's text.

    A column that would leave nothing says something else. ``besides`` are columns that are something known.
    """
    found: dict[int, tuple[int, str]] = {}
    for column in range(columns.grid.width):
        header = normal(columns.names.get(column, ""))
        if not header or column in besides:
            continue
        cells = _cells(columns, column)
        if _scores(cells):
            continue
        if any(split_of(text) == "val" for _, text in cells):
            # "training" beside "validation" is a part of a split
            continue
        marked = {row: text for row, text in cells if _counts_not(header, text)}
        filled = sum(1 for row in columns.grid.rows[columns.first :] if row)
        if 0 < len(marked) < filled:
            found |= {row: (column, text) for row, text in marked.items() if row not in found}
    return found


def flags(columns: Columns, besides: Collection[int], marked: Mapping[int, tuple[int, str]]) -> set[int]:
    """The columns that say so of some row (``marked``: those of ``not_counted``), or are headed as ticks: none of
    them is a score."""
    found = {column for column, _ in marked.values()}
    for column in range(columns.grid.width):
        header = normal(columns.names.get(column, ""))
        ticked = _AGAINST.fullmatch(header) or _FOR.fullmatch(header)
        if ticked and column not in besides and not _scores(_cells(columns, column)):
            found.add(column)
    return found


def _scores(cells: Sequence[tuple[int, str]]) -> bool:
    """Whether numbers other than 0 and 1 stand there: Gold is somebody's name, too."""
    return any(re.fullmatch(r"[2-9]|[0-9]{2,}|[0-9]+[.,][0-9]+", text) for _, text in cells)


def _cells(columns: Columns, column: int) -> list[tuple[int, str]]:
    rows = range(columns.first, len(columns.grid.rows))
    return [(row, _text(cell)) for row in rows if (cell := columns.grid.cell(row, column)) is not None]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and not isinstance(cell, bool):
        cell = int(cell)
    return " ".join(str(cell).split())


def _counts_not(header: str, text: str) -> bool:
    said = normal(text) or text.strip()
    if _AGAINST.fullmatch(header):
        return bool(said) and said not in _NO and text.strip() not in ("-", "×", "✗")
    if _FOR.fullmatch(header):
        return said in _NO
    if _STATUS.fullmatch(header):
        return _REFUSED.fullmatch(said) is not None
    if _PHASE.fullmatch(header):
        return _IN_PHASE.fullmatch(said) is not None
    return _KIND.fullmatch(header) is not None and _IN_KIND.fullmatch(said) is not None
