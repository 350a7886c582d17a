"""``xl_vqa.rate`` and ``predict`` from a Python program."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xl_vqa
from tests import media
from tests.training.sets import make_set, write_recipe
from tests.workbooks.makers import column_of, list_workbook
from xl_vqa.bridge.client import HostClient
from xl_vqa.without_host import predict
from xl_vqa.words.errors import (
    ModelFailedError,
    ModelNotFoundError,
    NotAPathError,
    NotATextError,
    NoVideoPathError,
    VideoError,
    VideoNotFoundError,
    XlVqaError,
)
from xl_vqa.words.rating import Rating
from xl_vqa.words.settings import Settings


def test_attributes_and_errors_in_order(tmp_path: Path) -> None:
    clip = media.make_clip(tmp_path / "a.mp4", 160, 120, frames=12)
    settings = Settings.load(home=tmp_path / "home", model="stand-in")
    try:
        found, missing, empty = xl_vqa.rate_attributes([clip, tmp_path / "none.mp4", None], settings=settings)
    finally:
        with HostClient(settings) as client:
            client.stop()
    assert isinstance(found, xl_vqa.Attributes)
    assert 10 <= found.of("noise").label <= 50
    assert isinstance(missing, VideoNotFoundError)
    assert missing.path == str(tmp_path / "none.mp4")
    assert isinstance(empty, NoVideoPathError)


def test_ratings_and_errors_in_order(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    media.make_clip(clip, 160, 120, frames=12)
    settings = Settings.load(home=tmp_path / "home", model="stand-in")
    seen: list[tuple[int, int]] = []
    try:
        results = xl_vqa.rate(
            [clip, tmp_path / "none.mp4", clip],
            texts=[None, None, "a text"],
            settings=settings,
            on_progress=lambda done, total: seen.append((done, total)),
        )
        single = xl_vqa.rate(clip, settings=settings)
    finally:
        with HostClient(settings) as client:
            client.stop()
    first, missing, with_text = results
    assert isinstance(first, Rating)
    assert isinstance(missing, VideoNotFoundError)
    assert isinstance(with_text, Rating)
    assert with_text.text == "a text"
    assert single[0] == first
    assert seen[-1] == (3, 3)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    media.make_clip(tmp_path / "a.mp4", 160, 120, frames=12)
    return tmp_path / "a.mp4"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings.load(home=tmp_path / "home", model="stand-in")
    yield settings
    with HostClient(settings) as client:
        client.stop()


def test_every_input_gets_its_row(clip: Path, host: Settings, tmp_path: Path) -> None:
    """Whatever a list or a column of a data frame may hold."""
    words = tmp_path / "words.mp4"
    words.write_text("no video at all")
    given: list[tuple[Any, type]] = [
        (clip, Rating),
        (None, NoVideoPathError),
        (str(clip), Rating),
        (float("nan"), NoVideoPathError),
        (np.float32("nan"), NoVideoPathError),
        (pd.NA, NoVideoPathError),
        (pd.NaT, NoVideoPathError),
        ("", NoVideoPathError),
        ("  ", NoVideoPathError),
        (os.fsencode(clip), Rating),
        (np.str_(clip), Rating),
        (42, NotAPathError),
        (True, NotAPathError),
        ([str(clip)], NotAPathError),
        ({"path": str(clip)}, NotAPathError),
        (np.array([1.0, 2.0]), NotAPathError),
        ("nul\0byte.mp4", XlVqaError),
        (words, VideoError),
        (tmp_path / "none.mp4", VideoNotFoundError),
        (tmp_path, XlVqaError),
    ]
    seen: list[tuple[int, int]] = []
    paths = (path for path, _ in given)
    by_host = xl_vqa.rate(paths, settings=host, on_progress=lambda done, total: seen.append((done, total)))
    in_process = predict("stand-in", (path for path, _ in given))
    for results in (by_host, in_process):
        assert len(results) == len(given)
        for (path, kind), result in zip(given, results, strict=True):
            assert isinstance(result, kind), (path, result)
            assert result.ok == (kind is Rating)
            # what a loop over both reads; the sentence is one for people, in both languages
            assert isinstance(result.path, str)
            assert (result.label is None) == (result.mos is None) == (result.band is None) == (not result.ok)
            assert (result.error is None) == result.ok
            if isinstance(result, XlVqaError):
                assert result.error == result.message("en") != result.message("ja")
    assert seen[-1] == (len(given), len(given))
    assert "42" in str(by_host[11])
    assert by_host[18].path == str(tmp_path / "none.mp4")


def test_a_column_of_a_data_frame(clip: Path, host: Settings) -> None:
    frame = pd.DataFrame({"video": [str(clip), None, str(clip)], "prompt": ["a red fox", "a fox", float("nan")]})
    results = xl_vqa.rate(frame.video, texts=frame.prompt, settings=host)
    frame["label"] = [rating.label for rating in results]
    assert list(frame.label.isna()) == [False, True, False]
    assert [one.text for one in results if isinstance(one, Rating)] == ["a red fox", None]


@pytest.mark.parametrize("alone", [None, float("nan"), 42, ""])
def test_one_input_that_is_no_path(alone: Any, host: Settings) -> None:
    (result,) = xl_vqa.rate(alone, settings=host)
    assert isinstance(result, XlVqaError)
    (result,) = predict("stand-in", alone)
    assert isinstance(result, XlVqaError)


def test_texts_of_every_kind(clip: Path) -> None:
    texts: list[Any] = ["a fox", None, float("nan"), pd.NA, " ", 2024, 1.5, ["a", "fox"], b"a fox"]
    results = predict("stand-in", [clip] * len(texts), texts=iter(texts))
    assert [one.text for one in results if isinstance(one, Rating)] == ["a fox", *[None] * 4, "2024", "1.5"]
    for wrong in results[7:]:
        assert isinstance(wrong, NotATextError)
        assert wrong.path == str(clip)
    (one,) = predict("stand-in", clip, texts=float("nan"))  # type: ignore[arg-type]
    assert isinstance(one, Rating)
    assert one.text is None


def test_a_text_that_is_not_heard_is_said_in_python(clip: Path, host: Settings) -> None:
    deaf = replace(host, model="stand-in?deaf=1")
    texts = ["a fox", None]
    for here, there in zip(
        predict(deaf.model, [clip] * 2, texts=texts),
        xl_vqa.rate([clip] * 2, texts=texts, settings=deaf),
        strict=True,
    ):
        assert isinstance(here, Rating)
        assert isinstance(there, Rating)
        assert replace(here, rated_at="") == replace(there, rated_at="")
        assert here.warnings == (("warning_text_unused",) if here.text else ())


def test_an_error_of_the_host_names_each_input(clip: Path, host: Settings, tmp_path: Path) -> None:
    settings = replace(host, model=str(tmp_path / "no model"))
    first, second = xl_vqa.rate([clip, clip.parent / "." / "a.mp4"], settings=settings)
    assert isinstance(first, ModelNotFoundError)
    assert first.path == second.path == str(clip)
    copied = pickle.loads(pickle.dumps(first))
    assert (copied.path, str(copied)) == (first.path, str(first))


PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("case", ["good", "bad"])
def test_the_python_of_the_readme_runs(
    case: str, clip: Path, host: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = PYTHON_BLOCK.findall((Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8"))
    assert blocks
    if case == "good":
        shutil.copy(clip, clip.with_name("b.mp4"))
    else:
        clip.with_name("b.mp4").write_text("no video at all")
    path = list_workbook(clip.with_name("list.xlsx"), [["video"], ["a.mp4"], ["b.mp4"]])
    clip.with_name("list.csv").write_text("video\na.mp4\nb.mp4\n", encoding="utf-8")
    monkeypatch.chdir(clip.parent)
    monkeypatch.setenv("XL_VQA_HOME", str(host.home))
    monkeypatch.setenv("XL_VQA_MODEL", host.model)
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [Path(line.split(" ")[0]).name for line in lines] == ["a.mp4", "b.mp4"]
    assert ("not a video" in lines[1]) == (case == "bad")
    scores = column_of(path, "VQA score")
    assert (scores[0] is not None, scores[1] is None) == (True, case == "bad")


def test_texts_must_fit_the_paths() -> None:
    with pytest.raises(ValueError, match="2 texts for 1 paths"):
        xl_vqa.rate(["a.mp4"], texts=["a", "b"])


class TestPredict:
    """In this process, without a host."""

    def test_is_what_the_host_says_of_the_same_model(self, tmp_path: Path) -> None:
        clips = [tmp_path / f"{k}.mp4" for k in range(3)]
        for k, clip in enumerate(clips):
            media.make_clip(clip, 160, 120 + 20 * k, frames=12)
        settings = Settings.load(home=tmp_path / "home", model="stand-in")
        texts = [None, "a text", None]
        try:
            by_host = xl_vqa.rate(clips, texts=texts, settings=settings)
        finally:
            with HostClient(settings) as client:
                client.stop()
        for here, there in zip(predict("stand-in", clips, texts=texts), by_host, strict=True):
            assert isinstance(here, Rating)
            assert isinstance(there, Rating)
            assert replace(here, rated_at="") == replace(there, rated_at="")

    @pytest.mark.parametrize("batch_size", [1, 2, 8])
    def test_every_path_has_its_row_in_order(self, tmp_path: Path, batch_size: int) -> None:
        good = tmp_path / "good.mp4"
        media.make_clip(good, 160, 120, frames=12)
        words = tmp_path / "words.mp4"
        words.write_text("no video at all")
        paths = [words, good, tmp_path / "none.mp4", good, good]
        texts = [None, None, None, "boom", "a text"]
        seen: list[tuple[int, int]] = []
        rows = predict(
            "stand-in?fail_text=boom",
            paths,
            texts=texts,
            batch_size=batch_size,
            on_progress=lambda done, total: seen.append((done, total)),
        )
        kinds = [VideoError, Rating, VideoNotFoundError, ModelFailedError, Rating]
        assert [isinstance(row, kind) for row, kind in zip(rows, kinds, strict=True)] == [True] * 5
        assert str(good) in str(rows[3])
        assert [row.path for row in rows if isinstance(row, Rating)] == [str(good)] * 2
        assert seen[-1] == (5, 5)
        assert len(seen) == -(-5 // batch_size)

    def test_decoding_bands_and_bad_arguments(self, tmp_path: Path) -> None:
        clip = tmp_path / "a.mp4"
        media.make_clip(clip, 160, 120, frames=12)
        (rating,) = predict("stand-in", clip, decoding="greedy")
        assert isinstance(rating, Rating)
        assert rating.label == rating.distribution.greedy()
        assert predict("stand-in", []) == []
        with pytest.raises(ValueError, match="decoding"):
            predict("stand-in", clip, decoding="best")
        with pytest.raises(ValueError, match="batch_size"):
            predict("stand-in", clip, batch_size=0)
        with pytest.raises(ModelNotFoundError):
            predict(tmp_path / "no model", clip)

    @pytest.mark.slow
    def test_an_adapter_folder_finds_its_base(self, tmp_path: Path) -> None:
        from xl_vqa.training.fine_tune import fine_tune
        from xl_vqa.training.recipe import load_recipe

        made = make_set(tmp_path, videos=10)
        fine_tune(load_recipe(write_recipe(made, output="ours", epochs=1)))
        clips = [tmp_path / f"{k}.mp4" for k in range(3)]
        rows = predict(tmp_path / "ours", clips, device="cpu")
        named = predict(made.model, clips, adapter=tmp_path / "ours", device="cpu")
        assert [row.model for row in rows if isinstance(row, Rating)] == ["ours"] * 3
        for one, other in zip(rows, named, strict=True):
            assert isinstance(one, Rating)
            assert isinstance(other, Rating)
            assert one.distribution == other.distribution
        base = predict(made.model, clips, device="cpu")
        assert [row.expected_label for row in base] != [row.expected_label for row in rows]  # type: ignore[union-attr]


@pytest.mark.parametrize("module", ["xl_vqa", "xl_vqa.bridge.client", "xl_vqa.cli.main", "xl_vqa.words.settings"])
def test_light_modules_stay_light(module: str) -> None:
    program = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAVY = ["torch", "transformers", "pandas", "numpy", "av", "decord", "fastapi", "openpyxl", "lxml", "peft"]
