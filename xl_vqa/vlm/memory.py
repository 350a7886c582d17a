"""How much memory a model will need and how much there is, before it is loaded. No torch here."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Detail, Reason

DTYPE_BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}


def parameter_count(files: Iterable[Path]) -> int:
    """Numbers in safetensors files, from their headers alone.

    Raises ModelIncompatibleError for a file that is no safetensors file or is cut off.
    """
    total = 0
    for path in files:
        try:
            with path.open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                if length > path.stat().st_size:
                    raise ValueError("its header is longer than the file")
                header = json.loads(file.read(length))
            tensors = [facts for name, facts in header.items() if name != "__metadata__"]
            end = max((facts["data_offsets"][1] for facts in tensors), default=0)
            if path.stat().st_size < 8 + length + end:
                raise ValueError("the file is cut off")
            total += sum(math.prod(facts["shape"]) for facts in tensors)
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise ModelIncompatibleError(
                model=str(path.parent), problem=Reason("says", what=path.name, why=Detail.of(error))
            ) from error
    return total


def needed_bytes(parameters: int, dtype: str) -> int:
    """Memory of the loaded weights, with a twentieth for what comes with them."""
    return parameters * DTYPE_BYTES[dtype] * 21 // 20


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
