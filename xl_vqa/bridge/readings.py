"""What a domain profile says of a rating besides its score, in one line: rank, interval, decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xl_vqa.words.domain_profile import DECISION_NAMES, Reading
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.messages import text


def decision_name(decision: str, language: str) -> str:
    """``accept``, ``review`` or ``reject`` as people read it."""
    names = DECISION_NAMES[decision]
    return names.get(language, names["en"])


def reading_sentence(rating: Mapping[str, Any], language: str) -> str:
    """Of a rating (as JSON); empty where no profile read it."""
    reading = Reading.from_dict(rating)
    if reading is None:
        return ""
    parts = []
    if reading.decision is not None:
        parts.append(text("reading_decision", language, decision=decision_name(reading.decision, language)))
    if reading.rank is not None:
        key = "reading_rank" if reading.rank_name is None else "reading_rank_among"
        told = {"share": as_percent(reading.rank), "count": reading.rank_count, "name": reading.rank_name}
        parts.append(text(key, language, **told))
    if reading.mos_low is not None and reading.interval_coverage is not None:
        told = {"low": rounded(reading.mos_low, 2), "high": rounded(reading.mos_high, 2)}
        parts.append(text("reading_interval", language, **told, coverage=as_percent(reading.interval_coverage)))
    return ("" if language == "ja" else " ").join(parts)


def remarks_of(rating: Mapping[str, Any], warnings: str, language: str) -> str:
    """The line of a reading, and the warnings behind it."""
    return " ".join(filter(None, [reading_sentence(rating, language), warnings]))
