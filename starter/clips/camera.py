"""A camera before a still picture: the moving views of photographs that clips show.

What is random comes from the caller's generator, so a view looks the same in every run.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from starter.clips import encoder

PARTS: Final = 6
PART_FRAMES: Final = 16
"""A long view holds the frames that the starter looks at in a long video: so many parts of so many frames."""
FASTEST: Final = 0.35
"""Of a camera, in picture heights per second: a brisk pan."""


def shallow_focus(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """``image`` as a lens focused on one part of it would show it: the rest softens with the distance."""
    width, height = image.size
    yy, xx = np.mgrid[0:64, 0:64] / 63
    angle, place = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.7, 2)
    if rng.random() < 0.5:
        # something in front, in focus
        away = np.hypot((xx - place[0]) / rng.uniform(0.6, 1.4), yy - place[1]) / rng.uniform(0.25, 0.45)
    else:
        # a depth that runs across the picture
        away = np.abs((xx - place[0]) * np.cos(angle) + (yy - place[1]) * np.sin(angle)) / rng.uniform(0.2, 0.4)
    share = np.clip((away - 0.7) / 0.6, 0, 1)
    mask = Image.fromarray(np.uint8(255 * share * share * (3 - 2 * share))).resize(
        image.size, Image.Resampling.BICUBIC
    )
    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.006, 0.025) * min(width, height)))
    return Image.composite(soft, image, mask)


def moving_view(
    image: Image.Image,
    size: tuple[int, int],
    frames: int,
    rng: np.random.Generator,
    fps: float,
    *,
    drifting: bool = True,
) -> encoder.Frames:
    """A camera that pans and zooms over ``image``, or sometimes stands still.

    With ``drifting`` a round cut-out of the picture floats across it, so that not all motion is the camera's.
    """
    width, height = size
    largest = min(image.width / width, image.height / height)
    zoom = float(rng.uniform(max(1.0, 0.45 * largest), max(1.0, 0.95 * largest)))
    still = rng.random() < 0.15
    # from a slow drift to a brisk pan
    speed = 0.0 if still else float(rng.uniform(0.03, FASTEST)) * height * zoom / fps
    angle, growth = rng.uniform(0, 2 * np.pi), 0.0 if still else rng.uniform(-0.06, 0.06) / fps
    shiver = 0.0 if still else rng.uniform(0, 0.6)
    sway = rng.uniform(0, 2 * np.pi, 4)
    room = image.width - width * zoom, image.height - height * zoom
    start = rng.uniform(0.2, 0.8) * room[0], rng.uniform(0.2, 0.8) * room[1]
    sprite, mask = _sprite(image, size, rng)
    path = rng.uniform(0.1, 0.9, 2), rng.uniform(-0.3, 0.3, 2) / fps
    result = np.empty((frames, height, width, 3), np.uint8)
    for i in range(frames):
        scale = min(zoom * (1 + growth * i), largest)
        x = start[0] + speed * i * np.cos(angle) + shiver * np.sin(0.9 * i + sway[0]) * np.sin(0.31 * i + sway[1])
        y = start[1] + speed * i * np.sin(angle) + shiver * np.sin(0.8 * i + sway[2]) * np.sin(0.27 * i + sway[3])
        view = _view(image, size, x, y, scale)
        at = [int((path[0][k] + path[1][k] * i) % 1.0 * size[k]) - sprite.size[k] // 2 for k in range(2)]
        if drifting:
            view.paste(sprite, (at[0], at[1]), mask)
        result[i] = np.asarray(view)
    return result


def _view(image: Image.Image, size: tuple[int, int], x: float, y: float, zoom: float) -> Image.Image:
    """``size`` times ``zoom`` of ``image`` from (x, y), moved inwards where that reaches beyond it."""
    width, height = size[0] * zoom, size[1] * zoom
    x, y = min(max(x, 0.0), image.width - width), min(max(y, 0.0), image.height - height)
    box = (x, y, x + width, y + height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)


def _sprite(
    image: Image.Image, size: tuple[int, int], rng: np.random.Generator
) -> tuple[Image.Image, Image.Image]:
    side = max(8, int(min(size) * rng.uniform(0.12, 0.3)))
    scale = max(1.0, min(image.size) / 1000)
    x = rng.uniform(0, image.width - side * scale)
    y = rng.uniform(0, image.height - side * scale)
    sprite = image.resize((side, side), Image.Resampling.LANCZOS, box=(x, y, x + side * scale, y + side * scale))
    yy, xx = np.mgrid[0:side, 0:side]
    radius = np.hypot(xx - side / 2, yy - side / 2)
    # one pixel of soft edge, as a lens would leave
    mask = np.clip(side / 2 - radius, 0, 1) * 255
    return sprite, Image.fromarray(mask.astype(np.uint8))


def long_view(
    image: Image.Image, size: tuple[int, int], rng: np.random.Generator, fps: float, seconds: float
) -> encoder.Frames:
    """What is looked at of a video of ``seconds``: ``PARTS`` parts of ``PART_FRAMES`` consecutive frames each.

    The camera goes slowly over ``image``, in one take or in shots with cuts between them (never within a part).
    """
    cuts = 1 + np.sort(rng.permutation(PARTS - 1)[: int(rng.choice([0, 0, 0, 1, 1, 2, 3]))])
    takes = [
        _Take(image, size, rng, (last - first) / PARTS * seconds) for first, last in pairwise([0, *cuts, PARTS])
    ]
    result = np.empty((PARTS * PART_FRAMES, size[1], size[0], 3), np.uint8)
    for part in range(PARTS):
        number = int((cuts <= part).sum())
        first = int(cuts[number - 1]) if number else 0
        for frame in range(PART_FRAMES):
            at = (part - first + 0.5) / PARTS * seconds + (frame - PART_FRAMES / 2) / fps
            result[part * PART_FRAMES + frame] = np.asarray(takes[number].picture(at))
    return result


class _Take:
    """One shot of ``length`` seconds: the camera eases from one box of the picture to another and shivers."""

    def __init__(self, image: Image.Image, size: tuple[int, int], rng: np.random.Generator, length: float) -> None:
        self.image, self.size, self.length = image, size, length
        largest = min(image.width / size[0], image.height / size[1])
        self.zooms = np.clip(rng.uniform(0.45, 0.95, 2) * largest, 1.0, largest)
        still = rng.random() < 0.15
        if still or rng.random() < 0.5:
            self.zooms[1] = self.zooms[0]
        room = np.array([image.width, image.height]) - self.zooms.max() * np.array(size)
        self.begin = rng.uniform(0, 1, 2) * room
        way = (rng.uniform(0, 1, 2) * room - self.begin) * (0.0 if still else 1.0)
        farthest = FASTEST * length * size[1] * self.zooms.min()
        self.way = way * min(1.0, farthest / max(float(np.hypot(*way)), 1e-6))
        self.shiver = 0.0 if still else float(rng.uniform(0, 0.6))
        self.sway = rng.uniform(0, 2 * np.pi, 2)
        self.swing = rng.uniform(3.0, 25.0, 2)

    def picture(self, at: float) -> Image.Image:
        share = min(max(at / self.length, 0.0), 1.0)
        zoom = float(self.zooms[0] + (self.zooms[1] - self.zooms[0]) * share)
        x, y = self.begin + self.way * share + self.shiver * np.sin(self.swing * at + self.sway)
        return _view(self.image, self.size, x, y, zoom)
