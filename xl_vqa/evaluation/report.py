"""The HTML report: one page that needs no network, no script and no other file, in English or Japanese."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape

from xl_vqa import __version__
from xl_vqa.evaluation import charts
from xl_vqa.evaluation.calibration import Coverage
from xl_vqa.evaluation.conclusion import conclusion
from xl_vqa.evaluation.evaluate import CONSTANT
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.metrics import sliced_metrics
from xl_vqa.evaluation.report_texts import heading
from xl_vqa.evaluation.result import Evaluation, MappingUsed
from xl_vqa.evaluation.slices import EMPTY, SMALL
from xl_vqa.evaluation.texts import failure_text, interval_text, notice_text, number_text, value_text, word
from xl_vqa.evaluation.triage import TriagePoint
from xl_vqa.evaluation.units import Predictor
from xl_vqa.page.document import document
from xl_vqa.page.tables import table
from xl_vqa.words.figures import as_percent, rounded


def report_html(evaluation: Evaluation, language: str = "en", made: datetime.datetime | None = None) -> str:
    """The whole page. ``made`` is the time it shows, by default now."""
    page = _Page(evaluation, language)
    name = evaluation.name
    title = heading("title", language, name=name)
    date = (made or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M")
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">{escape(heading("made", language, date=date, version=__version__))}</p>',
        f"<p><b>{escape(conclusion(evaluation, language))}</b></p>",
        page.tiles(),
        page.notices(),
        page.facts(),
        page.figures(),
        page.pictures(),
        page.comparisons(),
        page.agreement(),
        page.calibration(),
        page.triage(),
        page.slices(),
        page.failures(),
    ]
    return document(title, language, "".join(parts))


class _Page:
    """The sections; each returns HTML, or nothing where it has nothing to say."""

    def __init__(self, evaluation: Evaluation, language: str) -> None:
        self.evaluation, self.language = evaluation, language

    def say(self, key: str, **params: object) -> str:
        return heading(key, self.language, **params)

    def word(self, key: str) -> str:
        return word(key, self.language)

    def section(self, key: str, body: str, note: str = "") -> str:
        below = f'<p class="faint">{escape(note)}</p>' if note else ""
        return f"<section><h2>{escape(self.say(key))}</h2>{body}{below}</section>"

    def tiles(self) -> str:
        figures = self.evaluation.figures
        keys = ("srcc", "plcc", "rmse", "mae", "band_accuracy")
        if not self.evaluation.mos_units:
            keys = ("srcc", "krcc", "plcc", "plcc_mapped", "rmse_mapped")
        shown = [(name, figures[name]) for name in keys]
        tiles = []
        for name, figure in shown:
            value = number_text(name, figure.value) if figure.value is not None else "–"
            below = interval_text(name, figure, self.language) or (
                value_text(name, figure, self.language) if figure.value is None else ""
            )
            tiles.append(
                f'<div class="tile">{escape(self.word(name))}<b>{escape(value)}</b>'
                f'<span class="faint">{escape(below)}</span></div>'
            )
        return f'<div class="tiles">{"".join(tiles)}</div>'

    def notices(self) -> str:
        notices = self.evaluation.notices
        if not notices:
            return ""
        lines = (f'<p class="notice">{escape(notice_text(notice, self.language))}</p>' for notice in notices)
        return self.section("attention", "".join(lines))

    def facts(self) -> str:
        return self.section(
            "what", table([], [[escape(a), escape(b)] for a, b in fact_lines(self.evaluation, self.language)])
        )

    def figures(self) -> str:
        """The model beside every baseline."""
        evaluation = self.evaluation
        head = [self.say("figure"), evaluation.name, self.say("interval")]
        for baseline in evaluation.baselines:
            name = baseline_name(baseline.name, self.language)
            head += [self.say("on_videos", name=name, n=baseline.videos), self.say("interval")]
        rows = []
        for name, figure in evaluation.shown.items():
            row = [escape(self.word(name)), *self._cells(name, figure)]
            for baseline in evaluation.baselines:
                row += self._cells(name, baseline.figures[name])
            rows.append(row)
        return self.section("figures", table(head, rows), self.say("figures_note"))

    def _cells(self, name: str, figure: Figure) -> list[str]:
        value = escape(value_text(name, figure, self.language))
        if figure.value is None:
            value = f'<span class="faint">{value}</span>'
        return [value, escape(interval_text(name, figure, self.language))]

    def pictures(self) -> str:
        evaluation = self.evaluation
        lower, upper = evaluation.bland_altman.lower, evaluation.bland_altman.upper
        limits = {
            "lower": value_text("lower", lower, self.language),
            "upper": value_text("upper", upper, self.language),
        }
        if not evaluation.mos_units:
            # differences, labels and bands of other units would be pictures of nothing
            drawn = charts.scatter(evaluation, self.language)
            return f'<div class="figures">{self._picture("scatter", drawn, self.say("scatter_own_note"))}</div>'
        pictures = [
            ("scatter", charts.scatter(evaluation, self.language), self.say("scatter_note")),
            ("residuals", charts.differences(evaluation, self.language), self.say("residuals_note", **limits)),
            ("reliability", charts.reliability(evaluation, self.language), self.say("reliability_note")),
            ("confusion", charts.confusion(evaluation, self.language), self.say("confusion_note")),
        ]
        grid = "".join(self._picture(*picture) for picture in pictures)
        wide = self._picture("histogram", charts.histogram(evaluation, self.language), "")
        return f'<div class="figures">{grid}</div>{wide}'

    def _picture(self, key: str, svg: str, note: str) -> str:
        return f"<figure><h2>{escape(self.say(key))}</h2>{svg}<figcaption>{escape(note)}</figcaption></figure>"

    def comparisons(self) -> str:
        head = [
            self.say(key) for key in ("baseline", "figure", "difference", "interval", "p", "p_holm", "verdict")
        ]
        rows = []
        for one in self.evaluation.comparisons:
            if one.difference.value is None:
                continue
            verdict = {True: "better", False: "worse", None: "open"}[one.better]
            style = {True: "good", False: "poor", None: "faint"}[one.better]
            rows.append(
                [
                    escape(baseline_name(one.baseline, self.language)),
                    escape(self.word(one.statistic)),
                    rounded(one.difference.value, 3, sign=True),
                    escape(interval_text("difference", one.difference, self.language)),
                    p_text(one.p),
                    p_text(one.p_holm),
                    f'<span class="{style}">{escape(self.say(verdict))}</span>' if one.p is not None else "",
                ]
            )
        # scores in units of their own have nothing in common with a constant
        return self.section("against", table(head, rows), self.say("against_note")) if rows else ""

    def agreement(self) -> str:
        evaluation = self.evaluation
        named = [
            (name, evaluation.figures[name]) for name in ("icc", "ccc", "kappa_labels", "kappa_bands", "bias")
        ]
        named += [(name, getattr(evaluation.bland_altman, name)) for name in ("lower", "upper")]
        html = self.section("agreement", self._figure_table(named)) if evaluation.mos_units else ""
        ceiling = evaluation.ceiling
        if ceiling is None:
            body = f"<p>{escape(self.word('no_rater_data'))}</p>"
            return html + self.section("ceiling", body)
        lines = ceiling_lines(evaluation)
        return html + self.section("ceiling", self._figure_table(lines), self.say(f"ceiling_{ceiling.source}"))

    def _figure_table(self, named: Sequence[tuple[str, Figure]]) -> str:
        rows = [[escape(self.word(name)), *self._cells(name, figure)] for name, figure in named]
        return table([self.say("figure"), self.say("value"), self.say("interval")], rows)

    def calibration(self) -> str:
        calibration = self.evaluation.calibration
        if not self.evaluation.mos_units:
            return ""
        named = [*calibration.line.items(), ("band_accuracy", self.evaluation.figures["band_accuracy"])]
        named.append(("band_ece", calibration.band_error))
        html = self.section("calibration", self._figure_table(named))
        head = [self.say(key) for key in ("interval", "nominal", "empirical", "interval", "width")]
        head[0] = ""
        rows = [self._coverage("coverage_own", one) for one in calibration.coverage]
        rows += [self._coverage("coverage_conformal", one) for one in calibration.conformal]
        note = self.say("coverage_note", source=self.word(calibration.conformal_source))
        html += self.section("coverage", table(head, rows), note)
        if calibration.pit:
            html += self._picture("pit", charts.pit(self.evaluation, self.language), self.say("pit_note"))
        return html

    def _coverage(self, key: str, one: Coverage) -> list[str]:
        width = ""
        if one.half_width is not None:
            width = self.say("width_mos", value=one.half_width)
        elif one.mean_width is not None:
            width = self.say("width_labels", value=one.mean_width)
        cells = self._cells("coverage", one.empirical)
        return [escape(self.say(key)), as_percent(one.nominal), *cells, escape(width)]

    def triage(self) -> str:
        triage = self.evaluation.triage
        if triage is None:
            return ""
        best = (
            self.say("threshold_best", value=triage.best_threshold)
            if triage.best_threshold <= self.evaluation.scale.mos_max
            else self.say("threshold_all")
        )
        head = [self.say("figure"), self.say("threshold_plain", value=triage.limit), best]
        points: Sequence[TriagePoint] = (triage.plain, triage.cheapest)
        rows = []
        for name in ("precision", "recall", "review_rate", "escape_rate", "passed_defective"):
            cells = []
            for point in points:
                value, interval = self._cells(name, getattr(point, name))
                cells.append(f'{value} <span class="faint">{interval}</span>')
            rows.append([escape(self.word(name)), *cells])
        counts = [f"{p.flagged} / {p.defective} / {p.caught} / {p.missed}" for p in points]
        rows.append([escape(self.say("flagged")), *counts])
        review = triage.costs.review or 1.0
        rows.append([escape(self.say("cost")), *(rounded(p.cost(triage.costs) / review, 3) for p in points)])
        note = self.say(
            "triage_note", limit=triage.limit, ratio=triage.costs.escape / review, source=self.word(triage.source)
        )
        return self.section("triage", table(head, rows), note)

    def slices(self) -> str:
        if not self.evaluation.slices:
            return ""
        columns = list(dict.fromkeys(one.column for one in self.evaluation.slices))
        keys = [metric.key for metric in sliced_metrics() if metric.key in self.evaluation.shown]
        html = []
        for column in columns:
            head = [column, "n", *(self.word(name) for name in keys)]
            rows = []
            for one in self.evaluation.slices:
                if one.column != column:
                    continue
                name = self.say("empty") if one.value == EMPTY else one.value
                row = [escape(name + (" *" if one.small else "")), str(one.n)]
                for key in keys:
                    value, interval = self._cells(key, one.figures[key])
                    row.append(f'{value}<br><span class="faint">{interval}</span>')
                rows.append(row)
            html.append(table(head, rows))
        return self.section("slices", "<br>".join(html), self.say("slices_note", small=SMALL))

    def failures(self) -> str:
        failures = self.evaluation.failures
        if not failures:
            return self.section("failures", f"<p>{escape(self.say('failures_none'))}</p>")
        rows = [
            [
                escape(failure.video),
                escape(failure_text(failure, self.language)),
                escape(self.say("no" if failure.fatal else "yes")),
            ]
            for failure in failures
        ]
        return self.section("failures", table([self.say(key) for key in ("video", "problem", "evaluated")], rows))


def baseline_name(name: str, language: str) -> str:
    return heading(CONSTANT, language) if name == CONSTANT else name


def p_text(p: float | None) -> str:
    """A p value as people read it; the bootstrap cannot say less than 2 in its resamples."""
    return "" if p is None else rounded(p, 4) if p >= 0.001 else "< 0.001"


def ceiling_lines(evaluation: Evaluation) -> list[tuple[str, Figure]]:
    """People among themselves: a key of texts.py and its figure; nothing where no raters are known."""
    ceiling = evaluation.ceiling
    if ceiling is None:
        return []
    keys = ["reliability", "limit_plcc"]
    if ceiling.source == "raters":
        keys = ["rater_srcc", "model_srcc", "rater_plcc", "model_plcc", "split_half", *keys]
    lines: list[tuple[str, Figure]] = [(key, getattr(ceiling, key)) for key in keys]
    if ceiling.source == "raters":
        lines += [("icc_raters", ceiling.icc), ("alpha", ceiling.alpha)]
    return lines


def fact_lines(evaluation: Evaluation, language: str) -> list[tuple[str, str]]:
    """What was evaluated, as pairs of a name and a value."""
    facts, scale = evaluation.facts, evaluation.scale

    def say(key: str, **params: object) -> str:
        return heading(key, language, **params)

    ratings = say("unknown")
    if facts.ratings_min is not None:
        low, high = facts.ratings_min, facts.ratings_max
        ratings = str(low)
        if low != high:
            ratings = say("ratings_value", low=low, high=high, median=facts.ratings_median or 0.0)
    lines = [
        (say("videos"), say("videos_of", n=facts.n, given=facts.given)),
        (say("failed_rows"), str(evaluation.failed)),
        (say("split"), say("split_all") if facts.split == "all" else facts.split),
        (say("ratings"), ratings),
        (
            say("scale"),
            f"MOS {scale.mos_min:g}–{scale.mos_max:g} → {scale.label_min}–{scale.label_max} ({scale.rounding})",
        ),
    ]
    raters = [(evaluation.name, evaluation.predictor)]
    raters += [(one.name, one.predictor) for one in evaluation.baselines if one.name != CONSTANT]
    lines += [(say("scores_of", name=name), predictor_text(one, language)) for name, one in raters]
    for key, limits in (("labels_people", facts.human_labels), ("labels_model", facts.model_labels)):
        if limits is not None:
            lines.append((say(key), say("range", low=limits[0], high=limits[1])))
    lines.append((say("ties"), say("ties_value", mos=facts.tied_mos, prediction=facts.tied_predictions)))
    lines.append((say("contents"), say("unknown") if facts.contents is None else str(facts.contents)))
    lines.append((say("intervals"), say(f"intervals_{facts.resampled}", n=facts.resamples, seed=facts.seed)))
    lines.append((say("mapping"), mapping_text(evaluation.mapping, language)))
    return lines


def predictor_text(one: Predictor, language: str) -> str:
    """How a rater's scores were read: the column, which way they run, the unit, and how that is known."""

    def say(key: str, **params: object) -> str:
        return heading(key, language, **params)

    unit = say("unit_mos") if one.in_mos else say("unit_own")
    if one.low is not None and one.high is not None:
        unit = say("unit_converted", low=one.low, high=one.high)
    column = say("scores_column", column=one.column) if one.column else ""
    way = word("lower_is_better" if one.lower_is_better else "higher_is_better", language)
    return say("scores_value", column=column, way=way, unit=unit, known=word(one.known_by, language))


def mapping_text(mapping: MappingUsed, language: str) -> str:
    """Which kind of mapping was fitted on what, and why it is not the logistic one where it is not."""
    if not mapping.mappings:
        return word("none", language)
    kinds = []
    for one in mapping.mappings:
        text = word(one.kind, language)
        kinds.append(f"{text} ({word(one.reason, language)})" if one.reason else text)
    kind = ", ".join(dict.fromkeys(kinds))
    return heading("fitted_on", language, kind=kind, source=word(mapping.source, language), n=mapping.n)
