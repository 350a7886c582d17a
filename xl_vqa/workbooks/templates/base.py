"""A template in the making: the workbook, its formats, names and words, and formulas with their stored values."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.areas import MAX_ROW
from xl_vqa.words.table import one_of
from xl_vqa.workbooks.new_book import font_of, new_book

INK: Final = "#1F3A5F"
LINE: Final = "#C9D2DC"
PALE: Final = "#F3F6F9"
GREY: Final = "#6B7785"
INPUT: Final = "#FFF9E5"
"""What a person fills in is this colour everywhere."""
GREEN, AMBER, RED = "#7CC58D", "#F7DC6F", "#E0705A"
WARNING: Final = "#B02418"
NONE: Final = "–"
"""What a figure shows that cannot be computed yet."""
LAST_OF_SHEET: Final = MAX_ROW - 1
"""The last row of any sheet, counted from 0."""
KIND_NAME: Final = "xl_vqa_template"
"""Defined name of the text that tells which template a workbook was made from."""
VIDEOS_NAME: Final = "xl_vqa_videos"
"""Defined name of the header above the videos."""
PAGE_NAME: Final = "xl_vqa_page_"
"""Defined names, with a number behind, of the sheets that a report shows."""

Values = Mapping[tuple[str, str], Any]
"""Computed values by sheet name and cell."""
# XlsxWriter stores a formula's empty text as a number without digits
_EMPTY: Final = re.compile(rb'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?)>(<f(?:\s[^>]*)?>[^<]*</f>)<v></v>')
# Excel and every viewer must agree on the file whenever it was built
_CREATED: Final = datetime.datetime(2026, 1, 1, tzinfo=None)


class Template:
    """One workbook. ``words`` holds its texts, English and Japanese, by key.

    Every formula is written with the value that ``values`` holds for its cell, so that a viewer which does
    not compute shows the right figures; without one it is written as computed to nothing.
    """

    def __init__(
        self,
        kind: str,
        language: str,
        words: Mapping[str, tuple[str, str]],
        *,
        sample: bool = False,
        values: Values | None = None,
    ) -> None:
        self.kind = kind
        self.language = language
        self.sample = sample
        self.values = values or {}
        self._words = words
        self._stream = io.BytesIO()
        self.font = font_of(language)
        self.book = new_book(self._stream, self.word("title"), _CREATED)
        # one font everywhere: cells that nobody formatted are typed into as well
        self.book.formats[0].set_font_name(self.font)
        self.book.formats[0].set_font_size(10)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def word(self, key: str, **params: Any) -> str:
        text = one_of(self._words[key], self.language)
        return text.format(**params) if params else text

    def format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": self.font, "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    def boxed(self, **properties: Any) -> Format:
        return self.format(border=1, border_color=LINE, **properties)

    @property
    def header(self) -> Format:
        return self.boxed(bold=True, font_color="#FFFFFF", bg_color=INK, text_wrap=True, align="center")

    def sheet(
        self, key: str, *, title: str | None = None, note: str | None = None, last_column: int = 7
    ) -> Worksheet:
        """A sheet with title, note and, in a sample, the banner that says so, in rows 1 to 3 (0 to 2 here)."""
        sheet = self.book.add_worksheet(self.word(key))
        self.dress(sheet, self.word(title or key), self.word(note) if note is not None else None, last_column)
        return sheet

    def dress(self, sheet: Worksheet, title: str, note: str | None, last_column: int) -> None:
        """``sheet`` for one that was made already, with its texts as they shall stand."""
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.65)
        mark = f" — {self.word('sample_short')}" if self.sample else ""
        sheet.set_header(f"&L&B{self.word('title')}{mark}&R&A")
        sheet.set_footer(f"&L&F&R{self.word('page')}")
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=18, font_color=INK))
        if note is not None:
            sheet.write_string(1, 0, note, self.format(font_color=GREY))
        if self.sample:
            sheet.set_tab_color(RED)
            sheet.set_row(2, 22)
            banner = self.format(bold=True, font_color="#FFFFFF", bg_color=WARNING, align="left")
            for column in range(last_column + 1):
                sheet.write_blank(2, column, None, banner)
            sheet.write_string(2, 0, self.word("sample_banner"), banner)

    def formula(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        text: str,
        form: Format | None = None,
        *,
        array: bool = False,
    ) -> None:
        """``array`` for what must be computed cell by cell over ranges (Ctrl+Shift+Enter in Excel)."""
        value = self.values.get((sheet.get_name(), xl_rowcol_to_cell(row, column)), "")
        value = "" if value is None else value
        if array:
            sheet.write_array_formula(row, column, row, column, "{=" + text + "}", form, value)
        else:
            sheet.write_formula(row, column, "=" + text, form, value)

    def name(self, name: str, sheet: Worksheet, row: int, column: int, last_row: int | None = None) -> None:
        """Gives a cell, or a stretch of a column, a name for formulas."""
        first = xl_rowcol_to_cell(row, column, True, True)
        last = "" if last_row is None else ":" + xl_rowcol_to_cell(last_row, column, True, True)
        self.book.define_name(name, f"='{sheet.get_name()}'!{first}{last}")

    def mark(self, sheet: Worksheet, row: int, column: int) -> None:
        """Lets ``workbook update`` know the template again, and where its videos stand."""
        self.book.define_name(KIND_NAME, f'="{self.kind}"')
        self.name(VIDEOS_NAME, sheet, row, column)

    def pages(self, *sheets: Worksheet) -> None:
        """The sheets that a report shows, in this order."""
        for number, sheet in enumerate(sheets, 1):
            self.name(f"{PAGE_NAME}{number}", sheet, 0, 0)

    def content(self) -> bytes:
        """Closes the workbook; the file's bytes, the same ones at every building."""
        self.book.close()
        out = io.BytesIO()
        with zipfile.ZipFile(self._stream) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for info in old.infolist():
                content = old.read(info)
                if info.filename.startswith("xl/worksheets/sheet"):
                    content = _EMPTY.sub(rb'\1 t="str">\2<v></v>', content)
                # of a new entry nothing hangs on the machine that built it
                entry = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                entry.create_system = 3
                new.writestr(entry, content)
        return out.getvalue()


def filled(text: str, formulas: Mapping[str, str]) -> str:
    """A formula for a sentence with formulas in place of ``{name}``."""
    parts = []
    for part in re.split(r"(\{\w+\})", text):
        if part.startswith("{"):
            parts.append(formulas[part[1:-1]])
        elif part:
            parts.append('"' + part.replace('"', '""') + '"')
    return "&".join(parts)
