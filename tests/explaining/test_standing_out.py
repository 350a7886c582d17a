"""The change that stands out of a whole video: found by pixels alone, judged by the model, told or remarked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.explaining import test_change as made
from tests.explaining.test_explain import Film, faulty, keys
from tests.made_explanation import FRAMES, distribution
from xl_vqa.explaining.cell_statistics import series_of
from xl_vqa.explaining.explain import explain, most_evidence
from xl_vqa.explaining.places import Scanned
from xl_vqa.explaining.standing_out import CLEAR, MOST_SCANNED, Proposed, proposed, scanned
from xl_vqa.vlm.rater import PreparedVideo
from xl_vqa.words.messages import text as message
from xl_vqa.words.rating import LabelDistribution


def found_in(frames: Sequence[np.ndarray]) -> Proposed | None:
    return proposed(Scanned([number / 25 for number in range(len(frames))], series_of(frames)))


@pytest.mark.parametrize("kind", ["dark", "noise", "blocks"])
@pytest.mark.parametrize(
    "where", [(slice(0, made.HEIGHT), slice(0, made.WIDTH)), (slice(54, 108), slice(0, 64))], ids=["whole", "part"]
)
def test_a_fault_stands_out_of_a_whole_video_to_a_frame(kind: str, where: tuple[slice, slice]) -> None:
    found = found_in(made.with_fault(kind, where))
    assert found is not None
    assert found.start_s == pytest.approx(made.START / 25, abs=0.05)
    assert found.end_s == pytest.approx(made.END / 25, abs=0.05)
    assert found.clearness > CLEAR


@pytest.mark.parametrize("pan", [0, 1, 3])
def test_of_a_scene_that_only_moves_on_nothing_stands_out(pan: int) -> None:
    found = found_in(made.film(pan=pan))
    assert found is None or found.clearness < CLEAR


def test_another_scene_in_between_is_not_proposed() -> None:
    frames, shade = made.film(), np.linspace(0.2, 1.0, made.WIDTH)[None, :, None]
    frames = [(frame * shade).astype(np.uint8) for frame in frames]
    other = [(frame * shade[:, ::-1]).astype(np.uint8) for frame in made.film(seed=1)]
    frames[made.START : made.END] = other[made.START : made.END]
    assert found_in(frames) is None


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 9, 12])
def test_few_frames_make_no_error(count: int) -> None:
    frames = made.film()[:count]
    series = series_of(frames) if frames else np.zeros((0, 13, 18, 24))
    found = proposed(Scanned([number / 25 for number in range(count)], series))
    assert found is None or 0 <= found.start_s < found.end_s <= count / 25


def test_a_long_video_and_a_very_short_one_are_not_read_whole() -> None:
    film = Film(6.0, 25.0, faulty(3.0, 4.0))
    for count, side in ((MOST_SCANNED + 1, 100), (2, 100), (900, 4000)):
        used = replace(FRAMES, frame_count=count, duration_s=count / 25, width=side, height=side)
        assert scanned(used, film.asked()) is None


class Pooling(Film):
    """Of a whole picture its model says what is ``usual``, whatever a part of it is like."""

    usual = 35.0

    def rate(self, items: Sequence[PreparedVideo]) -> list[LabelDistribution]:
        whole = max(one.cost for one in items)
        self.widest = max(getattr(self, "widest", 0), whole)
        return [distribution(self.of(one), 0.5) for one in items]

    def of(self, one: PreparedVideo) -> float:
        # neither of quarters; what is cut out around a fault is smaller still
        return self.usual if one.cost >= self.widest / 4 else float(one.payload)


class Blind(Pooling):
    """Nor does it mind any part."""

    def of(self, one: PreparedVideo) -> float:
        return self.usual


def fault(at: float, row: float, column: float) -> float:
    """At the top left, a ninth of the picture."""
    return 15.0 if 3.0 <= at < 4.0 and row < 1 / 3 and column < 1 / 3 else 40.0


def test_a_fault_that_no_look_of_the_whole_shows_is_found_and_judged_in_its_place() -> None:
    film = Pooling(6.0, 25.0, fault)
    why = explain(film.rating(), film.asked(), moment_limit=2.1)
    (moment,) = why.moments
    assert (moment.start_s, moment.end_s) == (pytest.approx(3.0, abs=0.05), pytest.approx(4.0, abs=0.05))
    (heat,) = why.maps
    assert heat.box is not None
    edges = (heat.box.left, heat.box.top, heat.box.right, heat.box.bottom)
    assert edges == pytest.approx((0, 0, 1 / 3, 1 / 3), abs=0.06)
    assert "why_change_unminded" not in keys(why)
    assert why.cost.passes <= why.cost.budget
    # what a limit is made of counts it as well
    assert most_evidence(film.rating(), film.asked()) > 2.1


def test_a_change_that_the_model_does_not_mind_is_a_remark_and_no_moment() -> None:
    film = Blind(6.0, 25.0, fault)
    why = explain(film.rating(), film.asked())
    assert not why.moments
    (remark,) = [one for one in why.remarks if one["key"] == "why_change_unminded"]
    assert (float(remark["start"]), float(remark["end"])) == (3.0, 4.0)
    assert "From 3.0 to 4.0 s" in message("why_change_unminded", "en", **remark)
    assert "3.0~4.0 秒" in message("why_change_unminded", "ja", **remark)
    (heat,) = why.maps
    assert (heat.box, heat.loss) == (None, 0.0)
    assert 3.0 <= heat.time_s < 4.0
    shown = np.array(heat.relevance)
    assert shown[:6, :8].min() > 0.5 > shown[8:, 10:].max()
    assert most_evidence(film.rating(), film.asked()) == 0


def test_a_video_that_is_even_has_neither() -> None:
    film = Film(6.0, 25.0, lambda at, row, column: 40.0)
    why = explain(film.rating(), film.asked())
    assert not why.moments
    assert "why_change_unminded" not in keys(why)
