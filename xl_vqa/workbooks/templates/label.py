"""The labelling workbook: guide, videos, one sheet per rater in an order of its own, and the labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.datasets.mos import FEW_RATERS, FEWEST_DEGREES, MOST_DEGREES
from xl_vqa.sheets.areas import column_letters
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.workbooks.templates.base import (
    GREY,
    LINE,
    WARNING,
    Template,
    Values,
)
from xl_vqa.workbooks.templates.label_list import FIRST, OPEN, RATERS, SLOTS, add_list
from xl_vqa.workbooks.templates.label_order import add_order, order
from xl_vqa.workbooks.templates.label_rater import add_rater, fold
from xl_vqa.workbooks.templates.words_label import LABEL


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
    yet), ``closed`` how many of them were listed when the list was closed."""
    if sample:
        videos, scores = _sample()
        closed = len(videos)
    book = Template("label", language, LABEL, sample=sample, values=values)
    _guide(book)
    add_list(book, videos, closed)
    for rater in range(1, RATERS + 1):
        given = scores[rater - 1] if rater <= len(scores) else ()
        shown = order(rater, closed or 0, len(videos)) if closed else []
        add_rater(book, rater, SLOTS, OPEN, [given[slot - 1] if slot <= len(given) else None for slot in shown])
    book.pages(_labels(book))
    add_order(book)
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
    folded = f'IF(l_last>{OPEN},"{book.word("more_rows", open=OPEN)}","")'
    book.formula(sheet, 5, 3, folded, book.format(bold=True, font_color=WARNING))
    book.formula(
        sheet, 0, 3, f'IF(l_mark="","","{book.word("list_changed")}")', book.format(bold=True, font_color=WARNING)
    )
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
        (f"INDEX(l_names,{slot})", "@"),
        (f'IF(B{line}="","",INDEX(l_contents,INDEX(l_rows,{slot}))&"")', "@"),
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
