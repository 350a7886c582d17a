"""What a container wants cut off the decoded pictures: Matroska's PixelCrop, QuickTime's clean aperture (clap).

FFmpeg's program does so from version 7.1 on; PyAV does not hand over what its demuxer found, so it is read here.
What the coded video itself cuts off (H.264, HEVC, AV1) the decoder has done already. Formats: RFC 9559
(5.1.4.1.28), ISO/IEC 14496-12 (12.1.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Final

from numpy.typing import NDArray

from xl_vqa.video import ebml
from xl_vqa.video.container import Source

_PICTURE: Final = 1
_CROPS: Final = {0x54BB: "top", 0x54AA: "bottom", 0x54CC: "left", 0x54DD: "right"}
_ENTRY_HEAD: Final = 78
"""Bytes of a picture's sample entry in front of the boxes in it; width and height lie at 24."""


@dataclass(frozen=True, slots=True)
class Cropping:
    """Rows and columns that are not shown, of the picture as stored."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def __bool__(self) -> bool:
        return any((self.top, self.bottom, self.left, self.right))

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of what is left of a picture of ``width`` x ``height``."""
        return width - self.left - self.right, height - self.top - self.bottom

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """What is left of ``picture``: [height, width, ...]."""
        width, height = self.size(picture.shape[1], picture.shape[0])
        return picture[self.top : self.top + height, self.left : self.left + width] if self else picture

    def within(self, width: int, height: int) -> Cropping:
        """Nothing where it would leave nothing of the picture, as players do."""
        return self if min(self.size(width, height)) > 0 else Cropping()


NO_CROPPING: Final = Cropping()


def cropping_of(source: Source) -> Cropping:
    """Of the picture track; nothing where the container says nothing, or nothing that can be read."""
    names = source.format.split(",")
    try:
        with open(source.path, "rb") as file:
            if "matroska" in names:
                return _of_matroska(file, source)
            if "mov" in names:
                return _of_mov(file, source)
    except (OSError, ValueError, IndexError, ZeroDivisionError):
        pass
    return Cropping()


def _of_matroska(file: BinaryIO, source: Source) -> Cropping:
    """Tracks are told apart by their place among those with a picture, as FFmpeg numbers no track."""
    place = [stream.index for stream in source.container.streams.video].index(source.stream.index)
    pictures: list[Cropping] = []
    for track in ebml.tracks(file):
        if int.from_bytes(track.get(ebml.TRACK_TYPE, b""), "big") == _PICTURE:
            said = ebml.elements(track.get(ebml.VIDEO, b""))
            edges = {_CROPS[key]: int.from_bytes(value, "big") for key, value in said if key in _CROPS}
            pictures.append(Cropping(**edges))
    return pictures[place]


def _of_mov(file: BinaryIO, source: Source) -> Cropping:
    file.seek(0, 2)
    whole = file.tell()
    for start, end in _find(file, 0, whole, b"moov"):
        for track, track_end in _find(file, start, end, b"trak"):
            if _track_number(file, track, track_end) == source.stream.id:
                for place, stop in _inside(file, track, track_end, b"mdia", b"minf", b"stbl", b"stsd"):
                    return _clean_aperture(_read(file, place, stop))
    return Cropping()


def _inside(file: BinaryIO, start: int, end: int, *path: bytes) -> Iterator[tuple[int, int]]:
    for inner in _find(file, start, end, path[0]):
        if len(path) == 1:
            yield inner
        else:
            yield from _inside(file, *inner, *path[1:])


def _find(file: BinaryIO, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Where the content of each box ``wanted`` begins and ends."""
    at = start
    for _ in range(ebml.MOST_ELEMENTS):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        size, name, skip = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, skip = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - at
        if size < skip:
            return
        if name == wanted:
            yield at + skip, min(at + size, end)
        at += size


def _track_number(file: BinaryIO, start: int, end: int) -> int | None:
    for place, stop in _find(file, start, end, b"tkhd"):
        data = _read(file, place, stop)
        # version 1 has times of 64 bits in front of it
        at = 20 if data[0] else 12
        return int.from_bytes(data[at : at + 4], "big")
    return None


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(min(end - start, ebml.MOST_HEADER))


def _clean_aperture(descriptions: bytes) -> Cropping:
    """Of the first sample entry in the content of an ``stsd`` box."""
    size = int.from_bytes(descriptions[8:12], "big")
    entry = descriptions[16 : 8 + size]
    at = _ENTRY_HEAD
    while at + 8 <= len(entry):
        size, name = int.from_bytes(entry[at : at + 4], "big"), entry[at + 4 : at + 8]
        if name == b"clap":
            width, height = (int.from_bytes(entry[place : place + 2], "big") for place in (24, 26))
            return _aperture(entry[at + 8 : at + size], width, height)
        if size < 8:
            break
        at += size
    return Cropping()


def _aperture(data: bytes, width: int, height: int) -> Cropping:
    """Its size and how far its middle lies from the picture's, all fractions. Halves go as in FFmpeg."""
    values = [int.from_bytes(data[at : at + 4], "big", signed=True) for at in range(0, 32, 4)]
    wide, high, across, down = (Fraction(values[at], values[at + 1]) for at in range(0, 8, 2))
    left, right = _sides(width, wide, across)
    top, bottom = _sides(height, high, down)
    return Cropping(top, bottom, left, right) if min(top, bottom, left, right) >= 0 else Cropping()


def _sides(whole: int, part: Fraction, shift: Fraction) -> tuple[int, int]:
    """What is cut off in front of the part and behind it; -1 where it is not inside of the whole."""
    first, last = (whole - part) / 2 + shift, (whole + part) / 2 - 1 + shift
    return (int(first), whole - 1 - int(last)) if 0 <= first <= last + 1 and last <= whole - 1 else (-1, -1)
