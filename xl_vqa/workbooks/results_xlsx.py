"""The result workbook: a sheet of results made for reading and printing, and a sheet that sums them up."""

from __future__ import annotations

import datetime
import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.bridge.readings import decision_name
from xl_vqa.sheets.areas import MAX_ROW, column_letters
from xl_vqa.words.errors import OutputNotWritableError, ScaleError
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale, band_by_key
from xl_vqa.words.reasons import Reason
from xl_vqa.workbooks.cells import MAX_TEXT
from xl_vqa.workbooks.new_book import font_of, new_book
from xl_vqa.workbooks.result_rows import Pair, columns_of, fields_of
from xl_vqa.workbooks.words import word

INK: Final = "#1F3A5F"
LINE: Final = "#C9D2DC"
PALE: Final = "#F3F6F9"
_WIDTHS: Final = {
    "path": 46,
    "label": 9,
    "expected_label": 10,
    "mos": 11,
    "band": 13,
    "band_probability": 12,
    "off_digit_mass": 11,
    "frames": 9,
    "model": 20,
    "mos_scale": 19,
    "error": 44,
    "warnings": 36,
    "text": 40,
    "profile": 14,
    "mos_low": 10,
    "mos_high": 10,
    "decision": 11,
    "rank": 10,
}
_WRAPPED: Final = ("path", "error", "warnings", "text")
_NUMBER_FORMATS: Final = {
    "label": "0",
    "expected_label": "0.00",
    "mos": "0.00",
    "band_probability": "0%",
    "off_digit_mass": "0.0000",
    "frames": "0",
    "mos_low": "0.00",
    "mos_high": "0.00",
    "rank": "0%",
}


class ResultBook:
    """A workbook in memory, with the formats that its sheets share."""

    def __init__(self, pairs: Sequence[Pair], language: str, *, made: datetime.datetime | None = None) -> None:
        """Raises OutputNotWritableError for more rows than a sheet has."""
        if len(pairs) >= MAX_ROW:
            raise OutputNotWritableError(
                path=".xlsx", problem=Reason("workbook_rows_limit", rows=len(pairs), limit=MAX_ROW - 1)
            )
        self.language = language
        self.made = made or datetime.datetime.now()
        self.rows = [fields_of(path, result, language) for path, result in pairs]
        ratings = [result for _, result in pairs if isinstance(result, Mapping)]
        self.scale, self.bands = _scale_of(ratings)
        self._stream = io.BytesIO()
        self.font = font_of(language)
        self.book = new_book(self._stream, self.word("title"), self.made)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def word(self, key: str, **params: Any) -> str:
        return word(key, self.language, **params)

    def format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": self.font, "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    @property
    def header_format(self) -> Format:
        return self.format(
            bold=True,
            font_color="#FFFFFF",
            bg_color=INK,
            text_wrap=True,
            align="center",
            border=1,
            border_color=LINE,
        )

    def band_format(self, key: str) -> Format:
        return self.format(
            bg_color=f"#{band_by_key(key).color}", align="center", bold=True, border=1, border_color=LINE
        )

    def add_results(self) -> Worksheet:
        """The sheet of rows, with a header in the reader's language."""
        sheet = self.book.add_worksheet(self.word("results"))
        columns = columns_of(self.rows)
        plain = {
            field: self.format(
                num_format=_NUMBER_FORMATS.get(field, "General"),
                align="center" if field in _NUMBER_FORMATS else "left",
                border=1,
                border_color=LINE,
                bold=field == "label",
            )
            for field in columns
        }
        wrapped = self.format(text_wrap=True, border=1, border_color=LINE)
        failed = self.format(text_wrap=True, border=1, border_color=LINE, font_color="#B02418", bg_color="#FDECEA")
        warned = self.format(text_wrap=True, border=1, border_color=LINE, font_color="#8A5A00")
        for number, field in enumerate(columns):
            sheet.set_column(number, number, _WIDTHS[field])
            sheet.write_string(0, number, self.word(field), self.header_format)
        sheet.set_row(0, 32)
        long_text = {"path": wrapped, "text": wrapped, "warnings": warned, "error": failed}
        for index, row in enumerate(self.rows, 1):
            sheet.set_row(index, _height(row))
            for number, field in enumerate(columns):
                value = row[field]
                form = long_text.get(field, plain[field])
                if row["error"] and field != "warnings":
                    form = failed
                elif field == "error":
                    form = wrapped
                if field == "band" and value:
                    sheet.write_string(
                        index, number, band_by_key(value).name(self.language), self.band_format(value)
                    )
                elif field == "decision" and value:
                    sheet.write_string(index, number, decision_name(value, self.language), form)
                elif value is None or value == "":
                    sheet.write_blank(index, number, None, form)
                elif isinstance(value, (int, float)):
                    sheet.write_number(index, number, value, form)
                else:
                    # write_string: a path that starts with = stays a path
                    sheet.write_string(index, number, _fitting(str(value)), form)
        last = len(self.rows)
        if last:
            mos = columns.index("mos")
            sheet.conditional_format(
                1,
                mos,
                last,
                mos,
                {
                    "type": "data_bar",
                    "bar_color": "#9DB7D5",
                    "bar_solid": True,
                    "data_bar_2010": True,
                    "min_type": "num",
                    "max_type": "num",
                    "min_value": self.scale.mos_min,
                    "max_value": self.scale.mos_max,
                },
            )
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, max(last, 1), len(columns) - 1)
        self._page_marks(sheet)
        return sheet

    def page_portrait(self, sheet: Worksheet) -> None:
        """Prints the sheet on one upright A4 page."""
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()
        self._page_marks(sheet)

    def _page_marks(self, sheet: Worksheet) -> None:
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.65)
        sheet.set_header(f"&L&B{self.word('title')}&R{self.made:%Y-%m-%d %H:%M}")
        sheet.set_footer(f"&L&F&R{self.word('page')}")

    def column(self, field: str) -> str:
        """The cells of a field on the sheet of results, for formulas."""
        letters = column_letters(columns_of(self.rows).index(field) + 1)
        name = self.word("results")
        return f"'{name}'!${letters}$2:${letters}${max(len(self.rows), 1) + 1}"

    def content(self) -> bytes:
        """Closes the workbook; the file's bytes."""
        self.book.close()
        return self._stream.getvalue()


def _scale_of(ratings: Sequence[Mapping[str, Any]]) -> tuple[Scale, Bands]:
    """Scale and bands of the first rating that tells them."""
    for rating in ratings:
        if "scale" in rating and "band_thresholds" in rating:
            try:
                scale = Scale.from_dict(rating["scale"])
                first, second, third, fourth = rating["band_thresholds"]
                return scale, Bands(scale, (first, second, third, fourth))
            except (ScaleError, TypeError, ValueError):
                continue
    return Scale(), Bands.default()


def _height(row: Mapping[str, Any]) -> float:
    """Points for a row: LibreOffice does not make room for wrapped text by itself."""
    lines = max(math.ceil(_text_width(str(row[field] or "")) * 0.95 / _WIDTHS[field]) for field in _WRAPPED)
    return 15.0 * min(max(lines, 1), 12)


def _text_width(text: str) -> int:
    """In characters of a column's width; Japanese ones take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "FWA" else 1 for character in text)


def _fitting(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def band_names(language: str) -> list[tuple[str, str]]:
    """Key and name of every band, best first."""
    return [(band.key, band.name(language)) for band in reversed(ACR_BANDS)]
