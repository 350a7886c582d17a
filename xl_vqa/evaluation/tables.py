"""Small tables from .csv, .tsv, .json and .xlsx files: predictions, manifests, baselines, ratings."""

from __future__ import annotations

import csv
import io
import json
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.errors import EvaluationColumnError, EvaluationFileError

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
    "content": "content source 元動画 コンテンツ",
    "problem": "problem 問題",
    "band": "band 評価",
    "band_probability": "band_probability confidence 確信度",
    "error": "error エラー",
    "model": "model モデル",
    "distribution": "distribution",
    "scale": "scale",
    "band_thresholds": "band_thresholds",
}
_HEADER_OF_WORD: Final = {word: header for header, words in HEADERS.items() for word in words.split()}
_LISTS: Final = ("results", "ratings", "rows", "videos")
"""Where a JSON object keeps its list of rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold a value for each column that is not empty there, by the names of HEADERS where known.

    ``titles`` gives each column's own header, in the file's order; ``numbers[i]`` is the place of ``rows[i]``
    in the file, counted from 1 with the header.
    """

    path: Path
    titles: dict[str, str]
    rows: list[dict[str, Any]]
    numbers: list[int]

    def require(self, *columns: str) -> None:
        """Raises EvaluationColumnError for the first of ``columns`` that the table lacks."""
        for column in columns:
            if column not in self.titles:
                shown = ", ".join(self.titles.values())
                raise EvaluationColumnError(path=str(self.path), column=column, columns=shown)


def read_table(path: Path) -> Table:
    """Raises EvaluationFileError for a file that is missing, of another kind, damaged or without rows."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise EvaluationFileError(path=str(path), problem="problem_no_such_file") from error
    except OSError as error:
        problem = "problem_folder" if path.is_dir() else error.strerror or str(error)
        raise EvaluationFileError(path=str(path), problem=problem) from error
    if path.suffix.lower() == ".json":
        grid: Sequence[Sequence[Any]] = _from_json(path, content)
    elif content.startswith(b"PK"):
        grid = _from_workbook(path, content)
    else:
        grid = _from_text(path, content)
    return _table(path, grid)


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


def text(cell: Any) -> str | None:
    """A cell as text, None where it is empty; whole numbers without '.0'."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def _table(path: Path, grid: Sequence[Sequence[Any]]) -> Table:
    lines = ((place, list(line)) for place, line in enumerate(grid, 1))
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
    return Table(path, titles, rows, numbers)


def _column(cell: Any, index: int, titles: dict[str, str]) -> str:
    """The name of a column, kept in ``titles``; of two columns for one thing the first has it."""
    title = text(cell) or f"#{index + 1}"
    word = unicodedata.normalize("NFKC", title).casefold()
    name = _HEADER_OF_WORD.get(word.replace(" ", "_"), word)
    if name in titles:
        name = f"{word} #{index + 1}"
    titles[name] = title
    return name


def _from_json(path: Path, content: bytes) -> list[list[Any]]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EvaluationFileError(path=str(path), problem="problem_not_json") from error
    if isinstance(found, dict):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise EvaluationFileError(path=str(path), problem="problem_not_json_rows")
    columns = list(dict.fromkeys(name for row in found for name in row))
    return [columns, *([_plain(row.get(name)) for name in columns] for row in found)]


def _plain(value: Any) -> Any:
    """An error of the host is an object: its sentence is what a table shows."""
    return value.get("message") or value.get("code") if isinstance(value, dict) and "code" in value else value


def _from_workbook(path: Path, content: bytes) -> list[Sequence[Any]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    except Exception as error:
        # a damaged package fails in openpyxl, its XML parser or zipfile with any of a dozen types
        raise EvaluationFileError(path=str(path), problem="problem_damaged_workbook") from error
    # a cover sheet has no header with a video in it
    for sheet in sheets:
        if any(
            _HEADER_OF_WORD.get(str(cell).strip().casefold()) == "path" for line in sheet[:20] for cell in line
        ):
            return list(sheet)
    return list(sheets[0]) if sheets else []


def _from_text(path: Path, content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp932", "cp1252"):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in decoded:
            break
    else:
        raise EvaluationFileError(path=str(path), problem="problem_not_a_table")
    first = next((line for line in decoded.splitlines() if line.strip()), "")
    separator = max("\t;,", key=first.count)
    try:
        return list(csv.reader(io.StringIO(decoded, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise EvaluationFileError(path=str(path), problem="problem_not_a_table") from error
