"""What VMAF means to people: its map to MOS, fitted on films that 26 people rated (NFLX public set).

The films themselves are not at hand, their heights and bit rates are. So scenes of ours are coded the same way,
scaled up to 1080 lines and measured, and the mean VMAF of a height and rate is set against the opinion of the film
with it. That holds only for films that are as easily coded as our scenes, a slow view of a still picture: of
the nine the two of birds (``EASY``), which people liked most at every low rate; sport at the same rate looks
far worse, and its VMAF is not known. The fit can only rise (isotonic regression). ``python -m
starter.clips.film_opinion`` prints ``defects.VMAF_POINTS`` anew.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np
from PIL import Image

from starter.clips import contents, encoder, purpose
from starter.clips.human_opinion import CLEAN_MOS, FILMS
from starter.pictures import sources
from starter.progress import Progress
from xl_vqa.training import cache

SIZE: Final = (1920, 1080)
FRAMES: Final = 20
FPS: Final = 25.0
EASY: Final = ("BirdsInCage", "FoxBird")
LOOKS: Final = ("pan1", "hand-held", "plain", "zoom")
WORST: Final = 20.0
"""What VMAF calls bad; no film here is as bad."""
Rung = tuple[int, int]
"""Height and kbit/s."""


def rungs() -> dict[Rung, list[float]]:
    """MOS of the easily coded films by height and rate."""
    found: dict[Rung, list[float]] = defaultdict(list)
    with FILMS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["content"] in EASY and row["kbit_per_s"] != "source":
                found[int(row["height"]), int(row["kbit_per_s"])].append(float(row["mos"]))
    return dict(found)


def measure(photos: Sequence[sources.Photo]) -> list[tuple[float, float, Rung]]:
    """(mean VMAF, mean MOS, rung) of every rung, over one scene of each of ``photos``. Raises EncoderError."""
    ladder = rungs()
    found: dict[Rung, list[float]] = defaultdict(list)
    progress = Progress("rungs", len(photos) * len(ladder))
    with tempfile.TemporaryDirectory() as folder:
        reference, coded = Path(folder) / "reference.yuv", Path(folder) / "coded.mp4"
        for number, photo in enumerate(photos):
            with Image.open(photo.path) as opened:
                image = opened.convert("RGB")
            rng = contents.generator("film opinion", photo.name)
            frames = purpose.film(LOOKS[number % len(LOOKS)], image, SIZE, FRAMES, rng)
            encoder.write_raw(frames, reference)
            for height, rate in ladder:
                _encode(reference, coded, height, rate)
                found[height, rate].append(encoder.vmaf(coded, reference, SIZE, every=5))
                progress.step()
    return [(fmean(found[rung]), fmean(opinions), rung) for rung, opinions in ladder.items()]


def _encode(reference: Path, target: Path, height: int, rate: int) -> None:
    width = round(height * 16 / 9 / 2) * 2
    command = [
        encoder.ffmpeg(),
        "-hide_banner",
        "-loglevel",
        "error",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
    ]
    command += ["-s", f"{SIZE[0]}x{SIZE[1]}", "-r", f"{FPS:g}", "-i", str(reference)]
    command += ["-vf", f"scale={width}:{height}:flags=bicubic", "-c:v", "libx264", "-preset", "veryfast"]
    command += ["-b:v", f"{rate}k", "-maxrate", f"{2 * rate}k", "-bufsize", f"{2 * rate}k", "-threads", "1"]
    result = subprocess.run([*command, str(target)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if result.returncode:
        raise encoder.EncoderError(result.stderr.decode("utf-8", "replace").strip()[-400:])


def points(measured: Sequence[tuple[float, float, Rung]]) -> list[tuple[float, float]]:
    """The map's corners, rising in both numbers, from (``WORST``, 1) to ``CLEAN_MOS``, where people see
    nothing."""
    from sklearn.isotonic import IsotonicRegression

    vmaf, mos = (np.array([row[i] for row in measured], float) for i in (0, 1))
    fitted = IsotonicRegression(y_min=1.0, y_max=CLEAN_MOS).fit(vmaf, mos)
    corners: dict[float, list[float]] = defaultdict(list)
    for value in np.sort(vmaf):
        corners[round(float(fitted.predict([value])[0]), 2)].append(float(value))
    # the middle of every level stretch: straight lines between them rise everywhere
    inner = [(round(fmean(places), 1), mos) for mos, places in corners.items() if mos > 1.0]
    top = [] if inner[-1][1] == CLEAN_MOS else [(100.0, CLEAN_MOS)]
    return [(WORST, 1.0), *inner, *top]


def main() -> None:
    """Measures the ladder and prints ``defects.VMAF_POINTS``."""
    parser = argparse.ArgumentParser(prog="python -m starter.clips.film_opinion", description=main.__doc__)
    parser.add_argument("--work", type=Path, default=cache.cache_folder("starter"))
    parser.add_argument("--photos", type=int, default=4)
    values = parser.parse_args()
    large = [
        photo
        for photo in sources.photos(values.work)
        if contents.split_of_photo(photo.scene or photo.name) == "train" and _is_large(photo)
    ]
    step = max(1, len(large) // values.photos)
    measured = measure(large[::step][: values.photos])
    for vmaf, mos, (height, rate) in sorted(measured):
        print(f"{height} lines, {rate} kbit/s: VMAF {vmaf:.1f}, MOS {mos:.2f}")
    print(f"VMAF_POINTS: Final = {tuple(points(measured))}")


def _is_large(photo: sources.Photo) -> bool:
    with Image.open(photo.path) as opened:
        return opened.width >= SIZE[0] and opened.height >= SIZE[1] and photo.source not in {"drawn by code"}


if __name__ == "__main__":
    main()
