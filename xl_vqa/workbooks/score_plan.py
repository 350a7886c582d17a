"""What a workbook asks for: one row per video, with its absolute path and the score it holds already."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from xl_vqa.errors import (
    VideoAddressError,
    VideoNotFoundError,
    WorkbookCellError,
    WorkbookColumnMissingError,
    WorkbookFormulaError,
    WorkbookUnreadableError,
    XlVqaError,
)
from xl_vqa.video_names import clean, is_video_name
from xl_vqa.workbooks import score_columns, video_paths
from xl_vqa.workbooks.cells import cell_name, column_letters
from xl_vqa.workbooks.find_columns import VideoList, describe_columns, find_column, find_video_list
from xl_vqa.workbooks.score_columns import ScoreColumns
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.style_edit import Styles
from xl_vqa.workbooks.words import word

_MARK = re.compile(r"(.*) \(([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})\)", re.DOTALL)


class ScoredBy(NamedTuple):
    """What a score hangs on besides the video: the model's name and fingerprint, and how it is read."""

    model: str
    fingerprint: str
    decoding: str
    band_thresholds: tuple[float, ...]

    @classmethod
    def of(cls, rating: Mapping[str, Any]) -> ScoredBy:
        """Of a rating as ``Rating.to_dict(detail=True)`` gives it; missing fields count as empty."""
        thresholds = rating.get("band_thresholds") or ()
        return cls(
            str(rating.get("model", "")),
            str(rating.get("model_fingerprint", "")),
            str(rating.get("decoding", "")),
            tuple(float(value) for value in thresholds),
        )

    @property
    def key(self) -> str:
        return _short(self.fingerprint, self.decoding, *(f"{value:g}" for value in self.band_thresholds))


class Mark(NamedTuple):
    """What the model column holds: the model's name and three short checks, so that a later run can tell
    a score of another model, of another path or text, or of a changed file."""

    model: str
    scoring: str
    row: str
    file: str

    def __str__(self) -> str:
        return f"{self.model} ({self.scoring}-{self.row}-{self.file})"

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        found = _MARK.fullmatch(text.strip())
        return cls(found[1], found[2], found[3], found[4]) if found else None


class ExistingScore(NamedTuple):
    """``mark`` is None where the model column was deleted or edited."""

    label: float
    mark: Mark | None


class Note(NamedTuple):
    """Something the user should know about this workbook: not an error."""

    code: str
    params: Mapping[str, Any]

    def message(self, language: str = "en") -> str:
        return word(self.code, language, **self.params)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One video of the list. ``row`` counts from 1; ``path`` is absolute. Where ``error`` is set there is
    nothing to rate: the cell names no file of this machine."""

    row: int
    cell: str
    sources: tuple[str, ...]
    """What stands in the cell and in its link."""
    shown: str
    """The one of them that counts."""
    path: str
    text: str | None
    hidden: bool
    score: ExistingScore | None
    error: XlVqaError | None

    @property
    def key(self) -> str:
        """Of what the sheet says about the row: another path or text is another key."""
        return _short(*self.sources, "\n", self.text or "")

    def file_key(self) -> str | None:
        """Of the file's size; None where it cannot be seen from here."""
        try:
            return _short(str(os.stat(self.path).st_size))
        except (OSError, ValueError):
            return None

    def is_scored(self, scored_by: ScoredBy | str | None = None) -> bool:
        """Whether the score beside it is of this path, text and file, and of ``scored_by`` where given."""
        if self.score is None or self.is_stale():
            return False
        mark = self.score.mark
        if scored_by is None:
            return True
        if mark is None:
            return False
        if isinstance(scored_by, str):
            return mark.model == scored_by
        return (mark.model, mark.scoring) == (scored_by.model, scored_by.key)

    def is_stale(self) -> bool:
        """Whether the score beside it was made for another path, text or content."""
        mark = self.score.mark if self.score is not None else None
        if mark is None:
            return False
        if mark.row != self.key:
            return True
        # a drive that is not connected today says nothing against yesterday's score
        file_key = self.file_key()
        return file_key is not None and file_key != mark.file


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

    def pending(self, scored_by: ScoredBy | str | None = None, *, rescore: bool = False) -> list[PlannedRow]:
        """The rows to rate: without a score of ``scored_by`` (a model's name, or all that a score hangs on;
        any score counts where None), or whose path, text or file has changed. ``rescore`` takes all."""
        rows = [row for row in self.rows if row.error is None]
        return rows if rescore else [row for row in rows if not row.is_scored(scored_by)]


def plan_workbook(
    path: str | os.PathLike[str],
    column: str | None = None,
    sheet: str | None = None,
    text_column: str | None = None,
) -> WorkbookPlan:
    """Reads the list of videos of a workbook, without changing it.

    ``column`` and ``text_column`` are letters or the text of a header, ``sheet`` is a sheet's name; the video
    column is found by itself where not given.

    Raises WorkbookNotFoundError, WorkbookUnreadableError (WorkbookFormatError, WorkbookPasswordError),
    WorkbookLockedError, WorkbookSheetError, WorkbookColumnError.
    """
    return read_list(Path(path), column, sheet, text_column).plan


@dataclass(frozen=True, slots=True)
class ReadList:
    """A plan together with the open parts that it was read from."""

    plan: WorkbookPlan
    listed: VideoList
    columns: ScoreColumns
    styles: Styles


def read_list(path: Path, column: str | None, sheet: str | None, text_column: str | None) -> ReadList:
    """``plan_workbook`` for those who go on to write."""
    path = Path(os.path.abspath(path))
    try:
        signature = file_signature(path)
        workbook = WorkbookFile(path)
        listed = find_video_list(workbook, column, sheet)
        text_number = _text_column(listed, text_column) if text_column is not None else None
        styles = Styles(workbook)
        columns = score_columns.score_columns(listed, styles.fields())
        rows = tuple(_plan_row(listed, row, text_number, columns) for row in listed.rows)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # XML that is well-formed, but no worksheet: numbers that are none, references to nowhere
        raise WorkbookUnreadableError(path=str(path), problem=str(error) or type(error).__name__) from error
    protection = listed.sheet.child("sheetProtection")
    plan = WorkbookPlan(
        workbook=path,
        sheet=listed.sheet.entry.name,
        column=column_letters(listed.column),
        header=listed.header,
        text_column=column_letters(text_number) if text_number is not None else None,
        text_header=_header_text(listed, text_number),
        rows=rows,
        score_columns={field: column_letters(number) for field, number in columns.all.items()},
        protected=protection is not None and protection.get("sheet") in ("1", "true"),
        notes=tuple(_notes(workbook, listed, columns, rows)),
        signature=signature,
    )
    return ReadList(plan, listed, columns, styles)


def file_signature(path: Path) -> tuple[int, int]:
    """Size and time of change; zeros where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _text_column(listed: VideoList, spec: str) -> int:
    found = find_column(listed.sheet, spec, listed.header_row)
    sheet = listed.sheet
    if found is None or not any(not sheet.value(row, found[0]).blank for row in listed.rows):
        raise WorkbookColumnMissingError(
            path=str(sheet.workbook.path), sheet=sheet.entry.name, column=spec, columns=describe_columns(sheet)
        )
    return found[0]


def _header_text(listed: VideoList, column: int | None) -> str | None:
    if column is None or listed.header_row is None:
        return None
    return listed.sheet.value(listed.header_row, column).text.strip() or None


def _plan_row(listed: VideoList, row: int, text_number: int | None, columns: ScoreColumns) -> PlannedRow:
    sheet = listed.sheet
    sources = _sources(sheet, row, listed.column)
    shown, path, error = _choose(sheet, row, listed.column, sources)
    text = None
    if text_number is not None:
        value = sheet.value(row, text_number)
        text = value.text.strip() if not value.blank and value.kind != "error" else None
    return PlannedRow(
        row=row,
        cell=cell_name(row, listed.column),
        sources=tuple(sources),
        shown=shown,
        path=path,
        text=text or None,
        hidden=sheet.hidden(row),
        score=_existing(sheet, row, columns),
        error=error,
    )


def _sources(sheet: Sheet, row: int, column: int) -> list[str]:
    """What may name the video: the text in the cell first, then what its link points at."""
    value = sheet.value(row, column)
    sources = [clean(value.text)] if value.kind in ("text", "number") else []
    if value.link:
        sources.append(value.link)
    linked = sheet.links.get((row, column))
    if linked:
        # Excel writes a blank in a link as %20
        sources += [unquote(linked), linked]
    return list(dict.fromkeys(source for source in sources if source))


def _choose(sheet: Sheet, row: int, column: int, sources: list[str]) -> tuple[str, str, XlVqaError | None]:
    """Which source counts, the absolute path meant by it, and why it cannot be rated."""
    value = sheet.value(row, column)
    workbook = sheet.workbook.path
    where = {"path": str(workbook), "cell": cell_name(row, column)}
    if not sources:
        if value.kind == "uncomputed":
            return "", "", WorkbookFormulaError(**where)
        return value.text, value.text, WorkbookCellError(**where, value=value.text)
    local = [source for source in sources if not video_paths.is_web_address(source)]
    if not local:
        return sources[0], sources[0], VideoAddressError(path=sources[0])
    paths = [(source, video_paths.resolve(source, str(workbook.parent))) for source in local]
    likely = [pair for pair in paths if is_video_name(pair[0])] or paths
    shown, path = likely[0]
    if len({pair[1] for pair in likely}) > 1:
        shown, path = next((pair for pair in likely if os.path.exists(pair[1])), likely[0])
    if video_paths.is_foreign(path):
        return shown, path, VideoNotFoundError(path=path)
    names_a_file = is_video_name(shown) or re.search(r"[\\/]|\.\w{1,5}$", shown) is not None
    if (not names_a_file or value.kind == "number") and not os.path.isfile(path):
        return shown, path, WorkbookCellError(**where, value=shown)
    return shown, path, None


def _existing(sheet: Sheet, row: int, columns: ScoreColumns) -> ExistingScore | None:
    number = columns.known.get("score")
    value = sheet.value(row, number) if number is not None else None
    if value is None or value.kind != "number":
        return None
    marked = columns.known.get("model")
    mark = Mark.parse(sheet.value(row, marked).text) if marked is not None else None
    return ExistingScore(float(value.text), mark)


def _notes(
    workbook: WorkbookFile, listed: VideoList, columns: ScoreColumns, rows: tuple[PlannedRow, ...]
) -> list[Note]:
    notes = []
    if columns.outside is not None:
        notes.append(Note("note_outside_table", {"table": columns.outside.name}))
    covered = score_columns.covered(listed.sheet, listed, columns.all)
    if covered:
        notes.append(Note("note_covered", {"columns": ", ".join(covered)}))
    if any(name.lower().startswith("_xmlsignatures/") for name in workbook.package.names):
        notes.append(Note("note_signed", {}))
    hidden = sum(row.hidden for row in rows)
    if hidden:
        notes.append(Note("note_hidden", {"count": hidden}))
    return notes


def _short(*facts: str) -> str:
    """Six hexadecimal digits: enough to see a change, short enough for a cell."""
    joined = "\0".join(facts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=3).hexdigest()
