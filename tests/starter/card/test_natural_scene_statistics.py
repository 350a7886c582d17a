"""The features of BRISQUE and NIQE: what is published about them holds, and SciPy agrees where it has the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal, stats

from starter.card import natural_scene_statistics as nss
from starter.card.natural_scene_statistics import SceneModel

RNG = np.random.default_rng(5)


def scene(seed: int, height: int = 200, width: int = 300) -> nss.Luma:
    """A picture with the 1/f spectrum of natural scenes, 0..255."""
    rng = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    spectrum = np.fft.fft2(rng.normal(size=(height, width))) / np.maximum(np.hypot(fy, fx), 1 / width)
    values = np.fft.ifft2(spectrum).real
    return np.clip(128 + 45 * values / values.std(), 0, 255).astype(np.float32)


def drawn(shape: float, left: float, right: float, count: int = 400_000) -> NDArray[np.float64]:
    """Samples of an asymmetric generalised Gaussian with scale parameters ``left`` and ``right``."""
    rng = np.random.default_rng(3)
    size = rng.gamma(1 / shape, size=count) ** (1 / shape)
    side = rng.random(count) < left / (left + right)
    return np.where(side, -left * size, right * size)


@pytest.mark.parametrize("shape", [0.6, 1.0, 2.0, 4.0])
@pytest.mark.parametrize(("left", "right"), [(1.0, 1.0), (0.5, 1.5), (3.0, 1.0)])
def test_the_fit_recovers_what_was_drawn(shape: float, left: float, right: float) -> None:
    values = drawn(shape, left, right)
    fit = nss.fit_asymmetric(values.reshape(1, 500, 800))
    assert fit.shape[0] == pytest.approx(shape, rel=0.04)
    assert (fit.left * fit.scale)[0] == pytest.approx(left, rel=0.04)
    assert (fit.right * fit.scale)[0] == pytest.approx(right, rel=0.04)
    assert fit.mean[0] == pytest.approx(values.mean(), abs=0.03 * (left + right))


@pytest.mark.parametrize("shape", [0.8, 1.5, 2.0, 3.0])
def test_the_symmetric_fit_agrees_with_scipys_distribution(shape: float) -> None:
    values = stats.gennorm.rvs(shape, scale=2.0, size=(3, 200, 500), random_state=1)
    shapes, variances = nss.fit_symmetric(values)
    assert shapes == pytest.approx(shape, rel=0.05)
    assert variances == pytest.approx(stats.gennorm.var(shape, scale=2.0), rel=0.05)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 100), st.integers(0, 1000))
def test_a_fits_shape_does_not_know_the_scale(factor: float, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(2, 30, 30))
    first, second = nss.fit_asymmetric(values), nss.fit_asymmetric(values * factor)
    assert second.shape == pytest.approx(first.shape, abs=0.011)
    assert second.left == pytest.approx(first.left * factor, rel=1e-6)
    mirrored = nss.fit_asymmetric(-values)
    assert (mirrored.left, mirrored.right) == (pytest.approx(first.right), pytest.approx(first.left))
    assert mirrored.mean == pytest.approx(-first.mean)


def test_coefficients_are_those_of_a_seven_by_seven_window() -> None:
    luma = scene(1, 40, 50)
    reach = np.arange(-3, 4)
    line = np.exp(-(reach**2) / (2 * (7 / 6) ** 2))
    window = np.outer(line, line) / line.sum() ** 2
    padded = np.pad(luma.astype(np.float64), 3, mode="edge")
    mean = signal.convolve2d(padded, window, "valid")
    deviation = np.sqrt(np.abs(signal.convolve2d(padded**2, window, "valid") - mean**2))
    coefficients, found = nss.normalised(luma)
    assert found == pytest.approx(deviation, abs=0.02)
    assert coefficients == pytest.approx((luma - mean) / (deviation + 1), abs=0.01)


def test_coefficients_of_a_scene_are_centred_and_of_unit_size_whatever_its_contrast() -> None:
    luma = scene(2)
    strong, weak = nss.normalised(luma)[0], nss.normalised(luma * 0.5 + 60)[0]
    for found in (strong, weak):
        assert abs(float(found.mean())) < 0.02
        assert 0.7 < float(found.std()) < 1.2
    assert float(np.corrcoef(strong.ravel(), weak.ravel())[0, 1]) > 0.98


def test_a_flat_picture_has_finite_features() -> None:
    flat = np.full((96, 128), 16, np.float32)
    assert np.isfinite(nss.brisque_features(flat)).all()
    patches, sharpness = nss.niqe_patches(flat)
    assert np.isfinite(patches).all()
    assert sharpness == pytest.approx(0, abs=0.1)


def test_half_of_the_features_are_those_of_the_halved_picture() -> None:
    luma = scene(4, 120, 160)
    features = nss.brisque_features(luma)
    assert features.shape == (nss.FEATURES,)
    assert features[18:] == pytest.approx(nss.brisque_features(nss.halved(luma))[:18])
    assert nss.halved(luma).shape == (60, 80)


def test_a_mirrored_picture_has_the_same_features_with_its_diagonals_exchanged() -> None:
    luma = scene(6)
    found, mirrored = nss.brisque_features(luma)[:18], nss.brisque_features(luma[:, ::-1].copy())[:18]
    horizontal, vertical, falling, rising = slice(2, 6), slice(6, 10), slice(10, 14), slice(14, 18)
    for ours, theirs in ((horizontal, horizontal), (vertical, vertical), (falling, rising), (rising, falling)):
        assert mirrored[theirs] == pytest.approx(found[ours], abs=2e-3)
    turned = nss.brisque_features(luma.T.copy())[:18]
    assert turned[horizontal] == pytest.approx(found[vertical], abs=2e-3)


def test_white_noise_has_gaussian_coefficients_and_blur_makes_neighbours_alike() -> None:
    noise = (128 + 20 * RNG.normal(size=(200, 300))).astype(np.float32)
    smooth = np.asarray(signal.convolve2d(noise, np.full((3, 3), 1 / 9), "same", "symm"), np.float32)
    # the means of the products of neighbours beside and below: about 0 for independent ones
    means = [nss.brisque_features(luma)[3:8:4] for luma in (noise, smooth)]
    assert np.abs(means[0]).max() < 0.15
    assert (means[1] > means[0] + 0.1).all()


def test_luma_is_bt601() -> None:
    frame = np.array([[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert nss.luma_of(frame).tolist() == [[255, 76, 150, 29]]


@pytest.mark.parametrize(
    ("height", "width", "patches"), [(96, 96, 1), (200, 300, 6), (144, 256, 2), (50, 120, 2), (2, 2, 1)]
)
def test_patches_tile_the_picture(height: int, width: int, patches: int) -> None:
    found, sharpness = nss.niqe_patches(scene(1, height, width))
    assert found.shape == (patches, nss.FEATURES)
    assert sharpness.shape == (patches,)
    assert np.isfinite(found).all()


def test_a_patch_is_known_by_its_own_pixels_but_for_its_border() -> None:
    # the coefficients at a border look three pixels across it
    luma = scene(8)
    other = luma.copy()
    other[:96, 110:] = 30
    first, second = nss.niqe_patches(luma)[0], nss.niqe_patches(other)[0]
    assert second[0] == pytest.approx(first[0], abs=1e-6)
    assert second[1] != pytest.approx(first[1], abs=1e-2)


def model(*seeds: int) -> SceneModel:
    return SceneModel.of(np.concatenate([nss.niqe_patches(scene(seed))[0] for seed in seeds]))


def test_distance_is_symmetric_and_zero_to_itself() -> None:
    first, second = model(*range(8)), model(20)
    assert first.distance(first) == 0
    assert first.distance(second) == pytest.approx(second.distance(first))
    assert first.distance(second) > 0


def test_damage_moves_a_scene_away_from_natural_ones() -> None:
    pristine = model(*range(30))

    def niqe(luma: nss.Luma) -> float:
        return SceneModel.of(nss.niqe_patches(luma)[0]).distance(pristine)

    for seed in range(50, 54):
        luma = scene(seed)
        noisy = [(luma + level * RNG.normal(size=luma.shape)).astype(np.float32) for level in (10, 30)]
        blocks = luma[::8, ::8].repeat(8, 0).repeat(8, 1)[: luma.shape[0], : luma.shape[1]]
        assert niqe(luma) < niqe(noisy[0]) < niqe(noisy[1])
        assert niqe(luma) < niqe(blocks)


def test_a_pristine_model_takes_the_sharp_patches() -> None:
    luma = scene(9)
    luma[:96, :96] = 100
    patches, sharpness = nss.niqe_patches(luma)
    assert int(np.argmin(sharpness)) == 0
    kept = nss.sharp(patches, sharpness)
    assert 1 <= len(kept) < len(patches)
    assert not (kept == patches[0]).all(axis=1).any()


def test_a_model_needs_a_patch() -> None:
    with pytest.raises(ValueError, match="no patch"):
        SceneModel.of(np.empty((0, 36)))
