"""What the wall round the readers costs: the same clips read in this process and behind it, by turns in one run.

python -m benchmarks.bench_wall
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.table import print_table
from tests.media import make_clip
from xl_vqa.video.read import read_frames
from xl_vqa.video.wall import Wall
from xl_vqa.words.model_spec import Sampling

SIZES: Final = ((640, 360), (1280, 720), (1920, 1080))
PLANS: Final = (("16 frames", Sampling(16)), ("12 frames and windows (starter)", Sampling(12, window=96)))
ROUNDS: Final = 7


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        wall = Wall(hidden=Path(folder) / "home", readers=1)
        for width, height in SIZES:
            path = str(make_clip(Path(folder) / f"{height}.mp4", width, height, 300, 30, gop=250))
            for name, sampling in PLANS:
                ways: list[Callable[[], object]] = [
                    lambda path=path, sampling=sampling: read_frames(path, sampling),  # type: ignore[misc]
                    lambda path=path, sampling=sampling: wall.read(path, sampling),  # type: ignore[misc]
                ]
                for way in ways:
                    way()
                plain, behind = zip(*[[seconds(way) for way in ways] for _ in range(ROUNDS)], strict=True)
                ratios = [b / a for a, b in zip(plain, behind, strict=True)]
                rows.append(
                    (
                        f"{width}x{height}, {name}",
                        f"{1000 * median(plain):.0f}",
                        f"{1000 * median(behind):.0f}",
                        f"{median(ratios):.2f}",
                        f"{min(behind) / min(plain):.2f}",
                    )
                )
        wall.close()
    print_table(
        "Ten seconds of H.264, read in one process and behind the wall",
        ("clip", "without ms", "with ms", "ratio, median", "ratio of the fastest"),
        rows,
    )


if __name__ == "__main__":
    main()
