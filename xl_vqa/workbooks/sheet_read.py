"""Reading a worksheet's parts: values, hyperlinks, tables, merged cells, what floats above the cells."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from xl_vqa.sheets.areas import Area, column_number, parse_area
from xl_vqa.sheets.grid import EMPTY, Table, Value
from xl_vqa.words.errors import WorkbookSheetError, WorkbookUnreadableError
from xl_vqa.words.reasons import Reason, why_malformed
from xl_vqa.workbooks.cells import from_stored
from xl_vqa.workbooks.dates import as_date, date_styles, day_0
from xl_vqa.workbooks.package import OFFICE_RELATIONSHIPS, STRICT_RELATIONSHIPS, Package, local_name

# A crafted or careless reference to whole columns must not become millions of entries
_MAX_LINKED_CELLS = 100_000
_NOT_AVAILABLE: Final = re.compile(r"\s*=?\s*NA\s*\(\s*\)\s*", re.IGNORECASE)


class SheetEntry(NamedTuple):
    name: str
    part: str
    visible: bool


class WorkbookFile:
    """A package seen as a workbook. Raises what ``Package`` raises; WorkbookUnreadableError without sheets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package = Package(path)
        main = [r for r in self.package.relationships("") if r.kind == "officeDocument"]
        part = self.package.find(main[0].target if main else "xl/workbook.xml")
        if part is None:
            raise WorkbookUnreadableError(path=str(path), problem="workbook_no_index")
        self.part = part
        self.tree = self.package.parse(part)
        self.sheets = list(self._sheet_entries())
        if not self.sheets:
            raise WorkbookUnreadableError(path=str(path), problem="workbook_no_worksheet")

    def _sheet_entries(self) -> Iterator[SheetEntry]:
        targets = {r.id: r for r in self.package.relationships(self.part)}
        for element in self.tree.getroot().iter("{*}sheet"):
            link = element.get(f"{{{OFFICE_RELATIONSHIPS}}}id") or element.get(f"{{{STRICT_RELATIONSHIPS}}}id")
            target = targets.get(link or "")
            # chart sheets and dialogs stand in the same list
            if target is None or target.kind != "worksheet":
                continue
            part = self.package.find(target.target)
            if part is not None:
                visible = element.get("state", "visible") == "visible"
                yield SheetEntry(from_stored(element.get("name", "")), part, visible)

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings, without the reading aids (furigana) that Japanese Excel stores beside them."""
        part = self.related("sharedStrings")
        if part is None:
            return []
        return [rich_text(item) for item in self.package.parse(part).getroot() if local_name(item) == "si"]

    @cached_property
    def date_styles(self) -> frozenset[str]:
        return date_styles(self)

    @cached_property
    def day_0(self) -> datetime.datetime:
        return day_0(self)

    def related(self, kind: str) -> str | None:
        """The workbook's part of this kind."""
        for relationship in self.package.relationships(self.part):
            if relationship.kind == kind:
                return self.package.find(relationship.target)
        return None

    def sheet_order(self) -> list[SheetEntry]:
        """Visible sheets with the one shown at opening first, then hidden ones."""
        view = next(self.tree.getroot().iter("{*}workbookView"), None)
        active = int(view.get("activeTab", "0")) if view is not None else 0
        names = [from_stored(e.get("name", "")) for e in self.tree.getroot().iter("{*}sheet")]
        shown = names[active] if active < len(names) else None
        return sorted(self.sheets, key=lambda sheet: (not sheet.visible, sheet.name != shown))

    def entry(self, name: str) -> SheetEntry:
        """The sheet of that name, whatever its case. Raises WorkbookSheetError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        for sheet in self.sheets:
            if sheet.name.casefold() == name.strip().casefold():
                return sheet
        raise WorkbookSheetError(path=str(self.path), sheet=name, sheets=", ".join(s.name for s in self.sheets))


class Sheet:
    """One worksheet's tree and the place of every row and cell in it."""

    def __init__(self, workbook: WorkbookFile, entry: SheetEntry) -> None:
        self.workbook = workbook
        self.entry = entry
        self.tree = workbook.package.parse(entry.part)
        self.root = self.tree.getroot()
        data = self.child("sheetData")
        if data is None:
            raise WorkbookUnreadableError(
                path=str(workbook.path), problem=Reason("workbook_no_rows_part", part=entry.part)
            )
        self.data = data
        self.rows: dict[int, etree._Element] = {}
        self.cells: dict[int, dict[int, etree._Element]] = {}
        self._index()
        self.relationships = workbook.package.relationships(entry.part)

    @property
    def namespace(self) -> str:
        return str(etree.QName(self.root).namespace)

    def child(self, name: str) -> etree._Element | None:
        return self.root.find(f"{{*}}{name}")

    def _index(self) -> None:
        numbers: dict[str, int] = {}
        row_number = 0
        for row in self.data:
            if local_name(row) != "row":
                continue
            # both attributes may be left out: then the place is the one behind the neighbour
            row_number = int(row.get("r") or row_number + 1)
            self.rows[row_number] = row
            found: dict[int, etree._Element] = {}
            column = 0
            for cell in row:
                name = cell.get("r")
                if name is None:
                    if local_name(cell) != "c":
                        continue
                    column += 1
                else:
                    letters = name.rstrip("0123456789")
                    if letters not in numbers:
                        numbers[letters] = self._column_number(letters)
                    column = numbers[letters]
                found[column] = cell
            self.cells[row_number] = found

    def _column_number(self, letters: str) -> int:
        try:
            return column_number(letters)
        except ValueError as error:
            raise WorkbookUnreadableError(
                path=str(self.workbook.path),
                problem=Reason("says", what=self.entry.part, why=why_malformed(error)),
            ) from None

    def value(self, row: int, column: int) -> Value:
        cell = self.cells.get(row, {}).get(column)
        return EMPTY if cell is None else self._value_of(cell)

    def _value_of(self, cell: etree._Element) -> Value:
        kind = cell.get("t", "n")
        formula = stored = inline = None
        for part in cell:
            tag = local_name(part)
            if tag == "v":
                stored = part.text or ""
            elif tag == "f":
                formula = part.text or ""
            elif tag == "is":
                inline = part
        if not stored and formula is not None and kind != "str":
            # what XlsxWriter and openpyxl write: only a text may be empty
            stored = None
        if kind == "inlineStr":
            return Value("text", rich_text(inline), formula) if inline is not None else EMPTY
        if stored is None and formula is not None and _NOT_AVAILABLE.fullmatch(formula):
            # the one formula whose result is known without computing; a person sees that
            return Value("error", "#N/A", formula)
        if stored is None:
            return Value("uncomputed", "", formula) if formula is not None else EMPTY
        if kind == "s":
            strings = self.workbook.strings
            try:
                return Value("text", strings[int(stored)], formula)
            except (ValueError, IndexError):
                return EMPTY
        if kind == "str":
            return Value("text", from_stored(stored), formula)
        if kind == "b":
            return Value("boolean", "TRUE" if stored.strip() == "1" else "FALSE", formula)
        if kind == "e":
            return Value("error", stored, formula)
        return Value("number", stored.strip(), formula)

    def date(self, row: int, column: int) -> str | None:
        """The date that a person sees in a cell, where it is one: the file holds a number."""
        cell = self.cells.get(row, {}).get(column)
        if cell is None or cell.get("s", "0") not in self.workbook.date_styles:
            return None
        value = self._value_of(cell)
        return as_date(value.text, self.workbook.day_0) if value.kind == "number" else None

    def hidden(self, row: int) -> bool:
        """Hidden by hand, by a group or by a filter."""
        element = self.rows.get(row)
        return element is not None and element.get("hidden") in ("1", "true")

    def filled(self, row: int, column: int) -> bool:
        """Whether the cell holds anything but its formatting."""
        cell = self.cells.get(row, {}).get(column)
        return cell is not None and len(cell) > 0

    @cached_property
    def used_columns(self) -> int:
        """The last column that holds anything but formatting."""
        return max((c for row in self.cells.values() for c, cell in row.items() if len(cell)), default=0)

    @cached_property
    def merged(self) -> list[Area]:
        return [parse_area(e.get("ref", "A1")) for e in self.root.iterfind("{*}mergeCells/{*}mergeCell")]

    @cached_property
    def filter_area(self) -> Area | None:
        """The cells under the sheet's own filter buttons, header row first."""
        element = self.child("autoFilter")
        return parse_area(element.get("ref", "A1")) if element is not None else None

    @cached_property
    def links(self) -> dict[tuple[int, int], str]:
        """Targets of external hyperlinks by row and column."""
        targets = {r.id: r.target for r in self.relationships if r.external}
        found: dict[tuple[int, int], str] = {}
        for element in self.root.iterfind("{*}hyperlinks/{*}hyperlink"):
            link = element.get(f"{{{OFFICE_RELATIONSHIPS}}}id") or element.get(f"{{{STRICT_RELATIONSHIPS}}}id")
            target = targets.get(link or "")
            if not target:
                continue
            area = parse_area(element.get("ref", "A1"))
            size = (area.last_row - area.first_row + 1) * (area.last_column - area.first_column + 1)
            if size <= _MAX_LINKED_CELLS:
                for row in range(area.first_row, area.last_row + 1):
                    for column in range(area.first_column, area.last_column + 1):
                        found[row, column] = target
        return found

    @cached_property
    def tables(self) -> list[Table]:
        found = []
        for relationship in self.relationships:
            part = self.workbook.package.find(relationship.target) if relationship.kind == "table" else None
            if part is None:
                continue
            root = self.workbook.package.parse(part).getroot()
            # a table bound to a query has a part of its own for it
            bound = [r for r in self.workbook.package.relationships(part) if r.kind in ("queryTable", "xmlMaps")]
            found.append(
                Table(
                    part=part,
                    name=from_stored(root.get("displayName", root.get("name", ""))),
                    area=parse_area(root.get("ref", "A1")),
                    header_rows=int(root.get("headerRowCount", "1")),
                    totals_rows=int(root.get("totalsRowCount", "0")),
                    column_names=tuple(
                        from_stored(c.get("name", "")) for c in root.iterfind("{*}tableColumns/{*}tableColumn")
                    ),
                    plain=root.get("tableType", "worksheet") == "worksheet" and not bound,
                )
            )
        return found

    @cached_property
    def floating(self) -> list[Area]:
        """The cells under charts, pictures and shapes, as far as their anchors say."""
        found = []
        for relationship in self.relationships:
            part = self.workbook.package.find(relationship.target) if relationship.kind == "drawing" else None
            if part is None:
                continue
            for anchor in self.workbook.package.parse(part).getroot():
                first, last = anchor.find("{*}from"), anchor.find("{*}to")
                if first is None:
                    continue
                top, left = _anchor(first)
                bottom, right = _anchor(last) if last is not None else (top, left)
                found.append(Area(top, left, max(top, bottom), max(left, right)))
        return found


def _anchor(element: etree._Element) -> tuple[int, int]:
    """Row and column from 1 of a drawing's corner, which counts from 0."""
    return int(element.findtext("{*}row") or 0) + 1, int(element.findtext("{*}col") or 0) + 1


def rich_text(item: etree._Element) -> str:
    """The text of ``si`` or ``is``: its own or that of its runs, never the phonetic ones."""
    parts = []
    for child in item:
        tag = local_name(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts += [run.text or "" for run in child if local_name(run) == "t"]
    # an escape never goes over the end of a run
    return "".join(map(from_stored, parts))
