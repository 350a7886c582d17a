"""The columns that are written beside a video: the one table of them, for every front end.

A new column is headed "VQA ...": a user's own column of MOS, or "評価", is never taken for one of ours. Earlier
versions of the spreadsheet buttons headed theirs without the prefix; such a set is known again only as a whole
(``planner``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, cast

from xl_vqa.words.attributes import KNOWN
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.words.table import one_of

Field = Literal[
    "score",
    "mos",
    "band",
    "confidence",
    "error",
    "model",
    "why",
    "sharpness",
    "blockiness",
    "noise",
    "motion_smoothness",
    "flicker",
    "exposure",
    "colour",
    "deformation",
]


class Column(NamedTuple):
    """``heading`` and ``earlier`` are in English and Japanese; ``earlier`` is what the buttons of earlier versions
    wrote. ``number_format`` is as Excel writes it; ``width`` is in characters; ``style`` is the cell style that a
    workbook scored in place has."""

    key: Field
    heading: tuple[str, str]
    earlier: tuple[str, str] | None
    number_format: str
    width: float
    style: str


COLUMNS: Final = (
    Column("score", ("VQA score", "VQA スコア"), ("Score", "スコア"), "0", 11.0, "VQA score"),
    Column("mos", ("VQA MOS", "VQA MOS"), ("MOS", "MOS"), "0.00", 10.0, "VQA MOS"),
    Column("band", ("VQA band", "VQA 評価区分"), ("Band", "評価"), "General", 14.0, "VQA band"),
    Column("confidence", ("VQA confidence", "VQA 確信度"), ("Confidence", "確信度"), "0%", 15.0, "VQA confidence"),
    Column("error", ("VQA error or warning", "VQA エラー・警告"), ("Remark", "備考"), "@", 40.0, "VQA error"),
    Column("model", ("VQA model", "VQA モデル"), None, "@", 34.0, "VQA model"),
)
"""Left to right, as new ones are written."""
WHY: Final = Column("why", ("VQA why", "VQA 理由"), None, "@", 60.0, "VQA why")
ATTRIBUTES: Final = tuple(
    Column(cast("Field", one.key), (f"VQA {one.en}", f"VQA {one.ja}"), None, "0", 14.0, "VQA quality")
    for one in KNOWN
)
"""One for each quality that the product knows."""
REASONS: Final = (WHY, *ATTRIBUTES)
"""Written beside the others where they were asked for; a new score without them empties those that are there, so
that they never speak of another rating."""
REASON_FIELDS: Final[tuple[Field, ...]] = tuple(column.key for column in REASONS)
FIELDS: Final[tuple[Field, ...]] = tuple(column.key for column in COLUMNS)
BY_KEY: Final[Mapping[str, Column]] = {column.key: column for column in (*COLUMNS, *REASONS)}
NEEDED: Final[tuple[Field, ...]] = ("score", "error", "model")
"""Without these a later run could not go on; the others a user may delete for good."""


EARLIER_FIELDS: Final[tuple[Field, ...]] = tuple(column.key for column in COLUMNS if column.earlier)
"""What the buttons of earlier versions wrote."""


class Headed(NamedTuple):
    """A heading of ours. ``number`` tells apart sets on one sheet: "VQA score 2" is of the second."""

    field: Field
    number: int


def heading(field: str, language: str = "en", number: int = 1) -> str:
    """What a new column is headed."""
    text = one_of(BY_KEY[field].heading, language)
    return text if number == 1 else f"{text} {number}"


def field_of_heading(text: str) -> Headed | None:
    """Which column of ours a heading names, in either language, whatever its case and width."""
    plain = _plain(text)
    numbered = re.fullmatch(r"(.*?)[ _]?([1-9][0-9]?)", plain)
    if numbered is not None and numbered[1] in _BY_HEADING:
        return Headed(_BY_HEADING[numbered[1]], int(numbered[2]))
    return Headed(_BY_HEADING[plain], 1) if plain in _BY_HEADING else None


def field_of_earlier(text: str) -> Field | None:
    """Which column a heading without prefix would be, were it of an earlier version."""
    return _BY_EARLIER.get(_plain(text))


def field_of_style(name: str) -> Field | None:
    """The column whose cells have this named cell style."""
    return _BY_STYLE.get(name)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


_BY_HEADING: Final[Mapping[str, Field]] = {
    **{_plain(text): c.key for c in (*COLUMNS, *REASONS) for text in c.heading},
    # as it was headed before the word for a band was one and the same everywhere
    _plain("VQA 評価"): "band",
}
_BY_EARLIER: Final[Mapping[str, Field]] = {_plain(text): c.key for c in COLUMNS for text in c.earlier or ()}
_BY_STYLE: Final[Mapping[str, Field]] = {
    **{c.style: c.key for c in (*COLUMNS, WHY)},
    "VQA warning": "error",
    **{f"VQA {band.en}": "band" for band in ACR_BANDS},
}
