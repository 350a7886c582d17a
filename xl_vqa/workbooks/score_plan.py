"""What a workbook asks for: one row per video, with its absolute path and the score it holds already."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from xl_vqa.sheets.areas import MAX_COLUMN, Area, column_letters
from xl_vqa.sheets.columns import Field
from xl_vqa.sheets.folders import folders_beside
from xl_vqa.sheets.locations import Locations
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.sheets.planner import Columns, plan_sheet
from xl_vqa.sheets.rows import PlannedRow, cell_sources, link_sources, located, to_rate
from xl_vqa.words.errors import (
    OutputNotWritableError,
    SelectionError,
    WorkbookCellError,
    WorkbookFormulaError,
    WorkbookUnreadableError,
    XlVqaError,
)
from xl_vqa.words.reasons import Reason, why_malformed
from xl_vqa.workbooks.find_columns import VideoList, find_text_column, find_video_list
from xl_vqa.workbooks.package import file_signature
from xl_vqa.workbooks.score_grid import SheetGrid
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.style_edit import Styles
from xl_vqa.workbooks.words import word

_PROMPTS = re.compile(r"(text|input|generation|video)?[ _-]*prompts?|(生成|入力)?プロンプト", re.IGNORECASE)


class Note(NamedTuple):
    """Something the user should know about this workbook: not an error."""

    code: str
    params: Mapping[str, Any]

    def message(self, language: str = "en") -> str:
        return word(self.code, language, **self.params)


@dataclass(frozen=True, slots=True)
class WorkbookPlan:
    """The list of one workbook, as it was when it was read."""

    workbook: Path
    sheet: str
    column: str
    """Letters of the video column."""
    header: str | None
    """The header above it."""
    text_column: str | None
    """Letters of the column of texts."""
    text_header: str | None
    rows: tuple[PlannedRow, ...]
    score_columns: Mapping[str, str]
    """Letters of the columns for scores by field, those still to be made among them."""
    protected: bool
    """Whether the sheet is protected; then only a copy is written."""
    notes: tuple[Note, ...]
    signature: tuple[int, int]
    reasons: tuple[Field, ...] = ()
    """Columns that are wanted beside the score's."""

    @property
    def texts(self) -> str:
        """The column of texts, as a person finds it."""
        return _titled(self.text_column or "", self.text_header)

    def pending(self, scored_by: ScoredBy | str | None = None, *, rescore: bool = False) -> list[PlannedRow]:
        """The rows to rate: without a score of ``scored_by`` (a model's name, or all that a score hangs on;
        any score counts where None), or whose path, text or file has changed. ``rescore`` takes all."""
        return to_rate(self.rows, scored_by, rescore=rescore)


def plan_workbook(
    path: str | os.PathLike[str],
    column: str | None = None,
    sheet: str | None = None,
    text_column: str | None = None,
    reasons: Sequence[Field] = (),
) -> WorkbookPlan:
    """Reads the list of videos of a workbook, without changing it.

    ``column`` and ``text_column`` are letters or the text of a header, ``sheet`` is a sheet's name; the video
    column is found by itself where not given. ``reasons`` are columns that are wanted beside the score's.

    Raises WorkbookNotFoundError, WorkbookUnreadableError (WorkbookFormatError, WorkbookPasswordError),
    WorkbookLockedError, WorkbookSheetError, WorkbookColumnError.
    """
    return read_list(Path(path), column, sheet, text_column, reasons).plan


@dataclass(frozen=True, slots=True)
class ReadList:
    """A plan together with the open parts that it was read from."""

    plan: WorkbookPlan
    listed: VideoList[SheetGrid]
    columns: Columns
    styles: Styles


def read_list(
    path: Path,
    column: str | None,
    sheet: str | None,
    text_column: str | None,
    reasons: Sequence[Field] = (),
) -> ReadList:
    """``plan_workbook`` for those who go on to write."""
    path = Path(os.path.abspath(path))
    try:
        signature = file_signature(path)
        workbook = WorkbookFile(path)
        entries = [workbook.entry(sheet)] if sheet is not None else workbook.sheet_order()
        styles = Styles(workbook)
        names = styles.names()
        listed = find_video_list(path, [SheetGrid(Sheet(workbook, entry), names) for entry in entries], column)
        grid = listed.grid
        text_number = find_text_column(listed, path, text_column) if text_column is not None else None
        locations = Locations.of(os.environ)
        folders = folders_beside(grid, listed.listing)
        rows = [_plan_row(listed, row, text_number, locations, folders.get(row, "")) for row in listed.rows]
        planned = plan_sheet(grid, listed.listing, rows, reasons=reasons)
    except SelectionError as error:
        problem = Reason("workbook_columns_limit", sheet=grid.name, column=column_letters(MAX_COLUMN))
        raise OutputNotWritableError(path=str(path), problem=problem) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # XML that is well-formed, but no worksheet: numbers that are none, references to nowhere
        raise WorkbookUnreadableError(path=str(path), problem=why_malformed(error)) from error
    columns = planned.columns
    plan = WorkbookPlan(
        workbook=path,
        sheet=grid.name,
        column=column_letters(listed.column),
        header=listed.header,
        text_column=column_letters(text_number) if text_number is not None else None,
        text_header=_header_text(listed, text_number),
        rows=planned.rows,
        score_columns={field: column_letters(number) for field, number in columns.all.items()},
        protected=grid.protected,
        notes=tuple(_notes(workbook, listed, columns, planned.rows, asked_for_texts=text_number is not None)),
        signature=signature,
        reasons=tuple(reasons),
    )
    return ReadList(plan, listed, columns, styles)


def _header_text(listed: VideoList[SheetGrid], column: int | None) -> str | None:
    if column is None or listed.header_row is None:
        return None
    return listed.grid.sheet.value(listed.header_row, column).text.strip() or None


def _prompt_column(listed: VideoList[SheetGrid]) -> int | None:
    """A column whose header says that prompts are in it, and has some."""
    if listed.header_row is None:
        return None
    sheet = listed.grid.sheet
    for column in sorted(sheet.cells.get(listed.header_row, {})):
        titled = column != listed.column and _PROMPTS.fullmatch(_header_text(listed, column) or "")
        if titled and any(not sheet.value(row, column).blank for row in listed.rows):
            return column
    return None


def _titled(letters: str, header: str | None) -> str:
    return f"{letters} ({header})" if header else letters


def _plan_row(
    listed: VideoList[SheetGrid], row: int, text_number: int | None, locations: Locations, in_folder: str
) -> PlannedRow:
    sheet = listed.grid.sheet
    date = sheet.date(row, listed.column)
    sources = () if date else cell_sources(sheet.value(row, listed.column))
    links = link_sources(sheet.links.get((row, listed.column)))
    text = None
    if text_number is not None:
        value = sheet.value(row, text_number)
        text = value.text.strip() if not value.blank and value.kind != "error" else None
    name = next(iter((*sources, *links)), "") or date or sheet.value(row, listed.column).text
    planned = PlannedRow(
        row=row,
        column=listed.column,
        sources=sources,
        shown=name,
        path=name,
        text=text or None,
        hidden=sheet.hidden(row),
        links=links,
        folder=in_folder,
    )
    if not planned.names:
        return replace(planned, error=_nothing_there(sheet, planned))
    folder = str(sheet.workbook.path.parent)
    return located(planned, lambda one: locations.resolve(one, folder), str(sheet.workbook.path))


def _nothing_there(sheet: Sheet, row: PlannedRow) -> XlVqaError:
    """Why a row of the list names no video."""
    where = {"path": str(sheet.workbook.path), "cell": row.cell}
    if sheet.value(row.row, row.column).kind == "uncomputed":
        return WorkbookFormulaError(**where)
    return WorkbookCellError(**where, value=row.shown)


def _notes(
    workbook: WorkbookFile,
    listed: VideoList[SheetGrid],
    columns: Columns,
    rows: tuple[PlannedRow, ...],
    *,
    asked_for_texts: bool,
) -> list[Note]:
    notes = []
    if columns.outside is not None:
        notes.append(Note("note_outside_table", {"table": columns.outside.name}))
    covered = _covered(listed, columns)
    if covered:
        notes.append(Note("note_covered", {"columns": ", ".join(covered)}))
    prompts = None if asked_for_texts else _prompt_column(listed)
    if prompts is not None:
        letters = column_letters(prompts)
        notes.append(
            Note(
                "note_text_unasked",
                {"column": _titled(letters, _header_text(listed, prompts)), "letters": letters},
            )
        )
    if any(name.lower().startswith("_xmlsignatures/") for name in workbook.package.names):
        notes.append(Note("note_signed", {}))
    hidden = sum(row.hidden for row in rows)
    if hidden:
        notes.append(Note("note_hidden", {"count": hidden}))
    return notes


def _covered(listed: VideoList[SheetGrid], columns: Columns) -> list[str]:
    """Letters of the score columns that a chart or picture hides in some row of the list."""
    first, last = listed.listing.first_row, listed.listing.bottom
    hidden = {
        column
        for column in columns.all.values()
        if any(area.overlaps(Area(first, column, last, column)) for area in listed.grid.sheet.floating)
    }
    return [column_letters(column) for column in sorted(hidden)]
