"""How a stored distribution is read (decoding, band thresholds) and written as JSON, fast for thousands."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.host.stored_rows import RatingKey, Summary
from xl_vqa.vlm.rate_batch import for_text
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.errors import HostRequestError, SettingsError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.messages import TEXT_UNUSED
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason, why_malformed
from xl_vqa.words.settings import Settings

CACHED_SUMMARIES: Final = 20_000
"""About 10 MB; only summaries read otherwise than when they were stored need it."""


SUMMARY: Final = 2
"""Rises with every change of the short form: stored ones of before are made anew."""


@dataclass(frozen=True, slots=True)
class View:
    """A reading of distributions. ``thresholds`` None are the default bands of the model's scale."""

    decoding: str
    thresholds: tuple[float, float, float, float] | None = None

    @classmethod
    def of(cls, settings: Settings) -> View:
        if settings.band_thresholds is None:
            return cls(settings.decoding)
        first, second, third, fourth = settings.band_thresholds
        return cls(settings.decoding, (first, second, third, fourth))

    @classmethod
    def from_request(cls, values: Any, default: View) -> View:
        """Raises HostRequestError for values that are no view."""
        if values is None:
            return default
        if not isinstance(values, Mapping):
            raise HostRequestError(problem="host_view_object")
        thresholds = values.get("band_thresholds")
        if thresholds is not None and not isinstance(thresholds, list):
            raise HostRequestError(problem="host_thresholds_list")
        try:
            return _view(values.get("decoding", default.decoding), tuple(thresholds) if thresholds else None)
        except SettingsError as error:
            raise HostRequestError(problem=error.params["problem"]) from error
        except (TypeError, OverflowError, ValueError) as error:
            raise HostRequestError(problem=Reason("host_view_values", why=why_malformed(error))) from error

    @property
    def key(self) -> str:
        """Changes with everything that changes a summary, this program included."""
        return f"{__version__}|{SUMMARY}|{self.decoding}|{self.thresholds}"

    def bands(self, scale: Scale) -> Bands:
        return Bands.default(scale) if self.thresholds is None else Bands(scale, self.thresholds)

    def apply(self, rating: Rating) -> Rating:
        """The rating read in this view."""
        return replace(rating, decoding=self.decoding, bands=self.bands(rating.distribution.scale))


@lru_cache(maxsize=64)
def _view(decoding: str, thresholds: tuple[float, ...] | None) -> View:
    # settings know what is valid; checking them takes a millisecond
    return View.of(Settings(decoding=decoding, band_thresholds=thresholds))


class SummaryCache:
    """Summaries in views other than the stored one, the most recently used ones."""

    def __init__(self, size: int = CACHED_SUMMARIES) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[RatingKey, int, str], str] = OrderedDict()

    def get(self, key: RatingKey, summary: Summary, view: View) -> str | None:
        """The JSON in ``view``, where it is the stored view or was put here."""
        if summary.view == view.key:
            return summary.json
        place = _place(key, summary, view)
        with self._lock:
            found = self._kept.get(place)
            if found is not None:
                self._kept.move_to_end(place)
            return found

    def put(self, key: RatingKey, summary: Summary, view: View, text: str) -> None:
        with self._lock:
            self._kept[_place(key, summary, view)] = text
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _place(key: RatingKey, summary: Summary, view: View) -> tuple[RatingKey, int, str]:
    # the stored summary tells one computation from the next: it holds the time
    return key, hash(summary.json), view.key


def summary_json(rating: Rating, view: View) -> str:
    """The short form without path and text, which differ from asker to asker.

    Raises ScaleError for thresholds that do not rise.
    """
    values = view.apply(rating).to_dict(detail=False)
    values.pop("path")
    values.pop("text", None)
    return json.dumps(values)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known now of the model of a rating, and may be otherwise than when it was stored."""

    name: str | None = None
    """What the user calls it; None: the name in the rating."""
    reads_text: bool = True


def detail_json(rating: Rating, view: View, path: str, text: str | None, model: KnownModel = KnownModel()) -> str:
    """The long form, for ``Rating.from_dict``."""
    told = for_text(view.apply(rating), text, heard=model.reads_text)
    return json.dumps(replace(told, path=path, model=model.name or rating.model).to_dict(detail=True))


def attributes_json(attributes: Attributes, view: View) -> str:
    """The attributes of a video read in a view, for ``Attributes.from_dict``."""
    read = tuple(
        replace(one, decoding=view.decoding, bands=view.bands(one.distribution.scale))
        for one in attributes.ratings
    )
    return json.dumps(replace(attributes, ratings=read).to_dict())


def with_path(summary: str, path: str, text: str | None, model: KnownModel = KnownModel()) -> str:
    """The short form for one asker."""
    unheard = text is not None and not model.reads_text
    # most ratings need no second look: a long list would take seconds
    renamed = model.name is not None and f'"model": {json.dumps(model.name)},' not in summary
    if unheard or renamed:
        values = json.loads(summary)
        values["model"] = model.name or values["model"]
        values["warnings"] += [TEXT_UNUSED] if unheard else []
        summary = json.dumps(values)
    start = '{"path": ' + json.dumps(path)
    if text is not None:
        start += ', "text": ' + json.dumps(text)
    return start + ", " + summary[1:]
