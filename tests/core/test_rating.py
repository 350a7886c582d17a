"""The label distribution against numpy and brute force, and the rating's way through JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.words.errors import DistributionError
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale
from xl_vqa.words.messages import warning_sentences
from xl_vqa.words.rating import DECODINGS, FramesUsed, LabelDistribution, Rating

SCALE = Scale()


def distributions(scale: Scale = SCALE) -> st.SearchStrategy[LabelDistribution]:
    weights = st.lists(st.floats(0, 1), min_size=len(scale.labels), max_size=len(scale.labels))
    return weights.filter(lambda w: sum(w) > 1e-6).map(
        lambda w: LabelDistribution(scale, tuple(x / math.fsum(w) for x in w), 0.01)
    )


def peak(label: int, scale: Scale = SCALE) -> LabelDistribution:
    return LabelDistribution.from_joint(scale, {label: 1.0})


@given(distributions())
def test_expectation_and_spread_equal_numpy(dist: LabelDistribution) -> None:
    labels = np.array(SCALE.labels, dtype=float)
    p = np.array(dist.probabilities)
    mean = float((p * labels).sum())
    assert dist.expectation() == pytest.approx(mean, abs=1e-9)
    assert dist.std() == pytest.approx(math.sqrt(float((p * (labels - mean) ** 2).sum())), abs=1e-6)


@given(distributions(), st.floats(0.01, 0.99))
def test_quantile_is_the_lowest_label_that_reaches_the_share(dist: LabelDistribution, share: float) -> None:
    label = dist.quantile(share)
    index = label - SCALE.label_min
    assert math.fsum(dist.probabilities[: index + 1]) >= share - 1e-9
    assert math.fsum(dist.probabilities[:index]) < share + 1e-9


@given(distributions())
def test_greedy_takes_the_tens_first(dist: LabelDistribution) -> None:
    table = np.zeros((10, 10))
    for label, p in zip(SCALE.labels, dist.probabilities, strict=True):
        table[label // 10, label % 10] = p
    tens = int(table.sum(1).argmax())
    chosen = dist.greedy()
    assert table[chosen // 10].sum() == pytest.approx(table[tens].sum())
    assert table[chosen // 10, chosen % 10] == table[chosen // 10].max()


def test_greedy_and_map_part_where_one_digit_is_spread_out() -> None:
    # 30..39 hold 60 % together, but 41 alone is the likeliest single label
    joint = dict.fromkeys(range(30, 40), 0.06) | {41: 0.4}
    dist = LabelDistribution.from_joint(SCALE, joint)
    assert dist.map() == 41
    assert dist.greedy() == 30
    assert dist.median() == 38


@given(distributions())
def test_band_probabilities_sum_to_one(dist: LabelDistribution) -> None:
    bands = Bands.default()
    total = sum(dist.band_probability(bands, band) for band in ACR_BANDS)
    assert total == pytest.approx(1, abs=1e-6)


@given(distributions(), st.floats(0.05, 0.95))
def test_interval_covers_what_it_says(dist: LabelDistribution, coverage: float) -> None:
    low, high = dist.interval(coverage)
    inside = math.fsum(
        p for label, p in zip(SCALE.labels, dist.probabilities, strict=True) if low <= label <= high
    )
    assert inside >= coverage - 1e-9


@pytest.mark.parametrize("scale", [Scale(label_min=0, label_max=9), SCALE, Scale(label_min=0, label_max=100)])
@pytest.mark.parametrize("decoding", DECODINGS)
def test_certainty_decodes_to_itself_on_every_scale(scale: Scale, decoding: str) -> None:
    for label in scale.labels:
        assert peak(label, scale).decode(decoding) == label


def test_joint_is_renormalised_and_the_removed_mass_reported() -> None:
    dist = LabelDistribution.from_joint(SCALE, {20: 0.3, 40: 0.1})
    assert dist.off_digit_mass == pytest.approx(0.6)
    assert dist.expectation() == pytest.approx(25)


@pytest.mark.parametrize(
    ("probabilities", "off"),
    [((1.0,), 0.0), ((0.5,) * 41, 0.0), ((float("nan"),) + (0.025,) * 40, 0.0), ((1.0,) + (0.0,) * 40, 1.5)],
)
def test_numbers_that_are_no_distribution_are_refused(probabilities: tuple[float, ...], off: float) -> None:
    with pytest.raises(DistributionError):
        LabelDistribution(SCALE, probabilities, off)


@pytest.mark.parametrize("joint", [{}, {20: 0.0}, {20: float("nan")}, {99: 1.0}])
def test_a_model_that_gives_no_label_any_probability_is_refused(joint: dict[int, float]) -> None:
    with pytest.raises(DistributionError):
        LabelDistribution.from_joint(SCALE, joint)


def test_unknown_decoding_and_coverage_are_refused() -> None:
    with pytest.raises(DistributionError, match="expectation"):
        peak(30).decode("mean")
    with pytest.raises(DistributionError):
        peak(30).interval(1.0)


def rating(**changes: Any) -> Rating:
    values: dict[str, Any] = {
        "path": "動画/a.mp4",
        "distribution": LabelDistribution.from_joint(SCALE, {34: 0.5, 35: 0.49}),
        "frames": FramesUsed((0, 1, 98, 99), (0.0, 0.04, 3.92, 3.96), 1280, 720, 100, 4.0, 25.0, "decord", "h264"),
        "video_fingerprint": "b2:00",
        "model": "starter",
        "model_fingerprint": "m:00",
        "settings_key": "s:00",
        "text": "a cat",
        "rated_at": "2026-11-24T00:00:00Z",
        "warnings": ("warning_frozen",),
    }
    return Rating(**{**values, **changes})


def test_rating_survives_json() -> None:
    original = rating()
    assert Rating.from_dict(json.loads(json.dumps(original.to_dict()))) == original


def test_short_form_leaves_out_what_is_long_and_says_the_rest() -> None:
    short = rating().to_dict(detail=False)
    assert "distribution" not in short
    assert short["frames"] == 4
    assert short["band"] == "fair"
    assert short["label"] == 34
    assert short["mos"] == pytest.approx(1 + (short["expected_label"] - 10) / 10, abs=1e-3)


def test_a_warning_says_its_figures_in_the_short_form_too() -> None:
    notes = ({"key": "note_rate_assumed", "rate": "25"}, {"key": "note_numbers_missing", "missing": "0003"})
    told = rating(frames=replace(rating().frames, notes=notes), warnings=("warning_numbers_missing",))
    for language in ("en", "ja"):
        assert "(0003)" in warning_sentences(told.to_dict(detail=False), language)


def test_label_band_and_mos_follow_the_decoding() -> None:
    spread = LabelDistribution.from_joint(SCALE, {10: 0.45, 11: 0.1, 50: 0.45})
    by_mean, by_median = (rating(distribution=spread, decoding=d) for d in ("expectation", "median"))
    assert (by_mean.label, by_mean.band.key) == (28, "fair")
    assert (by_median.label, by_median.band.key, by_median.mos) == (11, "bad", pytest.approx(1.1))
    assert by_mean.expected_label == by_median.expected_label


def test_moved_thresholds_move_the_band() -> None:
    strict = Bands(SCALE, (20, 30, 40, 48))
    assert rating(bands=strict, distribution=peak(38)).band.key == "fair"
    assert rating(distribution=peak(38)).band.key == "good"


def test_an_incomplete_record_is_named() -> None:
    with pytest.raises(DistributionError, match="complete"):
        Rating.from_dict(rating().to_dict(detail=False))
