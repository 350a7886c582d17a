"""Putting cells into a worksheet's XML, and what has to follow: dimension, widths, tables, filters,
recalculation. Everything else in the parts stays as it was read."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from xl_vqa.sheets.areas import MAX_COLUMN, Area, area_name, cell_name, column_letters, parse_area
from xl_vqa.sheets.grid import Table
from xl_vqa.workbooks.cells import from_stored, stored_runs, to_stored
from xl_vqa.workbooks.package import local_name
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
# ECMA-376 CT_Workbook: what stands behind calcPr
_AFTER_CALC = frozenset(
    "oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr "
    "webPublishObjects extLst".split()
)


def put(sheet: Sheet, row: int, column: int, content: str | int | float | None, style: int | None = None) -> None:
    """Writes one cell, in its place among its neighbours; ``None`` empties it. Without ``style`` the
    cell keeps the one it has."""
    cell = sheet.cells.get(row, {}).get(column)
    if cell is None:
        if content is None and style is None:
            return
        cell = _insert_cell(sheet, row, column)
    for child in list(cell):
        cell.remove(child)
    # cm and vm point at metadata of the value that is replaced
    for attribute in ("t", "cm", "vm"):
        if attribute in cell.attrib:
            del cell.attrib[attribute]
    if style is not None:
        cell.set("s", str(style))
    if content is None:
        return
    tag = f"{{{sheet.namespace}}}"
    if isinstance(content, str):
        cell.set("t", "inlineStr")
        inline = etree.SubElement(cell, tag + "is")
        runs = stored_runs(content)
        for run in runs:
            text = etree.SubElement(inline if len(runs) == 1 else etree.SubElement(inline, tag + "r"), tag + "t")
            text.text = run
            if run != run.strip() or "\n" in run:
                text.set(_SPACE, "preserve")
    else:
        etree.SubElement(cell, tag + "v").text = repr(content)


def _insert_cell(sheet: Sheet, row: int, column: int) -> etree._Element:
    element = sheet.rows.get(row)
    if element is None:
        element = _insert_row(sheet, row)
    cells = sheet.cells[row]
    if any("r" not in cell.attrib for cell in cells.values()) or "r" not in element.attrib:
        # places that are only implied would move with the new cell
        element.set("r", str(row))
        for number, cell in cells.items():
            cell.set("r", cell_name(row, number))
    new = etree.Element(f"{{{sheet.namespace}}}c", r=cell_name(row, column))
    left = max((number for number in cells if number < column), default=None)
    if left is not None:
        cells[left].addnext(new)
    else:
        right = min(cells, default=None)
        if right is not None:
            cells[right].addprevious(new)
        else:
            element.insert(0, new)
    cells[column] = new
    _widen_spans(element, column)
    return new


def _insert_row(sheet: Sheet, row: int) -> etree._Element:
    for number, element in sheet.rows.items():
        if "r" not in element.attrib:
            element.set("r", str(number))
    new = etree.Element(f"{{{sheet.namespace}}}row", r=str(row))
    above = max((number for number in sheet.rows if number < row), default=None)
    if above is not None:
        sheet.rows[above].addnext(new)
    else:
        sheet.data.insert(0, new)
    sheet.rows[row] = new
    sheet.cells[row] = {}
    return new


def _widen_spans(row: etree._Element, column: int) -> None:
    """``spans`` is a hint of the columns used in a row; a wrong one is worse than none."""
    spans = row.get("spans")
    if spans is None:
        return
    found = re.fullmatch(r"(\d+):(\d+)", spans.strip())
    if found is None:
        del row.attrib["spans"]
    else:
        row.set("spans", f"{min(int(found[1]), column)}:{max(int(found[2]), column)}")


def widen_dimension(sheet: Sheet, area: Area) -> None:
    """Lets the sheet's stated size hold ``area``; where it states none, none is made up."""
    dimension = sheet.child("dimension")
    if dimension is not None:
        try:
            area = area.joined(parse_area(dimension.get("ref", "A1")))
        except ValueError:
            dimension.getparent().remove(dimension)  # type: ignore[union-attr]
            return
        dimension.set("ref", area_name(area))


def show_column(sheet: Sheet, column: int, width: float) -> None:
    """Makes the column at least ``width`` characters wide, and visible where a range of hidden columns
    covers it."""
    cols = sheet.child("cols")
    if cols is None:
        cols = etree.Element(f"{{{sheet.namespace}}}cols")
        sheet.data.addprevious(cols)
    tag = f"{{{sheet.namespace}}}col"
    for entry in [child for child in cols if local_name(child) == "col"]:
        first, last = int(entry.get("min", "1")), int(entry.get("max", str(MAX_COLUMN)))
        if first <= column <= last:
            hidden = entry.get("hidden") in ("1", "true") or entry.get("collapsed") in ("1", "true")
            if not hidden and float(entry.get("width", "0")) >= width:
                return
            for begin, end, before in ((first, column - 1, True), (column + 1, last, False)):
                if begin <= end:
                    part = etree.Element(tag)
                    for key, value in entry.items():
                        part.set(key, value)
                    part.set("min", str(begin))
                    part.set("max", str(end))
                    if before:
                        entry.addprevious(part)
                    else:
                        entry.addnext(part)
            entry.set("min", str(column))
            entry.set("max", str(column))
            entry.set("width", f"{width:g}")
            entry.set("customWidth", "1")
            for attribute in ("hidden", "collapsed", "bestFit"):
                if attribute in entry.attrib:
                    del entry.attrib[attribute]
            return
    new = etree.Element(tag, min=str(column), max=str(column), width=f"{width:g}", customWidth="1")
    later = next((c for c in cols if local_name(c) == "col" and int(c.get("min", "1")) > column), None)
    if later is not None:
        later.addprevious(new)
    else:
        cols.append(new)


def grow_table(workbook: WorkbookFile, table: Table, names: list[str]) -> None:
    """Adds columns at the table's right edge; ``names`` are unique already and equal the header cells."""
    tree = workbook.package.parse(table.part)
    root = tree.getroot()
    namespace = etree.QName(root).namespace
    columns = root.find(f"{{{namespace}}}tableColumns")
    assert columns is not None
    ids = [int(c.get("id", "0")) for c in columns if local_name(c) == "tableColumn"]
    for number, name in enumerate(names, max(ids, default=0) + 1):
        etree.SubElement(columns, f"{{{namespace}}}tableColumn", id=str(number), name=to_stored(name))
    columns.set("count", str(len(ids) + len(names)))
    last_column = table.area.last_column + len(names)
    root.set("ref", area_name(table.area._replace(last_column=last_column)))
    for element in root.iterfind(f"{{{namespace}}}autoFilter"):
        area = parse_area(element.get("ref", "A1"))
        if area.last_column == table.area.last_column:
            element.set("ref", area_name(area._replace(last_column=last_column)))
    workbook.package.replace(table.part, tree)


def grow_filter(sheet: Sheet, last_column: int) -> None:
    """Lets the sheet's filter reach ``last_column``, so that sorting by it moves the scores with the rows.

    Excel keeps the same area as a hidden name, which follows.
    """
    element = sheet.child("autoFilter")
    if element is None:
        return
    area = parse_area(element.get("ref", "A1"))._replace(last_column=last_column)
    element.set("ref", area_name(area))
    workbook = sheet.workbook
    index = _sheet_index(sheet)
    for name in workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName"):
        if name.get("name") == "_xlnm._FilterDatabase" and name.get("localSheetId") == index and name.text:
            where = name.text.rpartition("!")[0]
            first = f"${column_letters(area.first_column)}${area.first_row}"
            last = f"${column_letters(area.last_column)}${area.last_row}"
            name.text = f"{where}!{first}:{last}"
            workbook.package.replace(workbook.part, workbook.tree)


def _sheet_index(sheet: Sheet) -> str:
    names = [from_stored(e.get("name", "")) for e in sheet.workbook.tree.getroot().iterfind("{*}sheets/{*}sheet")]
    return str(names.index(sheet.entry.name)) if sheet.entry.name in names else ""


def recalculate_on_load(workbook: WorkbookFile) -> None:
    """Has Excel compute formulas at the next opening: they may look at the scores just written.

    Does nothing in a workbook without formulas, or whose owner computes by hand.
    """
    parts = [entry.part for entry in workbook.sheets]
    if not any(re.search(rb"<(?:\w+:)?f[ />]", workbook.package.read(part)) for part in parts):
        return
    root = workbook.tree.getroot()
    calc = root.find("{*}calcPr")
    if calc is None:
        calc = etree.Element(f"{{{etree.QName(root).namespace}}}calcPr")
        later = next((child for child in root if local_name(child) in _AFTER_CALC), None)
        if later is not None:
            later.addprevious(calc)
        else:
            root.append(calc)
    elif calc.get("calcMode") == "manual" or calc.get("fullCalcOnLoad") in ("1", "true"):
        return
    calc.set("fullCalcOnLoad", "1")
    workbook.package.replace(workbook.part, workbook.tree)
