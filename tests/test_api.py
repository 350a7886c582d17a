"""``xl_vqa.rate`` from a Python program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import xl_vqa
from tests import media
from xl_vqa.bridge.client import HostClient
from xl_vqa.errors import VideoNotFoundError
from xl_vqa.rating import Rating
from xl_vqa.settings import Settings


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


@pytest.mark.parametrize("module", ["xl_vqa", "xl_vqa.bridge.client", "xl_vqa.cli.main", "xl_vqa.settings"])
def test_light_modules_stay_light(module: str) -> None:
    program = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAVY = ["torch", "transformers", "pandas", "numpy", "av", "decord", "fastapi", "openpyxl", "lxml", "peft"]
