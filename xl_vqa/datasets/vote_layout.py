"""Sheets that hold how many people, or which share of them, gave each score: found, and laid out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.datasets.headers import Role, normal
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.datasets.votes import (
    FEWEST_CATEGORIES,
    VoteColumns,
    is_tick,
    judge_votes,
    share_of,
    speaks_of_shares,
    vote_columns,
    vote_of,
    words_of_votes,
)
from xl_vqa.words.reasons import Reason

_TOTALS: Final = ("total", "sum", "合計", "総数", "計", "n", "count")
_PEOPLE: Final = re.compile(
    r"(?:number of |num |n )?(?:ratings|votes|responses|answers|people)|有効票数|投票数|総票数"
)
_VOTES: Final = re.compile(
    r"votes?|(?:votes? )?counts?|freq(?:uency)?|frequencies|n|responses|(?:得票|投票|票|人|回答|回答者)数"
    r"|件数|度数|頻度"
)
_CATEGORIES: Final = 5


def votes_layout(
    columns: Columns, layout: Layout, rater: int | None, mos: int | None, taken: set[int]
) -> Layout | None:
    """The layout of votes, or None where the sheet holds none. ``taken`` gets the columns that are used.

    Raises RatingsOptionError where the user speaks of votes and no headers are scores.
    """
    numeric = {
        c: columns.name(c)
        for c in range(columns.grid.width)
        if (c not in taken or c == layout.count) and _are_numbers(columns, c) and not columns.profiles[c].serial
    }
    numeric |= _ticked(columns, taken)
    told = columns.wanted.form == "votes"
    _count_of_votes(columns, layout, numeric, taken)
    if rater is None and (by_rows := _votes_in_rows(columns, layout, numeric, taken)) is not None:
        return by_rows
    votes = vote_columns(numeric, columns.scale, columns.wanted.mapping)
    if (question := _unknown_words(columns, layout, numeric, votes)) is not None:
        return question
    if votes is not None and layout.count in votes.columns:
        # "number of 5s" is a count, but not that of the raters
        layout.count = None
    if votes is None:
        if told:
            raise RatingsOptionError(path=columns.path, source="--form", problem=Reason("form_votes_headers"))
        return None
    if any(share_of(cell) is not None for c in votes.columns for cell in columns.cells(c)):
        votes = replace(votes, shares=True)
    count = _count_beside(columns, layout, [c for c in numeric if c not in votes.columns])
    evidence = judge_votes(
        votes,
        _cells(columns, votes.columns),
        columns.scale,
        columns.numbers([mos])[:, 0] if mos is not None else None,
        columns.numbers([count])[:, 0] if count is not None else None,
    )
    if evidence.verdict == "raters" and columns.wanted.form is None:
        return None
    why = layout.why
    for column in votes.columns:
        why[column] = ("votes", evidence.verdict == "votes" or told, "told" if told else evidence.why)
    if count is not None:
        why[count] = ("count", True, "header" if evidence.shares else "sums_match")
        taken.add(count)
    if mos is not None:
        why[mos] = ("mean_given", True, evidence.why)
        taken.add(mos)
    if rater is not None:
        why[rater] = ("rater_name", columns.sure(rater), "header" if columns.sure(rater) else "header_part")
    found = replace(
        layout,
        form="votes",
        votes=votes,
        votes_turned=evidence.turned,
        vote_shares=evidence.shares,
        rater=rater,
        count=count if count is not None else layout.count,
    )
    if evidence.verdict == "unclear" and columns.wanted.form is None:
        shown = ", ".join(map(columns.name, votes.columns))
        choices = ["--form votes", "--form wide"]
        found.question = unclear(columns.path, "unclear_votes", choices, columns=shown)
    return found


def _count_of_votes(columns: Columns, layout: Layout, numeric: Mapping[int, str], taken: set[int]) -> None:
    """Takes a column "votes" beside scores for the number of people: its numbers are whole and no scores."""
    profiles = columns.profiles
    beside = [c for c in numeric if columns.role(c) in (Role.SCORE, Role.MOS) and profiles[c].in_range >= 0.5]
    if layout.count is not None or not beside:
        return
    for c, name in numeric.items():
        if _PEOPLE.fullmatch(normal(name)) and profiles[c].whole == 1 and profiles[c].in_range < 0.5:
            layout.count, layout.why[c] = c, ("count", True, "header")
            taken.add(c)
            return


def _ticked(columns: Columns, taken: set[int]) -> dict[int, str]:
    """The columns of grades of which one is ticked in a row, those that nobody ticked among them."""
    found = {
        c: name
        for c, name in columns.names.items()
        if c not in taken and all(is_tick(cell) for cell in columns.cells(c))
    }
    rows = [[columns.grid.cell(r, c) for c in found] for r in range(columns.first, len(columns.grid.rows))]
    ticks = [sum(map(is_tick, row)) for row in rows]
    return found if len(found) >= FEWEST_CATEGORIES and max(ticks, default=0) == 1 else {}


def _are_numbers(columns: Columns, column: int) -> bool:
    """Whether the cells of a column are numbers, or percents."""
    if columns.holds_scores(column):
        return True
    cells = columns.cells(column)
    return bool(cells) and 2 * sum(share_of(cell) is not None for cell in cells) >= len(cells)


def _cells(columns: Columns, chosen: tuple[int, ...]) -> Floats:
    """The numbers below the header, shape (rows, columns), NaN where a cell is none; 12.5 of "12.5 %"."""
    found = columns.numbers(chosen)
    for index, row in enumerate(columns.grid.rows[columns.first :]):
        for place, column in enumerate(chosen):
            if column < len(row) and (share := vote_of(row[column])) is not None:
                found[index, place] = share
    return found


def _count_beside(columns: Columns, layout: Layout, beside: list[int]) -> int | None:
    """The column with the number of votes: a total, or that of the people."""
    for column in beside:
        words = normal(columns.names.get(column, "")).split()
        if words and words[-1] in _TOTALS and columns.holds_scores(column):
            return column
    if layout.count is not None:
        return layout.count
    named = (c for c in beside if _PEOPLE.fullmatch(normal(columns.names.get(c, ""))) and columns.holds_scores(c))
    return next(named, None)


def _unknown_words(
    columns: Columns, layout: Layout, numeric: Mapping[int, str], votes: VoteColumns | None
) -> Layout | None:
    """The question what a word is worth that stands among those of categories ("Bad, OK, Good"), if one does."""
    words = words_of_votes(numeric, columns.scale, {})
    if columns.wanted.mapping or columns.wanted.form not in (None, "votes") or not 2 <= len(words) < _CATEGORIES:
        return None
    if votes is not None and votes.naming != "counts":
        return None
    first, last = min(words), max(words)
    unknown = [
        c
        for c in numeric
        if first - 1 <= c <= last + 1 and c not in words and columns.role(c) is None and _is_word(numeric[c])
    ]
    whole = columns.numbers([*words, *unknown])
    if not unknown or np.nanmax(whole, initial=0.0) <= columns.scale.mos_max:
        return None
    places = sorted([*words, *unknown])
    shown = ",".join(f"{numeric[c].rsplit('/', 1)[-1]}=?" for c in places)
    return replace(
        layout,
        question=unclear(
            columns.path,
            "unclear_vote_words",
            [f"--form votes {option('--map', shown)}", "--form wide"],
            columns=", ".join(columns.name(c) for c in places),
            unknown=", ".join(columns.name(c) for c in unknown),
        ),
    )


def _is_word(header: str) -> bool:
    text = normal(header)
    return text.split()[-1:] != [] and not any(map(str.isdigit, text)) and text.split()[-1] not in _TOTALS


def _votes_in_rows(columns: Columns, layout: Layout, numeric: Mapping[int, str], taken: set[int]) -> Layout | None:
    """The layout where each row holds a video, a score, and the share of the people who gave it.

    Of a number of people in place of the share it is told in ``layout.count``; such rows are read as that many
    ratings.
    """
    for weight, name in numeric.items():
        shares = speaks_of_shares(name)
        if weight == layout.count or not (shares or _VOTES.fullmatch(normal(name))):
            continue
        for score in (c for c in columns.of_role(Role.SCORE) if c in numeric and c != weight):
            if speaks_of_shares(numeric[score]) or not _one_of_each(columns, layout.video, score, weight, shares):
                continue
            layout.why[score] = ("score", columns.sure(score), "header" if columns.sure(score) else "header_part")
            taken.add(weight)
            if shares:
                layout.why[weight] = ("votes", True, "sums_equal")
                return replace(layout, form="votes", scores=[score], vote_weight=weight, vote_shares=True)
            layout.why[weight], layout.count = ("count", True, "header"), weight
            return None
    return None


def _one_of_each(columns: Columns, video: int, score: int, weight: int, shares: bool) -> bool:
    """Whether each video has every score once in its rows, of which it has several, and beside these shares that
    add up to 1 or to 100, or else numbers of people."""
    values, weights = columns.numbers([score])[:, 0], _cells(columns, (weight,))[:, 0]
    own: dict[str, list[int]] = defaultdict(list)
    before = ""
    for k in range(len(values)):
        # below a merged cell the video is that above
        cell = columns.grid.cell(columns.first + k, video)
        before = before if cell is None else str(cell)
        if np.isfinite(values[k]):
            own[before].append(k)
    if len(own) < 2 or max(map(len, own.values())) < FEWEST_CATEGORIES:
        return False
    for rows in own.values():
        given = np.nan_to_num(weights[rows])
        fitting = any(abs(given.sum() - t) <= 0.02 * t for t in (1.0, 100.0))
        people = bool(np.all((given >= 0) & (given == np.round(given))))
        if len({values[k] for k in rows}) < len(rows) or not (fitting if shares else people):
            return False
    return True
