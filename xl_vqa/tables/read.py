"""From a file to plain grids of cells: the one reader of tables, for ratings, predictions and manifests.

A format is one entry of FORMATS. (Scoring a workbook in place reads the package's own parts instead, because it
must put back what it did not understand: ``workbooks/sheet_read.py``.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from xl_vqa.tables.grid import Grid, TableError
from xl_vqa.tables.json_rows import read_json_rows
from xl_vqa.tables.spreadsheet import read_spreadsheet
from xl_vqa.tables.text import read_text
from xl_vqa.words.reasons import Reason, why_unread

_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Format(NamedTuple):
    """How a kind of file is known, by its first bytes or else by its name's ending, and read."""

    name: str
    starts: tuple[bytes, ...]
    suffixes: tuple[str, ...]
    read: Callable[[str, bytes], list[Grid]]
    """From the file's name and content. Raises TableError."""


FORMATS: Final = (
    Format("spreadsheet", (b"PK", _OLE), _SPREADSHEETS, read_spreadsheet),
    Format("json", (), (".json", ".jsonl", ".ndjson"), read_json_rows),
    # whatever is left is taken for text
    Format("text", (), (".csv", ".tsv", ".txt", ""), read_text),
)


def read_grids(path: Path) -> list[Grid]:
    """The grids of a file, in its order, empty and hidden ones too: at least one, and at least one not empty.

    Raises TableError.
    """
    content = _content(path)
    grids = _format_of(path, content).read(path.name, content)
    if all(grid.empty for grid in grids):
        raise TableError("problem_no_rows", ", ".join(grid.name for grid in grids))
    return grids


def read_figures(path: Path) -> list[Grid]:
    """The same for tables whose numbers count; raises TableError where decimal commas cut them in two."""
    grids = read_grids(path)
    cut = next((grid.cut_decimals for grid in grids if grid.cut_decimals is not None), None)
    if cut is not None:
        raise TableError("problem_cut_decimals", str(cut))
    return grids


def chosen(grids: Sequence[Grid], wanted: str | None) -> list[Grid]:
    """The sheet that was asked for, by name or by number from 1; without ``wanted`` all that are visible.

    Hidden ones count where every sheet is hidden. Empty where there is no such sheet.
    """
    if wanted is None:
        return [grid for grid in grids if not grid.hidden] or list(grids)
    name = wanted.strip().casefold()
    exact = [grid for grid in grids if grid.name == wanted]
    alike = [grid for grid in grids if grid.name.strip().casefold() == name]
    if exact or alike:
        return [*exact, *alike][:1]
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(grids):
        return [grids[int(wanted) - 1]]
    return []


def _format_of(path: Path, content: bytes) -> Format:
    suffix = path.suffix.lower()
    by_content = (entry for entry in FORMATS if entry.starts and content.startswith(entry.starts))
    by_name = (entry for entry in FORMATS if suffix in entry.suffixes)
    return next(by_content, None) or next(by_name, FORMATS[-1])


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = why_unread(error, path)
        if isinstance(problem, Reason):
            raise TableError(problem["key"], problem["detail"]) from error
        raise TableError(problem) from error
    if not content.strip(b"\0 \t\r\n"):
        raise TableError("problem_no_rows", "0 bytes" if not content else path.name)
    return content
