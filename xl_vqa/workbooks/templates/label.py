"""The labelling workbook: guide, videos, one sheet per rater in an order of its own, and the labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.datasets.mos import FEW_RATERS, FEWEST_DEGREES, MOST_DEGREES
from xl_vqa.sheets.areas import column_letters
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.workbooks.templates.base import (
    AMBER,
    GREEN,
    GREY,
    INPUT,
    LAST_OF_SHEET,
    LINE,
    PALE,
    WARNING,
    Template,
    Values,
    filled,
)
from xl_vqa.workbooks.templates.label_rater import add_rater, fold, listed
from xl_vqa.workbooks.templates.words_label import LABEL

SLOTS: Final = 200
"""Videos that one workbook takes."""
RATERS: Final = 15
"""Sheets for people: as many as the guide recommends (at least 15 observers, ITU-R BT.500)."""
OPEN: Final = 35
"""Videos whose rows are open at first. The rest is folded away, or a list of twelve would print as one of 200."""
FIRST: Final = 8
"""Row of the first video on the sheets Videos and Labels, counted from 0."""
_SEED: Final = 2508
_LISTED: Final = 'SUMPRODUCT((l_videos<>"")*1)-1'
"""How many videos are listed: all cells of the list but its header."""
_SLOT_OF_ROW: Final = "ROW(l_videos)-ROW(INDEX(l_videos,1))"


def keys(rater: int) -> list[float]:
    """The random numbers that deal out a rater's order, one per slot; always the same."""
    source = random.Random(_SEED + rater)
    return [round(source.random(), 9) for _ in range(SLOTS)]


def order(rater: int, closed: int, listed: int) -> list[int]:
    """Slots, from 1, in the order in which a rater sees them: shuffled up to ``closed``, then as listed."""
    drawn = keys(rater)
    slots = range(1, listed + 1)
    return sorted(slots, key=lambda slot: drawn[slot - 1] if slot <= closed else 1 + slot)


def build_label(
    language: str,
    *,
    sample: bool = False,
    values: Values | None = None,
    videos: Sequence[tuple[str, str]] = (),
    closed: int | None = None,
    scores: Sequence[Sequence[Any]] = (),
) -> bytes:
    """The file's bytes. ``videos`` are path and content, ``scores[rater][slot]`` what people gave (None: not
    yet), ``closed`` the number of videos that was entered."""
    if sample:
        videos, scores = _sample()
        closed = len(videos)
    book = Template("label", language, LABEL, sample=sample, values=values)
    _guide(book)
    _videos(book, videos, closed)
    for rater in range(1, RATERS + 1):
        given = scores[rater - 1] if rater <= len(scores) else ()
        shown = order(rater, closed or 0, len(videos)) if closed else []
        add_rater(book, rater, SLOTS, OPEN, [given[slot - 1] if slot <= len(given) else None for slot in shown])
    book.pages(_labels(book))
    _order(book)
    return book.content()


def _guide(book: Template) -> None:
    sheet = book.sheet("guide", title="title", last_column=1)
    sheet.set_column(0, 0, 110)
    sheet.set_column(1, 1, 4)
    for row, number in enumerate(range(1, 6), 4):
        sheet.set_row(row, 34)
        text = book.word(f"guide_{number}", raters=RATERS, open=OPEN)
        sheet.write_string(row, 0, text, book.format(text_wrap=True, font_size=11))
    sheet.write_string(10, 0, book.word("anchor"), book.header)
    for row, band in enumerate(reversed(ACR_BANDS), 11):
        text = f"{band.number}  {band.name(book.language)}: {book.word(f'a{band.number}')}"
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, text, book.boxed(bg_color=f"#{band.color}", text_wrap=True))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)


def _videos(book: Template, videos: Sequence[tuple[str, str]], closed: int | None) -> None:
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
        sheet.write_number(3, 1, closed, form)
    rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": SLOTS}
    sheet.data_validation(
        3,
        1,
        3,
        1,
        {**rule, "error_title": book.word("wrong_entry"), "error_message": book.word("closed_help")[:255]},
    )
    sheet.set_row(4, 32)
    sheet.merge_range(4, 0, 4, 2, book.word("closed_help"), book.format(text_wrap=True, font_color=GREY))
    sheet.write_string(5, 0, book.word("state"), book.boxed(bg_color=PALE, bold=True))
    gap = f'SUMPRODUCT((l_videos<>"")*({_SLOT_OF_ROW}<=N(l_closed)))-1<N(l_closed)'
    beyond = f"COUNTA(INDEX(l_column,{SLOTS + 2}):INDEX(l_column,ROWS(l_column)))"
    state = (
        f"IF({beyond}>0,{filled(book.word('state_beyond', slots=SLOTS, n='{n}'), {'n': beyond})},"
        f'IF(ISNUMBER(l_closed),IF({gap},"{book.word("state_gap")}","{book.word("state_closed")}"),'
        f"{filled(book.word('state_open'), {'n': _LISTED})}))"
    )
    book.formula(sheet, 5, 1, state, book.boxed(bold=True))
    amber = book.book.add_format({"bg_color": AMBER})
    sheet.conditional_format(5, 1, 5, 1, {"type": "formula", "criteria": f"={beyond}>0", "format": amber})
    for key, color in (("state_closed", GREEN), ("state_gap", AMBER)):
        form = book.book.add_format({"bg_color": color})
        rule = {"type": "cell", "criteria": "==", "value": f'"{book.word(key)}"', "format": form}
        sheet.conditional_format(5, 1, 5, 1, rule)
    typed = book.boxed(bg_color=INPUT, bold=True, align="center")
    # nothing but what is typed stands in the rows: those without a video are not printed
    for column, key in enumerate(("video", "content"), 1):
        sheet.write_string(FIRST - 1, column, book.word(key), typed)
    sheet.write_comment(
        FIRST - 1, 2, book.word("content_help"), {"font_name": book.font, "x_scale": 2, "y_scale": 0.9}
    )
    for slot in range(SLOTS):
        path, content = videos[slot] if slot < len(videos) else ("", "")
        if path:
            sheet.write_string(FIRST + slot, 1, path)
        if content:
            sheet.write_string(FIRST + slot, 2, content)
    book.name("l_closed", sheet, 3, 1)
    # from the header on: a row inserted below it lies inside
    book.name("l_videos", sheet, FIRST - 1, 1, last)
    book.name("l_contents", sheet, FIRST - 1, 2, last)
    book.name("l_column", sheet, FIRST - 1, 1, LAST_OF_SHEET)
    book.mark(sheet, FIRST - 1, 1)
    sheet.freeze_panes(FIRST, 0)
    sheet.fit_to_pages(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(FIRST - 1)


def _labels(book: Template) -> Worksheet:
    heads = ("no", "video", "content", "count", "mos", "sd", "ci", "label", "band")
    widths = (6, 38, 15, 10, 8, 9, 9, 9, 13, *(9 for _ in range(RATERS)))
    sheet = book.sheet("results", note="results_note", last_column=len(heads) - 1)
    titles = [*map(book.word, heads), *(book.word("rater", number=rater) for rater in range(1, RATERS + 1))]
    for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(FIRST - 1, column, title, book.header)
    grey = book.format(font_color=GREY, font_size=9)
    for number, key in enumerate(("count", "mos", "sd", "label", "band")):
        # two columns above the table, and a line of its own for the longest
        sheet.write_string(3 + number % 3, 3 * (number // 3), f"{book.word(key)}: {book.word(f'm_{key}')}", grey)
    interval = book.word("m_ci", few=FEW_RATERS)
    sheet.write_string(6, 0, f"{book.word('ci')}: {interval}", grey)
    more = f'SUMPRODUCT((l_videos<>"")*({_SLOT_OF_ROW}>{OPEN}))>0'
    folded = f'IF({more},"{book.word("more_rows", open=OPEN)}","")'
    book.formula(sheet, 5, 3, folded, book.format(bold=True, font_color=WARNING))
    sheet.set_row(FIRST - 1, 32)
    last = FIRST + SLOTS - 1
    for name, key in (("l_counts", "count"), ("l_deviations", "sd")):
        book.name(name, sheet, FIRST, heads.index(key), last)
    for slot in range(1, SLOTS + 1):
        _label_row(book, sheet, slot, len(heads))
    fold(sheet, FIRST, SLOTS, OPEN)
    line = book.book.add_format({"border": 1, "border_color": LINE})
    rule = {"type": "formula", "criteria": f'=$B{FIRST + 1}<>""', "format": line}
    sheet.conditional_format(FIRST, 0, last, len(titles) - 1, rule)
    for band in ACR_BANDS:
        form = book.book.add_format({"bg_color": f"#{band.color}"})
        rule = {"type": "cell", "criteria": "==", "value": f'"{band.name(book.language)}"', "format": form}
        sheet.conditional_format(FIRST, heads.index("band"), last, heads.index("band"), rule)
    sheet.freeze_panes(FIRST, 2)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)
    # what each rater said stands to the right, for the screen
    sheet.print_area(0, 0, last, len(heads) - 1)
    return sheet


def _label_row(book: Template, sheet: Worksheet, slot: int, width: int) -> None:
    """The figures of one video, then what each rater said of it; ``width`` counts the columns before these."""
    row, line = FIRST + slot - 1, FIRST + slot
    raters = f"{column_letters(width + 1)}{line}:{column_letters(width + RATERS)}{line}"
    names = ",".join(f'"{band.name(book.language)}"' for band in ACR_BANDS)
    n, mos, sd, label = f"D{line}", f"E{line}", f"F{line}", f"H{line}"
    own = f"IF({n}<2,0,TINV(0.05,{n}-1)*{sd}/SQRT({n}))"
    # the rule of datasets.mos.with_pooled_intervals
    pooled = f"TINV(0.05,MIN(l_freedom,{MOST_DEGREES}))*l_pooled/SQRT({n})"
    known = f"AND(l_freedom>={FEWEST_DEGREES},l_pooled>0.000000001)"
    few = f'IF({known},{pooled},IF({own}>0.000000001,{own},""))'
    formulas = (
        (f'IF(B{line}="","",{slot})', "0"),
        (listed("l_videos", slot), "@"),
        (listed("l_contents", slot), "@"),
        (f'IF(B{line}="","",COUNT({raters}))', "0"),
        (f'IF(COUNT({raters})=0,"",AVERAGE({raters}))', "0.00"),
        (f'IF(COUNT({raters})<2,"",STDEV({raters}))', "0.00"),
        (f'IF(COUNT({raters})=0,"",IF({n}<{FEW_RATERS},{few},IF({sd}>0.000000001,{own},{few})))', "0.00"),
        # rounded twice: 3.45 times ten must not lie a hair below its half
        (f'IF(COUNT({raters})=0,"",ROUND(ROUND(({mos}-1)/4*40+10,6),0))', "0"),
        (f'IF(COUNT({raters})=0,"",CHOOSE(MATCH({label},{{0,15,25,35,45}},1),{names}))', "@"),
    )
    for column, (formula, number_format) in enumerate(formulas):
        align = "left" if column in (1, 2) else "center"
        form = book.format(align=align, num_format=number_format, bold=column == 7)
        book.formula(sheet, row, column, formula, form)
    for rater in range(1, RATERS + 1):
        score = f"INDEX(rater{rater}_scores,MATCH({slot},rater{rater}_slots,0))"
        # 0 stands for an empty cell: nobody scores below 1
        text = f'IF(COUNTIF(rater{rater}_slots,{slot})=0,"",IF(AND(N({score})>=1,N({score})<=5),{score},""))'
        book.formula(sheet, row, width + rater - 1, text, book.format(align="center"))


def _order(book: Template) -> None:
    """For each rater and slot the number that decides its place; nothing before the list is closed."""
    sheet = book.sheet("order", note="order_note", last_column=2 * RATERS)
    sheet.write_string(3, 0, book.word("no"), book.header)
    for rater in range(1, RATERS + 1):
        drawn, used = rater, RATERS + rater
        title = book.word("rater", number=rater)
        sheet.write_string(3, drawn, title, book.header)
        sheet.write_string(3, used, title, book.header)
        book.name(f"rater{rater}_order", sheet, 4, used, 3 + SLOTS)
        for slot, key in enumerate(keys(rater), 1):
            row = 3 + slot
            sheet.write_number(row, 0, slot)
            sheet.write_number(row, drawn, key)
            cell = f"{column_letters(drawn + 1)}{row + 1}"
            none = f'OR(NOT(ISNUMBER(l_closed)),{listed("l_videos", slot)}="")'
            text = f'IF({none},"",IF({slot}<=l_closed,{cell},1+{slot}))'
            book.formula(sheet, row, used, text)
    # the spread of all videos together, for the intervals of the sheet Labels
    spread = (
        ("l_freedom", 'SUMIF(l_counts,">=2")-COUNTIF(l_counts,">=2")', False),
        (
            "l_pooled",
            "IF(l_freedom<1,0,SQRT(SUM(IF(ISNUMBER(l_deviations),(l_counts-1)*l_deviations^2,0))/l_freedom))",
            True,
        ),
    )
    for row, (name, formula, array) in enumerate(spread, 3):
        sheet.write_string(row, 2 * RATERS + 2, name)
        book.formula(sheet, row, 2 * RATERS + 3, formula, array=array)
        book.name(name, sheet, row, 2 * RATERS + 3)
    sheet.hide()


def _sample() -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """Twelve invented videos of four contents, six raters; the last one is half way through."""
    source = random.Random(12)
    videos, truths = [], []
    for content in ("harbour", "market", "stadium", "office"):
        for version, truth in (("original", 4.6), ("mobile", 3.4), ("low", 2.0)):
            videos.append((f"D:/videos/{content}_{version}.mp4", content))
            truths.append(truth)
    scores: list[list[Any]] = []
    for rater in range(FEW_RATERS):
        row = [min(max(round(truth + source.gauss(0.1 * (rater - 2), 0.5)), 1), 5) for truth in truths]
        scores.append([*row[:6], *([None] * 6)] if rater == FEW_RATERS - 1 else row)
    return videos, scores
