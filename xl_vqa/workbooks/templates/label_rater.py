"""One rater's sheet: the videos in this rater's order, the scale with its anchors, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.workbooks.templates.base import GREY, INPUT, NONE, PALE, WARNING, Template, filled

FIRST: Final = 12
"""Row of the first video, counted from 0."""


def add_rater(book: Template, rater: int, slots: int, shown: int, scores: Sequence[Any]) -> None:
    """``scores`` stand in this rater's own order; rows of more than ``shown`` videos are folded away."""
    title = book.word("rater", number=rater)
    sheet = book.book.add_worksheet(title)
    book.dress(sheet, title, book.word("rater_note"), 3)
    for column, width in enumerate((14, 50, 11, 29)):
        sheet.set_column(column, column, width)
    sheet.set_column(4, 5, 8, None, {"hidden": True})
    last = FIRST + slots - 1
    sheet.write_string(3, 0, book.word("name"), book.boxed(bg_color=PALE, bold=True))
    sheet.write_blank(3, 1, None, book.boxed(bg_color=INPUT))
    warned = f'IF(l_mark="","","{book.word("list_changed")}")'
    book.formula(sheet, 3, 2, warned, book.format(bold=True, font_color=WARNING))
    sheet.write_string(4, 0, book.word("progress"), book.boxed(bg_color=PALE, bold=True))
    text = book.word("progress_text")
    done = f"COUNT(rater{rater}_scores)"
    everything = f"COUNT(rater{rater}_slots)"
    book.formula(sheet, 4, 1, filled(text, {"done": done, "all": everything}), book.boxed(bold=True))
    book.formula(sheet, 4, 2, f"IF({everything}=0,0,{done}/{everything})", book.boxed(num_format="0%"))
    folded = f'IF({everything}>{shown},"{book.word("more_rows", open=shown)}","")'
    book.formula(sheet, 4, 3, folded, book.format(bold=True, font_color=WARNING, text_wrap=True))
    sheet.set_row(4, 30)
    # the plain kind of bar: the newer one needs an extension that other readers warn about
    bar = {"type": "data_bar", "bar_color": "#7CC58D", "min_type": "num", "max_type": "num", "min_value": 0}
    sheet.conditional_format(4, 2, 4, 2, {**bar, "max_value": 1})
    for row, band in enumerate(reversed(ACR_BANDS), 5):
        form = book.boxed(bg_color=f"#{band.color}", bold=True, align="center")
        sheet.write_string(row, 0, f"{band.number}  {band.name(book.language)}", form)
        meaning = book.boxed(bg_color=f"#{band.color}", text_wrap=True)
        sheet.merge_range(row, 1, row, 3, book.word(f"a{band.number}"), meaning)
        sheet.set_row(row, 19)
    typed = book.boxed(bg_color=INPUT, bold=True, align="center")
    heads = (
        ("no", book.header),
        ("video", book.header),
        ("score", typed),
        ("comment", typed),
        ("content", book.header),
        ("no", book.header),
    )
    for column, (key, form) in enumerate(heads):
        sheet.write_string(FIRST - 1, column, book.word(key), form)
    sheet.set_row(FIRST - 1, 22)
    book.name(f"rater{rater}_scores", sheet, FIRST, 2, last)
    book.name(f"rater{rater}_slots", sheet, FIRST, 5, last)
    for place in range(1, slots + 1):
        row = FIRST + place - 1
        line = row + 1
        placed = f"INDEX(rater{rater}_placed,{place})"
        video = f"INDEX(l_names,{placed})"
        book.formula(sheet, row, 5, f'IF(ISNUMBER({placed}),IF({video}="","",{placed}),"")')
        # a video that was taken out leaves its place behind
        number = f'IF(F{line}<>"",{place},IF(ISNUMBER({placed}),"{NONE}",""))'
        book.formula(sheet, row, 0, number, book.format(font_color=GREY, align="center"))
        content = f'INDEX(l_contents,INDEX(l_rows,F{line}))&""'
        for column, text in ((1, f"INDEX(l_names,F{line})"), (4, content)):
            book.formula(sheet, row, column, f'IF(F{line}="","",{text})', book.format())
        score = scores[place - 1] if place <= len(scores) else None
        form = book.format(bold=True, align="center", font_size=12)
        if score is None:
            sheet.write_blank(row, 2, None, form)
        else:
            sheet.write(row, 2, score, form)
    sheet.data_validation(
        FIRST,
        2,
        last,
        2,
        {
            "validate": "list",
            "source": ["5", "4", "3", "2", "1"],
            "error_title": book.word("wrong_entry"),
            "error_message": book.word("score_error"),
        },
    )
    todo = book.book.add_format({"bg_color": INPUT})
    rule = {"type": "formula", "criteria": f'=AND($F{FIRST + 1}<>"",$C{FIRST + 1}="")', "format": todo}
    sheet.conditional_format(FIRST, 2, last, 2, rule)
    for band in ACR_BANDS:
        form = book.book.add_format({"bg_color": f"#{band.color}"})
        rule = {"type": "cell", "criteria": "==", "value": band.number, "format": form}
        sheet.conditional_format(FIRST, 2, last, 2, rule)
    fold(sheet, FIRST, slots, shown)
    sheet.freeze_panes(FIRST, 0)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)
    sheet.print_area(0, 0, last, 3)


def fold(sheet: Worksheet, first: int, slots: int, shown: int) -> None:
    """Folds the rows behind the first ``shown`` away; the sign to open them stands in the row behind the last."""
    for row in range(first + shown, first + slots):
        sheet.set_row(row, None, None, {"level": 1, "hidden": True})
    sheet.set_row(first + slots, None, None, {"collapsed": True})
