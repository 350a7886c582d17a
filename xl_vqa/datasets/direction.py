"""Which way a scale runs: whether more is better, by what headers say and what file names give away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.correlation import spearman
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.headers import Role, normal
from xl_vqa.datasets.quality_columns import scale_hint
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.datasets.scores import CATEGORY_OF_WORD
from xl_vqa.words.figures import rounded
from xl_vqa.words.video_names import is_video_name

_LOWER: Final = re.compile(
    r"lower is better|lower better|smaller is better|less is better"
    r"|(?<![0-9])[01] ?(?:is|means)? ?(?:the )?(?:best|excellent)"
    r"|(?:5|7|10|100) ?(?:is|means)? ?(?:the )?(?:worst|bad)|(?:best|excellent) ?(?:is )?(?:1|0)\b"
    r"|低いほど(?:良い|よい)|小さいほど(?:良い|よい)"
    r"|(?<![0-9])[01] ?(?:が|は)?(?:最高|最良|最も良い|非常に良い|とても良い)"
    r"|(?:best|top) first"
)
_HIGHER: Final = re.compile(
    r"higher is better|higher better|larger is better|more is better|(?:5|7|10|100) ?(?:is|means)? ?(?:the )?best"
    r"|(?:5|7|10|100) ?(?:is|means)? ?excellent|高いほど(?:良い|よい)|大きいほど(?:良い|よい)"
    r"|(?:5|7|10|100) ?(?:が|は)?(?:最高|最良|最も良い|非常に良い|とても良い)"
)
_LEGEND: Final = re.compile(
    r"(?:(?<![0-9.])(?P<before>[0-9]{1,3}) ?(?P<sign>[-:=.)]|が|は|is|means|点)? ?)?\(?(?<![a-z])"
    rf"(?P<word>{'|'.join(sorted(map(re.escape, CATEGORY_OF_WORD), key=len, reverse=True))})(?![a-z])"
    r"\)?(?(before)| ?[-:=(] ?(?P<after>[0-9]{1,3})(?![0-9.]))"
)
_GOOD: Final = (
    "very good|excellent|perfect|outstanding|best|sehr gut|最高|最良|とても良い|非常に良い|大変良い|とても満足"
    "|非常に満足"
)
_POOR: Final = (
    "very bad|very poor|insufficient|ungenügend|worst|terrible|awful|unacceptable|bad|最低|最悪|とても悪い"
    "|非常に悪い|大変悪い|とても不満|非常に不満"
)
_BEGIN: Final = r"(?:^|(?<=[|,;/(、。:])) ?"
_END: Final = re.compile(
    rf"{_BEGIN}([0-9]{{1,3}}) ?(?:[-:=.)]|が|は|is|means) ?\(?(?:(?P<good>{_GOOD})|(?P<poor>{_POOR}))(?![a-z])"
    rf"|{_BEGIN}(?:(?P<good2>{_GOOD})|(?P<poor2>{_POOR})) ?[-:=(] ?([0-9]{{1,3}})(?![0-9.])"
)
"""What a number of the scale is called, where that is an end of it in any usual words."""
_RANK: Final = re.compile(r"(?:mean |average |avg )?(?:rank|ranks|ranking|placement)|順位|平均順位|ランク順")
_MARKS: Final = (
    # a mark of the name, and whether more of it means more quality
    (re.compile(r"(?<![a-z0-9.])([0-9]+(?:\.[0-9]+)?) ?(k|m)(?:bps|bit|b)?(?![a-z0-9])"), 1.0),
    (re.compile(r"(?:crf|qp|cq)[_-]?([0-9]+)()"), -1.0),
    (re.compile(r"(?<![0-9a-z])([0-9]{3,4})()p(?![a-z0-9])"), 1.0),
)
FEWEST: Final = 8
STRONG: Final = 0.6
"""Rank correlation with a mark of the names from which the direction is beyond doubt."""


def lower_by_header(header: Any) -> bool | None:
    """True where a header says that lower is better ("rating (1=best)"), False where higher, else None."""
    # the brackets, which normal() leaves out, are where people write it
    text = re.sub(r"[\s_\-:=()\[\]（）＝：,;/]+", " ", str(header or "").casefold()).strip()
    if _HIGHER.search(text):
        return False
    if _LOWER.search(text) or _RANK.fullmatch(normal(header)):
        return True
    return None


def lower_by_legend(texts: Iterable[Any]) -> bool | None:
    """True where a legend gives the best word the lowest number ("1 = Excellent"), False where the highest."""
    cells = [" ".join(unicodedata.normalize("NFKC", str(cell)).casefold().split()) for cell in texts]
    text = " ".join(cells)
    matches = list(_LEGEND.finditer(text))
    found = {(float(m["before"] or m["after"]), CATEGORY_OF_WORD[m["word"]]) for m in matches}
    numbers, categories = {number for number, _ in found}, {category for _, category in found}
    # both ends are named, and "room 1 excellent, room 3 bad" is a remark
    if not {1, 5} <= categories or not len(numbers) == len(categories) == len(found):
        return _lower_by_ends(cells)
    if len(found) < 4 and not all(m["sign"] or m["after"] for m in matches):
        return None
    ordered = [category for _, category in sorted(found)]
    rising = sorted(ordered)
    return None if ordered not in (rising, rising[::-1]) else ordered != rising


def _lower_by_ends(texts: Sequence[str]) -> bool | None:
    """The same by the best and the worst word alone, each with one number: "1 = very good", "6 = insufficient"."""
    good: set[float] = set()
    poor: set[float] = set()
    for found in _END.finditer("|".join(texts)):
        number = float(found[1] or found[6])
        (good if found["good"] or found["good2"] else poor).add(number)
    if len(good) != 1 or len(poor) != 1 or abs(min(good) - min(poor)) < 2:
        return None
    return min(good) < min(poor)


def direction_by_names(videos: Sequence[str], scores: Sequence[float]) -> float | None:
    """How the scores run with the bit rate, CRF or height in the videos' names; None where names say nothing.

    Spearman's correlation, signed so that +1 means: more bits, higher score.
    """
    for pattern, sign in _MARKS:
        marks, chosen = [], []
        for video, score in zip(videos, scores, strict=True):
            if not np.isfinite(score) or not (found := pattern.search(video.casefold().rsplit(".", 1)[0])):
                continue
            marks.append(float(found[1]) * (1000.0 if found[2] == "m" else 1.0))
            chosen.append(float(score))
        if len(marks) >= FEWEST and len(set(marks)) >= 3:
            r = spearman(np.array(marks), np.array(chosen))
            return None if r is None else sign * r
    return None


def read_direction(
    columns: Columns, score_columns: Sequence[int], video: int, legends: Iterable[tuple[int, int]]
) -> tuple[bool | None, RatingsUnclearError | None]:
    """Whether lower is better by the headers of the scores or a line above the table; a question for DMOS.

    ``legends`` are the pairs of columns that say what points mean (``people_columns.legends``). None and None
    where nothing is said, which means that higher is better.
    """
    rows = columns.grid.rows
    top = min((*columns.header_rows, columns.first))
    last = max(
        (k for k, row in enumerate(rows) if video < len(row) and is_video_name(row[video])), default=len(rows)
    )
    above, below = (
        [cell for row in part for cell in row if cell is not None] for part in (rows[:top], rows[last + 1 :])
    )
    for header in (
        *(columns.names.get(c, "") for c in score_columns),
        *(" ".join(map(str, part)) for part in (above, below)),
    ):
        if (lower := lower_by_header(header)) is not None:
            return lower, None
    beside = [
        cell
        for row in rows[columns.first : last + 1]
        for c, cell in enumerate(row)
        if isinstance(cell, str) and c != video and c not in score_columns
    ]
    grid = columns.grid
    points = [
        f"{columns.number(grid.cell(r, number)):g} = {grid.cell(r, word)}"
        for number, word in legends
        for r in range(columns.first, len(rows))
        if grid.cell(r, number) is not None
    ]
    if points and (lower := lower_by_legend(points)) is not None:
        return lower, None
    if (lower := lower_by_legend([*above, *below, *beside])) is not None:
        return lower, None
    doubtful = next((c for c in score_columns if columns.role(c) is Role.EITHER), None)
    if doubtful is None:
        return None, None
    base = option("--score-column", columns.name(doubtful)) + scale_hint(columns, [doubtful])
    ways = [f"{base} --lower-is-better", f"{base} --higher-is-better"]
    values = columns.numbers([doubtful])[:, 0]
    videos = [str(columns.grid.cell(columns.first + k, video) or "") for k in range(len(values))]
    r = direction_by_names(videos, values.tolist())
    problem = "unclear_direction"
    if r is not None and abs(r) >= STRONG:
        # what the names promise says which way is the likelier one: that comes first
        problem += "_higher" if r > 0 else "_lower"
        ways = ways[::-1] if r > 0 else ways
    shown = "" if r is None else rounded(r, 2, sign=True)
    return None, unclear(columns.path, problem, ways, columns=columns.name(doubtful), r=shown)
