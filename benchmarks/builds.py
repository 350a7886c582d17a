"""An earlier build against this one, by turns in one run: model, reading, many clips, cold start, memory, imports.

    python -m benchmarks.builds --before 4c38c1c
    python -m benchmarks.builds --before 4c38c1c --before-python OLD/bin/python --only model read

Both builds run in environments of their own, which are made where none is given. Every round asks both the same,
one after the other, and the next round in the other order; a ratio is the median of the rounds' ratios. *Core
time* is that of all threads and processes together: on a machine that others use as well it is the fairer one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from benchmarks.build_environments import Build, make_build, remove_build
from benchmarks.build_probe import processor_s
from benchmarks.table import print_table
from tests import media

PROBE: Final = Path(__file__).with_name("build_probe.py")
JOBS: Final = ("model", "read", "import", "cold", "short", "long", "memory")
CELLS: Final = "import xl_vqa.excel.udf, xl_vqa.bridge.cells, xl_vqa.worksheet.functions"
"""What a cell needs, in Excel and in Calc."""
SHELL: Final = "from xl_vqa.cli.main import main; main()"
Answer = dict[str, Any]


class Running:
    """The probe of one build, in a process of its own."""

    def __init__(self, build: Build, cores: Sequence[int] | None) -> None:
        self.build = build
        self.cores = cores
        self.process = subprocess.Popen(
            self.command("-P", str(PROBE)),
            env=build.environment,
            cwd=build.tree,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def command(self, *arguments: str) -> list[str]:
        pinned = [] if self.cores is None else ["taskset", "-c", ",".join(map(str, self.cores))]
        return [*pinned, str(self.build.python), *arguments]

    def ask(self, do: str, **facts: Any) -> Answer:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **facts}) + "\n")
        self.process.stdin.flush()
        answer: Answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{self.build.name}: {answer['error']}")
        return answer

    def once(self, *arguments: str, home: Path) -> Answer:
        """A process of its own, from its start to its end; what it started and left running counts not."""
        variables = self.build.environment | {"XL_VQA_HOME": str(home), "XL_VQA_MODEL": "starter"}
        start = time.perf_counter()
        process = psutil.Popen(
            self.command(*arguments),
            env=variables,
            cwd=self.build.tree,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        used = 0.0
        while process.poll() is None:
            used = max(used, processor_s(process))
            time.sleep(0.01)
        if process.returncode:
            raise RuntimeError(f"{self.build.name}: {process.stderr.read().decode()[-2000:]}")
        return {"wall_s": time.perf_counter() - start, "core_s": used}

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Figures:
    """What the rounds of one measurement gave, before and after, by unit."""

    what: str
    target: str
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)

    def row(self, unit: str, scale: float, name: str) -> tuple[str, ...]:
        old, new = ([one[unit] * scale for one in side] for side in (self.before, self.after))
        ratio = statistics.median(b / a for a, b in zip(old, new, strict=True) if a)
        target = self.target if unit != "core_s" else ""
        medians = (f"{statistics.median(side):.3g}" for side in (old, new))
        return (f"{self.what}, {name}", *medians, f"{ratio:.2f}", target)

    def rows(self) -> Iterator[tuple[str, ...]]:
        if "wall_s" in self.before[0]:
            yield self.row("wall_s", 1, "s")
            yield self.row("core_s", 1, "core s")
        if "peak_bytes" in self.before[0]:
            yield self.row("peak_bytes", 2**-20, "MiB at most")

    def moved(self) -> float | None:
        """The most that the expected label of any clip is from what it was."""
        pairs = [
            pair
            for one, other in zip(self.before, self.after, strict=True)
            for pair in zip(_labels(one), _labels(other), strict=True)
        ]
        return max((abs(a - b) for a, b in pairs), default=None)


def _labels(answer: Answer) -> list[float]:
    return list(answer.get("labels", [])) or ([answer["label"]] if "label" in answer else [])


def by_turns(
    what: str, target: str, rounds: int, both: Sequence[Running], work: Callable[[Running], Answer]
) -> Figures:
    found = Figures(what, target)
    sides = list(zip(both, (found.before, found.after), strict=True))
    for number in range(rounds):
        for running, answers in sides if number % 2 == 0 else reversed(sides):
            answers.append(work(running))
    for row in found.rows():
        print(*row, sep=", ", flush=True)
    return found


def kept(path: Path, width: int = 1280, height: int = 720, **facts: Any) -> Path:
    """A clip of 30 frames a second, made where it is not there yet."""
    if not path.exists():
        media.make_clip(path.with_stem("part"), width, height, fps=30, **facts).rename(path)
    return path


def noisy(path: Path, frames: int = 300, seed: int = 0) -> Path:
    """Ten seconds of 720p with the noise of a dark room: some 8 MB, hard work for the decoder."""
    content = media.moving_content(1280, 720, seed)
    rng = np.random.default_rng(seed)
    grain = [rng.normal(0, 8, (720, 1280, 1)).astype(np.int16) for _ in range(8)]

    def frame(number: int) -> media.Frame:
        return np.clip(content(number) + grain[number % 8], 0, 255).astype(np.uint8)

    options = {"preset": "veryfast", "crf": "23.7", "threads": "2"}
    return kept(path, frames=frames, gop=250, content=frame, options=options)


def phone(path: Path, frames: int = 234, seed: int = 1) -> Path:
    """7.8 s of 720p as a phone takes it: a key frame a second, one reference, turned by its display matrix."""
    options = {"preset": "veryfast", "crf": "24", "threads": "2", "refs": "1"}
    content = media.moving_content(1280, 720, seed)
    return kept(path, frames=frames, gop=30, b_frames=0, rotation=90, content=content, options=options, audio=True)


def short(folder: Path, count: int) -> list[Path]:
    """Clips of 1.3 s, 448x256, all different."""
    return [kept(folder / f"short{n}.mp4", 448, 256, frames=39, seed=n) for n in range(count)]


def long(folder: Path, count: int) -> list[Path]:
    """Clips of ten seconds of 720p, all different: three contents, each with other bytes behind its end."""
    made = [kept(folder / f"made{n}.mp4", frames=300, gop=250, seed=10 + n) for n in range(min(count, 3))]
    paths = []
    for number in range(count):
        path = folder / f"long{number}.mp4"
        # a free box is passed over by every reader, and makes other content for the store
        path.write_bytes(made[number % len(made)].read_bytes() + b"\0\0\0\x10free" + number.to_bytes(8))
        paths.append(path)
    return paths


@contextmanager
def probes(builds: Sequence[Build], cores: Sequence[int] | None) -> Iterator[list[Running]]:
    running = [Running(build, cores) for build in builds]
    try:
        yield running
    finally:
        for one in running:
            one.end()


def measure(builds: Sequence[Build], options: argparse.Namespace, folder: Path) -> list[Figures]:
    found: list[Figures] = []
    rounds, homes = options.rounds, iter(range(10**6))
    place = options.clips or folder
    place.mkdir(parents=True, exist_ok=True)
    clips = {"noisy": noisy(place / "noisy.mp4"), "phone": phone(place / "phone.mp4")}
    print({name: f"{path.stat().st_size / 1e6:.1f} MB" for name, path in clips.items()}, flush=True)
    warm = str(short(place, 1)[0])

    def fresh() -> Path:
        path = folder / f"home{next(homes)}"
        path.mkdir()
        return path

    def through_host(paths: Sequence[Path], *, memory: bool = False) -> Callable[[Running], Answer]:
        clips = [str(path) for path in paths]
        return lambda one: one.ask("host", clips=clips, home=str(fresh()), warm=warm, memory=memory)

    def cold(one: Running) -> Answer:
        home = fresh()
        spent = one.once("-c", SHELL, "score", str(clips["phone"]), home=home)
        one.ask("stop_host", home=str(home))
        return spent

    with probes(builds, options.cores) as both:
        if {"model", "read"} & set(options.only):
            for one in both:
                print(one.build.name, one.ask("load"), flush=True)
        for name, target in (("noisy", "0.60"), ("phone", "0.80")):
            path = str(clips[name])
            for do, title, most in (
                ("read", f"read the {name} clip", target),
                ("model", f"model, {name}", "0.45"),
            ):
                if do in options.only:
                    for one in both:
                        one.ask(do, clip=path)
                    found.append(by_turns(title, most, rounds, both, lambda one, d=do, p=path: one.ask(d, clip=p)))
        if "import" in options.only:
            found.append(
                by_turns(
                    "import in the cells", "1.0", rounds, both, lambda one: one.once("-c", CELLS, home=folder)
                )
            )
        if "cold" in options.only:
            found.append(by_turns("cold shell to first score", "0.50", rounds, both, cold))
        lists = (
            ("short", "clips of 1.3 s, 448x256", "0.33", short, options.short),
            ("long", "clips of 10 s, 720p", "0.50", long, options.long),
        )
        for name, title, target, make, count in lists:
            wanted = {name, "memory"} & set(options.only)
            paths = make(place, count) if wanted else []
            if name in wanted:
                found.append(by_turns(f"{count} {title}", target, options.host_rounds, both, through_host(paths)))
            if "memory" in wanted:
                watched = through_host(paths, memory=True)
                found.append(by_turns(f"memory, {count} {title}", "0.60", 1, both, watched))
    return found


def show(found: Sequence[Figures]) -> None:
    rows = [row for one in found for row in one.rows()]
    print_table("An earlier build and this one", ("what", "before", "after", "ratio", "at most"), rows)
    moved = [(one.what, one.moved()) for one in found]
    print_table(
        "What the scores moved by",
        ("what", "labels, at most"),
        [(what, f"{most:.5f}") for what, most in moved if most is not None],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default="4c38c1c", help="the earlier build's revision of git")
    parser.add_argument("--after", help="this build's; where not given, the files as they lie here")
    parser.add_argument("--before-python", type=Path, help="an interpreter with the earlier build's packages")
    parser.add_argument("--after-python", type=Path, help="one with this build's")
    parser.add_argument("--dtype", default="auto", help="the number format that this build's model computes in")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=JOBS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--host-rounds", type=int, default=7, help="of the two lists of clips")
    parser.add_argument("--short", type=int, default=209, help="how many short clips")
    parser.add_argument("--long", type=int, default=20, help="how many clips of ten seconds")
    parser.add_argument("--clips", type=Path, help="a folder in which the clips are made and kept")
    parser.add_argument("--cores", type=int, nargs="+", help="only these cores (Linux)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    builds: list[Build] = []
    try:
        for name, revision, python in (
            ("before", options.before, options.before_python),
            ("after", options.after, options.after_python),
        ):
            made = make_build(name, revision, folder, python)
            builds.append(made if name == "before" else replace(made, dtype=options.dtype))
        clips = folder / "clips"
        clips.mkdir()
        if options.cores is not None:
            os.sched_setaffinity(0, options.cores)
        show(measure(builds, options, clips))
    finally:
        for build in builds:
            remove_build(build)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
