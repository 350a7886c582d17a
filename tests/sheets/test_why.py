"""The window Why? says everything a rating holds, in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.host.helpers import made_rating
from xl_vqa.sheets.why import BAR, bars, explain
from xl_vqa.words.errors import DistributionError, VideoNotFoundError
from xl_vqa.words.labels import band_by_key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_everything_a_rating_holds_is_said(language: str) -> None:
    rating = replace(made_rating(text="a red fox"), path="/動画/a.mp4")
    words = explain(rating.to_dict(detail=True), language)
    low, high = rating.distribution.interval()
    for part in (
        f" {rating.label}",
        f"{rating.mos:.2f}",
        band_by_key(rating.band.key).name(language),
        f"{rating.band_probability:.0%}",
        str(low),
        str(high),
        "a red fox",
        "made",
        "64 x 48",
        "h264",
        "1.2",
        rating.rated_at,
    ):
        assert part in words, part
    assert ("変化していません" if language == "ja" else "does not change") in words
    assert "{" not in words


def test_the_bars_share_out_the_whole_probability() -> None:
    rating = made_rating()
    lines = bars(rating.distribution.scale.labels, rating.distribution.probabilities)
    assert len(lines) <= 14
    assert sum(float(line.rsplit(" ", 1)[1].rstrip("%")) for line in lines) == pytest.approx(100, abs=1)
    assert max(line.count("█") for line in lines) == BAR
    assert lines[0].split()[0] == "10-12"
    with pytest.raises(DistributionError):
        bars([1, 2], [1.0])


def test_an_error_and_a_pending_video_are_said_too() -> None:
    error = VideoNotFoundError(path="/x.mp4")
    assert explain(error, "ja") == error.message("ja")
    assert "評価中" in explain(None, "ja")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_message_box_has_all_but_the_bars(language: str) -> None:
    values = made_rating(text="a red fox").to_dict(detail=True)
    drawn, plain = explain(values, language), explain(values, language, drawn=False)
    assert [line for line in plain.splitlines() if line not in drawn.splitlines()] == []
    assert "█" in drawn
    assert "█" not in plain
    # what Excel's box shows at the most
    assert len(plain) < 1000
