"""Separated text of an encoding and a separator that nobody stated."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from xl_vqa.tables.blanks import blank_separated
from xl_vqa.tables.grid import MOST_ROWS, Grid, TableError, grid
from xl_vqa.words.japanese_bytes import decode_japanese
from xl_vqa.words.video_names import is_video_name

_JAPANESE: Final = "Shift_JIS, EUC-JP, ISO-2022-JP"


def read_text(name: str, content: bytes) -> list[Grid]:
    """The one grid of a .csv, .tsv or .txt file; row i is the i-th record, quoted line breaks counting for none.

    Raises TableError for what is no text, and for text that no separator fits, such as an unclosed quote.
    """
    text = _decode(content)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r'"?sep=(.)"?', first.strip(), re.IGNORECASE)
    if declared:
        # Excel's own hint; an empty row takes its place, so that row numbers stay those of the file
        separator, text = declared.group(1), "\n" + rest
    elif (blanks := blank_separated(text)) is not None:
        return [grid(name, blanks)]
    else:
        separator = _separator(text, name)
    try:
        rows = list(_records(text, separator))
        _check_quotes(text, separator)
    except csv.Error as error:
        raise TableError("problem_not_a_table", str(error)) from error
    if len(rows) > MOST_ROWS:
        raise TableError("problem_too_many_rows")
    found = grid(name, rows)
    found.cut_decimals = _cut_decimals(rows) if separator == "," else None
    return [found]


def _decode(content: bytes) -> str:
    """Byte order mark, UTF-16 without one, UTF-8, the older ones of Japan, Western."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif b"\0" in content[:4096]:
        # in mostly Western text of UTF-16 every other byte is zero
        even, odd = content[0:4096:2].count(0), content[1:4096:2].count(0)
        candidates = ["utf-16-le" if odd >= even else "utf-16-be"]
    else:
        candidates = ["utf-8", _JAPANESE, "cp1252"]
    if b"\x1b$" in content:
        # seven bits, which UTF-8 takes for control characters
        candidates = [_JAPANESE, *candidates]
    for encoding in candidates:
        try:
            text = decode_japanese(content) if encoding == _JAPANESE else content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # zero bytes remain where a binary file was taken for text
        if "\0" not in text:
            return text
    raise TableError("problem_not_a_table", ", ".join(candidates))


def _records(text: str, separator: str, *, strict: bool = False) -> Any:
    source = io.StringIO(text, newline="")
    return csv.reader(source, delimiter=separator, skipinitialspace=True, strict=strict)


def _check_quotes(text: str, separator: str) -> None:
    """Raises csv.Error for a quote that is never closed: it would have swallowed every row below it.

    What else a strict reader minds (a quote within a cell) people do write.
    """
    if '"' not in text:
        return
    try:
        for _ in _records(text, separator, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise


def _cut_decimals(rows: Sequence[Sequence[str]]) -> int | None:
    """The first record (from 1) where "3,67" stands between commas without quotes, and so fell into two cells.

    The header has fewer fields than the rows below it, and what passes its end are digits behind digits.
    """
    filled = [(index, [cell.strip() for cell in row]) for index, row in enumerate(rows) if any(row)]
    header = next(
        (k for k, (_, row) in enumerate(filled[:60]) if len(row) > 1 and not any(map(_digits, row))), None
    )
    if header is None:
        return None
    width, body = len(filled[header][1]), filled[header + 1 :]
    longer = [(index, row) for index, row in body if any(row[width:])]
    cut = [index + 1 for index, row in longer if all(map(_digits, row[width - 1 :])) and row[width - 1]]
    return cut[0] if cut and len(cut) == len(longer) and len(cut) > 0.5 * len(body) else None


def _digits(cell: str) -> bool:
    return cell.isascii() and cell.isdigit()


def _separator(text: str, name: str) -> str:
    """The separator that gives the steadiest columns."""
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
    if name.lower().endswith(".tsv") and "\t" in sample:
        return "\t"
    if best == "," and "|" in sample and _videos(sample, ",") < 0.5 <= _videos(sample, "|"):
        # "a.mp4|a cat, a dog|36.9": a prompt has its commas as steadily
        return "|"
    return best


def _videos(sample: str, separator: str) -> float:
    """The share of records in which a cell names a video, and nothing else."""
    try:
        rows = [row for row in _records(sample, separator) if any(cell.strip() for cell in row)]
    except csv.Error:
        return 0.0
    return sum(any(map(is_video_name, row)) for row in rows) / max(len(rows), 1)
