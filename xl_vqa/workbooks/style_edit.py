"""Named cell styles ("VQA Good", ...) added to a workbook's styles, behind those it has.

They appear in Excel's gallery of cell styles, so a user changes the look of all Poor cells in one place;
a style of ours that is there already is used as the user left it. By them our columns are known again
where a header was renamed.
"""

from __future__ import annotations

import copy
from typing import Final, NamedTuple

from lxml import etree

from xl_vqa.sheets.columns import COLUMNS, WHY
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.workbooks.package import local_name
from xl_vqa.workbooks.sheet_read import WorkbookFile

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
# ECMA-376 CT_Stylesheet: Excel repairs files whose parts stand in another order
_ORDER: Final = (
    "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst".split()
)
_NO_FORMAT: Final = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
_MINIMAL: Final = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/>'
    '</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/>'
    f'</border></borders><cellStyleXfs count="1"><xf {_NO_FORMAT}/></cellStyleXfs><cellXfs count="1"><xf '
    f'{_NO_FORMAT} xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)


_FONT_ORDER: Final = (
    "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme".split()
)


class Look(NamedTuple):
    """``number_format`` is one of Excel's built-in numbers; colours are RRGGBB."""

    number_format: int = 0
    bold: bool = False
    font_color: str | None = None
    fill: str | None = None
    horizontal: str | None = None


_BUILT_IN: Final = {"General": 0, "0": 1, "0.00": 2, "0%": 9, "@": 49}
_NUMBER: Final = {column.key: _BUILT_IN[column.number_format] for column in COLUMNS}

LOOKS: Final[dict[str, Look]] = {
    "VQA header": Look(bold=True, fill="DDE6F0", horizontal="center"),
    "VQA score": Look(_NUMBER["score"], bold=True, horizontal="center"),
    "VQA MOS": Look(_NUMBER["mos"], horizontal="center"),
    "VQA confidence": Look(_NUMBER["confidence"], horizontal="center"),
    "VQA error": Look(_NUMBER["error"], font_color="B02418"),
    "VQA warning": Look(_NUMBER["error"], font_color="8A5A00"),
    WHY.style: Look(_BUILT_IN[WHY.number_format]),
    "VQA quality": Look(_BUILT_IN["0"], horizontal="center"),
    "VQA model": Look(_NUMBER["model"], font_color="7F7F7F"),
    # beside an error: no band, but still the column of bands
    "VQA band": Look(horizontal="center"),
    **{f"VQA {band.en}": Look(fill=band.color, horizontal="center") for band in ACR_BANDS},
}


class Styles:
    """The workbook's styles part, with ours added when they are first asked for."""

    def __init__(self, workbook: WorkbookFile) -> None:
        self._workbook = workbook
        part = workbook.related("styles")
        if part is None:
            part = "xl/styles.xml"
            workbook.package.add_part(workbook.part, "styles", part, _MINIMAL.encode(), _CONTENT_TYPE)
        self._part = part
        self._tree = workbook.package.parse(part)
        self._root = self._tree.getroot()
        self._namespace = str(etree.QName(self._root).namespace)
        self._known: dict[tuple[str, int], int] = {}
        self._borders: dict[int, int] = {}
        self._changed = False

    def names(self) -> dict[int, str]:
        """Which of a cell's ``s`` values are ours, and the name of each."""
        names = {style.get("xfId"): style.get("name", "") for style in self._list("cellStyles")}
        used = {index: names.get(xf.get("xfId"), "") for index, xf in enumerate(self._list("cellXfs"))}
        return {index: name for index, name in used.items() if name in LOOKS}

    def index(self, name: str, like: int = 0) -> int:
        """The ``s`` value for the style ``name`` of ``LOOKS``, with the borders of the cell style ``like``."""
        if like not in self._borders:
            self._borders[like] = self._border_of(like)
        border = self._borders[like]
        if (name, border) not in self._known:
            self._known[name, border] = self._find_or_add(name, border)
        return self._known[name, border]

    def save(self) -> None:
        if self._changed:
            self._workbook.package.replace(self._part, self._tree)
            self._changed = False

    def _border_of(self, like: int) -> int:
        formats = self._list("cellXfs")
        if not 0 <= like < len(formats):
            return 0
        border = int(formats[like].get("borderId", "0"))
        return border if 0 <= border < len(self._list("borders")) else 0

    def _find_or_add(self, name: str, border: int) -> int:
        base = next((s.get("xfId", "0") for s in self._list("cellStyles") if s.get("name") == name), None)
        if base is None:
            base = str(self._add_named(name))
        styles = self._list("cellStyleXfs")
        style = styles[int(base)] if int(base) < len(styles) else None
        wanted = str(border) if border or style is None else style.get("borderId", "0")
        for index, xf in enumerate(self._list("cellXfs")):
            if xf.get("xfId") == base and xf.get("borderId", "0") == wanted:
                return index
        xf = self._append("cellXfs", "xf")
        if style is not None:
            for key, value in style.items():
                xf.set(key, value)
            for child in style:
                if local_name(child) == "alignment":
                    xf.append(copy.deepcopy(child))
        xf.set("xfId", base)
        if wanted != (style.get("borderId", "0") if style is not None else "0"):
            xf.set("borderId", wanted)
            xf.set("applyBorder", "1")
        return len(self._list("cellXfs")) - 1

    def _add_named(self, name: str) -> int:
        look = LOOKS[name]
        xf = self._append("cellStyleXfs", "xf")
        values = {
            "numFmtId": look.number_format,
            "fontId": self._font(look),
            "fillId": self._fill(look),
            "borderId": 0,
        }
        for key, value in values.items():
            xf.set(key, str(value))
        for key, given in (
            ("applyNumberFormat", look.number_format),
            ("applyFont", values["fontId"]),
            ("applyFill", values["fillId"]),
            ("applyAlignment", look.horizontal),
        ):
            # a style that does not say so resets nothing but what it defines
            xf.set(key, "1" if given else "0")
        xf.set("applyBorder", "0")
        xf.set("applyProtection", "0")
        if look.horizontal:
            etree.SubElement(xf, self._tag("alignment"), horizontal=look.horizontal)
        index = len(self._list("cellStyleXfs")) - 1
        style = self._append("cellStyles", "cellStyle")
        style.set("name", name)
        style.set("xfId", str(index))
        return index

    def _font(self, look: Look) -> int:
        """The workbook's own font, with weight and colour changed: it may be a Japanese one."""
        if not look.bold and look.font_color is None:
            return 0
        font = self._append("fonts", "font")
        parts = {local_name(child): copy.deepcopy(child) for child in self._list("fonts")[0]}
        if look.bold:
            parts["b"] = etree.Element(self._tag("b"))
        if look.font_color is not None:
            parts["color"] = etree.Element(self._tag("color"), rgb=f"FF{look.font_color}")
        # the order in which Excel itself writes them
        for name in sorted(parts, key=lambda name: _FONT_ORDER.index(name) if name in _FONT_ORDER else 99):
            font.append(parts[name])
        return len(self._list("fonts")) - 1

    def _fill(self, look: Look) -> int:
        if look.fill is None:
            return 0
        fill = self._append("fills", "fill")
        pattern = etree.SubElement(fill, self._tag("patternFill"), patternType="solid")
        etree.SubElement(pattern, self._tag("fgColor"), rgb=f"FF{look.fill}")
        etree.SubElement(pattern, self._tag("bgColor"), indexed="64")
        return len(self._list("fills")) - 1

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"

    def _list(self, name: str) -> list[etree._Element]:
        parent = self._root.find(self._tag(name))
        return [] if parent is None else [child for child in parent if isinstance(child.tag, str)]

    def _append(self, parent_name: str, name: str) -> etree._Element:
        """A new last entry of a list, whose count is kept; the list is made, with its default, if missing."""
        self._changed = True
        parent = self._root.find(self._tag(parent_name))
        if parent is None:
            parent = etree.Element(self._tag(parent_name))
            position = _ORDER.index(parent_name)
            later = [child for child in self._root if local_name(child) in _ORDER[position + 1 :]]
            if later:
                later[0].addprevious(parent)
            else:
                self._root.append(parent)
            # entry 0 is what cells without a format use
            default = etree.fromstring(_MINIMAL).find(f"{{{_MAIN}}}{parent_name}")
            for child in default if default is not None else ():
                parent.append(_renamed(child, self._namespace))
        entry = etree.SubElement(parent, self._tag(name))
        parent.set("count", str(sum(isinstance(child.tag, str) for child in parent)))
        return entry


def _renamed(element: etree._Element, namespace: str) -> etree._Element:
    """A copy in another namespace."""
    copied = etree.Element(f"{{{namespace}}}{local_name(element)}")
    for key, value in element.items():
        copied.set(key, value)
    for child in element:
        copied.append(_renamed(child, namespace))
    return copied
