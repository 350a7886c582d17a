"""From a file of ratings to labels: reading, checking, means, labels, contents, split, in this order.

Nothing is written here. What stops training (no scores, one label only) is not raised but handed back with
everything else, so that the manifest and the report, which say why, can be written first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from xl_vqa.datasets import check
from xl_vqa.datasets.ceilings import (
    NoiseCeiling,
    coding_ceilings,
    crossed_variance,
    noise_ceiling,
)
from xl_vqa.datasets.check import Ratings
from xl_vqa.datasets.combine_tests import Shift, shifts_of_tests
from xl_vqa.datasets.contents import RULES, ContentPlan, joined, plan_contents
from xl_vqa.datasets.errors import (
    RatingsNoScoresError,
    RatingsNoVideosError,
    RatingsOneLabelError,
    RatingsOptionError,
)
from xl_vqa.datasets.interpretation import Interpretation
from xl_vqa.datasets.judging import judge
from xl_vqa.datasets.locate import Located, VideoFinder
from xl_vqa.datasets.mos import MosTable, mean_opinion_scores
from xl_vqa.datasets.prepared import Options, Prepared
from xl_vqa.datasets.prepared_findings import all_findings
from xl_vqa.datasets.problems import Problem
from xl_vqa.datasets.rater_models import MODELS
from xl_vqa.datasets.read_ratings import RatedRow, RatingTable, read_ratings
from xl_vqa.datasets.screening import CORRECTIONS
from xl_vqa.datasets.split import NONE, PARTS, split_by_content, torn_contents
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason

Progress = Callable[[str, int, int], None]
"""Called with a stage (``locating``, ``opening``: videos; ``hashing``: bytes), what is done, how much in all."""


def prepare(
    path: Path,
    options: Options | None = None,
    on_progress: Progress | None = None,
    on_reading: Callable[[Interpretation], None] | None = None,
) -> Prepared:
    """Reads ratings and makes labels of them. ``on_reading`` is told how the table was read, before any figure.

    Raises RatingsError classes for a file that cannot be read or understood, and RatingsOptionError for
    options that make no sense. Everything else is in the answer, ``failure`` above all.
    """
    options = options or Options()
    _check_options(path, options)
    scale = options.scale
    table = read_ratings(path, scale, sheet=options.sheet, wanted=options.wanted)
    if on_reading is not None:
        on_reading(table.interpretation)
    rows = table.rows
    ratings, out_of_scale = check.check_range(table, scale)
    if table.lower_is_better:
        ratings = check.turned_round(table, ratings, scale)

    located = _located(path, rows, options, on_progress)
    if options.open_videos and options.check_videos:
        check.open_videos(rows, located, _stage(on_progress, "opening") if on_progress else None)
    keys = check.video_keys(rows, located)
    ratings, shifts = _one_scale(table, ratings, keys, options)
    ratings = check.join_duplicates(rows, keys, ratings, tests=bool(table.tests))

    judged = judge(table, ratings, scale, options.rater_model, options.reject_outliers, options.correction)
    means, kept = judged.means, judged.kept
    check.check_means(rows, means, scale, table.ready, judged.raw)
    check.check_conflicts(rows, keys, means.mos, scale)
    same_bytes: dict[int, str] = {}
    if options.check_videos:
        same_bytes = check.check_identical(
            rows, located, means, scale, _hash_file, _stage(on_progress, "hashing") if on_progress else None
        )

    videos = [
        str(place.path) if place.path is not None else row.video for row, place in zip(rows, located, strict=True)
    ]
    labels = _labels(means, scale)
    usable = [not check.blocked(row) and labels[k] is not None for k, row in enumerate(rows)]
    plan, contents = _contents(rows, videos, keys, same_bytes, options)
    parts = _split(rows, contents, means, usable, options)
    torn = _check_torn(rows, contents, parts)

    chosen = np.array([part in PARTS for part in parts], dtype=bool)
    coding = coding_ceilings(means.mos[chosen], scale)
    noise = _noise(table, kept, means, chosen)
    failure = out_of_scale or _failure(path, table, means, labels, usable, located, options)
    prepared = Prepared(
        options=options,
        table=table,
        means=means,
        labels=labels,
        parts=parts,
        videos=videos,
        plan=plan,
        contents=contents,
        judged=judged,
        shifts=shifts,
        coding=coding,
        noise=noise,
        findings=[],
        split_given=any(row.split in PARTS for row in rows),
        failure=failure,
    )
    prepared.findings.extend(all_findings(prepared, chosen, torn))
    return prepared


def _check_options(path: Path, options: Options) -> None:
    for option, value, allowed in (
        ("--rater-correction", options.correction, CORRECTIONS),
        ("--rater-model", options.rater_model, MODELS),
        ("--join-tests", options.wanted.join, ("offset", "as-is")),
        ("--content-by", options.content_by, RULES),
    ):
        if value not in allowed:
            problem = Reason("option_one_of", known=", ".join(allowed), value=value)
            raise RatingsOptionError(path=str(path), source=option, problem=problem)
    if options.rater_model != "mos" and (options.reject_outliers or options.correction != "none"):
        problem = Reason("option_own_screening")
        raise RatingsOptionError(path=str(path), source="--rater-model", problem=problem)
    if options.videos_folder is not None and not options.videos_folder.is_dir():
        problem = Reason("no_such_folder_named", folder=str(options.videos_folder))
        raise RatingsOptionError(path=str(path), source="--videos-folder", problem=problem)


def _stage(on_progress: Progress, stage: str) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(stage, done, total)


def _folders(path: Path, options: Options) -> list[Path]:
    beside = path.absolute().parent
    return [options.videos_folder, beside] if options.videos_folder is not None else [beside]


def _located(
    path: Path, rows: Sequence[RatedRow], options: Options, on_progress: Progress | None
) -> list[Located]:
    if not options.check_videos:
        return [Located(None)] * len(rows)
    finder = VideoFinder(*_folders(path, options))
    return check.locate_videos(rows, finder, _stage(on_progress, "locating") if on_progress else None)


def _one_scale(
    table: RatingTable, ratings: Ratings, keys: Sequence[str | None], options: Options
) -> tuple[Ratings, list[Shift]]:
    """Ratings of several tests without the tests' shifts, and these."""
    if not table.tests:
        return ratings, []
    test_of = [row.sheet for row in table.rows]
    if table.ready:
        means = np.array([math.nan if row.mos is None else row.mos for row in table.rows])
        counts = np.array([float(row.count or 1) for row in table.rows])
    else:
        own = mean_opinion_scores(len(table.rows), ratings.row_of, ratings.score)
        means, counts = own.mos, own.count.astype(np.float64)
    shifts = shifts_of_tests(table.tests, test_of, keys, means, counts)
    if options.wanted.join == "as-is":
        return ratings, shifts
    off = {shift.test: shift.shift or 0.0 for shift in shifts}
    for row in table.rows:
        if row.mos is not None:
            row.mos = round(min(max(row.mos - off[row.sheet], options.scale.mos_min), options.scale.mos_max), 9)
    of_row = np.array([off[test] for test in test_of])
    return Ratings(ratings.row_of, ratings.rater_of, ratings.score - of_row[ratings.row_of]), shifts


def _hash_file(path: Path) -> str:
    # the room of video reading is only needed where two files have the same size
    from xl_vqa.video.fingerprint import fingerprint

    return fingerprint(path)


def _labels(means: MosTable, scale: Scale) -> list[int | None]:
    return [
        scale.to_label(float(mos)) if math.isfinite(mos) and scale.mos_min <= mos <= scale.mos_max else None
        for mos in means.mos
    ]


def _contents(
    rows: Sequence[RatedRow],
    videos: Sequence[str],
    keys: Sequence[str | None],
    same_bytes: dict[int, str],
    options: Options,
) -> tuple[ContentPlan, list[str]]:
    """The plan over the rows that name a video, and the content of every row (empty where it names none)."""
    named = [index for index, key in enumerate(keys) if key is not None]
    plan = plan_contents([videos[k] for k in named], [rows[k].content for k in named], options.content_by)
    # one file under two contents, by its path or by its bytes, would be the plainest leak of all
    together = joined(plan.contents, [keys[k] for k in named])
    together = joined(together, [same_bytes.get(k) for k in named])
    contents = [""] * len(rows)
    for index, content in zip(named, together, strict=True):
        contents[index] = content
    return plan, contents


def _split(
    rows: Sequence[RatedRow], contents: Sequence[str], means: MosTable, usable: Sequence[bool], options: Options
) -> list[str]:
    chosen = [index for index, good in enumerate(usable) if good and rows[index].split != NONE]
    found = split_by_content(
        [contents[k] for k in chosen],
        [float(means.mos[k]) for k in chosen],
        [rows[k].split for k in chosen],
        options.shares,
        options.seed,
    )
    parts = [NONE] * len(rows)
    for index, part in zip(chosen, found, strict=True):
        parts[index] = part
    return parts


def _check_torn(rows: Sequence[RatedRow], contents: Sequence[str], parts: Sequence[str]) -> dict[str, list[str]]:
    torn = torn_contents(contents, parts)
    for index, (content, part) in enumerate(zip(contents, parts, strict=True)):
        if content in torn and part in PARTS:
            params = {"content": content, "parts": ", ".join(torn[content])}
            rows[index].problems.append(Problem("split_across_content", params))
    return torn


def _noise(table: RatingTable, ratings: Ratings, means: MosTable, chosen: check.Bools) -> NoiseCeiling | None:
    within = None
    if table.raters_known and ratings.score.size:
        used = ratings.only(chosen[ratings.row_of])
        within = crossed_variance(used.row_of, used.rater_of, used.score)
    return noise_ceiling(means.mos[chosen], means.sd[chosen], means.count[chosen], within)


def _failure(
    path: Path,
    table: RatingTable,
    means: MosTable,
    labels: Sequence[int | None],
    usable: Sequence[bool],
    located: Sequence[Located],
    options: Options,
) -> XlVqaError | None:
    named = [index for index, row in enumerate(table.rows) if row.video and not row.no_video]
    if options.check_videos and named and not any(located[index].path is not None for index in named):
        folders = ", ".join(str(folder) for folder in _folders(path, options))
        return RatingsNoVideosError(path=str(path), count=len(named), source=folders)
    if not any(usable):
        return RatingsNoScoresError(path=str(path), count=len(table.rows))
    distinct = {label for label, good in zip(labels, usable, strict=True) if good}
    if len(distinct) == 1:
        return RatingsOneLabelError(
            path=str(path), count=sum(usable), source=options.scale.text(distinct.pop() or 0)
        )
    return None
