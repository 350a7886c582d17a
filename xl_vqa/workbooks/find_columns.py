"""Finding the column of video paths in a workbook that nobody prepared for it, and where its list begins
and ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from xl_vqa.sheets.areas import column_letters, column_number
from xl_vqa.sheets.columns import field_of_heading
from xl_vqa.sheets.listing import HEADING_SEARCH_ROWS, Listing, find_list, heads_list, names_video, squash
from xl_vqa.words.errors import (
    WorkbookColumnAmbiguousError,
    WorkbookColumnMissingError,
    WorkbookNoVideoColumnError,
)
from xl_vqa.words.video_names import is_video_name
from xl_vqa.workbooks.score_grid import SheetGrid
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile

_VIDEO_WORDS: Final = ("video", "movie", "clip", "動画", "映像", "ビデオ", "ムービー", "クリップ")
_PATH_WORDS: Final = ("path", "file", "パス", "ファイル", "格納先", "保存先")
# What a column of other videos is called: the one to rate is the other one
_OTHER_WORDS: Final = ("reference", "original", "source", "参照", "基準", "元動画", "元映像", "オリジナル", "原本")
_SAMPLE: Final = 500


@dataclass(frozen=True, slots=True)
class VideoList:
    """Where the videos of a workbook stand."""

    sheet: Sheet
    listing: Listing

    @property
    def column(self) -> int:
        return self.listing.column

    @property
    def header_row(self) -> int | None:
        return self.listing.heading_row

    @property
    def rows(self) -> tuple[int, ...]:
        return self.listing.rows

    @property
    def header(self) -> str | None:
        if self.header_row is None:
            return None
        return self.sheet.value(self.header_row, self.column).text.strip() or None


@dataclass(frozen=True, slots=True)
class _Candidate:
    sheet: Sheet
    column: int
    header_row: int | None
    header_points: int
    share: float
    count: int

    @property
    def rank(self) -> int:
        """3: header and content, 2: content, 1: header alone."""
        if self.count and (self.share >= 0.5 or self.header_points > 0):
            return 3 if self.header_points > 0 else 2
        return 1


def find_video_list(workbook: WorkbookFile, column: str | None = None, sheet: str | None = None) -> VideoList:
    """The list to rate: as named by ``column`` (letters or header text) and ``sheet``, or found by headers
    and contents.

    Raises WorkbookSheetError, WorkbookColumnMissingError (a named column without values),
    WorkbookNoVideoColumnError, WorkbookColumnAmbiguousError.
    """
    entries = [workbook.entry(sheet)] if sheet is not None else workbook.sheet_order()
    sheets = [Sheet(workbook, entry) for entry in entries]
    if column is not None:
        return _named(workbook, sheets, column)
    candidates = [c for s in sheets for c in _candidates(s)]
    if not candidates:
        raise WorkbookNoVideoColumnError(path=str(workbook.path))
    best_rank = max(c.rank for c in candidates)
    first_sheet = next(c.sheet for c in candidates if c.rank == best_rank)
    best = _decide(workbook, [c for c in candidates if c.rank == best_rank and c.sheet is first_sheet])
    return _extent(best.sheet, best.column, best.header_row)


def find_column(sheet: Sheet, spec: str, header_row: int | None) -> tuple[int, int | None] | None:
    """Column and header row meant by ``spec``: the text of a header, or else column letters; ``$B`` is
    always column B."""
    if spec.startswith("$"):
        return column_number(spec[1:]), None
    wanted = squash(spec)
    order = sorted(sheet.cells, key=lambda row: (row != header_row, row))[:HEADING_SEARCH_ROWS]
    for row in order:
        for column in sorted(sheet.cells[row]):
            value = sheet.value(row, column)
            if value.kind == "text" and not value.blank and squash(value.text) == wanted:
                return column, row
    try:
        return column_number(spec.strip()), None
    except ValueError:
        return None


def is_path_like(sheet: Sheet, row: int, column: int) -> bool:
    """Whether the cell, its link or its HYPERLINK formula ends like a video file."""
    return names_video(sheet.value(row, column)) or is_video_name(sheet.links.get((row, column)))


def describe_columns(sheet: Sheet) -> str:
    """``A (No.), B (Title)``: what a message names."""
    columns = sorted({c for row in sheet.cells for c in sheet.cells[row] if sheet.filled(row, c)})
    texts = []
    for column in columns[:15]:
        first = next((r for r in sorted(sheet.cells) if not sheet.value(r, column).blank), None)
        text = sheet.value(first, column).text.strip()[:30] if first is not None else ""
        texts.append(f"{column_letters(column)} ({text})" if text else column_letters(column))
    return ", ".join(texts) + (", …" if len(columns) > 15 else "")


def _named(workbook: WorkbookFile, sheets: list[Sheet], spec: str) -> VideoList:
    by_letters = None
    for sheet in sheets:
        found = find_column(sheet, spec, None)
        if found is None:
            continue
        column, header_row = found
        if header_row is None and by_letters is not None:
            continue
        filled = _filled_rows(sheet, column)
        if header_row is None:
            like = [r for r in filled[:_SAMPLE] if is_path_like(sheet, r, column)]
            # letters alone say nothing about names without endings: the first cell heads them
            header_row = None if like else next(iter(filled), None)
        listed = _extent(sheet, column, header_row)
        if not listed.rows:
            continue
        if found[1] is not None:
            return listed
        by_letters = listed
    if by_letters is None:
        sheet = sheets[0]
        raise WorkbookColumnMissingError(
            path=str(workbook.path), sheet=sheet.entry.name, column=spec, columns=describe_columns(sheet) or "-"
        )
    return by_letters


def _candidates(sheet: Sheet) -> Iterable[_Candidate]:
    by_column: dict[int, list[int]] = {}
    for row in sorted(sheet.cells):
        for column, cell in sheet.cells[row].items():
            if len(cell) and len(by_column.setdefault(column, [])) < _SAMPLE:
                by_column[column].append(row)
    for column, rows in sorted(by_column.items()):
        filled = [row for row in rows if not sheet.value(row, column).blank]
        like = [row for row in filled if is_path_like(sheet, row, column)]
        if like:
            header_row = _extent(sheet, column, None).header_row
            header = sheet.value(header_row, column).text if header_row is not None else ""
            if field_of_heading(header) is not None:
                continue
            below = sum(row >= like[0] for row in filled)
            yield _Candidate(sheet, column, header_row, _header_points(header), len(like) / below, len(like))
            continue
        for row in filled[:HEADING_SEARCH_ROWS]:
            text = sheet.value(row, column).text
            if heads_list(text) and _texts_below(sheet, column, row):
                yield _Candidate(sheet, column, row, _header_points(text), 0.0, 0)
                break


def _decide(workbook: WorkbookFile, candidates: list[_Candidate]) -> _Candidate:
    """The best of one sheet and rank: by its header, then by far more paths."""
    if any(c.share >= 0.5 for c in candidates):
        candidates = [c for c in candidates if c.share >= 0.5]
    points = max(c.header_points for c in candidates)
    best = [c for c in candidates if c.header_points == points]
    most = max(best, key=lambda c: c.count)
    if all(c is most or most.count >= 5 * c.count > 0 for c in best):
        return most
    names = []
    for candidate in best:
        letters = column_letters(candidate.column)
        row = candidate.header_row
        names.append(f"{letters} ({candidate.sheet.value(row, candidate.column).text})" if row else letters)
    raise WorkbookColumnAmbiguousError(path=str(workbook.path), columns=", ".join(names))


def _extent(sheet: Sheet, column: int, header_row: int | None) -> VideoList:
    return VideoList(sheet, find_list(SheetGrid(sheet, {}), column, heading=header_row))


def _filled_rows(sheet: Sheet, column: int) -> list[int]:
    return [row for row in sorted(sheet.cells) if sheet.filled(row, column) and not sheet.value(row, column).blank]


def _texts_below(sheet: Sheet, column: int, header_row: int) -> bool:
    """Whether the column goes on with texts (or formulas not yet computed) and not just numbers."""
    values = [sheet.value(row, column) for row in _filled_rows(sheet, column) if row > header_row][:_SAMPLE]
    return any(value.kind in ("text", "uncomputed") for value in values)


def _header_points(header: str) -> int:
    text = squash(header)
    if not text:
        return 0
    points = 2 * any(word in text for word in _VIDEO_WORDS) + any(word in text for word in _PATH_WORDS)
    return points - 3 * (points > 0 and any(word in text for word in _OTHER_WORDS))
