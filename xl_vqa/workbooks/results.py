"""Result files: one row per input, in input order, as CSV, JSON, JSON Lines or an Excel workbook.

CSV is written for Excel on Japanese Windows (UTF-8 with a byte order mark) and for programs (field names and
band keys in English, whatever the language; only errors and warnings are sentences). So that no cell of it
becomes a formula, a path that starts with one of ``= + - @`` gets ``./`` in front, which names the same file,
and any other text an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from xl_vqa.outputs import check_not_open, check_writable, write_output
from xl_vqa.words.errors import OutputFormatError, XlVqaError
from xl_vqa.workbooks.cells import printable
from xl_vqa.workbooks.result_rows import FIELDS, Pair, Result, columns_of, fields_of, mos_scale

SUFFIXES: Final = (".csv", ".xlsx", ".json", ".jsonl")
_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")


def check_output(path: str | os.PathLike[str]) -> None:
    """Whether results can be written there: raises, before the work, what ``write_results`` would raise."""
    path = Path(path)
    _suffix(path)
    check_writable(path)


def write_results(pairs: Sequence[Pair], path: str | os.PathLike[str], language: str = "en") -> None:
    """Writes the file that the ending of ``path`` asks for, whole or not at all.

    Raises OutputFormatError for an unknown ending, WorkbookLockedError where the file is open in Excel,
    OutputNotWritableError for every other reason.
    """
    path = Path(path)
    suffix = _suffix(path)
    check_not_open(path)
    if suffix == ".csv":
        stream = io.StringIO(newline="")
        write_results_csv(pairs, stream, language, line_end="\r\n")
        content = stream.getvalue().encode("utf-8-sig")
    elif suffix == ".json":
        content = results_json(pairs, language).encode()
    elif suffix == ".jsonl":
        content = results_lines(pairs, language).encode()
    else:
        # XlsxWriter is not loaded for the other kinds
        from xl_vqa.workbooks.results_xlsx import ResultBook
        from xl_vqa.workbooks.summary_sheet import add_summary

        book = ResultBook(pairs, language)
        book.add_results()
        add_summary(book)
        content = book.content()

    write_output(path, content)


def write_results_csv(
    pairs: Sequence[Pair], stream: TextIO, language: str = "en", *, line_end: str = "\n"
) -> None:
    """CSV into an open text stream, without a byte order mark."""
    rows = [fields_of(path, result, language) for path, result in pairs]
    columns = columns_of(rows)
    writer = csv.writer(stream, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows([_harmless(column, row[column]) for column in columns] for row in rows)


def results_json(pairs: Sequence[Pair], language: str = "en") -> str:
    """``{"format": 1, "count", "rated", "failed", "results": [...]}``; every result has ``path`` (as asked for),
    ``error`` (null, or code, params and message) and, where rated, everything the rating holds, the
    distribution and the frames used among it."""
    results = [_record(path, result, language) for path, result in pairs]
    failed = sum(isinstance(result, XlVqaError) for _, result in pairs)
    whole = {"format": 1, "count": len(pairs), "rated": len(pairs) - failed, "failed": failed, "results": results}
    return _json(whole, indent=1)


def results_lines(pairs: Sequence[Pair], language: str = "en") -> str:
    """JSON Lines: the ``results`` of ``results_json``, one on each line."""
    return "".join(_json(_record(path, result, language)) for path, result in pairs)


def _record(path: str, result: Result, language: str) -> dict[str, Any]:
    if not isinstance(result, XlVqaError):
        return {**dict(result), "path": path, "mos_scale": mos_scale(result), "error": None}
    error = {**result.to_dict(), "message": result.message(language)}
    return {**dict.fromkeys(FIELDS), "path": path, "error": error}


def _json(value: Any, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # bytes of a path that were no text become \udcXX, which JSON reads back as they were
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputFormatError(path=str(path), suffixes=", ".join(SUFFIXES))
    return suffix


def _harmless(column: str, value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"./{value}" if column == "path" else f"'{value}"
    return "" if value is None else printable(value) if isinstance(value, str) else value
