"""Pictures that no camera took, drawn by code: gradients, hills, shapes, soft lights, slides.

Packages carry few such pictures, and a model that has seen photographs alone takes every soft gradient for a blur.
Each picture follows from its number, so it is the same in every run.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from starter.pictures.picture_licenses import Photo
from xl_vqa.training.cache import atomic_path

SOURCE: Final = "drawn by code"
FOLDER: Final = "drawn-by-code"
COUNT: Final = 96
SIZE: Final = (1920, 1200)
_FINER: Final = 2
"""Shapes are drawn so many times larger and shrunk, for edges without steps."""

Picture = NDArray[np.float32]
Color = tuple[int, int, int]
Style = Callable[[np.random.Generator], Image.Image]


def photos(work: Path) -> list[Photo]:
    """All drawn pictures, made where they are missing."""
    folder = work / "sources" / FOLDER
    result = []
    for number in range(COUNT):
        path = folder / f"{number:03}.png"
        if not path.exists():
            with atomic_path(path) as partial:
                draw(number).save(partial, format="PNG")
        result.append(Photo(path, f"{FOLDER}/{number:03}", SOURCE, "the xl_vqa project", "CC0-1.0"))
    return result


def draw(number: int) -> Image.Image:
    """The picture of a number, ``SIZE`` pixels, RGB."""
    rng = np.random.default_rng([20260, number])
    return STYLES[number % len(STYLES)](rng)


def gradient(rng: np.random.Generator) -> Image.Image:
    """A sheet of colour that changes slowly, with a few wide veils over it."""
    picture = _sheet(rng, *SIZE)
    for _ in range(int(rng.integers(1, 6))):
        picture = _veil(picture, rng)
    return _image(picture)


def hills(rng: np.random.Generator) -> Image.Image:
    """Layers of waves in front of a sheet, each a little darker or lighter."""
    width, height = (side * _FINER for side in SIZE)
    canvas = _image(_sheet(rng, width // 8, height // 8)).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    palette, layers = _palette(rng, 6), int(rng.integers(3, 8))
    x = np.linspace(0, 1, 400)
    for layer in range(layers):
        middle = 0.25 + 0.65 * (layer + 1) / layers
        waves = rng.uniform(0.5, 4, 3), rng.uniform(0, 6.3, 3), rng.uniform(0.005, 0.07, 3)
        y = middle + sum(a * np.sin(6.3 * f * x + p) for f, p, a in zip(*waves, strict=True))
        line = [(float(a * width), float(b * height)) for a, b in zip(x, y, strict=True)]
        pen.polygon([*line, (width, height), (0, height)], fill=palette[layer % len(palette)])
    return canvas.resize(SIZE, Image.Resampling.LANCZOS)


def shapes(rng: np.random.Generator) -> Image.Image:
    """Flat figures with hard edges."""
    width, height = (side * _FINER for side in SIZE)
    palette = _palette(rng, 7)
    canvas = Image.new("RGB", (width, height), palette[0])
    pen = ImageDraw.Draw(canvas)
    for _ in range(int(rng.integers(8, 60))):
        color = palette[int(rng.integers(1, len(palette)))]
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        reach = float(rng.uniform(0.02, 0.22)) * height
        kind = rng.integers(3)
        if kind == 0:
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)
        elif kind == 1:
            turns = np.sort(rng.uniform(0, 6.3, int(rng.integers(3, 7))))
            pen.polygon([(x + reach * np.cos(t), y + reach * np.sin(t)) for t in turns], fill=color)
        else:
            pen.line((x, y, *rng.uniform(0, 1, 2) * (width, height)), fill=color, width=int(rng.integers(2, 30)))
    return canvas.resize(SIZE, Image.Resampling.LANCZOS)


def lights(rng: np.random.Generator) -> Image.Image:
    """Round lights out of focus, on a sheet."""
    picture = _sheet(rng, *SIZE)
    yy, xx = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    for _ in range(int(rng.integers(10, 40))):
        x, y = rng.uniform(0, SIZE[0]), rng.uniform(0, SIZE[1])
        reach, rim = float(rng.uniform(20, 160)), float(rng.uniform(1.5, 30))
        box = (
            slice(max(0, int(y - reach - rim)), int(y + reach + rim)),
            slice(max(0, int(x - reach - rim)), int(x + reach + rim)),
        )
        away = np.hypot(yy[box] - y, xx[box] - x)
        share = np.clip((reach - away) / rim + 0.5, 0, 1)[..., None] * np.float32(rng.uniform(0.1, 0.6))
        picture[box] += share * (_color(rng, bright=True) - picture[box])
    return _image(picture)


def slide(rng: np.random.Generator) -> Image.Image:
    """A page of a presentation or a screen: lines of text, boxes, bars."""
    dark = rng.random() < 0.3
    paper, ink = ((24, 26, 32), (230, 230, 235)) if dark else ((250, 250, 247), (30, 32, 40))
    canvas = Image.new("RGB", SIZE, paper)
    pen = ImageDraw.Draw(canvas)
    palette = _palette(rng, 5)
    words = "quality video frame score report 2026 売上 品質 37.5 12% plan week sample result of the and".split()
    pen.rectangle((0, 0, SIZE[0], int(rng.integers(40, 140))), fill=palette[0])
    for column in range(int(rng.integers(1, 4))):
        x, y = 80 + column * 600, int(rng.integers(180, 320))
        size = int(rng.integers(18, 44))
        font = ImageFont.load_default(size)
        while y < SIZE[1] - 320:
            line = " ".join(w for w in rng.choice(words, int(rng.integers(3, 8))) if w.isascii())
            pen.text((x, y), line, fill=ink, font=font)
            y += round(size * 1.6)
    for bar in range(int(rng.integers(4, 14))):
        x, tall = 100 + 120 * bar, int(rng.integers(20, 240))
        pen.rectangle((x, SIZE[1] - 40 - tall, x + 70, SIZE[1] - 40), fill=palette[bar % len(palette)])
    return canvas


STYLES: Final[tuple[Style, ...]] = (gradient, hills, shapes, lights, gradient, hills, slide, lights)


def _sheet(rng: np.random.Generator, width: int, height: int) -> Picture:
    """Colours at a few places, smooth in between, (height, width, 3), 0..255."""
    rows, columns = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    first = _palette(rng, rows * columns)
    knots = Image.fromarray(np.array(first, np.uint8).reshape(rows, columns, 3))
    # in two steps: enlarging by a hundred at once shows the knots
    soft = np.asarray(knots.resize((48, 32), Image.Resampling.BICUBIC), np.float32)
    bands = [Image.fromarray(soft[..., k]).resize((width, height), Image.Resampling.BICUBIC) for k in range(3)]
    return np.stack([np.asarray(band, np.float32) for band in bands], axis=-1)


def _veil(picture: Picture, rng: np.random.Generator) -> Picture:
    """A band of light or shade with one soft and one sharper side."""
    height, width = picture.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32) / height
    angle, bend = rng.uniform(0, 6.3), rng.uniform(-0.5, 0.5)
    across = xx * np.float32(np.cos(angle)) + yy * np.float32(np.sin(angle))
    along = xx * np.float32(-np.sin(angle)) + yy * np.float32(np.cos(angle))
    away = across - np.float32(rng.uniform(0, 1.2)) + np.float32(bend) * along * along
    sharp, soft = float(rng.choice([0.001, 0.004, 0.05])), float(rng.uniform(0.1, 0.6))
    share = np.clip(away / sharp + 0.5, 0, 1) * np.exp(-np.maximum(away, 0) / soft)
    strength = np.float32(rng.uniform(0.15, 0.6))
    veiled: Picture = picture + strength * share[..., None] * (_color(rng, bright=rng.random() < 0.6) - picture)
    return veiled


def _palette(rng: np.random.Generator, count: int) -> list[Color]:
    """Colours that go together: near one hue or two, from dark to light."""
    hue, other, spread = rng.random(), rng.random(), rng.uniform(0.02, 0.15)
    rich, low, high = rng.uniform(0.15, 0.9), rng.uniform(0.05, 0.5), rng.uniform(0.6, 1.0)
    colors = []
    for _ in range(count):
        base = hue if rng.random() < 0.7 else other
        tone = colorsys.hsv_to_rgb(
            (base + rng.normal(0, spread)) % 1, rich * rng.uniform(0.5, 1), rng.uniform(low, high)
        )
        colors.append((round(255 * tone[0]), round(255 * tone[1]), round(255 * tone[2])))
    return colors


def _color(rng: np.random.Generator, *, bright: bool) -> Picture:
    value = rng.uniform(0.7, 1.0) if bright else rng.uniform(0, 0.3)
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, 0.7), value), np.float32) * 255


def _image(picture: Picture) -> Image.Image:
    # what a program saves: rounded with a little noise where it dithers, so that wide gradients have no bands
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, picture.shape).astype(np.float32)
    return Image.fromarray(np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8))
