"""A person's hand in a workbook: values typed into cells, everything else in the file as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile


def type_in(path: Path, sheet_name: str, cells: Mapping[tuple[int, int], Any]) -> None:
    """What a person types; rows and columns count from 1."""
    workbook = WorkbookFile(path)
    sheet = Sheet(workbook, workbook.entry(sheet_name))
    for (row, column), value in sorted(cells.items()):
        sheet_edit.put(sheet, row, column, value)
    workbook.package.replace(sheet.entry.part, sheet.tree)
    workbook.package.save(path)
