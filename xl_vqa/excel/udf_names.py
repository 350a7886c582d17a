"""Names that the add-in's VBA and its Python share. Without imports, so that the build needs no xlwings."""

from __future__ import annotations

from typing import Final

MODULE: Final = "xl_vqa.excel.udf"
MACROS: Final = "xl_vqa.excel.macros"
FOLDER: Final = "XlVqaFolder()"
"""VBA for the folder of the calling workbook; xlwings' wrapper generator puts it into the call."""
CELL: Final = "XlVqaCell()"
"""VBA for the address of the calling cells."""
PROJECT: Final = "xl_vqa"
"""Name of the xlwings project: its configuration is ``%USERPROFILE%\\.xl_vqa\\xl_vqa.conf``."""
