"""What Excel wants of a workbook's parts, as far as it can be checked without Excel.

After ECMA-376 part 1 (order of children, uniqueness, counts) and part 2 (content types, relationships).
``problems`` names every breach; Excel offers to repair a file for most of them.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path

from lxml import etree

WORKSHEET = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
    "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks "
    "customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF "
    "picture oleObjects controls webPublishItems tableParts extLst"
).split()
STYLES = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst".split()
WORKBOOK = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
).split()
TABLE = "autoFilter sortState tableColumns tableStyleInfo extLst".split()
ORDERS = {"worksheet": WORKSHEET, "styleSheet": STYLES, "workbook": WORKBOOK, "table": TABLE}


def problems(path: Path) -> list[str]:
    found: list[str] = []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if len(names) != len({name.lower() for name in names}):
            found.append("two members of one name")
        if package.testzip() is not None:
            found.append("a checksum is wrong")
        trees = {n: etree.fromstring(package.read(n)) for n in names if n.endswith((".xml", ".rels", ".vml"))}
    found += _content_types(names, trees["[Content_Types].xml"])
    for name, root in trees.items():
        found += [f"{name}: {problem}" for problem in _order(root)]
        if name.endswith(".rels"):
            found += [f"{name}: {problem}" for problem in _targets(name, root, names)]
        if local(root) == "worksheet":
            found += [f"{name}: {problem}" for problem in _sheet(root, _formats(trees))]
            found += [f"{name}: {problem}" for problem in _tables(name, root, trees)]
        if local(root) == "styleSheet":
            found += [f"{name}: {problem}" for problem in _styles(root)]
    return found


def local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def split(cell: str) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]{1,3})([0-9]+)", cell)
    assert found is not None, cell
    return int(found[2]), column(found[1])


def box(area: str) -> tuple[int, int, int, int]:
    first, _, last = area.partition(":")
    return (*split(first), *split(last or first))


def _order(root: etree._Element) -> list[str]:
    found = []
    for element in root.iter():
        order = ORDERS.get(local(element))
        if order is None:
            continue
        places = [order.index(local(child)) for child in element if local(child) in order]
        if places != sorted(places):
            found.append(f"children of {local(element)} out of order: {[local(child) for child in element]}")
    return found


def _content_types(names: list[str], types: etree._Element) -> list[str]:
    defaults = {e.get("Extension", "").lower() for e in types if local(e) == "Default"}
    overrides = [e.get("PartName", "").lstrip("/") for e in types if local(e) == "Override"]
    found = [
        f"no content type for {name}"
        for name in names
        if name != "[Content_Types].xml" and not (name in overrides or name.rpartition(".")[2].lower() in defaults)
    ]
    found += [f"content type for a missing part {name}" for name in overrides if name not in names]
    if len(overrides) != len(set(overrides)):
        found.append("two content types for one part")
    return found


def _targets(name: str, root: etree._Element, names: list[str]) -> list[str]:
    folder = posixpath.dirname(posixpath.dirname(name))
    ids = [element.get("Id") for element in root]
    found = ["two relationships of one id"] if len(ids) != len(set(ids)) else []
    for element in root:
        if element.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
            if target not in names:
                found.append(f"points at a missing part {target}")
    return found


def _formats(trees: dict[str, etree._Element]) -> int:
    styles = next((root for root in trees.values() if local(root) == "styleSheet"), None)
    return len(styles.find("{*}cellXfs")) if styles is not None else 1


def _sheet(root: etree._Element, formats: int) -> list[str]:
    found = []
    rows, widest = [], 0
    implied = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        implied = int(row.get("r") or implied + 1)
        rows.append(implied)
        places = []
        place = 0
        for cell in row.iterfind("{*}c"):
            if cell.get("r"):
                line, place = split(cell.get("r"))
                if line != implied:
                    found.append(f"{cell.get('r')} stands in row {implied}")
            else:
                place += 1
            places.append(place)
            if int(cell.get("s", "0")) >= formats:
                found.append(f"{cell.get('r')} has the unknown style {cell.get('s')}")
            if cell.get("t") == "inlineStr" and (cell.find("{*}is") is None or cell.find("{*}v") is not None):
                found.append(f"{cell.get('r')} is a broken inline string")
        if places != sorted(set(places)):
            found.append(f"cells of row {implied} out of order: {places}")
        if places and row.get("spans"):
            first, last = row.get("spans").split(":")
            if not int(first) <= min(places) <= max(places) <= int(last):
                found.append(f"row {implied} has cells outside its spans")
        widest = max([widest, *places])
    if rows != sorted(set(rows)):
        found.append("rows out of order")
    dimension = root.find("{*}dimension")
    if dimension is not None and rows and widest and box(dimension.get("ref"))[3] < widest:
        found.append(f"dimension {dimension.get('ref')} leaves cells out")
    last = 0
    for col in root.iterfind("{*}cols/{*}col"):
        if int(col.get("min")) <= last or int(col.get("max")) < int(col.get("min")):
            found.append("column widths overlap")
        last = int(col.get("max"))
    return found


def _tables(name: str, root: etree._Element, trees: dict[str, etree._Element]) -> list[str]:
    rels = trees.get(posixpath.join(posixpath.dirname(name), "_rels", posixpath.basename(name) + ".rels"))
    strings = next((tree for part, tree in trees.items() if part.endswith("sharedStrings.xml")), None)
    texts = ["".join(t.text or "" for t in si.iter("{*}t")) for si in strings] if strings is not None else []
    found = []
    for element in rels if rels is not None else ():
        if not element.get("Type", "").endswith("/table"):
            continue
        part = posixpath.normpath(posixpath.join(posixpath.dirname(name), element.get("Target"))).lstrip("/")
        table = trees[element.get("Target").lstrip("/") if element.get("Target").startswith("/") else part]
        top, left, bottom, right = box(table.get("ref"))
        columns = table.find("{*}tableColumns")
        titles = [c.get("name") for c in columns]
        if int(columns.get("count")) != len(titles) or len(titles) != right - left + 1:
            found.append("a table's columns do not fit its area")
        if len({title.casefold() for title in titles}) != len(titles):
            found.append("a table has two columns of one name")
        if len({c.get("id") for c in columns}) != len(titles):
            found.append("a table has two columns of one id")
        button = table.find("{*}autoFilter")
        totals = int(table.get("totalsRowCount", "0"))
        if button is not None and box(button.get("ref")) != (top, left, bottom - totals, right):
            found.append("a table's filter does not fit its area")
        if table.get("headerRowCount", "1") == "1":
            cells = {c.get("r"): c for c in root.iter("{*}c")}
            for number, title in enumerate(titles, left):
                letters = next(k for k in cells if split(k) == (top, number))
                cell = cells[letters]
                text = texts[int(cell.findtext("{*}v"))] if cell.get("t") == "s" else cell.findtext("{*}is/{*}t")
                if text != title:
                    found.append(f"table column {title!r} has the header {text!r}")
    return found


def _styles(root: etree._Element) -> list[str]:
    found = []
    sizes = {}
    for child in root:
        sizes[local(child)] = len(child)
        if child.get("count") is not None and int(child.get("count")) != len(child):
            found.append(f"count of {local(child)} is {child.get('count')}, not {len(child)}")
    for parent in ("cellStyleXfs", "cellXfs"):
        for xf in root.find(f"{{*}}{parent}"):
            for attribute, kind in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                if int(xf.get(attribute, "0")) >= sizes.get(kind, 0):
                    found.append(f"a format points at missing {kind}")
            if parent == "cellXfs" and int(xf.get("xfId", "0")) >= sizes.get("cellStyleXfs", 1):
                found.append("a format points at a missing style")
    names = [style.get("name") for style in root.iterfind("{*}cellStyles/{*}cellStyle")]
    if len(names) != len(set(names)):
        found.append("two cell styles of one name")
    return found
