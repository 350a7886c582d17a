"""What ``benchmarks.builds`` runs inside each of the two builds: one JSON line is asked, one is answered.

Only what both builds have is used here; the one younger name is the wall (video/wall.py). A build that has it
reads behind it, as its host does; the older one reads in its own process, as its host did.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

LOOK_S = 0.05


def tree(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def processor_s(process: psutil.Process) -> float:
    """Seconds of all cores that a process and all below it have used, those that have ended too."""
    total = 0.0
    for one in tree(process):
        with contextlib.suppress(psutil.Error):
            used = one.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


class MemoryWatch:
    """The most that a process and all below it held at one moment: bytes, shared pages counted once (PSS)."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._over = threading.Event()
        self.peak = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            total = 0
            for one in tree(self._process):
                with contextlib.suppress(psutil.Error):
                    total += one.memory_full_info().pss
            self.peak = max(self.peak, total)

    def end(self) -> int:
        self._over.set()
        self._thread.join()
        return self.peak


@contextlib.contextmanager
def host_client(home: str) -> Iterator[Any]:
    from xl_vqa.bridge.client import HostClient

    try:
        from xl_vqa.words.settings import Settings
    except ImportError:
        # where it stood before there were rooms
        from xl_vqa.settings import Settings  # type: ignore[no-redef]

    own = {"home": Path(home), "model": "starter", "dtype": os.environ["XL_VQA_DTYPE"]}
    with HostClient(Settings.load({}, **own)) as client:
        client.ensure_running()
        try:
            yield client
        finally:
            client.stop()


class Probe:
    """The model and the reader of one build, kept between questions."""

    def __init__(self) -> None:
        self._rater: Any = None
        self._wall: Any = None
        self._prepared: dict[str, Any] = {}

    def load(self, model: str = "starter") -> dict[str, Any]:
        from xl_vqa.vlm.loader import load_rater

        self._rater = load_rater(model, dtype=os.environ["XL_VQA_DTYPE"])
        return {"threads": self._rater.describe()["threads"]}

    def read(self, clip: str) -> dict[str, Any]:
        sampling = self._rater.spec.sampling
        try:
            from xl_vqa.video.wall import Wall
        except ImportError:
            from xl_vqa.video.read import read_frames

            reading: Any = read_frames
        else:
            self._wall = self._wall or Wall(hidden=Path.home() / ".xl_vqa-benchmark", readers=1)
            reading = self._wall.read
        with timed() as spent:
            found = reading(clip, sampling)
        self._prepared[clip] = None
        return {**spent, "decoder": found.used.decoder, "frames": list(found.used.indices)}

    def model(self, clip: str) -> dict[str, Any]:
        """What comes after the decoder: patches and the model, once."""
        from xl_vqa.video.read import read_frames

        if self._prepared.get(clip) is None:
            self._prepared[clip] = read_frames(clip, self._rater.spec.sampling)
        frames = self._prepared[clip]
        with timed() as spent:
            prepared = self._rater.prepare(frames)
            (outcome,) = self._rater.rate([(prepared, None)])
        return {**spent, "label": outcome.expectation()}

    def host(self, clips: list[str], home: str, warm: str, memory: bool = False) -> dict[str, Any]:
        """``clips`` through a host of its own that has rated ``warm`` before: all in one request.

        ``memory``: watched while it works, which takes up to 30% of a core; times are no good then.
        """
        from xl_vqa.bridge.client import Video

        with host_client(home) as client:
            process = psutil.Process(client.status()["pid"])
            watch = MemoryWatch(process) if memory else None
            client.rate_all([Video(warm)])
            with timed(process) as spent:
                results = client.rate_all([Video(clip) for clip in clips])
            found = {"peak_bytes": watch.end()} if watch else spent
        wrong = [str(one) for one in results if isinstance(one, Exception)]
        if wrong:
            raise RuntimeError(wrong[0])
        return {**found, "labels": [one["expected_label"] for one in results]}

    def stop_host(self, home: str) -> dict[str, Any]:
        with host_client(home):
            return {}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        work = getattr(self, asked.pop("do"))
        result: dict[str, Any] = work(**asked)
        return result


@contextlib.contextmanager
def timed(process: psutil.Process | None = None) -> Iterator[dict[str, float]]:
    """Fills ``wall_s`` and ``core_s`` in, of ``process`` and all below it, this one where none is given."""
    process = process or psutil.Process()
    spent: dict[str, float] = {}
    begun, start = processor_s(process), time.perf_counter()
    yield spent
    spent["wall_s"] = time.perf_counter() - start
    spent["core_s"] = processor_s(process) - begun


def main() -> None:
    probe = Probe()
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        try:
            answer = probe.answer(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
