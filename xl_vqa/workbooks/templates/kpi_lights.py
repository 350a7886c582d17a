"""The lights of the KPI tracker: how each judged figure stands, and what follows for the whole.

The worst light wins. What chance alone may explain is neither praised nor blamed: it is "undecided".
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.sheets.areas import column_letters
from xl_vqa.workbooks.templates.base import AMBER, GREEN, GREY, INK, NONE, PALE, RED, Template, filled
from xl_vqa.workbooks.templates.kpi_figures import FIGURES, number_format, text_of
from xl_vqa.workbooks.templates.kpi_texts import problems
from xl_vqa.workbooks.templates.number_texts import number_text

UNCLEAR: Final = "#C9D2DC"
LIGHTS: Final = (
    ("light_green", GREEN),
    ("light_unclear", UNCLEAR),
    ("light_amber", AMBER),
    ("light_red", RED),
)
"""From the best to the worst: a light's code is its place."""
_NONE: Final = f'"{NONE}"'


class Judged(NamedTuple):
    """``target`` is the key of the target; ``whole`` says whether the light counts for the whole."""

    key: str
    target: str
    whole: bool = True


JUDGED: Final = (
    *(Judged(key, key) for key in ("kappa", "srcc", "within", "hours", "reduction", "review", "escape")),
    Judged("escape_all", "escape"),
    *(Judged(key, key) for key in ("net", "roi", "payback")),
    # the drift flag speaks for both
    Judged("psi", "psi", whole=False),
    Judged("cusum", "cusum", whole=False),
    Judged("drift", ""),
)


def _code(value: str, target: str) -> str:
    """0 from the target on, 2 up to the limit, 3 beyond; nothing where there is no figure."""
    t, limit = f"target_{target}", f"limit_{target}"
    return (
        # "never" pays back: a text that is no missing figure
        f'IF({value}={_NONE},"",IF(NOT(ISNUMBER({value})),3,IF({t}>={limit},IF({value}>={t},0,IF({value}>={limit},2,3)),'
        f"IF({value}<={t},0,IF({value}<={limit},2,3)))))"
    )


def _judged(one: Judged) -> str:
    code = _code(f"k_{one.key}", one.target)
    if one.key == "reduction":
        return f'IF(k_reduction={_NONE},"",IF(c_change=0,1,{code}))'
    if one.key in ("net", "roi", "payback"):
        sure = _code("k_net_sure" if one.key == "net" else f"c_{one.key}_sure", one.target)
        return f'IF(k_{one.key}={_NONE},"",IF(c_noise=0,{code},IF({code}={sure},{code},1)))'
    if one.key == "escape_all":
        # good of a few videos is not yet good of all that nobody looked at
        return f'IF(k_escape_all={_NONE},"",IF(AND({code}=0,c_escape_plus>target_escape),1,{code}))'
    if one.key == "psi":
        # no more than unchanged videos reach
        return f'IF(k_psi={_NONE},"",IF({code}=0,0,IF(k_psi<=k_psi_chance,1,{code})))'
    if one.key == "drift":
        return 'IF(AND(NOT(ISNUMBER(k_psi)),NOT(ISNUMBER(k_cusum))),"",MAX(IF(N(j_psi)=1,0,N(j_psi)),N(j_cusum)))'
    return code


def _shown(book: Template, one: Judged) -> str:
    """A formula: name, figure and target as a reason names them."""
    name = book.word(f"f_{one.key}")
    if one.key == "drift":
        figures = (text_of(book, "psi"), text_of(book, "cusum"))
        return f'"{name} (PSI "&{figures[0]}&", CUSUM "&{figures[1]}&")"'
    target = number_text(f"target_{one.target}", number_format(book, one.key))
    return f'"{name} "&{text_of(book, one.key)}&" ({book.word("col_target")} "&{target}&")"'


def add_judged(book: Template, sheet: Worksheet, row: int, column: int) -> None:
    """Name, light and reason of every judged figure; beside them, added up, what each light holds."""
    heads = ("name", "light", "reason", *(f"joined_{key}" for key in ("red", "amber", "unclear", "none")))
    for offset, key in enumerate(heads):
        sheet.write_string(row - 1, column + offset, book.word(f"j_{key}"), book.header)
    sheet.set_column(column, column + len(heads) - 1, 16)
    sheet.set_column(column + len(heads), column + len(heads), 3)
    comma = book.word("list_comma")
    code_letter, text_letter, name_letter = (column_letters(column + 1 + k) for k in (1, 2, 0))
    form = book.boxed()
    for line, one in enumerate(JUDGED, row):
        sheet.write_string(line, column, book.word(f"f_{one.key}"), book.boxed(bg_color=PALE, font_color=GREY))
        book.name(f"j_{one.key}", sheet, line, column + 1)
        book.formula(sheet, line, column + 1, _judged(one), form)
        book.formula(sheet, line, column + 2, _shown(book, one), form)
        code, text, name = (f"{letter}{line + 1}" for letter in (code_letter, text_letter, name_letter))
        for offset, (wanted, what) in enumerate(((3, text), (2, name), (1, name), ('""', name)), 3):
            above = f"{column_letters(column + offset + 1)}{line}" if line > row else '""'
            if one.whole:
                text_formula = f'IF({code}={wanted},{above}&IF({above}="","","{comma}")&{what},{above})'
            else:
                text_formula = above
            book.formula(sheet, line, column + offset, text_formula, form)
    last = row + len(JUDGED) - 1
    for offset, key in enumerate(("red", "amber", "unclear", "none"), 3):
        book.name(f"j_joined_{key}", sheet, last, column + offset)
    _whole(book, sheet, last + 2, column)


def _whole(book: Template, sheet: Worksheet, row: int, column: int) -> None:
    codes = ",".join(f"j_{one.key}" for one in JUDGED if one.whole)
    parts = [
        f'IF(j_joined_{key}="","",{filled(book.word(f"whole_{key}"), {"list": f"j_joined_{key}"})})'
        for key in ("red", "amber", "unclear", "none")
    ]
    good = f'IF(MAX({codes})>0,"","{book.word("whole_green")}")'
    cells = (
        ("whole", f'IF(COUNT({codes})=0,"",MAX({codes}))'),
        ("problems", problems(book)),
        ("whole_reason", f'IF(COUNT({codes})=0,"{book.word("whole_nothing")}",{good}&{"&".join(parts)})'),
    )
    for line, (key, formula) in enumerate(cells, row):
        sheet.write_string(line, column, book.word(f"j_{key}"), book.boxed(bg_color=PALE, font_color=GREY))
        book.formula(sheet, line, column + 1, formula, book.boxed())
        book.name(f"j_{key}", sheet, line, column + 1)


def light(
    book: Template, sheet: Worksheet, row: int, column: int, codes: tuple[str, ...], form: Any = None
) -> None:
    """The worst of the lights in words, so that it is read in grey print too; colours follow the words."""
    named = ",".join(f"j_{key}" for key in codes)
    words = ",".join(f'"{book.word(key)}"' for key, _ in LIGHTS)
    text = f"IF(COUNT({named})=0,{_NONE},CHOOSE(MAX({named})+1,{words}))"
    book.formula(sheet, row, column, text, form or book.boxed(align="center", bold=True))


def color_lights(book: Template, sheet: Worksheet, column: int, first: int, last: int) -> None:
    for key, color in LIGHTS:
        form = book.book.add_format({"bg_color": color, "font_color": INK})
        rule = {"type": "cell", "criteria": "==", "value": f'"{book.word(key)}"', "format": form}
        sheet.conditional_format(first, column, last, column, rule)


def has_light(key: str) -> bool:
    """Whether a figure is held against a target."""
    return any(key == one.key for one in JUDGED) and not FIGURES[key].text
