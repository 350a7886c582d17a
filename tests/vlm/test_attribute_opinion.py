"""The first opinion beside the answers about attributes: arithmetic, who hears it, and what the product reads."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.random_clip import RandomClip
from xl_vqa.vlm.attribute_opinion import OpinionShare, curve_of
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.rater import RatedAttributes
from xl_vqa.vlm.starter_opinion import hearing, say
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater
from xl_vqa.words.attributes import KNOWN
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import starter_folder
from xl_vqa.words.rating import LabelDistribution

SCALE = Scale()
shares = st.floats(0, 1)
opinions = st.floats(1, 5)


def answer(label: int, off: float = 0.0) -> LabelDistribution:
    """All on one label."""
    return LabelDistribution(SCALE, tuple(float(one == label) for one in SCALE.labels), off)


@given(st.sampled_from(SCALE.labels), shares, opinions, st.floats(0.05, 2))
def test_a_mixture_is_a_distribution_between_both(label: int, share: float, mos: float, spread: float) -> None:
    own = answer(label, 0.2)
    mixed = OpinionShare(share, spread).mixed(own, mos)
    assert math.fsum(mixed.probabilities) == pytest.approx(1)
    said = math.fsum(p * one for p, one in zip(curve_of(own, mos, spread), SCALE.labels, strict=True))
    assert mixed.expectation() == pytest.approx((1 - share) * label + share * said, abs=1e-6)
    assert mixed.off_digit_mass == pytest.approx(0.2 * (1 - share))


@given(st.floats(1.5, 4.5))
def test_the_curve_lies_around_the_opinion(mos: float) -> None:
    curve = curve_of(answer(30), mos, 0.15)
    mean = math.fsum(p * SCALE.to_mos(one) for p, one in zip(curve, SCALE.labels, strict=True))
    assert mean == pytest.approx(mos, abs=0.02)


def test_an_opinion_far_off_every_label_still_gives_one() -> None:
    assert max(curve_of(answer(30), 900.0, 0.01)) == 1.0


def test_an_attribute_of_the_users_own_has_no_opinion() -> None:
    answers = {"beauty": answer(20), "noise": answer(20)}
    mixed = OpinionShare(0.5, 0.1).all_mixed(answers, [5.0] * len(KNOWN))
    assert mixed["beauty"] == answers["beauty"]
    assert mixed["noise"].expectation() == pytest.approx(35, abs=0.5)


def tell(value: float) -> None:
    say(torch.tensor([[value]]), torch.tensor([[-value]]))


def test_only_the_thread_that_listens_hears() -> None:
    with hearing() as said:
        tell(1.0)
        other = threading.Thread(target=tell, args=(2.0,))
        other.start()
        other.join()
        with hearing() as inner:
            tell(3.0)
    tell(4.0)
    # who reads a video for somebody does not keep him from hearing
    assert [float(one.opinions) for one in said] == [1.0, 3.0]
    assert [float(one.parts) for one in inner] == [-3.0]


@pytest.fixture(scope="module")
def starter() -> VlmRater:
    return load_vlm_rater(str(starter_folder()), device="cpu")


def with_share(rater: VlmRater, share: OpinionShare | None) -> VlmRater:
    assert rater._weights is not None
    rater._weights = replace(rater._weights, opinion=share)
    return rater


def rated(rater: VlmRater, items: Any) -> list[RatedAttributes]:
    found = rater.rate_attributes(items)
    assert all(isinstance(one, RatedAttributes) for one in found)
    return found  # type: ignore[return-value]


def test_the_product_mixes_each_videos_own_opinion_in(starter: VlmRater) -> None:
    noise, faint = (RandomClip(seed, starter.spec.sampling.frames, 90, 160) for seed in (1, 2))
    # of two clips of full noise it thinks the same: the ends of the scale
    faint.frames, faint.windows = (
        tuple(100 + part // 64 for part in parts) for parts in (faint.frames, faint.windows)
    )
    clips = [noise, faint]
    items = [(starter.prepare(clip), None) for clip in clips]
    plain = rated(with_share(starter, None), items)
    share = OpinionShare(0.7, 0.2)
    mixed = rated(with_share(starter, share), items)
    said = []
    for item in items:
        with hearing() as heard:
            starter.rate([item])
        said.append(heard[0].opinions[0, 1:].tolist())
    assert said[0] != said[1]
    for own, found, opinion in zip(plain, mixed, said, strict=True):
        # the score does not know of it
        assert found.overall == own.overall
        wanted = share.all_mixed(own.attributes, opinion)
        for name, one in found.attributes.items():
            assert one.probabilities == pytest.approx(wanted[name].probabilities, abs=1e-5)
        assert found.attributes != own.attributes


def test_share_and_spread_lie_with_the_weights(starter: VlmRater, tmp_path: Path) -> None:
    assert starter._backbone is not None
    model = starter._backbone.model
    fresh = QuestionWeights.fresh(model, len(KNOWN), 1)

    def load(digest: str) -> QuestionWeights:
        return QuestionWeights.load(tmp_path, model, digest, len(KNOWN))

    without = fresh.save(tmp_path)
    assert load(without).opinion is None
    told = replace(fresh, opinion=OpinionShare(0.25, 0.5)).save(tmp_path)
    assert told != without
    again = load(told)
    assert again.opinion == OpinionShare(0.25, 0.5)
    assert again.pairs.keys() == fresh.pairs.keys()
