"""The parts of the page that say when in the video and where in the picture: moments, timeline, heat maps."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

from xl_vqa.explaining.in_words import cause_words, place_name
from xl_vqa.page.pictures import heat_picture
from xl_vqa.page.tables import table
from xl_vqa.page.timeline import Piece, clock, timeline_chart
from xl_vqa.why_page.player import Player
from xl_vqa.why_page.texts import tr
from xl_vqa.words.explanation import Explanation, HeatMap, Span
from xl_vqa.words.figures import rounded

Link = Callable[[float], str]


def time_link(player: Player | None, language: str) -> Link:
    """Writes a time in seconds as HTML: a link to that place of the video where the page plays it."""

    def link(seconds: float) -> str:
        shown = clock(seconds)
        if player is None:
            return shown
        address = f"{player.source}#t={rounded(seconds, 2)}"
        # a list of links is read without the words around them
        said = escape(tr("time_link", language, time=shown))
        return f'<a href="{escape(address)}" data-s="{seconds:.3f}" aria-label="{said}">{shown}</a>'

    return link


def moments(explanation: Explanation, language: str, link: Link) -> str:
    """The worst stretches, the worst first."""
    if not explanation.moments:
        return f"<p>{escape(tr('no_moments', language))}</p>" if explanation.spans else ""
    items = []
    for one in explanation.moments:
        # the fields are HTML here: a time is a link
        when = tr("moment", language, start=link(one.start_s), end=link(one.end_s))
        how = tr("moment_mos", language, mos=rounded(one.mos, 2), time=link(one.at_s))
        cause = f" <strong>{escape(cause_words(one.cause, language))}</strong>" if one.cause else ""
        items.append(f"<li>{when}{cause} <span class='faint'>{how}</span></li>")
    return f"<h3>{escape(tr('moments', language))}</h3><ol class='moments'>{''.join(items)}</ol>"


def timeline(explanation: Explanation, language: str, link: Link) -> str:
    """The chart, and its figures as a table."""
    spans = explanation.spans
    if not spans:
        return f"<p>{escape(tr('timeline_none', language))}</p>"
    scale = explanation.rating.distribution.scale
    pieces = [Piece(one.start_s, one.end_s, one.mos, one.low, one.high, _said(one, language)) for one in spans]
    worst, best = min(spans, key=lambda one: one.mos), max(spans, key=lambda one: one.mos)
    told = {
        "start": clock(spans[0].start_s),
        "end": clock(spans[-1].end_s),
        "low": rounded(worst.mos, 2),
        "at": clock(worst.middle_s),
        "high": rounded(best.mos, 2),
    }
    chart = timeline_chart(
        pieces,
        tr("timeline_alt", language, **told),
        limits=(scale.mos_min, scale.mos_max),
        worst=[
            (one.start_s, one.end_s, tr("moment", language, start=clock(one.start_s), end=clock(one.end_s)))
            for one in explanation.moments
        ],
        x_title=tr("seconds", language) if spans[-1].end_s < 60 else "",
        y_title="MOS",
    )
    steps = [[piece.start_s, piece.end_s, piece.tip] for piece in pieces]
    data = f'data-pieces="{escape(json.dumps(steps))}" data-label="{escape(tr("timeline_slider", language))}"'
    rows = [
        [link(one.start_s), clock(one.end_s), rounded(one.mos, 2), rounded(one.low, 2), rounded(one.high, 2)]
        for one in spans
    ]
    head = [tr("from", language), tr("to", language), "MOS", tr("low", language), tr("high", language)]
    name = tr("timeline", language)
    return f"<div {data}>{chart}</div><p class='note'>{escape(tr('timeline_note', language))}</p>" + folded(
        tr("table_of", language, name=name),
        table(head, rows, texts=(), numbers=range(5), name=name, row_heads=True),
    )


def folded(title: str, html: str) -> str:
    """What is opened on demand."""
    return f"<details><summary>{escape(title)}</summary>{html}</details>"


def frames(explanation: Explanation, language: str, link: Link) -> str:
    """The worst frames under their heat maps, which a box takes away; empty where there are none."""
    if not explanation.maps:
        return ""
    shown = "".join(_frame(one, language, link) for one in explanation.maps)
    return (
        f'<p><label><input type="checkbox" id="heat" checked> {escape(tr("heat_shown", language))}</label></p>'
        f'<p class="note">{escape(tr("heat_note", language))}</p><div class="frames">{shown}</div>'
    )


def _frame(one: HeatMap, language: str, link: Link) -> str:
    place = tr("frame_even", language)
    said = place
    box = None
    if one.box is not None:
        name = place_name(one.box, language)
        place = name or tr("place_whole", language)
        key = "frame_loss" if name else "frame_whole" if one.loss > 0 else "frame_everywhere"
        said = tr(key, language, loss=rounded(one.loss, 2), place=place)
        box = (one.box.left, one.box.top, one.box.right, one.box.bottom)
    alt = tr("frame_alt", language, frame=one.frame, time=clock(one.time_s, 2), place=place)
    picture = heat_picture(one.jpeg, (one.width, one.height), one.relevance, alt, box=box)
    name = tr("frame", language, time=link(one.time_s), frame=one.frame)
    return f"<figure>{picture}<figcaption>{name}<br>{escape(said)}</figcaption></figure>"


def _said(one: Span, language: str) -> str:
    return tr(
        "piece",
        language,
        start=clock(one.start_s),
        end=clock(one.end_s),
        mos=rounded(one.mos, 2),
        low=rounded(one.low, 2),
        high=rounded(one.high, 2),
    )
