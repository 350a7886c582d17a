"""Whether an NVIDIA card is here and which CUDA its driver speaks, without torch. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Cuda = tuple[int, int]
"""Major and minor version."""

PROC: Final = Path("/proc/driver/nvidia/gpus")
_TIMEOUT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Card:
    """The first NVIDIA card. ``cuda`` is the newest version that its driver runs, None where it does not say."""

    name: str
    cuda: Cuda | None = None


def find_card(
    *,
    smi: Callable[[], str | None] | None = None,
    proc: Path = PROC,
    driver: Callable[[], Card | None] | None = None,
) -> Card | None:
    """Asks nvidia-smi, then the Linux driver's own files, then the driver's library; the first that knows a card.

    ``smi`` gives the output of ``nvidia-smi -q`` or None, ``driver`` what the library says; both are for tests.
    """
    card = _read_smi((smi or _run_smi)() or "")
    if card is None:
        card = _read_proc(proc)
    return card if card is not None else (driver or _ask_driver)()


def _run_smi() -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "-q"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    # it ends with an error, and no list, where the driver is not loaded
    return done.stdout if done.returncode == 0 else None


def _read_smi(said: str) -> Card | None:
    """From ``nvidia-smi -q``."""
    name = re.search(r"^\s*Product Name\s*:\s*(\S.*?)\s*$", said, re.MULTILINE)
    cuda = re.search(r"^\s*CUDA Version\s*:\s*(\d+)\.(\d+)", said, re.MULTILINE)
    if name is None:
        return None
    return Card(name[1], (int(cuda[1]), int(cuda[2])) if cuda else None)


def _read_proc(folder: Path) -> Card | None:
    for file in sorted(folder.glob("*/information")):
        with contextlib.suppress(OSError):
            model = re.search(r"^Model:\s*(\S.*?)\s*$", file.read_text(errors="replace"), re.MULTILINE)
            if model:
                return Card(model[1])
    return None


def _ask_driver() -> Card | None:
    """From the library that comes with every NVIDIA driver, also where nvidia-smi is not on the path."""
    try:
        library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        return _read_driver(library)
    except (OSError, AttributeError):
        return None


def _read_driver(library: ctypes.CDLL) -> Card | None:
    count, version, name = ctypes.c_int(0), ctypes.c_int(0), ctypes.create_string_buffer(256)
    if library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count)) or count.value < 1:
        return None
    library.cuDeviceGetName(name, len(name), 0)
    known = library.cuDriverGetVersion(ctypes.byref(version)) == 0
    # 12040 is 12.4
    cuda = (version.value // 1000, version.value % 1000 // 10) if known else None
    return Card(name.value.decode(errors="replace"), cuda)
