"""Writes MPEG-2 coded as field pictures, as DVDs and television do: no encoder at hand can. Each is one grey.

Every field is an I picture whose blocks hold nothing but their mean (ISO/IEC 13818-2, 6.2).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from tests.coded_fields import _Bits

SIDE = 64
_ACROSS, _DOWN = SIDE // 16, SIDE // 32
_LUMA_SIZES = ("100", "00", "01", "101", "110", "1110", "11110", "111110", "1111110")
_CHROMA_SIZES = ("00", "01", "10", "110", "1110", "11110", "111110", "1111110", "11111110")


def grey_of(number: int) -> tuple[int, int]:
    """What is shown of the top and the bottom field of a frame."""
    return round((40 + 4 * number - 16) * 255 / 219), round((42 + 4 * number - 16) * 255 / 219)


def _start(code: int, bits: _Bits | None = None) -> bytes:
    if bits is None:
        return bytes((0, 0, 1, code))
    bits.align()
    text = "".join(map(str, bits.bits))
    return bytes((0, 0, 1, code)) + int(text, 2).to_bytes(len(text) // 8, "big")


def _headers() -> bytes:
    sequence = _Bits().u(12, SIDE).u(12, SIDE).u(4, 1).u(4, 3).u(18, 10_000).u(1, 1).u(10, 20).u(3, 0)
    # Main profile at Main level, interlaced, 4:2:0
    extension = _Bits().u(4, 1).u(8, 0x48).u(1, 0).u(2, 1).u(4, 0).u(12, 0).u(1, 1).u(8, 0).u(1, 0).u(7, 0)
    group = _Bits().u(12, 0).u(1, 1).u(12, 0).u(2, 0b10)
    return _start(0xB3, sequence) + _start(0xB5, extension) + _start(0xB8, group)


def _field(level: int, *, bottom: bool) -> bytes:
    picture = _Bits().u(10, 0).u(3, 1).u(16, 0xFFFF).u(3, 0)
    coding = _Bits().u(4, 8).u(16, 0xFFFF).u(2, 0).u(2, 2 if bottom else 1)
    # no top_field_first in field pictures, all of the rest 0: an 8 bit mean, linear steps, zigzag
    coding.u(10, 0)
    data = _start(0x00, picture) + _start(0xB5, coding)
    for row in range(_DOWN):
        bits = _Bits().u(5, 8).u(1, 0)
        means = [128, 128, 128]
        for _ in range(_ACROSS):
            bits.u(1, 1).u(1, 1)
            for block in range(6):
                part = 0 if block < 4 else block - 3
                target = level if part == 0 else 128
                _difference(bits, target - means[part], _LUMA_SIZES if part == 0 else _CHROMA_SIZES)
                means[part] = target
                bits.u(2, 0b10)
        data += _start(row + 1, bits)
    return data


def _difference(bits: _Bits, value: int, sizes: tuple[str, ...]) -> None:
    size = abs(value).bit_length()
    bits.bits += [int(bit) for bit in sizes[size]]
    if size:
        bits.u(size, value if value > 0 else value + (1 << size) - 1)


def make_mpeg2_fields(path: Path, count: int, *, bottom_first: bool = False) -> Path:
    """A file of ``count`` frames at 25 a second, two field pictures each."""
    frames = []
    for number in range(count):
        fields = [_field(40 + 4 * number, bottom=False), _field(42 + 4 * number, bottom=True)]
        frames.append(_headers() + b"".join(reversed(fields) if bottom_first else fields))
    raw = path.with_suffix(".m2v")
    raw.write_bytes(b"".join(frames) + _start(0xB7))
    if path.suffix == ".m2v":
        return path
    with av.open(str(raw), format="mpegvideo") as given, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(given.streams.video[0])
        stream.time_base = Fraction(1, 90_000)
        for number, data in enumerate(frames):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, 90_000)
            packet.pts = packet.dts = 3600 * number
            packet.duration, packet.is_keyframe = 3600, True
            output.mux(packet)
    return path
