"""Files that cannot be scored: each is refused with its own error, and stays as it is."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbooks.makers import clip_rows, list_workbook, make_rating, rewrite
from xl_vqa.words.errors import (
    WorkbookColumnError,
    WorkbookError,
    WorkbookFormatError,
    WorkbookNotFoundError,
    WorkbookPasswordError,
    WorkbookSheetError,
    WorkbookUnreadableError,
)
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

place = st.floats(0, 1)
changes = st.lists(st.tuples(place, st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=4)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return stream.getvalue()


def sound() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return list_workbook(Path(folder) / "list.xlsx", clip_rows(3)).read_bytes()


SOUND = sound()
PARTS = sorted(zipfile.ZipFile(io.BytesIO(SOUND)).namelist())


@pytest.mark.parametrize(
    ("name", "data", "kind", "says"),
    [
        ("old.xls", COMPOUND + b"Workbook", WorkbookFormatError, "Excel 97-2003"),
        ("locked.xlsx", COMPOUND + "EncryptedPackage".encode("utf-16-le"), WorkbookPasswordError, "password"),
        (
            "a.ods",
            zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            WorkbookFormatError,
            "OpenDocument",
        ),
        ("a.xlsb", zipped(**{"[Content_Types].xml": "", "xl/workbook.bin": ""}), WorkbookFormatError, "Binary"),
        ("a.docx", zipped(**{"[Content_Types].xml": "", "word/document.xml": ""}), WorkbookFormatError, "Word"),
        ("list.csv", b"path\na.mp4\n", WorkbookFormatError, "CSV"),
        ("web.xls", b"<html><table></table></html>", WorkbookFormatError, "HTML"),
        ("xml.xlsx", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', WorkbookFormatError, "XML"),
        ("empty.xlsx", b"", WorkbookUnreadableError, "0 bytes"),
        ("text.xlsx", b"hello", WorkbookUnreadableError, "not a zip"),
        ("zip.xlsx", zipped(**{"readme.txt": "hello"}), WorkbookUnreadableError, "Content_Types"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), WorkbookUnreadableError, "not copied whole"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, name: str, data: bytes, kind: type[WorkbookError], says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(WorkbookError, match=says) as caught:
        plan_workbook(path)
    assert type(caught.value) is kind
    assert name in caught.value.message("ja")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WorkbookNotFoundError):
        plan_workbook(tmp_path / "none.xlsx")
    with pytest.raises(WorkbookUnreadableError, match="it is a folder"):
        plan_workbook(tmp_path)


def cut(part: str) -> Callable[[str, bytes], bytes | None]:
    return lambda name, data: None if name == part else data


def swap(part: str, content: bytes) -> Callable[[str, bytes], bytes | None]:
    return lambda name, data: content if name == part else data


@pytest.mark.parametrize(
    "damage",
    [
        cut("xl/workbook.xml"),
        cut("xl/worksheets/sheet1.xml"),
        cut("xl/sharedStrings.xml"),
        swap("xl/workbook.xml", b"<workbook"),
        swap("xl/workbook.xml", b"<workbook/>"),
        swap("xl/worksheets/sheet1.xml", b""),
        swap("xl/worksheets/sheet1.xml", b"<worksheet/>"),
        swap("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="x"/></sheetData></worksheet>'),
        swap(
            "xl/worksheets/sheet1.xml",
            b'<worksheet><sheetData><row r="1"><c r="ZZZZ1"/></row></sheetData></worksheet>',
        ),
        swap("xl/styles.xml", b"\x00\x01"),
        swap("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    ],
)
def test_damaged_parts(tmp_path: Path, damage: Callable[[str, bytes], bytes | None]) -> None:
    path = rewrite(list_workbook(tmp_path / "list.xlsx", clip_rows(3)), damage)
    with pytest.raises((WorkbookUnreadableError, WorkbookColumnError, WorkbookSheetError)):
        plan_workbook(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", clip_rows(3))
    entities = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = b'<?xml version="1.0"?>' + entities + b"<worksheet>&b;</worksheet>"
    rewrite(path, swap("xl/worksheets/sheet1.xml", bomb))
    with pytest.raises(WorkbookUnreadableError, match="DOCTYPE"):
        plan_workbook(path)


def test_a_password_on_single_members(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", clip_rows(3))
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    path.write_bytes(bytes(data))
    with pytest.raises(WorkbookPasswordError):
        plan_workbook(path)


@settings(max_examples=150, deadline=None)
@given(part=st.sampled_from(["", *PARTS]), changes=changes)
def test_any_damage_is_an_error_of_ours_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, part: str, changes: list[tuple[float, int, bytes]]
) -> None:
    """Bytes changed at random, within one member or in the zip itself: never another kind of exception,
    and a workbook that could not be scored is as it was."""
    folder = tmp_path_factory.mktemp("damage")
    path = folder / "list.xlsx"
    path.write_bytes(SOUND if part else damaged(SOUND, changes))
    if part:
        rewrite(path, lambda name, old: damaged(old, changes) if name == part else old)
    before = path.read_bytes()
    try:
        plan = plan_workbook(path)
        WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    except WorkbookError:
        assert path.read_bytes() == before
    assert os.listdir(folder) == ["list.xlsx"]


def damaged(old: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    new = bytearray(old)
    for where, length, inserted in changes:
        begin = int(where * len(new))
        new[begin : begin + length] = inserted
    return bytes(new)
