"""Familiarity: the covariance against scikit-learn's, false alarms against their rate, strange videos found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from benchmarks.random_clip import RandomClip
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.familiarity import (
    FILE_NAME,
    LEAST_HELD_OUT,
    LEAST_TAUGHT,
    OPINION_PARTS,
    Familiarity,
    shrunk_covariance,
)
from xl_vqa.vlm.rate_batch import FALSE_ALARM, warnings_of
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater, state_width, video_states
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import ModelSpec, starter_folder
from xl_vqa.words.rating import UNLIKE_TAUGHT, LabelDistribution


@pytest.mark.parametrize(("rows", "width"), [(40, 10), (300, 4), (8, 20)])
def test_the_covariance_is_that_of_ledoit_and_wolf(rows: int, width: int) -> None:
    covariance = pytest.importorskip("sklearn.covariance")
    rng = np.random.default_rng(rows)
    values = rng.normal(size=(rows, width)) @ rng.normal(size=(width, width)) + 5
    expected = covariance.LedoitWolf().fit(values).covariance_
    # a hair on the diagonal keeps even constant states invertible
    assert shrunk_covariance(values) == pytest.approx(expected, rel=1e-5, abs=2e-5 * np.trace(expected) / width)


def test_states_that_never_differ_have_an_inverse() -> None:
    found = Familiarity.fit(np.ones((5, 3)), np.ones((LEAST_HELD_OUT, 3)), [0.0] * LEAST_HELD_OUT)
    assert found.p_value(np.ones(3), 0.0) == 1.0
    assert found.p_value(np.full(3, 2.0), 0.0) < FALSE_ALARM + 1e-9


def made(seed: int, held_out: int = 2000, width: int = 12) -> tuple[Familiarity, Callable[[int], Any]]:
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(width, width))

    def draw(count: int) -> Any:
        return rng.standard_t(5, size=(count, width)) @ mix + 3

    return Familiarity.fit(draw(400), draw(held_out), rng.beta(1, 500, held_out)), draw


def test_false_alarms_stay_below_their_rate_and_strange_videos_ring() -> None:
    familiar, draw = made(0)
    rng = np.random.default_rng(1)
    ordinary = [
        familiar.p_value(state, mass) for state, mass in zip(draw(4000), rng.beta(1, 500, 4000), strict=True)
    ]
    # 0.01 and three standard errors of 4,000 draws
    assert np.mean(np.array(ordinary) <= FALSE_ALARM) < 0.01 + 3 * (0.01 * 0.99 / 4000) ** 0.5
    assert np.mean([familiar.p_value(state + 60, 0.001) <= FALSE_ALARM for state in draw(200)]) > 0.99
    assert np.mean([familiar.p_value(state, 0.5) <= FALSE_ALARM for state in draw(200)]) == 1.0


@given(st.integers(0, 20), st.floats(0, 1), st.floats(0, 1))
def test_a_p_value_is_one_and_falls_with_strangeness(seed: int, mass: float, more: float) -> None:
    familiar, draw = made(seed % 3, held_out=LEAST_HELD_OUT)
    (state,) = draw(1)
    low, high = sorted((mass, more))
    assert 2 / (LEAST_HELD_OUT + 1) <= familiar.p_value(state, high) <= familiar.p_value(state, low) <= 1
    assert familiar.p_value(np.full(12, np.nan), low) <= FALSE_ALARM


def test_too_few_to_ever_ring_are_refused() -> None:
    with pytest.raises(ValueError, match="199"):
        Familiarity.fit(np.ones((5, 3)), np.ones((LEAST_HELD_OUT - 1, 3)), [0.0] * (LEAST_HELD_OUT - 1))


def test_saved_and_loaded(tmp_path: Path) -> None:
    familiar, draw = made(3)
    assert Familiarity.load(tmp_path, 12) is None
    familiar.save(tmp_path)
    again = Familiarity.load(tmp_path, 12)
    assert again is not None
    for state in draw(20):
        assert again.p_value(state, 0.002) == pytest.approx(familiar.p_value(state, 0.002), abs=0.01)
    with pytest.raises(ModelIncompatibleError, match="familiarity"):
        Familiarity.load(tmp_path, 13)
    save_file({"mean": np.ones(12, np.float32)}, tmp_path / FILE_NAME)
    with pytest.raises(ModelIncompatibleError, match="familiarity"):
        Familiarity.load(tmp_path, 12)


def of_an_opinion(seed: int = 0, taught: int = LEAST_TAUGHT) -> tuple[Familiarity, Callable[[int], Any]]:
    """Videos in two heaps, one wide and one narrow; components come down in width, and most are not looked at."""
    rng = np.random.default_rng(seed)
    widths = 1 / np.arange(1, 101)

    def draw(count: int) -> Any:
        narrow = rng.random(count) < 0.3
        near = rng.normal(size=(count, 100)) * widths * np.where(narrow, 0.02, 1)[:, None]
        return near + narrow[:, None] * 0.5

    return Familiarity.fit_opinion(draw(taught), draw(400), rng.beta(1, 500, 400)), draw


def test_what_lies_beside_a_narrow_heap_is_strange_though_it_is_near_the_middle() -> None:
    familiar, draw = of_an_opinion()
    assert familiar.by_opinion
    assert np.mean([familiar.p_value(one, 0.001) <= FALSE_ALARM for one in draw(1000)]) < 0.03
    beside = np.full(100, 0.56)
    assert familiar.p_value(beside, 0.001) <= FALSE_ALARM
    # beyond the components that are looked at nothing counts
    assert familiar.p_value(np.r_[beside[:OPINION_PARTS], np.full(36, 9.0)], 0.001) == familiar.p_value(
        beside, 0.001
    )
    assert familiar.p_value(np.full(100, np.nan), 0.001) <= FALSE_ALARM
    states = Familiarity.fit(draw(LEAST_TAUGHT), draw(400), [0.001] * 400)
    assert states.p_value(beside, 0.0) > FALSE_ALARM
    with pytest.raises(ValueError, match=str(LEAST_TAUGHT)):
        of_an_opinion(taught=LEAST_TAUGHT - 1)


def test_an_opinions_file_is_read_by_a_model_with_an_opinion_alone(tmp_path: Path) -> None:
    familiar, draw = of_an_opinion()
    familiar.save(tmp_path)
    again = Familiarity.load(tmp_path, 12, opinion=True)
    assert again is not None
    for one in draw(20):
        assert again.p_value(one, 0.002) == pytest.approx(familiar.p_value(one, 0.002), abs=0.01)
    with pytest.raises(ModelIncompatibleError, match="familiarity"):
        Familiarity.load(tmp_path, 12)
    stored = load_file(tmp_path / FILE_NAME)
    save_file(stored | {"reach": stored["reach"][1:]}, tmp_path / FILE_NAME)
    with pytest.raises(ModelIncompatibleError, match="familiarity"):
        Familiarity.load(tmp_path, 12, opinion=True)


def test_a_black_video_is_strange_to_the_shipped_starter() -> None:
    rater = cast(VlmRater, load_vlm_rater(str(starter_folder()), device="cpu"))
    clip = RandomClip(0, rater.spec.sampling.frames, 288, 512)
    clip.frames, clip.windows = (tuple(map(np.zeros_like, part)) for part in (clip.frames, clip.windows))
    items = [(rater.prepare(clip), None)]
    (score,), (asked,) = rater.rate(items), rater.rate_attributes(items)
    for found in (score, asked.overall):  # type: ignore[union-attr]
        assert isinstance(found, LabelDistribution)
        assert UNLIKE_TAUGHT in warnings_of(found, (), rater.spec)


def test_states_are_the_mean_over_the_videos_own_tokens(tiny: Any, clip_of: Callable[..., Any]) -> None:
    """Whatever stands before and after them, and beside them in the batch."""
    rows = [tiny.row(clip_of(0)), tiny.row(clip_of(1, height=120, width=90, count=6), "a red fox on a lake")]
    with torch.inference_mode():
        stem = Stem.read(tiny.model, tiny.inputs(*rows))
        found = video_states(stem, rows)
        for row, state in zip(rows, found, strict=True):
            alone = Stem.read(tiny.model, tiny.inputs(row))
            values = alone.cache.layers[-1].values[0]
            first = len(row.prompt.before)
            expected = values[:, first : first + row.patches.tokens].mean(1).flatten()
            assert state == pytest.approx(expected.double().numpy(), abs=1e-5)
    assert found.shape == (2, state_width(tiny.model))


def test_a_strange_video_is_remarked_and_scored_all_the_same(
    tiny_folder: Path, tmp_path: Path, clip_of: Callable[..., Any]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for file in tiny_folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    plain = load_vlm_rater(str(folder), device="cpu")
    items = [(plain.prepare(clip_of(seed)), None) for seed in range(2)]
    scores = plain.rate(items)
    assert plain._backbone is not None
    width = state_width(plain._backbone.model)
    far = np.random.default_rng(0).normal(size=(LEAST_HELD_OUT, width)) * 1e-3 + 50
    Familiarity.fit(far, far, [1.0] * LEAST_HELD_OUT).save(folder)
    rater = load_vlm_rater(str(folder), device="cpu")
    assert rater.fingerprint == plain.fingerprint
    found = rater.rate(items)
    assert found == scores
    for one, with_attributes in zip(found, rater.rate_attributes(items), strict=True):
        assert isinstance(one, LabelDistribution)
        assert "warning_unlike_taught" in warnings_of(one, (), ModelSpec(fine_tuned=True))
        assert with_attributes.overall.familiarity == one.familiarity  # type: ignore[union-attr]
    assert "warning_unlike_taught" not in warnings_of(
        replace(one, familiarity=0.02), (), ModelSpec(fine_tuned=True)
    )
