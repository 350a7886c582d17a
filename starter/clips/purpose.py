"""What film-makers do on purpose, shown over a still picture: fast movement, cuts, fades, light, softness.

None of it is damage. A model that has never seen a clean clip move fast takes movement for damage, and one that
has seen few dark, foggy or soft scenes takes these for bad ones. ``LOOKS`` names them; each is drawn from the
caller's generator, so it looks the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage

from starter.clips.camera import shallow_focus
from starter.clips.encoder import Frames

Size = tuple[int, int]
Grey = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Look:
    """One thing done on purpose. ``moves``: it changes what is seen from frame to frame; else it changes the
    picture.

    ``film(image, size, frames, rng)`` gives the frames.
    """

    name: str
    film: Callable[[Image.Image, Size, int, np.random.Generator], Frames]
    moves: bool


def film(name: str, image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """``frames`` frames of ``size`` (width, height). Raises KeyError for a look that there is not."""
    return LOOKS[name].film(image, size, frames, rng)


def _strip(image: Image.Image, size: Size, rng: np.random.Generator, room: float = 1.3) -> NDArray[np.uint8]:
    """The picture at a scale at which a view of ``size`` fills between the ``room``-th part of it and all of
    it."""
    least = max(size[0] / image.width, size[1] / image.height)
    scale = min(1.0, least * float(rng.uniform(1.0, room)))
    whole = (max(size[0], round(image.width * scale)), max(size[1], round(image.height * scale)))
    return np.asarray(image.resize(whole, Image.Resampling.LANCZOS, reducing_gap=2.0))


def _mirrored(places: NDArray[np.floating], length: int) -> NDArray[np.intp]:
    """Places beyond either end of a row of ``length`` are seen as in a mirror."""
    around = np.rint(places).astype(np.intp) % (2 * length)
    result: NDArray[np.intp] = np.where(around < length, around, 2 * length - 1 - around)
    return result


def pan(speed: float, shutter: float = 0.0) -> Callable[[Image.Image, Size, int, np.random.Generator], Frames]:
    """``speed``: share of the width per frame; ``shutter``: for how much of a frame's time light falls in."""

    def frames_of(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
        strip = _strip(image, size, rng, room=2.0)
        height, width = strip.shape[:2]
        top = int(rng.integers(0, height - size[1] + 1))
        way = speed * size[0] * rng.choice([-1.0, 1.0])
        start, drift = rng.uniform(0, width), rng.uniform(-0.15, 0.15) * speed * size[1]
        smear = round(abs(way) * shutter)
        if smear > 1:
            # the light of one frame falls along this part of its way
            light = ndimage.uniform_filter1d(strip.astype(np.float32), smear, axis=1, mode="reflect")
            strip = np.rint(light).astype(np.uint8)
        result = np.empty((frames, size[1], size[0], 3), np.uint8)
        for i in range(frames):
            rows = _mirrored(np.arange(size[1]) + top + drift * i, height)
            columns = _mirrored(np.arange(size[0]) + start + way * i, width)
            result[i] = strip[rows][:, columns]
        return result

    return frames_of


def _views(image: Image.Image, size: Size, count: int, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    """``count`` different framings of the picture, each somewhat larger than ``size``, for a slow drift over
    it."""
    found = []
    for number in range(count):
        turned = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number % 2 else image
        found.append(_strip(turned, (size[0] + 24, size[1] + 24), rng, room=2.5))
    return found


def _drifting(view: NDArray[np.uint8], size: Size, place: NDArray[np.floating], i: int) -> NDArray[np.uint8]:
    """The view's cut-out ``i`` frames after ``place`` (shares of the room), moving on by a third of a pixel."""
    room = np.array([view.shape[1] - size[0], view.shape[0] - size[1]])
    x, y = np.clip(np.rint(place * room + i / 3), 0, room).astype(int)
    return view[y : y + size[1], x : x + size[0]]


def cuts(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """Hard cuts, one every 6 to 14 frames."""
    lengths = rng.integers(6, 15, frames)
    shots = np.repeat(np.arange(len(lengths)), lengths)[:frames]
    views = _views(image, size, int(shots[-1]) + 1, rng)
    places = rng.uniform(0, 1, (len(views), 2))
    return np.stack([_drifting(views[shot], size, places[shot], i) for i, shot in enumerate(shots)])


def fade(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """From black, or to it, over 10 to 24 frames."""
    length = int(rng.integers(10, 25))
    light = np.clip((np.arange(frames) + 1) / length, 0.02, 1)
    if rng.random() < 0.5:
        light = light[::-1]
    view, place = _views(image, size, 1, rng)[0], rng.uniform(0, 1, 2)
    return np.stack(
        [np.rint(_drifting(view, size, place, i) * share).astype(np.uint8) for i, share in enumerate(light)]
    )


def dissolve(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """One framing melts into another over 8 to 20 frames."""
    length, first = int(rng.integers(8, 21)), int(rng.integers(2, 8))
    share = np.clip((np.arange(frames) - first) / length, 0, 1)
    before, after = _views(image, size, 2, rng)
    places = rng.uniform(0, 1, (2, 2))
    return np.stack(
        [
            np.rint(
                _drifting(before, size, places[0], i) * (1 - s) + _drifting(after, size, places[1], i) * s
            ).astype(np.uint8)
            for i, s in enumerate(share)
        ]
    )


def zoom(rate: float) -> Callable[[Image.Image, Size, int, np.random.Generator], Frames]:
    """``rate``: growth per frame; where the picture has no more pixels to give, the zoom turns round."""

    def frames_of(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
        largest = min(image.width / size[0], image.height / size[1])
        reach = max(np.log(max(largest, 1.02)), 1e-3)
        steps = np.log1p(rate) * np.arange(frames) + rng.uniform(0, reach)
        scales = np.exp(reach - np.abs((steps % (2 * reach)) - reach))
        middle: NDArray[np.floating] = np.array(image.size) / 2
        return np.stack([_cut_out(image, size, middle, float(scale)) for scale in scales])

    return frames_of


def _cut_out(image: Image.Image, size: Size, middle: NDArray[np.floating], scale: float) -> NDArray[np.uint8]:
    half = np.array(size) * scale / 2
    middle = np.clip(middle, half, np.maximum(half, np.array(image.size) - half))
    left, top, right, bottom = np.clip(
        np.concatenate([middle - half, middle + half]), 0, np.array([*image.size, *image.size])
    )
    box = (float(left), float(top), float(right), float(bottom))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0))


def turn(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """The camera rolls by .5 to 4 degrees a frame."""
    side = int(np.ceil(np.hypot(*size))) + 2
    strip = Image.fromarray(_strip(image, (side, side), rng, room=1.2))
    speed, start = rng.uniform(0.5, 4.0) * rng.choice([-1, 1]), rng.uniform(0, 360)
    left, top = (strip.width - side) // 2, (strip.height - side) // 2
    square = strip.crop((left, top, left + side, top + side))
    x, y = (side - size[0]) // 2, (side - size[1]) // 2
    box = (x, y, x + size[0], y + size[1])
    return np.stack(
        [np.asarray(square.rotate(start + speed * i, Image.Resampling.BICUBIC).crop(box)) for i in range(frames)]
    )


def hand_held(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """A hand's sway: up to some percent of the height, slow, never a jump."""
    strip = _strip(image, (round(size[0] * 1.12), round(size[1] * 1.12)), rng, room=1.5)
    room = np.array([strip.shape[1] - size[0], strip.shape[0] - size[1]])
    reach, speed, phase = rng.uniform(0.01, 0.05), rng.uniform(0.08, 0.35, 4), rng.uniform(0, 2 * np.pi, 4)
    at = np.arange(frames)[:, None]
    sway = np.sin(speed[:2] * at + phase[:2]) + 0.4 * np.sin(2.3 * speed[2:] * at + phase[2:])
    places = np.clip(np.rint(room / 2 + reach * size[1] * sway), 0, room).astype(int)
    return np.stack([strip[y : y + size[1], x : x + size[0]] for x, y in places])


def _slow(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """A slow pan, for looks that are of the picture."""
    return pan(float(rng.uniform(0.0, 0.006)))(image, size, frames, rng)


def lit(
    change: Callable[[Grey, np.random.Generator], Grey],
) -> Callable[[Image.Image, Size, int, np.random.Generator], Frames]:
    """A slow view whose values 0..1, (frames, height, width, 3), go through ``change``."""

    def frames_of(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
        shown = _slow(image, size, frames, rng).astype(np.float32) / 255
        return np.clip(np.rint(255 * change(shown, rng)), 0, 255).astype(np.uint8)

    return frames_of


def _grey(values: Grey) -> Grey:
    grey: Grey = values @ np.array([[0.299], [0.587], [0.114]], np.float32)
    return grey


def black_and_white(values: Grey, rng: np.random.Generator) -> Grey:
    return np.broadcast_to(_grey(values), values.shape)


def sepia(values: Grey, rng: np.random.Generator) -> Grey:
    return _grey(values) * np.array([1.07, 0.86, 0.64], np.float32)


def high_key(values: Grey, rng: np.random.Generator) -> Grey:
    return 1 - (1 - values) ** np.float32(rng.uniform(1.6, 2.6)) * np.float32(0.95)


def low_key(values: Grey, rng: np.random.Generator) -> Grey:
    """A spot of light in the dark."""
    height, width = values.shape[1:3]
    yy, xx = np.mgrid[0:height, 0:width]
    place, reach = rng.uniform(0.3, 0.7, 2), rng.uniform(0.25, 0.5)
    away = np.hypot((xx / width - place[0]) * width / height, yy / height - place[1]) / reach
    light = (0.06 + 0.94 / (1 + away**4)).astype(np.float32)[None, :, :, None]
    lit_up: Grey = values ** np.float32(1.3) * light
    return lit_up


def night(values: Grey, rng: np.random.Generator) -> Grey:
    mixed = 0.5 * values + 0.5 * _grey(values)
    return mixed ** np.float32(1.5) * np.float32(rng.uniform(0.35, 0.6)) * np.array([0.8, 0.95, 1.2], np.float32)


def dusk(values: Grey, rng: np.random.Generator) -> Grey:
    return values ** np.float32(1.2) * np.float32(rng.uniform(0.4, 0.7)) * np.array([1.1, 0.9, 0.8], np.float32)


def fog(values: Grey, rng: np.random.Generator) -> Grey:
    """Thicker towards the top, where the distance usually is."""
    far = np.linspace(rng.uniform(0.5, 0.8), rng.uniform(0.15, 0.45), values.shape[1], dtype=np.float32)
    share = far[None, :, None, None]
    return values * (1 - share) + share * np.float32(rng.uniform(0.6, 0.85))


def grain(values: Grey, rng: np.random.Generator) -> Grey:
    """As fine film has: one to two grey levels and a half."""
    noise = rng.standard_normal((*values.shape[:3], 1), np.float32)
    return values + np.float32(rng.uniform(0.004, 0.01)) * noise


def flat_profile(values: Grey, rng: np.random.Generator) -> Grey:
    return 0.2 + 0.6 * (0.7 * values + 0.3 * _grey(values))


def shallow(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """One part in focus, the rest as soft as a fast lens leaves it."""
    return _slow(shallow_focus(image, rng), size, frames, rng)


def glow(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """A soft lens: the sharp picture and a wide veil of light over it."""
    soft = image.filter(ImageFilter.GaussianBlur(0.02 * min(image.size)))
    return _slow(Image.blend(image, soft, float(rng.uniform(0.3, 0.55))), size, frames, rng)


def background(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """A sharp subject before a background far out of focus."""
    width, height = image.size
    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.015, 0.04) * min(width, height)))
    yy, xx = np.mgrid[0:64, 0:64] / 63
    place, tall = rng.uniform(0.35, 0.65), rng.uniform(0.3, 0.6)
    body = np.hypot((xx - place) / rng.uniform(0.15, 0.3), np.maximum(0, 1 - tall - yy) / 0.2)
    mask = Image.fromarray(np.uint8(255 * np.clip((1.1 - body) / 0.15, 0, 1)))
    shown = Image.composite(image, soft, mask.resize(image.size, Image.Resampling.BICUBIC))
    return _slow(shown, size, frames, rng)


def plain(image: Image.Image, size: Size, frames: int, rng: np.random.Generator) -> Frames:
    """A slow pan over the picture as it is: what all others are compared with."""
    return _slow(image, size, frames, rng)


LOOKS: Final[Mapping[str, Look]] = {
    look.name: look
    for look in (
        Look("plain", plain, False),
        Look("pan1", pan(0.013), True),
        Look("pan2.5", pan(0.025), True),
        Look("pan5", pan(0.05), True),
        Look("pan10", pan(0.1), True),
        Look("pan2.5-blurred", pan(0.025, 0.5), True),
        Look("pan5-blurred", pan(0.05, 0.5), True),
        Look("pan10-blurred", pan(0.1, 0.5), True),
        Look("cuts", cuts, True),
        Look("fade", fade, True),
        Look("dissolve", dissolve, True),
        Look("zoom", zoom(0.012), True),
        Look("fast-zoom", zoom(0.06), True),
        Look("turn", turn, True),
        Look("hand-held", hand_held, True),
        Look("black-and-white", lit(black_and_white), False),
        Look("sepia", lit(sepia), False),
        Look("high-key", lit(high_key), False),
        Look("low-key", lit(low_key), False),
        Look("night", lit(night), False),
        Look("dusk", lit(dusk), False),
        Look("fog", lit(fog), False),
        Look("grain", lit(grain), False),
        Look("flat-profile", lit(flat_profile), False),
        Look("shallow", shallow, False),
        Look("glow", glow, False),
        Look("soft-background", background, False),
    )
}
PLAIN: Final = "plain"
MOVING: Final = tuple(name for name, look in LOOKS.items() if look.moves)
STILL: Final = tuple(name for name, look in LOOKS.items() if not look.moves)
