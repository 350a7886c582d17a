"""Schemes against each other: every scheme and decoding over several seeds, with honest intervals.

Two things make a difference between schemes uncertain: which videos were judged, and which seed was trained
with. Each resample therefore draws contents (or videos) and seeds, the same ones for every scheme, and the
differences are taken within the resample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.correlation import pearson, spearman
from xl_vqa.evaluation.errors import EvaluationNoVideosError
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.intervals import (
    Comparison,
    compare,
    group_numbers,
    percentile_interval,
    resampling_of,
    with_holm,
)
from xl_vqa.evaluation.mapping import MIN_FOR_LOGISTIC, cross_fit, fit_mapping, fold_numbers, is_usable
from xl_vqa.evaluation.metrics import compared_metrics
from xl_vqa.evaluation.pairs import Pairs
from xl_vqa.evaluation.result import Notice
from xl_vqa.evaluation.runs import Run, RunRow
from xl_vqa.evaluation.selection import split_name

Key = tuple[str, str]
"""(scheme, decoding)"""

DEFAULT: Final[Key] = ("integer", "expectation")
"""What the others are held against, where it is among them."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One scheme read off by one decoding. ``figures`` are means over the seeds, with 95% intervals.

    ``by_seed[statistic][k]`` belongs to ``seeds[k]``; ``seed_sd`` is the SD of those values (None for one
    seed). ``mean_prediction`` is the mean over the seeds for every judged video, in MOS.
    """

    scheme: str
    decoding: str
    seeds: tuple[int, ...]
    figures: Mapping[str, Figure]
    by_seed: Mapping[str, tuple[Figure, ...]]
    seed_sd: Mapping[str, float | None]
    mean_prediction: tuple[float, ...]

    @property
    def key(self) -> Key:
        return self.scheme, self.decoding

    def to_dict(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "decoding": self.decoding,
            "seeds": list(self.seeds),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "by_seed": {name: [one.value for one in values] for name, values in self.by_seed.items()},
            "seed_sd": dict(self.seed_sd),
        }


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Agreement with the MOS of perfect answers in a scheme; None where it is not defined."""

    scheme: str
    distinct: int
    srcc: float | None
    plcc: float | None

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SchemeComparison:
    """Every variant on the same ``videos``; ``comparisons`` are each variant minus the reference.

    In a comparison ``baseline`` is the variant's name (``variant_name``), ``model`` its figure and ``other``
    the reference's; ``better`` is True where the variant is better than the reference.
    """

    split: str
    videos: tuple[str, ...]
    mos: tuple[float, ...]
    contents: int | None
    reference: Key
    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...]
    ceilings: tuple[Ceiling, ...]
    runs: tuple[Run, ...]
    left_out: Mapping[str, str]
    """Videos of the split that were not judged, and why."""
    resampled: str
    resamples: int
    seed: int
    mapping: str
    """``validation``, ``cross_fit`` or ``none``."""
    notices: tuple[Notice, ...] = field(default=())

    @property
    def statistics(self) -> tuple[str, ...]:
        """The keys of the metrics that were compared, in the order of the tables."""
        return tuple(self.variants[0].figures)

    @property
    def failed(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if run.error is not None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, without the single videos."""
        return {
            "format": 1,
            "split": self.split,
            "videos": len(self.videos),
            "contents": self.contents,
            "reference": list(self.reference),
            "variants": [variant.to_dict() for variant in self.variants],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "ceilings": [ceiling.to_dict() for ceiling in self.ceilings],
            "runs": [
                {"scheme": run.scheme, "seed": run.seed, "error": run.error, "facts": dict(run.facts)}
                for run in self.runs
            ],
            "left_out": dict(self.left_out),
            "resampled": self.resampled,
            "resamples": self.resamples,
            "seed": self.seed,
            "mapping": self.mapping,
            "notices": [notice.to_dict() for notice in self.notices],
        }


def variant_name(key: Key) -> str:
    return f"{key[0]} / {key[1]}"


def compare_runs(
    runs: Sequence[Run],
    *,
    split: str | None = None,
    reference: Key | None = None,
    resamples: int = 2000,
    seed: int = 0,
    notices: Sequence[Notice] = (),
) -> SchemeComparison:
    """Holds the schemes of ``runs`` against each other on the videos that every finished run rated.

    ``split`` is by default test where there is one, else validation. ``reference`` is by default integer with
    expectation, else the first variant. Failed runs stay in the result with their errors, and ``notices`` of how
    the runs were made stand first among its own.
    Raises EvaluationNoVideosError where no run is finished, or where they have no video in common.
    """
    found = _Comparer(runs, split, resamples, seed).run(reference)
    return replace(found, notices=(*notices, *found.notices))


class _Comparer:
    """One comparison under way: what its steps share."""

    def __init__(self, runs: Sequence[Run], split: str | None, resamples: int, seed: int) -> None:
        self.runs, self.seed, self.resamples = tuple(runs), seed, resamples
        self.finished = [run for run in runs if run.error is None and run.rows]
        splits = {split_name(row.split) for run in self.finished for row in run.rows}
        self.split = split_name(split) or next((s for s in ("test", "validation") if s in splits), "test")
        self.left_out: dict[str, str] = {}
        self.judged = self._common(self.split)
        if not self.judged:
            raise EvaluationNoVideosError(source=self.split, count=len(self.left_out))
        first = self.finished[0]
        rows = {row.video: row for row in first.rows}
        self.mos = np.array([rows[video].mos for video in self.judged])
        self.groups = group_numbers([rows[video].content for video in self.judged])
        self.known_contents = {rows[video].content for video in self.judged} - {None}
        self.folds = fold_numbers(self.groups, seed=seed)
        self.resampling = resampling_of(len(self.judged), self.groups, resamples, seed)
        kept = dict(self.left_out)
        self.fitting = [] if self.split == "validation" else self._common("validation")
        self.left_out = kept
        self.fit_mos = np.array([rows[video].mos for video in self.fitting])

    def run(self, reference: Key | None) -> SchemeComparison:
        keys = [
            (scheme, decoding)
            for scheme in dict.fromkeys(run.scheme for run in self.finished)
            for decoding in self._decodings(scheme)
        ]
        found = {key: self._variant(key) for key in keys}
        chosen = reference if reference in found else DEFAULT if DEFAULT in found else keys[0]
        comparisons = [
            compare(
                variant_name(key),
                statistic,
                variant.figures[statistic],
                found[chosen][0].figures[statistic],
                (draws.get(statistic), found[chosen][1].get(statistic)),
            )
            for key, (variant, draws) in found.items()
            if key != chosen
            for statistic in variant.figures
        ]
        directions = {metric.key: metric.higher_is_better for metric in compared_metrics()}
        return SchemeComparison(
            split=self.split,
            videos=tuple(self.judged),
            mos=tuple(self.mos.tolist()),
            contents=len(self.known_contents) or None,
            reference=chosen,
            variants=tuple(variant for variant, _ in found.values()),
            comparisons=tuple(with_holm(comparisons, directions)),
            ceilings=self._ceilings(),
            runs=self.runs,
            left_out=self.left_out,
            resampled="video" if self.resampling.groups is None else "content",
            resamples=self.resamples,
            seed=self.seed,
            mapping=self._mapping_source(),
            notices=tuple(self._notices(found)),
        )

    # -- which videos

    def _common(self, split: str) -> list[str]:
        """The videos of ``split`` with a prediction in every finished run; the others are kept with a reason."""
        if not self.finished:
            return []
        tables = [{row.video: row for row in run.rows if split_name(row.split) == split} for run in self.finished]
        common = []
        for video in dict.fromkeys(video for table in tables for video in table):
            reason = self._reason([table.get(video) for table in tables])
            if reason is None:
                common.append(video)
            else:
                self.left_out[video] = reason
        return common

    def _reason(self, rows: Sequence[RunRow | None]) -> str | None:
        for run, row in zip(self.finished, rows, strict=True):
            if row is None:
                return f"{run.name}: -"
            if row.error is not None:
                return f"{run.name}: {row.error}"
            if not row.predictions or not all(math.isfinite(value) for value in row.predictions.values()):
                return f"{run.name}: NaN"
        if len({row.mos for row in rows if row is not None}) > 1:
            return "MOS"
        return None

    def _decodings(self, scheme: str) -> list[str]:
        """The decodings that every finished run of the scheme has, in their order."""
        sets = [
            list(next(row for row in run.rows if row.error is None).predictions)
            for run in self.finished
            if run.scheme == scheme
        ]
        return [decoding for decoding in sets[0] if all(decoding in other for other in sets)]

    def _predictions(self, run: Run, decoding: str, videos: Sequence[str]) -> FloatArray:
        rows = {row.video: row for row in run.rows}
        return np.array([rows[video].predictions[decoding] for video in videos], dtype=np.float64)

    # -- figures

    def _variant(self, key: Key) -> tuple[Variant, dict[str, FloatArray]]:
        scheme, decoding = key
        runs = [run for run in self.finished if run.scheme == scheme]
        predictions = [self._predictions(run, decoding, self.judged) for run in runs]
        mapped = [self._mapped(run, decoding, p) for run, p in zip(runs, predictions, strict=True)]
        compared = compared_metrics()
        by_seed: dict[str, list[Figure]] = {metric.key: [] for metric in compared}
        drawn: dict[str, list[FloatArray]] = {metric.key: [] for metric in compared}
        nothing = np.full(len(self.mos), np.nan)
        for p, m in zip(predictions, mapped, strict=True):
            figures, draws = Pairs(p, self.mos, m, ci95=nothing).measured(self.resampling, compared)
            for name, figure in figures.items():
                by_seed[name].append(figure)
                if name in draws:
                    drawn[name].append(draws[name])
        seeds = tuple(run.seed for run in runs)
        joined = {
            name: over_seeds(np.stack(values), seeds, self.seed)
            for name, values in drawn.items()
            if len(values) == len(runs)
        }
        mean = {name: self._mean(values, joined.get(name)) for name, values in by_seed.items()}
        variant = Variant(
            scheme=scheme,
            decoding=decoding,
            seeds=seeds,
            figures=mean,
            by_seed={name: tuple(values) for name, values in by_seed.items()},
            seed_sd={name: _sd(values) for name, values in by_seed.items()},
            mean_prediction=tuple(np.mean(predictions, axis=0).tolist()),
        )
        return variant, joined

    def _mean(self, values: Sequence[Figure], draws: FloatArray | None) -> Figure:
        """The mean over the seeds; a seed without the figure makes the mean one without."""
        numbers = [figure.value for figure in values if figure.value is not None]
        if len(numbers) < len(values):
            missing = next(figure for figure in values if figure.value is None)
            return Figure.missing(missing.reason or "not_finite", missing.n)
        value, n = float(np.mean(numbers)), values[0].n
        limits = percentile_interval(draws) if draws is not None else None
        if limits is None:
            reason = "too_few_for_interval" if draws is None else "undefined_resamples"
            return Figure(value, n, interval_reason=reason)
        return Figure(value, n, *limits)

    def _mapped(self, run: Run, decoding: str, prediction: FloatArray) -> FloatArray | None:
        source = self._mapping_source()
        if source == "validation":
            mapping = fit_mapping(self._predictions(run, decoding, self.fitting), self.fit_mos)
            return mapping(prediction) if is_usable((mapping,)) else None
        if source == "none":
            return None
        mapped, mappings = cross_fit(prediction, self.mos, self.folds)
        return mapped if is_usable(mappings) else None

    def _mapping_source(self) -> str:
        if len(self.fitting) >= MIN_FOR_LOGISTIC:
            return "validation"
        if len(self.judged) < MIN_FOR_LOGISTIC or len(np.unique(self.folds)) < 2:
            return "none"
        return "cross_fit"

    def _ceilings(self) -> tuple[Ceiling, ...]:
        found = []
        for scheme in dict.fromkeys(run.scheme for run in self.finished):
            run = next(run for run in self.finished if run.scheme == scheme)
            if all(video in run.coded for video in self.judged):
                coded = np.array([run.coded[video] for video in self.judged])
                ranks, line = spearman(coded, self.mos), pearson(coded, self.mos)
                found.append(Ceiling(scheme, len(np.unique(coded)), ranks, line))
        return tuple(found)

    def _notices(self, found: Mapping[Key, tuple[Variant, Any]]) -> list[Notice]:
        notices = []
        failed = sum(run.error is not None for run in self.runs)
        if failed:
            notices.append(Notice("runs_failed", {"count": failed}))
        seeds = {scheme: variant.seeds for (scheme, _), (variant, _) in found.items()}
        if any(len(own) == 1 for own in seeds.values()):
            notices.append(Notice("one_seed"))
        if len(set(seeds.values())) > 1:
            notices.append(Notice("unequal_seeds"))
        units = len(np.unique(self.groups))
        if units < len(self.judged) and self.resampling.groups is None:
            notices.append(Notice("few_contents", {"count": units}))
        if self.left_out:
            notices.append(Notice("videos_left_out", {"count": len(self.left_out)}))
        return notices


def over_seeds(draws: FloatArray, seeds: Sequence[int], seed: int) -> FloatArray:
    """Means over drawn seeds, shape (resamples,), from values of shape (seeds, resamples).

    The same seeds give the same draws, so that two schemes trained with them stay paired. A mean over K drawn
    of K seeds varies too little by the factor (K - 1) / K, which for three seeds is much: it is undone.
    One seed is taken as it is.
    """
    count, size = draws.shape
    mean: FloatArray = draws.mean(axis=0)
    if count == 1:
        return mean
    generator = np.random.default_rng([seed, *(abs(int(one)) for one in seeds)])
    weights = generator.multinomial(count, np.full(count, 1 / count), size=size).T / count - 1 / count
    result: FloatArray = mean + math.sqrt(count / (count - 1)) * (weights * draws).sum(axis=0)
    return result


def _sd(values: Sequence[Figure]) -> float | None:
    numbers = [figure.value for figure in values if figure.value is not None]
    return float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
