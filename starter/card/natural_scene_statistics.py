"""Natural scene statistics: the features of BRISQUE and NIQE, as published, of one picture's luma.

Mittal, Moorthy and Bovik, "No-Reference Image Quality Assessment in the Spatial Domain", IEEE TIP 2012 (BRISQUE);
Mittal, Soundararajan and Bovik, "Making a 'Completely Blind' Image Quality Analyzer", IEEE SPL 2013 (NIQE).

Own code, because nothing that is kept fits: pyiqa is noncommercial, piq downloads its weights, and the package
``brisque`` gives a score by its own pickled weights, needs OpenCV, and has no NIQE. There are no weights here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, special

FloatArray = NDArray[np.float64]
Luma = NDArray[np.float32]
"""Shape (height, width), 0..255."""

FEATURES: Final = 36
PATCH: Final = 96
"""Side of NIQE's patches, in pixels of the full picture."""
_SIGMA: Final = 7 / 6
_REACH: Final = 3
"""Of the 7 x 7 window."""
_NEIGHBOURS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))
_SHAPES: Final[FloatArray] = np.arange(0.2, 10.001, 0.001)
"""The shape parameters that are looked among, as in the authors' code."""


def _moment_ratio(shape: FloatArray) -> FloatArray:
    """(E|x|)^2 / E x^2 of a generalised Gaussian; rises with its shape."""
    found: FloatArray = special.gamma(2 / shape) ** 2 / (special.gamma(1 / shape) * special.gamma(3 / shape))
    return found


_RATIOS: Final = _moment_ratio(_SHAPES)


def luma_of(frame: NDArray[np.uint8]) -> Luma:
    """BT.601 luma of an RGB picture (height, width, 3), rounded to whole steps as in the authors' code."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    found: Luma = np.rint(frame.astype(np.float32) @ weights)
    return found


def halved(luma: Luma) -> Luma:
    """Half the size by an antialiased bicubic filter (the kernel of MATLAB's imresize)."""
    height, width = luma.shape
    size = max(1, width // 2), max(1, height // 2)
    return np.asarray(Image.fromarray(luma).resize(size, Image.Resampling.BICUBIC), np.float32)


def normalised(luma: Luma) -> tuple[Luma, Luma]:
    """Mean-subtracted contrast-normalised coefficients, and the local deviation that divided them."""

    def local(values: Luma) -> Luma:
        return np.asarray(
            ndimage.gaussian_filter(values, _SIGMA, mode="nearest", radius=_REACH, output=np.float32), np.float32
        )

    mean = local(luma)
    deviation = np.sqrt(np.abs(local(luma * luma) - mean * mean))
    return (luma - mean) / (deviation + 1), deviation


@dataclass(frozen=True, slots=True)
class AsymmetricGaussian:
    """Asymmetric generalised Gaussians, one per entry: every field has shape (n,).

    ``shape`` is 2 for a Gaussian and 1 for a Laplacian; ``left`` and ``right`` are the deviations of the two
    sides about 0; ``mean`` follows from these.
    """

    shape: FloatArray
    left: FloatArray
    right: FloatArray

    @property
    def scale(self) -> FloatArray:
        """A side's deviation times this is its scale parameter."""
        found: FloatArray = np.sqrt(special.gamma(1 / self.shape) / special.gamma(3 / self.shape))
        return found

    @property
    def mean(self) -> FloatArray:
        ratio = special.gamma(2 / self.shape) / special.gamma(1 / self.shape)
        found: FloatArray = (self.right - self.left) * self.scale * ratio
        return found


def fit_asymmetric(blocks: NDArray[np.floating[Any]]) -> AsymmetricGaussian:
    """Fits one distribution to each of the blocks (n, height, width), by moments (Lasmar and others, 2009)."""
    values = blocks.reshape(len(blocks), -1)
    count = values.shape[1]
    below = np.minimum(values, 0)
    negative = np.einsum("ij,ij->i", below, below, dtype=np.float64)
    square = np.einsum("ij,ij->i", values, values, dtype=np.float64)
    left_count = np.count_nonzero(values < 0, axis=1)
    right_count = np.count_nonzero(values > 0, axis=1)
    left = np.sqrt(negative / np.maximum(left_count, 1))
    right = np.sqrt(np.maximum(square - negative, 0) / np.maximum(right_count, 1))
    absolute = np.abs(values).mean(axis=1, dtype=np.float64)
    # a flat block has no shape: the tiny terms give it finite, like figures
    ratio = absolute**2 / (square / count + 1e-12)
    balance = (left + 1e-9) / (right + 1e-9)
    ratio = ratio * (balance**3 + 1) * (balance + 1) / (balance**2 + 1) ** 2
    return AsymmetricGaussian(np.interp(ratio, _RATIOS, _SHAPES), left, right)


def fit_symmetric(blocks: NDArray[np.floating[Any]]) -> tuple[FloatArray, FloatArray]:
    """Shape and variance of a generalised Gaussian about 0 for each of the blocks (n, height, width)."""
    values = blocks.reshape(len(blocks), -1)
    variance = np.einsum("ij,ij->i", values, values, dtype=np.float64) / values.shape[1]
    absolute = np.abs(values).mean(axis=1, dtype=np.float64)
    shape: FloatArray = np.interp(absolute**2 / (variance + 1e-12), _RATIOS, _SHAPES)
    return shape, variance


def brisque_features(luma: Luma) -> FloatArray:
    """The 36 features: 18 of the picture, 18 of the picture at half its size."""
    parts = []
    for scale in (luma, halved(luma)):
        block = normalised(scale)[0][None]
        shape, variance = fit_symmetric(block)
        parts += [shape, variance]
        for product in _products(block):
            fit = fit_asymmetric(product)
            parts += [fit.shape, fit.mean, fit.left**2, fit.right**2]
    return np.concatenate(parts)


def niqe_patches(luma: Luma) -> tuple[FloatArray, FloatArray]:
    """36 features of each patch of the picture, (patches, 36), and each patch's sharpness, (patches,).

    Patches do not overlap; what is left over at the right and below is not looked at. A picture smaller than a
    patch is cut into patches of its own shorter side.
    """
    side = min(PATCH, min(luma.shape) // 2 * 2)
    rows, columns = luma.shape[0] // side, luma.shape[1] // side
    cropped = luma[: rows * side, : columns * side]
    features, sharpness = [], np.empty(0)
    for scale, size in ((cropped, side), (halved(cropped), side // 2)):
        coefficients, deviation = normalised(scale)
        blocks = _blocks(coefficients, size)
        fit = fit_asymmetric(blocks)
        parts = [fit.shape, (fit.left + fit.right) / 2 * fit.scale]
        for product in _products(blocks):
            fit = fit_asymmetric(product)
            parts += [fit.shape, fit.mean, fit.left * fit.scale, fit.right * fit.scale]
        features.append(np.stack(parts, axis=1))
        if size == side:
            sharpness = _blocks(deviation, size).mean(axis=(1, 2), dtype=np.float64)
    return np.concatenate(features, axis=1), sharpness


def _blocks(values: Luma, size: int) -> Luma:
    rows, columns = values.shape[0] // size, values.shape[1] // size
    parted = values[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return parted.swapaxes(1, 2).reshape(rows * columns, size, size)


def _products(blocks: Luma) -> Sequence[Luma]:
    """Each coefficient times its neighbour, in four directions; a block is closed in itself at its borders."""
    return [blocks * np.roll(blocks, shift, axis=(1, 2)) for shift in _NEIGHBOURS]


@dataclass(frozen=True, slots=True)
class SceneModel:
    """A multivariate Gaussian of patch features: ``mean`` (36,), ``covariance`` (36, 36)."""

    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, patches: FloatArray) -> SceneModel:
        """Fitted to patches (n, 36). Raises ValueError where there is none."""
        if len(patches) == 0:
            raise ValueError("no patch to fit a model of natural scenes to")
        covariance = np.cov(patches, rowvar=False) if len(patches) > 1 else np.zeros((patches.shape[1],) * 2)
        return cls(patches.mean(axis=0), covariance)

    def distance(self, other: SceneModel) -> float:
        """NIQE: 0 where both are the same; higher is worse."""
        difference = self.mean - other.mean
        inverse = np.linalg.pinv((self.covariance + other.covariance) / 2)
        return math.sqrt(max(float(difference @ inverse @ difference), 0.0))


def sharp(patches: FloatArray, sharpness: FloatArray, share: float = 0.75) -> FloatArray:
    """The patches of one picture that are at least ``share`` as sharp as its sharpest: a pristine model's."""
    found: FloatArray = patches[sharpness >= share * sharpness.max()]
    return found
