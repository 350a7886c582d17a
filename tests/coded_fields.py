"""Writes H.264 coded as fields (PAFF), as television does: no encoder at hand can. Every picture is of one grey.

Macroblocks are I_PCM, so that the writer needs no transform and the decoder gives the grey back to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av

SIDE: Final = 64
_MACROBLOCKS: Final = (SIDE // 16) * (SIDE // 32)


class _Bits:
    def __init__(self) -> None:
        self.bits: list[int] = []

    def u(self, count: int, value: int) -> _Bits:
        self.bits += [value >> place & 1 for place in range(count - 1, -1, -1)]
        return self

    def ue(self, *values: int) -> _Bits:
        for value in values:
            length = (value + 1).bit_length()
            self.u(length - 1, 0).u(length, value + 1)
        return self

    def align(self) -> None:
        self.bits += [0] * (-len(self.bits) % 8)

    def samples(self, data: Iterable[int]) -> None:
        self.align()
        for byte in data:
            self.u(8, byte)

    def unit(self, header: int) -> bytes:
        self.u(1, 1)
        self.align()
        raw = bytes(int("".join(map(str, self.bits[at : at + 8])), 2) for at in range(0, len(self.bits), 8))
        out, zeros = bytearray(), 0
        for byte in raw:
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes([header]) + bytes(out)


def sequence_parameters(rate: int) -> bytes:
    """Main profile, 64 x 64, fields allowed; ``rate`` fields a second."""
    bits = _Bits().u(8, 77).u(8, 0).u(8, 30).ue(0, 0, 0, 4, 1).u(1, 0).ue(3, 1)
    bits.u(1, 0)  # frame_mbs_only_flag
    bits.u(3, 0b010).u(1, 1)  # no adaptive frames, direct inference, no cropping; then the VUI
    bits.u(4, 0).u(1, 1).u(32, 1).u(32, rate).u(1, 1).u(4, 0)
    return bits.unit(0x67)


def picture_parameters() -> bytes:
    return _Bits().ue(0, 0).u(2, 0).ue(0, 0, 0).u(3, 0).ue(0, 0, 0).u(3, 0b100).unit(0x68)


def field(number: int, grey: int, *, bottom: bool) -> bytes:
    """The top field of picture ``number`` is an IDR picture, the bottom one refers to nothing either."""
    bits = _Bits().ue(0, 7, 0).u(4, 0).u(1, 1).u(1, bottom)
    if not bottom:
        bits.ue(number & 1)
    bits.u(8, bottom)
    bits.u(1 if bottom else 2, 0).ue(0, 1)
    for _ in range(_MACROBLOCKS):
        bits.ue(25).samples([grey] * 256 + [128] * 128)
    return bits.unit(0x61 if bottom else 0x65)


def grey_of(number: int) -> int:
    return 20 + 4 * number


def coded_fields(count: int, fps: int = 25) -> list[tuple[bytes, bytes]]:
    """Both fields of every frame, each with its delimiter; the first of each with the parameter sets."""
    delimiter = b"\0\0\0\1\x09\x10"
    sets = sequence_parameters(2 * fps) + picture_parameters()
    return [
        (
            delimiter + sets + field(number, grey_of(number), bottom=False),
            delimiter + field(number, grey_of(number), bottom=True),
        )
        for number in range(count)
    ]


def make_fields(path: Path, count: int = 50, fps: int = 25, *, together: bool = False) -> Path:
    """A file of ``count`` frames coded as fields; each field is a packet, or both ``together`` are one."""
    pairs: Sequence[tuple[bytes, bytes]] = coded_fields(count, fps)
    raw = path.with_suffix(".h264")
    raw.write_bytes(b"".join(top + bottom for top, bottom in pairs))
    if path.suffix == ".h264":
        return path
    with av.open(str(raw), format="h264") as given, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(given.streams.video[0])
        stream.time_base = Fraction(1, 2 * fps)
        place = 0
        for pair in pairs:
            for data in (b"".join(pair),) if together else pair:
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, 2 * fps)
                packet.pts = packet.dts = place
                packet.duration = 2 if together else 1
                packet.is_keyframe = together or place % 2 == 0
                output.mux(packet)
                place += 2 if together else 1
    return path
