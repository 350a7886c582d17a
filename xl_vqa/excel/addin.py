"""The add-in's file, xl_vqa.xlam, from the plain texts beside this module. The same texts give the same bytes.

pyOpenVBA writes the VBA project into a blank add-in that Excel once saved. The ribbon and the hidden sheet of
texts are put into the package here, because VBA source is not Unicode.
"""

from __future__ import annotations

import importlib.resources
import io
import re
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xl_vqa.excel.ribbon_texts import table
from xl_vqa.excel.wrappers import wrappers
from xl_vqa.excel.xlwings_module import xlwings_module
from xl_vqa.outputs import write_output
from xl_vqa.packages import missing
from xl_vqa.words.errors import AddinError
from xl_vqa.words.reasons import Reason

NAME: Final = "xl_vqa.xlam"
RIBBON_PART: Final = "customUI/customUI14.xml"
RIBBON_RELATION: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_SHEET: Final = "xl/worksheets/sheet1.xml"
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_TEXT_MODULES: Final = ("XlVqaCells", "XlVqaPolling", "XlVqaRibbon")
_UNUSED_MODULE: Final = "Module1"


def sources() -> dict[str, str]:
    """Every VBA module by its name, with CR LF line ends. Raises AddinError."""
    modules = {"xlwings": xlwings_module(), "XlVqaFunctions": wrappers()}
    for name in _TEXT_MODULES:
        modules[name] = _resource(f"vba/{name}.bas")
    modules["ThisWorkbook"] = _resource("vba/ThisWorkbook.cls")
    for name, source in modules.items():
        if not source.isascii():
            # it would become question marks without a word
            raise AddinError(problem=Reason("vba_not_ascii", name=name))
    return {name: source.replace("\r\n", "\n").replace("\n", "\r\n") for name, source in modules.items()}


def ribbon() -> bytes:
    """customUI14.xml."""
    return _resource("customUI14.xml").encode("utf-8")


def build(modules: dict[str, str] | None = None, *, classes: Collection[str] = ()) -> bytes:
    """The add-in. ``modules`` in place of ``sources()``, those in ``classes`` as classes.

    Raises AddinError, or PackageMissingError without pyOpenVBA or xlwings.
    """
    try:
        from pyopenvba import ExcelFile, VBAModuleKind
    except ImportError as error:
        raise missing("pyopenvba") from error
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        with ExcelFile.create_new(file) as book:
            project = book.vba_project()
            for name, source in (modules or sources()).items():
                if name in book.module_names():
                    book.set_module(name, source)
                else:
                    kind = VBAModuleKind.other if name in classes else VBAModuleKind.standard
                    project.add_module(name, source, kind=kind)
            project.delete_module(_UNUSED_MODULE)
            book.save()
        return _package(file.read_bytes())


def write(target: Path) -> Path:
    """Builds into ``target``, atomically. Raises AddinError or OutputNotWritableError."""
    # Excel keeps a loaded add-in locked
    write_output(target, build(), parents=True)
    return target


def _resource(name: str) -> str:
    return importlib.resources.files("xl_vqa.excel").joinpath(name).read_text(encoding="utf-8")


def _package(data: bytes) -> bytes:
    """The package with ribbon and texts, its parts sorted and without times."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[RIBBON_PART] = ribbon()
    parts["_rels/.rels"] = _with_ribbon(parts["_rels/.rels"])
    parts[_SHEET] = _with_texts(parts[_SHEET])
    if "docProps/core.xml" in parts:
        # names and times of whoever made the blank file
        parts["docProps/core.xml"] = re.sub(
            rb"<(dc:creator|cp:lastModifiedBy|dcterms:created|dcterms:modified)\b.*?</\1>",
            b"",
            parts["docProps/core.xml"],
        )
    # the list of parts comes first in every package that Office writes
    names = sorted(parts, key=lambda name: (name != "[Content_Types].xml", name != "_rels/.rels", name))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in names:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the file tells on which system it was built
            package.writestr(entry, parts[name])
    return target.getvalue()


def _with_ribbon(relations: bytes) -> bytes:
    relation = f'<Relationship Id="rIdXlVqaRibbon" Type="{RIBBON_RELATION}" Target="{RIBBON_PART}"/>'
    return relations.replace(b"</Relationships>", relation.encode() + b"</Relationships>")


def _with_texts(sheet: bytes) -> bytes:
    """The sheet with one row per text: key, English, Japanese."""
    rows = []
    for number, row in enumerate(table(), 1):
        cells = "".join(
            f'<c r="{column}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
            for column, value in zip("ABC", row, strict=True)
        )
        rows.append(f'<row r="{number}">{cells}</row>')
    text = sheet.decode("utf-8")
    text = re.sub(r"<dimension\b[^>]*/>", f'<dimension ref="A1:C{len(rows)}"/>', text)
    filled, count = re.subn(r"<sheetData\s*/>|<sheetData>.*?</sheetData>", lambda _: _data(rows), text, flags=re.S)
    if count != 1:
        raise AddinError(problem="pyopenvba_blank")
    return filled.encode("utf-8")


def _data(rows: list[str]) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"
