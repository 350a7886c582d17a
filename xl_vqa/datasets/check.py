"""What is wrong with single rows: every row keeps its place, and gets the problems that it has.

The steps run in the order of the functions here; each adds problems to the rows, and some take ratings away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from xl_vqa.datasets.errors import RatingsOutOfScaleError
from xl_vqa.datasets.likely_scales import likely_scales, passes, scale_option
from xl_vqa.datasets.locate import Located, VideoFinder, identical_files
from xl_vqa.datasets.mos import Floats, Ints, MosTable
from xl_vqa.datasets.problems import Problem
from xl_vqa.datasets.rating_table import RatedRow, RatingTable
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Detail

Bools = npt.NDArray[np.bool_]

_NAMED_SCORES: Final = 5


@dataclass(slots=True)
class Ratings:
    """Parallel arrays of ratings that still count."""

    row_of: Ints
    rater_of: Ints
    score: Floats

    def only(self, keep: Bools) -> Ratings:
        return Ratings(self.row_of[keep], self.rater_of[keep], self.score[keep])


def blocked(row: RatedRow) -> bool:
    return any(problem.blocking for problem in row.problems)


def short_number(value: float) -> str:
    """A score for a sentence: 3, 3.5, 3.667."""
    return rounded(value, 3).rstrip("0").rstrip(".")


def check_range(table: RatingTable, scale: Scale) -> tuple[Ratings, RatingsOutOfScaleError | None]:
    """The ratings inside the scale; the others become problems of their rows.

    Where many are outside, the error says that the scale is wrong, and the rows concerned are blocked.
    """
    ratings = Ratings(table.row_of, table.rater_of, table.score)
    low, high = short_number(scale.mos_min), short_number(scale.mos_max)
    if table.ready:
        values = np.array([row.mos for row in table.rows if row.mos is not None], dtype=np.float64)
    else:
        values = table.score
    outside = (values < scale.mos_min) | (values > scale.mos_max)
    count = int(outside.sum())
    wrong_scale = count >= 3 and passes(values, scale)
    if table.ready:
        for row in table.rows:
            if row.mos is not None and not scale.mos_min <= row.mos <= scale.mos_max:
                row.problems.append(_out_of_range(row.mos, low, high))
    else:
        for k in np.flatnonzero(outside):
            row = table.rows[int(ratings.row_of[k])]
            value = float(values[k])
            if wrong_scale:
                if not any(problem.code == "out_of_range" for problem in row.problems):
                    row.problems.append(_out_of_range(value, low, high))
            else:
                _leave_out(row, value, table.raters[int(ratings.rater_of[k])], low, high)
        ratings = ratings.only(~outside)
    if not wrong_scale:
        return ratings, None
    span = f"{short_number(float(values.min()))}..{short_number(float(values.max()))}"
    options = " / ".join(scale_option(*usual, scale) for usual in likely_scales(values))
    return ratings, RatingsOutOfScaleError(
        path=str(table.path), count=count, source=f"{low}..{high}", problem=Detail(span), options=options
    )


def turned_round(table: RatingTable, ratings: Ratings, scale: Scale) -> Ratings:
    """Scores of a scale on which lower is better, turned so that higher is.

    The low end changes places with the high one. Means that the table states are turned in their rows.
    """
    ends = scale.mos_min + scale.mos_max
    for row in table.rows:
        if row.mos is not None:
            row.mos = round(ends - row.mos, 9)
    return Ratings(ratings.row_of, ratings.rater_of, np.round(ends - ratings.score, 9))


def _out_of_range(value: float, low: str, high: str) -> Problem:
    return Problem("out_of_range", {"value": short_number(value), "low": low, "high": high})


def _leave_out(row: RatedRow, value: float, rater: str, low: str, high: str) -> None:
    named = sum(problem.code == "score_out_of_range" for problem in row.problems)
    if named < _NAMED_SCORES:
        params = {"value": short_number(value), "rater": rater, "low": low, "high": high}
        row.problems.append(Problem("score_out_of_range", params))
        return
    for index, problem in enumerate(row.problems):
        if problem.code == "more_out_of_range":
            row.problems[index] = Problem("more_out_of_range", {"count": problem.params["count"] + 1})
            return
    row.problems.append(Problem("more_out_of_range", {"count": 1}))


def locate_videos(
    rows: Sequence[RatedRow], finder: VideoFinder, on_progress: Callable[[int, int], None] | None = None
) -> list[Located]:
    """Where each row's video lies; rows that name none get an empty answer without a further problem."""
    found = []
    for index, row in enumerate(rows):
        if not row.video or row.no_video:
            found.append(Located(None))
        else:
            located = finder.find(row.video)
            if located.problem is not None:
                row.problems.append(located.problem)
            found.append(located)
        if on_progress is not None:
            on_progress(index + 1, len(rows))
    return found


def open_videos(
    rows: Sequence[RatedRow], located: Sequence[Located], on_progress: Callable[[int, int], None] | None = None
) -> None:
    """Opens each video and reads a few of its pictures: an error page saved as .mp4 or half a file is a problem.

    The same look as ``xl-vqa check-videos`` takes, which also tells what is merely odd.
    """
    # the room of video reading is only needed here and where files have one size
    from xl_vqa.video.check import check_videos

    places = {str(place.path): None for place in located if place.path is not None}
    found = check_videos(list(places), on_progress=on_progress or (lambda done, total: None))
    errors = {check.path: check.error for check in found if check.error is not None}
    for row, place in zip(rows, located, strict=True):
        if place.path is not None and (error := errors.get(str(place.path))) is not None and not blocked(row):
            row.problems.append(Problem("broken_video", {"reason": error}))


def video_keys(rows: Sequence[RatedRow], located: Sequence[Located]) -> list[str | None]:
    """What makes two rows the same video: the file, or the cell where there is no file to look at."""
    keys: list[str | None] = []
    for row, place in zip(rows, located, strict=True):
        if not row.video or row.no_video:
            keys.append(None)
        else:
            keys.append(str(place.path) if place.path is not None else row.video.replace("\\", "/"))
    return keys


def join_duplicates(
    rows: Sequence[RatedRow], keys: Sequence[str | None], ratings: Ratings, tests: bool = False
) -> Ratings:
    """One row per video keeps training; the others of the same path are blocked.

    Where the rows hold ratings by different people, these are added to the first row, for example when two
    halves of a panel were written below each other. Where the same people stand in both, the first row's
    ratings count and the others do not; in ``tests`` that were read together they rated twice, and the mean of
    each person counts.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        if key is not None:
            members[key].append(index)
    row_of = ratings.row_of.copy()
    people: dict[int, set[int]] = defaultdict(set)
    repeated = {index for group in members.values() if len(group) > 1 for index in group}
    if not repeated:
        return ratings
    concerned = np.isin(row_of, np.fromiter(repeated, dtype=np.int64))
    for row, rater in zip(row_of[concerned].tolist(), ratings.rater_of[concerned].tolist(), strict=True):
        people[row].add(rater)
    for group in members.values():
        first, *others = group
        for index in others:
            rows[index].problems.append(Problem("duplicate_path", _place(rows[first], rows[index])))
            if people[index] and (tests or not people[index] & people[first]):
                row_of[row_of == index] = first
                people[first] |= people[index]
                rows[first].problems.append(Problem("merged_ratings", _place(rows[index], rows[first])))
            _join_words(rows[first], rows[index])
    joined = Ratings(row_of, ratings.rater_of, ratings.score)
    return _one_per_person(joined) if tests else joined


def _place(other: RatedRow, row: RatedRow) -> dict[str, int | str]:
    """Where another row stands, for a problem of ``row``: of another sheet with that sheet."""
    return {"row": other.row} if other.sheet == row.sheet else {"row": other.row, "sheet": other.sheet}


def _one_per_person(ratings: Ratings) -> Ratings:
    """The mean of each person's ratings of one video."""
    if not ratings.score.size:
        return ratings
    pair = ratings.row_of * (int(ratings.rater_of.max()) + 1) + ratings.rater_of
    _, first, place, counts = np.unique(pair, return_index=True, return_inverse=True, return_counts=True)
    mean = np.round(np.bincount(place, weights=ratings.score) / counts, 9)
    return Ratings(ratings.row_of[first], ratings.rater_of[first], mean)


def _join_words(first: RatedRow, other: RatedRow) -> None:
    first.split = first.split or other.split
    if first.content is None:
        first.content = other.content
    elif other.content is not None and other.content != first.content:
        first.problems.append(Problem("conflicting_content", {"first": first.content, "second": other.content}))


def check_means(rows: Sequence[RatedRow], table: MosTable, scale: Scale, given: bool, raw: MosTable) -> None:
    """Rows without a mean, with one rater, or whose own mean is not that of their scores.

    ``given`` says that the means came ready-made; ``raw`` are the means before any rater was rejected or
    corrected, to compare with the mean that the table itself states.
    """
    for index, row in enumerate(rows):
        if row.no_video:
            continue
        count = int(table.count[index])
        if not np.isfinite(table.mos[index]):
            if not any(problem.code in ("out_of_range", "duplicate_path") for problem in row.problems):
                row.problems.append(Problem("no_scores"))
            continue
        if given and row.count == 0:
            row.problems.append(Problem("no_raters"))
        elif count == 1:
            row.problems.append(Problem("one_rater"))
        if not given and row.mos is not None and np.isfinite(raw.mos[index]):
            computed = float(raw.mos[index])
            if abs(row.mos - computed) > _rounding_of(row.mos):
                params = {"given": short_number(row.mos), "computed": short_number(computed)}
                row.problems.append(Problem("mos_mismatch", params))


def _rounding_of(value: float) -> float:
    """Half a unit in the last place that the number shows: 3.7 may stand for 3.65..3.75."""
    text = repr(value)
    decimals = len(text.partition(".")[2]) if "e" not in text and not value.is_integer() else 0
    return 0.5 * 10.0**-decimals * (1 + 1e-6) + 1e-9


def check_identical(
    rows: Sequence[RatedRow],
    located: Sequence[Located],
    table: MosTable,
    scale: Scale,
    hash_file: Callable[[Path], str],
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[int, str]:
    """Files with the same content under different names: row -> content hash of those.

    They may both be trained on, being two ratings of one stimulus, unless they differ by more than one
    category of quality.
    """
    files = {
        index: (place.path, place.size)
        for index, (row, place) in enumerate(zip(rows, located, strict=True))
        if place.path is not None and place.size and not blocked(row)
    }
    same, unreadable = identical_files(files, hash_file, on_progress)
    for index, reason in unreadable.items():
        rows[index].problems.append(Problem("unreadable_video", {"reason": reason}))
    groups: dict[str, list[int]] = defaultdict(list)
    for index in sorted(same):
        groups[same[index]].append(index)
    for group in groups.values():
        for index in group:
            other = group[0] if index != group[0] else group[1]
            params = {**_place(rows[other], rows[index]), "video": rows[other].video}
            rows[index].problems.append(Problem("duplicate_content", params))
            first, second = rows[group[0]].content, rows[index].content
            if first is not None and second is not None and first != second:
                rows[index].problems.append(Problem("conflicting_content", {"first": first, "second": second}))
        _check_conflict(rows, group, table.mos, scale)
    return same


def check_conflicts(rows: Sequence[RatedRow], keys: Sequence[str | None], mos: Floats, scale: Scale) -> None:
    """Rows of the same path whose means contradict each other: nobody can know which is right."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        if key is not None and np.isfinite(mos[index]):
            groups[key].append(index)
    for group in groups.values():
        _check_conflict(rows, group, mos, scale)


def _check_conflict(rows: Sequence[RatedRow], group: Sequence[int], mos: Floats, scale: Scale) -> None:
    if len(group) < 2:
        return
    lowest, highest = min(group, key=lambda k: float(mos[k])), max(group, key=lambda k: float(mos[k]))
    category = (scale.mos_max - scale.mos_min) / 4
    if float(mos[highest] - mos[lowest]) <= category + 1e-9:
        return
    for index in group:
        other = lowest if mos[index] - mos[lowest] > mos[highest] - mos[index] else highest
        params = {
            **_place(rows[other], rows[index]),
            "other": short_number(float(mos[other])),
            "own": short_number(float(mos[index])),
        }
        rows[index].problems.append(Problem("conflicting_scores", params))
