"""The sheets of the contract: as people make them, and as earlier versions and other front ends left them.

``{1}`` to ``{4}`` are clips that can be rated, ``{damaged}`` is a file that cannot, ``{missing}`` is no file. What
every front end must make of a sheet stands beside it: where our columns are, which rows are rated, and which get
an error. Everything else on the sheet must stay as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import NamedStyle
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from xl_vqa.sheets.columns import COLUMNS, FIELDS, heading
from xl_vqa.sheets.marks import Mark, ScoredBy, file_key, row_key

SET = dict(zip(FIELDS, range(6), strict=True))
THRESHOLDS = (15.0, 25.0, 35.0, 45.0)


@dataclass(frozen=True)
class Case:
    name: str
    rows: list[list[Any]]
    first: int = 2
    """Column of a new set."""
    places: dict[str, int] = field(default_factory=dict)
    """Columns by field where they are known already or not side by side; those in ``known`` have their heading."""
    known: frozenset[str] = frozenset()
    heading_row: int | None = 1
    number: int = 1
    rated: dict[int, int] = field(default_factory=dict)
    """Clip by row."""
    errors: dict[int, str] = field(default_factory=dict)
    """Words of the remark by row."""
    kept: dict[int, str] = field(default_factory=dict)
    """Rows whose score stays, and words of the remark."""
    select: str = "A1:A20"
    column: str | None = None
    prepare: Callable[[Workbook, Worksheet], None] | None = None
    refused: bool = False
    """Nothing is written, by any front end."""
    text: int | None = None
    """Column of texts that an earlier run rated against."""
    buttons_skip: frozenset[int] = frozenset()
    """Rows out of sight: the command rates them as well."""


def headings(language: str = "en", number: int = 1) -> list[str]:
    return [heading(name, language, number) for name in FIELDS]


def earlier(language: str) -> list[str]:
    return [column.earlier[language == "ja"] for column in COLUMNS if column.earlier]


def mark(model: str, source: str, path: str, text: str | None = None) -> str:
    by = ScoredBy(model, f"b2:{model}", "expectation", THRESHOLDS)
    return str(Mark(model, by.key, row_key((source,), text), file_key(path) or "000000"))


def at(first: int) -> dict[str, int]:
    """The whole set, side by side."""
    return {name: first + place for name, place in SET.items()}


ROWS = [["Video"], ["{1}"], ["{2}"], ["{3}"]]
RATED = {2: 1, 3: 2, 4: 3}
OLD = [49, 4.9, "Excellent", 0.5, None, "old (aaaaaa-bbbbbb-cccccc)"]


def beside(*columns: list[Any]) -> list[list[Any]]:
    """The plain list with columns right of it."""
    return [[*row, *(column[place] for column in columns)] for place, row in enumerate(ROWS)]


def merged(area: str) -> Callable[[Workbook, Worksheet], None]:
    return lambda book, sheet: sheet.merge_cells(area)


def table(area: str, *, totals: bool = False) -> Callable[[Workbook, Worksheet], None]:
    def prepare(book: Workbook, sheet: Worksheet) -> None:
        made = Table(displayName="Videos", ref=area, totalsRowCount=int(totals) or None)
        if totals:
            made._initialise_columns()
            for column, cell in zip(made.tableColumns, sheet[area][0], strict=True):
                column.name = cell.value
        sheet.add_table(made)

    return prepare


def hidden(*rows: int) -> Callable[[Workbook, Worksheet], None]:
    def prepare(book: Workbook, sheet: Worksheet) -> None:
        for row in rows:
            sheet.row_dimensions[row].hidden = True

    return prepare


def filtered(area: str) -> Callable[[Workbook, Worksheet], None]:
    def prepare(book: Workbook, sheet: Worksheet) -> None:
        sheet.auto_filter.ref = area

    return prepare


def linked(book: Workbook, sheet: Worksheet) -> None:
    for number in (1, 2):
        sheet.cell(number + 1, 1).hyperlink = f"clips/clip{number}.mp4"


def protected(book: Workbook, sheet: Worksheet) -> None:
    sheet.protection.sheet = True


def another_sheet(book: Workbook, sheet: Worksheet) -> None:
    book.create_sheet("Notes").append(["Video", "x.mp4"])


def styled(column: int, rows: range, name: str) -> Callable[[Workbook, Worksheet], None]:
    def prepare(book: Workbook, sheet: Worksheet) -> None:
        book.add_named_style(NamedStyle(name))
        for row in rows:
            sheet.cell(row, column).style = name

    return prepare


CASES = [
    Case("a plain list", ROWS, rated=RATED),
    Case("no heading, from the first row", [["{1}"], ["{2}"]], heading_row=None, rated={1: 1, 2: 2}),
    Case("no heading, further down", [[], [], ["{1}"], ["{2}"]], heading_row=2, rated={3: 1, 4: 2}),
    Case("a Japanese heading", [["動画"], ["{1}"], ["{2}"]], rated={2: 1, 3: 2}),
    Case("a title above", [["Our videos"], [], ["Video"], ["{1}"]], heading_row=3, rated={4: 1}),
    Case(
        "a merged title above",
        [["Our videos"], ["Video"], ["{1}"]],
        heading_row=2,
        rated={3: 1},
        prepare=merged("A1:F1"),
    ),
    Case(
        "a number column before",
        [["No.", "Video"], [1, "{1}"], [2, "{2}"]],
        first=3,
        rated={2: 1, 3: 2},
        select="A1:B9",
    ),
    Case("notes right beside", beside(["Note", "a", None, "c"]), first=3, rated=RATED),
    Case("a note beside a row that is not selected", [*ROWS, ["{4}", "mine"]], first=3, rated=RATED | {5: 4}),
    Case(
        "the user's Score and Owner",
        beside(["Score", 3, None, 5], ["Owner", "Sato", "Kato", None]),
        first=4,
        rated=RATED,
    ),
    Case(
        "the user's MOS, 評価 and 備考",
        beside(["MOS", 4.2, 3, None], ["評価", "良", "可", None], ["備考", "確認", None, None]),
        first=5,
        rated=RATED,
    ),
    Case(
        "a gap that is too narrow",
        beside([None] * 4, [None] * 4, ["Owner", "Sato", None, None]),
        first=5,
        rated=RATED,
    ),
    Case("merged cells in the way", ROWS, first=4, rated=RATED, prepare=merged("C3:C4")),
    Case("formulas in the way", beside(["Length", "=LEN(A2)", "=LEN(A3)", "=LEN(A4)"]), first=3, rated=RATED),
    Case("formulas under our heading", beside(["VQA score", "=1+1", "=1+2", "=1+3"]), first=3, rated=RATED),
    Case("a note below the list", [*ROWS, [], [None, "a note"]], rated=RATED),
    Case("a total below the list", [*ROWS, ["Total", "=COUNTA(A2:A4)"]], rated=RATED),
    Case("a table", beside(["Note", "a", "b", "c"]), first=3, rated=RATED, prepare=table("A1:B4")),
    Case(
        "a table with something beside it",
        beside(["Note", "a", "b", "c"], [None, "mine", None, None]),
        first=4,
        rated=RATED,
        prepare=table("A1:B4"),
    ),
    Case(
        "a table beside the list",
        beside([None] * 4, ["x", 1, 2, 3], ["y", 4, 5, 6]),
        first=5,
        rated=RATED,
        prepare=table("C1:D4"),
    ),
    Case("a filter", beside(["Note", "a", "b", "c"]), first=3, rated=RATED, prepare=filtered("A1:B4")),
    Case(
        "a filter above an entry that is no path",
        [["Material", "Owner"], ["to do", "Sato"], ["{1}", "Kato"]],
        first=3,
        rated={3: 1},
        errors={2: "to do"},
        prepare=filtered("A1:B3"),
    ),
    Case("a number first", [["File"], [42], ["{1}"]], rated={3: 1}, errors={2: "42"}),
    Case("a hidden row", ROWS, rated=RATED, prepare=hidden(3), buttons_skip=frozenset({3})),
    Case("a protected sheet", ROWS, prepare=protected, refused=True),
    Case("another sheet", ROWS, rated=RATED, prepare=another_sheet),
    Case(
        "the set of an earlier version",
        [["Video", *earlier("en")], ["{1}", 49, 4.9, "Excellent", 0.5], ["{2}"]],
        places=at(2),
        known=frozenset(FIELDS[:5]),
        rated={2: 1, 3: 2},
    ),
    Case(
        "the Japanese set of an earlier version",
        [["動画", "担当", *earlier("ja")], ["{1}", "佐藤", 49, 4.9, "非常に良い", 0.5], ["{2}", "加藤"]],
        places=at(3),
        known=frozenset(FIELDS[:5]),
        rated={2: 1, 3: 2},
    ),
    Case(
        "an earlier set with a user's words in it",
        [["Video", *earlier("en")], ["{1}", 49, 4.9, "to check", 0.5]],
        first=7,
        rated={2: 1},
    ),
    Case(
        "a user's own ratings under the headings of an earlier set",
        [["Video", *earlier("en")], ["{1}", 4, 4.2, "Good", 0.8, "checked by Sato"], ["{2}"]],
        first=7,
        rated={2: 1, 3: 2},
    ),
    Case(
        "a part of an earlier set",
        [["Video", "Score", "MOS", "Remark"], ["{1}", 3, 3.1, "mine"]],
        first=5,
        rated={2: 1},
    ),
    Case(
        "the command's set, of an old model",
        [["Video", *headings()], ["{1}", *OLD], ["{2}"]],
        known=frozenset(FIELDS),
        rated={2: 1, 3: 2},
    ),
    Case(
        "the command's Japanese set",
        [["動画", *headings("ja")], ["{1}", *OLD], ["{2}"]],
        known=frozenset(FIELDS),
        rated={2: 1, 3: 2},
    ),
    Case(
        "the command's set and an earlier button's beside it",
        [["Video", *headings(), *earlier("en")], ["{1}", *OLD, 20, 2.0, "Poor", 0.9, None]],
        known=frozenset(FIELDS),
        rated={2: 1},
    ),
    Case(
        "a heading that an earlier button broke",
        [["Video", "VQA score", "Remark", *headings()[2:]], ["{1}", 49, None, *OLD[2:]]],
        known=frozenset(FIELDS) - {"mos"},
        places={name: 2 + place for name, place in SET.items() if name != "mos"},
        rated={2: 1},
    ),
    Case(
        "columns that the user deleted",
        [["Video", "VQA score", "VQA error or warning", "VQA model"], ["{1}"]],
        places={"score": 2, "error": 3, "model": 4},
        known=frozenset({"score", "error", "model"}),
        rated={2: 1},
    ),
    Case(
        "columns that are needed and gone",
        [["Video", "VQA score", "VQA MOS"], ["{1}", 49, 4.9], ["{2}"]],
        places={"score": 2, "mos": 3, "error": 4, "model": 5},
        known=frozenset({"score", "mos"}),
        rated={2: 1, 3: 2},
    ),
    Case(
        "a set left of the list",
        [["VQA model", "VQA score", "VQA error or warning", "Video"], [None, None, None, "{1}"]],
        places={"model": 1, "score": 2, "error": 3},
        known=frozenset({"score", "error", "model"}),
        rated={2: 1},
        select="D1:D9",
    ),
    Case(
        "a renamed heading",
        [["Video", "AI の点数", *headings()[1:]], ["{1}", *OLD], ["{2}", *OLD]],
        known=frozenset(FIELDS),
        rated={2: 1, 3: 2},
        prepare=styled(2, range(2, 4), "VQA score"),
    ),
    Case(
        "two sets: the later one",
        [["Video", *headings(), *headings(number=2)], ["{1}", *OLD, *OLD]],
        places=at(8),
        known=frozenset(FIELDS),
        rated={2: 1},
    ),
    Case(
        "another list beside it",
        [["Video", *[None] * 7, "Clip"], ["{1}", *[None] * 7, "{2}"]],
        rated={2: 1},
        column="Video",
    ),
    Case(
        "another list with scores beside it",
        [["Clip", *headings(), None, "Video"], ["{2}", *OLD, None, "{1}"]],
        first=10,
        rated={2: 1},
        column="Video",
        select="I1:I9",
    ),
    Case("the same list again below", [*ROWS[:3], [], ["Video"], ["{3}"]], rated={2: 1, 3: 2, 6: 3}),
    Case(
        "holes in the list",
        [["Video"], ["{1}"], [], [None, "note in a hole"], ["{2}"]],
        first=3,
        rated={2: 1, 5: 2},
    ),
    Case(
        "numbers and errors in the list",
        [["Video"], ["{1}"], [42], ["=NA()"], ["{2}"]],
        rated={2: 1, 5: 2},
        errors={3: "42", 4: "A4"},
    ),
    Case(
        "a word among the paths", [["Video"], ["{1}"], ["to do"], ["{2}"]], rated={2: 1, 4: 2}, errors={3: "to do"}
    ),
    Case(
        "a score stored as text",
        [["Video", *headings()], ["{1}", "49", *OLD[1:]]],
        known=frozenset(FIELDS),
        rated={2: 1},
    ),
    Case(
        "an error in the score column",
        [["Video", *headings()], ["{1}", "#N/A", *[None] * 5], ["{2}"]],
        known=frozenset(FIELDS),
        rated={2: 1, 3: 2},
    ),
    Case("the same video twice", [["Video"], ["{1}"], ["{2}"], ["{1}"]], rated={2: 1, 3: 2, 4: 1}),
    Case("a file that is missing", [["Video"], ["{1}"], ["{missing}"]], rated={2: 1}, errors={3: "missing.mp4"}),
    Case(
        "another model's score of a file out of reach",
        [["Video", *headings()], ["{missing}", 49, 4.9, "Excellent", 0.5, None, "{mark:old}"], ["{1}"]],
        known=frozenset(FIELDS),
        rated={3: 1},
        kept={2: "missing.mp4"},
    ),
    Case(
        "a score of no known model, of a file out of reach",
        [["Video", *headings()], ["{missing}", 49, 4.9, "Excellent", 0.5], ["{1}"]],
        known=frozenset(FIELDS),
        rated={3: 1},
        kept={2: "missing.mp4"},
    ),
    Case(
        "a score of a file that is damaged now",
        [["Video", *headings()], ["{damaged}", 49, 4.9, "Excellent", 0.5, "old", "old (aaaaaa-bbbbbb-cccccc)"]],
        known=frozenset(FIELDS),
        kept={2: "damaged.mp4"},
    ),
    Case(
        "links with titles",
        [["Video"], ['=HYPERLINK("{1}","First")'], ['=HYPERLINK("{2}","{2}")']],
        rated={2: 1, 3: 2},
    ),
    Case("links on titles", [["Video"], ["First"], ["second.mp4"]], rated={2: 1, 3: 2}, prepare=linked),
    Case("quotes and blanks round paths", [["Video"], ['"{1}"'], ["  {2} "], ["「{3}」"]], rated=RATED),
    Case("relative paths", [["Video"], ["clips/clip1.mp4"], ["clips/clip2.mp4"]], rated={2: 1, 3: 2}),
]
