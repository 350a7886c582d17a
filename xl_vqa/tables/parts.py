"""What a sheet's part says beyond its values: error cells, formulas without a result, merged cells, its extent."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final
from xml.etree import ElementTree

from xl_vqa.tables.grid import column_index
from xl_vqa.words.video_names import unescaped

_ERROR: Final = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>(.*?)</(?:\w+:)?c>', re.DOTALL
)
_RESULT: Final = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
# a formula cell that was never calculated: <f> with no <v> after it, or an empty one, which in a cell of text
# is the result "" of a formula
_FORMULA: Final = rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_EMPTY: Final = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)\s*"
_BEFORE: Final = rb"[^>]*>\s*" + _FORMULA
_UNCALCULATED: Final = re.compile(
    rb'<(?:\w+:)?c\b(?:%(before)s|(?![^>]*\bt="str")%(before)s%(empty)s)</(?:\w+:)?c>'
    % {b"before": _BEFORE, b"empty": _EMPTY}
)
_FILLED: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})[0-9]+"[^>]*[^/]>')
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*\br="([0-9]+)"')
_HIDDEN: Final = re.compile(rb'<(?:\w+:)?(row|col)\b([^>]*\bhidden="(?:1|true)"[^>]*)>')
_PLACE: Final = re.compile(rb'\b(r|min|max)="([0-9]+)"')
_ODS_HIDDEN: Final = ("collapse", "filter")
_ODS_TRUTHS: Final = {"of:=TRUE()": True, "of:=FALSE()": False}
"""How LibreOffice stores a boolean of an .xlsx that has no format of its own: the value is a plain number."""
_ODS_MARKS: Final = (
    b'value-type="error"',
    b'value-type="boolean"',
    b"-spanned=",
    b'visibility="',
    *(formula.encode("ascii") for formula in _ODS_TRUTHS),
)
_MOST_REPEATS: Final = 1_048_576


_ERROR_VALUE: Final = re.compile(
    rb'(<(?:\w+:)?c\b[^>]*\bt="e"[^>/]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)[^<]*', re.DOTALL
)


@dataclass(slots=True)
class Facts:
    """Rows and columns are zero-based. ``cells`` is the size of the rectangle that holds every filled cell."""

    values: list[tuple[int, int, str | bool]] = field(default_factory=list)
    """What calamine gives otherwise: error cells as empty, booleans of .ods as 1.0."""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: int = 0
    cells: int = 0
    hidden_rows: list[range] = field(default_factory=list)
    hidden_columns: list[range] = field(default_factory=list)


def facts_of_sheets(content: bytes) -> dict[str, Facts]:
    """By the sheet's name; none for formats whose parts are binary (.xlsb). Raises BadZipFile, ParseError."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
        if "content.xml" in names:
            return _of_ods(package.read("content.xml"))
        found = {}
        for name, part in _sheet_parts(package):
            if part in names and part.endswith(".xml"):
                found[name] = _of_part(package.read(part))
        return found


def with_plain_errors(content: bytes) -> bytes:
    """An Open XML workbook with #N/A in every error cell: calamine 0.9 refuses a whole sheet for one error value
    that it does not know, such as the #GETTING_DATA of a cell that was saved while it waited. (``Facts`` of the
    original tell the values.)"""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(made, "w") as output:
        parts = {part for _, part in _sheet_parts(package)}
        for info in package.infolist():
            data = package.read(info)
            output.writestr(info, _ERROR_VALUE.sub(rb"\1#N/A", data) if info.filename in parts else data)
    return made.getvalue()


def _of_part(part: bytes) -> Facts:
    facts = Facts()
    if b't="e"' in part:
        for letters, row, inside in _ERROR.findall(part):
            result = _RESULT.search(inside)
            if result is not None:
                facts.values.append((int(row) - 1, column_index(letters.decode()), result[1].decode()))
    facts.uncalculated = len(_UNCALCULATED.findall(part))
    columns = [column_index(letters.decode()) for letters in set(_FILLED.findall(part))]
    for kind, inside in _HIDDEN.findall(part) if b'hidden="' in part else ():
        place = {name: int(number) for name, number in _PLACE.findall(inside)}
        if kind == b"row" and b"r" in place:
            facts.hidden_rows.append(range(place[b"r"] - 1, place[b"r"]))
        elif kind == b"col" and place.keys() >= {b"min", b"max"}:
            facts.hidden_columns.append(range(place[b"min"] - 1, place[b"max"]))
    facts.cells = (max(columns, default=-1) + 1) * max(map(int, _ROW.findall(part)), default=0)
    return facts


def _sheet_parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of every sheet of an Open XML workbook, strict ones too."""
    book = next((target for kind, target in _links(package, "").values() if kind == "officeDocument"), None)
    if book is None or not book.endswith(".xml"):
        return
    links = _links(package, book)
    for sheet in ElementTree.fromstring(package.read(book)).iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        if link in links:
            yield unescaped(sheet.get("name", "")), links[link][1]


def _links(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The kind and the target of a part's relationships, by their ids."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in package.namelist():
        return {}
    found = {}
    for link in ElementTree.fromstring(package.read(rels)):
        target = posixpath.normpath(posixpath.join("/" + folder, link.get("Target", ""))).lstrip("/")
        found[link.get("Id", "")] = (link.get("Type", "").rsplit("/", 1)[-1], target)
    return found


def _of_ods(content: bytes) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    if not any(mark in content for mark in _ODS_MARKS):
        return found
    for table in ElementTree.fromstring(content).iter(_ods("table", "table")):
        facts = found[table.get(_ods("table", "name"), "")] = Facts()
        column = 0
        for element in table.iter(_ods("table", "table-column")):
            columns = _number(element, "number-columns-repeated")
            if element.get(_ods("table", "visibility")) in _ODS_HIDDEN:
                facts.hidden_columns.append(range(column, column + columns))
            column += columns
        row = 0
        for element in table.iter(_ods("table", "table-row")):
            rows = _number(element, "number-rows-repeated")
            if element.get(_ods("table", "visibility")) in _ODS_HIDDEN:
                facts.hidden_rows.append(range(row, row + rows))
            column = 0
            for cell in element:
                columns = _number(cell, "number-columns-repeated")
                down, right = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
                if down > 1 or right > 1:
                    facts.merged.append((row, column, row + down - 1, column + right - 1))
                value = _value_of(cell)
                if value is not None:
                    places = product(range(row, row + rows), range(column, column + columns))
                    facts.values += [(line, place, value) for line, place in islice(places, _MOST_REPEATS)]
                column += columns
            row += rows
    return found


def _value_of(cell: ElementTree.Element) -> str | bool | None:
    if cell.get(_ods("office", "value-type")) == "boolean":
        return cell.get(_ods("office", "boolean-value")) == "true"
    if (truth := _ODS_TRUTHS.get(cell.get(_ods("table", "formula"), ""))) is not None:
        return truth
    if any(name.endswith("}value-type") and value == "error" for name, value in cell.attrib.items()):
        return "".join(cell.itertext()).strip() or "#VALUE!"
    return None


def _ods(prefix: str, name: str) -> str:
    return f"{{urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0}}{name}"


def _number(element: ElementTree.Element, name: str) -> int:
    return min(int(element.get(_ods("table", name), "1")), _MOST_REPEATS)
