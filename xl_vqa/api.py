"""``xl_vqa.rate(paths)``: ratings for a Python program, by the same way as every cell and command."""

from __future__ import annotations

import math
import numbers
import os
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.remarks import Said
from xl_vqa.words.errors import NotAPathError, NotATextError, NoVideoPathError, XlVqaError
from xl_vqa.words.rating import Rating
from xl_vqa.words.settings import Settings

_said = Said()

PathLike = str | os.PathLike[str]
_SHOWN = 60
"""Characters of a wrong value in an error."""


def rate(
    paths: PathLike | Iterable[PathLike | None],
    *,
    texts: str | Iterable[str | None] | None = None,
    refresh: bool = False,
    settings: Settings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Rating | XlVqaError]:
    """Rates videos through the local host, which is started if need be; blocks until all are finished.

    Args:
        paths: one path or several, in anything that can be looped over (a list, a column of a data frame, ...).
        texts: the text that AI-made videos were generated from: one for all, or one per path. None, NaN and the
            like are no text, and a number counts as written.
        refresh: rate again what is stored.
        settings: where not given, those of settings.toml and the environment.
        on_progress: called with (finished, total).

    Returns:
        One entry per path, in order: a Rating, or the error that says why there is none. Errors of single videos
        are returned, not raised, so that one damaged file, or an empty cell, costs no other its rating. Both have
        ``ok``, ``path``, ``error`` (None, or the sentence) and ``label``, ``mos``, ``band`` (None for an error).

    Warns:
        UserWarning: once for each thing that is wrong with the host, in the language of the settings: ratings that
            cannot be stored, a damaged store that was set aside, the same score for every video.

    Raises:
        SettingsError: the settings are wrong.
        ValueError: ``texts`` has another length than ``paths``.
    """
    given = with_texts(paths, texts)
    videos = [one for one in given if isinstance(one, Video)]
    wrong = len(given) - len(videos)
    report = on_progress and (lambda done, total: on_progress(done + wrong, total + wrong))
    with HostClient(settings or Settings.load()) as client:
        results = iter(client.rate_all(videos, refresh=refresh, detail=True, on_progress=report))
        for words in _said.new(client.host_info, client.settings.language):
            warnings.warn(words, stacklevel=2)
    ratings: list[Rating | XlVqaError] = []
    for one in given:
        if isinstance(one, XlVqaError):
            ratings.append(one)
            continue
        result = next(results)
        ratings.append(result.of(_absolute(one)) if isinstance(result, XlVqaError) else Rating.from_dict(result))
    return ratings


def with_texts(
    paths: PathLike | Iterable[PathLike | None], texts: str | Iterable[str | None] | None
) -> list[Video | XlVqaError]:
    """The videos of ``rate``'s arguments, each with its text; an error in the place of what is none.

    Raises ValueError where the texts do not fit the paths.
    """
    given = _several(paths)
    spoken = _several(texts) if _loops(texts) else [texts] * len(given)
    if len(spoken) != len(given):
        raise ValueError(f"{len(spoken)} texts for {len(given)} paths")
    return [_entry(path, text) for path, text in zip(given, spoken, strict=True)]


def _entry(path: Any, text: Any) -> Video | XlVqaError:
    if _is_missing(path):
        return NoVideoPathError().of("")
    if not isinstance(path, (str, bytes, os.PathLike)):
        return NotAPathError(value=_shown(path)).of(_shown(path))
    name = os.fsdecode(path)
    if not name.strip():
        return NoVideoPathError().of(name)
    if _is_missing(text):
        return Video(name)
    # a prompt that is a number comes out of a table as one
    if not isinstance(text, (str, numbers.Number)):
        return NotATextError(path=name, value=_shown(text))
    return Video(name, str(text) if str(text).strip() else None)


def _absolute(video: Video) -> str:
    try:
        return video.absolute().path
    except XlVqaError:
        return video.path


def _several(values: Any) -> list[Any]:
    return list(values) if _loops(values) else [values]


def _loops(values: Any) -> bool:
    """Whether these are several values: no text, no path, no number and nothing missing."""
    return isinstance(values, Iterable) and not isinstance(values, (str, bytes, os.PathLike))


def _is_missing(value: Any) -> bool:
    """None, NaN of any library, and pandas' NA and NaT, without loading pandas."""
    if isinstance(value, numbers.Real):
        return math.isnan(value)
    return value is None or (value != value) is True or type(value).__name__ in ("NAType", "NaTType")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
