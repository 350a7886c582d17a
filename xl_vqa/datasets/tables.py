"""From a file of ratings to plain grids of cells: .xlsx and .xlsm workbooks, .csv and .tsv in the usual encodings.

Nothing here knows what a column means. Merged cells show their value in every cell that they cover, as a
person sees them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.errors import (
    RatingsEmptyError,
    RatingsEncryptedError,
    RatingsLockedError,
    RatingsNotFoundError,
    RatingsSheetError,
    RatingsUnreadableError,
)

Cell = Any
"""str, int, float, bool, datetime, or None for an empty cell."""

WORKBOOK_SUFFIXES: Final = frozenset({".xlsx", ".xlsm"})
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt"})

_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_NAME: Final = "EncryptedPackage".encode("utf-16-le")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
# a formula cell that was never calculated: <f> with no <v> after it, or an empty one, which in a cell of text
# is the result "" of a formula
_FORMULA: Final = rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*"
_UNCALCULATED: Final = re.compile(
    rb"<c\b(?:[^>]*>\s*" + _FORMULA + rb'|(?![^>]*\bt="str")[^>]*>\s*' + _FORMULA + rb"(?:<v\s*/>|<v></v>)\s*)</c>"
)
_MOST_ROWS: Final = 1_048_576


@dataclass(slots=True)
class Grid:
    """One sheet, or one text file.

    ``rows[i]`` is row i + 1 of the source, without the empty cells at its end; ``hidden`` and
    ``uncalculated`` (formulas whose result the file does not hold) are for the reader's notes.
    """

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    uncalculated: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        """The value at zero-based ``row`` and ``column``, None outside the grid."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if column < len(cells) else None

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def read_grids(path: Path, sheet: str | None = None) -> list[Grid]:
    """The grids of a file, in its order; with ``sheet`` (a name, or a number from 1) that one alone.

    Without ``sheet`` hidden sheets are left out unless every sheet is hidden.

    Raises RatingsNotFoundError, RatingsLockedError, RatingsEncryptedError, RatingsUnreadableError,
    RatingsSheetError and RatingsEmptyError.
    """
    content = _content(path)
    if content.startswith(_OLE_MAGIC):
        if _ENCRYPTED_NAME in content:
            raise RatingsEncryptedError(path=str(path))
        raise RatingsUnreadableError(path=str(path), problem="it is in the old .xls format")
    if content.startswith(b"PK") or path.suffix.lower() in WORKBOOK_SUFFIXES:
        grids = _workbook(path, content, sheet)
    else:
        if sheet is not None:
            raise RatingsSheetError(path=str(path), source=sheet, problem="a text file has no sheets")
        grids = [Grid(path.name, parse_text(_decode(path, content), path))]
    if all(grid.empty for grid in grids):
        raise RatingsEmptyError(path=str(path), source=", ".join(grid.name for grid in grids))
    return [grid for grid in grids if not grid.empty]


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RatingsNotFoundError(path=str(path)) from error
    except IsADirectoryError as error:
        raise RatingsUnreadableError(path=str(path), problem="it is a folder") from error
    except PermissionError as error:
        # on Windows a folder, too, answers "permission denied"
        if path.is_dir():
            raise RatingsUnreadableError(path=str(path), problem="it is a folder") from error
        raise RatingsLockedError(path=str(path), problem=error.strerror or "permission denied") from error
    except OSError as error:
        raise RatingsUnreadableError(path=str(path), problem=error.strerror or str(error)) from error
    if not content.strip(b"\0 \t\r\n"):
        raise RatingsEmptyError(path=str(path), source="0 bytes" if not content else path.name)
    return content


def _workbook(path: Path, content: bytes, wanted: str | None) -> list[Grid]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = _chosen(path, book.worksheets, wanted)
            return [_sheet(package, sheet) for sheet in sheets]
    except (RatingsSheetError, MemoryError):
        raise
    except Exception as error:
        # a damaged package fails in openpyxl, its XML parser or zipfile with any of a dozen types
        problem = f"the workbook is damaged ({type(error).__name__}: {error})"
        raise RatingsUnreadableError(path=str(path), problem=problem) from error


def _chosen(path: Path, sheets: Sequence[Any], wanted: str | None) -> list[Any]:
    if wanted is None:
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        return visible or list(sheets)
    for sheet in sheets:
        if sheet.title == wanted:
            return [sheet]
    for sheet in sheets:
        if sheet.title.strip().casefold() == wanted.strip().casefold():
            return [sheet]
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(sheets):
        return [sheets[int(wanted) - 1]]
    raise RatingsSheetError(path=str(path), source=wanted, problem=", ".join(sheet.title for sheet in sheets))


def _sheet(package: zipfile.ZipFile, sheet: Any) -> Grid:
    # some writers state a wrong extent ("A1"), which openpyxl would believe
    sheet.reset_dimensions()
    rows = [_trimmed(list(row)) for row in sheet.iter_rows(values_only=True)]
    while rows and not rows[-1]:
        rows.pop()
    grid = Grid(sheet.title, rows, hidden=sheet.sheet_state != "visible")
    # openpyxl's fast mode knows nothing of merged cells and missing results: they are read off the part itself
    part = package.read(sheet._worksheet_path)
    grid.uncalculated = len(_UNCALCULATED.findall(part))
    for left, top, right, bottom in _MERGED.findall(part):
        _fill(grid, int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode()))
    return grid


def _fill(grid: Grid, top: int, left: int, bottom: int, right: int) -> None:
    value = grid.cell(top, left)
    if value is None:
        return
    # a merge may reach to the last row of Excel; only rows that hold something matter
    right = min(right, max(grid.width - 1, left))
    for row in range(top, min(bottom, len(grid.rows) - 1) + 1):
        cells = grid.rows[row]
        cells.extend([None] * (right + 1 - len(cells)))
        for column in range(left, right + 1):
            if cells[column] is None:
                cells[column] = value


def _trimmed(cells: list[Cell]) -> list[Cell]:
    cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _decode(path: Path, content: bytes) -> str:
    """Text of a file whose encoding nobody stated: byte order mark, UTF-8, Shift_JIS (cp932), Western."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif b"\0" in content[:4096]:
        # UTF-16 without a mark: in mostly Western text every other byte is zero
        even, odd = content[0:4096:2].count(0), content[1:4096:2].count(0)
        candidates = ["utf-16-le" if odd >= even else "utf-16-be"]
    else:
        candidates = ["utf-8", "cp932", "cp1252"]
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # zero bytes remain where a binary file was taken for text
        if "\0" not in text:
            return text
    raise RatingsUnreadableError(path=str(path), problem=f"it is no text in {', '.join(candidates)}")


def parse_text(text: str, path: Path) -> list[list[Cell]]:
    """Rows of separated text; the separator is the one that gives the steadiest columns.

    ``rows[i]`` is the i-th record, which is the i-th line unless quoted cells hold line breaks.
    Raises RatingsUnreadableError for text that no separator fits, such as an unclosed quote.
    """
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r'"?sep=(.)"?', first.strip(), re.IGNORECASE)
    if declared:
        # Excel's own hint; an empty row takes its place, so that row numbers stay those of the file
        separator, text = declared.group(1), "\n" + rest
    else:
        separator = _separator(text, path)
    try:
        rows = [_trimmed(list(row)) for row in _records(text, separator)]
    except csv.Error as error:
        raise RatingsUnreadableError(path=str(path), problem=str(error)) from error
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > _MOST_ROWS:
        raise RatingsUnreadableError(path=str(path), problem=f"it has more than {_MOST_ROWS} rows")
    return rows


def _records(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)


def _separator(text: str, path: Path) -> str:
    sample = text[:200_000]
    best, best_score = ",", 0.0
    # a semicolon before a comma: "a.mp4;3,5;4,0" has steady commas too, but there they are decimal
    for separator in ("\t", ";", ",", "|"):
        if separator not in sample:
            continue
        try:
            counts = Counter(len(row) for row in _records(sample, separator) if any(cell.strip() for cell in row))
        except csv.Error:
            continue
        # the last record may have been cut by the sample's end, so a single odd one does not count
        width, hits = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width < 2:
            # title rows can outnumber the data of a tiny file
            width, hits = max(((w, n) for w, n in counts.items() if w > 1), default=(1, 0))
        share = hits / max(sum(counts.values()), 1)
        score = share if width > 1 else 0.0
        if score > best_score + 0.15:
            best, best_score = separator, score
    if path.suffix.lower() == ".tsv" and "\t" in sample:
        return "\t"
    return best


def column_index(letters: str) -> int:
    """Zero-based index of a column's letters: A is 0, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def column_letters(index: int) -> str:
    """The letters of a zero-based column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Excel's name of a zero-based row and column: (6, 3) is D7."""
    return f"{column_letters(column)}{row + 1}"
