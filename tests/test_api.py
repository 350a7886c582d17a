"""``xl_vqa.rate`` and ``predict`` from a Python program."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import xl_vqa
from tests import media
from tests.training.sets import make_set, write_recipe
from xl_vqa.bridge.client import HostClient
from xl_vqa.errors import ModelFailedError, ModelNotFoundError, VideoError, VideoNotFoundError
from xl_vqa.rating import Rating
from xl_vqa.settings import Settings
from xl_vqa.without_host import predict


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


@pytest.mark.parametrize("module", ["xl_vqa", "xl_vqa.bridge.client", "xl_vqa.cli.main", "xl_vqa.settings"])
def test_light_modules_stay_light(module: str) -> None:
    program = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAVY = ["torch", "transformers", "pandas", "numpy", "av", "decord", "fastapi", "openpyxl", "lxml", "peft"]
