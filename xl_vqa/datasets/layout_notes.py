"""What is told of a sheet's rows and columns: those that do not count, and those that are hidden and do.

Whether a filter was left on by chance or to leave something out is for nobody but the user to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xl_vqa.datasets.headers import is_summary
from xl_vqa.datasets.rating_table import Note
from xl_vqa.datasets.row_reader import data_rows, video_key
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.datasets.transpose import TurnedGrid
from xl_vqa.tables.grid import column_letters

_NAMED: Final = 5


def notes_of(layout: Layout) -> list[Note]:
    return not_counted_notes(layout) + hidden_notes(layout)


def not_counted_notes(layout: Layout) -> list[Note]:
    """A note for each column that says of rows, or of people in rows, that they do not count."""
    told = dict(layout.grid.left_out) if isinstance(layout.grid, TurnedGrid) else {}
    for column, text in sorted(layout.not_counted.values(), key=lambda pair: pair[0]):
        told.setdefault(layout.name(column), []).append(text)
    shown = {name: ", ".join(list(dict.fromkeys(texts))[:_NAMED]) for name, texts in told.items()}
    return [
        Note("not_counted", {"column": name, "count": len(texts), "texts": shown[name]})
        for name, texts in told.items()
    ]


def hidden_notes(layout: Layout) -> list[Note]:
    """A note for the hidden rows with scores, and one for the hidden columns of scores, where there are any."""
    grid = layout.grid
    scored = layout.scored
    scored += layout.votes.columns if layout.votes is not None else ()
    scored += [layout.vote_weight] if layout.vote_weight is not None else ()
    rows = [row for row in data_rows(layout) if row in grid.hidden_rows and _counts(layout, row, scored)]
    columns = [c for c in scored if c in grid.hidden_columns and layout.columns.profiles[c].filled]
    if isinstance(grid, TurnedGrid):
        # rows and columns of the source are told
        letters = ", ".join(column_letters(grid.source_columns[row - 1]) for row in rows[:_NAMED])
        numbers = [grid.source_rows[column - grid.first_score] for column in columns]
        told = (("hidden_rows", numbers, _spans(numbers)), ("hidden_columns", rows, letters + _more(rows)))
    else:
        names = ", ".join(layout.name(column) for column in columns[:_NAMED])
        told = (("hidden_rows", rows, _spans(rows)), ("hidden_columns", columns, names + _more(columns)))
    return [
        Note(code, {"count": len(found), "sheet": grid.name, "places": places})
        for code, found, places in told
        if found
    ]


def _counts(layout: Layout, row: int, scored: Sequence[int]) -> bool:
    """Whether a row is a video's, and holds a score."""
    video = video_key(layout.grid.cell(row, layout.video))
    if not video or row in layout.not_counted or all(layout.grid.cell(row, c) is None for c in scored):
        return False
    return not is_summary(video, layout.columns.profiles[layout.video].video_names >= 0.5)


def _spans(rows: Sequence[int]) -> str:
    """Zero-based rows as the spreadsheet counts them: "3, 5..9"."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][1] == row:
            spans[-1][1] = row + 1
        else:
            spans.append([row + 1, row + 1])
    shown = [f"{first}..{last}" if first < last else str(first) for first, last in spans[:_NAMED]]
    return ", ".join(shown) + _more(spans)


def _more(found: Sequence[object]) -> str:
    return " …" if len(found) > _NAMED else ""
