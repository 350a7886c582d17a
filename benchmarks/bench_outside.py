"""How often a strange video is remarked as outside what the model was taught, and an ordinary one.

    python -m benchmarks.bench_outside FOLDER --work DOWNLOADS [--model MODEL] [--count 20]
        [--pictures SET] [--skip 0] [--kinds chosen-on]

``DOWNLOADS`` is the factory's work folder, where its pictures lie. Ordinary clips are a camera over photographs
that no training saw; the strange ones, in the order of how far off they are for a person, are made of the same
photographs or of none. Clips that are in ``FOLDER`` already are not made again. Held-out pictures and the kinds
of ``CHOSEN_ON`` were looked at when the method was chosen; ``--pictures further --skip 100`` makes others, and
``--kinds fresh`` takes kinds that nothing was chosen on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from benchmarks.table import print_table
from benchmarks.why_clips import FPS, HELD_OUT, SETS, SIZE, pictures_of, write
from starter.clips import contents
from starter.clips.camera import moving_view
from starter.clips.encoder import Frames
from xl_vqa.evaluation.intervals import wilson
from xl_vqa.without_host import predict
from xl_vqa.words.rating import UNLIKE_TAUGHT, Rating

FRAMES: Final = 50
Views = Callable[[int], Frames]
"""The view of a photograph, by how many photographs on from the clip's own."""
Maker = Callable[[Views, np.random.Generator], Frames]


def _still(picture: np.ndarray[Any, Any]) -> Frames:
    found: Frames = np.repeat(picture[None], FRAMES, axis=0).astype(np.uint8)
    return found


def _black(view: Views, rng: np.random.Generator) -> Frames:
    return _still(np.zeros((SIZE[1], SIZE[0], 3)) + rng.integers(0, 4))


def _noise(view: Views, rng: np.random.Generator) -> Frames:
    return rng.integers(0, 256, (FRAMES, SIZE[1], SIZE[0], 3), dtype=np.uint8)


def _bars(view: Views, rng: np.random.Generator) -> Frames:
    """Colour bars, three quarters or full."""
    level = (191, 255)[int(rng.integers(2))]
    colours = [(1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1)]
    line = np.repeat(np.array(colours) * level, -(-SIZE[0] // 7), axis=0)[: SIZE[0]]
    return _still(np.repeat(line[None], SIZE[1], axis=0))


def _text(view: Views, rng: np.random.Generator) -> Frames:
    """A screen of text that scrolls, dark on light or light on dark."""
    ink, paper = ((20, 20, 20), (250, 250, 250)) if rng.random() < 0.5 else ((220, 220, 220), (16, 18, 24))
    long = Image.new("RGB", (SIZE[0], 3 * SIZE[1]), paper)
    draw = ImageDraw.Draw(long)
    for line in range(0, long.height, 14):
        words = ("".join(map(chr, rng.integers(97, 123, int(rng.integers(2, 9))))) for _ in range(14))
        draw.text((12, line), " ".join(words)[: int(rng.integers(20, 80))], fill=ink)
    page, step = np.asarray(long), int(rng.integers(1, 4))
    return np.stack([page[k * step : k * step + SIZE[1]] for k in range(FRAMES)])


def _slides(view: Views, rng: np.random.Generator) -> Frames:
    """Stills of four photographs, a cut between each two."""
    each = -(-FRAMES // 4)
    found: Frames = np.concatenate([np.repeat(view(k)[:1], each, axis=0) for k in range(4)])[:FRAMES]
    return found


def _negative(view: Views, rng: np.random.Generator) -> Frames:
    found: Frames = 255 - view(0)
    return found


def _swapped(view: Views, rng: np.random.Generator) -> Frames:
    """Red and blue in each other's place."""
    return np.ascontiguousarray(view(0)[..., ::-1])


def _turned(view: Views, rng: np.random.Generator) -> Frames:
    return np.ascontiguousarray(view(0)[:, ::-1])


def _mirrored(view: Views, rng: np.random.Generator) -> Frames:
    return np.ascontiguousarray(view(0)[:, :, ::-1])


def _one_colour(view: Views, rng: np.random.Generator) -> Frames:
    return _still(np.zeros((SIZE[1], SIZE[0], 3)) + rng.integers(0, 256, 3))


def _checkerboard(view: Views, rng: np.random.Generator) -> Frames:
    """Black and white squares that move slowly."""
    side, step = int(rng.integers(6, 60)), int(rng.integers(0, 4))
    down, across = np.mgrid[: SIZE[1], : SIZE[0]]
    boards = [((down // side + (across + k * step) // side) % 2) * 255 for k in range(FRAMES)]
    return np.repeat(np.stack(boards)[..., None], 3, axis=3).astype(np.uint8)


def _snow(view: Views, rng: np.random.Generator) -> Frames:
    """A television without a station: grey grains of some pixels."""
    grain = int(rng.integers(2, 7))
    small = rng.integers(0, 256, (FRAMES, -(-SIZE[1] // grain), -(-SIZE[0] // grain), 1), dtype=np.uint8)
    large = small.repeat(grain, axis=1).repeat(grain, axis=2)[:, : SIZE[1], : SIZE[0]]
    return np.repeat(large, 3, axis=3)


def _thermal(view: Views, rng: np.random.Generator) -> Frames:
    """Brightness as false colours, from blue over green to red."""
    grey = view(0).mean(3) / 255
    bands = [np.clip(1.5 - np.abs(4 * grey - place), 0, 1) for place in (3, 2, 1)]
    found: Frames = (255 * np.stack(bands, axis=3)).astype(np.uint8)
    return found


def _kaleidoscope(view: Views, rng: np.random.Generator) -> Frames:
    """Sixteen small copies, every second one mirrored."""
    small = view(0)[:, ::4, ::4]
    pair = np.concatenate([small, small[:, :, ::-1]], axis=2)
    four = np.concatenate([pair, pair[:, ::-1]], axis=1)
    return np.ascontiguousarray(np.tile(four, (1, 2, 2, 1)))


ORDINARY: Final = "ordinary"
CHOSEN_ON: Final[dict[str, Maker]] = {
    ORDINARY: lambda view, rng: view(0),
    "mirrored (as good as ordinary)": _mirrored,
    "upside down": _turned,
    "red and blue swapped": _swapped,
    "negative": _negative,
    "slideshow with cuts": _slides,
    "scrolling text": _text,
    "colour bars": _bars,
    "black": _black,
    "white noise": _noise,
}
FRESH: Final[dict[str, Maker]] = {
    ORDINARY: lambda view, rng: view(0),
    "false colours": _thermal,
    "sixteen mirrored copies": _kaleidoscope,
    "checkerboard": _checkerboard,
    "grey snow": _snow,
    "one colour": _one_colour,
}
KINDS: Final = {"chosen-on": CHOSEN_ON, "fresh": FRESH}


def make(
    folder: Path, work: Path, kinds: dict[str, Maker], count: int, skip: int = 0, name: str = HELD_OUT
) -> dict[str, list[Path]]:
    """``count`` clips of each kind, the first with the number ``skip``; twice as many ordinary ones."""
    folder.mkdir(parents=True, exist_ok=True)
    held = pictures_of(name, work)
    order = np.random.default_rng(1).permutation(len(held))

    def view_of(number: int) -> Views:
        def view(further: int) -> Frames:
            one = held[order[(number + further) % len(held)]]
            rng = contents.generator("outside", one.name, "camera", number)
            image = ImageOps.exif_transpose(Image.open(one.path)).convert("RGB")
            image.thumbnail((1400, 1400))
            return moving_view(image, SIZE, FRAMES, rng, FPS)

        return view

    found: dict[str, list[Path]] = {}
    for kind, maker in kinds.items():
        for number in range(skip, skip + (2 * count if kind == ORDINARY else count)):
            path = folder / f"{kind.split(' (')[0].replace(' ', '_')}_{number:03d}.mp4"
            if not path.is_file():
                made = maker(view_of(number), contents.generator("outside", kind, "made", number))
                part = path.with_name(f"part_{path.name}")
                write(made, part)
                part.replace(path)
            found.setdefault(kind, []).append(path)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", default="starter")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--pictures", choices=SETS, default=HELD_OUT)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--kinds", choices=KINDS, default="chosen-on")
    options = parser.parse_args(arguments)
    kinds = KINDS[options.kinds]
    clips = make(options.folder, options.work, kinds, options.count, options.skip, options.pictures)
    every = [path for paths in clips.values() for path in paths]
    # the model is loaded once
    answers = iter(predict(options.model, every, device="cpu"))
    rows = []
    for kind, paths in clips.items():
        ratings = [one for _, one in zip(paths, answers, strict=False) if isinstance(one, Rating)]
        hits = sum(UNLIKE_TAUGHT in one.warnings for one in ratings)
        low, high = wilson(hits / len(ratings), len(ratings))
        mos = sorted(one.mos for one in ratings)
        rows.append(
            [
                kind,
                f"{hits} of {len(ratings)}",
                f"{low:.0%} to {high:.0%}",
                f"{mos[len(mos) // 2]:.1f}",
            ]
        )
    print_table(
        "Videos remarked as outside what the model was taught", ["kind", "remarked", "95%", "median MOS"], rows
    )


if __name__ == "__main__":
    main()
