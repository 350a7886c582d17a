"""The settings of the KPI tracker: period, work, money, scores, and what counts as reached."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import INPUT, PALE, Template


class Setting(NamedTuple):
    """``default`` None leaves the cell empty; ``rule`` is decimal (0 or more), number, date, list or text."""

    key: str
    default: Any
    number_format: str
    rule: str


SECTIONS: Final[tuple[tuple[str, tuple[Setting, ...]], ...]] = (
    (
        "sec_period",
        (
            Setting("start", None, "yyyy-mm-dd", "date"),
            Setting("end", None, "yyyy-mm-dd", "date"),
            Setting("live", None, "yyyy-mm-dd", "date"),
            Setting("reference_end", None, "yyyy-mm-dd", "date"),
            Setting("recent_days", 28, "0", "decimal"),
        ),
    ),
    (
        "sec_work",
        (
            Setting("minutes", 5, "0.0", "decimal"),
            Setting("overhead", 0.2, "0.0", "decimal"),
            Setting("basis", "measured", "@", "list"),
        ),
    ),
    (
        "sec_money",
        (
            Setting("currency", "JPY", "@", "text"),
            Setting("wage", 3000, "#,##0", "decimal"),
            Setting("cost_complaint", 20000, "#,##0", "decimal"),
            Setting("cost_escape", 5000, "#,##0", "decimal"),
            Setting("compute", 30000, "#,##0", "decimal"),
            Setting("licence", 0, "#,##0", "decimal"),
            Setting("upkeep", 20000, "#,##0", "decimal"),
            Setting("one_off", 500000, "#,##0", "decimal"),
        ),
    ),
    (
        "sec_scores",
        (
            # as people type them: where the lower score is the better one, the worst is the higher number
            Setting("people_worst", 10, "0.##", "number"),
            Setting("people_best", 50, "0.##", "number"),
            Setting("label_min", 10, "0", "decimal"),
            Setting("label_max", 50, "0", "decimal"),
            Setting("tolerance", 5, "0.0", "decimal"),
            Setting("defect", 25, "0.0", "decimal"),
            Setting("threshold", 28, "0", "decimal"),
        ),
    ),
)
# settings in labels whose note says what they are on people's scale
_ON_PEOPLES_SCALE: Final = {
    "tolerance": "ABS(ROUND(set_tolerance*c_people_span/(set_label_max-set_label_min),3))",
    "defect": "ROUND(set_people_worst+(set_defect-set_label_min)*c_people_span/(set_label_max-set_label_min),3)",
}
BASES: Final = ("measured", "computed")
TARGETS: Final[tuple[tuple[str, float, float, str], ...]] = (
    # figure, green from here, amber up to here, number format; a limit above the target means: less is better
    ("kappa", 0.6, 0.4, "0.00"),
    ("srcc", 0.8, 0.7, "0.00"),
    ("within", 0.8, 0.7, "0%"),
    ("hours", 20, 10, "0.0"),
    ("reduction", 0.2, 0.0, "0%"),
    ("review", 0.3, 0.5, "0%"),
    ("escape", 0.05, 0.1, "0%"),
    ("net", 1, 0, "#,##0"),
    ("roi", 1, 0, "0%"),
    ("payback", 12, 24, "0.0"),
    ("psi", 0.1, 0.25, "0.00"),
    ("cusum", 4, 5, "0.0"),
)


def add_settings(book: Template, given: Mapping[str, Any]) -> Worksheet:
    """``given`` overrides defaults by key, and targets and limits by ``target_`` and ``limit_`` before it."""
    sheet = book.sheet("settings", note="settings_note", last_column=3)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 15)
    sheet.set_column(3, 3, 78)
    row = 4
    for section, settings in SECTIONS:
        row = _section(book, sheet, row, section)
        for setting in settings:
            _setting(book, sheet, row, setting, given.get(setting.key, setting.default))
            row += 1
        row += 1
    for column, key in enumerate(("sec_targets", "col_target", "col_limit", "col_note")):
        sheet.write_string(row, column, book.word(key), book.header)
    sheet.set_row(row, 22)
    for key, target, limit, number_format in TARGETS:
        row += 1
        target, limit = given.get(f"target_{key}", target), given.get(f"limit_{key}", limit)
        form = book.boxed(bg_color=INPUT, num_format=number_format, align="center")
        sheet.write_string(row, 0, book.word(f"f_{key}"), book.boxed(bg_color=PALE, text_wrap=True))
        sheet.write_number(row, 1, target, form)
        sheet.write_number(row, 2, limit, form)
        note = "target_low" if limit > target else "target_high"
        sheet.write_string(row, 3, book.word(note), book.boxed(text_wrap=True))
        book.name(f"target_{key}", sheet, row, 1)
        book.name(f"limit_{key}", sheet, row, 2)
    sheet.print_area(0, 0, row, 3)
    sheet.fit_to_pages(1, 1)
    sheet.set_landscape()
    return sheet


def _section(book: Template, sheet: Worksheet, row: int, key: str) -> int:
    sheet.write_string(row, 0, book.word(key), book.header)
    sheet.write_string(row, 1, book.word("col_value"), book.header)
    sheet.merge_range(row, 2, row, 3, book.word("col_note"), book.header)
    sheet.set_row(row, 22)
    return row + 1


def _note(book: Template, sheet: Worksheet, row: int, key: str) -> None:
    form = book.boxed(text_wrap=True)
    if key not in _ON_PEOPLES_SCALE:
        sheet.merge_range(row, 2, row, 3, book.word(f"n_{key}"), form)
        return
    # people who score 1 to 5 do not think in labels
    sheet.merge_range(row, 2, row, 3, "", form)
    before, _, after = book.word("on_peoples_scale").partition("{n}")
    book.formula(sheet, row, 2, f'"{book.word(f"n_{key}")}{before}"&{_ON_PEOPLES_SCALE[key]}&"{after}"', form)


def _setting(book: Template, sheet: Worksheet, row: int, setting: Setting, value: Any) -> None:
    sheet.write_string(row, 0, book.word(f"s_{setting.key}"), book.boxed(bg_color=PALE, text_wrap=True))
    form = book.boxed(bg_color=INPUT, num_format=setting.number_format, align="center")
    if value is None:
        sheet.write_blank(row, 1, None, form)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, 1, value, form)
    elif setting.rule == "list":
        sheet.write_string(row, 1, book.word(f"basis_{value}"), form)
    elif isinstance(value, str):
        sheet.write_string(row, 1, value, form)
    else:
        sheet.write_number(row, 1, value, form)
    _note(book, sheet, row, setting.key)
    book.name(f"set_{setting.key}", sheet, row, 1)
    rules: dict[str, dict[str, Any]] = {
        "decimal": {"validate": "decimal", "criteria": ">=", "value": 0},
        "number": {"validate": "decimal", "criteria": "between", "minimum": -1_000_000, "maximum": 1_000_000},
        "date": {"validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1)},
        "list": {"validate": "list", "source": [book.word(f"basis_{basis}") for basis in BASES]},
    }
    if setting.rule in rules:
        texts = {"error_title": book.word("wrong_entry"), "error_message": book.word(f"n_{setting.key}")[:255]}
        sheet.data_validation(row, 1, row, 1, {**rules[setting.rule], **texts})
