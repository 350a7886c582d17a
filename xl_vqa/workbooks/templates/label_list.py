"""The list of a labelling workbook: each video with a number of its own, and what has become of the list.

Everything refers to a video by the number beside it, so rows may be inserted, deleted, and sorted with their
numbers. The number that closes the list holds a check of which video bears which number: where a name came to
stand beside another number since, the sheet says so, and ``labels prepare`` refuses the workbook.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import AMBER, GREEN, GREY, INPUT, LAST_OF_SHEET, PALE, RED, Template, filled
from xl_vqa.workbooks.templates.label_rater import fold

SLOTS: Final = 200
"""Videos that one workbook takes."""
RATERS: Final = 15
"""Sheets for people: as many as the guide recommends (at least 15 observers, ITU-R BT.500)."""
OPEN: Final = 35
"""Videos whose rows are open at first. The rest is folded away, or a list of twelve would print as one of 200."""
FIRST: Final = 8
"""Row of the first video on the sheets Videos and Labels, counted from 0."""
CHECK: Final = 9973
"""A prime: an exchange of two names is missed only if their own checks agree, once in 10,000."""
COUNTED: Final = 10_000
"""The closing number is this times the number of videos, plus the check."""
CHARACTERS: Final = 400
"""How many characters of a name its check looks at."""
_LISTED: Final = 'SUMPRODUCT((l_videos<>"")*1)-1'
"""How many videos are listed: all cells of the list but its header."""


def closing_number(videos: Sequence[str], closed: int) -> int:
    """What the sheet shows to be entered where the first ``closed`` of ``videos``, numbered from 1, are listed."""
    whole = sum((2 * slot + 1) * _check_of(name) % CHECK for slot, name in enumerate(videos[:closed], 1))
    return COUNTED * closed + whole % CHECK


def _check_of(name: str) -> int:
    # by code points, as LibreOffice and Excel of late count; elder Excels count an emoji twice, and ask anew
    return sum(ord(sign) * place**2 for place, sign in enumerate(name[:CHARACTERS], 1)) % CHECK


def add_list(book: Template, videos: Sequence[tuple[str, str]], closed: int | None) -> None:
    """The sheet Videos. ``videos`` are path and content."""
    sheet = book.book.add_worksheet(book.word("videos"))
    book.dress(sheet, book.word("videos"), book.word("videos_note", slots=SLOTS), 2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 60, book.format(num_format="@"))
    sheet.set_column(2, 2, 26, book.format(num_format="@"))
    last = FIRST + SLOTS - 1
    sheet.write_string(3, 0, book.word("closed"), book.boxed(bg_color=PALE, bold=True))
    form = book.boxed(bg_color=INPUT, bold=True, align="center", num_format="0")
    if closed is None:
        sheet.write_blank(3, 1, None, form)
    else:
        sheet.write_number(3, 1, closing_number([path for path, _ in videos], closed), form)
    rule = {
        "validate": "integer",
        "criteria": "between",
        "minimum": COUNTED,
        "maximum": COUNTED * (SLOTS + 1) - 1,
        "error_title": book.word("wrong_entry"),
        "error_message": book.word("closed_error")[:255],
    }
    sheet.data_validation(3, 1, 3, 1, rule)
    sheet.set_row(4, 46)
    sheet.merge_range(
        4, 0, 4, 2, book.word("closed_help"), book.format(text_wrap=True, font_color=GREY, valign="top")
    )
    sheet.write_string(5, 0, book.word("state"), book.boxed(bg_color=PALE, bold=True))
    _state(book, sheet)
    typed = book.boxed(bg_color=INPUT, bold=True, align="center")
    for column, (key, form) in enumerate((("no", book.header), ("video", typed), ("content", typed))):
        sheet.write_string(FIRST - 1, column, book.word(key), form)
    for column, key in ((0, "no_help"), (2, "content_help")):
        sheet.write_comment(
            FIRST - 1, column, book.word(key), {"font_name": book.font, "x_scale": 2, "y_scale": 0.9}
        )
    number = book.format(font_color=GREY, align="center")
    for slot in range(SLOTS):
        path, content = videos[slot] if slot < len(videos) else ("", "")
        sheet.write_number(FIRST + slot, 0, slot + 1, number)
        if path:
            sheet.write_string(FIRST + slot, 1, path)
        if content:
            sheet.write_string(FIRST + slot, 2, content)
    fold(sheet, FIRST, SLOTS, OPEN)
    sheet.write_string(last + 1, 0, book.word("more_rows", open=OPEN), book.format(font_color=GREY))
    book.name("l_closed", sheet, 3, 1)
    # from the header on: a row inserted below it lies inside
    book.name("l_numbers", sheet, FIRST - 1, 0, last)
    book.name("l_videos", sheet, FIRST - 1, 1, last)
    book.name("l_contents", sheet, FIRST - 1, 2, last)
    book.name("l_column", sheet, FIRST - 1, 1, LAST_OF_SHEET)
    book.mark(sheet, FIRST - 1, 1)
    sheet.freeze_panes(FIRST, 0)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)


def _state(book: Template, sheet: Worksheet) -> None:
    """What has become of the list, and what to do; the colour by how bad it is."""
    beyond = "COUNTA(INDEX(l_column,ROWS(l_videos)+1):INDEX(l_column,ROWS(l_column)))"
    said = (
        (f"{beyond}>0", filled(book.word("state_beyond", slots=SLOTS, n="{n}"), {"n": beyond}), AMBER),
        ('l_mark="changed"', filled(book.word("state_changed"), {"code": "l_code"}), RED),
        ('l_mark="reopened"', f'"{book.word("state_reopened")}"', RED),
        (
            "l_unnumbered>0",
            filled(book.word("state_unnumbered"), {"row": "l_unnumbered", "next": "l_next"}),
            AMBER,
        ),
        ("ISNUMBER(l_closed_at)", f'"{book.word("state_closed")}"', GREEN),
        (f"{_LISTED}=0", f'"{book.word("state_empty")}"', None),
        ("TRUE", filled(book.word("state_open"), {"n": _LISTED, "code": "l_code"}), None),
    )
    text = ""
    for condition, sentence, _ in reversed(said):
        text = f"IF({condition},{sentence},{text})" if text else sentence
    book.formula(sheet, 5, 1, text, book.boxed(bold=True, text_wrap=True))
    sheet.set_row(5, 30)
    for condition, _, color in said:
        if color is not None:
            rule = {"type": "formula", "criteria": f"={condition}", "stop_if_true": True}
            sheet.conditional_format(5, 1, 5, 1, {**rule, "format": book.book.add_format({"bg_color": color})})
