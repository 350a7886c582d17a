"""Whether a picture moves, from the first bytes of its file: APNG, WebP, AVIF, HEIF and GIF, whatever its ending.

A folder may hold thousands of pictures: nothing is decoded. Standard library only.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from xl_vqa.video.files import PathLike, system_path

_HEAD: Final = 64
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ANIMATED: Final = 0x02
"""Of the flags of WebP's VP8X chunk."""
_SEQUENCES: Final = frozenset((b"avis", b"msf1", b"hevc", b"hevx", b"hevs", b"hevm"))
"""Brands of ISO/IEC 23008-12 image sequences, and AVIF's."""
_MOST_CHUNKS: Final = 1000


def moves(path: PathLike) -> bool:
    """Whether a picture's file says that it holds an animation. Raises OSError where it cannot be read."""
    with open(system_path(path), "rb") as file:
        head = file.read(_HEAD)
        if head.startswith(_PNG):
            return _png_moves(file)
    if head.startswith(b"RIFF") and head[8:16] == b"WEBPVP8X":
        return bool(head[20] & _ANIMATED) if len(head) > 20 else False
    if head[4:8] == b"ftyp":
        size = int.from_bytes(head[:4], "big")
        brands = head[8:12] + head[16 : max(size, 16)]
        return any(brands[at : at + 4] in _SEQUENCES for at in range(0, len(brands), 4))
    return head.startswith((b"GIF87a", b"GIF89a"))


def _png_moves(file: BinaryIO) -> bool:
    """Whether an animation is told of before the picture itself, as APNG has it."""
    at = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        start = file.read(8)
        if len(start) < 8 or start[4:] in (b"IDAT", b"IEND"):
            return False
        if start[4:] == b"acTL":
            return True
        at += 12 + int.from_bytes(start[:4], "big")
    return False
