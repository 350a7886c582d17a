"""The one-page report on prepared labels: self-contained HTML, English or Japanese, for screen and print."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final

import numpy as np

from xl_vqa.datasets.ceilings import RATER_COUNTS
from xl_vqa.datasets.interpretation import reading_rows
from xl_vqa.datasets.prepared import Prepared
from xl_vqa.datasets.problems import BLOCKING
from xl_vqa.datasets.reliability import Coefficient
from xl_vqa.datasets.split import NONE, PARTS
from xl_vqa.datasets.words import tr
from xl_vqa.outputs import write_output
from xl_vqa.page.charts import Bar, bar_chart, log_chart
from xl_vqa.page.document import document
from xl_vqa.page.tables import text_table
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Bands

_MOST_ROWS: Final = 40
_MOST_RATERS: Final = 30

_STYLE: Final = """
svg { width: 100%; }
.problems td:nth-child(2) { width: 32%; }
.chips span { display: inline-block; border: 1px solid #e3e7eb; border-radius: 10px; padding: 0 9px;
  font-size: 12px; margin: 2px 6px 2px 0; }
.chips .bad { border-color: #f0b796; }
.serious::marker { color: #c2410c; content: "▲ "; }
.plain::marker { color: #5f6b77; content: "・ "; }
.failed { border: 2px solid #c2410c; background: #fff7f2; }
.bad { font-weight: 600; }
@media (max-width: 700px) { .wide > svg { min-width: 620px; } }
"""


def write_report(path: Path, prepared: Prepared, language: str = "en") -> None:
    """Writes the page whole or not at all. Raises OutputNotWritableError."""
    write_output(path, report_html(prepared, language).encode("utf-8", "replace"), parents=True)


def report_html(prepared: Prepared, language: str = "en", now: datetime.datetime | None = None) -> str:
    """The page as text. Everything that comes from the data is escaped."""
    return _Page(prepared, language, now or datetime.datetime.now()).html()


class _Page:
    def __init__(self, prepared: Prepared, language: str, now: datetime.datetime) -> None:
        self.p, self.language, self.now = prepared, language if language == "ja" else "en", now
        self.usable = prepared.usable
        self.labels = [label for k in self.usable if (label := prepared.labels[k]) is not None]
        self.scale = prepared.options.scale

    def tr(self, key: str, **params: object) -> str:
        return tr(key, self.language, **params)

    def html(self) -> str:
        title = self.tr("report_title")
        body = [
            f"<h1>{escape(title)}</h1>",
            f'<p class="sub">{escape(str(self.p.table.path))}</p>',
            self._failure(),
            self._facts(),
            '<div class="grid">',
            self._findings(),
            self._reading(),
            self._label_chart(),
            *self._digit_charts(),
            self._coding(),
            self._noise(),
            self._split(),
            self._examples(),
            self._raters(),
            self._problems(),
            self._source(),
            "</div>",
        ]
        return document(title, self.language, "".join(body), style=_STYLE)

    # -- head ------------------------------------------------------------------------------------------------

    def _failure(self) -> str:
        if self.p.failure is None:
            return ""
        message = escape(self.p.failure.message(self.language))
        return (
            f'<section class="failed"><h2 class="bad">{escape(self.tr("report_failed"))}</h2>{message}</section>'
        )

    def _facts(self) -> str:
        means, usable = self.p.means, self.usable
        count = means.count[usable] if usable else np.zeros(0)
        ci95 = means.ci95[usable][np.isfinite(means.ci95[usable])] if usable else np.zeros(0)
        raters = "–"
        if len(count) and count.max() > 0:
            low, high = int(count.min()), int(count.max())
            raters = str(low) if low == high else f"{low}–{high}"
        facts = [
            ("report_rows", f"{len(self.p.table.rows):,}"),
            ("report_usable", f"{len(usable):,}"),
            ("report_contents", f"{len({self.p.contents[k] for k in usable}):,}"),
            ("report_ratings", f"{len(self.p.table.score):,}" if not self.p.table.ready else "–"),
            ("report_raters", raters),
            ("report_mos_mean", rounded(float(np.mean(means.mos[usable])), 2) if usable else "–"),
            ("report_ci", f"±{rounded(float(np.median(ci95)), 2)}" if len(ci95) else "–"),
        ]
        cells = (
            f'<div class="tile"><b>{escape(value)}</b><span>{self.tr(key)}</span></div>' for key, value in facts
        )
        return f'<div class="tiles">{"".join(cells)}</div>'

    def _findings(self) -> str:
        found = sorted(self.p.findings, key=lambda finding: not finding.serious)
        items = "".join(
            f'<li class="{kind}">{escape(sentence)}</li>'
            for kind, sentence in (
                ("serious" if finding.serious else "plain", finding.sentence(self.language)) for finding in found
            )
        )
        body = f"<ul>{items}</ul>" if items else f"<p>{self.tr('report_all_good')}</p>"
        return self._section("report_findings", body, wide=True)

    def _reading(self) -> str:
        """What every column was taken for: the interpretation that all figures rest on."""
        head = [self.tr(f"reading_{key}") for key in ("column", "header", "kind", "sure", "why", "option")]
        rows = reading_rows(self.p.table.interpretation, self.language)
        body = text_table(head, rows, tight=(0, 3))
        return self._section("reading_title", body, note=self.tr("reading_note"), wide=True)

    # -- charts ----------------------------------------------------------------------------------------------

    def _label_chart(self) -> str:
        counts, bands = Counter(self.labels), Bands.default(self.scale)
        every = 5 if len(self.scale.labels) <= 60 else max(1, round(len(self.scale.labels) / 10, -1))
        # beyond some hundred labels a bar each would be thinner than a pixel
        width = -(-len(self.scale.labels) // 200)
        bars = []
        for low in self.scale.labels[::width]:
            group = range(low, min(low + width, self.scale.label_max + 1))
            count, band = sum(counts[label] for label in group), bands.of(low)
            name = self.scale.text(low) if width == 1 else f"{self.scale.text(low)}–{self.scale.text(group[-1])}"
            tick = self.scale.text(low) if any(label % every == 0 for label in group) else ""
            bars.append(Bar(count, tick, f"{name} ({band.name(self.language)}): {count}", f"#{band.color}"))
        chart = bar_chart(bars, self.tr("report_labels"), width=940, height=220)
        return self._section("report_labels", chart, note=self.tr("report_labels_note"), wide=True)

    def _digit_charts(self) -> Iterable[str]:
        names = (
            ("report_tens", "report_units") if self.scale.width == 2 else ("report_digit_one", "report_digit_two")
        )
        texts = [self.scale.text(label) for label in self.labels]
        possible = [self.scale.text(label) for label in self.scale.labels]
        for place, name in enumerate(names[: self.scale.width]):
            counts = Counter(text[place] for text in texts)
            allowed = sorted({text[place] for text in possible})
            bars = [Bar(counts[digit], digit, f"{digit}: {counts[digit]}") for digit in allowed]
            yield self._section(name, bar_chart(bars, self.tr(name)), note=self.tr("report_digits_note"))

    def _coding(self) -> str:
        rows = [
            [
                self.tr(f"coding_{c.name}", low=self.scale.label_min, high=self.scale.label_max),
                str(c.distinct),
                _decimals(c.srcc, 4),
                _decimals(c.plcc, 4),
            ]
            for c in self.p.coding
        ]
        head = [self.tr("report_coding"), self.tr("report_distinct"), "SRCC", "PLCC"]
        return self._section(
            "report_ceiling", text_table(head, rows, numbers=(1, 2, 3)), note=self.tr("report_ceiling_note")
        )

    def _noise(self) -> str:
        noise = self.p.noise
        if noise is None:
            return self._section("report_noise", f'<p class="note">{self.tr("report_noise_unknown")}</p>')
        low = min(0.9, int(min(noise.by_count[0][1], noise.plcc) * 10) / 10)
        chart = log_chart(
            noise.by_count,
            self.tr("report_noise"),
            mark=(noise.raters, noise.plcc),
            mark_text=rounded(noise.plcc, 3),
            low=low,
            x_ticks=[n for n in RATER_COUNTS if n != 24],
        )
        note = self.tr(
            "report_noise_note",
            rater_sd=rounded(noise.rater_sd, 2),
            quality_sd=rounded(noise.quality_sd, 2),
            raters=f"{noise.raters:.3g}",
            plcc=rounded(noise.plcc, 3),
        )
        return self._section("report_noise", chart, note=note)

    # -- tables ----------------------------------------------------------------------------------------------

    def _split(self) -> str:
        rows = []
        for part in (*PARTS, NONE):
            members = [k for k, own in enumerate(self.p.parts) if own == part]
            if not members and part == NONE:
                continue
            mos = self.p.means.mos[members] if members and part != NONE else np.zeros(0)
            share = (
                f"{rounded(100 * len(members) / len(self.usable), 1)}%" if self.usable and part != NONE else "–"
            )
            rows.append(
                [
                    self.tr(f"part_{part}"),
                    f"{len(members):,}",
                    share,
                    f"{len({self.p.contents[k] for k in members}):,}" if part != NONE else "–",
                    rounded(mos.mean(), 2) if len(mos) else "–",
                    rounded(mos.std(ddof=1), 2) if len(mos) > 1 else "–",
                    f"{rounded(mos.min(), 2)}–{rounded(mos.max(), 2)}" if len(mos) else "–",
                ]
            )
        head = [
            self.tr("report_part"),
            self.tr("report_videos"),
            self.tr("report_share"),
            self.tr("report_contents"),
            self.tr("report_mos_mean"),
            self.tr("report_sd"),
            self.tr("report_mos_range"),
        ]
        key = "report_split_note_given" if self.p.split_given else "report_split_note"
        note = self.tr(key, rule=self.tr(f"rule_{self.p.plan.rule}"), seed=self.p.options.seed)
        return self._section(
            "report_split", text_table(head, rows, numbers=(1, 2, 3, 4, 5, 6), tight=(0,)), note=note, wide=True
        )

    def _examples(self) -> str:
        rows = [[name, ", ".join(videos)] for name, videos in self.p.plan.examples]
        if not rows or not self.p.plan.guessed:
            return ""
        body = text_table([self.tr("report_contents"), self.tr("report_video")], rows, tight=(0,))
        return self._section("report_examples", body, wide=True)

    def _raters(self) -> str:
        screening = self.p.screening
        if screening is None:
            return ""
        # the odd ones first: that is what the table is looked at for
        people = sorted(screening.raters, key=lambda rater: (not rater.rejected, -abs(rater.bias)))
        rows = []
        weighted = self.p.options.rater_model == "p910"
        screens = self.p.options.reject_outliers or self.p.options.rater_model in ("bt500", "p913")
        for rater in people[:_MOST_RATERS]:
            verdict = "kept" if not rater.rejected else "rejected" if screens else "suspect"
            rows.append(
                [
                    rater.name,
                    f"{rater.ratings:,}",
                    rounded(rater.bias, 2, sign=True),
                    _decimals(rater.agreement, 2),
                    *(
                        [_decimals(rater.inconsistency, 2), _decimals(rater.weight, 2)]
                        if weighted
                        else [str(rater.above), str(rater.below)]
                    ),
                    self.tr(f"verdict_{verdict}"),
                ]
            )
        head = [
            self.tr("report_rater"),
            self.tr("report_ratings"),
            self.tr("report_bias"),
            self.tr("report_agreement"),
            *([self.tr("report_inconsistency"), self.tr("report_weight")] if weighted else ["P", "Q"]),
            self.tr("report_verdict"),
        ]
        body = text_table(head, rows, numbers=(1, 2, 3, 4, 5), tight=(0,))
        if len(people) > _MOST_RATERS:
            body += f'<p class="note">{self.tr("report_more_raters", count=len(people) - _MOST_RATERS)}</p>'
        note = self.tr("report_weights_note" if weighted else "report_people_note")
        return self._agreement() + self._section("report_people", body, note=note, wide=True)

    def _agreement(self) -> str:
        rows = [
            [self.tr(name), self._coefficient(found)]
            for name, found in (("report_alpha", self.p.judged.alpha), ("report_icc", self.p.judged.icc))
            if found is not None
        ]
        if not rows:
            return ""
        note = self.tr("report_agreement_all_note")
        return self._section("report_agreement_all", text_table(["", ""], rows), note=note, wide=True)

    def _coefficient(self, found: Coefficient) -> str:
        return self.tr(f"coefficient_{found.reason}") if found.value is None else rounded(found.value, 3)

    def _problems(self) -> str:
        table = self.p.table
        counts = Counter(code for row in table.rows for code in {problem.code for problem in row.problems})
        if not counts:
            return self._section("report_problems", f"<p>{self.tr('report_no_problems')}</p>", wide=True)
        ordered = sorted(counts.items(), key=lambda item: (not BLOCKING[item[0]], -item[1], item[0]))
        chips = "".join(
            f'<span class="{"bad" if BLOCKING[code] else "mild"}">{code} {count:,}</span>'
            for code, count in ordered
        )
        summary = f'<p class="chips">{chips}</p>'
        # rows that cannot be trained on come first, then the others, each in the order of the sheet
        marked = sorted(
            self.p.rows_with_problems,
            key=lambda k: not any(problem.blocking for problem in table.rows[k].problems),
        )
        several = len({row.sheet for row in table.rows}) > 1
        rows = []
        for k in marked[:_MOST_ROWS]:
            row = table.rows[k]
            sentences = " ".join(problem.sentence(self.language) for problem in row.problems)
            rows.append([f"{row.sheet} {row.row}" if several else str(row.row), row.video or "–", sentences])
        head = [self.tr("report_row"), self.tr("report_video"), self.tr("report_problem")]
        body = f'{summary}<div class="problems">{text_table(head, rows, tight=(0,))}</div>'
        if len(marked) > _MOST_ROWS:
            body += f'<p class="note">{self.tr("report_more_problems", count=len(marked) - _MOST_ROWS)}</p>'
        return self._section("report_problems", body, note=self.tr("report_problems_note"), wide=True)

    def _source(self) -> str:
        table, scale = self.p.table, self.scale
        columns = "; ".join(
            f"{self.tr(f'column_{purpose}')}: {_list(names)}" for purpose, names in table.columns.items()
        )
        scale_text = self.tr(
            "report_scale_value",
            mos_min=f"{scale.mos_min:g}",
            mos_max=f"{scale.mos_max:g}",
            label_min=scale.text(scale.label_min),
            label_max=scale.text(scale.label_max),
            rounding=self.tr(f"rounding_{scale.rounding}"),
        )
        pairs = [
            (self.tr("report_form"), f"{self.tr(f'form_{table.form}')} ({table.sheet})"),
            (self.tr("report_columns"), columns),
            (self.tr("report_scale"), scale_text),
            (self.tr("report_model"), self.tr(f"model_{self.p.options.rater_model}")),
            (self.tr("report_correction"), self.tr(f"correction_{self.p.options.correction}")),
            (self.tr("report_fingerprint"), self.p.manifest(self.language).fingerprint),
            (self.tr("report_made"), self.now.strftime("%Y-%m-%d %H:%M")),
        ]
        body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
        return self._section("report_source", f"<dl>{body}</dl>", wide=True)

    def _section(self, key: str, body: str, *, note: str = "", wide: bool = False) -> str:
        small = f'<p class="note">{escape(note)}</p>' if note else ""
        kind = ' class="wide"' if wide else ""
        return f"<section{kind}><h2>{escape(self.tr(key))}</h2>{small}{body}</section>"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:30]) + (" …" if len(names) > 30 else "")


def _decimals(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}"
