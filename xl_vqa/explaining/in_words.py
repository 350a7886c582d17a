"""One sentence that says why, from measured figures alone, in the reader's language. Standard library only.

    Poor: motion stutters from 3.2 to 4.1 s, on the left; sharpness is fine.

Nothing is said that no figure of the explanation says: without attributes it is only when and where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from xl_vqa.explaining.texts import TEXTS, tr
from xl_vqa.words.attributes import KNOWN, AttributeRating, attribute_words
from xl_vqa.words.explanation import Box, Explanation, Moment
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Bands
from xl_vqa.words.messages import text as message

MOST_TIMES: Final = 2
MOST_FINE: Final = 2
FINE: Final = "good"
"""The lowest band in which an attribute is called fine; two below it, it is called what is wrong."""
_BAD: Final = ("bad", "poor")
_OF_MOTION: Final = frozenset(one.key for one in KNOWN if one.needs_motion)
_LARGE: Final = 0.75
"""A box as wide and high as this is no place: it is the picture."""


def sentence(explanation: Explanation, language: str = "en") -> str:
    """Band, what is wrong when and where, and what is fine; every clause from a figure."""
    if "warning_black" in explanation.rating.warnings:
        # whatever is said of a picture that shows nothing, nobody can see it
        clauses = [tr("black", language)]
    else:
        clauses = [_what(explanation, language), *_fine(explanation, language)]
    between = tr("between_clauses", language)
    return tr("said", language, band=explanation.rating.band.name(language), clauses=between.join(clauses))


def remarks(explanation: Explanation, language: str = "en") -> list[str]:
    """What could not be said, and why; a sentence each."""
    return [message(str(one["key"]), language, **one) for one in explanation.remarks]


def place_name(box: Box, language: str = "en") -> str | None:
    """Where a box lies, by thirds of the picture; None where it is most of it."""
    if box.right - box.left > _LARGE and box.bottom - box.top > _LARGE:
        return None
    across = _third((box.left + box.right) / 2, ("left", "", "right")) if box.right - box.left <= _LARGE else ""
    down = _third((box.top + box.bottom) / 2, ("top", "", "bottom")) if box.bottom - box.top <= _LARGE else ""
    return tr("_".join(filter(None, (down, across))) or "middle", language)


def _third(middle: float, names: tuple[str, str, str]) -> str:
    return names[min(int(middle * 3), 2)]


def _what(explanation: Explanation, language: str) -> str:
    moments = explanation.moments
    place = _place(explanation, language)
    if moments:
        cause = moments[0].cause or None
        alike = [one for one in moments if one.cause == moments[0].cause][:MOST_TIMES]
        what, times = cause_words(cause, language), _times(alike, language)
        key = "when" if place is None else "when_where"
        return tr(key, language, what=what, times=times, place=place or "")
    worst = _worst(_told(explanation), explanation.rating.bands)
    if worst is not None or place is not None:
        what = tr("low", language) if worst is None else cause_words(worst, language)
        key = "whole_clip" if place is None else "whole_clip_where"
        return tr(key, language, what=what, place=place or "")
    if explanation.rating.frames.frame_count == 1:
        return tr("one_picture", language)
    return tr("still" if _stands(explanation) else "even", language)


def _stands(explanation: Explanation) -> bool:
    return "warning_frozen" in explanation.rating.warnings


def _told(explanation: Explanation) -> Mapping[str, AttributeRating]:
    """The attributes; of a video in which nothing moves without those of motion."""
    hidden = _OF_MOTION if _stands(explanation) else frozenset()
    return {name: one for name, one in explanation.attributes.items() if name not in hidden}


def cause_words(cause: str | None, language: str) -> str:
    """What is seen where this attribute is low; None where it is not known which."""
    if cause is None:
        return tr("worst", language)
    key = f"falls_{cause}"
    return tr(key, language) if key in TEXTS else tr("falls", language, name=attribute_words(cause, language))


def _times(moments: Sequence[Moment], language: str) -> str:
    """In the order of the clip, to a tenth of a second."""
    said = []
    for one in sorted(moments, key=lambda moment: moment.start_s):
        start, end = rounded(one.start_s, 1), rounded(one.end_s, 1)
        said.append(tr("at" if start == end else "from_to", language, start=start, end=end))
    return tr("and", language).join(said)


def _place(explanation: Explanation, language: str) -> str | None:
    boxes = [one.box for one in explanation.maps if one.box is not None]
    return (place_name(boxes[0], language) or tr("everywhere", language)) if boxes else None


def _worst(attributes: Mapping[str, AttributeRating], bands: Bands) -> str | None:
    """The lowest attribute where it is poor or bad."""
    low = [(one.expected_label, name) for name, one in attributes.items() if bands.of(one.label).key in _BAD]
    return min(low)[1] if low else None


def _fine(explanation: Explanation, language: str) -> list[str]:
    """The best attributes, where they are good; never one that is named as what is wrong."""
    bands = explanation.rating.bands
    wrong = {one.cause for one in explanation.moments}
    good = sorted(
        (-one.expected_label, name)
        for name, one in _told(explanation).items()
        if name not in wrong and bands.of(one.label).key in (FINE, "excellent")
    )
    names = [attribute_words(name, language) for _, name in good[:MOST_FINE]]
    if not names:
        return []
    key = "fine" if len(names) == 1 else "fine_several"
    return [tr(key, language, names=tr("and", language).join(names))]
