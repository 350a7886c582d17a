"""A new workbook, before anything stands in it: every file that this package makes from nothing begins so."""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]


def font_of(language: str) -> str:
    """The font of every cell; that of Office in this language."""
    return "Yu Gothic" if language == "ja" else "Calibri"


def new_book(stream: io.BytesIO, title: str, created: datetime.datetime) -> Any:
    """Made in memory; no text in it becomes a formula, a link or a number by itself."""
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "created": created, "comments": "xl_vqa"})
    return book
