"""Two workers of a Ray cluster against one, by turns, and one that is killed half way.

    python -m benchmarks.cluster [--clips 400] [--rounds 3] [--model "stand-in?per_video=0.1"]

The cluster is one of this machine with two CPUs. The stand-in's worker only waits, as one whose card computes:
what is lost is lost by sending, reading and storing. ``--model starter`` computes, with one thread a worker. *From
the first result* leaves out what begins a run: joining, looking at the machines, hashing, loading.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import print_table
from tests.cluster.head import started_head, worker_processes
from tests.host.helpers import clips, settings_for
from xl_vqa.bridge.videos import Video
from xl_vqa.cluster.score import score_on_cluster
from xl_vqa.host.store import Store
from xl_vqa.words.errors import XlVqaError

TOGETHER_S = 0.3


@dataclass
class Timed:
    """One run: its wall time, and when each result came."""

    wall: float = 0.0
    came: list[float] = field(default_factory=list)
    killed: bool = False
    failed: int = 0
    stored: int = 0

    @property
    def span(self) -> float:
        """Seconds from the first results to the last."""
        return self.came[-1] - self.came[0]

    @property
    def pace(self) -> float:
        """Clips a second, once the first results had come: those of a task come together."""
        return sum(one > self.came[0] + TOGETHER_S for one in self.came) / self.span


def run(address: str, model: str, files: list[Path], home: Path, workers: int, *, kill: bool = False) -> Timed:
    """All files anew, with a store of their own; ``kill``: a worker is ended where half of them have a result."""
    settings = settings_for(home, model=model, torch_threads=1)
    timed = Timed()

    def progress(done: int, total: int) -> None:
        timed.came.append(time.monotonic())
        if kill and not timed.killed and done >= total // 2:
            os.kill(worker_processes()[0], signal.SIGKILL)
            timed.killed = True

    begun = time.monotonic()
    videos = [Video(str(file)) for file in files]
    done = score_on_cluster(videos, settings, address, workers=workers, on_progress=progress)
    timed.wall = time.monotonic() - begun
    timed.failed = sum(isinstance(one, XlVqaError) for one in done.results)
    store = Store(settings.store_file)
    timed.stored = store.count()
    store.close()
    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="stand-in?per_video=0.1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xlc-") as name:
        folder = Path(name)
        files = clips(folder / "clips", options.clips)
        (folder / "ray").mkdir()
        with started_head(folder / "ray") as address:
            runs: dict[int, list[Timed]] = {1: [], 2: []}
            for turn in range(options.rounds):
                for workers, kept in runs.items():
                    home = folder / f"home-{turn}-{workers}"
                    kept.append(run(address, options.model, files, home, workers))
            ratios = [two.pace / one.pace for one, two in zip(runs[1], runs[2], strict=True)]
            print_table(
                f"{options.clips} clips, {options.model}, medians of {options.rounds}",
                ["workers", "whole run", "from the first result", "clips a second", "efficiency"],
                [
                    (
                        str(workers),
                        f"{statistics.median(one.wall for one in kept):.1f} s",
                        f"{statistics.median(one.span for one in kept):.1f} s",
                        f"{statistics.median(one.pace for one in kept):.2f}",
                        "1" if workers == 1 else f"{statistics.median(ratios) / 2:.2f}",
                    )
                    for workers, kept in runs.items()
                ],
            )
            killed = run(address, options.model, files, folder / "home-killed", 2, kill=True)
            print_table(
                "One of two workers killed half way",
                ["results", "errors", "stored", "whole run", "longest wait for a result"],
                [
                    (
                        str(len(killed.came)),
                        str(killed.failed),
                        str(killed.stored),
                        f"{killed.wall:.1f} s",
                        f"{max(b - a for a, b in zip(killed.came, killed.came[1:], strict=False)):.1f} s",
                    )
                ],
            )


if __name__ == "__main__":
    main()
