"""From rated videos to a domain profile, with what it is worth on contents that it was not fitted on."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from xl_vqa.calibration import limits as band_limits
from xl_vqa.calibration.conformal import (
    Domain,
    contents_needed,
    half_widths,
    numbers_of,
    spread_of,
    through,
    weighted_limit,
)
from xl_vqa.calibration.decision import Costs, Decision, decide
from xl_vqa.calibration.errors import CalibrationError, CalibrationTooSmallError
from xl_vqa.calibration.result import BandLimits, Calibration, Coverage, Outside, RatedVideos
from xl_vqa.calibration.rising_line import FittedLine, fit_line
from xl_vqa.datasets.correlation import spearman
from xl_vqa.evaluation.calibration import expected_calibration_error, reliability
from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import resampling_of
from xl_vqa.evaluation.mapping import fold_numbers
from xl_vqa.evaluation.result import Notice
from xl_vqa.words.domain_profile import (
    COVERAGES,
    SHOWN_COVERAGE,
    DecisionLimits,
    DomainProfile,
    OffDigitAlarm,
    Reference,
    Spread,
    people_limits,
)
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale
from xl_vqa.words.rating import FALSE_ALARM
from xl_vqa.words.reasons import Reason

FEWEST_VIDEOS: Final = 10
FEWEST_CONTENTS: Final = 5
FALSE_ALARMS: Final = (0.01, 0.05, 0.1)
"""The first for which there are contents enough is the rate of the off-digit alarm."""
REPEATS: Final = 4
"""Random divisions over which coverage is measured: one division of few contents says little."""


@dataclass(frozen=True, slots=True)
class Options:
    """``defect_limit`` is the MOS below which a video is defective; None: below Fair, as people see it."""

    costs: Costs = field(default_factory=Costs)
    defect_limit: float | None = None
    resamples: int = 1000
    seed: int = 0


def calibrate(
    rated: RatedVideos,
    *,
    name: str,
    model: str,
    fingerprint: str,
    scale: Scale,
    people_bands: Bands | None = None,
    sampling: Mapping[str, Any] | None = None,
    reference: Reference | None = None,
    facts: Mapping[str, Any] | None = None,
    options: Options | None = None,
    notices: Sequence[Notice] = (),
) -> Calibration:
    """Fits everything that the videos allow; what they do not allow is left out, with a notice that says so.

    ``scale`` has people's MOS range and the model's labels. Raises CalibrationTooSmallError for too few videos or
    contents, CalibrationError where the scores say nothing about people's.
    """
    fitter = _Fitter(rated, scale, people_bands or Bands.default(scale), options or Options(), list(notices))
    return fitter.run(name, model, fingerprint, dict(sampling or {}), reference, dict(facts or {}))


class _Fitter:
    """One calibration under way: what its steps share."""

    def __init__(
        self, rated: RatedVideos, scale: Scale, bands: Bands, options: Options, notices: list[Notice]
    ) -> None:
        self.rated, self.scale, self.bands, self.options, self.notices = rated, scale, bands, options, notices
        self.contents = numbers_of(rated.contents)
        self.count = len(np.unique(self.contents))
        self._check()
        self.resampling = resampling_of(len(rated), self.contents, options.resamples, options.seed)
        self.people = people_bands_of(rated.mos, scale, bands)
        self.domain = Domain(scale, people_limits(scale, bands.thresholds))

    def _check(self) -> None:
        n, mos, score = len(self.rated), self.rated.mos, self.rated.score
        if n < FEWEST_VIDEOS or self.count < FEWEST_CONTENTS:
            key = "calibration_one_content" if self.count == 1 and n >= FEWEST_VIDEOS else "calibration_few"
            needs = {"fewest": FEWEST_VIDEOS, "fewest_contents": FEWEST_CONTENTS}
            problem = Reason(key, videos=n, contents=self.count, **needs)
            raise CalibrationTooSmallError(problem=problem)
        if np.ptp(mos) < 1e-9:
            raise CalibrationError(problem=Reason("calibration_one_mos", mos=f"{mos[0]:g}", videos=n))
        if np.ptp(score) < 1e-3:
            raise CalibrationError(problem=Reason("calibration_one_score", score=rounded(score[0], 2), videos=n))
        # neither is constant here
        rank = spearman(score, mos) or 0.0
        if rank <= 0:
            raise CalibrationError(problem=Reason("calibration_falling", srcc=rounded(rank, 2)))

    def run(
        self,
        name: str,
        model: str,
        fingerprint: str,
        sampling: dict[str, Any],
        reference: Reference | None,
        facts: dict[str, Any],
    ) -> Calibration:
        rated, seed = self.rated, self.options.seed
        line = fit_line(rated.score, rated.mos, self.contents, self.scale, seed)
        if np.ptp(line.line.y) < 1e-9:
            rank = spearman(rated.score, rated.mos) or 0.0
            raise CalibrationError(problem=Reason("calibration_falling", srcc=rounded(rank, 2)))
        if line.kind == "as_is":
            self._note("line_as_is")
        spread = self._spread(rated.score, rated.mos, self.contents, rated.groups, seed)
        self._say_what_widths(spread)
        bands = self._bands(line)
        decision = self._decide()
        limits = None if decision is None else self._limits(decision)
        alarm, false_alarm = self._alarm()
        profile = DomainProfile(
            name=name,
            model=model,
            model_fingerprint=fingerprint,
            scale=self.scale,
            line=line.line,
            band_limits=bands.limits,
            people_bands=self.bands.thresholds,
            spread=spread,
            decision=limits if decision is not None and decision.gains else None,
            reference=reference or Reference(tuple(sorted(map(float, rated.score)))),
            alarm=alarm,
            sampling=sampling,
            facts={**facts, "videos": len(rated), "contents": self.count},
        )
        before, after = self._band_errors(profile)
        coverage, outside = self._coverage(line.predicted)
        return Calibration(
            profile=profile,
            videos=len(rated),
            contents=self.count,
            line=line,
            rmse_before=line.held_out["as_is"],
            rmse_after=line.held_out[line.kind],
            reliability=reliability(line.predicted, rated.mos),
            coverage=coverage,
            outside=outside,
            bands=bands,
            band_error_before=before,
            band_error_after=after,
            decision=decision,
            limits=limits,
            false_alarm=false_alarm,
            notices=self.notices,
        )

    def _note(self, code: str, **params: Any) -> None:
        self.notices.append(Notice(code, params))

    # -- intervals

    def _spread(
        self,
        score: FloatArray,
        mos: FloatArray,
        contents: IntArray,
        groups: Sequence[str | None] | None,
        seed: int,
    ) -> Spread | None:
        return spread_of(score, mos, contents, self.domain, groups, seed)

    def _say_what_widths(self, spread: Spread | None) -> None:
        if spread is None:
            self._note("no_interval", contents=self.count, needed=_in_all(min(COVERAGES)))
            return
        for coverage in COVERAGES:
            widths = spread.widths[f"{coverage:g}"]
            if any(width is None for width in widths):
                self._note(
                    "interval_too_few",
                    coverage=as_percent(coverage),
                    contents=self.count,
                    needed=_in_all(coverage),
                )
        if len(set(spread.categories)) == 1:
            self._note("one_width", contents=self.count)
        small = [name for name, width in spread.group_widths.get("0.9", {}).items() if width is None]
        if small:
            self._note("groups_too_few", names=", ".join(small))

    def _coverage(self, predicted: FloatArray) -> tuple[list[Coverage], Outside | None]:
        """Each fifth of the contents by intervals of the other four, over several random divisions."""
        bands = self.domain.bands(predicted)
        rated, n = self.rated, len(self.rated)
        hits = {coverage: np.zeros(n) for coverage in COVERAGES}
        widths: dict[float, list[FloatArray]] = {coverage: [] for coverage in COVERAGES}
        for seed in range(self.options.seed, self.options.seed + REPEATS):
            folds = fold_numbers(self.contents, seed=seed)
            for fold in np.unique(folds):
                held, others = folds == fold, folds != fold
                spread = self._spread(rated.score[others], rated.mos[others], self.contents[others], None, seed)
                if spread is None:
                    return [], self._outside({})
                away = np.abs(rated.mos[held] - through(spread.centre, rated.score[held]))
                for coverage in COVERAGES:
                    half = half_widths(spread, rated.score[held], self.domain, coverage)
                    hits[coverage][held] += (away <= half + 1e-9) / REPEATS
                    widths[coverage].append(half)
        found = []
        for coverage in COVERAGES:
            wide = np.concatenate(widths[coverage])
            if not np.isfinite(wide).all():
                continue  # some of these would be infinite: nothing to measure
            found.append(
                Coverage(
                    coverage,
                    self._share(hits[coverage], np.ones(n, bool)),
                    float(wide.mean()),
                    {
                        band.key: self._share(hits[coverage], bands == band.number)
                        for band in ACR_BANDS
                        if (bands == band.number).any()
                    },
                    self._by_group(hits[coverage]),
                )
            )
        return found, self._outside({one.stated: hits[one.stated] for one in found})

    def _outside(self, hits: Mapping[float, FloatArray]) -> Outside | None:
        """How many videos are outside the model's teaching, and whether intervals hold there as well."""
        chosen = self.rated.outside
        if chosen is None:
            return None
        count, n = int(chosen.sum()), len(chosen)
        held = {stated: self._share(one, chosen) for stated, one in hits.items()}
        self._note("outside_rows", count=count, n=n, expected=as_percent(FALSE_ALARM))
        shown = held.get(SHOWN_COVERAGE)
        if shown is not None and shown.high is not None and shown.high < SHOWN_COVERAGE:
            self._note("outside_not_held", stated=as_percent(SHOWN_COVERAGE), found=as_percent(shown.value))
        elif shown is None or shown.high is None:
            self._note("outside_not_told", count=count)
        return Outside(count, n, held)

    def _by_group(self, hits: FloatArray) -> dict[str, Figure]:
        if self.rated.groups is None:
            return {}
        groups = np.array([name or "" for name in self.rated.groups])
        return {str(name): self._share(hits, groups == name) for name in np.unique(groups) if name}

    def _share(self, hits: FloatArray, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Figure:
        """The mean over contents, which is what an interval promises, with its interval over contents."""
        _, inverse = np.unique(self.contents[chosen], return_inverse=True)
        shares = np.bincount(inverse, weights=hits[chosen]) / np.bincount(inverse)
        n = int(chosen.sum())
        if len(shares) < FEWEST_CONTENTS:
            return Figure(float(shares.mean()), n, interval_reason="too_few_for_interval")
        drawn = np.random.default_rng(self.options.seed).integers(0, len(shares), (1000, len(shares)))
        low, high = np.quantile(shares[drawn].mean(axis=1), [0.025, 0.975])
        return Figure.of(float(shares.mean()), n, float(low), float(high))

    # -- bands

    def _bands(self, line: FittedLine) -> BandLimits:
        rated, scale = self.rated, self.scale
        of_line = band_limits.limits_of_line(line.line, self.domain.limits, scale)
        told = band_limits.told(self.people, self.contents)
        fitted = self._fitted_limits(rated.score, self.people, self.contents, of_line, told)
        folds = fold_numbers(self.contents, seed=self.options.seed)
        by_line, by_fit = np.empty(len(rated), np.int64), np.empty(len(rated), np.int64)
        for fold in np.unique(folds):
            held, others = folds == fold, folds != fold
            own = fit_line(rated.score[others], rated.mos[others], self.contents[others], scale, self.options.seed)
            near = band_limits.limits_of_line(own.line, self.domain.limits, scale)
            found = self._fitted_limits(
                rated.score[others], self.people[others], self.contents[others], near, told
            )
            by_line[held] = band_limits.bands_by(near, rated.score[held])
            by_fit[held] = band_limits.bands_by(found, rated.score[held])
        plain = band_limits.bands_by(self.bands.thresholds, np.floor(rated.score + 0.5))
        of_fit, on_line = band_limits.distance(by_fit, self.people), band_limits.distance(by_line, self.people)
        chosen = "fitted" if of_fit.steps <= on_line.steps and any(told) else "line"
        if chosen == "line":
            self._note("bands_by_line")
        self._say_of_bands(told)
        limits = fitted if chosen == "fitted" else of_line
        intervals = band_limits.drawn_limits(rated.score, self.people, scale, self.resampling)
        return BandLimits(
            limits=limits,
            mos=tuple(round(line.line(one), 4) for one in limits),
            intervals=[
                one if known and chosen == "fitted" else None for one, known in zip(intervals, told, strict=True)
            ],
            told=told,
            chosen=chosen,
            before=band_limits.distance(plain, self.people),
            after=of_fit if chosen == "fitted" else on_line,
        )

    def _fitted_limits(
        self,
        score: FloatArray,
        people: IntArray,
        contents: IntArray,
        near: tuple[float, float, float, float],
        told: Sequence[bool],
    ) -> tuple[float, float, float, float]:
        best = band_limits.best_limits(score, people, self.scale, near)
        # a limit that the sheet says nothing about stays where the line passes it, between its neighbours
        kept = [one if known else other for one, other, known in zip(best, near, told, strict=True)]
        known_limits = [value if known else math.nan for value, known in zip(kept, told, strict=True)]
        for place in range(4):
            if not told[place]:
                below = [v for v in known_limits[:place] if not math.isnan(v)]
                above = [v for v in known_limits[place + 1 :] if not math.isnan(v)]
                kept[place] = min(max([kept[place], *below]), *above, math.inf)
        first, second, third, fourth = np.maximum.accumulate(kept)
        return float(first), float(second), float(third), float(fourth)

    def _say_of_bands(self, told: Sequence[bool]) -> None:
        for band in ACR_BANDS:
            if not (self.people == band.number).any():
                self._note("band_empty", band=band.key)
        for number, known in enumerate(told):
            if not known:
                self._note(
                    "limit_not_told",
                    lower=ACR_BANDS[number].key,
                    upper=ACR_BANDS[number + 1].key,
                    fewest=band_limits.FEWEST,
                )

    def _band_errors(self, profile: DomainProfile) -> tuple[Figure, Figure]:
        """How far the stated probability of the band is from how often it is right: the model's own, then the
        profile's on contents that neither its interval nor its limits knew."""
        rated = self.rated
        before = Figure.missing("no_band_probability")
        if rated.own_band is not None and rated.band_probability is not None:
            before = expected_calibration_error(rated.band_probability, rated.own_band == self.people)
        if profile.spread is None:
            return before, Figure.missing("too_few_for_conformal", len(rated))
        folds = fold_numbers(self.contents, seed=self.options.seed)
        stated, right = np.zeros(len(rated)), np.zeros(len(rated), bool)
        for fold in np.unique(folds):
            others = folds != fold
            spread = self._spread(
                rated.score[others], rated.mos[others], self.contents[others], None, self.options.seed
            )
            if spread is None:
                return before, Figure.missing("too_few_for_conformal", len(rated))
            own = dataclasses.replace(profile, spread=spread)
            for index in np.flatnonzero(~others):
                band = own.band_of(float(rated.score[index]))
                stated[index] = own.band_probability(float(rated.score[index]), band)
                right[index] = band.number == self.people[index]
        return before, expected_calibration_error(np.minimum(stated, 1.0), right)

    # -- decisions

    def _decide(self) -> Decision | None:
        bad = (self.rated.mos < self.defect_limit).astype(np.float64)
        sides = [len(np.unique(self.contents[bad == side])) for side in (1, 0)]
        if min(sides) < band_limits.FEWEST:
            self._note(
                "decision_too_few",
                defective=sides[0],
                good=sides[1],
                fewest=band_limits.FEWEST,
                limit=rounded(self.defect_limit, 2),
            )
            return None
        costs = self.options.costs
        found = decide(self.rated.score, bad, self.contents, costs, self.scale, self.resampling, self.options.seed)
        if not found.gains:
            self._note("decision_no_gain", trivial=found.trivial)
        elif found.saved.low is None or found.saved.low <= 0:
            self._note("decision_not_sure", trivial=found.trivial)
        return found

    @property
    def defect_limit(self) -> float:
        given = self.options.defect_limit
        return self.domain.limits[1] if given is None else given

    def _limits(self, decision: Decision) -> DecisionLimits:
        costs = self.options.costs
        return DecisionLimits(
            reject=decision.reject,
            accept=decision.accept,
            defect_limit=self.defect_limit,
            review_cost=costs.review,
            escape_cost=costs.escape,
            reject_cost=costs.reject,
        )

    # -- outside what the model was taught

    def _alarm(self) -> tuple[OffDigitAlarm | None, Figure | None]:
        """The alarm, and how often it rang on contents that its limit was not found on."""
        mass = self.rated.off_digits
        for rate in FALSE_ALARMS:
            limit = weighted_limit(mass, self.contents, 1 - rate)
            if limit is None:
                continue
            folds = fold_numbers(self.contents, folds=10, seed=self.options.seed)
            rang = np.zeros(len(mass))
            for fold in np.unique(folds):
                held, others = folds == fold, folds != fold
                of_others = weighted_limit(mass[others], self.contents[others], 1 - rate)
                rang[held] = 0.0 if of_others is None else mass[held] > of_others
            return OffDigitAlarm(limit, rate), self._share(rang, np.ones(len(mass), bool))
        self._note("alarm_too_few", contents=self.count, needed=contents_needed(1 - FALSE_ALARMS[-1]))
        return None, None


def _in_all(coverage: float) -> int:
    """Contents of a sheet of which half, rounded up, are enough for an interval of that coverage."""
    return 2 * contents_needed(coverage) - 1


def people_bands_of(mos: FloatArray, scale: Scale, bands: Bands) -> IntArray:
    """The band (1..5) that people put each video into, shape (n,)."""
    return np.array([bands.of(scale.to_label(float(one))).number for one in mos], dtype=np.int64)
