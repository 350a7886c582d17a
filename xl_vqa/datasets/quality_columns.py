"""Columns of a sheet in which several qualities were rated: found, and one of them chosen or asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from xl_vqa.datasets import qualities
from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.errors import RatingsOptionError, RatingsUnclearError
from xl_vqa.datasets.headers import Role
from xl_vqa.datasets.likely_scales import likely_scales, passes, scale_option
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.words.reasons import Reason

_MOST: Final = 20
"""More different texts than this in a column name no qualities."""
_LAST: Final = re.compile(r"(?P<who>.+?)[\s_\-:・(（\[]+(?P<quality>[^\s_\-:・()（）\[\]]+)[)）\]]?")
_FIRST: Final = re.compile(r"(?P<quality>[^\s_\-:・()（）\[\]]+)[\s_\-:・(（\[]+(?P<who>.+?)[)）\]]?")
_SCORED: Final = (None, Role.SCORE, Role.MOS, Role.EITHER, Role.RATER_SCORES, Role.VIDEO, Role.CONTENT)


def attribute_column(
    columns: Columns, video: int, rater: int | None, taken: set[int]
) -> tuple[int, list[str], bool] | None:
    """A column of names of qualities, these names, and whether its header says so; None where there is none.

    Only the rows of one quality may count then.
    """
    for column in range(columns.grid.width):
        texts = list(dict.fromkeys(" ".join(str(cell).split()) for cell in columns.cells(column)))
        if column in taken or column in (video, rater) or not 2 <= len(texts) <= _MOST:
            continue
        named = qualities.names_attributes(columns.names.get(column, ""))
        if columns.role(column) in (Role.PROMPT, Role.RATER, Role.CONTENT, Role.SPLIT) and not named:
            continue
        if not named and columns.holds_scores(column):
            continue
        if named or qualities.are_qualities(texts):
            if _several_rows(columns, video, rater):
                return column, texts, named
        elif rater is not None and columns.role(column) is None and _tells_apart(columns, video, rater, column):
            # one person's several scores of one video: of something, whatever these words are
            return column, texts, False
    return None


def _keys(columns: Columns, *places: int | None) -> list[tuple[Any, ...]]:
    grid = columns.grid
    rows = [r for r in range(columns.first, len(grid.rows)) if grid.rows[r]]
    return [tuple(grid.cell(r, place) if place is not None else None for place in places) for r in rows]


def _several_rows(columns: Columns, video: int, rater: int | None) -> bool:
    """Whether one video (and rater) has several rows, which something else must tell apart."""
    keys = _keys(columns, video, rater)
    # blanks below a merged cell mean "the same": nothing can be counted then, and the header must do
    if any(key[0] is None for key in keys):
        return True
    return len(set(keys)) < 0.8 * len(keys)


def _tells_apart(columns: Columns, video: int, rater: int, column: int) -> bool:
    """Whether it is this column, and no counter of sessions, that tells the rows of one person and video apart."""
    if qualities.names_repeats(columns.names.get(column, "")) or not _several_rows(columns, video, rater):
        return False
    keys = _keys(columns, video, rater, column)
    return all(None not in key for key in keys) and len(set(keys)) == len(keys)


def choose_quality(
    columns: Columns, names: Sequence[str], score_columns: Sequence[int]
) -> tuple[str | None, RatingsUnclearError | None]:
    """The one of ``names`` to take, as told or the one that is the rating; else None and the question.

    Raises RatingsOptionError where the user named another one.
    """
    told = columns.wanted.dimension
    if told is not None:
        found = [name for name in names if qualities.same_quality(told, name)]
        if not found:
            problem = Reason("no_such_quality", quality=told, known=", ".join(names))
            raise RatingsOptionError(path=columns.path, source="--dimension", problem=problem)
        return found[0], None
    rating = qualities.the_rating(names)
    if rating is not None:
        return rating, None
    hint = scale_hint(columns, score_columns)
    choices = [option("--dimension", name) + hint for name in names]
    source = columns.grid.name
    return None, unclear(columns.path, "unclear_qualities", choices, qualities=", ".join(names), source=source)


def scale_hint(columns: Columns, score_columns: Sequence[int]) -> str:
    """`` --scale ...`` where the scores of these columns pass the scale at hand, else nothing."""
    values = columns.numbers([c for c in score_columns if columns.holds_scores(c)])
    values = values[np.isfinite(values)]
    if not passes(values, columns.scale):
        return ""
    return " " + scale_option(*likely_scales(values)[0], columns.scale)


def by_quality(columns: Columns, rater: int | None, taken: set[int]) -> dict[str, list[int]] | None:
    """Quality -> its columns, where columns (or the groups of a merged header) are qualities."""
    numeric = [
        c
        for c in range(columns.grid.width)
        if c not in taken
        and c != rater
        and c in columns.names
        and may_be_score(columns, c)
        and columns.role(c) in _SCORED
    ]
    # a slash in one header row is a slash; in several it joins the rows
    merged = len(columns.header_rows) > 1
    split = {c: columns.names[c].split("/") if merged else [columns.names[c]] for c in numeric}
    for place in (0, -1):
        groups: dict[str, list[int]] = {}
        for c in numeric:
            if len(split[c]) > 1:
                groups.setdefault(split[c][place], []).append(c)
        if len(groups) >= 2 and qualities.are_qualities(list(groups)):
            return groups
    if glued := _people_and_qualities({c: columns.names[c] for c in numeric}):
        return glued
    single = [c for c in numeric if len(split[c]) == 1 and columns.role(c) is not Role.RATER_SCORES]
    plain = [c for c in single if qualities.is_plain(columns.names[c])]
    rest = [c for c in single if c not in plain]
    if not qualities.are_qualities([columns.names[c] for c in rest if not qualities.is_overall(columns.names[c])]):
        few = [c for c in rest if qualities.is_known_quality(columns.names[c])]
        overall = [c for c in few if qualities.is_overall(columns.names[c])]
        if not (overall and len(few) > len(overall)) and not (plain and few and len(few) == len(rest)):
            return None
        rest = few
    # beside single qualities, a plain "MOS" or "score" is the quality as a whole
    return {columns.names[c]: [c] for c in (*plain, *rest)}


def _people_and_qualities(names: Mapping[int, str]) -> dict[str, list[int]]:
    """Quality -> its columns, where headers are a person and a quality in one: rater1_alignment, rater1_quality.

    Every quality has the same people; empty where headers are not like that.
    """
    for pattern in (_LAST, _FIRST):
        parts = {c: found for c, name in names.items() if (found := pattern.fullmatch(" ".join(name.split())))}
        groups: dict[str, dict[str, int]] = {}
        for c, found in parts.items():
            groups.setdefault(found["quality"], {})[found["who"].casefold()] = c
        people = {frozenset(group) for group in groups.values()}
        if len(groups) >= 2 and len(people) == 1 and sum(map(len, groups.values())) == len(parts):
            several = len(next(iter(people))) > 1
            if several and all(map(_reads_as_quality, groups)):
                return {quality: list(group.values()) for quality, group in groups.items()}
    return {}


def _reads_as_quality(name: str) -> bool:
    return qualities.is_known_quality(name) or qualities.is_plain(name)


def may_be_score(columns: Columns, column: int) -> bool:
    """Numbers or grades that do not merely count the rows."""
    profile = columns.profiles[column]
    return (profile.scores >= 0.5 or profile.letters) and not profile.serial
