"""Defects of still pictures at the levels that people have judged: KADID-10k's, frame by frame.

KADID-10k (Lin, Hosu and Saupe, QoMEX 2019) showed 81 pictures of 512x384 with 25 defects at five levels to 30
people each. Here are those of its defects whose making is published plainly enough to be made again, written
from the description of each. What is measured in pixels is meant for 384 lines and grows with the picture;
noise, blocks of codecs and steps of brightness stay as they are. Noise is new in every frame, everything else
stands still, as a camera's or an encoder's fault does.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from starter.clips.encoder import Frames

Change = Callable[[Frames, float, np.random.Generator], Frames]
Floats = NDArray[np.float32]

LINES: Final = 384
"""Of the pictures that people judged."""
_WHITE: Final = np.array([0.95047, 1.0, 1.08883], np.float32)
_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    np.float32,
)
_FROM_XYZ: Final = np.linalg.inv(_TO_XYZ).astype(np.float32)
_BYTES: Final = np.arange(256, dtype=np.float32) / 255
_LINEAR: Final = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_SCATTERINGS: Final = 5


def per_pixel(frames: Frames) -> float:
    """How many pixels of ``frames`` one of the judged pictures' pixels is."""
    return float(min(frames.shape[1:3])) / LINES


def bytes_of(values: NDArray[np.floating]) -> Frames:
    """Grey levels 0..255, rounded and clipped."""
    result: Frames = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return result


def lab_of(frame: NDArray[np.uint8]) -> Floats:
    """sRGB bytes [..., 3] to CIE Lab (D65): L 0..100, a and b about -128..127."""
    relative = (_LINEAR[frame] @ _TO_XYZ.T) / _WHITE
    root = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    result: Floats = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
    return result


def rgb_of(lab: Floats) -> NDArray[np.uint8]:
    """The reverse of ``lab_of``; colours outside sRGB are clipped."""
    y = (lab[..., 0] + 16) / 116
    root = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    relative = np.where(root > 0.2068966, root**3, (root - 16 / 116) / 7.787) * _WHITE
    linear = np.clip(relative @ _FROM_XYZ.T, 0, 1)
    return bytes_of(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def _each(frames: Frames, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Frames:
    return np.stack([change(frame) for frame in frames])


def gaussian_blur(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: standard deviation in pixels."""
    sigma = level * per_pixel(frames)
    return _each(
        frames, lambda frame: bytes_of(ndimage.gaussian_filter(frame.astype(np.float32), (sigma, sigma, 0)))
    )


def lens_blur(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: radius of the disk in pixels."""
    return _filtered(frames, disk(level * per_pixel(frames)))


def motion_blur(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: length of the line in pixels; its direction is drawn."""
    return _filtered(frames, line(level * per_pixel(frames), float(rng.uniform(0, np.pi))))


def disk(radius: float) -> Floats:
    """A disk with soft edges, sum 1."""
    reach = int(np.ceil(radius))
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return _normed(np.clip(radius + 0.5 - np.hypot(xx, yy), 0, 1))


def line(length: float, angle: float) -> Floats:
    """A line of ``length`` pixels with soft sides through the middle, sum 1."""
    half = max(0.0, (length - 1) / 2)
    reach = int(np.ceil(half))
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along, across = xx * np.cos(angle) + yy * np.sin(angle), yy * np.cos(angle) - xx * np.sin(angle)
    beyond = np.maximum(np.abs(along) - half, 0)
    return _normed(np.clip(1 - np.hypot(beyond, across), 0, 1))


def _normed(kernel: NDArray[np.floating]) -> Floats:
    result: Floats = (kernel / kernel.sum()).astype(np.float32)
    return result


def _filtered(frames: Frames, kernel: Floats) -> Frames:
    if kernel.size == 1:
        return frames.copy()
    return _each(frames, lambda frame: bytes_of(_convolved(frame.astype(np.float32), kernel)))


def _convolved(picture: Floats, kernel: Floats) -> Floats:
    reach = kernel.shape[0] // 2
    wide = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    height, width = picture.shape[:2]
    result = np.zeros_like(picture)
    for y, x in zip(*np.nonzero(kernel), strict=True):
        result += kernel[y, x] * wide[y : y + height, x : x + width]
    return result


def color_diffusion(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Colour runs over its edges and grows: a and b are blurred and multiplied by ``level``."""
    sigma = (1.5 * level + 2) * per_pixel(frames)

    def change(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        lab = lab_of(frame)
        # colour that is to be blurred so widely needs no more pixels than this
        small = ndimage.gaussian_filter(lab[::2, ::2, 1:], (sigma / 2, sigma / 2, 0), truncate=2.5)
        wide = small.repeat(2, 0).repeat(2, 1)[: frame.shape[0], : frame.shape[1]]
        lab[..., 1:] = level * wide
        return rgb_of(lab)

    return _each(frames, change)


def color_shift(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Green lies ``level`` pixels beside red and blue, most where the picture has edges."""
    angle = rng.uniform(0, np.pi / 2)
    rows, columns = (round(level * per_pixel(frames) * part) for part in (np.sin(angle), np.cos(angle)))

    def change(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        grey = frame.astype(np.float32).mean(2)
        edges = ndimage.gaussian_filter(np.hypot(*np.gradient(grey)), 4 * per_pixel(frames))
        low, high = np.quantile(edges, (0.01, 0.99))
        weight = np.clip((edges - low) / max(high - low, 1e-3), 0, 1)
        green = frame[..., 1].astype(np.float32)
        moved = ndimage.shift(green, (rows, columns), order=0, mode="nearest")
        result = frame.copy()
        result[..., 1] = bytes_of(moved * weight + green * (1 - weight))
        return result

    return _each(frames, change)


def color_saturation_1(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """HSV saturation times ``level``; below 0 colours turn into their opposites."""
    values = frames.astype(np.float32)
    top = values.max(-1, keepdims=True)
    return bytes_of(top + (values - top) * np.float32(level))


def color_saturation_2(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Lab's a and b times ``level``."""
    return _each(frames, lambda frame: rgb_of(lab_of(frame) * np.array([1, level, level], np.float32)))


def jpeg2000(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: compression ratio."""
    return _each(frames, lambda frame: _saved(frame, "JPEG2000", quality_mode="rates", quality_layers=[level]))


def jpeg(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: quality 1..100."""
    return _each(frames, lambda frame: _saved(frame, "JPEG", quality=max(1, round(level))))


def _saved(frame: NDArray[np.uint8], kind: str, **options: object) -> NDArray[np.uint8]:
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, kind, **options)
    with Image.open(stream) as opened:
        return np.asarray(opened.convert("RGB"))


def white_noise(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: variance, the picture being 0..1."""
    return bytes_of(frames + 255 * np.float32(level**0.5) * rng.standard_normal(frames.shape, np.float32))


def white_noise_ycbcr(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: variance in each of Y, Cb and Cr, the picture being 0..1."""
    noise = 255 * np.float32(level**0.5) * rng.standard_normal(frames.shape, np.float32)
    to_rgb = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)
    return bytes_of(frames + noise @ to_rgb.T)


def impulse_noise(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: share of the values that become 0 or 255."""
    result = frames.copy()
    flat = result.reshape(-1)
    hit = rng.integers(0, flat.size, round(level * flat.size))
    flat[hit] = np.where(rng.random(len(hit)) < 0.5, 0, 255)
    return result


def multiplicative_noise(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: variance of the factor, whose mean is 1."""
    return bytes_of(frames * (1 + np.float32(level**0.5) * rng.standard_normal(frames.shape, np.float32)))


def _curved(frames: Frames, middle: float) -> Frames:
    """The parabola that leaves black and white and sends grey .5 to ``middle``."""
    bend = 2 - 4 * middle
    curve = np.clip(bend * _BYTES**2 + (1 - bend) * _BYTES, 0, 1)
    return bytes_of(255 * curve)[frames]


def brighten(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: by how much grey .5 rises, doubled."""
    return _curved(frames, 0.5 + level / 2)


def darken(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: by how much grey .5 falls, doubled."""
    return _curved(frames, 0.5 - level / 2)


def jitter(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Every pixel comes from a place nearby, ``level`` pixels off (standard deviation), five times over."""
    height, width = frames.shape[1:3]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(_SCATTERINGS):
        rows += level * per_pixel(frames) * rng.standard_normal(rows.shape, np.float32)
        columns += level * per_pixel(frames) * rng.standard_normal(rows.shape, np.float32)
    y = np.clip(np.rint(rows), 0, height - 1).astype(np.intp)
    x = np.clip(np.rint(columns), 0, width - 1).astype(np.intp)
    return _each(frames, lambda frame: frame[y, x])


def pixelate(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: how coarse, 0..1; the sides are taken to .95 - level to the power .6 and back, without
    smoothing."""
    height, width = frames.shape[1:3]
    share = (0.95 - level**0.6) / max(1.0, per_pixel(frames))
    rows, columns = (
        (np.arange(n) * max(1, round(n * share)) // n * n // max(1, round(n * share))).astype(np.intp)
        for n in (height, width)
    )
    return frames[:, rows][:, :, columns]


def quantization(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: steps of brightness left in each channel."""
    steps = max(2, round(level))
    place = np.minimum(np.floor(_BYTES * steps), steps - 1)
    return bytes_of(255 * place / (steps - 1))[frames]


def color_block(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level``: squares of 32 pixels of any colour laid over the picture."""
    side = round(32 * per_pixel(frames))
    result = frames.copy()
    height, width = frames.shape[1:3]
    for _ in range(round(level)):
        y, x = int(rng.integers(0, height - side)), int(rng.integers(0, width - side))
        result[:, y : y + side, x : x + side] = rng.integers(0, 256, 3)
    return result


def high_sharpen(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """``level`` times what a wide blur (13x13 pixels) takes away from the lightness is added to it."""
    reach = round(6 * per_pixel(frames))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(1, reach)) ** 2).astype(np.float32)
    weights /= weights.sum()

    def change(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        lab = lab_of(frame)
        light = lab[..., 0]
        wide = ndimage.convolve1d(ndimage.convolve1d(light, weights, axis=0), weights, axis=1)
        lab[..., 0] = np.clip(light + np.float32(level) * (light - wide), 0, 100)
        return rgb_of(lab)

    return _each(frames, change)


CHANGES: Final[Mapping[str, tuple[Change, tuple[float, float, float, float, float]]]] = {
    "gaussian_blur": (gaussian_blur, (0.1, 0.5, 1, 2, 5)),
    "lens_blur": (lens_blur, (1, 2, 4, 6, 8)),
    "motion_blur": (motion_blur, (1, 2, 4, 6, 10)),
    "color_diffusion": (color_diffusion, (1, 3, 6, 8, 12)),
    "color_shift": (color_shift, (1, 3, 6, 8, 12)),
    "color_saturation_1": (color_saturation_1, (0.4, 0.2, 0.1, 0, -0.4)),
    "color_saturation_2": (color_saturation_2, (1, 2, 3, 6, 9)),
    "jpeg2000": (jpeg2000, (16, 32, 45, 120, 170)),
    "jpeg": (jpeg, (43, 36, 24, 7, 4)),
    "white_noise": (white_noise, (0.001, 0.002, 0.003, 0.005, 0.01)),
    "white_noise_ycbcr": (white_noise_ycbcr, (0.0001, 0.0005, 0.001, 0.002, 0.003)),
    "impulse_noise": (impulse_noise, (0.001, 0.005, 0.01, 0.02, 0.03)),
    "multiplicative_noise": (multiplicative_noise, (0.001, 0.005, 0.01, 0.02, 0.05)),
    "brighten": (brighten, (0.1, 0.2, 0.4, 0.7, 1.1)),
    "darken": (darken, (0.05, 0.1, 0.2, 0.4, 0.8)),
    "jitter": (jitter, (0.05, 0.1, 0.2, 0.5, 1)),
    "pixelate": (pixelate, (0.01, 0.05, 0.1, 0.2, 0.5)),
    "quantization": (quantization, (20, 16, 13, 10, 7)),
    "color_block": (color_block, (2, 4, 6, 8, 10)),
    "high_sharpen": (high_sharpen, (1, 2, 3, 6, 12)),
}
"""By KADID's name how a defect is made, and its five levels."""
