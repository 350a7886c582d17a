"""Tables of comparisons: two videos in a row, and which of them was preferred. They hold no ratings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.errors import RatingsComparisonsError
from xl_vqa.datasets.headers import Role, normal
from xl_vqa.tables.grid import Grid
from xl_vqa.words.video_names import is_video_name

_SIDES: Final = re.compile(r"\b(?:[ab12xy]|left|right|first|second)\b|[左右]|[ab12](?=$|[^a-z0-9])", re.IGNORECASE)


def refuse_comparisons(columns: Columns) -> None:
    """Raises RatingsComparisonsError where each row compares two videos.

    A reference beside the rated video is no comparison: it is headed as one, or each video has only one.
    """
    if columns.wanted.video is not None or columns.wanted.scores:
        return
    named = [
        c
        for c, profile in columns.profiles.items()
        if profile.video_names >= 0.5 and columns.role(c) is not Role.CONTENT
    ]
    for k, first in enumerate(named):
        for second in named[k + 1 :]:
            if _compared(columns, first, second):
                _refuse(columns.path, columns.grid, [columns.name(first), columns.name(second)])


def refuse_matrix(grid: Grid, header: int, videos: Sequence[int], path: str) -> None:
    """The same where the videos of the header stand in a column, too: a matrix of who beat whom."""
    heads = {_key(grid.cell(header, c)) for c in videos}
    for column in range(grid.width):
        cells = [grid.cell(row, column) for row in range(header + 1, len(grid.rows))]
        named = {_key(cell) for cell in cells if is_video_name(cell)}
        if len(heads & named) >= 0.5 * len(heads):
            _refuse(path, grid, [str(grid.cell(header, c)) for c in videos[:3]])


def _refuse(path: str, grid: Grid, columns: Sequence[str]) -> None:
    raise RatingsComparisonsError(path=path, source=grid.name, columns=", ".join(columns))


def _compared(columns: Columns, first: int, second: int) -> bool:
    rows = columns.grid.rows[columns.first :]
    width = max(first, second)
    pairs = [
        (_key(row[first]), _key(row[second]))
        for row in rows
        if len(row) > width and is_video_name(row[first]) and is_video_name(row[second])
    ]
    if len(pairs) < 2 or sum(a == b for a, b in pairs) > 0.2 * len(pairs):
        return False
    sides = [_SIDES.sub("", normal(columns.names.get(c, ""))).strip() for c in (first, second)]
    heads = [columns.names.get(c) for c in (first, second)]
    if None not in heads and heads[0] != heads[1] and sides[0] == sides[1]:
        return True
    partners: dict[tuple[int, str], set[str]] = defaultdict(set)
    for a, b in pairs:
        partners[0, a].add(b)
        partners[1, b].add(a)
    several = {side for (side, _), others in partners.items() if len(others) > 1}
    return several == {0, 1}


def _key(cell: Any) -> str:
    return str(cell).replace("\\", "/").rsplit("/", 1)[-1].strip().casefold()
