"""Writes into a file what no muxer at hand does: what its container wants cut off the pictures."""

from __future__ import annotations

import struct
from pathlib import Path

_CROPS = {"top": 0x54BB, "bottom": 0x54AA, "left": 0x54CC, "right": 0x54DD}


def crop_matroska(path: Path, **edges: int) -> Path:
    """PixelCrop elements in the first track's picture; a void element in front of it gives the room."""
    data = path.read_bytes()
    crops = b"".join(struct.pack(">HBH", _CROPS[name], 0x82, value) for name, value in edges.items())
    _, segment, _ = _find(data, 0, 0x18538067)
    void, _, end = _find(data, segment, 0xEC)
    tracks, inner, tracks_end = _find(data, segment, 0x1654AE6B)
    track, picture, track_end = _find(data, inner, 0xAE)
    video, content, video_end = _find(data, picture, 0xE0)
    wide = data[picture:video] + _element(b"\xe0", crops + data[content:video_end]) + data[video_end:track_end]
    wide = data[inner:track] + _element(b"\xae", wide) + data[track_end:tracks_end]
    wide = _element(b"\x16\x54\xae\x6b", wide)
    left = end - void - (len(wide) - (tracks_end - tracks)) - 9
    path.write_bytes(data[:void] + _element(b"\xec", bytes(left)) + data[end:tracks] + wide + data[tracks_end:])
    return path


def _element(name: bytes, content: bytes) -> bytes:
    return name + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _find(data: bytes, at: int, wanted: int) -> tuple[int, int, int]:
    """Where an element begins, its content begins, and it ends; ``at`` is where the first of its row begins."""
    while True:
        place = at + 9 - data[at].bit_length()
        width = 9 - data[place].bit_length()
        content = place + width
        end = content + (int.from_bytes(data[place:content], "big") & ((1 << 7 * width) - 1))
        if int.from_bytes(data[at:place], "big") == wanted:
            return at, content, end
        at = end


def crop_mov(path: Path, width: tuple[int, int], height: tuple[int, int], *shift: tuple[int, int]) -> Path:
    """A clean aperture box in the first sample entry; the index has to lie at the end of the file."""
    data = bytearray(path.read_bytes())
    box = struct.pack(">I4s8i", 40, b"clap", *width, *height, *[n for pair in shift for n in pair])
    at, boxes = 0, []
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
        at = data.index(name, at) - 4
        boxes.append(at)
    entry = boxes[-1] + 16
    for place in (*boxes, entry):
        data[place : place + 4] = (int.from_bytes(data[place : place + 4], "big") + len(box)).to_bytes(4, "big")
    assert data.index(b"mdat") < boxes[0]
    data[entry + 8 + 78 : entry + 8 + 78] = box
    path.write_bytes(data)
    return path
