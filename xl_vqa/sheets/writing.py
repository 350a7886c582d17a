"""Results of a run on their way into an open sheet, which its user may change meanwhile.

A row that was moved gets the score of its own video. A cell that was filled since the plan was made, or columns
that are no longer where they were, are left alone: such rows count as gone, and their ratings are in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.columns import Field
from xl_vqa.sheets.contents import Content, Result, contents_of, is_failure
from xl_vqa.sheets.grid import Grid, Table, Value
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.sheets.planner import SheetPlan, contents_beside, plan_sheet
from xl_vqa.sheets.rows import PlannedRow, cell_sources, find_again
from xl_vqa.sheets.scoring import Pending, of_earlier_version
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import Band


@dataclass(slots=True)
class Writing:
    """What is to be put into a sheet in one step: ``cells`` by column and row (None empties one), ``headings`` by
    column into ``heading_row``, as ``title_column`` is; ``bands`` by row as colours of ``band_column`` (None: no
    colour). ``new`` are the columns that this run makes, by field; with the first writing (``begins``) come their
    headings, and the table that they widen (``grows``)."""

    cells: dict[int, dict[int, Content]] = field(default_factory=dict)
    heading_row: int | None = None
    title_column: int = 1
    headings: dict[int, str] = field(default_factory=dict)
    new: dict[Field, int] = field(default_factory=dict)
    begins: bool = False
    bands: dict[int, Band | None] = field(default_factory=dict)
    band_column: int | None = None
    grows: Table | None = None
    done: int = 0
    failed: int = 0
    gone: int = 0
    replaces: bool = False
    """Whether a score that stands would be another one."""


def with_news(plan: SheetPlan, pending: Pending, language: str) -> Pending:
    """``pending`` without the rows that are not rated and say why already: nobody is asked about no change."""
    places = list(plan.columns.all)

    def is_news(row: PlannedRow) -> bool:
        why = row.error or of_earlier_version(row, pending.scored_by)
        contents = contents_of(row, why, language, scored_by=pending.scored_by)
        before = dict(zip(places, plan.before[row.row], strict=True))
        values = contents.values if contents is not None else {}
        return any(name in before and before[name].text != (content or "") for name, content in values.items())

    return replace(
        pending,
        unusable=tuple(filter(is_news, pending.unusable)),
        earlier=tuple(filter(is_news, pending.earlier)),
    )


def begin(
    grid_now: Callable[[], Grid],
    plans: Sequence[SheetPlan],
    found: Sequence[Pending],
    language: str,
    ask: Callable[[int], str],
) -> list[SheetRun] | None:
    """One run for each list of a selection; None where the user does not want it.

    ``ask`` is given how many cells hold something, and says ``yes`` (they may be written over), ``no`` (new
    columns) or ``cancel``. Raises SelectionError where there is no room for new columns.
    """
    places, runs = list(plans), []
    for place, pending in enumerate(found):
        plan = places[place]
        # beside a score of an earlier version a remark is written, and nothing over it
        count = plan.filled((*pending.rows, *pending.unusable))
        answer = ask(count) if count else "yes"
        if answer == "cancel":
            return None
        rows = {row.row: row for row in pending.all}
        if answer == "no":
            found_earlier = {row.row for row in pending.earlier}
            rows = {number: row for number, row in rows.items() if number not in found_earlier}
            promised = [other.area for other in places if other is not plan]
            plan = plan_sheet(grid_now(), plan.listing, plan.rows, elsewhere=True, promised=promised)
            places[place] = plan
            # beside the new columns no score stands
            rows = {number: replace(row, score=None) for number, row in rows.items()}
        runs.append(SheetRun(plan, rows, language, scored_by=pending.scored_by, overwrite=answer == "yes"))
    return runs


class SheetRun:
    """What one run writes beside one list. ``pending`` are the rows that it writes, as they were planned;
    ``overwrite`` is the user's word that what stands in them may go; ``scored_by`` is what new scores are made
    by."""

    def __init__(
        self,
        plan: SheetPlan,
        pending: Mapping[int, PlannedRow],
        language: str,
        *,
        overwrite: bool,
        scored_by: ScoredBy | None = None,
    ) -> None:
        self.plan, self._scored_by = plan, scored_by
        self._pending = dict(pending)
        self._language = language
        self._known = {plan.before[row] for row in pending} if overwrite else set()
        self._headed = False

    def prepare(self, grid: Grid, results: Mapping[int, Result]) -> Writing:
        """What to write for ``results``, by the plan's row numbers, into the sheet as it is now."""
        plan, writing = self.plan, Writing()
        column, last = plan.listing.column, max(grid.last_row, plan.listing.bottom)
        videos = [line[0] for line in grid.read(Area(1, column, last, column))]
        now = {row: cell_sources(value) for row, value in enumerate(videos, 1) if not value.blank}
        wanted = {row: self._pending[row] for row in results}
        places, gone = find_again({row: planned.sources for row, planned in wanted.items()}, now)
        heading_row = self._find_headings(grid, videos, {place - row for row, place in places.items()})
        if heading_row == 0:
            writing.gone = len(wanted)
            return writing
        standing = contents_beside(grid, plan.columns, places.values())
        for row, planned in wanted.items():
            place = places.get(row, 0)
            if row in gone or not self._may_write(standing[place]):
                writing.gone += 1
            else:
                self._put(writing, planned, place, results[row])
        writing.new = dict(plan.columns.new)
        if writing.cells and not self._headed:
            self._head(writing, heading_row)
        return writing

    def written(self) -> None:
        """What was prepared stands in the sheet: its headings are not written again."""
        self._headed = True

    def _put(self, writing: Writing, planned: PlannedRow, place: int, result: Result) -> None:
        contents = contents_of(planned, result, self._language, scored_by=self._scored_by)
        if contents is None:
            return
        writing.failed += is_failure(result)
        writing.done += not isinstance(result, XlVqaError)
        writing.replaces |= planned.score is not None and contents.replaces(planned.score)
        columns = self.plan.columns.all
        for name, content in contents.values.items():
            if name in columns:
                writing.cells.setdefault(columns[name], {})[place] = content
        writing.band_column = columns.get("band", columns["score"])
        if "score" in contents.values:
            writing.bands[place] = contents.band

    def _head(self, writing: Writing, heading_row: int | None) -> None:
        columns = self.plan.columns
        writing.heading_row, writing.title_column = heading_row, self.plan.listing.column
        writing.begins = True
        writing.grows = columns.grows
        if heading_row is not None:
            texts = columns.headings(self._language)
            writing.headings = {column: texts[name] for name, column in columns.new.items()}

    def _may_write(self, cells: tuple[Value, ...]) -> bool:
        return all(value.blank and value.formula is None for value in cells) or cells in self._known

    def _find_headings(self, grid: Grid, videos: list[Value], shifts: set[int]) -> int | None:
        """The row with our headings; None where the list has no place for them, 0 where they are gone."""
        plan = self.plan
        before = plan.listing.heading_place
        if before is None:
            return None
        wanted = dict(plan.titles)
        if self._headed:
            texts = plan.columns.headings(self._language)
            wanted |= {column: texts[name] for name, column in plan.columns.new.items()}
        else:
            wanted |= dict.fromkeys(plan.columns.new.values(), "")
        own = wanted.get(plan.listing.column, "")
        likely = [
            before + shift for shift in sorted(shifts, key=lambda shift: (len(shifts) > 1 and shift != 0, shift))
        ]
        likely.append(before)
        likely += [row for row, value in enumerate(videos, 1) if own and value.text == own]
        for row in dict.fromkeys(row for row in likely if row > 0):
            line = grid.read(Area(row, 1, row, max(*wanted, 1)))[0]
            if all(line[column - 1].text == text for column, text in wanted.items()):
                return row
        return 0
