"""``xl_vqa.rate_frame(frame)``: ratings as columns of a pandas data frame, beside the videos' paths."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.api import rate
from xl_vqa.sheets.listing import heads_list
from xl_vqa.words.arguments import FUNCTION, SETTINGS, TEXT, Kind, expect
from xl_vqa.words.labels import ACR_BANDS
from xl_vqa.words.messages import warning_sentences
from xl_vqa.words.rating import Rating
from xl_vqa.words.video_names import is_video_name

if TYPE_CHECKING:
    import pandas as pd

    from xl_vqa.words.errors import XlVqaError
    from xl_vqa.words.settings import Settings

COLUMNS: Final = {
    "label": "Int64",
    "mos": "float64",
    "expected_label": "float64",
    "band": "category",
    "band_probability": "float64",
    "off_digit_mass": "float64",
    "model": "string",
    "remark": "string",
    "error": "string",
}
"""What is added, behind the prefix, and its dtype; missing where there is nothing to say.

``band`` is ordered from bad to excellent; ``remark`` is what to know of a score, ``error`` why there is none.
"""


def rate_frame(
    frame: pd.DataFrame,
    video: Hashable | None = None,
    *,
    text: Hashable | None = None,
    prefix: str = "vqa_",
    refresh: bool = False,
    settings: Settings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """A copy of ``frame`` with a score in every row, or the error that says why there is none.

    Args:
        frame: any data frame; its index, order and other columns stay, rows that name the same video too.
        video: the column of paths. Where not given, the one headed like a list of videos (video, path, 動画, ...),
            or the only one whose texts end like videos.
        text: the column of texts that AI-made videos were generated from.
        prefix: of the added columns (``COLUMNS``). Columns of these names are replaced: a second run is the first
            one again, from what is stored.
        refresh, settings, on_progress: as for ``xl_vqa.rate``.

    Raises:
        KeyError: ``frame`` has no such column.
        TypeError: ``frame`` is no data frame, or another argument is of another kind than it says.
        ValueError: no column of videos was found, or several.
        SettingsError: the settings are wrong.
    """
    import pandas as pd

    is_frame = Kind("a pandas data frame", lambda value: isinstance(value, pd.DataFrame))
    expect(
        "rate_frame",
        frame=(frame, is_frame),
        prefix=(prefix, TEXT),
        settings=(settings, SETTINGS.or_none),
        on_progress=(on_progress, FUNCTION.or_none),
    )
    column = _video_column(frame) if video is None else video
    paths = _values(frame, column)
    texts = None if text is None else _values(frame, text)
    results = rate(paths, texts=texts, refresh=refresh, settings=settings, on_progress=on_progress)
    language = (settings or _settings()).language
    rated = frame.copy()
    for name, values in _columns(results, language).items():
        if name == "band":
            levels = [band.key for band in ACR_BANDS]
            added: Any = pd.Categorical(values, categories=levels, ordered=True)
        else:
            dtype: Any = COLUMNS[name]
            added = pd.array(values, dtype=dtype)
        rated[f"{prefix}{name}"] = added
    return rated


def _columns(results: list[Rating | XlVqaError], language: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for result in results:
        if isinstance(result, Rating):
            row = {name: getattr(result, name, None) for name in COLUMNS}
            off_digit_mass = result.distribution.off_digit_mass
            remark = warning_sentences(result.to_dict(detail=False), language) or None
            row |= {"band": result.band.key, "off_digit_mass": off_digit_mass, "remark": remark}
        else:
            row = {"error": result.message(language)}
        for name, values in columns.items():
            values.append(row.get(name))
    return columns


def _values(frame: pd.DataFrame, column: Hashable) -> list[Any]:
    try:
        found = frame[column]
    except KeyError as error:
        known = ", ".join(map(str, frame.columns))
        raise KeyError(f"the data frame has no column {column!r}; it has: {known}") from error
    if found.ndim != 1:
        raise ValueError(f"the data frame has several columns {column!r}: name one that is there once")
    return found.tolist()


def _video_column(frame: pd.DataFrame) -> Hashable:
    names = list(dict.fromkeys(frame.columns))
    headed = [name for name in names if isinstance(name, str) and heads_list(name)]
    filled = [name for name in names if any(isinstance(v, str) and is_video_name(v) for v in _first(frame, name))]
    found = [name for name in headed if name in filled] or (filled if len(filled) == 1 else headed or filled)
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(str, found or names))
    problem = "several columns name videos" if found else "no column names videos"
    raise ValueError(
        f"{problem} ({known}): say which one, as in rate_frame(frame, {str((found or ['video'])[0])!r})"
    )


def _first(frame: pd.DataFrame, name: Hashable) -> list[Any]:
    column = frame[name]
    return column.dropna().head(500).tolist() if column.ndim == 1 else []


def _settings() -> Settings:
    from xl_vqa.words.settings import Settings

    return Settings.load()
