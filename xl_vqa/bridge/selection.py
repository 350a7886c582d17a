"""The plan of a selection: which rows are videos, which of them to rate, and where the results go.

Pure: cells in, plan out; every spreadsheet program reads and writes with its own means. Rows and columns are
counted from 1, as in a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from xl_vqa.errors import XlVqaError
from xl_vqa.labels import band_by_key
from xl_vqa.video_names import is_video_name

Mode = Literal["missing", "all"]

FIELDS: Final = ("label", "mos", "band", "confidence", "error")
"""What is written for a video, left to right."""
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "label": ("Score", "スコア", "VQA score", "Label", "ラベル"),
    "mos": ("MOS",),
    "band": ("Band", "評価", "Category", "区分"),
    "confidence": ("Confidence", "確信度"),
    "error": ("Remark", "備考", "Error", "エラー"),
}
"""Known headers of each result column: English and Japanese first, as new columns are headed."""
FORMATS: Final[Mapping[str, str]] = {"label": "0", "mos": "0.00", "confidence": "0%"}

# what a spreadsheet takes as it is when it is written again: no number, date or formula in disguise
_PLAIN: Final = re.compile(r"[^\W\d_][^\W\d_ ]*( [^\W\d_]+)*")


def header(field: str, language: str) -> str:
    """The heading of a new result column."""
    return HEADERS[field][1 if language == "ja" and len(HEADERS[field]) > 1 else 0]


def is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def video_column(rows: Sequence[Sequence[Any]]) -> int | None:
    """The place (from 0) of the column with the most paths of videos; of equals the leftmost.

    Without any, the only column if there is just one with text. None where it cannot be told.
    """
    if not rows:
        return None
    counts = [sum(is_video_name(row[place]) for row in rows) for place in range(len(rows[0]))]
    if any(counts):
        return counts.index(max(counts))
    texts = [place for place in range(len(rows[0])) if any(isinstance(r[place], str) and r[place] for r in rows)]
    return texts[0] if len(texts) == 1 else None


def is_header(value: Any, below: Iterable[Any]) -> bool:
    """Whether the top cell of a column is a heading: text that is no path, above at least one that is."""
    return (
        isinstance(value, str)
        and not is_empty(value)
        and not is_video_name(value)
        and any(map(is_video_name, below))
    )


def result_columns(headers: Sequence[Any], first: int) -> dict[str, int]:
    """The column of each field whose heading is among ``headers``, which start at column ``first``."""
    names = {name.casefold(): field for field, known in HEADERS.items() for name in known}
    found: dict[str, int] = {}
    for place, value in enumerate(headers):
        field = names.get(str(value).strip().casefold()) if isinstance(value, str) else None
        if field is not None:
            found.setdefault(field, first + place)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One row with a video: its number, and the cell as it was read."""

    number: int
    video: str


def rows_of_videos(first: int, cells: Sequence[Any], visible: Callable[[int], bool]) -> list[Row]:
    """The rows to work on: text in the video column, in sight, and no heading; ``cells`` start at ``first``."""
    skip = 1 if cells and is_header(cells[0], cells[1:]) else 0
    return [
        Row(first + place, cell)
        for place, cell in enumerate(cells)
        if place >= skip and isinstance(cell, str) and not is_empty(cell) and visible(first + place)
    ]


def to_score(rows: Sequence[Row], known: Mapping[int, Any], mode: Mode) -> list[Row]:
    """Of ``rows``, those to rate; ``known`` is what the score column holds, by row."""
    return [row for row in rows if mode == "all" or is_empty(known.get(row.number))]


def values_of(result: dict[str, Any] | XlVqaError, language: str) -> dict[str, Any]:
    """The cells of one video: None leaves an empty one."""
    if isinstance(result, XlVqaError):
        return {**dict.fromkeys(FIELDS), "error": result.message(language)}
    return {
        "label": int(result["label"]),
        "mos": float(result["mos"]),
        "band": band_by_key(result["band"]).name(language),
        "confidence": float(result["band_probability"]),
        "error": None,
    }


def find_again(rows: Sequence[Row], now: Mapping[int, Any]) -> tuple[dict[int, int], list[Row]]:
    """Where rows are after the user worked on: new number by old one, and those that are gone.

    ``now`` is the video column by row. A row that still holds its video is where it was; others are found by
    their video, in order, so that a sorted or lengthened list gets each score in its own row.
    """
    places = {row.number: row.number for row in rows if now.get(row.number) == row.video}
    taken = set(places.values())
    free: dict[Any, list[int]] = {}
    for number in sorted(now, reverse=True):
        if number not in taken:
            free.setdefault(now[number], []).append(number)
    gone = []
    for row in rows:
        if row.number not in places:
            others = free.get(row.video)
            if others:
                places[row.number] = others.pop()
            else:
                gone.append(row)
    return places, gone


def blocks(values: Mapping[int, Any], kept: Mapping[int, Any]) -> list[tuple[int, list[Any]]]:
    """One column in as few pieces as can be: (first row, values downwards).

    Between two rows of ours, rows whose cell (in ``kept``: the formula or constant, None if empty) comes out the
    same when it is written again are written with them; around a formula or a date the column is cut.
    """
    result: list[tuple[int, list[Any]]] = []
    last = 0
    for number in sorted(values):
        between = [kept.get(row, _UNKNOWN) for row in range(last + 1, number)]
        if result and all(map(_is_plain, between)):
            result[-1][1].extend([*between, values[number]])
        else:
            result.append((number, [values[number]]))
        last = number
    return result


_UNKNOWN: Final = object()


def _is_plain(value: Any) -> bool:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return True
    return isinstance(value, str) and (value == "" or _PLAIN.fullmatch(value) is not None)
