"""Writes HEIC pictures, as phones do: one HEVC picture in boxes (ISO/IEC 23008-12). No encoder at hand does."""

from __future__ import annotations

import struct
from pathlib import Path

import av
from numpy.typing import NDArray

from tests.media import make_clip


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _full(name: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24) + content)


def make_heic(path: Path, picture: NDArray[object], brand: bytes = b"heic") -> Path:
    """``picture`` as a file of one item; its pixels go through 4:2:0 and are else kept."""
    height, width = picture.shape[:2]
    clip = path.with_suffix(".heic.mkv")
    make_clip(
        clip,
        width,
        height,
        1,
        codec="libx265",
        content=lambda number: picture,
        barcode=False,
        options={"x265-params": "lossless=1:bframes=0:rc-lookahead=0"},
    )
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        configuration = bytes(stream.codec_context.extradata or b"")
        data = b"".join(bytes(packet) for packet in container.demux(stream) if packet.size)
    clip.unlink()
    head = _box(b"ftyp", brand + bytes(4) + b"mif1" + b"heic")
    properties = _box(
        b"ipco", _box(b"hvcC", configuration) + _full(b"ispe", struct.pack(">II", width, height))
    ) + _full(b"ipma", struct.pack(">IHBBB", 1, 1, 2, 0x81, 2))

    def meta(place: int) -> bytes:
        items = _full(b"infe", struct.pack(">HH4s", 1, 0, b"hvc1") + b"\0", version=2)
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + _full(b"pitm", struct.pack(">H", 1))
            + _full(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, place, len(data)))
            + _full(b"iinf", struct.pack(">H", 1) + items)
            + _box(b"iprp", properties),
        )

    place = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(place) + _box(b"mdat", data))
    return path
