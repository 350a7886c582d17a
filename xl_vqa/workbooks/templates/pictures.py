"""Thumbnails put into a sheet as pictures that move with their rows; everything else in the file stays.

A picture of ours is known by its name ("VQA thumbnail B7"), so that a later run replaces it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import av
import numpy as np
import numpy.typing as npt
from lxml import etree

from xl_vqa.sheets.areas import cell_name
from xl_vqa.workbooks.package import OFFICE_RELATIONSHIPS, local_name
from xl_vqa.workbooks.sheet_read import Sheet

WIDTH: Final = 120
"""Longest side of a thumbnail in pixels."""
ROW_POINTS: Final = 56.0
_EMU: Final = 9525
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawing+xml"
_NAME: Final = "VQA thumbnail "
# ECMA-376 CT_Worksheet: what stands behind a drawing
_AFTER_DRAWING: Final = frozenset(
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst".split()
)


class Thumbnail(NamedTuple):
    jpeg: bytes
    width: int
    height: int


def thumbnail(picture: npt.NDArray[np.uint8]) -> Thumbnail:
    """Of an RGB picture, [height, width, 3]: a JPEG no larger than ``WIDTH`` on its longer side."""
    height, width = picture.shape[:2]
    scale = WIDTH / max(height, width)
    # even sides, which the codec wants
    size = [max(2, round(side * min(scale, 1.0) / 2) * 2) for side in (width, height)]
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = frame.reformat(width=size[0], height=size[1], format="yuvj420p")
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuvj420p"
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return Thumbnail(out.getvalue(), size[0], size[1])


def insert(sheet: Sheet, column: int, thumbnails: Mapping[int, Thumbnail]) -> None:
    """Puts pictures, by row, into ``column`` of the sheet in memory; rows and columns count from 1."""
    if not thumbnails:
        return
    package = sheet.workbook.package
    part = _drawing_part(sheet)
    tree = package.parse(part)
    root = tree.getroot()
    present = {cell: anchor for anchor in root if (cell := _cell_of(anchor)) is not None}
    links = {link.id: link.target for link in package.relationships(part)}
    taken = [int(e.get("id", "0")) for e in root.iter("{*}cNvPr") if e.get("id", "0").isdigit()]
    number = max(taken, default=1)
    for row, picture in sorted(thumbnails.items()):
        old = present.get(cell_name(row, column))
        if old is not None:
            _replace(sheet, old, links, picture)
        else:
            number += 1
            link = package.add_part(part, "image", _free_name(sheet, number), picture.jpeg, "image/jpeg")
            root.append(_anchor(number, cell_name(row, column), link, row, column, picture))
        _heighten(sheet, row, picture)
    package.replace(part, tree)


def _drawing_part(sheet: Sheet) -> str:
    package = sheet.workbook.package
    for relationship in sheet.relationships:
        found = package.find(relationship.target) if relationship.kind == "drawing" else None
        if found is not None:
            return found
    number = next(n for n in range(1, 10_000) if package.find(f"xl/drawings/drawing{n}.xml") is None)
    part = f"xl/drawings/drawing{number}.xml"
    root = etree.Element(f"{{{_DRAWING}}}wsDr", nsmap={"xdr": _DRAWING, "a": _MAIN})
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    link = package.add_part(sheet.entry.part, "drawing", part, content, _DRAWING_TYPE)
    element = etree.Element(f"{{{sheet.namespace}}}drawing", nsmap={"r": OFFICE_RELATIONSHIPS})
    element.set(f"{{{OFFICE_RELATIONSHIPS}}}id", link)
    later = next((child for child in sheet.root if local_name(child) in _AFTER_DRAWING), None)
    if later is not None:
        later.addprevious(element)
    else:
        sheet.root.append(element)
    sheet.relationships = package.relationships(sheet.entry.part)
    return part


def _free_name(sheet: Sheet, number: int) -> str:
    package = sheet.workbook.package
    while package.find(name := f"xl/media/vqa_thumbnail{number}.jpeg") is not None:
        number += 1
    return name


def _cell_of(anchor: etree._Element) -> str | None:
    """The cell of a thumbnail of ours."""
    name = next((e.get("name", "") for e in anchor.iter("{*}cNvPr")), "")
    return name.removeprefix(_NAME) if name.startswith(_NAME) else None


def _replace(sheet: Sheet, anchor: etree._Element, links: Mapping[str, str], picture: Thumbnail) -> None:
    blip = next(anchor.iter(f"{{{_MAIN}}}blip"), None)
    target = links.get(blip.get(f"{{{OFFICE_RELATIONSHIPS}}}embed", "")) if blip is not None else None
    part = sheet.workbook.package.find(target) if target else None
    if part is not None:
        sheet.workbook.package.replace(part, picture.jpeg)
        for size in anchor.iter(f"{{{_DRAWING}}}ext", f"{{{_MAIN}}}ext"):
            size.set("cx", str(picture.width * _EMU))
            size.set("cy", str(picture.height * _EMU))


def _anchor(number: int, cell: str, link: str, row: int, column: int, picture: Thumbnail) -> etree._Element:
    width, height = picture.width * _EMU, picture.height * _EMU
    xml = f"""<xdr:oneCellAnchor xmlns:xdr="{_DRAWING}" xmlns:a="{_MAIN}" xmlns:r="{OFFICE_RELATIONSHIPS}">
<xdr:from><xdr:col>{column - 1}</xdr:col><xdr:colOff>{2 * _EMU}</xdr:colOff><xdr:row>{row - 1}</xdr:row>
<xdr:rowOff>{2 * _EMU}</xdr:rowOff></xdr:from><xdr:ext cx="{width}" cy="{height}"/><xdr:pic><xdr:nvPicPr>
<xdr:cNvPr id="{number}" name="{_NAME}{cell}"/><xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr>
</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="{link}"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>
<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect">
<a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>"""
    return etree.fromstring(re.sub(r"\n", "", xml))


def _heighten(sheet: Sheet, row: int, picture: Thumbnail) -> None:
    element = sheet.rows.get(row)
    points = max(ROW_POINTS, (picture.height + 5) * 0.75)
    if element is not None and float(element.get("ht", "0")) < points:
        element.set("ht", f"{points:g}")
        element.set("customHeight", "1")


def shown_in(sheet: Sheet) -> set[str]:
    """Cells that hold a thumbnail of ours."""
    package, found = sheet.workbook.package, set()
    for relationship in sheet.relationships:
        part = package.find(relationship.target) if relationship.kind == "drawing" else None
        if part is not None:
            names = (e.get("name", "") for e in package.parse(part).getroot().iter("{*}cNvPr"))
            found |= {name.removeprefix(_NAME) for name in names if name.startswith(_NAME)}
    return found
