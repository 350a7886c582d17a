"""A workbook that Calc saved: its formulas get the bare names again. Nothing else in the file changes.

Calc writes its own name for an add-in's function, which no other program knows. The name is long and ours
alone, so replacing it within formulas is safe; every other part of the package is copied as it is.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, unescape

from xl_vqa import atomic
from xl_vqa.calc import names
from xl_vqa.calc.formulas import to_file

SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_MARK: Final = names.FORMULA_PREFIX.encode()
# cells, names, conditional formats, validations: every place of a formula
_FORMULA: Final = re.compile(
    rb"(<(?:\w+:)?(f|formula|formula1|formula2|definedName|calculatedColumnFormula|totalsRowFormula)(?:\s[^>]*)?>)"
    rb"([^<]*)(</(?:\w+:)?\2>)"
)


def repair(path: Path) -> int:
    """Rewrites the workbook in place; returns how many formulas were put right.

    The time of the file stays as it was: a program that has it open would otherwise report that somebody else
    changed it. Raises OSError where it cannot be written; a file that is no such workbook is left alone (0).
    """
    if path.suffix.lower() not in SUFFIXES or not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        changed: dict[str, bytes] = {}
        count = 0
        for info in archive.infolist():
            if info.filename.startswith("xl/") and info.filename.endswith(".xml"):
                data = archive.read(info)
                if _MARK in data.upper():
                    new, number = _repaired(data)
                    if number:
                        changed[info.filename] = new
                        count += number
        if not changed:
            return 0
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as output:
            for info in archive.infolist():
                output.writestr(info, changed.get(info.filename, archive.read(info)), info.compress_type)
    _put_in_place(content.getvalue(), path)
    return count


def _repaired(data: bytes) -> tuple[bytes, int]:
    count = 0

    def change(found: re.Match[bytes]) -> bytes:
        nonlocal count
        if _MARK not in found[3].upper():
            return found[0]
        quotes = {"&quot;": '"', "&apos;": "'"}
        old = unescape(found[3].decode("utf-8"), quotes)
        new = to_file(old)
        if new == old:
            return found[0]
        count += 1
        return found[1] + escape(new).encode("utf-8") + found[4]

    return _FORMULA.sub(change, data), count


def _put_in_place(content: bytes, path: Path) -> None:
    before = path.stat()
    times = before.st_atime_ns, before.st_mtime_ns
    try:
        with atomic.replacing(path) as copy:
            copy.write_bytes(content)
            os.utime(copy, ns=times)
    except PermissionError:
        if atomic.is_read_only(path):
            raise
        # Windows: a program that has the file open forbids replacing it, but shares it for writing. A copy
        # stays beside it until the last byte is written.
        spare = path.with_name(f".{path.name}.copy")
        spare.write_bytes(content)
        with path.open("r+b") as target:
            target.write(content)
            target.truncate()
            target.flush()
            os.fsync(target.fileno())
        spare.unlink()
        os.utime(path, ns=times)
