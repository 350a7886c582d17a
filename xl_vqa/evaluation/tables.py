"""Small tables from .csv, .tsv, .json and .xlsx files: predictions, manifests, baselines, ratings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.headers import Role, role_of
from xl_vqa.evaluation.errors import EvaluationColumnError, EvaluationFileError
from xl_vqa.sheets.listing import heads_list
from xl_vqa.tables.grid import Grid, TableError
from xl_vqa.tables.read import chosen, read_figures
from xl_vqa.words import messages
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.video_names import is_video_name

# The headers that the product itself writes, in English and Japanese, and those that people often use.
HEADERS: Final = {
    "path": "path video file filename video_path video_file 動画 動画パス パス ファイル ファイル名",
    "mos": "mos 平均オピニオン評点",
    "ci95": "ci95 ci 信頼区間",
    "raters": "raters n_raters 評価者数",
    "rater": "rater subject 評価者",
    "score": "score rating 点数 評点",
    "label": "label ラベル スコア",
    "expected_label": "expected_label 期待ラベル",
    "prediction": "prediction predicted predicted_mos 予測 予測値",
    "split": "split 分割",
    "content": "content source 元動画 コンテンツ 素材",
    "problem": "problem 問題",
    "band": "band 評価 評価区分",
    "band_probability": "band_probability confidence 確信度",
    "error": "error エラー",
    "model": "model モデル",
    "distribution": "distribution",
    "scale": "scale",
    "mos_scale": "mos_scale mos_の尺度",
    "band_thresholds": "band_thresholds",
}
_HEADER_OF_WORD: Final = {word: header for header, words in HEADERS.items() for word in words.split()}
_HEADER_WITHIN: Final = 20
"""Rows in which a header is looked for; above it a sheet may say what it is about."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold a value for each column that is not empty there, by the names of HEADERS where known.

    ``titles`` gives each column's own header, in the file's order; ``numbers[i]`` is the place of ``rows[i]``
    in the file, counted from 1 with the header. ``uncalculated`` counts formulas without a stored result.
    """

    path: Path
    titles: dict[str, str]
    rows: list[dict[str, Any]]
    numbers: list[int]
    uncalculated: int = 0

    def require(self, *columns: str) -> None:
        """Raises EvaluationColumnError for the first of ``columns`` that the table lacks."""
        for column in columns:
            if column not in self.titles:
                shown = ", ".join(self.titles.values())
                raise EvaluationColumnError(path=str(self.path), column=column, columns=shown)


def read_table(path: Path) -> Table:
    """Raises EvaluationFileError for a file that is missing, of another kind, damaged or without rows."""
    try:
        grids = chosen(read_figures(path), None)
    except TableError as error:
        raise EvaluationFileError(path=str(path), problem=error.problem, detail=error.detail) from error
    # a cover sheet has no header with a video in it
    grid = next((grid for grid in grids if _names_videos(grid)), grids[0])
    return _table(path, grid)


def _names_videos(grid: Grid) -> bool:
    return any(_path_column(row) is not None for row in grid.rows[:_HEADER_WITHIN])


def _path_column(line: Sequence[Any]) -> int | None:
    """The place of the heading over the videos: one of our own words before those that head people's lists."""
    words = [text(cell) or "" for cell in line]
    if any(is_video_name(word) for word in words):
        return None  # a row of the table, in which a cell may say "video"
    ours = [_HEADER_OF_WORD.get(_word(word)) == "path" for word in words]
    theirs = [heads_list(word) for word in words]
    rated = [role_of(word) == (Role.VIDEO, True) for word in words]
    return next((found.index(True) for found in (ours, theirs, rated) if True in found), None)


def _path_column_of(grid: Grid, header: int) -> int | None:
    """The place of the videos below a header: by its words, else by what stands there ("name" over a.mp4)."""
    named = _path_column(grid.rows[header])
    if named is not None:
        return named
    below = [row for row in grid.rows[header + 1 :] if row]
    for column in range(grid.width):
        cells = [row[column] for row in below if column < len(row) and row[column] is not None]
        if cells and sum(map(is_video_name, cells)) >= 0.5 * len(below):
            return column
    return None


def warns_of(cell: Any, code: str) -> bool:
    """Whether the warnings of a row name ``code``: as codes in a program's list, as sentences in people's."""
    if isinstance(cell, (list, tuple)):
        return code in cell
    said = str(cell or "")
    return any(messages.text(code, language) in said for language in LANGUAGES)


def text(cell: Any) -> str | None:
    """A cell as text, None where it is empty; whole numbers without '.0'."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def _table(path: Path, grid: Grid) -> Table:
    header = _header_place(grid)
    titles: dict[str, str] = {}
    names: list[str] = []
    rows, numbers = [], []
    for place, line in enumerate(grid.rows):
        if place == header:
            videos = _path_column_of(grid, place)
            names = [_column(cell, index, titles, index == videos) for index, cell in enumerate(line)]
        elif names and any(text(cell) for cell in line):
            row = {name: cell for name, cell in zip(names, line, strict=False) if text(cell) is not None}
            rows.append(row)
            numbers.append(place + 1)
    if not rows:
        raise EvaluationFileError(path=str(path), problem="problem_no_rows")
    return Table(path, titles, rows, numbers, grid.uncalculated)


def _header_place(grid: Grid) -> int | None:
    """The row of the header: the first that names the videos, else the first that is no title.

    A title is one text, in one cell or merged over several.
    """
    several = [place for place, line in enumerate(grid.rows) if len({text(cell) for cell in line} - {None}) >= 2]
    heads = (p for p in several if p < _HEADER_WITHIN and _path_column(grid.rows[p]) is not None)
    return next(heads, several[0] if several else None)


def _word(title: str) -> str:
    return unicodedata.normalize("NFKC", title).casefold().replace(" ", "_")


def _column(cell: Any, index: int, titles: dict[str, str], is_path: bool) -> str:
    """The name of a column, kept in ``titles``; of two columns for one thing the first has it."""
    title = text(cell) or f"#{index + 1}"
    word = unicodedata.normalize("NFKC", title).casefold()
    name = "path" if is_path else _HEADER_OF_WORD.get(_word(title), word)
    if name in titles:
        name = f"{word} #{index + 1}"
    titles[name] = title
    return name
