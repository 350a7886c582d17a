"""The whole page of a rating: one HTML file without any other, but the video that it may play from its own place.

Every figure can be read without JavaScript and without colours; light or dark as the reader's system is.
"""

from __future__ import annotations

from html import escape
from pathlib import PurePath
from typing import Final

from xl_vqa.bridge.readings import reading_sentence
from xl_vqa.explaining.in_words import remarks, sentence
from xl_vqa.page.document import document
from xl_vqa.why_page import figures, when_and_where
from xl_vqa.why_page.player import Player
from xl_vqa.why_page.script import SCRIPT, policy
from xl_vqa.why_page.texts import tr
from xl_vqa.words.domain_profile import Reading
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.messages import text as message
from xl_vqa.words.rating import Rating

_STYLE: Final = """
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--paper); color: var(--ink); padding: 6px 12px; z-index: 1; }
a { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
.sentence { font-size: 18px; line-height: 1.5; margin: 10px 0 14px; }
h2 { margin-bottom: 8px; } h3 { margin-top: 10px; }
.band { color: #1f2933; border-radius: 4px; padding: 1px 8px; white-space: nowrap; }
.tile .band { color: #1f2933; font-size: 18px; display: inline-block; }
video { display: block; width: 100%; max-height: 400px; background: #000; border-radius: 4px; }
.moments { margin: 4px 0 0; padding-left: 24px; }
.timeline { cursor: crosshair; touch-action: none; margin-bottom: 6px; }
#made .note { margin: 8px 0 0; }
.timeline .now { stroke: var(--rust); stroke-width: 2; pointer-events: none; }
summary { cursor: pointer; color: var(--faint); font-size: 12px; padding: 4px 0; width: max-content; }
.frames { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 14px; }
.frames figure { max-width: 480px; }
.frames svg { width: 100%; border-radius: 4px; }
section:has(#heat:not(:checked)) .heat { display: none; }
input { accent-color: var(--blue); }
details table { max-width: 520px; }
.timeline svg, #labels svg { min-width: 560px; }
@media (max-width: 700px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
"""


def why_page(
    explanation: Explanation,
    language: str,
    *,
    player: Player | None = None,
    no_player: str = "",
) -> str:
    """The page in ``language`` (``en`` or ``ja``), as text of an HTML file.

    ``player`` is the video as the page plays it; None: ``no_player`` says why there is none.
    """
    rating = explanation.rating
    link = when_and_where.time_link(player, language)
    name = PurePath(rating.path).name or rating.path
    frames = when_and_where.frames(explanation, language, link)
    sections = [
        ("remarks", "".join(f"<p class='notice'>{escape(one)}</p>" for one in remarks_of(explanation, language))),
        (
            "video",
            _video(explanation, language, player, no_player) + when_and_where.moments(explanation, language, link),
        ),
        ("timeline", when_and_where.timeline(explanation, language, link)),
        ("frames", frames),
        ("attributes", figures.attributes(explanation, language)),
        ("labels", figures.labels(explanation, language)),
        ("made", figures.made(explanation, language)),
    ]
    # a frame that the model finds no worse is not among the worst ones
    minded = explanation.moments or any(one.box is not None for one in explanation.maps)
    headings = {} if minded else {"frames": "frames_unminded"}
    title = tr("title", language, name=name)
    body = (
        f"<header><h1>{escape(title)}</h1><p class='sentence'>{escape(sentence(explanation, language))}</p>"
        f"{_tiles(rating, language)}</header>"
        + "".join(_section(key, html, tr(headings.get(key, key), language)) for key, html in sections if html)
        + f"<script>{SCRIPT}</script>"
    )
    whole = document(
        title,
        language,
        body,
        style=_STYLE,
        dark=True,
        head=policy(video=player is not None),
        before=f'<a class="skip" href="#main">{escape(tr("skip", language))}</a>',
    )
    # a file's name may hold bytes that are no text
    return whole.encode("utf-8", "replace").decode("utf-8")


def remarks_of(explanation: Explanation, language: str) -> list[str]:
    """What a reader must know besides the figures: of the domain's profile, of the rating, of the explanation."""
    rating = explanation.rating.to_dict(detail=False)
    found = [reading_sentence(rating, language)]
    found += [message(key, language, **rating) for key in explanation.rating.warnings]
    return [one for one in (*found, *remarks(explanation, language)) if one]


def _section(key: str, html: str, heading: str) -> str:
    return (
        f'<section id="{key}" aria-labelledby="{key}-title"><h2 id="{key}-title">{escape(heading)}</h2>'
        f"{html}</section>"
    )


def _tiles(rating: Rating, language: str) -> str:
    scale, reading = rating.distribution.scale, rating.reading
    tiles = [
        (str(rating.label), tr("score_of", language, low=scale.label_min, high=scale.label_max)),
        (rounded(rating.mos, 2), _mos_words(rating, reading, language)),
        (figures.band_chip(rating.band, language), tr("band", language)),
        (as_percent(rating.band_probability), tr("confidence", language)),
    ]
    shown = "".join(
        f"<div class='tile'><b>{value}</b><span>{escape(words)}</span></div>" for value, words in tiles
    )
    return f"<div class='tiles'>{shown}</div>"


def _mos_words(rating: Rating, reading: Reading | None, language: str) -> str:
    if reading is not None:
        if reading.mos_low is None or reading.mos_high is None or reading.interval_coverage is None:
            return "MOS"
        told = {"low": rounded(reading.mos_low, 2), "high": rounded(reading.mos_high, 2)}
        return tr("mos_people", language, **told, share=as_percent(reading.interval_coverage))
    low, high = (rating.distribution.scale.to_mos(label) for label in rating.distribution.interval())
    return tr("mos", language, low=rounded(low, 1), high=rounded(high, 1))


def _video(explanation: Explanation, language: str, player: Player | None, no_player: str) -> str:
    name = PurePath(explanation.path).name
    if player is not None:
        label = escape(tr("player", language, name=name))
        note = " ".join(filter(None, [player.note, tr("player_keys", language)]))
        return (
            f'<video controls preload="metadata" src="{escape(player.source)}" aria-label="{label}"></video>'
            f"<p class='note'>{escape(note)}</p>"
        )
    return f"<p class='note'>{escape(no_player)}</p>"
