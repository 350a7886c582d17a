"""Makers of rating tables as people keep them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

Rows = Sequence[Sequence[Any]]


def workbook(path: Path, sheets: dict[str, Rows], merged: dict[str, Sequence[str]] | None = None) -> Path:
    """An .xlsx with the given sheets; ``merged`` are ranges per sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def text(path: Path, rows: Rows, *, encoding: str = "utf-8", separator: str = ",", newline: str = "\r\n") -> Path:
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def videos(folder: Path, *names: str) -> None:
    """Files that only have to exist; each has its own content and size."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{name} {number}".encode() + b"x" * number)


JAPANESE_WIDE: Rows = [
    ["動画", "佐藤", "鈴木", "高橋"],
    ["桜_元.mp4", 5, "４", "4.0"],
    ["桜_圧縮.mp4", 2, "３", "2,5"],
    ["海_元.mp4", "非常に良い", "良い", 5],
    ["海_圧縮.mp4", 1, None, "悪い"],
]
"""MOS 4.333.., 2.5, 4.667 and 1.5."""

LONG: Rows = [
    ["rater", "video", "score"],
    ["A", "x_crf20.mp4", 5],
    ["A", "x_crf40.mp4", 2],
    ["B", "x_crf20.mp4", 4],
    ["B", "x_crf40.mp4", 3],
    ["A", "y_crf20.mp4", 4],
]

MOS: Rows = [
    ["Video", "MOS", "SD", "N"],
    ["a.mp4", 3.45, 0.8, 20],
    ["b.mp4", 1.2, 0.4, 20],
    ["c.mp4", 4.9, 0.3, 18],
]
