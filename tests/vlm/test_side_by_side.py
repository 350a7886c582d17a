"""Parts of a piece of work on threads of their own: all done, in order, alone, and in the caller's modes."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from tests.starter.made_clips import canvas_of
from xl_vqa.video.read import read_frames
from xl_vqa.vlm import dense, fused_convolution
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rater import PreparedVideo
from xl_vqa.vlm.side_by_side import side_by_side
from xl_vqa.vlm.vlm_rater import _Payload
from xl_vqa.words.model_spec import demo_clips_folder


@pytest.fixture
def three() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield None
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three")
def test_every_part_is_done_once_and_comes_in_order() -> None:
    seen: list[int] = []

    def work(number: int) -> int:
        seen.append(number)
        return number * number

    with torch.inference_mode():
        assert side_by_side(work, range(20)) == [n * n for n in range(20)]
        assert side_by_side(work, []) == []
    assert sorted(seen) == list(range(20))


@pytest.mark.usefixtures("three")
def test_as_many_threads_as_torch_has_each_with_one_of_its_own() -> None:
    """All three meet: none of them could go on if there were fewer."""
    meeting = threading.Barrier(3, timeout=60)

    def work(_: int) -> tuple[int, int, bool, bool]:
        meeting.wait()
        modes = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
        return threading.get_ident(), torch.get_num_threads(), *modes

    with torch.inference_mode():
        found = side_by_side(work, range(3))
    assert len({thread for thread, *_ in found}) == 3
    assert {tuple(rest) for _, *rest in found} == {(1, True, False)}
    with torch.no_grad():
        assert {tuple(rest) for _, *rest in side_by_side(work, range(3))} == {(1, False, False)}
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three")
def test_a_part_shares_its_own_parts_among_what_is_left() -> None:
    def threads_of(outer: int) -> int:
        meeting = threading.Barrier(3 // outer, timeout=60)

        def inner(_: int) -> int:
            meeting.wait()
            return threading.get_ident()

        return len(set(side_by_side(inner, range(3 // outer))))

    with torch.no_grad():
        assert side_by_side(threads_of, [1]) == [3]
        assert side_by_side(threads_of, [3, 3, 3]) == [1, 1, 1]


@pytest.mark.usefixtures("three")
def test_who_finds_no_further_part_takes_those_inside_of_the_last_one() -> None:
    """The last part's own ones meet on all threads: none could go on if the others waited for the whole."""
    meeting = threading.Barrier(3, timeout=60)

    def inner(_: int) -> int:
        meeting.wait()
        return threading.get_ident()

    with torch.inference_mode():
        *short, last = side_by_side(lambda parts: side_by_side(inner, range(parts)), [0, 0, 0, 0, 3])
    assert short == [[], [], [], []]
    assert len(set(last)) == 3


@pytest.mark.usefixtures("three")
def test_parts_of_parts_are_done_once_and_come_in_order() -> None:
    done: list[tuple[int, int]] = []

    def outer(number: int) -> list[tuple[int, int]]:
        def inner(place: int) -> tuple[int, int]:
            done.append((number, place))
            return number, place

        return side_by_side(inner, range(number))

    expected = [[(number, place) for place in range(number)] for number in range(12)]
    with torch.no_grad():
        assert side_by_side(outer, range(12)) == expected
    assert sorted(done) == [pair for row in expected for pair in row]


@pytest.mark.usefixtures("three")
def test_an_error_inside_of_one_part_is_that_parts_alone() -> None:
    def inner(place: int) -> int:
        if place == 2:
            raise ValueError(str(place))
        return place

    def outer(parts: int) -> list[int] | str:
        try:
            return side_by_side(inner, range(parts))
        except ValueError as error:
            return str(error)

    with torch.no_grad():
        assert side_by_side(outer, [1, 5, 2, 3, 1]) == [[0], "2", [0, 1], "2", [0]]


@pytest.mark.usefixtures("three")
def test_an_error_of_any_part_is_raised_and_threads_are_given_back() -> None:
    for bad in (0, 7):

        def work(number: int, bad: int = bad) -> int:
            if number == bad:
                raise ValueError(f"part {number}")
            return number

        with torch.no_grad(), pytest.raises(ValueError, match=f"part {bad}"):
            side_by_side(work, range(8))
        assert torch.get_num_threads() == 3
    with torch.no_grad():
        assert side_by_side(abs, [-1, 2]) == [1, 2]


@pytest.mark.usefixtures("three")
def test_where_gradients_are_wanted_the_caller_does_it() -> None:
    x = torch.ones(3, requires_grad=True)
    sum(side_by_side(lambda part: part * 2, list(x))).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2, 2]


def test_a_score_is_the_same_to_the_bit_on_any_number_of_threads_and_in_any_batch() -> None:
    rater = load_rater("starter")
    videos = [canvas_of(seed, 364, 196, 12) for seed in range(3)]
    items = [(PreparedVideo(_Payload(one, 0.5), one.grid, one.tokens, one.values.nbytes), None) for one in videos]
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            together = [one.probabilities for one in rater.rate(items)]
            alone = [rater.rate([item])[0].probabilities for item in items]
            asked = [one.overall.probabilities for one in rater.rate_attributes(items)]
            found += [together, alone, asked]
    finally:
        torch.set_num_threads(before)
        rater.close()
    assert all(one == found[0] for one in found)


def test_the_fast_ways_move_no_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fused convolutions, oneDNN's linear layers and several threads, against torch's plain operators on one."""
    rater = load_rater("starter")
    names = ("rabbit_clean.mp4", "rabbit_noisy.mp4", "dandelion_dark.mp4")
    clips = [read_frames(demo_clips_folder() / name, rater.spec.sampling) for name in names]
    before, found = torch.get_num_threads(), []
    try:
        for threads, there in ((2, True), (1, False)):
            torch.set_num_threads(threads)
            if not there:
                monkeypatch.setattr(fused_convolution, "is_there", lambda: False)
                monkeypatch.setattr(dense, "is_there", lambda: False)
            found.append(
                [one.expectation() for one in rater.rate([(rater.prepare(clip), None) for clip in clips])]
            )
    finally:
        torch.set_num_threads(before)
        rater.close()
    assert np.abs(np.subtract(*found)).max() <= 0.01
