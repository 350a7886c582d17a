"""The whole calibration on made-up sheets: better where it can be, plain words where the sheet is too small."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pytest

from tests.calibration.sheets import SCALE, rated
from xl_vqa.calibration.calibrate import Options, calibrate
from xl_vqa.calibration.errors import CalibrationError, CalibrationTooSmallError
from xl_vqa.calibration.report import report_html
from xl_vqa.calibration.result import Calibration, RatedVideos
from xl_vqa.calibration.texts import TEXTS, notice_text
from xl_vqa.evaluation.result import Failure
from xl_vqa.words.domain_profile import DomainProfile, Reference


def fit(videos: RatedVideos, **more: Any) -> Calibration:
    options = Options(resamples=200)
    return calibrate(videos, name="b", model="m", fingerprint="b2:1", scale=SCALE, **{"options": options, **more})


def part(videos: RatedVideos, kept: Any) -> RatedVideos:
    chosen = np.flatnonzero(kept)

    def of(values: Any) -> Any:
        if values is None or isinstance(values, np.ndarray):
            return None if values is None else values[chosen]
        return [values[k] for k in chosen]

    return RatedVideos(**{one.name: of(getattr(videos, one.name)) for one in dataclasses.fields(RatedVideos)})


def codes(found: Calibration) -> set[str]:
    return {notice.code for notice in found.notices}


@pytest.fixture(scope="module")
def found() -> Calibration:
    return fit(rated(120, 3))


def test_it_reads_better_than_the_model_on_contents_it_has_not_seen(found: Calibration) -> None:
    assert found.rmse_after < 0.95 * found.rmse_before
    new = rated(400, 2, 77)
    read = [found.profile.reading(float(score)) for score in new.score]
    mos = np.array([one.mos for one in read])
    plain = 1 + (new.score - 10) / 10
    assert np.mean((mos - new.mos) ** 2) < np.mean((plain - new.mos) ** 2)
    inside = [one.mos_low <= people <= one.mos_high for one, people in zip(read, new.mos, strict=True)]  # type: ignore[operator]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)
    # the stated probability of the band is how often it is right
    right = [
        one.band == "bad poor fair good excellent".split()[int(np.digitize(people, [1.45, 2.45, 3.45, 4.45]))]
        for one, people in zip(read, new.mos, strict=True)
    ]
    assert np.mean([one.band_probability for one in read]) == pytest.approx(np.mean(right), abs=0.05)


def test_what_it_measured_holds_on_new_videos(found: Calibration) -> None:
    for one in found.coverage:
        assert one.found.value == pytest.approx(one.stated, abs=0.04)
    assert found.decision is not None
    new = rated(2000, 1, 78)
    bad = new.mos < 2.45
    decisions = np.array([found.profile.reading(float(score)).decision for score in new.score])
    cost = np.where(
        decisions == "review", 1.0, np.where(decisions == "accept", 10.0 * bad, np.where(bad, 0.0, 5.0))
    ).mean()
    assert cost == pytest.approx(found.decision.held_out, rel=0.35)
    assert cost < found.decision.trivial_cost
    assert found.false_alarm is not None
    assert found.profile.alarm is not None
    rang = np.mean(new.off_digits > found.profile.alarm.limit)
    assert rang <= found.profile.alarm.false_alarm + 0.01


def test_the_same_sheet_gives_the_same_profile_and_it_goes_through_json(found: Calibration) -> None:
    assert fit(rated(120, 3)).profile.digest == found.profile.digest
    again = DomainProfile.from_dict(json.loads(json.dumps(found.profile.to_dict(), allow_nan=False)))
    assert again.digest == found.profile.digest
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_rank_is_among_the_sheets_videos_or_those_that_were_given(found: Calibration) -> None:
    score = float(np.median(rated(120, 3).score))
    reading = found.profile.reading(score)
    assert reading.rank == pytest.approx(0.5, abs=0.01)
    assert reading.rank_count == 360
    other = fit(rated(60, 3), reference=Reference((10.0, 20.0), "library"))
    assert (other.profile.reading(30.0).rank, other.profile.reading(30.0).rank_name) == (1.0, "library")


@pytest.mark.parametrize(
    ("videos", "english", "japanese"),
    [
        (part(rated(3, 1), [1, 1, 1]), "3 videos of 3 contents", "3 本(素材 3 種)"),
        (rated(1, 30), "versions of one content", "1 つの素材"),
        (rated(4, 30), "120 videos of 4 contents", "4 種"),
    ],
)
def test_a_sheet_too_small_gets_a_sentence(videos: RatedVideos, english: str, japanese: str) -> None:
    with pytest.raises(CalibrationTooSmallError, match=re.escape(english)) as raised:
        fit(videos)
    assert "No profile was written" in str(raised.value)
    assert japanese in raised.value.message("ja")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mos": np.full(60, 3.0)}, "same MOS 3"),
        ({"score": np.full(60, 37.0)}, "same score 37.00"),
        ({"score": 60 - rated(20, 3).score}, "do not rise with people's"),
    ],
)
def test_scores_that_say_nothing_of_peoples_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CalibrationError, match=re.escape(said)):
        fit(dataclasses.replace(rated(20, 3), **change))


def test_an_empty_band_is_said_and_its_limits_follow_from_the_map() -> None:
    videos = rated(80, 3)
    found = fit(part(videos, videos.mos < 4.45))
    assert {"band_empty", "limit_not_told"} <= codes(found)
    told = [notice_text(notice, "en") for notice in found.notices]
    assert any("band Excellent" in sentence for sentence in told)
    assert any("between Good and Excellent cannot be told" in sentence for sentence in told)
    assert found.bands.told == [True, True, True, False]
    assert list(found.bands.limits) == sorted(found.bands.limits)
    assert found.bands.intervals[3] is None


def test_an_empty_band_in_the_middle_leaves_both_of_its_limits_in_order() -> None:
    videos = rated(80, 3)
    found = fit(part(videos, (videos.mos < 2.45) | (videos.mos >= 3.45)))
    assert "band_empty" in codes(found)
    assert list(found.bands.limits) == sorted(found.bands.limits)


def test_without_defective_videos_nothing_is_decided() -> None:
    videos = rated(80, 3)
    found = fit(part(videos, videos.mos > 2.45))
    assert found.decision is None
    assert "decision_too_few" in codes(found)
    assert found.profile.reading(30.0).decision is None


def test_a_small_sheet_gives_what_it_can_and_says_what_it_cannot() -> None:
    found = fit(rated(6, 4))
    assert {"no_interval", "alarm_too_few"} <= codes(found)
    reading = found.profile.reading(30.0)
    assert (reading.mos_low, reading.band_probability) == (None, 0.0)
    assert found.coverage == []
    found = fit(rated(12, 4))
    assert "interval_too_few" in codes(found)
    assert found.profile.reading(30.0).interval_coverage == 0.8


@pytest.mark.parametrize(
    ("noise", "contents", "code"), [(60, 60, "decision_no_gain"), (3.2, 14, "decision_not_sure")]
)
def test_limits_that_save_nothing_are_not_used_and_a_saving_that_might_be_nothing_is_said(
    noise: float, contents: int, code: str
) -> None:
    found = fit(rated(contents, 2, 3, noise=noise))
    assert code in codes(found)
    assert found.decision is not None
    assert found.decision.saved.low is not None
    assert found.decision.saved.low <= 0
    assert (found.profile.decision is None) == (code == "decision_no_gain")


def test_groups_are_measured_and_named(found: Calibration) -> None:
    assert found.profile.groups == ["film", "sports"]
    assert set(found.coverage[0].by_group) == {"film", "sports"}
    assert found.profile.reading(30.0, "film").profile == "b:film"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_shows_every_part_in_its_language(found: Calibration, language: str) -> None:
    page = report_html(found, rated(120, 3), [Failure("a<b>.mp4", "x", "why")], language)
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4
    assert "a&lt;b&gt;.mp4" in page
    for key in ("line", "reliability", "coverage", "bands", "decision", "meaning", "not_rated"):
        assert TEXTS[key][language == "ja"].replace("'", "&#x27;") in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)", page)
    # nothing of the small sheet's report is missing for want of figures
    assert "<svg" in report_html(fit(rated(6, 4)), rated(6, 4), (), language)


def test_every_text_speaks_both_languages() -> None:
    for key, (english, japanese) in TEXTS.items():
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", japanese)), key
        assert re.search(r"[぀-ヿ一-鿿]", japanese) or key in ("of_band",), key
