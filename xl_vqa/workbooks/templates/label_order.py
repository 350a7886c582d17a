"""The hidden sheet of a labelling workbook: where each video stands, and the order in which each rater sees it."""

from __future__ import annotations

import random
from typing import Final

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.datasets.labelling_list import CHANGED, MARK, REOPENED
from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.base import Template
from xl_vqa.workbooks.templates.label_list import CHARACTERS, CHECK, COUNTED, RATERS, SLOTS

_SEED: Final = 2508
_TOP: Final = 4
"""Row of the first slot, counted from 0."""
_DRAWN, _USED, _PLACED = 1, RATERS + 1, 2 * RATERS + 1
_SLOT, _ROW, _NAME, _CHECK = 3 * RATERS + 2, 3 * RATERS + 3, 3 * RATERS + 4, 3 * RATERS + 5
_FIGURE: Final = 3 * RATERS + 7


def keys(rater: int) -> list[float]:
    """The random numbers that deal out a rater's order, one per slot; always the same."""
    source = random.Random(_SEED + rater)
    return [round(source.random(), 9) for _ in range(SLOTS)]


def order(rater: int, closed: int, listed: int) -> list[int]:
    """Slots, from 1, in the order in which a rater sees them: shuffled up to ``closed``, then as listed."""
    drawn = keys(rater)
    slots = range(1, listed + 1)
    return sorted(slots, key=lambda slot: drawn[slot - 1] if slot <= closed else 1 + slot)


def add_order(book: Template) -> None:
    """Slot s is the video with the number s. A place in a rater's order holds its slot for good: where a video is
    taken out of the list its place stays empty, and no score comes to stand beside another video."""
    sheet = book.sheet("order", note="order_note", last_column=2 * RATERS)
    last = _TOP + SLOTS - 1
    for column in (0, _SLOT):
        sheet.write_string(_TOP - 1, column, book.word("no"), book.header)
    for name, column in (("l_slots", _SLOT), ("l_rows", _ROW), ("l_names", _NAME), ("l_checks", _CHECK)):
        book.name(name, sheet, _TOP, column, last)
    for slot in range(1, SLOTS + 1):
        row = _TOP + slot - 1
        sheet.write_number(row, 0, slot)
        sheet.write_number(row, _SLOT, slot)
        place, name = (f"{column_letters(column + 1)}{row + 1}" for column in (_ROW, _NAME))
        book.formula(sheet, row, _ROW, f'IFERROR(MATCH(1,(l_numbers={slot})*(l_videos<>""),0),0)', array=True)
        book.formula(sheet, row, _NAME, f'IF({place}=0,"",INDEX(l_videos,{place})&"")')
        characters = f"ROW($1:${CHARACTERS})"
        # halves of a pair have no number in Excel
        code = f"_xlfn.UNICODE(MID({name},{characters},1))"
        check = f"MOD(SUM(IFERROR({code}*{characters}^2,0)),{CHECK})"
        book.formula(sheet, row, _CHECK, f"MOD({2 * slot + 1}*{check},{CHECK})", array=True)
    for rater in range(1, RATERS + 1):
        title = book.word("rater", number=rater)
        drawn, used, placed = _DRAWN + rater - 1, _USED + rater - 1, _PLACED + rater - 1
        for column in (drawn, used, placed):
            sheet.write_string(_TOP - 1, column, title, book.header)
        book.name(f"rater{rater}_order", sheet, _TOP, used, last)
        book.name(f"rater{rater}_placed", sheet, _TOP, placed, last)
        for slot, key in enumerate(keys(rater), 1):
            row = _TOP + slot - 1
            sheet.write_number(row, drawn, key)
            cell = f"{column_letters(drawn + 1)}{row + 1}"
            book.formula(sheet, row, used, f'IF(N(l_closed_at)>={slot},{cell},"")')
            at = f"MATCH(SMALL(rater{rater}_order,{slot}),rater{rater}_order,0)"
            here = f"IF({slot}<=l_closed_at,{at},{slot})"
            book.formula(sheet, row, placed, f'IF(ISNUMBER(l_closed_at),IF({slot}<=l_final,{here},""),"")')
    _figures(book, sheet)
    sheet.hide()


def _figures(book: Template, sheet: Worksheet) -> None:
    """What the other sheets ask of the list as a whole, a name each; the last row is for ``labels prepare``."""
    scores = ",".join(f"rater{rater}_scores" for rater in range(1, RATERS + 1))
    closed = "N(l_closed)"
    first_row = "ROW(INDEX(l_videos,1))"
    unseen = f'(l_videos<>"")*(ROW(l_videos)>{first_row})*ISNA(MATCH(ROW(l_videos)-{first_row}+1,l_rows,0))'
    fresh = f"IF(l_final>={SLOTS},0,l_final+1)"
    figures = (
        (
            "l_closed_at",
            f'IF(AND({closed}>={COUNTED},{closed}<{COUNTED * (SLOTS + 1)}),INT({closed}/{COUNTED}),"")',
            False,
        ),
        ("l_last", "SUMPRODUCT(MAX((l_rows>0)*l_slots))", False),
        ("l_final", "MAX(l_last,N(l_closed_at))", False),
        (
            "l_code",
            f"IF(ISNUMBER(l_closed_at),l_closed_at,l_last)*{COUNTED}"
            f"+MOD(SUMPRODUCT((l_slots<=IF(ISNUMBER(l_closed_at),l_closed_at,l_last))*l_checks),{CHECK})",
            False,
        ),
        ("l_unnumbered", f"MAX(0,MIN(IF({unseen},ROW(l_videos),1048577)))*(SUM({unseen})>0)", True),
        # a number that nobody bears; once people rate, one that nobody ever bore
        ("l_next", f"IF(ISNUMBER(l_closed_at),{fresh},MIN(IF(l_rows=0,l_slots,{SLOTS + 1})))", True),
        ("l_rated", f"COUNT({scores})", False),
        # the spread of all videos together, for the intervals of the sheet Labels
        ("l_freedom", 'SUMIF(l_counts,">=2")-COUNTIF(l_counts,">=2")', False),
        (
            "l_pooled",
            "IF(l_freedom<1,0,SQRT(SUM(IF(ISNUMBER(l_deviations),(l_counts-1)*l_deviations^2,0))/l_freedom))",
            True,
        ),
        (
            "l_mark",
            f'IF(ISNUMBER(l_closed_at),IF(l_closed=l_code,"","{CHANGED}"),IF(l_rated>0,"{REOPENED}",""))',
            False,
        ),
    )
    for row, (name, formula, array) in enumerate(figures, _TOP - 1):
        sheet.write_string(row, _FIGURE, MARK if name == "l_mark" else name)
        book.formula(sheet, row, _FIGURE + 1, formula, array=array)
        book.name(name, sheet, row, _FIGURE + 1)
    row = _TOP - 1 + len(figures) - 1
    for column, formula in enumerate(("l_code", f"{first_row}+1", f"{first_row}+MAX(l_rows)-1"), _FIGURE + 2):
        book.formula(sheet, row, column, formula)
