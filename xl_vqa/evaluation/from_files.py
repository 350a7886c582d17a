"""``xl_vqa.evaluate(predictions, manifest)``: files of scores held against people's, as the command does it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from xl_vqa.evaluation import evaluate as evaluation
from xl_vqa.evaluation.join import join
from xl_vqa.evaluation.predictions import Told
from xl_vqa.evaluation.result import Evaluation
from xl_vqa.evaluation.triage import TriageCosts
from xl_vqa.evaluation.units import Units
from xl_vqa.words.arguments import (
    FUNCTION,
    NUMBER,
    PATH,
    PATHS,
    SCALE,
    TEXT,
    TEXTS,
    TWO_NUMBERS,
    WHOLE_NUMBER,
    expect,
)
from xl_vqa.words.labels import Scale

PathLike = str | os.PathLike[str]


def evaluate(
    predictions: PathLike,
    manifest: PathLike,
    *,
    baselines: Sequence[PathLike] = (),
    ratings: PathLike | None = None,
    scale: Scale | None = None,
    prediction_column: str | None = None,
    prediction_scale: tuple[float, float] | None = None,
    baseline_columns: Sequence[str] = (),
    lower_is_better: Sequence[str] = (),
    higher_is_better: Sequence[str] = (),
    name: str | None = None,
    split: str | None = None,
    slices: Sequence[str] | None = None,
    defect_limit: float | None = None,
    review_cost: float = 1.0,
    escape_cost: float = 10.0,
    resamples: int = 2000,
    seed: int = 0,
    on_read: Callable[[int], None] | None = None,
) -> Evaluation:
    """Holds predictions against people's scores: every figure with its 95% interval, and no file written.

    Args:
        predictions: what ``xl-vqa score -o`` writes, or another table with a path and a score per video.
        manifest: people's scores, as ``xl-vqa labels prepare`` writes them.
        baselines: predictions of other raters of the same videos, a file each.
        ratings: single raters' scores, long (video, rater, score) or with a column per rater.
        scale: MOS and label range; where not given, the one that the manifest's labels were made on, else the one
            that the predictions state, else 1..5 and 10..50.
        prediction_column: header of the column with another tool's scores.
        prediction_scale: the predictions' own worst and best score, ``(100, 0)`` where lower is better.
        baseline_columns: headers of the baselines' columns of scores, looked for in each of their files.
        lower_is_better, higher_is_better: names of files or columns whose direction no name gives away.
        name: the model's name; where not given, the one that the predictions state, else the file's.
        split: ``train``, ``val``, ``test`` or ``all``; by default ``test`` where the manifest has one.
        slices: columns of the manifest to look at the figures by; by default those that are known.
        defect_limit: a video is defective below this MOS; by default below the band Fair.
        review_cost, escape_cost: of one review, and of one defect that passes, in one unit.
        resamples: of the bootstrap; ``seed`` makes it the same each time.
        on_read: called with the number of videos when all files are read.

    Returns:
        The evaluation: ``figures`` by key (``srcc``, ``plcc``, ``rmse``, ...), each with ``value``, ``low``,
        ``high`` and ``n``, errors in MOS; ``failures`` name each row that was not evaluated; ``to_dict()`` is
        JSON-ready.

    Raises:
        EvaluationError: a file, a column or an option is wrong, or not one video has both scores.
        EvaluationUnclearError: a direction, a column or a scale can be meant in two ways; ``choices`` are the
            options that settle it.
        ScaleError: the scale is wrong.
        RatingsError: the table of single ratings cannot be read.
        ValueError: costs or ``seed`` below 0, ``resamples`` below 1, or equal ends of a ``prediction_scale``.
        TypeError: an argument is of another kind than it says.
    """
    expect(
        "evaluate",
        predictions=(predictions, PATH),
        manifest=(manifest, PATH),
        baselines=(baselines, PATHS),
        ratings=(ratings, PATH.or_none),
        scale=(scale, SCALE.or_none),
        prediction_column=(prediction_column, TEXT.or_none),
        prediction_scale=(prediction_scale, TWO_NUMBERS.or_none),
        baseline_columns=(baseline_columns, TEXTS),
        lower_is_better=(lower_is_better, TEXTS),
        higher_is_better=(higher_is_better, TEXTS),
        name=(name, TEXT.or_none),
        split=(split, TEXT.or_none),
        slices=(slices, TEXTS.or_none),
        defect_limit=(defect_limit, NUMBER.or_none),
        review_cost=(review_cost, NUMBER),
        escape_cost=(escape_cost, NUMBER),
        resamples=(resamples, WHOLE_NUMBER),
        seed=(seed, WHOLE_NUMBER),
        on_read=(on_read, FUNCTION.or_none),
    )
    for what, count, lowest in (("resamples", resamples, 1), ("seed", seed, 0)):
        if count < lowest:
            raise ValueError(f"evaluate: {what} must be {lowest} or more, not {count}")
    costs = TriageCosts(review_cost, escape_cost)
    joined = join(
        Path(predictions),
        Path(manifest),
        baselines=[Path(one) for one in baselines],
        ratings=None if ratings is None else Path(ratings),
        scale=scale,
        told=Told(
            column=prediction_column,
            units=None if prediction_scale is None else Units.from_ends(*prediction_scale),
            baseline_columns=baseline_columns,
            lower=lower_is_better,
            higher=higher_is_better,
        ),
    )
    if on_read is not None:
        on_read(len(joined.items))
    return evaluation.evaluate(
        joined.items,
        name=name or joined.name or Path(predictions).stem,
        scale=joined.scale,
        bands=joined.bands,
        baselines=joined.baselines,
        predictor=joined.predictor,
        baseline_predictors=joined.baseline_predictors,
        failures=joined.failures,
        notices=joined.notices,
        options=evaluation.Options(
            split=split,
            slices=slices,
            resamples=resamples,
            seed=seed,
            costs=costs,
            defect_limit=defect_limit,
        ),
    )
