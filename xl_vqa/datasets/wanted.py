"""What the user says about a table of ratings, before anything is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FORMS: Final = ("wide", "long", "mos", "votes", "transposed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Column headers or Excel letters, the form, and what scores mean; None or empty means find out."""

    form: str | None = None
    """One of ``FORMS``."""
    video: str | None = None
    scores: tuple[str, ...] = ()
    rater: str | None = None
    content: str | None = None
    dimension: str | None = None
    """The quality to take where several were rated."""
    lower_is_better: bool | None = None
    mapping: Mapping[str, float | None] = field(default_factory=dict)
    """What texts are worth, as ``scores.parse_mapping`` gives it."""
    dropped: tuple[str, ...] = ()
    """Raters to leave out."""
    scale_told: bool = False
    """The scale is the user's word and not the default."""
    join: str = "offset"
    """How several tests are joined: ``offset`` by their common clips, or ``as-is``."""
