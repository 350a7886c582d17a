"""Every public function says what it expects where it is given another kind of thing, before it does anything."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xl_vqa
from xl_vqa.words.arguments import NUMBER, PATHS, TEXTS, TWO_NUMBERS, VIDEOS, WHOLE_NUMBER

FRAME = pd.DataFrame({"video": ["/nowhere/a.mp4"]})
CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "rate": (xl_vqa.rate, ([],)),
    "rate_iter": (lambda *given, **named: list(xl_vqa.rate_iter(*given, **named)), ([],)),
    "rate_async": (lambda *given, **named: asyncio.run(xl_vqa.rate_async(*given, **named)), ([],)),
    "rate_attributes": (xl_vqa.rate_attributes, ([],)),
    "rate_frame": (xl_vqa.rate_frame, (FRAME,)),
    "explain": (xl_vqa.explain, ("/nowhere/a.mp4",)),
    "predict": (xl_vqa.predict, ("starter", [])),
    "score_workbook": (xl_vqa.score_workbook, ("/nowhere/list.xlsx",)),
    "evaluate": (xl_vqa.evaluate, ("/nowhere/scores.csv", "/nowhere/manifest.csv")),
}
ANYTHING = {"video", "text", "texts", "decoding", "refresh", "rescore", "clear", "why"}
"""Truths; what any hashable can be; and what is an error of the row, or told as a ValueError."""
IN_PLACE = {"explain": {"path"}}
"""A video's own error says it."""


def arguments() -> Iterator[tuple[str, str]]:
    for name in CALLS:
        for argument in inspect.signature(getattr(xl_vqa, name)).parameters:
            if argument not in ANYTHING | IN_PLACE.get(name, set()):
                yield name, argument


def test_every_public_function_is_looked_at() -> None:
    functions = {name for name in xl_vqa.__all__ if inspect.isfunction(getattr(xl_vqa, name))}
    assert functions == set(CALLS)


@pytest.mark.parametrize(("name", "argument"), list(arguments()))
def test_another_kind_of_thing_is_told(
    name: str, argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    call, given = CALLS[name]
    places = list(inspect.signature(getattr(xl_vqa, name)).parameters)
    wrong: Any = FRAME if argument == "paths" else object()
    named = dict(zip(places, given, strict=False)) | {argument: wrong}
    with pytest.raises(TypeError, match=f"^{name}: {argument} must be .*, not "):
        call(**named)
    # no host was begun for it
    assert not list(tmp_path.iterdir())


def test_texts_and_lists_are_told_apart_and_numbers_of_numpy_are_numbers() -> None:
    assert TEXTS.fits(["a", "b"])
    assert TEXTS.fits(pd.Index(["a"]))
    assert not TEXTS.fits("ab")
    assert not TEXTS.fits(["a", 1])
    assert not PATHS.fits(iter(["a"]))
    assert TWO_NUMBERS.fits((np.float32(1), 5))
    assert not TWO_NUMBERS.fits((1,))
    assert NUMBER.fits(np.float64(1.5))
    assert not NUMBER.fits(float("nan"))
    assert WHOLE_NUMBER.fits(np.int64(3))
    assert not WHOLE_NUMBER.fits(True)
    assert VIDEOS.fits(FRAME["video"])
    assert not VIDEOS.fits(FRAME)


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    for named in ({"video": "clip"}, {"text": "clip"}):
        with pytest.raises(KeyError, match="no column 'clip'; it has: video"):
            xl_vqa.rate_frame(FRAME, **named)


@pytest.mark.parametrize(("argument", "value"), [("resamples", 0), ("seed", -1)])
def test_a_count_too_small_is_told(argument: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"evaluate: {argument} must be . or more, not {value}"):
        xl_vqa.evaluate("/nowhere/a.csv", "/nowhere/b.csv", **{argument: value})  # type: ignore[arg-type]
