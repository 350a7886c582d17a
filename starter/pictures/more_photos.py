"""Photographs that joined the sources after the first ones: trained and validated on, or unseen, but no test.

Which pictures a package gives was decided by looking at all of them: drawings, logos, textures without a scene
and pictures that are nearly black were left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from starter.pictures.archives import edje_photo, fetch_debian, qt_resources
from starter.pictures.picture_licenses import ACCEPTED_LICENSES, Photo, license_of, read_copyright
from xl_vqa.atomic import new_folder

GCOMPRIS: Final = "gcompris-qt-data"
HIGH_DPI: Final = "endless-sky-high-dpi"
ENLIGHTENMENT: Final = "enlightenment-data"
LXQT: Final = "lxqt-themes"
FORENSICS: Final = "forensics-samples-files"
VERSIONS: Final = {
    GCOMPRIS: "3.1-2",
    HIGH_DPI: "0.9.8-1",
    ENLIGHTENMENT: "0.25.4-2",
    LXQT: "1.2.0-1",
    FORENSICS: "1.1.4-5",
}
SMALLEST: Final = 480
"""Pixels on the short side below which a picture is not worth a content."""

_ACTIVITIES: Final = (
    "clickgame",
    "erase",
    "explore_farm_animals",
    "explore_monuments",
    "explore_world_animals",
    "explore_world_music",
)
# a frame with round corners, and an exhibit in front of nothing
_LEFT_OUT: Final = ("explore_monuments-georgeWashingtonBirthplace", "explore_world_music-middleeast")
# Commons reviews what is called public domain there
_REVIEWED: Final = "https://commons.wikimedia.org/"
_BACKGROUNDS: Final = (
    "Bamboo",
    "God-Rays",
    "Green-Maple",
    "Lichen-Branches",
    "Mountain",
    "Red-Maple",
    "Sea-of-Lanterns",
    "Snow-Trees",
    "Spruce-Needles",
    "Sunset-Clouds",
    "Sunset-Hills",
    "White-Flower",
    "Yellow-Flower",
)
_LXQT_AUTHOR: Final = "stefonarch (standreas@riseup.net)"
# the pictures that the folder's own statement credits to that author
_LXQT_PHOTOS: Final = (
    "after-the-rain.jpg",
    "appleflower.png",
    "beam.png",
    "butterfly.png",
    "drop.png",
    "flowers.png",
    "fog.jpg",
    "this-is-not-windows.jpg",
)


@dataclass(frozen=True, slots=True)
class Credit:
    """One paragraph of a GCompris README; ``files`` are relative to it and in lower case."""

    files: tuple[str, ...]
    author: str
    license: str


def fetch(work: Path) -> None:
    """Downloads and unpacks the packages. Raises SourceError."""
    for package, version in VERSIONS.items():
        fetch_debian(package, work, version)
    _unpack_gcompris(work)
    _unpack_backgrounds(work)


def photos(work: Path) -> list[Photo]:
    """Every picture whose licence is accepted; fetches what is not there yet. Raises SourceError."""
    fetch(work)
    return [
        *_gcompris(work),
        *_high_dpi(work),
        *_backgrounds(work),
        *_lxqt(work),
        *_forensics(work),
    ]


def read_credits(text: str) -> list[Credit]:
    """The credits of a GCompris README; a public domain that nobody has reviewed is not among them."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields: dict[str, list[str]] = {}
        key = ""
        for line in paragraph.splitlines():
            match = re.match(r"(Copyright|License|Source|Comments|Files):\s*(.*)", line)
            if match:
                key = match[1]
            if key:
                fields.setdefault(key, []).append(match[2] if match else line.strip())
        license = " ".join(fields.get("License", [])).strip()
        if license.lower() == "public domain":
            license = "public-domain" if fields.get("Source", [""])[0].startswith(_REVIEWED) else ""
        license = re.sub(r"^(CC-BY(?:-SA)?) (\d)", r"\1-\2", license)
        files = tuple(name.lower() for name in fields.get("Files", []) if name)
        if license in ACCEPTED_LICENSES and files:
            found.append(Credit(files, " ".join(fields.get("Copyright", [])).strip(), license))
    return found


def _folder(package: str, work: Path) -> Path:
    return work / "sources" / "photos" / package


def _root(package: str, work: Path) -> Path:
    return work / "sources" / "debian" / package


def _unpack_gcompris(work: Path) -> None:
    folder = _folder(GCOMPRIS, work)
    if folder.exists():
        return
    with new_folder(folder) as partial:
        for activity in _ACTIVITIES:
            archive = _root(GCOMPRIS, work) / "usr/share/gcompris-qt/rcc" / f"{activity}.rcc"
            for name, body in qt_resources(archive.read_bytes()):
                if name.endswith((".webp", "/README")):
                    path = partial / name.removeprefix("gcompris/src/activities/")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(body)


def _unpack_backgrounds(work: Path) -> None:
    folder = _folder(ENLIGHTENMENT, work)
    if folder.exists():
        return
    with new_folder(folder) as partial:
        for name in _BACKGROUNDS:
            theme = _root(ENLIGHTENMENT, work) / "usr/share/enlightenment/data/backgrounds" / f"{name}.edj"
            body = edje_photo(theme.read_bytes())
            if body is not None:
                (partial / f"{name}.jpg").write_bytes(body)


def _gcompris(work: Path) -> Iterator[Photo]:
    # The package's copyright file still names the pictures of an earlier release. Each folder's README, which
    # the release itself carries, names these.
    root = _folder(GCOMPRIS, work)
    for readme in sorted(root.rglob("README")):
        for credit in read_credits(readme.read_text(encoding="utf-8")):
            for path in sorted(readme.parent.rglob("*.webp")):
                if path.relative_to(readme.parent).as_posix().lower() not in credit.files:
                    continue
                name = f"{path.relative_to(root).parts[0]}-{path.stem}"
                if name not in _LEFT_OUT and _large_enough(path):
                    yield Photo(path, f"{GCOMPRIS}/{name}", GCOMPRIS, credit.author, credit.license)


def _high_dpi(work: Path) -> Iterator[Photo]:
    """The landscapes of endless-sky-data at twice the size: other views of scenes that are there already."""
    root = _root(HIGH_DPI, work)
    statements = read_copyright(root / "usr/share/doc" / HIGH_DPI / "copyright")
    land = root / "usr/share/games/endless-sky/plugins" / HIGH_DPI / "images/land"
    for path in sorted(land.glob("*@2x.jpg")):
        statement = license_of(f"images/land/{path.name}", statements)
        if statement is not None:
            stem = path.stem.removesuffix("@2x")
            scene = f"endless-sky-data/{stem}"
            yield Photo(path, f"{HIGH_DPI}/{stem}", HIGH_DPI, statement.author, statement.license, scene)


def _backgrounds(work: Path) -> Iterator[Photo]:
    statements = read_copyright(_root(ENLIGHTENMENT, work) / "usr/share/doc" / ENLIGHTENMENT / "copyright")
    for path in sorted(_folder(ENLIGHTENMENT, work).glob("*.jpg")):
        statement = license_of(f"data/backgrounds/{path.stem}.edj", statements)
        if statement is not None:
            author = "Carsten Haitzler and the Enlightenment contributors"
            yield Photo(path, f"{ENLIGHTENMENT}/{path.stem}", ENLIGHTENMENT, author, statement.license)


def _lxqt(work: Path) -> Iterator[Photo]:
    folder = _root(LXQT, work) / "usr/share/lxqt/wallpapers"
    statement = (folder / "License").read_text(encoding="utf-8")
    if "creativecommons.org/licenses/by-sa/3.0" not in statement or _LXQT_AUTHOR not in statement:
        return
    for name in _LXQT_PHOTOS:
        path = folder / name
        yield Photo(path, f"{LXQT}/{path.stem}", LXQT, _LXQT_AUTHOR, "CC-BY-SA-3.0")


def _forensics(work: Path) -> Iterator[Photo]:
    root = _root(FORENSICS, work)
    statements = read_copyright(root / "usr/share/doc" / FORENSICS / "copyright")
    shared = root / "usr/share/forensics-samples"
    # what is not a camera's file here is a logo
    for path in sorted((shared / "original-files").glob("pic*/IMG*")):
        statement = license_of(path.relative_to(shared).as_posix(), statements)
        if statement is not None and _large_enough(path):
            yield Photo(path, f"{FORENSICS}/{path.stem}", FORENSICS, statement.author, statement.license)


def _large_enough(path: Path) -> bool:
    with Image.open(path) as image:
        return min(image.size) >= SMALLEST
