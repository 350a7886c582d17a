"""The rater without a model behaves like one: deterministic, ordered, and free of torch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from xl_vqa.vlm.identity import adjusted
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rater import Rater
from xl_vqa.words.errors import ModelFailedError, ModelIncompatibleError, ModelMemoryError, ModelNotFoundError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import FramesUsed, LabelDistribution


@dataclass(frozen=True)
class Frames:
    frames: tuple[NDArray[np.uint8], ...]
    used: FramesUsed


def clip(seed: int = 0, *, blur: int = 1, count: int = 4) -> Frames:
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(count):
        picture = rng.integers(0, 256, (48 // blur, 64 // blur, 3), dtype=np.uint8)
        frames.append(picture.repeat(blur, 0).repeat(blur, 1))
    used = FramesUsed(tuple(range(count)), (0.0,) * count, 64, 48, count, 1.0, 25.0, "test", "raw")
    return Frames(tuple(frames), used)


def rate(rater: Rater, video: Frames, text: str | None = None) -> LabelDistribution:
    (outcome,) = rater.rate([(rater.prepare(video), text)])
    assert isinstance(outcome, LabelDistribution)
    return outcome


def test_same_frames_same_distribution_and_sharper_is_higher() -> None:
    first, second = load_rater("stand-in"), load_rater("stand-in")
    assert rate(first, clip(3)) == rate(second, clip(3))
    assert first.fingerprint == second.fingerprint
    assert rate(first, clip(3)).expectation() > rate(first, clip(3, blur=4)).expectation() + 1
    assert 0 < rate(first, clip(3)).off_digit_mass < 0.01


def test_text_and_seed_change_the_score_but_only_seed_the_fingerprint() -> None:
    rater, other = load_rater("stand-in"), load_rater("stand-in?seed=7")
    assert rate(rater, clip()) != rate(rater, clip(), "a red fox")
    assert rate(rater, clip()) != rate(other, clip())
    assert rater.fingerprint != other.fingerprint
    assert rater.fingerprint == load_rater("stand-in?delay=0.01").fingerprint


def test_a_failure_stays_with_its_video() -> None:
    rater = load_rater("stand-in?fail_text=boom")
    video = rater.prepare(clip())
    good, bad, again = rater.rate([(video, None), (video, "boom now"), (video, None)])
    assert isinstance(bad, ModelFailedError)
    assert isinstance(good, LabelDistribution)
    assert good == again


def test_delay_is_per_call(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("xl_vqa.vlm.stand_in.time.sleep", slept.append)
    rater = load_rater("stand-in?delay=0.1&per_video=0.01")
    rater.rate([(rater.prepare(clip()), None)] * 4)
    assert sum(slept) == pytest.approx(0.14)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("stand-in?load_fail=memory", ModelMemoryError),
        ("stand-in?load_fail=not_found", ModelNotFoundError),
        ("stand-in?speed=9", ModelNotFoundError),
        ("stand-in?delay=soon", ModelNotFoundError),
        ("stand-in?frames=3", ModelIncompatibleError),
    ],
)
def test_what_cannot_be_loaded_says_so(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        load_rater(name)


def test_crash_text_ends_the_process() -> None:
    code = (
        "from xl_vqa.vlm.loader import load_rater\n"
        "from xl_vqa.vlm.rater import PreparedVideo\n"
        "r = load_rater('stand-in?crash_text=die')\n"
        "r.rate([(PreparedVideo((1.0, 100.0), (1,), 1, 1), 'please die')])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    # as a fault in native code does, which a kill from outside does not
    assert ended.returncode in (-signal.SIGABRT, 3)


def test_stand_in_needs_no_torch() -> None:
    code = (
        "import sys\n"
        "from xl_vqa.vlm.loader import load_rater\n"
        "load_rater('stand-in')\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})


def test_user_frames_and_pixels_replace_the_models() -> None:
    spec = ModelSpec()
    fewer = adjusted(spec, frames=4)
    assert fewer.sampling.frames == 4
    assert fewer.pixels.total_pixels == 4 * spec.pixels.max_pixels
    small = adjusted(spec, max_pixels=784)
    assert (small.pixels.min_pixels, small.pixels.max_pixels) == (784, 784)
    assert small.pixels.total_pixels == 784 * spec.sampling.frames
    assert adjusted(spec) is spec
    assert load_rater("stand-in", frames=2).spec.sampling.frames == 2


def test_the_log_names_what_was_computed(tmp_path: Path) -> None:
    log = tmp_path / "computed"
    rater = load_rater(f"stand-in?log={log}")
    rate(rater, clip(), "a red fox")
    rate(rater, clip(), "狐")
    rater.rate([])
    assert log.read_text(encoding="utf-8").splitlines() == ["a red fox", "狐"]
    assert rater.fingerprint == load_rater("stand-in").fingerprint
