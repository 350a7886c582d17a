"""The HTML report of a comparison of schemes: one page that needs no network and no script, en or ja."""

from __future__ import annotations

import datetime
from html import escape
from typing import Final

from xl_vqa import __version__
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.report import p_text
from xl_vqa.evaluation.scheme_comparison import SchemeComparison, Variant
from xl_vqa.evaluation.scheme_texts import (
    fact_lines,
    name_of,
    notice_words,
    say,
    shown_variant,
    verdict_words,
)
from xl_vqa.evaluation.texts import interval_text, number_text, value_text, word
from xl_vqa.page.colours import BLUE, FAINT, INK, RUST
from xl_vqa.page.document import document
from xl_vqa.page.svg import Plane
from xl_vqa.page.tables import table
from xl_vqa.page.ticks import ticks
from xl_vqa.words.figures import rounded

_MOST_DOTS: Final = 1500


def scheme_report_html(
    comparison: SchemeComparison, language: str = "en", made: datetime.datetime | None = None
) -> str:
    """The whole page. ``made`` is the time it shows, by default now."""
    page = _Page(comparison, language)
    title = say("title", language)
    date = (made or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M")
    verdicts = "".join(f"<p><b>{escape(verdict_words(comparison, language, s))}</b></p>" for s in ("srcc", "rmse"))
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">{escape(say("made", language, date=date, version=__version__))}</p>',
        verdicts,
        page.notices(),
        page.section("what", table([], [[escape(a), escape(b)] for a, b in fact_lines(comparison, language)])),
        page.figures(),
        page.forests(),
        page.scatters(),
        page.comparisons(),
        page.ceilings(),
        page.cost(),
        page.left_out(),
    ]
    return document(title, language, "".join(parts))


class _Page:
    """The sections; each returns HTML, or nothing where it has nothing to say."""

    def __init__(self, comparison: SchemeComparison, language: str) -> None:
        self.c, self.language = comparison, language

    def say(self, key: str, **params: object) -> str:
        return say(key, self.language, **params)

    def name(self, variant: Variant) -> str:
        return shown_variant(variant.key, self.language)

    def section(self, key: str, body: str, note: str = "") -> str:
        below = f'<p class="faint">{escape(note)}</p>' if note else ""
        return f"<section><h2>{escape(self.say(key))}</h2>{body}{below}</section>"

    def notices(self) -> str:
        if not self.c.notices:
            return ""
        lines = (f'<p class="notice">{escape(notice_words(one, self.language))}</p>' for one in self.c.notices)
        return self.section("attention", "".join(lines))

    def figures(self) -> str:
        head = [self.say("variant"), *(word(name, self.language) for name in self.c.statistics)]
        rows = []
        for variant in self.c.variants:
            shown = escape(self.name(variant))
            row = [f"<b>{shown}</b>" if variant.key == self.c.reference else shown]
            row += [self._cell(name, variant.figures[name], variant.seed_sd[name]) for name in self.c.statistics]
            rows.append(row)
        return self.section("figures", table(head, rows), self.say("figures_note"))

    def _cell(self, statistic: str, figure: Figure, sd: float | None) -> str:
        value = escape(value_text(statistic, figure, self.language))
        if figure.value is None:
            return f'<span class="faint">{value}</span>'
        interval = escape(interval_text(statistic, figure, self.language))
        below = escape(self.say("seed_sd", value=rounded(sd, 3))) if sd is not None else ""
        lines = "<br>".join(line for line in (interval, below) if line)
        return f'{value}<br><span class="faint" style="white-space: nowrap">{lines}</span>'

    def forests(self) -> str:
        drawn = [
            f"<figure><h3>{escape(self.say('forest', figure=word(name, self.language)))}</h3>"
            f"{forest(self.c, name, self.language)}</figure>"
            for name in ("srcc", "plcc", "rmse")
        ]
        return "".join(drawn)

    def scatters(self) -> str:
        shown = {}
        for variant in self.c.variants:
            # one per scheme: the reference's decoding where the scheme has it, else its first
            if variant.scheme not in shown or variant.decoding == self.c.reference[1]:
                shown[variant.scheme] = variant
        drawn = "".join(
            f"<figure><h3>{escape(self.name(variant))}</h3>{scatter(self.c, variant, self.language)}</figure>"
            for variant in shown.values()
        )
        return self.section("scatters", f'<div class="figures">{drawn}</div>')

    def comparisons(self) -> str:
        head = [self.say(key) for key in ("variant", "figure", "difference", "interval", "p", "p_holm", "verdict")]
        keys = {f"{v.scheme} / {v.decoding}": v for v in self.c.variants}
        rows = []
        for one in self.c.comparisons:
            if one.difference.value is None:
                continue
            verdict = {True: "better", False: "worse", None: "open"}[one.better]
            style = {True: "good", False: "poor", None: "faint"}[one.better]
            said = f'<span class="{style}">{escape(self.say(verdict))}</span>' if one.p is not None else ""
            rows.append(
                [
                    escape(self.name(keys[one.baseline])),
                    escape(word(one.statistic, self.language)),
                    number_text("difference", one.difference.value),
                    escape(interval_text("difference", one.difference, self.language)),
                    p_text(one.p),
                    p_text(one.p_holm),
                    said,
                ]
            )
        return self.section("against", table(head, rows), self.say("against_note")) if rows else ""

    def ceilings(self) -> str:
        if not self.c.ceilings:
            return ""
        rows = [
            [escape(name_of(one.scheme, self.language)), str(one.distinct), _number(one.srcc), _number(one.plcc)]
            for one in self.c.ceilings
        ]
        head = [self.say("scheme"), self.say("distinct"), "SRCC", "PLCC"]
        return self.section("ceilings", table(head, rows), self.say("ceilings_note"))

    def cost(self) -> str:
        head = [self.say(key) for key in ("scheme", "seed", "minutes", "peak_mb", "best_epoch", "state")]
        rows = []
        for run in self.c.runs:
            seconds = run.facts.get("seconds")
            state = escape(run.error or self.say("done"))
            rows.append(
                [
                    escape(name_of(run.scheme, self.language)),
                    str(run.seed),
                    "" if seconds is None else rounded(seconds / 60, 1),
                    _whole(run.facts.get("peak_mb")),
                    _whole(run.facts.get("best_epoch")),
                    f'<span class="poor">{state}</span>' if run.error else state,
                ]
            )
        return self.section("cost", table(head, rows))

    def left_out(self) -> str:
        if not self.c.left_out:
            return ""
        rows = [[escape(video), escape(reason)] for video, reason in self.c.left_out.items()]
        return self.section("left_out", table([self.say("video"), self.say("reason")], rows))


def scatter(comparison: SchemeComparison, variant: Variant, language: str) -> str:
    """Prediction (mean over the seeds) and MOS with the identity, as inline SVG."""
    low = min(comparison.mos + variant.mean_prediction)
    high = max(comparison.mos + variant.mean_prediction)
    margin = max(high - low, 0.5) * 0.04
    ends = (low - margin, high + margin)
    plane = Plane(ends, ends, say("prediction_axis", language), say("mos_axis", language), width=400, height=360)
    points = list(zip(variant.mean_prediction, comparison.mos, comparison.videos, strict=True))
    plane.line([(ends[0], ends[0]), (ends[1], ends[1])], color=FAINT, dash="5 4")
    for x, y, video in points[:: len(points) // _MOST_DOTS + 1]:
        plane.dot(x, y, f"{video}: {rounded(x, 2)}, MOS {rounded(y, 2)}", alpha=0.6)
    return plane.render(shown_variant(variant.key, language))


def forest(comparison: SchemeComparison, statistic: str, language: str) -> str:
    """One line per variant: every seed as a dot, the mean as a bar over its 95% interval; inline SVG."""
    variants = [v for v in comparison.variants if v.figures[statistic].value is not None]
    values = [
        number
        for variant in variants
        for figure in (variant.figures[statistic], *variant.by_seed[statistic])
        for number in (figure.value, figure.low, figure.high)
        if number is not None
    ]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    margin = max(high - low, 0.01) * 0.06
    count = len(variants)
    names = [(float(count - k), shown_variant(variant.key, language)) for k, variant in enumerate(variants)]
    plane = Plane(
        (low - margin, high + margin),
        (0.0, count + 0.5),
        word(statistic, language),
        "",
        width=760,
        height=90 + 26 * count,
        left=230,
        grid="columns",
        x_ticks=ticks(low - margin, high + margin, 8),
        y_ticks=names,
    )
    for k, variant in enumerate(variants):
        figure, y = variant.figures[statistic], float(count - k)
        color = RUST if variant.key == comparison.reference else INK
        if figure.low is not None and figure.high is not None:
            plane.line([(figure.low, y), (figure.high, y)], color=color, size=2)
        for seed, one in zip(variant.seeds, variant.by_seed[statistic], strict=True):
            if one.value is not None:
                plane.dot(one.value, y, f"{seed}: {rounded(one.value, 3)}", color=BLUE, alpha=0.7)
        assert figure.value is not None
        plane.line([(figure.value, y - 0.3), (figure.value, y + 0.3)], color=color, size=3)
    return plane.render(word(statistic, language))


def _number(value: float | None) -> str:
    return "–" if value is None else rounded(value, 4)


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
