"""What the host remembers of attributes, beside the ratings: of one video by one model all in one row.

A row of its own, so that a score is stored, found, counted and exported as if nobody had ever asked for more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from xl_vqa.host.beside import check_value
from xl_vqa.host.database import DamagedError, Database
from xl_vqa.host.stored_rows import RatingKey, packed, unpacked
from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.words.attributes import AttributeRating, Attributes
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.rating import LabelDistribution

log = logging.getLogger("xl_vqa.host.attribute_store")

_KEY: Final = "model = ? AND settings = ? AND video = ?"


class AttributeStore:
    """Thread-safe. The settings of a key are ``model_spec.attributes_key``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Attributes]:
        """Those among ``keys`` that are what was written. Raises HostDiskError."""
        found: dict[RatingKey, Attributes] = {}
        try:
            with self._database.reading() as connection:
                for key in dict.fromkeys(keys):
                    row = connection.execute(
                        "SELECT head, probabilities, checksum FROM attributes "
                        f"WHERE {_KEY} AND reader = {READER_VERSION}",
                        key,
                    ).fetchone()
                    if row is not None:
                        _take(found, key, *row)
        except DamagedError:
            # it was replaced by a new one
            return {}
        return found

    def save(self, new: Mapping[RatingKey, Attributes]) -> None:
        """All or none of them; what is there already is replaced. Raises HostDiskError."""
        rows = []
        for key, attributes in new.items():
            head, numbers = _packed(attributes)
            check = check_value(key, head.encode(), numbers)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            rows.append((*key, head, numbers, now, READER_VERSION, check))
        for last in (False, True):
            try:
                with self._database.writing(durable=True) as connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO attributes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
                    )
                return
            except DamagedError:
                # the second time into the store that replaced it
                if last:
                    raise


def _take(found: dict[RatingKey, Attributes], key: RatingKey, head: Any, numbers: Any, check: Any) -> None:
    try:
        if check != check_value(key, head, numbers):
            raise ValueError("its check value")
        found[key] = _unpacked(head, numbers)
    except (XlVqaError, ValueError, TypeError, KeyError) as error:
        log.error("the stored attributes of %s are damaged (%s); they are made again", key.video, error)


def _packed(attributes: Attributes) -> tuple[str, bytes]:
    """JSON, and the probabilities as little-endian float64, one attribute after the other."""
    numbers = packed(p for one in attributes.ratings for p in one.distribution.probabilities)
    told = [
        [one.name, one.source, one.distribution.off_digit_mass, one.distribution.scale.to_dict()]
        for one in attributes.ratings
    ]
    return json.dumps({"told": told, "left_out": dict(attributes.left_out)}), numbers


def _unpacked(head: bytes, data: bytes) -> Attributes:
    values = json.loads(head)
    numbers = unpacked(data)
    ratings, start = [], 0
    for name, source, off_digit_mass, scale_values in values["told"]:
        scale = Scale.from_dict(scale_values)
        own = tuple(numbers[start : start + len(scale.labels)])
        start += len(scale.labels)
        distribution = LabelDistribution(scale, own, off_digit_mass)
        ratings.append(AttributeRating(name, distribution, source, bands=Bands.default(scale)))
    return Attributes(tuple(ratings), values["left_out"])
