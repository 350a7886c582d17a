"""From a rating to why: the budget, bad input, causes; with a made model, and with a small Qwen2.5-VL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests import media
from tests.made_explanation import FRAMES, distribution, made_explanation
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.explaining.cell_statistics import COLUMNS, ROWS
from xl_vqa.explaining.explain import BUDGET, explain, with_pictures
from xl_vqa.explaining.fixed_pattern import Pattern
from xl_vqa.explaining.in_words import sentence
from xl_vqa.explaining.measuring import ATTRIBUTES_COST, Asked, Meter, OverBudgetError, clip_of_pairs
from xl_vqa.explaining.steady import Steady
from xl_vqa.video.clip import Clip
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rate_batch import Asked as AskedVideo
from xl_vqa.vlm.rate_batch import rate_batch, rating_of
from xl_vqa.vlm.rater import PreparedVideo, RatedAttributes
from xl_vqa.words.errors import CancelledError, ModelFailedError
from xl_vqa.words.explanation import Box, Explanation, Progress
from xl_vqa.words.rating import LabelDistribution, Rating

PAIRS = 6
HEIGHT, WIDTH = 24, 36


class Film:
    """A video whose quality at each time and field is a function; the model sees it without error.

    ``level(time, row, column)`` is the label of a field (row and column in 0..1).
    """

    def __init__(self, duration_s: float, fps: float, level: Callable[[float, float, float], float]) -> None:
        self.duration_s, self.fps, self.level = duration_s, fps, level
        self.count = max(round(duration_s * fps), 1)
        self.answers = 0
        self._drawn: dict[int, NDArray[np.uint8]] = {}
        self.told: list[Progress] = []

    def read(self, times: Sequence[float]) -> Clip:
        """Each frame shows the label of each pixel."""
        frames, indices = [], []
        for at in times:
            start = min(int(at * self.fps + 1e-6), max(self.count - 2, 0))
            for index in (start, min(start + 1, self.count - 1)):
                frames.append(self._frame(index))
                indices.append(index)
        stamps = tuple(index / self.fps for index in indices)
        return Clip(tuple(frames), replace(FRAMES, indices=tuple(indices), timestamps_s=stamps))

    def _frame(self, index: int) -> NDArray[np.uint8]:
        if index not in self._drawn:
            rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
            shown = np.vectorize(self.level)(index / self.fps, rows / HEIGHT, columns / WIDTH)
            self._drawn[index] = np.repeat(shown.astype(np.uint8)[..., None], 3, axis=2)
        return self._drawn[index]

    def rate(self, items: Sequence[PreparedVideo]) -> list[LabelDistribution]:
        self.answers += len(items)
        return [distribution(one.payload, 0.5) for one in items]

    def rate_attributes(self, items: Sequence[PreparedVideo]) -> list[RatedAttributes]:
        """Noise is what varies here."""
        return [
            RatedAttributes(
                distribution(one.payload, 0.5),
                {"noise": distribution(one.payload, 0.5), "sharpness": distribution(44, 0.5)},
            )
            for one in items
        ]

    def asked(self, budget: float = BUDGET, *, attributes: bool = False, **values: Any) -> Asked:
        def prepare(clip: Clip) -> PreparedVideo:
            tokens = sum(one.shape[0] * one.shape[1] for one in clip.frames)
            level = float(np.mean([one.mean() for one in clip.frames]))
            return PreparedVideo(level, (), tokens, 0)

        return Asked(
            read=self.read,
            prepare=prepare,
            rate=self.rate,
            rate_attributes=self.rate_attributes if attributes else None,
            meter=Meter(budget, PAIRS),
            tell=self.told.append,
            **values,
        )

    def rating(self, **values: Any) -> Rating:
        frames = replace(FRAMES, duration_s=self.duration_s, fps=self.fps, frame_count=self.count)
        return replace(made_explanation(label=35.0).rating, frames=frames, **values)


def faulty(start: float, end: float, left: float = 0.0, right: float = 1.0) -> Callable[..., float]:
    """Label 40, and 15 within these seconds and columns."""
    return lambda at, row, column: 15.0 if start <= at < end and left <= column < right else 40.0


def keys(why: Explanation) -> list[str]:
    return [str(one["key"]) for one in why.remarks]


def test_a_fault_in_a_part_is_found_in_time_and_place() -> None:
    film = Film(10.0, 25.0, faulty(3.0, 4.0, 2 / 3, 1.0))
    why = explain(film.rating(), film.asked())
    assert len(why.moments) == 1
    # to a frame, where a quarter of a second lies between two looks
    assert why.moments[0].start_s == pytest.approx(3.0, abs=0.05)
    assert why.moments[0].end_s == pytest.approx(4.0, abs=0.05)
    (heat,) = why.maps
    assert heat.box is not None
    # to a field of the map
    assert heat.box.left == pytest.approx(2 / 3, abs=0.05)
    assert heat.box.right == 1
    assert heat.loss == pytest.approx(2.5, abs=0.5)
    assert "on the right" in sentence(why)
    assert why.cost.passes <= why.cost.budget == BUDGET


def test_the_attribute_that_falls_is_named_as_the_cause() -> None:
    film = Film(6.0, 25.0, faulty(3.0, 4.0))
    why = explain(film.rating(), film.asked(attributes=True), attributes=made_explanation().attributes)
    assert [one.cause for one in why.moments] == ["noise"]
    assert "noise is seen from" in sentence(why)
    assert "why_no_attributes" not in keys(why)
    bare = explain(film.rating(), film.asked())
    assert [one.cause for one in bare.moments] == [""]
    assert "why_no_attributes" in keys(bare)


@settings(max_examples=25, deadline=None)
@given(
    duration=st.sampled_from((0.04, 0.08, 0.5, 1.3, 7.0, 100.0, 36_000.0)),
    budget=st.floats(6, 60),
    at=st.floats(0, 1),
)
def test_the_budget_holds_for_any_length(duration: float, budget: float, at: float) -> None:
    film = Film(duration, 25.0, faulty(at * duration, (at + 0.1) * duration))
    why = explain(film.rating(), film.asked(budget))
    assert why.cost.passes <= budget
    assert why.spans[0].start_s == 0
    assert why.spans[-1].end_s == pytest.approx(duration)
    assert list(why.looked_at_s) == sorted(why.looked_at_s)
    assert all(one.done <= one.total for one in film.told)


def test_ten_hours_are_looked_at_thinly_and_it_says_so() -> None:
    film = Film(36_000.0, 25.0, faulty(12_000.0, 14_000.0))
    why = explain(film.rating(), film.asked())
    (coarse,) = [one for one in why.remarks if one["key"] == "why_coarse"]
    assert coarse["total"] == 900_000
    assert coarse["looked"] == 2 * len(why.looked_at_s)
    assert why.moments[0].start_s == pytest.approx(12_000, abs=1000)
    assert len(why.spans) <= 120


@pytest.mark.parametrize(
    ("duration", "warnings", "said"),
    [
        (0.04, (), "why_one_frame"),
        (4.0, ("warning_frozen",), "why_still"),
        (4.0, ("warning_truncated",), "why_truncated"),
        (4.0, ("warning_damaged",), "why_truncated"),
    ],
)
def test_what_cannot_be_said_is_remarked(duration: float, warnings: tuple[str, ...], said: str) -> None:
    film = Film(duration, 25.0, faulty(99, 100))
    why = explain(film.rating(warnings=warnings), film.asked())
    assert said in keys(why)
    assert why.moments == ()
    assert why.maps == ()


def test_a_low_score_without_a_moment_says_whether_a_place_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    film = Film(4.0, 25.0, lambda at, row, column: 15.0)
    low = film.rating(distribution=distribution(15))
    # nothing moves in it
    why = explain(low, film.asked())
    assert why.maps == ()
    assert "why_place_untold" in keys(why)
    assert "why_place_untold" not in keys(explain(film.rating(), film.asked()))
    monkeypatch.setattr("xl_vqa.explaining.explain.steady_of", lambda used, asked: Steady(True))
    (everywhere,) = explain(low, film.asked()).maps
    assert everywhere.box == Box(0, 0, 1, 1)
    assert explain(film.rating(), film.asked()).maps == ()
    why = explain(low, film.asked())
    assert sentence(why) == "Poor: the quality is low throughout, over the whole picture."
    assert sentence(why, "ja") == "悪い: 全体を通して画面全体で品質が低くなっています。"


def test_a_place_that_is_bad_all_along_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    film = Film(4.0, 25.0, faulty(0, 99, 0.5, 1.0))
    cells = np.zeros((ROWS, COLUMNS))
    cells[:, COLUMNS // 2 :] = 10.0
    found = Steady(True, Pattern(cells, 10.0))
    monkeypatch.setattr("xl_vqa.explaining.explain.steady_of", lambda used, asked: found)
    why = explain(film.rating(), film.asked())
    (heat,) = why.maps
    assert heat.box == Box(0.5, 0, 1, 1)
    assert heat.loss == pytest.approx(2.5, abs=0.3)
    assert "the quality is low throughout, on the right" in sentence(why)


def test_a_limit_of_the_model_keeps_what_is_less_deep_from_being_a_moment() -> None:
    # it fades in and out, so that no edge is clear
    def fades(at: float, row: float, column: float) -> float:
        return 40.0 - 8.0 * max(0.0, 1 - abs(at - 3.0) / 1.5)

    film = Film(10.0, 25.0, fades)
    assert explain(film.rating(), film.asked()).moments
    assert explain(film.rating(), film.asked(), moment_limit=50.0).moments == ()


def test_a_model_that_hardly_knows_labels_is_remarked() -> None:
    film = Film(4.0, 25.0, faulty(99, 100))
    lost = replace(distribution(35), off_digit_mass=0.6)
    assert "why_outside" in keys(explain(film.rating(distribution=lost), film.asked()))


def test_it_can_be_given_up_and_errors_of_the_model_are_its_end() -> None:
    film = Film(4.0, 25.0, faulty(1, 2))

    def stop() -> None:
        if film.answers > 5:
            raise CancelledError(path="x")

    with pytest.raises(CancelledError):
        explain(film.rating(), film.asked(should_stop=stop))
    film.rate = lambda items: [ModelFailedError(problem="model_no_frames") for _ in items]  # type: ignore[method-assign,return-value,misc]
    with pytest.raises(ModelFailedError):
        explain(film.rating(), film.asked())


def test_more_than_the_budget_is_never_asked() -> None:
    film = Film(4.0, 25.0, faulty(1, 2))
    asked = film.asked(budget=1.0)
    clip = film.read([0.5] * (PAIRS + 1))
    asked.rate_pairs(clip_of_pairs(clip, range(PAIRS - 1)))
    with pytest.raises(OverBudgetError):
        asked.rate_pairs(clip)


def test_progress_tells_passes_and_time_left() -> None:
    film = Film(4.0, 25.0, faulty(1, 2))
    clock = iter(range(10_000))
    explain(film.rating(), film.asked(clock=lambda: float(next(clock))))
    told = [one for one in film.told if one.done]
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert all(one.eta_s is not None for one in told)
    assert {one.stage for one in told} == {"timeline", "maps"}


def test_attributes_are_paid_for() -> None:
    film = Film(4.0, 25.0, faulty(1, 2))
    asked = film.asked(attributes=True)
    clip = film.read([0.5] * PAIRS)
    asked.attributes([clip])
    assert asked.meter.passes == pytest.approx(ATTRIBUTES_COST)


def test_pictures_are_read_again_where_they_are_missing() -> None:
    film = Film(6.0, 25.0, faulty(3.0, 4.0, 0.0, 0.5))
    why = explain(film.rating(), film.asked())
    assert with_pictures(why.without_pictures(), film.read) == why


def test_a_small_qwen_is_explained_by_the_same_way(tmp_path: Path) -> None:
    """Its weights are drawn: what is held is the form, the budget, and that the same answers come twice."""
    path = media.make_clip(tmp_path / "clip.mp4", 96, 64, 50)
    rater = load_rater(str(save_tiny_qwen(tmp_path / "model", spec=tiny_spec())), device="cpu")
    clip = read_frames(path, rater.spec.sampling)
    prepared = AskedVideo(str(path), rater.prepare(clip), None)
    (answer,) = rate_batch(rater, [prepared])
    assert isinstance(answer, LabelDistribution)
    rating = rating_of(answer, rater, prepared, frames=clip.used, video_fingerprint="v", warnings=clip.warnings)

    def why() -> Explanation:
        asked = Asked(
            read=lambda times: read_frames(path, rater.spec.sampling, at_s=times),
            prepare=rater.prepare,
            rate=lambda items: rate_batch(rater, [AskedVideo(str(path), item, None) for item in items]),
            meter=Meter(BUDGET, len(clip.frames) // 2),
            clock=lambda: 0.0,
        )
        return explain(rating, asked)

    made, again = why(), why()
    assert replace(again, made_at=made.made_at) == made
    assert Explanation.from_json(made.to_json()) == made
    assert made.cost.passes <= BUDGET
    assert len(made.looked_at_s) >= 8


@pytest.mark.parametrize("start", [0.4, 8.6])
def test_a_fault_near_an_end_of_the_video_has_its_own_edges(start: float) -> None:
    film = Film(10.0, 25.0, faulty(start, start + 1.0, 0.0, 0.5))
    (moment,) = explain(film.rating(), film.asked()).moments
    assert moment.start_s == pytest.approx(start, abs=0.05)
    assert moment.end_s == pytest.approx(start + 1.0, abs=0.05)
    assert moment.start_s <= moment.at_s < moment.end_s
