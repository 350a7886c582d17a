"""A domain profile: reading a score, its interval, bands, decision and rank; whole through a file; refused
elsewhere."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.words.domain_profile import (
    OUTSIDE,
    DecisionLimits,
    DomainProfile,
    Line,
    OffDigitAlarm,
    Reading,
    Reference,
    Spread,
    people_limits,
)
from xl_vqa.words.errors import ProfileFileError, ProfileMismatchError
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale
from xl_vqa.words.messages import warning_sentences
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.words.settings import Settings

PLAIN = (15.0, 25.0, 35.0, 45.0)


def spread() -> Spread:
    residuals = (-0.6, -0.2, 0.1, 0.5)
    widths = {"0.8": (0.5, 0.2), "0.9": (0.6, None), "0.95": (None, None)}
    groups = {"0.8": {"film": 0.3, "news": None}, "0.9": {"film": 0.4, "news": None}}
    centre = Line((10.0, 50.0), (1.0, 5.0))
    return Spread(centre, residuals, (0.2, 0.2, 0.2, 0.2), 0.2, (0, 0, 0, 1, 1), widths, groups)


def profile(**changes: Any) -> DomainProfile:
    values: dict[str, Any] = {
        "name": "broadcast",
        "model": "starter",
        "model_fingerprint": "b2:1",
        "scale": Scale(),
        "line": Line((10.0, 30.0, 50.0), (1.5, 3.0, 5.0)),
        "band_limits": (14.0, 24.0, 33.0, 44.0),
        "people_bands": PLAIN,
        "spread": spread(),
        "decision": DecisionLimits(20.0, 32.5, 2.45, 1.0, 10.0, 5.0),
        "reference": Reference((20.0, 20.0, 30.0, 40.0)),
        "alarm": OffDigitAlarm(0.2, 0.05),
        "sampling": {"frames": None, "fps": None},
        "facts": {"videos": 4},
    }
    return DomainProfile(**{**values, **changes})


def rating(**values: Any) -> dict[str, Any]:
    return {
        "expected_label": 30.0,
        "label": 30,
        "mos": 3.0,
        "band": "fair",
        "band_probability": 0.9,
        "off_digit_mass": 0.01,
        "model": "starter",
        "model_fingerprint": "b2:1",
        "warnings": [],
        **values,
    }


def test_a_score_is_read_in_every_way() -> None:
    found = profile().read(rating(), Settings())
    assert (found["label"], found["mos"], found["band"], found["decision"]) == (30, 3.0, "fair", "review")
    assert (found["rank"], found["rank_count"]) == (0.5, 4)
    assert (found["mos_low"], found["mos_high"], found["interval_coverage"]) == (2.4, 3.6, 0.9)
    assert found["expected_label"] == 30.0
    assert found["profile"] == "broadcast"
    # Fair is from 2.45 to 3.45: residuals -0.2 and 0.1 of 3.0 stay in it
    assert found["band_probability"] == pytest.approx(0.4)


def test_where_a_bands_interval_is_infinite_a_lower_coverage_is_shown_and_a_group_has_its_own() -> None:
    found = profile().reading(46.0)
    assert (found.mos_low, found.mos_high, found.interval_coverage) == (4.4, 4.8, 0.8)
    found = profile().reading(30.0, "film")
    assert (found.profile, found.mos_low, found.mos_high) == ("broadcast:film", 2.6, 3.4)
    found = profile(spread=None).reading(30.0)
    assert (found.mos_low, found.interval_coverage, found.band_probability) == (None, None, 0.0)


def test_an_interval_stays_on_the_scale_and_holds_its_own_mos() -> None:
    for score in range(10, 51):
        found = profile().reading(float(score))
        assert found.mos_low is not None
        assert found.mos_high is not None
        assert 1.0 <= found.mos_low <= found.mos <= found.mos_high <= 5.0


@given(st.floats(10, 50), st.floats(10, 50))
@settings(max_examples=200, deadline=None)
def test_a_higher_score_never_reads_worse(one: float, other: float) -> None:
    low, high = sorted((one, other))
    worse, better = profile().reading(low), profile().reading(high)
    order = {name: place for place, name in enumerate(("reject", "review", "accept"))}
    numbers = {band.key: band.number for band in ACR_BANDS}
    assert worse.mos <= better.mos
    assert worse.label <= better.label
    assert numbers[worse.band] <= numbers[better.band]
    assert worse.rank is not None
    assert better.rank is not None
    assert worse.rank <= better.rank
    assert order[str(worse.decision)] <= order[str(better.decision)]


@given(st.floats(10, 50))
def test_band_probabilities_sum_to_one(score: float) -> None:
    made = profile()
    assert math.fsum(made.band_probability(score, band) for band in ACR_BANDS) == pytest.approx(1)


@pytest.mark.parametrize("rounding", ["half_up", "floor", "ceiling"])
@pytest.mark.parametrize("ends", [(1.0, 5.0), (0.0, 100.0)])
def test_peoples_limits_are_where_their_label_changes_band(rounding: str, ends: tuple[float, float]) -> None:
    scale = Scale(*ends, 10, 50, rounding)
    bands = Bands.default(scale)
    for number, limit in enumerate(people_limits(scale, bands.thresholds), 2):
        step = 1e-6 * (ends[1] - ends[0])
        assert bands.of(scale.to_label(limit + step)).number == number
        assert bands.of(scale.to_label(limit - step)).number == number - 1


def test_it_is_whole_through_a_file_and_its_digest_knows_every_change(tmp_path: Path) -> None:
    made = profile()
    path = tmp_path / "broadcast.json"
    path.write_text(json.dumps(made.to_dict()), encoding="utf-8")
    again = DomainProfile.load(path)
    assert again.to_dict() == made.to_dict()
    assert again.reading(33.3) == made.reading(33.3)
    changed = {made.digest, *(dataclasses.replace(made, **{name: None}).digest for name in ("spread", "decision"))}
    assert len(changed | {dataclasses.replace(made, band_limits=PLAIN).digest}) == 4
    assert dataclasses.replace(made, facts={}).digest == made.digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        json.dumps({**profile().to_dict(), "line": {"x": [1, 2], "y": [3, 2]}}),
        json.dumps({**profile().to_dict(), "band_limits": [1, 2, 3]}),
        json.dumps({**profile().to_dict(), "scale": {"mos_min": 5, "mos_max": 1}}),
        json.dumps({**profile().to_dict(), "more": 1}),
    ],
)
def test_a_file_that_is_no_profile_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileFileError, match=r"broken\.json cannot be read"):
        DomainProfile.load(path)


@pytest.mark.parametrize(
    ("values", "changes", "said", "gesagt"),
    [
        ({"model_fingerprint": "b2:2"}, {}, "fitted for starter", "starter 用に作成"),
        ({"model_fingerprint": None, "model": "own"}, {}, "of own or of other weights", "own"),
        ({}, {"frames": 8}, r"frames = -, and now that is 8", "frames は - でしたが、現在は 8"),
    ],
)
def test_scores_of_another_model_or_sampling_are_refused(
    values: dict[str, Any], changes: dict[str, Any], said: str, gesagt: str
) -> None:
    with pytest.raises(ProfileMismatchError, match=said) as raised:
        profile().read(rating(**values), Settings(**changes))
    assert gesagt in raised.value.message("ja")


def test_what_is_unlike_the_sheet_is_said_with_how_often_that_is_a_false_alarm() -> None:
    found = profile().read(rating(off_digit_mass=0.21, warnings=["warning_x"]), Settings())
    assert found["warnings"] == ["warning_x", OUTSIDE]
    found["warnings"] = [OUTSIDE]
    assert "at most 5% of the videos" in warning_sentences(found)
    assert "多くても 5%" in warning_sentences(found, "ja")
    assert profile().read(rating(off_digit_mass=0.2), Settings())["warnings"] == []


def test_a_rating_in_python_is_the_domains_too() -> None:
    scale = Scale()
    even = tuple(1 / len(scale.labels) for _ in scale.labels)
    frames = FramesUsed((0,), (0.0,), 16, 16, 1, 1.0, 1.0, "pyav", "h264")
    plain = Rating("a.mp4", LabelDistribution(scale, even), frames, "v", "starter", "b2:1", "k")
    wide = profile(scale=Scale(0, 100), line=Line((10.0, 50.0), (10.0, 90.0)))
    read = Rating.from_dict(wide.read(plain.to_dict(), Settings()))
    assert (plain.mos, plain.label, plain.reading) == (3.0, 30, None)
    assert (read.mos, read.label, read.band.key) == (50.0, 30, "fair")
    assert read.expected_label == plain.expected_label
    assert read.distribution.scale.mos_max == 100
    assert Rating.from_dict(read.to_dict()) == read
    assert read.reading == wide.reading(30.0)


def test_a_reading_belongs_to_a_rating_that_a_profile_read() -> None:
    assert Reading.from_dict(rating()) is None
    found = profile().read(rating(), Settings())
    assert Reading.from_dict(found) == profile().reading(30.0)
