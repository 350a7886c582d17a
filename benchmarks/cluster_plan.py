"""How many machines for how long: a plan for very many clips, from measured figures of one.

    python -m benchmarks.cluster_plan

Nothing is measured here. Every figure that goes in is an option (--help), with its origin in docs/cluster.md; put
your own in their place, from ``python -m benchmarks.bench_chain`` on one of the machines.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, fields
from typing import Final

from benchmarks.table import print_table

HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Inputs, with the figures of docs/cluster.md; everything else follows."""

    clips: int = 10_000_000
    machines: int = 8
    cores: int = 16
    """Of each machine."""
    gpus: int = 0
    """Of each machine; 0: the model computes on the cores."""
    decode_s: float = 0.767
    """Core seconds to decode and prepare a clip."""
    model_s: float = 0.586
    """Core seconds of the model for a clip; with GPUs, seconds of one."""
    clip_mb: float = 4.0
    """Megabytes (10^6 bytes) of a clip."""
    efficiency: float = 0.8
    """Of many workers against as many times one: measured, or guessed with care."""
    reads: float = 2.0
    """Times that a file is read over the network: once for its content's name, once to be decoded."""
    stored_bytes: int = 1900
    """Of a rating in the store, with its file's name."""
    row_bytes: int = 7_000
    """Of a result in the memory of the machine that asks."""
    list_rows: int = 100_000
    """Videos of one run."""
    begin_s: float = 60.0
    """What a run takes before its first result."""
    lost_share: float = 0.001
    """Of the clips: asked twice, because a worker or a machine went."""

    @property
    def core_hours(self) -> float:
        """Of decoding, and of the model where it has no GPU."""
        return self.clips * (1 + self.lost_share) * (self.decode_s + (0 if self.gpus else self.model_s)) / HOUR

    @property
    def gpu_hours(self) -> float:
        return self.clips * (1 + self.lost_share) * self.model_s / HOUR if self.gpus else 0.0

    @property
    def runs(self) -> int:
        return math.ceil(self.clips / self.list_rows)

    @property
    def hours(self) -> float:
        """From the first clip to the last: what takes longest sets the pace."""
        by_cores = self.core_hours / (self.machines * self.cores * self.efficiency)
        by_gpus = self.gpu_hours / (self.machines * self.gpus * self.efficiency) if self.gpus else 0.0
        return max(by_cores, by_gpus) + self.runs * self.begin_s / HOUR

    @property
    def machine_hours(self) -> float:
        return self.hours * self.machines

    @property
    def network_mbit_s(self) -> float:
        """From the storage, all machines together, on average."""
        return self.clips * self.clip_mb * self.reads * 8 / (self.hours * HOUR)

    @property
    def store_gb(self) -> float:
        return self.clips * self.stored_bytes / 1e9

    @property
    def memory_gb(self) -> float:
        """Of the machine that asks, for one run."""
        return self.list_rows * self.row_bytes / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for one in fields(Plan):
        kind = int if isinstance(one.default, int) else float
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=kind, default=one.default)
    plan = Plan(**vars(parser.parse_args()))
    print_table(
        f"{plan.clips:,} clips on {plan.machines} machines of {plan.cores} cores and {plan.gpus} GPUs",
        ["what", "how much"],
        [
            ("core hours", f"{plan.core_hours:,.0f}"),
            ("GPU hours", f"{plan.gpu_hours:,.0f}"),
            ("from begin to end", f"{plan.hours:,.0f} h ({plan.hours / 24:.1f} days)"),
            ("machine hours", f"{plan.machine_hours:,.0f}"),
            ("from the storage", f"{plan.network_mbit_s:,.0f} Mbit/s, {plan.clips * plan.clip_mb / 1e6:,.1f} TB"),
            ("store", f"{plan.store_gb:,.1f} GB"),
            ("runs, memory of each where it is asked", f"{plan.runs}, {plan.memory_gb:.1f} GB"),
        ],
    )


if __name__ == "__main__":
    main()
