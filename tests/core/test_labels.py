"""Scales and bands, against exact fractions and by properties."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale, band_by_key

DEFAULT = Scale()


@pytest.mark.parametrize(
    ("mos", "label"),
    [
        (1.0, 10),
        (5.0, 50),
        (3.0, 30),
        (3.45, 35),
        (3.449, 34),
        (4.35, 44),
        (1.05, 11),
        (2.3333333, 23),
        (4.95, 50),
    ],
)
def test_default_scale_rounds_halves_up_on_the_number_as_written(mos: float, label: int) -> None:
    assert DEFAULT.to_label(mos) == label


@pytest.mark.parametrize(
    ("rounding", "expected"), [("half_up", 35), ("half_even", 34), ("floor", 34), ("ceiling", 35)]
)
def test_rounding_rules_differ_where_they_should(rounding: str, expected: int) -> None:
    assert Scale(rounding=rounding).to_label(3.45) == expected


def scales() -> st.SearchStrategy[Scale]:
    def build(low: int, span: int, label_low: int, label_span: int, rounding: str) -> Scale:
        return Scale(low / 4, (low + span) / 4, label_low, label_low + label_span, rounding)

    return st.builds(
        build,
        st.integers(-400, 400),
        st.integers(1, 400),
        st.integers(0, 500),
        st.integers(1, 900),
        st.sampled_from(["half_up", "half_even", "floor", "ceiling"]),
    )


@given(scales(), st.fractions(0, 1))
def test_label_is_the_rounded_linear_map(scale: Scale, share: Fraction) -> None:
    mos = float(Fraction(scale.mos_min) + share * (Fraction(scale.mos_max) - Fraction(scale.mos_min)))
    assume(scale.mos_min <= mos <= scale.mos_max)
    # oracle in exact fractions of the number as written, then Python's own decimal rounding
    written = Fraction(repr(mos))
    low, high = Fraction(repr(scale.mos_min)), Fraction(repr(scale.mos_max))
    exact = scale.label_min + (written - low) / (high - low) * (scale.label_max - scale.label_min)
    whole, rest = divmod(exact, 1)
    # a stand-in with the same side of every rounding border as the exact fraction
    tail = 0 if rest == 0 else 5 if rest == Fraction(1, 2) else 2 if rest < Fraction(1, 2) else 8
    rule = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "floor": ROUND_FLOOR, "ceiling": ROUND_CEILING}
    oracle = int(Decimal(f"{int(whole)}.{tail}").quantize(Decimal(1), rounding=rule[scale.rounding]))
    if abs(rest - Fraction(1, 2)) > Fraction(1, 10**20) and min(rest, 1 - rest) > Fraction(1, 10**20):
        assert scale.to_label(mos) == oracle
    assert scale.to_label(mos) in scale.labels


@given(scales())
def test_every_label_survives_the_way_there_and_back(scale: Scale) -> None:
    nearest = Scale(scale.mos_min, scale.mos_max, scale.label_min, scale.label_max, "half_even")
    for label in (scale.label_min, (scale.label_min + scale.label_max) // 2, scale.label_max):
        assert nearest.to_label(min(max(nearest.to_mos(label), scale.mos_min), scale.mos_max)) == label


@given(scales(), st.floats(0, 1), st.floats(0, 1))
def test_a_better_mos_never_gets_a_lower_label(scale: Scale, a: float, b: float) -> None:
    low, high = sorted((a, b))
    span = scale.mos_max - scale.mos_min
    first, second = (min(scale.mos_min + share * span, scale.mos_max) for share in (low, high))
    assert scale.to_label(first) <= scale.to_label(second)


@pytest.mark.parametrize("mos", [0.99, 5.01, float("nan"), float("inf"), True, "3", None])
def test_a_score_that_is_no_mos_is_refused(mos: object) -> None:
    with pytest.raises(ScaleError):
        DEFAULT.to_label(mos)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"mos_min": 5.0, "mos_max": 1.0},
        {"label_min": 50, "label_max": 10},
        {"label_min": -1},
        {"label_min": 10.5},
        {"rounding": "nearest"},
        {"mos_min": float("nan")},
        {"label_max": 10_000},
        {"surprise": 1},
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ScaleError):
        Scale.from_dict({**DEFAULT.to_dict(), **values})


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ScaleError) as caught:
        Scale(mos_min=float("nan"), label_min=-1, rounding="up")
    assert all(word in str(caught.value) for word in ("mos_min", "label_min", "rounding"))


def test_labels_are_padded_to_one_width() -> None:
    assert Scale(label_min=0, label_max=100).text(7) == "007"
    assert Scale(label_min=0, label_max=9).width == 1
    assert DEFAULT.text(50) == "50"
    with pytest.raises(ScaleError):
        DEFAULT.text(51)


def test_round_trip_through_a_dict() -> None:
    scale = Scale(0, 100, 0, 100, "floor")
    assert Scale.from_dict(scale.to_dict()) == scale


def test_default_bands_are_the_nearest_acr_category() -> None:
    bands = Bands.default()
    for label in DEFAULT.labels:
        # 25 is as near to Poor as to Fair; halves go up, as the labels themselves do
        assert bands.of(label).number == int(DEFAULT.to_mos(label) + 0.5 + 1e-9)


@given(st.lists(st.integers(10, 50), min_size=4, max_size=4, unique=True).map(sorted))
def test_bands_split_the_labels_without_gap_or_overlap(thresholds: list[int]) -> None:
    first, second, third, fourth = thresholds
    bands = Bands(DEFAULT, (first, second, third, fourth))
    joined = [label for band in ACR_BANDS for label in bands.labels(band)]
    assert joined == list(DEFAULT.labels)
    for band, threshold in zip(ACR_BANDS[1:], thresholds, strict=True):
        assert bands.of(threshold).number >= band.number
        assert bands.of(threshold - 1).number < band.number


@pytest.mark.parametrize("thresholds", [(15, 25, 25, 45), (45, 35, 25, 15), (1, 2, 3), (1, 2, 3, float("nan"))])
def test_thresholds_that_do_not_rise_are_refused(thresholds: tuple[float, ...]) -> None:
    with pytest.raises(ScaleError):
        Bands(DEFAULT, thresholds)  # type: ignore[arg-type]


def test_band_names_in_both_languages() -> None:
    assert band_by_key("good").name("ja") == "良い"
    assert band_by_key("good").name("en") == band_by_key("good").name("fr") == "Good"
    assert len({band.color for band in ACR_BANDS}) == len({band.ja for band in ACR_BANDS}) == 5
    with pytest.raises(ScaleError):
        band_by_key("superb")
