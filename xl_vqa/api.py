"""``xl_vqa.rate(paths)``: ratings for a Python program, by the same way as every cell and command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.errors import XlVqaError
from xl_vqa.rating import Rating
from xl_vqa.settings import Settings

PathLike = str | os.PathLike[str]


def rate(
    paths: PathLike | Iterable[PathLike],
    *,
    texts: str | Sequence[str | None] | None = None,
    refresh: bool = False,
    settings: Settings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Rating | XlVqaError]:
    """Rates videos through the local host, which is started if need be; blocks until all are finished.

    Args:
        paths: one path or several.
        texts: the text that AI-made videos were generated from: one for all, or one per path (None: no text).
        refresh: rate again what is stored.
        settings: where not given, those of settings.toml and the environment.
        on_progress: called with (finished, total).

    Returns:
        One entry per path, in order: a Rating, or the error that says why there is none. Errors of single videos
        are returned, not raised, so that one damaged file costs no other its rating.

    Raises:
        SettingsError: the settings are wrong.
        ValueError: ``texts`` has another length than ``paths``.
    """
    videos = with_texts(paths, texts)
    with HostClient(settings or Settings.load()) as client:
        results = client.rate_all(videos, refresh=refresh, detail=True, on_progress=on_progress)
    return [result if isinstance(result, XlVqaError) else Rating.from_dict(result) for result in results]


def with_texts(paths: PathLike | Iterable[PathLike], texts: str | Sequence[str | None] | None) -> list[Video]:
    """The videos of ``rate``'s arguments. Raises ValueError where the texts do not fit the paths."""
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    spoken: Sequence[str | None] = [texts] * len(given) if texts is None or isinstance(texts, str) else texts
    if len(spoken) != len(given):
        raise ValueError(f"{len(spoken)} texts for {len(given)} paths")
    return [Video(os.fspath(path), text) for path, text in zip(given, spoken, strict=True)]
