"""The window Why? says everything a rating holds, in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.host.helpers import made_rating
from tests.made_explanation import made_explanation
from xl_vqa.explaining.in_words import sentence
from xl_vqa.sheets.why import BAR, bars, why_asking, why_words
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.explanation import Progress
from xl_vqa.words.labels import band_by_key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_everything_a_rating_holds_is_said(language: str) -> None:
    rating = replace(made_rating(text="a red fox"), path="/動画/a.mp4")
    words = why_words(made_explanation(rating=rating), language)
    assert words.startswith(sentence(made_explanation(rating=rating), language))
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


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_could_not_be_said_is_said(language: str) -> None:
    made = made_explanation(remarks=({"key": "why_coarse", "looked": 40, "total": 900, "apart": 22.5},))
    assert "900" in why_words(made, language).splitlines()[1]


def test_the_status_bar_says_how_far_it_is() -> None:
    assert why_asking("a.mp4", Progress("rating"), "en") == "asking about a.mp4"
    assert why_asking("a.mp4", Progress("timeline", 4, 16), "ja").endswith("25%")
    assert "100%" in why_asking("a.mp4", Progress("maps", 17, 16), "en")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_message_box_has_all_but_the_bars(language: str) -> None:
    made = made_explanation(rating=made_rating(text="a red fox"))
    drawn, plain = why_words(made, language), why_words(made, language, drawn=False)
    assert [line for line in plain.splitlines() if line not in drawn.splitlines()] == []
    assert "█" in drawn
    assert "█" not in plain
    # what Excel's box shows at the most
    assert len(plain) < 1000
