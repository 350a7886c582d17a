"""From a file of ratings to one table: which sheets are read, and as what.

Where two readings are near (two tests in a workbook, several qualities, a scale that may end elsewhere) it asks
and reads nothing: RatingsUnclearError holds an option for each reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from xl_vqa.datasets import qualities
from xl_vqa.datasets.blocks import blocks
from xl_vqa.datasets.direction import lower_by_legend
from xl_vqa.datasets.errors import (
    RatingsEmptyError,
    RatingsEncryptedError,
    RatingsError,
    RatingsLockedError,
    RatingsNotFoundError,
    RatingsOptionError,
    RatingsOursError,
    RatingsSheetError,
    RatingsTemplateEmptyError,
    RatingsUncalculatedError,
    RatingsUnclearError,
    RatingsUnreadableError,
    RatingsVideoColumnError,
)
from xl_vqa.datasets.labelling_list import require_same_list
from xl_vqa.datasets.layout import Layout, find_layout
from xl_vqa.datasets.layout_notes import notes_of
from xl_vqa.datasets.likely_scales import scale_option
from xl_vqa.datasets.ordinals import (
    MOST_DISTINCT,
    are_dates,
    grades,
    is_near_score,
    plus_and_minus,
    proposed_maps,
    scales_of_texts,
)
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.datasets.rating_table import Note, RatedRow, RatingTable
from xl_vqa.datasets.rival_sheets import is_rival, on_one_scale, scale_of, videos_of
from xl_vqa.datasets.row_reader import RowReader, data_rows
from xl_vqa.datasets.transpose import turned
from xl_vqa.datasets.wanted import FORMS, Wanted
from xl_vqa.tables.grid import Cell, Grid, TableError
from xl_vqa.tables.read import chosen as chosen_sheets
from xl_vqa.tables.read import read_figures
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Detail, Reason

__all__ = ["Note", "RatedRow", "RatingTable", "read_ratings"]

ALL_SHEETS: Final = "all"

# Texts that are no scores are slips of the pen up to this share of all scores; above it they are a way to grade.
_SLIPS: Final = 0.05
# A five-point scale of which nobody used the best point is rather a shorter one, given this many ratings ...
_ENOUGH: Final = 40
# ... of which this share lies on either end of the shorter one.
_ENDS: Final = 0.05


def read_ratings(
    path: Path, scale: Scale, *, sheet: str | None = None, wanted: Wanted | None = None
) -> RatingTable:
    """Reads a workbook or text file of ratings.

    Without ``sheet`` the one sheet with ratings is taken; sheets that each hold one score column over the same
    videos are taken together as one rater each. ``sheet="all"`` reads several tests together.
    Raises RatingsNotFoundError, RatingsLockedError, RatingsEncryptedError, RatingsUnreadableError,
    RatingsSheetError, RatingsEmptyError, those of labelling_list.require_same_list and layout.find_layout, and
    RatingsUnclearError for a table that can be read in two ways.
    """
    wanted = wanted or Wanted()
    if wanted.form is not None and wanted.form not in FORMS:
        problem = Reason("option_one_of", known=", ".join(FORMS), value=wanted.form)
        raise RatingsOptionError(path=str(path), source="--form", problem=problem)
    together = sheet is not None and sheet.strip().casefold() == ALL_SHEETS
    grids, hidden = _grids(path, None if together else sheet)
    layouts: list[Layout] = []
    failures: list[RatingsError] = []
    for grid in grids:
        try:
            layouts.append(_layout(grid, scale, wanted, path))
        except RatingsError as error:
            failures.append(error)
    if not layouts and (count := sum(grid.uncalculated for grid in grids)):
        raise RatingsUncalculatedError(path=str(path), count=count)
    template = next((e for e in failures if isinstance(e, (RatingsTemplateEmptyError, RatingsOursError))), None)
    if template is not None and not any(map(_names_files, layouts)):
        # what stands on the other sheets of a template are figures and settings
        raise template
    if not layouts:
        # a sheet with videos but no scores says more than a cover sheet without videos
        raise min(failures, key=lambda error: isinstance(error, RatingsVideoColumnError))
    chosen, form = _chosen(path, _of_videos(layouts), wanted, together)
    if (question := next((layout.question for layout in chosen if layout.question is not None), None)) is not None:
        raise question
    _hear_legends(chosen, grids)
    reader = RowReader(path, form, scale, wanted, tests=together and len(chosen) > 1)
    for layout in [each for one in chosen for each in (one, *one.below)]:
        reader.add(layout)
        reader.notes += notes_of(layout)
    if not reader.rows:
        raise RatingsEmptyError(path=str(path), source=", ".join(layout.grid.name for layout in chosen))
    _ask_about_texts(reader)
    _ask_about_the_end(reader)
    _note_other_sheets(reader, [*grids, *_of_the_same_videos(hidden, reader, path)])
    return reader.table()


def _layout(grid: Grid, scale: Scale, wanted: Wanted, path: Path) -> Layout:
    """The layout of a sheet, with those of further tables on it that are of the same form."""
    lying = turned(grid, scale, wanted, str(path))
    whole = find_layout(lying or grid, scale, wanted, path)
    parts = blocks(whole) if lying is None else []
    if len(parts) < 2:
        return whole
    try:
        first, *others = [find_layout(part, scale, wanted, path) for part in parts]
    except RatingsError:
        return whole
    if any(other.form != first.form for other in others):
        return whole
    first.below = others
    return first


def _grids(path: Path, sheet: str | None) -> tuple[list[Grid], list[Grid]]:
    """The sheets that may hold the ratings, and the hidden ones beside them; none of them empty."""
    try:
        grids = read_figures(path)
    except TableError as error:
        raise _told(path, error) from error
    if sheet is not None and len(grids) == 1 and grids[0].name == path.name:
        raise RatingsSheetError(path=str(path), source=sheet, problem="problem_no_sheets")
    require_same_list(path, grids)
    found = chosen_sheets(grids, sheet)
    if not found:
        raise RatingsSheetError(
            path=str(path), source=sheet, problem=Detail(", ".join(grid.name for grid in grids))
        )
    if all(grid.empty for grid in found):
        raise RatingsEmptyError(path=str(path), source=", ".join(grid.name for grid in found))
    hidden = [grid for grid in grids if grid.hidden and sheet is None and grid not in found]
    return [grid for grid in found if not grid.empty], [grid for grid in hidden if not grid.empty]


def _told(path: Path, error: TableError) -> RatingsError:
    name = str(path)
    if error.problem == "problem_no_such_file":
        return RatingsNotFoundError(path=name)
    if error.problem in ("problem_no_permission", "problem_locked"):
        return RatingsLockedError(path=name, problem=error.problem)
    if error.problem == "problem_password":
        return RatingsEncryptedError(path=name)
    if error.problem == "problem_no_rows":
        return RatingsEmptyError(path=name, source=error.detail)
    return RatingsUnreadableError(path=name, problem=error.problem, detail=error.detail)


# -- sheets ------------------------------------------------------------------------------------------------------


def _of_videos(layouts: list[Layout]) -> list[Layout]:
    """Without sheets that only speak of videos ("Minutes per video" of a sheet of settings or figures).

    Where one sheet names files or heads its videos as such, so do the others that hold ratings; which were left
    out is noted.
    """
    named = [layout for layout in layouts if _names_files(layout) or layout.columns.sure(layout.video)]
    return named or layouts


def _names_files(layout: Layout) -> bool:
    profile = layout.columns.profiles.get(layout.video)
    return profile is not None and profile.video_names > 0


def _chosen(path: Path, layouts: list[Layout], wanted: Wanted, together: bool) -> tuple[list[Layout], str]:
    """The sheets to read and the form of the whole."""
    if not together and (one := _sheet_of_quality(path, layouts, wanted)) is not None:
        return [one], one.form
    if wanted.form is None and not together and (people := _sheets_of_raters(layouts)) is not None:
        return people, "sheets"
    best = max(layouts, key=_size)
    alike = [layout for layout in layouts if layout.ready == best.ready]
    if together:
        if not on_one_scale([scale_of(layout) for layout in alike]):
            raise _which_sheet(path, alike)
        return alike, "wide" if len({layout.form for layout in alike}) > 1 else best.form
    rivals = [layout for layout in layouts if layout is not best and is_rival(layout, best)]
    if rivals:
        raise _which_sheet(path, [layout for layout in layouts if layout is best or layout in rivals])
    return [best], best.form


def _which_sheet(path: Path, layouts: Sequence[Layout]) -> RatingsUnclearError:
    """The question which sheet to read; all together only where they are on one scale."""
    scale, scales = layouts[0].columns.scale, [scale_of(layout) for layout in layouts]

    def told(own: tuple[float, float] | None) -> str:
        return f" {scale_option(*own, scale)}" if own is not None else ""

    names = [layout.grid.name for layout in layouts]
    choices = [option("--sheet", name) + told(own) for name, own in zip(names, scales, strict=True)]
    one = on_one_scale(scales)
    if one:
        widest = max((own for own in scales if own is not None), key=lambda own: own[1], default=None)
        choices.append(f"--sheet {ALL_SHEETS}{told(widest)}")
    question = "unclear_sheets" if one else "unclear_sheets_scales"
    return unclear(str(path), question, choices, sheets=", ".join(names))


def _size(layout: Layout) -> int:
    return (len(layout.grid.rows) - layout.first) * max(1, len(layout.scores))


def _sheets_of_raters(layouts: Sequence[Layout]) -> list[Layout] | None:
    """The sheets, where each is one rater's: two or more with one score column, about the same videos.

    Half points look like means in a sheet alone; beside sheets like it they are one person's.
    """
    single = [layout.of_one_rater() if layout.half_points else layout for layout in layouts]
    single = [layout for layout in single if layout.single_scores]
    if len(single) < 2:
        return None
    videos = [videos_of(layout) for layout in single]
    everything = set().union(*videos)
    shared = sum(len(own) for own in videos)
    # disjoint sheets would be parts of one list, each video rated by one unknown person
    return single if everything and shared >= 1.5 * len(everything) else None


def _sheet_of_quality(path: Path, layouts: Sequence[Layout], wanted: Wanted) -> Layout | None:
    """The sheet of the quality to take, where every sheet holds another one; else None."""
    by_name = {layout.grid.name: layout for layout in layouts}
    if len(by_name) < 2 or not qualities.are_qualities(list(by_name)):
        return None
    told = wanted.dimension
    name = (
        next((name for name in by_name if qualities.same_quality(told, name)), None)
        if told is not None
        else qualities.the_rating(by_name)
    )
    if name is None:
        choices = [option("--sheet", name) for name in by_name]
        names = ", ".join(by_name)
        raise unclear(str(path), "unclear_qualities", choices, qualities=names, source=path.name)
    by_name[name].quality = name
    return by_name[name]


def _hear_legends(chosen: Sequence[Layout], grids: Sequence[Grid]) -> None:
    """A sheet of instructions may say which end of the scale is the best one."""
    used = {layout.grid.name for layout in chosen}
    texts = [c for grid in grids if grid.name not in used for row in grid.rows for c in row if isinstance(c, str)]
    said = lower_by_legend(texts)
    for layout in chosen:
        if layout.lower is None:
            layout.lower = said


def _of_the_same_videos(hidden: Sequence[Grid], reader: RowReader, path: Path) -> list[Grid]:
    """Hidden sheets that rate the videos, too: somebody may have hidden a rater without meaning to."""
    found, videos = [], {row.video for row in reader.rows}
    for grid in hidden:
        try:
            layout = find_layout(grid, reader.scale, reader.wanted, path)
        except RatingsError:
            continue
        if layout.form and len(videos_of(layout) & videos) >= 0.5 * len(videos):
            found.append(grid)
    return found


def _note_other_sheets(reader: RowReader, grids: Sequence[Grid]) -> None:
    used = {layout.grid.name for layout in reader.layouts}
    others = [grid.name for grid in grids if grid.name not in used]
    if others:
        reader.notes.append(Note("other_sheets", {"sheets": ", ".join(others)}))


# -- scores ------------------------------------------------------------------------------------------------------


def _ask_about_texts(reader: RowReader) -> None:
    """Marks, letters and words in place of many scores: what they are worth is for the user to say."""
    texts = grades(list(reader.unread))
    count = sum(number for text, number in reader.unread.items() if grades([text]))
    everything = len(reader.score) + sum(row.mos is not None for row in reader.rows) + count
    alone = are_dates(texts) or all(map(is_near_score, texts))
    if len(texts) < (1 if alone else 2) or count < 3 or count <= _SLIPS * everything or len(texts) > MOST_DISTINCT:
        return
    if signs := plus_and_minus(_score_cells(reader)):
        # a minus is a grade here, and no empty cell
        texts = signs
    maps = proposed_maps(texts, reader.scale) or [",".join(f"{text}=?" for text in texts)]
    choices = [option("--map", value) for value in maps]
    if ranges := scales_of_texts(texts):
        # "8/10", "80%": another scale rather than other words, unless they stand among plain scores
        scales = [scale_option(low, high, reader.scale) for low, high in ranges]
        choices = scales if "?" in maps[0] else [*scales, *choices] if count >= 0.5 * everything else choices
    question = "unclear_texts_unknown" if "?" in choices[0] else "unclear_texts"
    raise unclear(
        str(reader.path),
        "unclear_dates" if are_dates(texts) else question,
        choices,
        texts=", ".join(texts),
        count=count,
    )


def _score_cells(reader: RowReader) -> Iterator[Cell]:
    for layout in reader.layouts:
        yield from (layout.grid.cell(row, c) for row in data_rows(layout) for c in layout.scored)


def _ask_about_the_end(reader: RowReader) -> None:
    """Whole scores that end below the scale which nobody named: 1..4 read as 1..5 bends every label."""
    scale, score = reader.scale, np.asarray(reader.score)
    if (
        reader.wanted.scale_told
        or reader.end_stated
        or len(score) < _ENOUGH
        or (scale.mos_min, scale.mos_max) != (1.0, 5.0)
    ):
        return
    high = float(score.max())
    whole = bool(np.all(score == np.round(score)))
    ends = min(float(np.mean(score == 1)), float(np.mean(score == high)))
    # all points of the shorter scale are used, and both its ends often: a panel that merely saw no good video
    # does not look like that
    if not whole or score.min() < 1 or high not in (3.0, 4.0) or ends < _ENDS or len(set(score.tolist())) < high:
        return
    raise unclear(
        str(reader.path),
        "unclear_end",
        [scale_option(1, high, scale), scale_option(1, 5, scale)],
        highest=f"{high:g}",
        count=len(score),
    )
