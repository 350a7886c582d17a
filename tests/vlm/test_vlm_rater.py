"""The rater over a real (tiny) Qwen2.5-VL: alone and in a batch, with text, failing and running out of memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.video.read import read_frames
from xl_vqa.vlm import vlm_rater
from xl_vqa.vlm.inputs import VideoInput
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.patches import Patches
from xl_vqa.vlm.prompt import PromptTokens
from xl_vqa.vlm.rater import Outcome, PreparedVideo
from xl_vqa.vlm.vlm_rater import VlmRater, calls
from xl_vqa.words.errors import ModelFailedError, ModelMemoryError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import Pixels, demo_clips_folder
from xl_vqa.words.rating import LabelDistribution

Item = tuple[PreparedVideo, str | None]


@pytest.fixture(scope="module")
def rater(tiny_folder: Path) -> VlmRater:
    loaded = load_rater(str(tiny_folder), device="cpu")
    assert isinstance(loaded, VlmRater)
    return loaded


@pytest.fixture
def items(rater: VlmRater, clip_of: Callable[..., Any]) -> list[Item]:
    """Seven videos of five sizes, two with a text, not in order of size."""
    shapes = [(60, 90), (200, 90), (30, 30), (60, 90), (90, 300), (31, 47), (200, 90)]
    texts = [None, "a red fox", None, "a red fox", None, None, None]
    clips = [clip_of(seed, height=h, width=w, seconds=seed / 2) for seed, (h, w) in enumerate(shapes)]
    return [(rater.prepare(clip), text) for clip, text in zip(clips, texts, strict=True)]


def distributions(outcomes: Sequence[Outcome]) -> list[LabelDistribution]:
    found = []
    for outcome in outcomes:
        assert isinstance(outcome, LabelDistribution), outcome
        found.append(outcome)
    return found


def test_alone_and_in_a_batch(rater: VlmRater, items: list[Item]) -> None:
    """The stated tolerance: 1e-5 in every probability, 1e-3 labels in the expectation, in float32."""
    together = distributions(rater.rate(items))
    assert len({round(one.expectation(), 2) for one in together}) > 4
    for item, batched in zip(items, together, strict=True):
        (alone,) = distributions(rater.rate([item]))
        assert batched.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
        assert batched.off_digit_mass == pytest.approx(alone.off_digit_mass, abs=1e-5)
        assert batched.expectation() == pytest.approx(alone.expectation(), abs=1e-3)


def test_order_of_the_batch_does_not_matter(rater: VlmRater, items: list[Item]) -> None:
    forth = distributions(rater.rate(items))
    back = distributions(rater.rate(items[::-1]))[::-1]
    for one, other in zip(forth, back, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_the_same_again_to_the_last_bit(rater: VlmRater, items: list[Item], tiny_folder: Path) -> None:
    again = load_rater(str(tiny_folder), device="cpu")
    assert rater.rate(items) == rater.rate(items) == again.rate(items)


def test_prepare_runs_in_many_threads(rater: VlmRater, clip_of: Callable[..., Any]) -> None:
    clips = [clip_of(seed) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        prepared = list(pool.map(rater.prepare, clips))
    for clip, one in zip(clips, prepared, strict=True):
        assert torch.equal(one.payload.patches.values, rater.prepare(clip).payload.patches.values)
        assert one.nbytes == one.payload.patches.values.nbytes
        assert one.cost == one.payload.patches.tokens


def test_rate_from_several_threads_takes_turns(rater: VlmRater, items: list[Item]) -> None:
    expected = rater.rate(items)
    found: list[list[Outcome]] = []
    threads = [threading.Thread(target=lambda: found.append(rater.rate(items))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3


def test_an_empty_batch(rater: VlmRater) -> None:
    assert rater.rate([]) == []


def test_text_changes_the_answer_and_blank_text_does_not(rater: VlmRater, items: list[Item]) -> None:
    video = items[0][0]
    plain, worded, other, blank = distributions(
        rater.rate([(video, None), (video, "a red fox"), (video, "a blue boat"), (video, "  \n")])
    )
    assert plain.probabilities == pytest.approx(blank.probabilities, abs=1e-5)
    assert abs(plain.expectation() - worded.expectation()) > 0.01
    assert abs(other.expectation() - worded.expectation()) > 0.01


def fail_above(rater: VlmRater, most: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Model calls with more than ``most`` rows raise; returns the list that collects the sizes tried."""
    tried: list[int] = []
    read = rater._read

    def limited(rows: Sequence[VideoInput], backbone: Any) -> Any:
        tried.append(len(rows))
        if len(rows) > most:
            raise error
        return read(rows, backbone)

    monkeypatch.setattr(rater, "_read", limited)
    monkeypatch.setattr(rater, "_call_tokens", 10**6)
    return tried


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        MemoryError(),
    ],
)
def test_running_out_of_memory_halves_the_batch(
    rater: VlmRater, items: list[Item], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    expected = distributions(rater.rate(items))
    tried = fail_above(rater, 2, error, monkeypatch)
    for one, other in zip(distributions(rater.rate(items)), expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
    assert tried == [7, 3, 1, 2, 4, 2, 2]


def test_a_video_too_large_alone_is_an_error_of_its_own(
    rater: VlmRater, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = rater._read
    large = max(item[0].cost for item in items)

    def limited(rows: Sequence[VideoInput], backbone: Any) -> Any:
        if any(row.patches.tokens == large for row in rows):
            raise torch.OutOfMemoryError("out of memory")
        return read(rows, backbone)

    monkeypatch.setattr(rater, "_read", limited)
    outcomes = rater.rate(items)
    for (video, _), outcome in zip(items, outcomes, strict=True):
        if video.cost == large:
            assert isinstance(outcome, ModelMemoryError)
            assert "4 frames" in str(outcome)
        else:
            assert isinstance(outcome, LabelDistribution)


def test_another_failure_stays_with_its_video(rater: VlmRater, items: list[Item]) -> None:
    """Patches that do not fit the grid make the real model raise."""
    broken = items[0][0].payload
    patches = Patches(broken.patches.values[:-4], broken.patches.grid)
    bad = PreparedVideo(vlm_rater._Payload(patches, 0.0), patches.grid, patches.tokens, 0)
    first, error, last = rater.rate([items[0], (bad, None), items[3]])
    assert isinstance(error, ModelFailedError)
    error.params["path"] = "clip.mp4"
    assert "clip.mp4" in str(error)
    expected = distributions(rater.rate([items[0], items[3]]))
    for one, other in zip(distributions([first, last]), expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_a_model_that_answers_not_a_number_is_an_error_and_no_score(
    tmp_path: Path, clip_of: Callable[..., Any]
) -> None:
    rater = load_rater(str(save_tiny_qwen(tmp_path)), device="cpu")
    assert isinstance(rater, VlmRater)
    rater._loaded().model.lm_head.weight.data[5, 0] = float("nan")
    (outcome,) = rater.rate([(rater.prepare(clip_of(0)), None)])
    assert isinstance(outcome, ModelFailedError)


def test_other_scales(tmp_path: Path, clip_of: Callable[..., Any]) -> None:
    for index, scale in enumerate((Scale(label_min=0, label_max=100), Scale(label_min=1, label_max=5))):
        folder = save_tiny_qwen(tmp_path / str(index), spec=tiny_spec(scale=scale))
        rater = load_rater(str(folder), device="cpu")
        (found,) = distributions(rater.rate([(rater.prepare(clip_of(0)), None)]))
        assert found.scale == scale
        assert len(found.probabilities) == len(scale.labels)


def test_raw_log_probabilities_lead_to_the_same_distribution(rater: VlmRater, items: list[Item]) -> None:
    raw = rater.log_probs(items)
    for found, outcome in zip(raw, distributions(rater.rate(items)), strict=True):
        assert set(found.by_prefix) == {"", "1", "2", "3", "4", "5"}
        expected = found.distribution(rater.spec.scale).probabilities
        assert outcome.probabilities == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("height", "width", "count"), [(2, 2, 4), (4, 900, 4), (1, 640, 2), (64, 64, 1), (50, 70, 3)]
)
def test_odd_videos_get_a_rating(
    rater: VlmRater, clip_of: Callable[..., Any], height: int, width: int, count: int
) -> None:
    clip = clip_of(1, height=height, width=width, count=count)
    (found,) = distributions(rater.rate([(rater.prepare(clip), None)]))
    assert 10 <= found.expectation() <= 50


def test_bfloat16_when_asked(tiny_folder: Path, rater: VlmRater, items: list[Item]) -> None:
    """Another number format is another model: other fingerprint, scores close but not equal."""
    half = load_rater(str(tiny_folder), device="cpu", dtype="bfloat16")
    assert half.describe()["dtype"] == "bfloat16"
    assert half.fingerprint != rater.fingerprint
    apart = [
        abs(a.expectation() - b.expectation())
        for a, b in zip(distributions(half.rate(items)), distributions(rater.rate(items)), strict=True)
    ]
    assert 0 < max(apart) < 8


def test_users_frames_and_pixels(tiny_folder: Path, rater: VlmRater, clip_of: Callable[..., Any]) -> None:
    small = load_rater(str(tiny_folder), device="cpu", frames=2, max_pixels=2 * 784)
    assert small.spec.sampling.frames == 2
    assert small.prepare(clip_of(0, height=300, width=500)).cost <= 2 * 2
    assert small.fingerprint != rater.fingerprint


def test_describe_and_close(tiny_folder: Path, clip_of: Callable[..., Any]) -> None:
    rater = load_rater(str(tiny_folder), device="cpu")
    facts = rater.describe()
    assert facts["parameters"] == sum(p.numel() for p in rater._loaded().model.parameters())  # type: ignore[attr-defined]
    assert facts["device"] == "cpu"
    video = rater.prepare(clip_of(0))
    rater.close()
    rater.close()
    with pytest.raises(ModelFailedError, match="unloaded"):
        rater.rate([(video, None)])
    assert rater.describe()["name"] == "tiny"


def row_of(length: int, grid: tuple[int, int, int] = (1, 2, 2)) -> VideoInput:
    video = Patches(torch.from_numpy(np.zeros((4, 1176), dtype=np.uint8)), grid)
    return VideoInput(PromptTokens((0,) * (length - video.tokens), 1, ()), video, 0.0)


@given(st.lists(st.integers(1, 300), max_size=30), st.integers(1, 600))
@settings(max_examples=150, deadline=None)
def test_calls_hold_every_video_once_and_keep_the_budget(lengths: list[int], most: int) -> None:
    rows = [row_of(length) for length in lengths]
    groups = list(calls(rows, most))
    assert sorted(index for group in groups for index in group) == list(range(len(rows)))
    for group in groups:
        assert len(group) == 1 or max(rows[i].length for i in group) * len(group) <= most


def test_pixel_budget_of_the_spec_reaches_the_patches(rater: VlmRater, clip_of: Callable[..., Any]) -> None:
    pixels: Pixels = rater.spec.pixels
    prepared = rater.prepare(clip_of(0, height=700, width=900))
    t, h, w = prepared.size_key
    assert h * w * 14 * 14 <= pixels.max_pixels
    assert t == 2


def test_the_starter_does_not_hear_texts() -> None:
    """Its answer would move with one, by up to three labels on this clip, and mean nothing by it."""
    rater = load_rater("starter", device="cpu")
    assert not rater.spec.reads_text
    clip = read_frames(demo_clips_folder() / "mountains_packet_loss.mp4", rater.spec.sampling)
    video = rater.prepare(clip)
    texts = ["a red fox", "a city at night, in the rain", "動画"]
    plain, *worded = distributions(rater.rate([(video, text) for text in (None, *texts)]))
    for one in worded:
        assert one.probabilities == pytest.approx(plain.probabilities, abs=1e-5)
