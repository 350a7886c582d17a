"""A rating as a row of the store, and back: every row carries a check value over its key and all that it says.

Disks lose bits that no page structure shows. A row that fails its check is as good as not there: its video is
rated again, and the rows beside it are served. Rows of before there were check values are held against themselves:
the summary must say what the distribution says.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating


class RatingKey(NamedTuple):
    """What a rating is found by."""

    model: str
    settings: str
    video: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A stored rating ready to be sent: JSON without path and text, read in ``view``."""

    view: str
    json: str


@dataclass(frozen=True, slots=True)
class NewRating:
    """A rating to be stored, with its summary in the view of whoever asked for it."""

    rating: Rating
    view: str
    summary: str

    @property
    def key(self) -> RatingKey:
        rating = self.rating
        return RatingKey(rating.model_fingerprint, rating.settings_key, rating.video_fingerprint)


def packed(numbers: Iterable[float]) -> bytes:
    """Little-endian float64, on every machine."""
    values = array("d", numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def unpacked(data: bytes) -> array[float]:
    """What ``packed`` was given. Raises ValueError or TypeError for what no numbers are."""
    values = array("d")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


class BadRowError(Exception):
    """A row that is not what was written."""


class Row(NamedTuple):
    """The columns of a row beside its key and check value; texts as bytes, for damage need not be UTF-8."""

    probabilities: Any
    off_digit_mass: Any
    scale: Any
    frames: Any
    model_name: Any
    text: Any
    warnings: Any
    rated_at: Any
    view: Any
    summary: Any
    reader: Any

    @classmethod
    def of(cls, new: NewRating) -> Row:
        rating = new.rating
        return cls(
            packed(rating.distribution.probabilities),
            float(rating.distribution.off_digit_mass),
            json.dumps(rating.distribution.scale.to_dict()).encode(),
            json.dumps(rating.frames.to_dict()).encode(),
            rating.model.encode("utf-8", "replace"),
            None if rating.text is None else rating.text.encode("utf-8", "replace"),
            json.dumps(list(rating.warnings)).encode(),
            rating.rated_at.encode(),
            new.view.encode(),
            new.summary.encode(),
            READER_VERSION,
        )

    def check_value(self, key: RatingKey) -> bytes:
        """Of the row found under ``key``, so that a row of another key does not pass for it."""
        parts = [part.encode() for part in key]
        parts += [part if isinstance(part, bytes) else ascii(part).encode() for part in self]
        return blake2b(b"\0".join(parts), digest_size=8).digest()

    def stored_values(self) -> tuple[Any, ...]:
        """For SQLite, which tells texts from bytes; the probabilities are the one column of bytes."""
        first, *others = self
        return (first, *(part.decode() if isinstance(part, bytes) else part for part in others))

    def is_sound(self, key: RatingKey, check: Any) -> bool:
        """Whether the row is what was written; without a check value, whether it agrees with itself."""
        return check == self.check_value(key) if check is not None else self._agrees(key)

    def rating(self, key: RatingKey) -> Rating:
        """Its path is empty and for the reader to fill in. Raises BadRowError."""
        try:
            return Rating(
                path="",
                distribution=LabelDistribution(
                    Scale.from_dict(json.loads(self.scale)),
                    tuple(unpacked(self.probabilities)),
                    self.off_digit_mass,
                ),
                frames=FramesUsed.from_dict(json.loads(self.frames)),
                video_fingerprint=key.video,
                model=self.model_name.decode(),
                model_fingerprint=key.model,
                settings_key=key.settings,
                text=None if self.text is None else self.text.decode(),
                rated_at=self.rated_at.decode(),
                warnings=tuple(json.loads(self.warnings)),
            )
        except (XlVqaError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise BadRowError(f"{type(error).__name__}: {error}") from error

    def says(self) -> tuple[Any, ...]:
        """What makes it another rating: not when it was made, nor in which bands it was read."""
        return self.probabilities, self.off_digit_mass, self.scale, self.text, self.reader

    def short(self) -> Summary:
        """Of a sound row."""
        return Summary(self.view.decode(), self.summary.decode())

    def _agrees(self, key: RatingKey) -> bool:
        try:
            said = json.loads(self.summary)
            own = replace(self.rating(key), decoding=said["decoding"]).to_dict(detail=False)
            self.short()
        except (BadRowError, XlVqaError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return False
        return all(_same(said[name], own[name]) for name in own.keys() & said.keys() - _OF_THE_BANDS)


ROW_COLUMNS: Final = ", ".join(Row._fields)
_OF_THE_BANDS: Final = {"band", "band_probability"}
"""Depend on thresholds that the row does not hold as numbers."""


def _same(said: Any, own: Any) -> bool:
    if isinstance(said, float) and isinstance(own, float):
        # another machine's logarithm may differ in the last digit that is written
        return math.isclose(said, own, abs_tol=2e-4)
    return bool(said == own)


def split_row(values: Sequence[Any]) -> tuple[Row, Any]:
    """Values of ``ROW_COLUMNS, checksum`` as the row and its check value."""
    *columns, check = values
    return Row(*columns), check
