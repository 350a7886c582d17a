"""Reports of template workbooks: the sheets made for reading, as PDF through LibreOffice or as one HTML page."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xl_vqa.words.errors import (
    OfficeFailedError,
    OfficeMissingError,
    WorkbookTemplateError,
    WorkbookUncomputedError,
)
from xl_vqa.words.reasons import Detail, Reason, why_unread
from xl_vqa.workbooks.cells import from_stored
from xl_vqa.workbooks.package import local_name
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates import recalculate
from xl_vqa.workbooks.templates.base import PAGE_NAME
from xl_vqa.workbooks.templates.folded import fold_list
from xl_vqa.workbooks.templates.known import Known, known_template

_UNCOMPUTED: Final = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*</c>")


def pages_of(workbook: WorkbookFile) -> list[str]:
    """Names of the sheets that a report shows. Raises WorkbookTemplateError where there are none."""
    known_template(workbook)
    found: dict[int, str] = {}
    for element in workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName"):
        name = element.get("name", "")
        place = from_stored(element.text or "").lstrip("=")
        if name.startswith(PAGE_NAME) and "!" in place and "#REF!" not in place:
            sheet = place.rpartition("!")[0].strip("'").replace("''", "'")
            found[int(name.removeprefix(PAGE_NAME))] = workbook.entry(sheet).name
    if not found:
        raise WorkbookTemplateError(path=str(workbook.path))
    return [found[number] for number in sorted(found)]


def pdf(path: Path) -> bytes:
    """The pages as they print, every formula computed anew.

    Raises OfficeMissingError without LibreOffice, OfficeFailedError, and what ``pages_of`` raises.
    """
    if recalculate.soffice() is None:
        raise OfficeMissingError(path=str(path), alternative="report.html")
    with tempfile.TemporaryDirectory(prefix="xl_vqa_report_") as name:
        folder = Path(name)
        # LibreOffice prints visible sheets alone, and the log may have ten thousand rows
        # and puts the name of the file into the footer
        visible, bare = folder / "visible.xlsx", folder / "copy" / f"{path.stem}.xlsx"
        bare.parent.mkdir()
        hide_others(path, visible)
        recalculate.strip_values(visible, bare)
        with _failures(path):
            return recalculate.convert("pdf", [bare], folder)[0].read_bytes()


def hide_others(path: Path, target: Path) -> None:
    """A copy for printing, in which nothing but the pages is visible and long texts of lists fold."""
    workbook = WorkbookFile(path)
    pages = pages_of(workbook)
    sheets = [e for e in workbook.tree.getroot().iter("{*}sheet") if local_name(e) == "sheet"]
    for element in sheets:
        if from_stored(element.get("name", "")) in pages:
            element.attrib.pop("state", "")
        else:
            element.set("state", "hidden")
    for element in list(workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName")):
        owner = sheets[int(element.get("localSheetId", "0"))].get("name", "")
        # LibreOffice prints the print area of a hidden sheet
        if element.get("name") == "_xlnm.Print_Area" and from_stored(owner) not in pages:
            element.getparent().remove(element)  # type: ignore[union-attr]
    first = next(n for n, e in enumerate(sheets) if from_stored(e.get("name", "")) in pages)
    for view in workbook.tree.getroot().iter("{*}workbookView"):
        view.set("activeTab", str(first))
        view.attrib.pop("firstSheet", "")
    for page in pages:
        sheet = Sheet(workbook, workbook.entry(page))
        _unfold(sheet, known_template(workbook))
        fold_list(sheet)
    workbook.package.replace(workbook.part, workbook.tree)
    workbook.package.save(target)


def _unfold(sheet: Sheet, known: Known) -> None:
    """Shows the rows of all videos of a labelling workbook: those behind the first ones lie folded."""
    if known.kind != "label":
        return
    listed = Sheet(sheet.workbook, sheet.workbook.entry(known.sheet))
    last = max((row for row in listed.cells if listed.value(row, known.column).text.strip()), default=0)
    for number, row in sheet.rows.items():
        if number <= last:
            row.attrib.pop("hidden", "")
            # or LibreOffice folds them again
            row.attrib.pop("outlineLevel", "")
    sheet.workbook.package.replace(sheet.entry.part, sheet.tree)


@contextlib.contextmanager
def computed(path: Path) -> Iterator[tuple[Path, bool]]:
    """The workbook with every figure computed, and whether that happened just now (by LibreOffice) or at its
    last saving.

    Raises WorkbookUncomputedError where neither is so, OfficeFailedError, and what ``pages_of`` raises.
    """
    workbook = WorkbookFile(path)
    pages_of(workbook)
    if recalculate.soffice() is not None:
        with _failures(path):
            made = recalculate.recalculated([path])[0]
        try:
            yield made, True
        finally:
            shutil.rmtree(made.parent, ignore_errors=True)
        return
    calc = workbook.tree.getroot().find("{*}calcPr")
    # set by whoever wrote cells without computing; Excel and LibreOffice take it away when they save
    stale = calc is not None and calc.get("fullCalcOnLoad") in ("1", "true")
    if stale or any(_UNCOMPUTED.search(workbook.package.read(entry.part)) for entry in workbook.sheets):
        raise WorkbookUncomputedError(path=str(path))
    yield path, False


@contextlib.contextmanager
def _failures(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise OfficeMissingError(path=str(path), alternative="report.html") from error
    except subprocess.TimeoutExpired as error:
        slow = Reason("office_too_slow", seconds=round(error.timeout))
        raise OfficeFailedError(path=str(path), problem=slow) from error
    except OSError as error:
        raise OfficeFailedError(path=str(path), problem=why_unread(error)) from error
    except RuntimeError as error:
        # what LibreOffice itself said
        raise OfficeFailedError(path=str(path), problem=Detail.of(error)) from error
