"""One video of a list: where it stands, what the sheet says about it, and the score beside it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from xl_vqa.sheets.areas import cell_name
from xl_vqa.sheets.grid import Value
from xl_vqa.sheets.marks import Score, ScoredBy, State, row_key, state_of
from xl_vqa.words.errors import WorkbookCellError, XlVqaError
from xl_vqa.words.folder_column import in_folder
from xl_vqa.words.video_names import clean, could_name_a_file, is_video_name, is_web_address

Resolve = Callable[[str], str]
"""The absolute path of what a cell names. Raises XlVqaError."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """``row`` and ``column`` count from 1; ``path`` is absolute, once it is known. Where ``error`` is set there is
    nothing to rate: the cell names no file of this machine."""

    row: int
    column: int
    sources: tuple[str, ...]
    """What stands in the cell, its formula's link too."""
    shown: str
    """What counts of it and of ``links``."""
    path: str = ""
    text: str | None = None
    """What an AI-made video was generated from."""
    hidden: bool = False
    score: Score | None = None
    error: XlVqaError | None = None
    links: tuple[str, ...] = ()
    """Where links that lie on the cell point."""
    lacks: bool = False
    """A cell beside the score is empty that was asked for."""
    folder: str = ""
    """What a column of folders says of the row."""

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column)

    @property
    def key(self) -> str:
        """Of what the sheet says about the row: another path or text is another key. Without ``links``: programs
        spell them differently."""
        return row_key(self._told(self.sources), self.text)

    @property
    def keys(self) -> frozenset[str]:
        """``key``, and what an earlier version took for it."""
        return frozenset((self.key, row_key(self._told(self.names), self.text)) if self.links else (self.key,))

    def _told(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return (*names, self.folder) if self.folder else names

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that may name the video, what stands in the cell first."""
        return tuple(dict.fromkeys((*self.sources, *self.links)))

    def state(self, scored_by: ScoredBy | str | None = None) -> State:
        """What the score beside the video is worth."""
        return state_of(self.score, self.keys, self.path, scored_by)


def cell_sources(value: Value) -> tuple[str, ...]:
    """What may name the video in a cell: its text first, then what its HYPERLINK formula points at."""
    sources = (clean(value.text) if value.kind in ("text", "number") else "", value.link or "")
    return tuple(dict.fromkeys(source for source in sources if source))


def link_sources(target: str | None) -> tuple[str, ...]:
    """The same of a link on the cell: Excel writes a blank in one as %20."""
    return tuple(dict.fromkeys((unquote(target), target))) if target else ()


def selected_row(
    row: int, column: int, value: Value, link: str | None = None, book: str = "", folder: str = ""
) -> PlannedRow:
    """A row that a person selected: its text, or what a link behind a title points at. ``book`` names the workbook
    in the error of a cell that holds no text; ``folder`` is what a column of folders says."""
    error = None
    if value.kind != "text" and not value.link and not link:
        error = WorkbookCellError(path=book, cell=cell_name(row, column), value=value.text)
    made = PlannedRow(
        row, column, cell_sources(value), value.text, error=error, links=link_sources(link), folder=folder
    )
    return replace(made, shown=(likely_names(made.names) or [value.text])[0])


def likely_names(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that end like a video, or all of them where none does."""
    known = list(names)
    return [name for name in known if is_video_name(name)] or known


def located(row: PlannedRow, resolve: Resolve, book: str) -> PlannedRow:
    """The row with the file that it means, or with the error that says why it means none.

    Of a cell's text and links those count that name a file of this machine, those among them that end like a
    video first, and of these the first that exists. ``book`` names the workbook in errors.
    """
    found: dict[str, str] = {}
    errors: list[XlVqaError] = []
    for name in row.names or (row.shown,):
        try:
            found[name] = resolve(in_its_folder(name, row.folder, resolve))
        except XlVqaError as error:
            errors.append(error)
    if not found:
        return replace(row, error=errors[0])
    likely = likely_names(found)
    shown = likely[0]
    if len({found[name] for name in likely}) > 1:
        shown = next((name for name in likely if os.path.exists(found[name])), shown)
    path = found[shown]
    if not could_name_a_file(shown) and not os.path.isfile(path):
        return replace(row, path=path, error=WorkbookCellError(path=book, cell=row.cell, value=shown))
    return replace(row, shown=shown, path=path)


def in_its_folder(name: str, folder: str, resolve: Resolve) -> str:
    """What names the file where a column of folders may say where it lies: of a bare name the one in that folder,
    of a path the path as it is written, and of these two readings the one that leads to a file."""
    bare = not re.search(r"[\\/]", name)
    if not folder or is_web_address(name) or not (bare or could_name_a_file(name)):
        return name
    spellings = (in_folder(folder, name), name) if bare else (name, in_folder(folder, name))
    return next((spelling for spelling in spellings if _leads_to_a_file(spelling, resolve)), spellings[0])


def _leads_to_a_file(spelling: str, resolve: Resolve) -> bool:
    try:
        return os.path.exists(resolve(spelling))
    except XlVqaError:
        return False


def to_rate(
    rows: Iterable[PlannedRow], scored_by: ScoredBy | str | None = None, *, rescore: bool = False
) -> list[PlannedRow]:
    """Those of ``rows`` that name a file and have no score of ``scored_by``, or lack what was asked for beside it;
    or all that name one. A score of an earlier version of the same model stays until it is asked for anew."""

    def is_left(row: PlannedRow) -> bool:
        state = row.state(scored_by)
        return state == "earlier version" or (state == "done" and not row.lacks)

    return [row for row in rows if row.error is None and (rescore or not is_left(row))]


def find_again(wanted: Mapping[int, Hashable], now: Mapping[int, Hashable]) -> tuple[dict[int, int], list[int]]:
    """Where rows are after the user worked on: new number by old one, and those that are gone.

    ``wanted`` is what told each row apart, ``now`` the same of the list as it is. A row that still holds its video
    is where it was; others are found by their video, in order, so that a sorted or lengthened list gets each score
    in its own row.
    """
    places = {row: row for row, key in wanted.items() if now.get(row) == key}
    taken = set(places.values())
    free: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row in sorted(now, reverse=True):
        if row not in taken:
            free[now[row]].append(row)
    gone = []
    for row in sorted(wanted):
        if row not in places:
            if free[wanted[row]]:
                places[row] = free[wanted[row]].pop()
            else:
                gone.append(row)
    return places, gone
