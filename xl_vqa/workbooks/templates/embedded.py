"""The pictures that lie in a sheet, by the cell that they begin in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from xl_vqa.sheets.areas import cell_name
from xl_vqa.workbooks.package import OFFICE_RELATIONSHIPS
from xl_vqa.workbooks.sheet_read import Sheet

# What every browser shows.
_KINDS: Final = {
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    media_type: str

    @property
    def data_address(self) -> str:
        """For a page that needs no other file."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode('ascii')}"


def pictures_in(sheet: Sheet) -> dict[str, Picture]:
    """Cell -> picture; of several pictures in one cell the last, which lies on top."""
    package, found = sheet.workbook.package, {}
    for relationship in sheet.relationships:
        part = package.find(relationship.target) if relationship.kind == "drawing" else None
        if part is None:
            continue
        links = {link.id: link.target for link in package.relationships(part)}
        for anchor in package.parse(part).getroot():
            column, row = anchor.findtext("{*}from/{*}col"), anchor.findtext("{*}from/{*}row")
            blip = next(anchor.iter("{*}blip"), None)
            if column is None or row is None or blip is None:
                continue
            image = package.find(links.get(blip.get(f"{{{OFFICE_RELATIONSHIPS}}}embed", ""), ""))
            kind = _KINDS.get(PurePosixPath(image or "").suffix.lower())
            if image is not None and kind is not None:
                found[cell_name(int(row) + 1, int(column) + 1)] = Picture(package.read(image), kind)
    return found
