"""What a watch says: the lines that the command prints, JSON, and one HTML page, in English or Japanese."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.monitoring.drift import GROUP, Walk, counts
from xl_vqa.monitoring.records import Records
from xl_vqa.monitoring.reference import Group, Sample
from xl_vqa.monitoring.texts import tr
from xl_vqa.monitoring.watch import ALARM_RATE, FEWEST, Figure, Watch
from xl_vqa.page.colours import BLUE, FAINT, RUST
from xl_vqa.page.document import document
from xl_vqa.page.svg import Plane
from xl_vqa.page.tables import text_table
from xl_vqa.page.ticks import percent, round_axis
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.figures import as_percent, rounded

SHOWN_ROWS: Final = 5
SHOWN_FEW: Final = 10


def where(group: Group, language: str) -> str:
    model, source = group
    model = model or tr("no_model", language)
    return f"{model}, {source}" if source else model


def sentence(figure: Figure, language: str) -> str:
    """What happened, and what to do."""
    place = where((figure.model, figure.source), language)
    return tr(f"alarm_{figure.kind}", language, where=place, value=figure.value, count=len(figure.rows))


def row_names(rows: Sequence[str], language: str, most: int = SHOWN_ROWS) -> str:
    """The first rows by name, and how many there are beside them."""
    shown = ", ".join(rows[:most])
    return shown if len(rows) <= most else tr("more_rows", language, rows=shown, count=len(rows) - most)


def rate_line(found: Watch, language: str) -> str:
    return tr("rate", language, rate=ALARM_RATE, count=len(found.figures))


def unknown_lines(found: Watch, records: Records, language: str) -> list[str]:
    """What was left out, and what no row tells of, a sentence each."""
    lines = [tr(why, language, count=count) for why, count in records.unused.items()]
    for group, kinds in found.unknown.items():
        if not group[1]:
            lines += [tr(f"unknown_{kind}", language, where=where(group, language)) for kind in kinds]
    lines += [tr("few", language, where=where(one, language), fewest=FEWEST) for one in found.few[:SHOWN_FEW]]
    if len(found.few) > SHOWN_FEW:
        lines.append(tr("few_more", language, count=len(found.few) - SHOWN_FEW))
    if records.crashes:
        rows = row_names(records.crashes, language)
        lines.append(tr("crashes", language, count=len(records.crashes), rows=rows))
    return lines


def figure_rows(found: Watch, language: str) -> list[list[str]]:
    """Model, source, figure, value, chance, verdict."""
    return [
        [
            one.model or tr("no_model", language),
            one.source or tr("all_sources", language),
            tr(one.kind, language),
            rounded(one.value, 3),
            f"{one.p:.2g}",
            tr("alarm" if one.alarm else "quiet", language),
        ]
        for one in found.figures
    ]


def figure_head(language: str) -> list[str]:
    return [tr(key, language) for key in ("model", "source", "figure", "value", "p", "verdict")]


def as_dict(found: Watch, records: Records) -> dict[str, Any]:
    """JSON-ready; sentences in every language."""

    def told(figure: Figure) -> dict[str, Any]:
        return figure.to_dict() | {"sentence": {language: sentence(figure, language) for language in LANGUAGES}}

    return {
        "false_alarm_rate": ALARM_RATE,
        "alarms": [told(figure) for figure in found.alarms],
        "figures": [figure.to_dict() for figure in found.figures],
        "unknown": {language: unknown_lines(found, records, language) for language in LANGUAGES},
    }


def report_html(found: Watch, records: Records, language: str, made: datetime.datetime | None = None) -> str:
    """The whole page. ``made`` is the time it shows, by default now."""
    title = tr("title", language)
    date = (made or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M")
    alarms = "".join(
        f'<p class="notice">{escape(sentence(one, language))}<br>'
        f'<span class="faint">{escape(tr("rows", language))}: '
        f"{escape(row_names(one.rows, language, 50))}</span></p>"
        for one in found.alarms
    )
    unknown = "".join(f"<li>{escape(line)}</li>" for line in unknown_lines(found, records, language))
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sub">{escape(tr("made", language, date=date, version=__version__))}</p>',
        _section("alarms", alarms or f"<p>{escape(tr('no_alarms', language))}</p>", language),
        _pictures(found, language),
        _section(
            "figures",
            f'<p class="note">{escape(rate_line(found, language))}</p>'
            + text_table(figure_head(language), figure_rows(found, language), numbers=(3, 4), tight=(5,)),
            language,
        ),
        _section("unknown", f"<ul>{unknown}</ul>", language) if unknown else "",
    ]
    return document(title, language, "".join(parts))


def _section(key: str, body: str, language: str) -> str:
    return f"<section><h2>{escape(tr(key, language))}</h2>{body}</section>"


def _pictures(found: Watch, language: str) -> str:
    """Of every model, and of the sources that alarm."""
    alarming = {(one.model, one.source) for one in found.alarms}
    parts = []
    for group, samples in found.samples.items():
        if group[1] and group not in alarming:
            continue
        name = where(group, language)
        parts.append((f"{name}: {tr('psi', language)}", _scores(*samples, language), tr("scores_note", language)))
        if (walk := found.walks.get(group)) is not None:
            note = tr("walk_note", language, rate=ALARM_RATE)
            parts.append((f"{name}: {tr('cusum', language)}", _cusum(walk, language), note))
            parts.append((f"{name}: {tr('chart', language)}", _chart(walk, language), note))
    figures = (
        f"<figure><h2>{escape(head)}</h2>{picture}<figcaption>{escape(note)}</figcaption></figure>"
        for head, picture, note in parts
    )
    return f'<div class="figures">{"".join(figures)}</div>'


def _scores(before: Sample, now: Sample, language: str) -> str:
    edges = before.edges
    shares = [counted / counted.sum() for counted in (counts(one.scores, edges) for one in (before, now))]
    every = (*before.scores, *now.scores)
    (low, high), x_ticks = round_axis(min(every), max(every))
    top, y_ticks = round_axis(0.0, float(max(share.max() for share in shares)), say=percent)
    titles = tr("score_axis", language), tr("share_axis", language)
    plane = Plane((low, high), top, *titles, x_ticks=x_ticks, y_ticks=y_ticks)
    ends = [low, *edges, high]
    for share, color, alpha in ((shares[0], FAINT, 0.35), (shares[1], BLUE, 0.45)):
        for k, value in enumerate(share):
            tip = f"{rounded(ends[k], 1)} - {rounded(ends[k + 1], 1)}: {as_percent(value, 1)}"
            plane.box((ends[k], ends[k + 1]), (0.0, float(value)), tip, color=color, alpha=alpha)
    return plane.render(tr("psi", language))


def _cusum(walk: Walk, language: str) -> str:
    top = max(float(walk.up.max()), float(walk.down.max()), walk.cusum_limit)
    limits, y_ticks = round_axis(0.0, top)
    across, x_ticks = round_axis(0, len(walk.up), whole=True)
    titles = tr("row_axis", language), tr("cusum_axis", language)
    plane = Plane(across, limits, *titles, x_ticks=x_ticks, y_ticks=y_ticks)
    plane.line([(across[0], walk.cusum_limit), (across[1], walk.cusum_limit)], color=FAINT, dash="5 4")
    for path, color in ((walk.up, BLUE), (walk.down, RUST)):
        plane.line([(k + 1, float(value)) for k, value in enumerate(path)], color=color)
    return plane.render(tr("cusum", language))


def _chart(walk: Walk, language: str) -> str:
    reach = max(float(abs(walk.means).max()), walk.chart_limit)
    limits, y_ticks = round_axis(-reach, reach)
    across, x_ticks = round_axis(0, len(walk.means) * GROUP, whole=True)
    titles = tr("row_axis", language), tr("chart_axis", language, group=GROUP)
    plane = Plane(across, limits, *titles, x_ticks=x_ticks, y_ticks=y_ticks)
    for limit in (-walk.chart_limit, walk.chart_limit):
        plane.line([(across[0], limit), (across[1], limit)], color=FAINT, dash="5 4")
    for k, value in enumerate(walk.means):
        out = abs(value) > walk.chart_limit
        plane.dot((k + 1) * GROUP, float(value), rounded(value, 2, sign=True), color=RUST if out else BLUE)
    return plane.render(tr("chart", language))
