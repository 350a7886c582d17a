"""``xl_vqa.rate(paths)``: ratings for a Python program, by the same way as every cell and command."""

from __future__ import annotations

import math
import numbers
import os
import queue
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.remarks import Said
from xl_vqa.words.arguments import FUNCTION, SETTINGS, VIDEOS, expect, shown
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.errors import NotAPathError, NotATextError, NoVideoPathError, XlVqaError
from xl_vqa.words.explanation import Explanation, Progress
from xl_vqa.words.rating import Rating
from xl_vqa.words.settings import Settings

_said = Said()

PathLike = str | os.PathLike[str]
_FAILED = -1
GIVING_BACK_S = 4.0
"""A host that answers has taken back by then what is left; one that hangs is left behind."""


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
        TypeError: an argument is of another kind than it says.
    """
    expect(
        "rate",
        paths=(paths, VIDEOS),
        settings=(settings, SETTINGS.or_none),
        on_progress=(on_progress, FUNCTION.or_none),
    )
    given = with_texts(paths, texts)
    videos = [one for one in given if isinstance(one, Video)]
    wrong = len(given) - len(videos)
    report = on_progress and (lambda done, total: on_progress(done + wrong, total + wrong))
    with HostClient(settings or Settings.load()) as client:
        rated = client.rate_all(videos, refresh=refresh, detail=True, on_progress=report)
        _warn(client)
    return _in_order(given, rated)


def rate_iter(
    paths: PathLike | Iterable[PathLike | None],
    *,
    texts: str | Iterable[str | None] | None = None,
    refresh: bool = False,
    settings: Settings | None = None,
) -> Iterator[Rating | XlVqaError]:
    """``rate``, one result after the other, in the order of ``paths``, each as soon as it is known.

    Ending the loop early gives the videos that are left back; those that are rated are kept. Warns and raises as
    ``rate`` does, but while it is looped over.
    """
    expect("rate_iter", paths=(paths, VIDEOS), settings=(settings, SETTINGS.or_none))
    given = with_texts(paths, texts)
    videos = [one for one in given if isinstance(one, Video)]
    news: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
    stop = threading.Event()

    def work(client: HostClient) -> None:
        try:
            client.rate_all(
                videos, refresh=refresh, detail=True, on_result=lambda *found: news.put(found), cancel=stop
            )
        except BaseException as error:
            news.put((_FAILED, error))

    with HostClient(settings or Settings.load()) as client:
        worker = threading.Thread(target=work, args=(client,), name="xl_vqa rate_iter", daemon=True)
        worker.start()
        known: dict[int, Any] = {}
        try:
            count = 0
            for one in given:
                if isinstance(one, XlVqaError):
                    yield one
                    continue
                while count not in known:
                    index, result = news.get()
                    if index == _FAILED:
                        raise result
                    known[index] = result
                yield _result(one, known.pop(count))
                count += 1
        finally:
            stop.set()
            worker.join(GIVING_BACK_S)
        _warn(client)


async def rate_async(
    paths: PathLike | Iterable[PathLike | None],
    *,
    texts: str | Iterable[str | None] | None = None,
    refresh: bool = False,
    settings: Settings | None = None,
) -> list[Rating | XlVqaError]:
    """``rate`` for programs with an event loop, which goes on meanwhile.

    Cancelling the task gives the videos that are left back; those that are rated are kept.
    """
    # not needed, and not loaded, by any other way of rating
    import asyncio
    import contextvars

    from xl_vqa.daemon_threads import DaemonThreads

    expect("rate_async", paths=(paths, VIDEOS), settings=(settings, SETTINGS.or_none))
    given, stop = with_texts(paths, texts), threading.Event()
    videos = [one for one in given if isinstance(one, Video)]

    def work() -> list[Rating | XlVqaError]:
        with HostClient(settings or Settings.load()) as client:
            rated = client.rate_all(videos, refresh=refresh, detail=True, cancel=stop)
            _warn(client)
        return _in_order(given, rated)

    # an event loop, and Python at its end, would wait for a thread of its own for as long as a host hangs
    threads = DaemonThreads(1, "xl_vqa rate_async")
    context = contextvars.copy_context()
    try:
        found = await asyncio.wrap_future(threads.submit(context.run, work))
    except BaseException:
        stop.set()
        end = {"patience_s": GIVING_BACK_S}
        threading.Thread(target=threads.shutdown, kwargs=end, name="xl_vqa gives back").start()
        raise
    threads.shutdown(wait=False)
    return found


def rate_attributes(
    paths: PathLike | Iterable[PathLike | None],
    *,
    refresh: bool = False,
    settings: Settings | None = None,
) -> list[Attributes | XlVqaError]:
    """The single qualities of videos (sharpness, noise, ...) as the model in force sees them, each on its scale.

    They and the score come from one reading of a video, and both are stored: to ask for the score first, or
    afterwards, computes nothing of it twice. Blocks until all are finished.

    Args:
        paths: as in ``rate``.
        refresh: rate again what is stored.
        settings: where not given, those of settings.toml and the environment.

    Returns:
        One entry per path, in order: Attributes, or the error that says why there are none, which is
        NoAttributesError for every video where the model was taught the overall quality alone.

    Warns:
        UserWarning: as ``rate`` does.

    Raises:
        SettingsError: the settings are wrong.
    """
    expect("rate_attributes", paths=(paths, VIDEOS), settings=(settings, SETTINGS.or_none))
    given = with_texts(paths, None)
    videos = [one for one in given if isinstance(one, Video)]
    with HostClient(settings or Settings.load()) as client:
        found = iter(client.attributes(videos, refresh=refresh, priority=0))
        _warn(client)
    results: list[Attributes | XlVqaError] = []
    for one in given:
        if isinstance(one, XlVqaError):
            results.append(one)
            continue
        result = next(found)
        results.append(result.of(_absolute(one)) if isinstance(result, XlVqaError) else result)
    return results


def explain(
    path: PathLike,
    *,
    text: str | None = None,
    refresh: bool = False,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Explanation:
    """Why a video has its score: when it is bad, where in the picture, and what that cost to find out.

    Through the local host, which is started if need be; blocks until it is known. It is made once and then stored.

    Args:
        path: of one video.
        text: the text that an AI-made video was generated from.
        refresh: find it out again.
        settings: where not given, those of settings.toml and the environment.
        on_progress: called with a Progress: stage, passes done and allowed, seconds left.

    Returns:
        The Explanation; ``xl_vqa.explaining.in_words.sentence`` says it in one sentence.

    Warns:
        UserWarning: as ``rate`` does.

    Raises:
        XlVqaError: the video cannot be rated, or its model or the host does not work.
        SettingsError: the settings are wrong.
    """
    expect("explain", settings=(settings, SETTINGS.or_none), on_progress=(on_progress, FUNCTION.or_none))
    video = _entry(path, text)
    if isinstance(video, XlVqaError):
        raise video
    with HostClient(settings or Settings.load()) as client:
        found = client.explain(video.path, video.text, refresh=refresh, on_progress=on_progress)
        _warn(client)
    return found


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
        return NotAPathError(value=shown(path)).of(shown(path))
    name = os.fsdecode(path)
    if not name.strip():
        return NoVideoPathError().of(name)
    if _is_missing(text):
        return Video(name)
    # a prompt that is a number comes out of a table as one
    if not isinstance(text, (str, numbers.Number)):
        return NotATextError(path=name, value=shown(text))
    return Video(name, str(text) if str(text).strip() else None)


def _in_order(given: Sequence[Video | XlVqaError], rated: Iterable[Any]) -> list[Rating | XlVqaError]:
    results = iter(rated)
    return [one if isinstance(one, XlVqaError) else _result(one, next(results)) for one in given]


def _result(video: Video, result: Any) -> Rating | XlVqaError:
    return result.of(_absolute(video)) if isinstance(result, XlVqaError) else Rating.from_dict(result)


def _warn(client: HostClient) -> None:
    """What is wrong with the host, once each, at the line of the user's call."""
    for words in _said.new(client.host_info, client.settings.language):
        warnings.warn(words, stacklevel=3)


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
