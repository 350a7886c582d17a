"""Makes the demo's clips: ``python -m starter.clips.demo_clips --output model/demo_clips``.

Three contents that no training clip shows, each clean and degraded, a few seconds each, with a list
(clips.csv) and credits (CREDITS.md). One degraded copy is VP9 in WebM and one AV1, so that the demo also
shows the second decoder.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from starter.clips import camera, contents, defects, encoder
from starter.pictures import sources
from xl_vqa.training.cache import atomic_path, cache_folder

SIZE: Final = (640, 360)
SECONDS: Final = 4
FILM_START_S: Final = 473.3
CSV_FIELDS: Final = ("file", "content", "version", "order", "description_en", "description_ja")


@dataclass(frozen=True, slots=True)
class Version:
    """One copy of a content. ``order`` 1 is the clean copy; copies of order 2 must be rated below it."""

    name: str
    codec: str
    quality: float
    english: str
    japanese: str
    defect: str | None = None
    severity: int = 0

    @property
    def order(self) -> int:
        return 1 if self.name == "clean" else 2


CLEAN: Final = Version("clean", "h264", 18, "clean copy", "きれいな映像")
VERSIONS: Final[dict[str, tuple[Version, ...]]] = {
    "rabbit": (
        CLEAN,
        Version("low_rate", "h264", 44, "bit rate far too low", "ビットレート不足"),
        Version("blurred", "h264", 18, "out of focus", "ピントのぼけ", "blur", 5),
        Version("noisy", "h264", 32, "noise of a bad sensor", "ノイズ", "noise", 4),
    ),
    "dandelion": (
        CLEAN,
        Version("dark", "h264", 18, "far too dark", "露出不足", "underexposed", 4),
        Version("low_rate_vp9", "vp9", 63, "bit rate too low, VP9", "ビットレート不足(VP9)", "upscaled", 4),
        Version("flicker", "h264", 23, "brightness flickers", "ちらつき", "flicker", 4),
    ),
    "mountains": (
        CLEAN,
        Version("upscaled_av1", "av1", 50, "a small copy blown up, AV1", "低解像度の拡大(AV1)", "upscaled", 5),
        Version("packet_loss", "h264", 20, "packets lost on the way", "パケット損失", "packet_loss", 5),
        Version("banding", "h264", 25, "too few brightness steps", "階調不足", "banding", 4),
    ),
}
PHOTOS: Final = {"dandelion": contents.DEMO_PHOTOS[0], "mountains": contents.DEMO_PHOTOS[1]}
LICENSE_LINKS: Final = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
}


def make(output: Path, work: Path) -> list[Path]:
    """Writes all clips, clips.csv and CREDITS.md. Raises SourceError or EncoderError."""
    sources.fetch_all(work)
    photos = {photo.name: photo for photo in sources.photos(work)}
    output.mkdir(parents=True, exist_ok=True)
    rows, written = [], []
    for content, versions in VERSIONS.items():
        frames, fps = _frames(content, work, photos)
        for version in versions:
            name = f"{content}_{version.name}{encoder.CONTAINERS.get(version.codec, '.mp4')}"
            with atomic_path(output / name) as partial:
                _write(frames, fps, version, partial, contents.generator("demo", name))
            written.append(output / name)
            rows.append((name, content, version.name, version.order, version.english, version.japanese))
    with atomic_path(output / "clips.csv") as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(CSV_FIELDS)
        writer.writerows(rows)
    with atomic_path(output / "CREDITS.md") as partial:
        partial.write_text(_credits(photos), encoding="utf-8")
    return written


def _frames(content: str, work: Path, photos: dict[str, sources.Photo]) -> tuple[encoder.Frames, float]:
    if content not in PHOTOS:
        film = sources.film_path(work)
        return encoder.read_segment(film, FILM_START_S, 24 * SECONDS, SIZE), 24.0
    fps = 25.0
    with Image.open(photos[PHOTOS[content]].path) as image:
        rng = contents.generator("demo motion", content)
        return camera.moving_view(image.convert("RGB"), SIZE, round(fps * SECONDS), rng, fps, drifting=False), fps


def _write(frames: encoder.Frames, fps: float, version: Version, path: Path, rng: np.random.Generator) -> None:
    filters = ""
    if version.defect is not None:
        defect = defects.BY_NAME[version.defect]
        if defect.change is not None:
            frames = defect.change(frames, defect.levels[version.severity - 1], rng)
        filters = defects.filter_of(defect, version.severity, SIZE, rng)
    encoder.encode(frames, fps, path, version.codec, version.quality, filters=filters)


def _credits(photos: dict[str, sources.Photo]) -> str:
    title, author, license = sources.FILM_CREDIT
    lines = [
        "# Credits of the demo clips",
        "",
        "| clips | work | author | licence | what was changed |",
        "|---|---|---|---|---|",
        f"| rabbit_* | {title} | {author} | [{license}]({LICENSE_LINKS[license]}) "
        f"| an excerpt of {SECONDS} seconds, made smaller; degraded copies as named |",
    ]
    for content, name in PHOTOS.items():
        photo = photos[name]
        lines.append(
            f"| {content}_* | photograph `{name.split('/')[1]}` of the Debian package {photo.source} "
            f"| {photo.author} "
            f"| [{photo.license}]({LICENSE_LINKS[photo.license]}) | a virtual camera moves over it; degraded "
            "copies as named |"
        )
    lines += [
        "",
        "`clips.csv` lists every file. The clips are made by `python -m starter.clips.demo_clips`.",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m starter.clips.demo_clips", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("model/demo_clips"))
    parser.add_argument("--work", type=Path, default=cache_folder("starter"))
    values = parser.parse_args(arguments)
    try:
        written = make(values.output, values.work)
    except (sources.SourceError, encoder.EncoderError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(written)} clips, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
