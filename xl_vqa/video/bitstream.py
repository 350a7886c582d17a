"""What H.264 and HEVC packets say of themselves: where decoding may begin, and which of them are half a frame.

A container's keyframe flag is an opinion: open groups of pictures, pictures refreshed bit by bit and plain lies
all carry it. Only the coded video tells, so its first few bytes are read here. Syntax: ITU-T H.264 (7.3) and H.265
(7.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

CODECS: Final = ("h264", "hevc")

_H264_SLICES: Final = (1, 2, 5)
_H264_IDR, _H264_SEI, _H264_SPS, _H264_PPS = 5, 6, 7, 8
_RECOVERY_POINT: Final = 6
_HEVC_FIRST_IRAP, _HEVC_LAST_IRAP, _HEVC_IDR = 16, 21, (19, 20)
_HEVC_VCL_LIMIT: Final = 32
_HEVC_SEI, _PICTURE_TIMING = 39, 1
_FIELDS, _BOTTOM_FIELDS = (1, 2, 9, 10, 11, 12), (2, 10, 12)
# of a slice's header and of parameter sets no more than this is read
_HEADER_BYTES: Final = 256
_WITH_CHROMA: Final = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


class Entry(Enum):
    """What a packet offers to a decoder that begins with it."""

    CLEAN = "clean"
    """Nothing after it refers to anything before it: an IDR picture."""
    OPEN = "open"
    """Pictures shown from here on are right; those shown before it that follow it in the file are not."""
    GRADUAL = "gradual"
    """Right only some pictures later, or never to the bit."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded picture of a packet: a frame, or a field of one."""

    frame_number: int
    is_field: bool
    bottom: bool
    idr: bool


@dataclass(slots=True)
class _Sequence:
    chroma_planes_apart: bool
    frame_number_bits: int
    frames_only: bool


@dataclass(slots=True)
class PacketReader:
    """Reads the packets of one H.264 or HEVC track, in the order of the file. ``codec`` is one of CODECS."""

    codec: str
    length_size: int = 0
    """Bytes of the length in front of each unit (MP4, Matroska); 0 where start codes part them (MPEG-TS)."""
    _sequences: dict[int, _Sequence] = field(default_factory=dict)
    _sequence_of: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, codec: str, extradata: bytes | None) -> PacketReader:
        """With the parameter sets that the container holds beside the packets."""
        data = extradata or b""
        if not data or data[0] != 1:
            reader = cls(codec)
            reader._learn(data)
            return reader
        if codec == "hevc":
            return cls(codec, (data[21] & 3) + 1 if len(data) > 21 else 4)
        reader = cls(codec, (data[4] & 3) + 1 if len(data) > 4 else 4)
        for unit in _avcc_units(data):
            reader._parameters(unit)
        return reader

    @property
    def may_hold_fields(self) -> bool:
        """Whether a picture may be coded as two fields, by what was read so far (H.264)."""
        return any(not sequence.frames_only for sequence in self._sequences.values())

    def entry(self, packet: bytes) -> Entry:
        """What the packet offers to a decoder that begins with it; learns the parameter sets in it."""
        if self.codec == "hevc":
            return self._hevc_entry(packet)
        recovery: tuple[int, bool] | None = None
        for unit in self._units(packet):
            kind = unit[0] & 31
            if kind in _H264_SLICES:
                if kind == _H264_IDR:
                    return Entry.CLEAN
                if recovery is None:
                    return Entry.NONE
                count, exact = recovery
                return Entry.OPEN if count == 0 and exact else Entry.GRADUAL
            if kind == _H264_SEI:
                recovery = _recovery_point(unit) or recovery
            self._parameters(unit)
        return Entry.NONE

    def is_bottom_field(self, packet: bytes) -> bool | None:
        """Which field an HEVC packet says it is, None for none. No proof that it is one."""
        for unit in self._units(packet):
            kind = unit[0] >> 1 & 63
            if kind < _HEVC_VCL_LIMIT:
                return None
            for message, payload in _messages(unit[2:]) if kind == _HEVC_SEI else ():
                if message == _PICTURE_TIMING and payload and payload[0] >> 4 in _FIELDS:
                    return payload[0] >> 4 in _BOTTOM_FIELDS
        return None

    def pictures(self, packet: bytes) -> list[Coded]:
        """The H.264 pictures that begin in the packet; empty where it cannot be told."""
        found: list[Coded] = []
        for unit in self._units(packet):
            self._parameters(unit)
            if unit[0] & 31 in (1, 5):
                slice_ = self._slice(unit)
                if slice_ is not None and slice_ not in found:
                    found.append(slice_)
        return found

    def _hevc_entry(self, packet: bytes) -> Entry:
        for unit in self._units(packet):
            kind = unit[0] >> 1 & 63
            if kind >= _HEVC_VCL_LIMIT:
                continue
            if kind in _HEVC_IDR:
                return Entry.CLEAN
            return Entry.OPEN if _HEVC_FIRST_IRAP <= kind <= _HEVC_LAST_IRAP else Entry.NONE
        return Entry.NONE

    def _units(self, packet: bytes) -> Iterator[bytes]:
        if self.length_size:
            return _prefixed_units(packet, self.length_size)
        return _start_code_units(packet)

    def _learn(self, data: bytes) -> None:
        for unit in _start_code_units(data):
            self._parameters(unit)

    def _parameters(self, unit: bytes) -> None:
        if self.codec != "h264" or not unit:
            return
        kind = unit[0] & 31
        try:
            if kind == _H264_SPS:
                number, sequence = _sequence(_Bits(unit[1:_HEADER_BYTES]))
                self._sequences[number] = sequence
            elif kind == _H264_PPS:
                bits = _Bits(unit[1:_HEADER_BYTES])
                self._sequence_of[bits.ue()] = bits.ue()
        except EOFError:
            return

    def _slice(self, unit: bytes) -> Coded | None:
        bits = _Bits(unit[1:64])
        try:
            bits.ue()  # first_mb_in_slice
            bits.ue()  # slice_type
            sequence = self._sequences.get(self._sequence_of.get(bits.ue(), -1))
            if sequence is None:
                return None
            if sequence.chroma_planes_apart:
                bits.u(2)
            number = bits.u(sequence.frame_number_bits)
            is_field = not sequence.frames_only and bool(bits.u(1))
            bottom = is_field and bool(bits.u(1))
        except EOFError:
            return None
        return Coded(number, is_field, bottom, unit[0] & 31 == _H264_IDR)


class FieldPairs:
    """Tells the field that completes a frame from one that begins a frame, as FFmpeg's decoder pairs them."""

    def __init__(self) -> None:
        self._open: Coded | None = None

    def begins_frame(self, coded: Coded) -> bool:
        """Whether this picture, the next one of the file, is a frame or the first field of one."""
        first, self._open = self._open, None
        if not coded.is_field:
            return True
        if first is not None and first.bottom != coded.bottom and first.frame_number == coded.frame_number:
            return False
        self._open = coded
        return True


class _Bits:
    """Reads bits of a unit without the bytes that only keep start codes out of it. EOFError at its end."""

    def __init__(self, unit: bytes) -> None:
        data = unit.replace(b"\0\0\3", b"\0\0")
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def u(self, count: int) -> int:
        if count > self._left:
            raise EOFError
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def ue(self) -> int:
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise EOFError
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def _sequence(bits: _Bits) -> tuple[int, _Sequence]:
    profile = bits.u(8)
    bits.u(16)  # constraints and level
    number = bits.ue()
    apart = False
    if profile in _WITH_CHROMA:
        chroma = bits.ue()
        apart = chroma == 3 and bool(bits.u(1))
        bits.ue()  # bit depths
        bits.ue()
        bits.u(1)
        if bits.u(1):
            for place in range(8 if chroma != 3 else 12):
                if bits.u(1):
                    _skip_scaling_list(bits, 16 if place < 6 else 64)
    frame_number_bits = bits.ue() + 4
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()  # reference frames
    bits.u(1)
    bits.ue()  # size
    bits.ue()
    return number, _Sequence(apart, frame_number_bits, bool(bits.u(1)))


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _recovery_point(unit: bytes) -> tuple[int, bool] | None:
    """How many frames until the picture is whole, and whether it is then so to the bit."""
    for kind, payload in _messages(unit[1:]):
        if kind == _RECOVERY_POINT:
            bits = _Bits(payload)
            try:
                return bits.ue(), bool(bits.u(1))
            except EOFError:
                return None
    return None


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of every message of an SEI unit, without the unit's own header."""
    data, at = data.replace(b"\0\0\3", b"\0\0"), 0
    while at + 2 <= len(data) and data[at:] not in (b"\x80", b""):
        kind, at = _long_number(data, at)
        size, at = _long_number(data, at)
        yield kind, data[at : at + size]
        at += size


def _long_number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(data) and data[at] == 255:
        value, at = value + 255, at + 1
    return (value + data[at], at + 1) if at < len(data) else (value, at)


def _prefixed_units(packet: bytes, length_size: int) -> Iterator[bytes]:
    at = 0
    while at + length_size < len(packet):
        size = int.from_bytes(packet[at : at + length_size], "big")
        at += length_size
        if size == 0:
            continue
        yield packet[at : at + min(size, _HEADER_BYTES)]
        at += size


def _start_code_units(packet: bytes) -> Iterator[bytes]:
    at = packet.find(b"\0\0\1")
    while at >= 0 and at + 3 < len(packet):
        following = packet.find(b"\0\0\1", at + 3)
        end = following if following >= 0 else len(packet)
        yield packet[at + 3 : min(end, at + 3 + _HEADER_BYTES)]
        at = following


def _avcc_units(data: bytes) -> Iterator[bytes]:
    """The parameter sets of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1)."""
    at = 5
    for mask in (31, 255):
        if at >= len(data):
            return
        count, at = data[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            unit = data[at + 2 : at + 2 + size]
            if unit:
                yield unit
            at += 2 + size
