"""Prints a benchmark's table, with the machine it ran on above the first."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_printed_machine = False


def machine() -> str:
    """Processor, cores and Python of this machine, for the line above the figures."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = (line for line in info.read_text().splitlines() if line.startswith("model name"))
        name = next(lines, f": {name}").split(":", 1)[1].strip()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def load() -> str:
    """How busy the machine was in the last minute, where it says so: above its cores, times are not its own."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A Markdown table, so that it can go into docs/ as it is."""
    global _printed_machine
    if not _printed_machine:
        print(f"machine: {machine()}")
        print(f"date: {datetime.now(UTC).date().isoformat()}")
        _printed_machine = True
    print(f"\n{title} ({load()})\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + "|".join("---" for _ in columns) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def peak_memory(pid: int | str) -> int | None:
    """The most bytes that a process ever held in memory, or None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised of a figure: at most ``limit``."""

    what: str
    unit: str
    limit: float
    measured: float

    @property
    def met(self) -> bool:
        return self.measured <= self.limit


def print_targets(targets: Sequence[Target]) -> None:
    """The promises beside what was measured. A busy machine may miss them, so a miss ends nothing."""
    rows = [
        (
            one.what,
            f"{one.limit:.4g} {one.unit}",
            f"{one.measured:.3g} {one.unit}",
            "yes" if one.met else f"no, {one.measured / one.limit:.2f} times",
        )
        for one in targets
    ]
    print_table("Targets", ["what", "at most", "measured", "met"], rows)
