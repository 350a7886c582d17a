"""From a table of people's scores and predictions to an Evaluation: every figure with its uncertainty."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from xl_vqa.evaluation import agreement, calibration
from xl_vqa.evaluation.errors import EvaluationNoScoresError, EvaluationNoVideosError
from xl_vqa.evaluation.figure import BoolArray, Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import (
    MIN_FOR_INTERVAL,
    Comparison,
    compare,
    group_numbers,
    resampling_of,
    with_holm,
    with_intervals,
)
from xl_vqa.evaluation.mapping import MIN_FOR_LOGISTIC, cross_fit, fit_mapping, fold_numbers, is_usable
from xl_vqa.evaluation.metrics import compared_metrics
from xl_vqa.evaluation.metrics.defined import tied_items
from xl_vqa.evaluation.pairs import Labels, Pairs
from xl_vqa.evaluation.resampling import Resampling
from xl_vqa.evaluation.result import Baseline, Evaluation, Facts, Failure, Item, MappingUsed, Notice, Row
from xl_vqa.evaluation.selection import Selection, select
from xl_vqa.evaluation.slices import Slice, slice_figures, slice_values
from xl_vqa.evaluation.triage import Triage, TriageCosts, triage
from xl_vqa.evaluation.units import Predictor, in_mos
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale

CONSTANT: Final = "constant mean"
"""The name of the baseline that gives every video the same score."""
_REVERSED: Final = 0.3
"""A rank correlation below minus this, with an interval below 0, is no noise: the scores run the other way."""
_LARGE_BIAS: Final = 0.125
"""Half a category of five."""
MOST_RATERS: Final = 200
"""A panel of more is a crowd."""
DEFAULT_SLICES: Final = ("content", "codec", "size", "domain")


@dataclass(frozen=True, slots=True)
class Options:
    """How to evaluate. ``slices`` None stands for those of DEFAULT_SLICES that the table has."""

    split: str | None = None
    slices: Sequence[str] | None = None
    resamples: int = 2000
    seed: int = 0
    costs: TriageCosts = field(default_factory=TriageCosts)
    defect_limit: float | None = None
    """A video is defective below this MOS; None stands for the lower limit of the band Fair."""


def evaluate(
    items: Sequence[Item],
    *,
    name: str = "model",
    scale: Scale | None = None,
    bands: Bands | None = None,
    baselines: Mapping[str, Mapping[str, float]] | None = None,
    predictor: Predictor | None = None,
    baseline_predictors: Mapping[str, Predictor] | None = None,
    failures: Sequence[Failure] = (),
    notices: Sequence[Notice] = (),
    options: Options | None = None,
) -> Evaluation:
    """Judges the predictions of ``items`` by people's scores.

    ``baselines`` give other raters' predictions by video, in MOS or in units of their own; higher is better in
    all of them. ``predictor`` and ``baseline_predictors`` say how they were read, ``failures`` and ``notices`` of
    reading the tables are carried into the result.
    Raises EvaluationNoVideosError where not one video has both a MOS and a prediction.
    """
    evaluator = _Evaluator(items, name, scale, bands, options or Options(), predictor or Predictor())
    return evaluator.run(baselines or {}, baseline_predictors or {}, failures, notices)


def _nothing_judged(selection: Selection) -> EvaluationNoVideosError:
    wrong = [failure for failure in selection.failures if failure.kind == "error"]
    if not wrong:
        return EvaluationNoVideosError(source=selection.split, count=selection.given)
    first = wrong[0]
    return EvaluationNoScoresError(
        source=selection.split, count=len(wrong), path=first.video, problem=first.detail
    )


class _Evaluator:
    """One evaluation under way: what its steps share."""

    def __init__(
        self,
        items: Sequence[Item],
        name: str,
        scale: Scale | None,
        bands: Bands | None,
        options: Options,
        predictor: Predictor,
    ) -> None:
        self.name, self.options, self.predictor = name, options, predictor
        self.scale = scale or (bands.scale if bands else Scale())
        self.bands = bands or Bands.default(self.scale)
        self.selection: Selection = select(items, self.scale, options.split)
        if not self.selection.judged:
            raise _nothing_judged(self.selection)
        self.judged, self.validation = self.selection.judged, self.selection.validation
        self.notices = list(self.selection.notices)
        self.mos = _column([item.mos for item in self.judged])
        self.groups = group_numbers([item.content for item in self.judged])
        self.folds = fold_numbers(self.groups, seed=options.seed)
        self.resampling = self._resampling()

    def run(
        self,
        baselines: Mapping[str, Mapping[str, float]],
        raters: Mapping[str, Predictor],
        failures: Sequence[Failure],
        notices: Sequence[Notice],
    ) -> Evaluation:
        model = {item.video: item.prediction for item in (*self.judged, *self.validation)}
        pairs, mapping = self._pairs(
            {video: value for video, value in model.items() if value is not None},
            np.ones(len(self.judged), bool),
            self.predictor,
        )
        figures, draws = pairs.measured(self.resampling)
        compared, comparisons = self._compare(pairs, figures, draws, baselines, raters)
        self._look_for_degenerate(pairs, figures)
        self._look_for_reversed(figures, compared)
        return Evaluation(
            name=self.name,
            predictor=_known(self.predictor, pairs),
            scale=self.scale,
            bands=self.bands,
            facts=self._facts(pairs),
            figures=figures,
            mapping=mapping,
            bland_altman=agreement.bland_altman(pairs.prediction, pairs.mos, figures["bias"], self.resampling),
            ceiling=self._ceiling(pairs),
            calibration=self._calibration(pairs) if pairs.mos_units else calibration.unknown(len(pairs)),
            triage=self._triage(pairs),
            baselines=compared,
            comparisons=comparisons,
            slices=self._slices(pairs),
            confusion=_confusion(pairs) if pairs.mos_units else [],
            rows=self._rows(pairs),
            failures=[*failures, *self.selection.failures],
            # last: the steps above add to them
            notices=[*notices, *self.notices],
        )

    # -- the pairs of one rater

    def _pairs(
        self, predictions: Mapping[str, float], kept: BoolArray, rater: Predictor
    ) -> tuple[Pairs, MappingUsed]:
        """One rater's pairs of the judged videos where ``kept`` holds; the rater has a prediction of each."""
        judged = [item for item, keep in zip(self.judged, kept, strict=True) if keep]
        prediction = _column([predictions[item.video] for item in judged])
        mos = self.mos[kept]
        mapped, mapping = self._map(predictions, prediction, mos, self.folds[kept])
        human = np.array([self.scale.to_label(float(value)) for value in mos], dtype=np.int64)
        labels = self._labels(prediction)
        pairs = Pairs(
            prediction=prediction,
            mos=mos,
            mapped=mapped,
            ci95=_column([item.ci95 for item in judged]),
            labels=Labels(labels, human, self._band_numbers(labels), self._band_numbers(human)),
            mos_units=in_mos(prediction, mos, self.scale) if rater.in_mos is None else rater.in_mos,
        )
        return pairs, mapping

    def _map(
        self, predictions: Mapping[str, float], prediction: FloatArray, mos: FloatArray, folds: IntArray
    ) -> tuple[FloatArray | None, MappingUsed]:
        fitting = [item for item in self.validation if item.video in predictions]
        if len(fitting) >= MIN_FOR_LOGISTIC:
            x = _column([predictions[item.video] for item in fitting])
            mapping = fit_mapping(x, _column([item.mos for item in fitting]))
            used = MappingUsed("validation", len(fitting), (mapping,))
            return (mapping(prediction) if is_usable(used.mappings) else None), used
        if len(mos) < MIN_FOR_LOGISTIC or len(np.unique(folds)) < 2:
            return None, MappingUsed("none", len(mos), ())
        mapped, mappings = cross_fit(prediction, mos, folds)
        return (mapped if is_usable(mappings) else None), MappingUsed("cross_fit", len(mos), tuple(mappings))

    def _labels(self, prediction: FloatArray) -> IntArray:
        """Integer labels of predictions in MOS, halves up, ends clipped."""
        scale = self.scale
        share_of_range = (prediction - scale.mos_min) / (scale.mos_max - scale.mos_min)
        exact = scale.label_min + share_of_range * (scale.label_max - scale.label_min)
        # the tiny step undoes the rounding error of the way label -> MOS -> label
        labels = np.floor(exact + 0.5 + 1e-9)
        return np.clip(labels, scale.label_min, scale.label_max).astype(np.int64)

    def _band_numbers(self, labels: IntArray) -> IntArray:
        return 1 + np.searchsorted(np.asarray(self.bands.thresholds), labels, side="right")

    # -- the steps

    def _resampling(self) -> Resampling:
        n, units = len(self.judged), len(np.unique(self.groups))
        resampling = resampling_of(n, self.groups, self.options.resamples, self.options.seed)
        if units < n and resampling.groups is None:
            self.notices.append(Notice("few_contents", {"count": units}))
        return resampling

    def _compare(
        self,
        pairs: Pairs,
        figures: Mapping[str, Figure],
        draws: Mapping[str, FloatArray],
        baselines: Mapping[str, Mapping[str, float]],
        raters: Mapping[str, Predictor],
    ) -> tuple[list[Baseline], list[Comparison]]:
        mean = self._constant()
        everyone = {**baselines, CONSTANT: {item.video: mean for item in self.judged}}
        found, comparisons = [], []
        compared = compared_metrics()
        for name, predictions in everyone.items():
            known = {video: value for video, value in predictions.items() if np.isfinite(value)}
            common = np.array([item.video in known for item in self.judged])
            missing = [item.video for item in self.judged if item.video not in known]
            rater = Predictor(in_mos=True) if name == CONSTANT else raters.get(name, Predictor())
            theirs, _ = self._pairs(known, common, rater)
            drawn = self.resampling
            ours_figures, ours_draws = dict(figures), dict(draws)
            if missing:
                ours = pairs.take(common)
                groups = None if drawn.groups is None else drawn.groups[common]
                drawn = resampling_of(len(ours), groups, drawn.resamples, drawn.seed)
                ours_figures, ours_draws = ours.measured(drawn, compared)
            their_figures, their_draws = theirs.measured(drawn)
            found.append(Baseline(name, len(theirs), their_figures, missing, _known(rater, theirs)))
            comparisons += [
                compare(
                    name, key, ours_figures[key], their_figures[key], (ours_draws.get(key), their_draws.get(key))
                )
                for key in (metric.key for metric in compared)
            ]
        return found, with_holm(comparisons, {metric.key: metric.higher_is_better for metric in compared})

    def _constant(self) -> float:
        """The mean of the training videos; without any that of the judged ones, which no constant can beat."""
        train = [item.mos for item in self.selection.train if item.mos is not None]
        return float(np.mean(train)) if train else float(self.mos.mean())

    def _calibration(self, pairs: Pairs) -> calibration.Calibration:
        line = calibration.calibration_line(pairs.prediction, pairs.mos)
        line, _ = with_intervals(line, calibration.line_statistics(pairs.prediction, pairs.mos), self.resampling)
        distributions, rated = self._distributions()
        human = pairs.known_labels.human[rated] - self.scale.label_min
        confidence, sure = self._confidence(pairs, distributions, rated)
        correct = (pairs.known_labels.model_bands == pairs.known_labels.human_bands)[sure]
        error = calibration.expected_calibration_error(confidence, correct)
        if len(confidence):
            twins = {"ece": calibration.ece_statistic(confidence, correct)}
            error = with_intervals({"ece": error}, twins, self._drawn(sure))[0]["ece"]
        conformal, source = self._conformal(pairs)
        return calibration.Calibration(
            bins=calibration.reliability(pairs.prediction, pairs.mos, self.resampling.groups),
            line=line,
            band_error=error,
            band_confidence=float(confidence.mean()) if len(confidence) else None,
            coverage=calibration.interval_coverage(distributions, human, resampling=self._drawn(rated))
            if len(human)
            else [],
            conformal=conformal,
            conformal_source=source,
            pit=calibration.pit_histogram(distributions, human),
        )

    def _drawn(self, places: IntArray) -> Resampling:
        """What is drawn of the judged videos at ``places``, shape (k,)."""
        groups = None if self.resampling.groups is None else self.resampling.groups[places]
        return resampling_of(len(places), groups, self.options.resamples, self.options.seed)

    def _conformal(self, pairs: Pairs) -> tuple[list[calibration.Coverage], str]:
        residuals = pairs.mos - pairs.prediction
        if self.validation:
            held = _column([item.mos for item in self.validation])
            held = held - _column([item.prediction for item in self.validation])
            return calibration.conformal_on(held, residuals, self.resampling), "validation"
        return calibration.conformal_cross_fit(residuals, self.folds, self.resampling), "cross_fit"

    def _distributions(self) -> tuple[FloatArray, IntArray]:
        """The distributions there are, shape (k, labels), and whose they are, shape (k,)."""
        size = len(self.scale.labels)
        given = [index for index, item in enumerate(self.judged) if item.distribution is not None]
        fitting = [index for index in given if len(self.judged[index].distribution or ()) == size]
        if len(fitting) < len(given):
            self.notices.append(
                Notice("distribution_mismatch", {"count": len(given) - len(fitting), "labels": size})
            )
        rows = [self.judged[index].distribution for index in fitting]
        table = np.array(rows, dtype=np.float64).reshape(len(fitting), size)
        return table, np.array(fitting, dtype=np.int64)

    def _confidence(self, pairs: Pairs, distributions: FloatArray, rated: IntArray) -> tuple[FloatArray, IntArray]:
        """The probability of the predicted band, and of which videos it is known."""
        known: dict[int, float] = {}
        band_of_label = self._band_numbers(np.arange(self.scale.label_min, self.scale.label_max + 1))
        inside = band_of_label[None, :] == pairs.known_labels.model_bands[rated][:, None]
        for index, probability in zip(rated, (distributions * inside).sum(axis=1), strict=True):
            known[int(index)] = min(float(probability), 1.0)
        moved = 0
        for index, item in enumerate(self.judged):
            if index in known or item.band_probability is None:
                continue
            if item.band is not None and item.band != ACR_BANDS[pairs.known_labels.model_bands[index] - 1].key:
                moved += 1
            elif 0 <= item.band_probability <= 1:
                known[index] = item.band_probability
        if moved:
            self.notices.append(Notice("bands_moved", {"count": moved}))
        places = sorted(known)
        return np.array([known[place] for place in places]), np.array(places, dtype=np.int64)

    def _triage(self, pairs: Pairs) -> Triage | None:
        scale = self.scale
        if not pairs.mos_units:
            return None
        limit = self.options.defect_limit
        if limit is None:
            step = (scale.mos_max - scale.mos_min) / (scale.label_max - scale.label_min)
            limit = scale.mos_min + (self.bands.thresholds[1] - scale.label_min) * step
        # below the lowest label nothing is flagged, above the highest everything
        thresholds = [scale.to_mos(label) for label in scale.labels] + [float("inf")]
        validation = None
        if len(self.validation) >= MIN_FOR_INTERVAL:
            validation = (
                _column([item.prediction for item in self.validation]),
                _column([item.mos for item in self.validation]),
            )
        return triage(
            pairs.prediction,
            pairs.mos,
            limit,
            self.options.costs,
            thresholds,
            folds=self.folds,
            resampling=self.resampling,
            validation=validation,
        )

    def _ceiling(self, pairs: Pairs) -> agreement.Ceiling | None:
        scores = _panel(self.judged)
        if scores is not None:
            return agreement.ceiling_from_raters(scores, pairs.prediction, self.options.seed, self.resampling)
        raters = _column([item.raters for item in self.judged])
        if np.isfinite(pairs.ci95).any() and np.isfinite(raters).any():
            return agreement.ceiling_from_ci(pairs.mos, pairs.ci95, raters)
        return None

    def _slices(self, pairs: Pairs) -> list[Slice]:
        asked = self.options.slices
        found = []
        for column in DEFAULT_SLICES if asked is None else asked:
            cells = [item.content if column == "content" else item.columns.get(column) for item in self.judged]
            if not any(cells):
                if asked is not None:
                    self.notices.append(Notice("slice_missing", {"column": column}))
                continue
            values = slice_values(cells)
            if isinstance(values, str):
                self.notices.append(Notice(values, {"column": column}))
            else:
                found += slice_figures(pairs, column, *values, self.resampling)
        return found

    def _look_for_degenerate(self, pairs: Pairs, figures: Mapping[str, Figure]) -> None:
        labels = pairs.known_labels
        # labels of scores in other units say nothing: all of 0..1 is label 10
        said, people = (labels.model, labels.human) if pairs.mos_units else (pairs.prediction, pairs.mos)
        used, wanted = len(np.unique(said)), len(np.unique(people))
        if len(pairs) >= MIN_FOR_INTERVAL and used <= 2 < wanted:
            self.notices.append(Notice("degenerate", {"count": used, "people": wanted}))
        if not pairs.mos_units:
            # as they stand in the file: a metric that is better when lower was turned round by its sign
            values = -pairs.prediction if self.predictor.lower_is_better else pairs.prediction
            low, high = f"{values.min():.4g}", f"{values.max():.4g}"
            self.notices.append(Notice("model_not_mos_units", {"name": self.name, "low": low, "high": high}))
        bias = figures["bias"].value
        if bias is not None and abs(bias) >= _LARGE_BIAS * (self.scale.mos_max - self.scale.mos_min):
            shown = {"bias": rounded(abs(bias), 2)}
            self.notices.append(Notice("bias_high" if bias > 0 else "bias_low", shown))

    def _look_for_reversed(self, figures: Mapping[str, Figure], baselines: Sequence[Baseline]) -> None:
        """Scores that run against people's: a model's, or a baseline's, which the comparison would flatter."""
        if _reversed(figures["srcc"]):
            self.notices.append(
                Notice("predictions_reversed", {"srcc": rounded(figures["srcc"].value, 2, sign=True)})
            )
        for one in baselines:
            if _reversed(one.figures["srcc"]):
                shown = rounded(one.figures["srcc"].value, 2, sign=True)
                self.notices.append(Notice("baseline_reversed", {"name": one.name, "srcc": shown}))

    def _facts(self, pairs: Pairs) -> Facts:
        ratings = [_ratings(item) for item in self.judged]
        counts = [count for count in ratings if count]
        contents = {item.content for item in self.judged if item.content is not None}
        return Facts(
            n=len(pairs),
            given=self.selection.given,
            split=self.selection.split,
            ratings_min=min(counts, default=None),
            ratings_median=float(np.median(counts)) if counts else None,
            ratings_max=max(counts, default=None),
            human_labels=(int(pairs.known_labels.human.min()), int(pairs.known_labels.human.max())),
            model_labels=(int(pairs.known_labels.model.min()), int(pairs.known_labels.model.max()))
            if pairs.mos_units
            else None,
            mos_range=(float(pairs.mos.min()), float(pairs.mos.max())),
            tied_mos=tied_items(pairs.mos),
            tied_predictions=tied_items(pairs.prediction),
            contents=len(contents) or None,
            resampled="video" if self.resampling.groups is None else "content",
            resamples=self.options.resamples,
            seed=self.options.seed,
        )

    def _rows(self, pairs: Pairs) -> list[Row]:
        mapped = [None] * len(pairs) if pairs.mapped is None else [float(value) for value in pairs.mapped]
        return [
            Row(
                video=item.video,
                mos=float(pairs.mos[i]),
                prediction=float(pairs.prediction[i]),
                mapped=mapped[i],
                human_label=int(pairs.known_labels.human[i]),
                model_label=int(pairs.known_labels.model[i]),
                human_band=int(pairs.known_labels.human_bands[i]),
                model_band=int(pairs.known_labels.model_bands[i]),
            )
            for i, item in enumerate(self.judged)
        ]


def _known(rater: Predictor, pairs: Pairs) -> Predictor:
    return dataclasses.replace(rater, in_mos=pairs.mos_units)


def _reversed(order: Figure) -> bool:
    return order.value is not None and order.high is not None and order.value < -_REVERSED and order.high < 0


def _column(values: Sequence[float | None]) -> FloatArray:
    """Shape (n,), NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _ratings(item: Item) -> int | None:
    return item.raters if item.raters is not None else (len(item.scores) or None)


def _panel(items: Sequence[Item]) -> FloatArray | None:
    """Single raters' scores, shape (videos, raters), NaN where not seen; None where no video has two."""
    if max((len(item.scores) for item in items), default=0) < 2:
        return None
    raters = sorted({rater for item in items for rater in item.scores})
    if len(raters) > MOST_RATERS:
        # a crowd: who rated is of no interest, and nobody saw enough; the k-th score of each video stands in
        crowd = [dict(enumerate(item.scores.values())) for item in items]
        width = max(map(len, crowd))
        return np.array([[scores.get(k, np.nan) for k in range(width)] for scores in crowd], dtype=np.float64)
    return np.array([[item.scores.get(rater, np.nan) for rater in raters] for item in items], dtype=np.float64)


def _confusion(pairs: Pairs) -> list[list[int]]:
    size = len(ACR_BANDS)
    cells = (pairs.known_labels.human_bands - 1) * size + (pairs.known_labels.model_bands - 1)
    return [[int(count) for count in line] for line in np.bincount(cells, minlength=size**2).reshape(size, size)]
