"""What film-makers do on purpose moves, cuts, fades and lights as it says, and is the same in every run."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from starter.clips import purpose
from starter.clips.encoder import Frames

SIZE = (128, 96)
FRAMES = 24


@pytest.fixture(scope="module")
def image() -> Image.Image:
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    return noise.resize((600, 400), Image.Resampling.BICUBIC)


def film(name: str, image: Image.Image, seed: int = 5, size: tuple[int, int] = SIZE) -> Frames:
    return purpose.film(name, image, size, FRAMES, np.random.default_rng(seed))


def steps(frames: Frames) -> np.ndarray:
    return np.abs(np.diff(frames.astype(float), axis=0)).mean((1, 2, 3))


@pytest.mark.parametrize("name", purpose.LOOKS)
@pytest.mark.parametrize("size", [SIZE, (90, 160), (300, 220)])
def test_every_look_fits_and_is_the_same_again(name: str, size: tuple[int, int], image: Image.Image) -> None:
    shown = film(name, image, size=size)
    assert (shown.shape, shown.dtype) == ((FRAMES, size[1], size[0], 3), np.uint8)
    assert (shown == film(name, image, size=size)).all()
    assert (shown != film(name, image, seed=6, size=size)).any()


def shift(first: np.ndarray, second: np.ndarray, reach: int) -> int:
    """By how many columns the second frame lies to the right of the first."""
    grey = [frame.astype(float).mean(2) for frame in (first, second)]
    width = grey[0].shape[1]
    errors = {
        by: np.abs(
            grey[0][:, max(0, -by) : width - max(0, by)] - grey[1][:, max(0, by) : width + min(0, by)]
        ).mean()
        for by in range(-reach, reach + 1)
    }
    return min(errors, key=lambda by: errors[by])


@pytest.mark.parametrize(("name", "share"), [("pan1", 0.013), ("pan2.5", 0.025), ("pan5", 0.05), ("pan10", 0.1)])
def test_a_pan_moves_by_its_share_of_the_width(name: str, share: float, image: Image.Image) -> None:
    shown = film(name, image, size=(240, 160))
    moved = [abs(shift(a, b, 40)) for a, b in pairwise(shown)]
    # where the picture ends it goes on mirrored, and there a frame may fit better elsewhere
    assert np.median(moved) == pytest.approx(share * 240, abs=1)


def test_a_blurred_pan_moves_alike_and_is_softer_along_its_way(image: Image.Image) -> None:
    sharp, soft = film("pan5", image, size=(240, 160)), film("pan5-blurred", image, size=(240, 160))
    across = [np.abs(np.diff(frames.astype(float), axis=2)).mean() for frames in (sharp, soft)]
    down = [np.abs(np.diff(frames.astype(float), axis=1)).mean() for frames in (sharp, soft)]
    assert across[1] < 0.9 * across[0]
    assert across[1] / across[0] < down[1] / down[0] - 0.05


def test_cuts_jump_a_few_times_and_rest_between(image: Image.Image) -> None:
    change = steps(film("cuts", image))
    jumps = change > 4 * np.median(change) + 5
    assert 1 <= jumps.sum() <= 4
    # never two cuts within five frames
    assert (np.diff(np.flatnonzero(jumps)) >= 6).all()


def test_a_fade_runs_from_black_or_to_it(image: Image.Image) -> None:
    seen = set()
    for seed in range(8):
        level = film("fade", image, seed).mean((1, 2, 3))
        assert min(level[0], level[-1]) < 0.15 * max(level[0], level[-1])
        seen.add(bool(level[0] < level[-1]))
    assert seen == {True, False}


def test_a_dissolve_begins_and_ends_whole_and_mixes_between(image: Image.Image) -> None:
    shown = film("dissolve", image)
    change = steps(shown)
    assert change[0] < change.max()
    assert shown[12].astype(float).std() < max(shown[0].std(), shown[-1].std())


def test_zooms_grow_at_their_rate(image: Image.Image) -> None:
    assert steps(film("fast-zoom", image)).mean() > 2 * steps(film("zoom", image)).mean()


def test_light_and_colour(image: Image.Image) -> None:
    plain = film("plain", image).astype(float)
    grey = film("black-and-white", image)
    assert (grey[..., 0] == grey[..., 1]).all()
    assert (grey[..., 1] == grey[..., 2]).all()
    assert film("high-key", image).mean() > plain.mean() + 20
    for name in ("low-key", "night", "dusk"):
        assert film(name, image).mean() < 0.75 * plain.mean(), name
    for name in ("fog", "flat-profile"):
        assert film(name, image).std() < 0.75 * plain.std(), name


def test_softness_is_not_everywhere(image: Image.Image) -> None:
    """A shallow focus leaves something sharp; that is what tells it from a blur."""
    for name in ("shallow", "soft-background"):
        sharpest = []
        for shown in (film("plain", image, size=(300, 220)), film(name, image, size=(300, 220))):
            across = np.abs(np.diff(shown[0].astype(float).mean(2), axis=1))
            blocks = across[:208, :288].reshape(13, 16, 18, 16).mean((1, 3))
            sharpest.append((blocks.max(), blocks.mean()))
        (top, mean), (own_top, own_mean) = sharpest
        assert own_mean < mean, name
        assert own_top / own_mean > top / mean, name


def test_an_unknown_look_is_an_error(image: Image.Image) -> None:
    with pytest.raises(KeyError):
        film("nothing", image)
