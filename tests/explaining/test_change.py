"""What changes and changes back: edges and place on made pictures, and what is no change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from xl_vqa.explaining.cell_statistics import COLUMNS, LEAST, ROWS, STATISTICS, Floats, means, series_of
from xl_vqa.explaining.change import LAG, change_of, softened, steps_of, strength_of
from xl_vqa.explaining.heat import box_of
from xl_vqa.explaining.places import LIKELY_CHANGE, relevance_of

HEIGHT, WIDTH = 108, 192
FRAMES = 60
START, END = 20, 40


def film(seed: int = 0, pan: int = 1) -> list[np.ndarray]:
    """A camera that pans over a soft random scene, by so many pixels a frame."""
    rng = np.random.default_rng(seed)
    scene = rng.uniform(60, 190, (HEIGHT, WIDTH + FRAMES * 3, 3))
    for axis in (0, 1):
        scene = (scene + np.roll(scene, 1, axis) + np.roll(scene, -1, axis)) / 3
    return [scene[:, pan * k : pan * k + WIDTH].astype(np.uint8) for k in range(FRAMES)]


def damaged(frame: np.ndarray, kind: str, seed: int) -> np.ndarray:
    if kind == "dark":
        return (frame * 0.4).astype(np.uint8)
    if kind == "noise":
        rng = np.random.default_rng(seed)
        return np.clip(frame + rng.normal(0, 30, frame.shape), 0, 255).astype(np.uint8)
    blocks = frame[::6, ::6]
    return np.repeat(np.repeat(blocks, 6, 0), 6, 1)[: frame.shape[0], : frame.shape[1]]


def with_fault(kind: str, where: tuple[slice, slice], start: int = START, end: int = END) -> list[np.ndarray]:
    frames = film()
    for k in range(start, end):
        frames[k] = frames[k].copy()
        frames[k][where] = damaged(frames[k], kind, k)[where]
    return frames


def near(place: int, far: int = 8) -> object:
    return lambda other: abs(other - place) <= far


@pytest.mark.parametrize("kind", ["dark", "noise", "blocks"])
def test_the_edges_are_found_to_a_frame_and_the_place_to_a_field(kind: str) -> None:
    series = series_of(with_fault(kind, (slice(54, 108), slice(0, 64))))
    found = change_of(series, near(START + 4), near(END - 5))  # type: ignore[arg-type]
    assert found is not None
    assert abs(found.start - START) <= 1  # type: ignore[operator]
    assert abs(found.end - END) <= 1  # type: ignore[operator]
    assert found.strength > LIKELY_CHANGE
    assert not found.everywhere
    box = box_of(relevance_of(found.cells, found.strength))
    assert box.left == 0
    assert box.bottom == 1
    assert box.right == pytest.approx(1 / 3, abs=1.5 / COLUMNS)
    assert box.top == pytest.approx(1 / 2, abs=1.5 / ROWS)


def test_half_of_the_picture_is_a_place() -> None:
    series = series_of(with_fault("dark", (slice(0, HEIGHT), slice(0, WIDTH // 2))))
    found = change_of(series, near(START), near(END))  # type: ignore[arg-type]
    assert found is not None
    assert not found.everywhere
    assert box_of(relevance_of(found.cells, found.strength)).right == pytest.approx(0.5, abs=1.5 / COLUMNS)


def test_a_fault_of_the_whole_picture_has_no_place() -> None:
    series = series_of(with_fault("dark", (slice(0, HEIGHT), slice(0, WIDTH))))
    found = change_of(series, near(START), near(END))  # type: ignore[arg-type]
    assert found is not None
    assert found.everywhere


def test_a_scene_that_only_moves_on_is_far_from_a_change() -> None:
    fault = series_of(with_fault("dark", (slice(0, 54), slice(0, 64))))
    strong = change_of(fault, near(START), near(END))  # type: ignore[arg-type]
    for seed in range(3):
        still = change_of(series_of(film(seed)), near(START), near(END))  # type: ignore[arg-type]
        assert still is None or still.strength < strong.strength / 2  # type: ignore[union-attr]


def test_one_step_without_a_way_back_is_not_there_and_back() -> None:
    where = slice(0, 54), slice(0, 64)
    stays = series_of(with_fault("dark", where, START, FRAMES))
    both = change_of(stays, near(START), near(END, 4))  # type: ignore[arg-type]
    # a stretch that lasts to the end has one step, and may be told by it
    one = change_of(stays, near(START), None)  # type: ignore[arg-type]
    assert one is not None
    assert one.end is None
    assert abs(one.start - START) <= 1  # type: ignore[operator]
    assert both is None or both.strength < one.strength / 2


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans())
def test_few_frames_make_no_error(count: int, at: int, first: bool, last: bool) -> None:
    series = np.random.default_rng(count).normal(size=(count, STATISTICS, ROWS, COLUMNS))
    found = change_of(
        series,
        None if first else near(at),  # type: ignore[arg-type]
        None if last and not first else near(at),  # type: ignore[arg-type]
    )
    if count < 2 * LAG:
        assert found is None
    elif found is not None and found.start is not None and found.end is not None:
        assert found.end - found.start >= LAG


def test_steps_are_differences_of_means() -> None:
    series = np.random.default_rng(0).normal(0, 1, (30, STATISTICS, ROWS, COLUMNS))
    places, steps = steps_of(series)
    assert list(places) == list(range(LAG, 30 - LAG + 1))
    raw = np.array([series[k : k + LAG].mean(0) - series[k - LAG : k].mean(0) for k in places])
    usual = 1.4826 * np.median(np.abs(raw - np.median(raw, 0)), 0)
    least = np.maximum(np.median(usual, (1, 2)), LEAST)[:, None, None]
    np.testing.assert_allclose(steps, np.clip(raw / np.maximum(usual, least), -12, 12), atol=1e-9)


@given(arrays.arrays(np.float64, (ROWS, COLUMNS), elements=st.floats(0, 50)))
def test_relevance_is_in_its_range_and_softening_keeps_the_mean_inside(cells: Floats) -> None:
    strength = strength_of(cells)
    assert cells.min() - 1e-9 <= strength <= cells.max() + 1e-9
    relevance = relevance_of(cells, strength)
    assert relevance.min() >= 0
    assert relevance.max() <= 1
    soft = softened(cells)
    assert soft.shape == cells.shape
    assert cells.min() - 1e-9 <= soft.min()
    assert soft.max() <= cells.max() + 1e-9


@given(st.integers(1, 40), st.integers(1, 60))
def test_a_picture_of_any_size_has_all_cells(height: int, width: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    series = series_of([picture, picture])
    assert series.shape == (2, STATISTICS, ROWS, COLUMNS)
    assert np.isfinite(series).all()


def test_cells_are_means_of_their_pixels() -> None:
    plane = np.random.default_rng(0).random((5 * ROWS, 7 * COLUMNS)).astype(np.float32)
    expected = plane.reshape(ROWS, 5, COLUMNS, 7).mean((1, 3))
    np.testing.assert_allclose(means(plane), expected, rtol=1e-5)


def test_a_film_that_is_cut_away_and_back_is_no_fault() -> None:
    frames = film()
    other = film(seed=1)
    # scenes that are told apart by their light
    shade = np.linspace(0.2, 1.0, WIDTH)[None, :, None]
    frames = [(frame * shade).astype(np.uint8) for frame in frames]
    frames[START:END] = [(frame * shade[:, ::-1]).astype(np.uint8) for frame in other[START:END]]
    found = change_of(series_of(frames), near(START), near(END))  # type: ignore[arg-type]
    assert found is not None
    assert abs(found.start - START) <= 1  # type: ignore[operator]
    assert abs(found.end - END) <= 1  # type: ignore[operator]
    assert not found.one_scene
    assert not found.came_back


@pytest.mark.parametrize("kind", ["dark", "noise", "blocks"])
@pytest.mark.parametrize("where", [(slice(0, HEIGHT), slice(0, WIDTH)), (slice(0, 54), slice(0, 96))])
def test_no_fault_is_taken_for_a_cut(kind: str, where: tuple[slice, slice]) -> None:
    found = change_of(series_of(with_fault(kind, where)), near(START), near(END))  # type: ignore[arg-type]
    assert found is not None
    assert found.came_back
