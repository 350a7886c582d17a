"""How much memory a model will need and how much there is, before it is loaded. No torch here."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import re
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.vlm.model_folder import unread
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason, why_malformed

DTYPE_BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
FEW_BITS: Final = {"int8": 1.0, "nf4": 0.5 + (1 + 4 / 256) / 64}
"""Bytes for each weight of the language model's linear layers (few_bits.py). nf4: 4 bits; for each 64 weights a
scale in 8 bits; for each 256 of those one in 32 (double quantisation)."""
BESIDE_FEW_BITS: Final = "bfloat16"
"""The number format of all that stays as it is, on every device: so a format's name says what was computed."""
_LINEAR: Final = re.compile(r"(?<!\w)layers\.\d+\.(self_attn|mlp)\.\w+_proj\.weight$")


@dataclass(frozen=True, slots=True)
class WeightCount:
    """Numbers in a model's weights: all of them, and of these in the language model's linear layers."""

    all: int
    linear: int


def count_weights(files: Iterable[Path]) -> WeightCount:
    """Of safetensors files, from their headers alone.

    Raises ModelIncompatibleError for a file that is no safetensors file or is cut off.
    """
    total = linear = 0
    for path in files:
        try:
            with path.open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                if length > path.stat().st_size:
                    raise ValueError(Reason("content_cut"))
                header = json.loads(file.read(length))
            tensors = [facts for name, facts in header.items() if name != "__metadata__"]
            end = max((facts["data_offsets"][1] for facts in tensors), default=0)
            if path.stat().st_size < 8 + length + end:
                raise ValueError(Reason("content_cut"))
            total += sum(math.prod(facts["shape"]) for facts in tensors)
            linear += sum(math.prod(facts["shape"]) for name, facts in header.items() if _LINEAR.search(name))
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            damaged = Reason("problem_weights_damaged", file=path.name, detail=why_malformed(error))
            raise ModelIncompatibleError(model=str(path.parent), problem=unread(path, damaged)) from error
    return WeightCount(total, linear)


def needed_bytes(weights: WeightCount, dtype: str, few_bits: str | None = None) -> int:
    """Memory of the loaded weights, with a twentieth for what comes with them.

    ``few_bits``: what the linear layers are held in, where it is not ``dtype``; ``dtype`` may name it as well.
    """
    few_bits = dtype if dtype in FEW_BITS else few_bits
    whole = DTYPE_BYTES[BESIDE_FEW_BITS if dtype in FEW_BITS else dtype]
    if few_bits is None:
        return weights.all * whole * 21 // 20
    return math.ceil(((weights.all - weights.linear) * whole + weights.linear * FEW_BITS[few_bits]) * 21 / 20)


def available_bytes() -> int | None:
    """Main memory this process can still get; None where the system does not say."""
    if sys.platform == "win32":
        return _windows()
    amounts = [amount for amount in (_linux(), _control_group()) if amount is not None]
    return min(amounts, default=None)


def _linux() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _control_group(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What a container's limit leaves; file cache counts as free."""
    with contextlib.suppress(OSError, ValueError):
        limit = int((folder / "memory.max").read_text())  # "max" where there is no limit
        used = int((folder / "memory.current").read_text())
        cached = 0
        for line in (folder / "memory.stat").read_text().splitlines():
            name, _, amount = line.partition(" ")
            if name in ("inactive_file", "active_file"):
                cached += int(amount)
        return max(limit - used + cached, 0)
    return None


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined,unused-ignore]
        return int(status.available)
    return None
