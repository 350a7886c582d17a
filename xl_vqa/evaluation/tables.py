"""Small tables from .csv, .tsv, .json and .xlsx files: predictions, manifests, baselines, ratings."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.errors import EvaluationColumnError, EvaluationFileError
from xl_vqa.tables.grid import Grid, TableError
from xl_vqa.tables.read import chosen, read_grids
from xl_vqa.words import messages
from xl_vqa.words.catalogue import LANGUAGES

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
        grids = chosen(read_grids(path), None)
    except TableError as error:
        raise EvaluationFileError(path=str(path), problem=error.problem, detail=error.detail) from error
    # a cover sheet has no header with a video in it
    grid = next((grid for grid in grids if _names_videos(grid)), grids[0])
    return _table(path, grid)


def _names_videos(grid: Grid) -> bool:
    words = (str(cell).strip().casefold() for row in grid.rows[:20] for cell in row)
    return any(_HEADER_OF_WORD.get(word) == "path" for word in words)


def number(cell: Any) -> float | None:
    """A finite number in a cell, whatever its type; None for anything else."""
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        cell = unicodedata.normalize("NFKC", cell).strip()
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


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
    lines = enumerate(grid.rows, 1)
    # a title above the table is a row with a single cell
    filled = ((place, line) for place, line in lines if any(text(cell) for cell in line))
    header: list[str] = []
    titles: dict[str, str] = {}
    rows, numbers = [], []
    for place, line in filled:
        if not header:
            if sum(text(cell) is not None for cell in line) >= 2:
                header = [_column(cell, index, titles) for index, cell in enumerate(line)]
            continue
        row = {name: cell for name, cell in zip(header, line, strict=False) if text(cell) is not None}
        rows.append(row)
        numbers.append(place)
    if not rows:
        raise EvaluationFileError(path=str(path), problem="problem_no_rows")
    return Table(path, titles, rows, numbers, grid.uncalculated)


def _column(cell: Any, index: int, titles: dict[str, str]) -> str:
    """The name of a column, kept in ``titles``; of two columns for one thing the first has it."""
    title = text(cell) or f"#{index + 1}"
    word = unicodedata.normalize("NFKC", title).casefold()
    name = _HEADER_OF_WORD.get(word.replace(" ", "_"), word)
    if name in titles:
        name = f"{word} #{index + 1}"
    titles[name] = title
    return name
