"""Finding the column of video paths in a table that nobody prepared for it, and where its list begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from xl_vqa.sheets.areas import Area, column_letters, column_number
from xl_vqa.sheets.columns import field_of_heading
from xl_vqa.sheets.grid import Grid, Value
from xl_vqa.sheets.listing import HEADING_SEARCH_ROWS, Listing, find_list, heads_list, names_video, squash
from xl_vqa.words.errors import (
    WorkbookColumnAmbiguousError,
    WorkbookColumnMissingError,
    WorkbookNoVideoColumnError,
)
from xl_vqa.words.video_names import is_video_name

_VIDEO_WORDS: Final = ("video", "movie", "clip", "動画", "映像", "ビデオ", "ムービー", "クリップ")
_PATH_WORDS: Final = ("path", "file", "パス", "ファイル", "格納先", "保存先")
# What a column of other videos is called: the one to rate is the other one
_OTHER_WORDS: Final = ("reference", "original", "source", "参照", "基準", "元動画", "元映像", "オリジナル", "原本")
_SAMPLE: Final = 500


class ListGrid(Grid, Protocol):
    """A sheet with a name, which says where it holds anything: a search need not read the whole."""

    @property
    def name(self) -> str:
        """What the sheet is called."""

    @property
    def filled(self) -> Mapping[int, Sequence[int]]:
        """Rows that hold something, by column, from top to bottom."""


G = TypeVar("G", bound=ListGrid)


@dataclass(frozen=True, slots=True)
class VideoList(Generic[G]):
    """Where the videos of a table stand."""

    grid: G
    listing: Listing

    @property
    def column(self) -> int:
        return self.listing.column

    @property
    def header_row(self) -> int | None:
        return self.listing.heading_row

    @property
    def rows(self) -> tuple[int, ...]:
        return self.listing.rows

    @property
    def header(self) -> str | None:
        if self.header_row is None:
            return None
        return value_at(self.grid, self.header_row, self.column).text.strip() or None


@dataclass(frozen=True, slots=True)
class _Candidate(Generic[G]):
    grid: G
    column: int
    header_row: int | None
    header_points: int
    share: float
    count: int

    @property
    def rank(self) -> int:
        """3: header and content, 2: content, 1: header alone."""
        if self.count and (self.share >= 0.5 or self.header_points > 0):
            return 3 if self.header_points > 0 else 2
        return 1


def find_video_list(path: Path, grids: Sequence[G], column: str | None = None) -> VideoList[G]:
    """The list to rate in the sheets of a table: as named by ``column`` (letters or header text), or found by
    headers and contents.

    Raises WorkbookColumnMissingError (a named column without values), WorkbookNoVideoColumnError,
    WorkbookColumnAmbiguousError.
    """
    if column is not None:
        return _named(path, grids, column)
    candidates = [c for grid in grids for c in _candidates(grid)]
    if not candidates:
        raise WorkbookNoVideoColumnError(path=str(path))
    best_rank = max(c.rank for c in candidates)
    first_grid = next(c.grid for c in candidates if c.rank == best_rank)
    best = _decide(path, [c for c in candidates if c.rank == best_rank and c.grid is first_grid])
    return _extent(best.grid, best.column, best.header_row)


def find_column(grid: ListGrid, spec: str, header_row: int | None) -> tuple[int, int | None] | None:
    """Column and header row meant by ``spec``: the text of a header, or else column letters; ``$B`` is
    always column B."""
    spec = spec.strip()
    wanted = "" if spec.startswith("$") else squash(spec)
    rows = sorted({row for rows in grid.filled.values() for row in rows}, key=lambda row: (row != header_row, row))
    for row in rows[:HEADING_SEARCH_ROWS] if wanted else ():
        for column, value in enumerate(grid.read(Area(row, 1, row, grid.last_column))[0], 1):
            if value.kind == "text" and not value.blank and squash(value.text) == wanted:
                return column, row
    try:
        return column_number(spec.lstrip("$")), None
    except ValueError:
        return None


def find_text_column(listed: VideoList[G], path: Path, spec: str) -> int:
    """The column of texts beside a list. Raises WorkbookColumnMissingError, also where it has none."""
    found = find_column(listed.grid, spec, listed.header_row)
    if found is None or all(value_at(listed.grid, row, found[0]).blank for row in listed.rows):
        raise _missing(path, listed.grid, spec)
    return found[0]


def value_at(grid: Grid, row: int, column: int) -> Value:
    return grid.read(Area(row, column, row, column))[0][0]


def _missing(path: Path, grid: ListGrid, spec: str) -> WorkbookColumnMissingError:
    return WorkbookColumnMissingError(
        path=str(path), sheet=grid.name, column=spec, columns=_describe_columns(grid) or "-"
    )


def _describe_columns(grid: ListGrid) -> str:
    """``A (No.), B (Title)``: what a message names."""
    columns = [column for column in sorted(grid.filled) if _cells(grid, column)]
    texts = []
    for column in columns[:15]:
        top = next(iter(_cells(grid, column).values()))
        texts.append(f"{column_letters(column)} ({top.text.strip()[:30]})")
    return ", ".join(texts) + (", …" if len(columns) > 15 else "")


def _named(path: Path, grids: Sequence[G], spec: str) -> VideoList[G]:
    by_letters = None
    for grid in grids:
        found = find_column(grid, spec, None)
        if found is None:
            continue
        column, header_row = found
        if header_row is None and by_letters is not None:
            continue
        if header_row is None:
            cells = _cells(grid, column)
            # letters alone say nothing about names without endings: the first cell heads them
            header_row = None if _paths(grid, column, cells) else next(iter(cells), None)
        listed = _extent(grid, column, header_row)
        if not listed.rows:
            continue
        if found[1] is not None:
            return listed
        by_letters = listed
    if by_letters is None:
        raise _missing(path, grids[0], spec) if grids else WorkbookNoVideoColumnError(path=str(path))
    return by_letters


def _cells(grid: ListGrid, column: int) -> dict[int, Value]:
    """The cells of a column in which a person sees something, by row; of a long one the beginning."""
    values = {row: value_at(grid, row, column) for row in grid.filled.get(column, ())[:_SAMPLE]}
    return {row: value for row, value in values.items() if not value.blank}


def _paths(grid: ListGrid, column: int, cells: Mapping[int, Value]) -> list[int]:
    """The rows whose cell, link or HYPERLINK formula ends like a video file."""
    links = grid.links(Area(1, column, grid.last_row, column))
    return [row for row, value in cells.items() if names_video(value) or is_video_name(links.get((row, column)))]


def _candidates(grid: G) -> Iterable[_Candidate[G]]:
    for column in sorted(grid.filled):
        cells = _cells(grid, column)
        like = _paths(grid, column, cells)
        if like:
            header_row = _extent(grid, column, None).header_row
            header = value_at(grid, header_row, column).text if header_row is not None else ""
            if field_of_heading(header) is not None:
                continue
            below = sum(row >= like[0] for row in cells)
            yield _Candidate(grid, column, header_row, _header_points(header), len(like) / below, len(like))
            continue
        for row, value in list(cells.items())[:HEADING_SEARCH_ROWS]:
            if heads_list(value.text) and _texts_below(cells, row):
                yield _Candidate(grid, column, row, _header_points(value.text), 0.0, 0)
                break


def _decide(path: Path, candidates: list[_Candidate[G]]) -> _Candidate[G]:
    """The best of one sheet and rank: by its header, then by far more paths."""
    if any(c.share >= 0.5 for c in candidates):
        candidates = [c for c in candidates if c.share >= 0.5]
    points = max(c.header_points for c in candidates)
    best = [c for c in candidates if c.header_points == points]
    most = max(best, key=lambda c: c.count)
    if all(c is most or most.count >= 5 * c.count > 0 for c in best):
        return most
    names = []
    for candidate in best:
        letters = column_letters(candidate.column)
        row = candidate.header_row
        names.append(f"{letters} ({value_at(candidate.grid, row, candidate.column).text})" if row else letters)
    raise WorkbookColumnAmbiguousError(path=str(path), columns=", ".join(names))


def _extent(grid: G, column: int, header_row: int | None) -> VideoList[G]:
    return VideoList(grid, find_list(grid, column, heading=header_row))


def _texts_below(cells: Mapping[int, Value], header_row: int) -> bool:
    """Whether the column goes on with texts (or formulas not yet computed) and not just numbers."""
    return any(value.kind in ("text", "uncomputed") for row, value in cells.items() if row > header_row)


def _header_points(header: str) -> int:
    text = squash(header)
    if not text:
        return 0
    points = 2 * any(word in text for word in _VIDEO_WORDS) + any(word in text for word in _PATH_WORDS)
    return points - 3 * (points > 0 and any(word in text for word in _OTHER_WORDS))
