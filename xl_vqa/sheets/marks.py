"""What the model column holds beside a score, and what it tells a later run.

A mark is the model's name and three short checks: of how it scores, of what the row says, of the file. So a later
run of any front end can tell a score of another model, of another path or text, or of a changed file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, NamedTuple

_MARK: Final = re.compile(r"(.*) \(([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})\)", re.DOTALL)
UNSEEN_FILE: Final = "000000"
"""The check of a file that could not be seen when it was rated: as good as any until it is seen."""
RENEW: Final = "ffffff"
"""In place of a file's check: this score was to be made again, and could not be."""

State = Literal["none", "done", "unmarked", "earlier version", "other model", "other row", "changed file"]


class ScoredBy(NamedTuple):
    """What a score hangs on besides the video: the model's name and fingerprint, and how it is read."""

    model: str
    fingerprint: str
    decoding: str
    band_thresholds: tuple[float, ...]
    calibration: str = ""
    """Of the domain profile that reads it; empty without one."""
    earlier: tuple[tuple[str, str], ...] = ()
    """Fingerprints of versions of the model that the name no longer means, each with the time of its end."""

    @classmethod
    def of(cls, rating: Mapping[str, Any]) -> ScoredBy:
        """Of a rating as ``Rating.to_dict(detail=True)`` gives it; missing fields count as empty."""
        thresholds = rating.get("band_thresholds") or ()
        return cls(
            str(rating.get("model", "")),
            str(rating.get("model_fingerprint", "")),
            str(rating.get("decoding", "")),
            tuple(float(value) for value in thresholds),
            str(rating.get("calibration", "")),
        )

    @property
    def key(self) -> str:
        facts = (self.fingerprint, self.decoding, *(f"{value:g}" for value in self.band_thresholds))
        return short(*facts, self.calibration) if self.calibration else short(*facts)

    def ended(self, mark: Mark) -> str | None:
        """When the version of the model that made a score was replaced; None where it is none of the earlier."""
        if mark.model != self.model:
            return None
        return next(
            (at for print_, at in self.earlier if self._replace(fingerprint=print_).key == mark.scoring), None
        )


class Mark(NamedTuple):
    """What the model column holds."""

    model: str
    scoring: str
    row: str
    file: str

    def __str__(self) -> str:
        return f"{self.model} ({self.scoring}-{self.row}-{self.file})"

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        found = _MARK.fullmatch(text.strip())
        return cls(found[1], found[2], found[3], found[4]) if found else None


class Score(NamedTuple):
    """A score that stands in the sheet; ``mark`` is None where there is no model column, or it was edited."""

    label: float
    mark: Mark | None


def state_of(score: Score | None, row_keys: Collection[str], path: str, scored_by: ScoredBy | str | None) -> State:
    """Whether ``score`` is of this row (by one of its keys) and file, and of ``scored_by`` (all that a score hangs
    on, or a model's name; None: any model will do)."""
    if score is None:
        return "none"
    mark = score.mark
    if mark is None:
        return "done" if scored_by is None else "unmarked"
    if mark.row not in row_keys:
        return "other row"
    # a drive that is not connected today says nothing against yesterday's score
    seen = file_key(path)
    if mark.file == RENEW or (seen is not None and seen != mark.file):
        return "changed file"
    if isinstance(scored_by, str):
        return "done" if mark.model == scored_by else "other model"
    if scored_by is not None and (mark.model, mark.scoring) != (scored_by.model, scored_by.key):
        return "other model" if scored_by.ended(mark) is None else "earlier version"
    return "done"


def row_key(sources: tuple[str, ...], text: str | None) -> str:
    """Of what the sheet says about the row: another path or text is another key."""
    return short(*sources, "\n", text or "")


def file_key(path: str) -> str | None:
    """Of the file's size; None where it cannot be seen from here."""
    try:
        return short(str(os.stat(path).st_size))
    except (OSError, ValueError):
        return None


def short(*facts: str) -> str:
    """Six hexadecimal digits: enough to see a change, short enough for a cell."""
    joined = "\0".join(facts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=3).hexdigest()
