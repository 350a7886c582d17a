"""From a file of ratings to labels: reading, checking, means, labels, contents, split, in this order.

Nothing is written here. What stops training (no scores, one label only) is not raised but handed back with
everything else, so that the manifest and the report, which say why, can be written first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xl_vqa.datasets import check
from xl_vqa.datasets.ceilings import (
    CodingCeiling,
    NoiseCeiling,
    coding_ceilings,
    crossed_variance,
    noise_ceiling,
)
from xl_vqa.datasets.check import Ratings
from xl_vqa.datasets.contents import RULES, ContentPlan, joined, plan_contents
from xl_vqa.datasets.findings import (
    Finding,
    ceiling_findings,
    guess_findings,
    label_findings,
    rater_findings,
    size_findings,
)
from xl_vqa.datasets.layout import Wanted
from xl_vqa.datasets.locate import Located, VideoFinder
from xl_vqa.datasets.manifest import Manifest, ManifestRow
from xl_vqa.datasets.mos import MosTable, confidence_half_width, mean_opinion_scores, t_quantile_975
from xl_vqa.datasets.problems import Problem, problem_text
from xl_vqa.datasets.read_ratings import RatedRow, RatingTable, read_ratings
from xl_vqa.datasets.screening import CORRECTIONS, LEAST_AGREEMENT, Screening, corrected_scores, screen_raters
from xl_vqa.datasets.split import NONE, PARTS, Shares, split_by_content, torn_contents
from xl_vqa.errors import (
    RatingsNoScoresError,
    RatingsNoVideosError,
    RatingsOneLabelError,
    RatingsOptionError,
    XlVqaError,
)
from xl_vqa.labels import Scale

Progress = Callable[[str, int, int], None]
"""Called with a stage (``locating``: rows, ``hashing``: bytes), what is done, and what there is in all."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to prepare labels; the defaults find everything out by themselves."""

    scale: Scale = field(default_factory=Scale)
    sheet: str | None = None
    """Name or number (from 1) of the sheet."""
    wanted: Wanted = field(default_factory=Wanted)
    reject_outliers: bool = False
    """Leave out the raters that ITU-R BT.500 rejects."""
    correction: str = "none"
    """none, bias or zscore."""
    shares: Shares = field(default_factory=Shares)
    seed: int = 0
    content_by: str = "auto"
    """auto, column, name, folder or none."""
    videos_folder: Path | None = None
    """Where the videos lie; the folder of the ratings where not given."""
    check_videos: bool = True


@dataclass(slots=True)
class Prepared:
    """Labels and everything that was found on the way. Arrays and lists are per row of ``table``."""

    options: Options
    table: RatingTable
    means: MosTable
    labels: list[int | None]
    parts: list[str]
    """train, val, test or none."""
    videos: list[str]
    """The absolute path where the file was found, else the cell as written."""
    plan: ContentPlan
    contents: list[str]
    screening: Screening | None
    coding: tuple[CodingCeiling, ...]
    noise: NoiseCeiling | None
    findings: list[Finding]
    split_given: bool
    failure: XlVqaError | None
    """Why these labels cannot be trained on, where they cannot."""

    @property
    def usable(self) -> list[int]:
        """Rows that belong to train, val or test."""
        return [index for index, part in enumerate(self.parts) if part in PARTS]

    @property
    def rows_with_problems(self) -> list[int]:
        return [index for index, row in enumerate(self.table.rows) if row.problems]

    def manifest(self, language: str = "en") -> Manifest:
        """The rows to write, in the order of the source; problems in the given language.

        Where something stops training as a whole, every row is left out of it: a script that goes on
        regardless must not train on the rest.
        """
        rows = []
        for index, row in enumerate(self.table.rows):
            mos, ci95 = float(self.means.mos[index]), float(self.means.ci95[index])
            count = int(self.means.count[index])
            rows.append(
                ManifestRow(
                    self.videos[index],
                    mos if math.isfinite(mos) else None,
                    round(ci95, 6) if math.isfinite(ci95) else None,
                    count if count > 0 else None,
                    self.labels[index],
                    self.parts[index] if self.failure is None else NONE,
                    self.contents[index],
                    problem_text(row.problems, language),
                )
            )
        return Manifest(tuple(rows))


def prepare(path: Path, options: Options | None = None, on_progress: Progress | None = None) -> Prepared:
    """Reads ratings and makes labels of them.

    Raises RatingsError classes for a file that cannot be read or understood, and RatingsOptionError for
    options that make no sense. Everything else is in the answer, ``failure`` above all.
    """
    options = options or Options()
    _check_options(path, options)
    scale = options.scale
    table = read_ratings(path, scale, sheet=options.sheet, wanted=options.wanted)
    rows = table.rows
    ratings, out_of_scale = check.check_range(table, scale)

    located = _located(path, rows, options, on_progress)
    keys = check.video_keys(rows, located)
    ratings = check.join_duplicates(rows, keys, ratings)

    screening = _screen(table, ratings)
    raw = _means(table, ratings, scale)
    kept = _without_outliers(ratings, screening) if options.reject_outliers else ratings
    means = _means(table, _corrected(table, kept, options), scale)
    given = table.form == "mos"
    check.check_means(rows, means, scale, given, raw)
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
        screening=screening,
        coding=coding,
        noise=noise,
        findings=[],
        split_given=any(row.split in PARTS for row in rows),
        failure=failure,
    )
    prepared.findings.extend(_findings(prepared, chosen, torn))
    return prepared


def _check_options(path: Path, options: Options) -> None:
    for option, value, allowed in (
        ("--rater-correction", options.correction, CORRECTIONS),
        ("--content-by", options.content_by, RULES),
    ):
        if value not in allowed:
            problem = f"it must be one of {', '.join(allowed)}, not {value}"
            raise RatingsOptionError(path=str(path), source=option, problem=problem)
    if options.videos_folder is not None and not options.videos_folder.is_dir():
        problem = f"there is no folder {options.videos_folder}"
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


def _hash_file(path: Path) -> str:
    # the room of video reading is only needed where two files have the same size
    from xl_vqa.video.fingerprint import fingerprint

    return fingerprint(path)


def _screen(table: RatingTable, ratings: Ratings) -> Screening | None:
    if not table.raters_known or not ratings.score.size:
        return None
    return screen_raters(len(table.rows), table.raters, ratings.row_of, ratings.rater_of, ratings.score)


def _without_outliers(ratings: Ratings, screening: Screening | None) -> Ratings:
    if screening is None or not screening.rejected:
        return ratings
    keep = np.array([not rater.rejected for rater in screening.raters])
    return ratings.only(keep[ratings.rater_of])


def _corrected(table: RatingTable, ratings: Ratings, options: Options) -> Ratings:
    if not table.raters_known:
        return ratings
    score = corrected_scores(
        options.correction, len(table.rows), len(table.raters), ratings.row_of, ratings.rater_of, ratings.score
    )
    return Ratings(ratings.row_of, ratings.rater_of, score)


def _means(table: RatingTable, ratings: Ratings, scale: Scale) -> MosTable:
    if table.form != "mos":
        means = mean_opinion_scores(len(table.rows), ratings.row_of, ratings.score)
        # a correction can push the mean of an extreme video over the end of the scale
        return MosTable(np.clip(means.mos, scale.mos_min, scale.mos_max), means.sd, means.ci95, means.count)
    return _ready_means(table.rows)


def _ready_means(rows: Sequence[RatedRow]) -> MosTable:
    """Means as the table states them; SD and CI95 from each other where one is missing and n is known."""
    mos = np.array([math.nan if row.mos is None or check.is_summary(row) else row.mos for row in rows])
    sd = np.array([math.nan if row.sd is None else row.sd for row in rows], dtype=np.float64)
    ci95 = np.array([math.nan if row.ci95 is None else row.ci95 for row in rows], dtype=np.float64)
    count = np.array([row.count or 0 for row in rows], dtype=np.int64)
    ci95 = np.where(np.isfinite(ci95), ci95, confidence_half_width(sd, count))
    for index in np.flatnonzero(~np.isfinite(sd) & np.isfinite(ci95) & (count >= 2)):
        n = int(count[index])
        sd[index] = ci95[index] * math.sqrt(n) / t_quantile_975(n - 1)
    return MosTable(np.round(mos, 9), sd, ci95, count)


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
    named = [index for index, row in enumerate(table.rows) if row.video and not check.is_summary(row)]
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


def _findings(prepared: Prepared, chosen: check.Bools, torn: dict[str, list[str]]) -> list[Finding]:
    options, table = prepared.options, prepared.table
    usable = prepared.usable
    labels = np.array([prepared.labels[k] for k in usable], dtype=np.int64)
    count = prepared.means.count[chosen]
    used = {prepared.contents[k] for k in usable}
    sizes = Counter(prepared.parts)
    wanted = zip(PARTS, (options.shares.train, options.shares.val, options.shares.test), strict=True)
    # a split that the table gives may leave a part out on purpose
    empty = [] if prepared.split_given else [part for part, share in wanted if share > 0 and not sizes[part]]

    found = _rater_screening(prepared)
    found += rater_findings(count, known=bool((count > 0).any()) or not usable)
    found += label_findings(labels, options.scale)
    found += ceiling_findings(prepared.coding, prepared.noise, options.scale)
    found += size_findings(len(usable), len(table.rows), len(used), empty if usable else [])
    if torn:
        shown = ", ".join(list(torn)[:5]) + (" …" if len(torn) > 5 else "")
        found.append(Finding("finding_split_leaks", {"count": len(torn), "contents": shown}))
    if prepared.plan.guessed and usable:
        params = {"groups": len(used), "videos": len(usable), "rule": prepared.plan.rule}
        found.append(Finding("finding_content_guessed", params))
        found += guess_findings(prepared.plan)
    if table.uncalculated:
        found.append(Finding("finding_uncalculated", {"count": table.uncalculated}))
    if not options.check_videos:
        found.append(Finding("finding_videos_unchecked", serious=False))
    found += [Finding(f"note_{note.code}", note.params, serious=False) for note in table.notes]
    return found


def _rater_screening(prepared: Prepared) -> list[Finding]:
    options, screening = prepared.options, prepared.screening
    found = []
    if screening is None:
        if options.reject_outliers:
            found.append(Finding("finding_screening_impossible", {"reason": "no_names"}))
        if options.correction != "none":
            found.append(Finding("finding_correction_impossible"))
        return found
    if screening.rejected:
        names = ", ".join(rater.name for rater in screening.rejected)
        code = "finding_raters_rejected" if options.reject_outliers else "finding_raters_suspect"
        found.append(Finding(code, {"count": len(screening.rejected), "names": names}, serious=False))
    elif options.reject_outliers:
        found.append(
            Finding("finding_raters_none_rejected", serious=False)
            if screening.possible
            else Finding("finding_screening_impossible", {"reason": "few_raters"})
        )
    if names := ", ".join(rater.name for rater in screening.disagreeing):
        found.append(Finding("finding_raters_disagree", {"names": names, "limit": LEAST_AGREEMENT}))
    return found
