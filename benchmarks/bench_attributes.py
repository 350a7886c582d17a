"""What attributes cost beside a score, and beside asking for each by a reading of its own.

    python -m benchmarks.bench_attributes [--repeats 9] [--model FOLDER]

Without ``--model``: the starter, and a middle-sized Qwen2.5-VL of stock classes with random weights, asked
zero-shot. One clip at a time and one thread; the ways take turns. CPU seconds beside seconds of the clock, because
a busy machine stretches these alone. The scores of both ways are compared to the bit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bench_tree import MIDDLE_TEXT, MIDDLE_VISION
from benchmarks.random_clip import RandomClip
from benchmarks.table import print_table
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.vlm.rater import RatedAttributes
from xl_vqa.vlm.vlm_rater import load_vlm_rater
from xl_vqa.words.model_spec import ModelSpec, starter_folder


def costs(ways: dict[str, Callable[[], Any]], repeats: int) -> dict[str, tuple[float, float]]:
    """Median CPU seconds and seconds of the clock of each way."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            cpu, clock = time.process_time(), time.perf_counter()
            way()
            # the first turn warms up
            if turn:
                found[name].append((time.process_time() - cpu, time.perf_counter() - clock))
    return {name: tuple(map(statistics.median, zip(*rows, strict=True))) for name, rows in found.items()}  # type: ignore[misc]


def measure(model: str, repeats: int) -> list[list[str]]:
    """The rows of one model."""
    rater = load_vlm_rater(model, device="cpu", torch_threads=1)
    spec = rater.spec
    frames = spec.sampling.frames
    clip = RandomClip(0, frames, 360, 640)
    items = [(rater.prepare(clip), None)]
    (score,), (rated,) = rater.rate(items), rater.rate_attributes(items)
    assert isinstance(rated, RatedAttributes), "the model failed"
    assert rated.overall == score, "a score must not change because more was asked"
    count = len(rated.attributes)
    found = costs({"score": lambda: rater.rate(items), "with": lambda: rater.rate_attributes(items)}, repeats)
    plain, more = found["score"], found["with"]
    return [
        [
            spec.name,
            str(count),
            f"{plain[0]:.3f}",
            f"{more[0]:.3f}",
            f"{more[0] / plain[0]:.3f}",
            f"{more[1] / plain[1]:.3f}",
            f"{1 + count:d}",
        ]
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--model", action="append", help="folder of a model; may be given several times")
    values = parser.parse_args(arguments)
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as made:
        models = values.model
        if not models:
            # frames and pixels as a published model is given them
            spec = ModelSpec.default_qwen("middle Qwen2.5-VL")
            save_tiny_qwen(Path(made), spec=spec, text=MIDDLE_TEXT, vision=MIDDLE_VISION)
            models = [str(starter_folder()), made]
        for model in models:
            print(f"measuring {model}", file=sys.stderr, flush=True)
            rows += measure(model, values.repeats)
    head = ["model", "attributes", "score, CPU s", "with them", "times a score", "by the clock", "each by itself"]
    print_table("A score with its attributes", head, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
