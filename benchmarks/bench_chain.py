"""One video through the chain: decode, preprocessing, prefill, tree step; then a cold host to its first score.

    python -m benchmarks.bench_chain [--model starter] [--seconds 10] [--width 1280] [--height 720] [--repeats 7]

Stage times are over repeats in this process; the cold start is a new host process in a folder of its own. On a
machine that others use as well the fastest repeat is the fairer figure: both are printed, with the load.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import psutil

from benchmarks.table import Target, peak_memory, print_table, print_targets
from tests import media
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.settings import Settings

MODEL, ALL = "model, all", "video, all"
LIGHT = "host without model, RSS (MiB)"


class StageClock:
    """Seconds per named stage, over repeats."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.processor: dict[str, list[float]] = defaultdict(list)
        """Seconds of all cores together: what a busy machine cannot take away or add."""

    def add(self, stage: str, start: float) -> float:
        now = time.perf_counter()
        self.seconds[stage].append(now - start)
        return now

    def median_ms(self, stage: str) -> float:
        return statistics.median(self.seconds[stage]) * 1000

    def processor_ms(self, stage: str) -> str:
        values = self.processor.get(stage)
        return f"{statistics.median(values) * 1000:.1f}" if values else ""

    def fastest_ms(self, stage: str) -> float:
        return min(self.seconds[stage]) * 1000


def measure_stages(model: str, clips: list[Path], repeats: int) -> StageClock:
    """Decode, preprocessing, prefill and tree step of single videos, in this process."""
    from xl_vqa.vlm.loader import load_rater

    clock = StageClock()
    start = time.perf_counter()
    rater: Any = load_rater(model, None, "auto", "auto")
    clock.add("load model (torch import included)", start)
    calls: list[float] = []
    network = rater._backbone.model
    network.register_forward_pre_hook(lambda *_: calls.append(-time.perf_counter()))

    def stop(*_: Any) -> None:
        calls[-1] += time.perf_counter()

    network.register_forward_hook(stop)
    for turn in range(repeats + 1):
        clip_path = clips[turn % len(clips)]
        start, begun = time.perf_counter(), time.process_time()
        clip = read_frames(clip_path, rater.spec.sampling)
        decoded, read = time.perf_counter(), time.process_time()
        prepared = rater.prepare(clip)
        ready, patched = time.perf_counter(), time.process_time()
        calls.clear()
        (outcome,) = rater.rate([(prepared, None)])
        done, rated = time.perf_counter(), time.process_time()
        if isinstance(outcome, XlVqaError):
            raise outcome
        if turn == 0:
            continue  # the first one pays for lazy set-up
        prefill, tree = calls
        for stage, seconds in {
            "decode": decoded - start,
            "preprocessing": ready - decoded,
            "prefill": prefill,
            "tree step": tree,
            MODEL: done - ready,
            ALL: done - start,
        }.items():
            clock.seconds[stage].append(seconds)
        for stage, seconds in {
            "decode": read - begun,
            "preprocessing": patched - read,
            MODEL: rated - patched,
            ALL: rated - begun,
        }.items():
            clock.processor[stage].append(seconds)
    return clock


def measure_cold_start(model: str, clips: list[Path], folder: Path) -> dict[str, float]:
    """A host that does not run yet to its first score, the next scores, and its memory."""
    settings = Settings.load(home=folder / "home", model=model)
    figures: dict[str, float] = {}
    with HostClient(settings) as client:
        start = time.perf_counter()
        client.ensure_running()
        figures["host answers after (s)"] = time.perf_counter() - start
        status = client.status()
        assert status is not None
        process = psutil.Process(status["pid"])
        figures[LIGHT] = process.memory_info().rss / 2**20
        first = client.rate_all([Video(str(clips[0]))])
        figures["cold start to first score (s)"] = time.perf_counter() - start
        rest = []
        for clip in clips[1:]:
            begin = time.perf_counter()
            first += client.rate_all([Video(str(clip))])
            rest.append(time.perf_counter() - begin)
        figures["next new video, path to score (s, median)"] = statistics.median(rest)
        for result in first:
            if isinstance(result, XlVqaError):
                raise result
        peak = process.memory_info()
        figures["host with model, RSS (MiB)"] = peak.rss / 2**20
        most = peak_memory(process.pid)
        if most is not None:
            figures["host, peak RSS (MiB)"] = most / 2**20
        client.stop()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="starter")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = []
        for seed in range(4):
            path = folder / f"clip{seed}.mp4"
            content = media.moving_content(options.width, options.height, seed)
            # keyint 250 is x264's own default: the hard case for reading single frames
            media.make_clip(
                path,
                options.width,
                options.height,
                frames=30 * options.seconds,
                fps=30,
                content=content,
                gop=250,
            )
            clips.append(path)
        title = f"{options.seconds} s of {options.width}x{options.height} H.264 at 30 fps, model {options.model}"
        clock = measure_stages(options.model, clips, options.repeats)
        rows = [
            (
                stage,
                f"{clock.median_ms(stage):.1f}",
                f"{clock.fastest_ms(stage):.1f}",
                clock.processor_ms(stage),
            )
            for stage in clock.seconds
        ]
        print_table(title, ["stage", "median ms", "fastest ms", "core ms, all cores together"], rows)
        figures = measure_cold_start(options.model, clips, folder)
        print_table("Through the host", ["what", "figure"], [(k, f"{v:.2f}") for k, v in figures.items()])
        print_targets(
            [
                Target("decode to rating of such a clip", "s", 1.5, clock.median_ms(ALL) / 1000),
                Target("of which the model", "s", 0.6, clock.median_ms(MODEL) / 1000),
                Target("the same, fastest: decode to rating", "s", 1.5, clock.fastest_ms(ALL) / 1000),
                Target("the same, fastest: the model", "s", 0.6, clock.fastest_ms(MODEL) / 1000),
                Target("host without a model", "MB", 100, figures[LIGHT] * 2**20 / 1e6),
            ]
        )


if __name__ == "__main__":
    main()
