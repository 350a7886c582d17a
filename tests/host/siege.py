"""Clients, kills, hostile files and readers that hang, as a program of its own.

    python -m tests.host.siege [--clients 64] [--requests 200] [--clips 400] [--kills 40] [--hostile 200]

prints what happened as figures; ``test_siege.py`` runs a small one. All files are made here by a seed, and none is
kept.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import psutil

from tests import media
from tests.host.helpers import cleaned_up, clips, host_processes, settings_for
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.state import read_state
from xl_vqa.words.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS: Final = 4
TARGETS: Final = ("host", "reader", "clients")
CLEAR: Final = {"host_unavailable"}
"""What a request may end in besides a rating: a host that was killed again and again under it."""


@dataclass(slots=True)
class Figures:
    """What a siege came to; ``broken`` are promises that did not hold, in words."""

    requests: int = 0
    ratings: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    """Computed again because a kill took a batch before it was stored."""
    accused: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    def check(self, what: str, holds: bool) -> None:
        if not holds:
            self.broken.append(what)


class Programs:
    """Programs of clients (``swarm``), each begun anew when it is killed."""

    def __init__(self, folder: Path, settings: Settings, clips: Path, clients: int, requests: int) -> None:
        self._folder = folder
        self._command = [sys.executable, "-m", "tests.host.swarm", str(settings.home), settings.model, str(clips)]
        self._numbers = [str(clients // PROGRAMS), str(requests)]
        self._running = [self._start(number) for number in range(PROGRAMS)]

    def _start(self, number: int) -> subprocess.Popen[str]:
        output: IO[str]
        with self._output(number).open("w") as output:
            return subprocess.Popen(
                [*self._command, *self._numbers, str(1000 * number)], cwd=ROOT, stdout=output, text=True
            )

    def _output(self, number: int) -> Path:
        return self._folder / f"answers{number}"

    def kill(self, rng: random.Random) -> bool:
        busy = [number for number, program in enumerate(self._running) if program.poll() is None]
        if not busy:
            return False
        number = rng.choice(busy)
        self._running[number].kill()
        self._running[number].wait()
        self._running[number] = self._start(number)
        return True

    @property
    def busy(self) -> bool:
        return any(program.poll() is None for program in self._running)

    def answers(self) -> Iterator[list[tuple[int, int | str]]]:
        """Client by client."""
        for number, program in enumerate(self._running):
            assert program.wait() == 0
            for line in self._output(number).read_text().splitlines():
                yield [(clip, outcome) for clip, outcome in json.loads(line)]


def besiege(folder: Path, *, clients: int, requests: int, count: int, kills: int, seed: int = 0) -> Figures:
    """``clients`` ask for ``count`` clips; ``kills`` meanwhile hit the host, its readers and clients in turns."""
    rng = random.Random(seed)
    begun = time.monotonic()
    log = folder / "computed"
    clips(folder / "clips", count)
    log.touch()
    settings = settings_for(folder / "home", model=f"stand-in?delay=0.02&log={log}")
    settings.home.mkdir()
    figures = Figures()
    seen: list[tuple[set[str], int]] = []
    targets = list(itertools.islice(itertools.cycle(TARGETS), kills))
    with cleaned_up(settings):
        programs = Programs(folder, settings, folder / "clips", clients, requests)
        while programs.busy:
            time.sleep(0.1)
            with contextlib.suppress(sqlite3.OperationalError):  # the store is being made
                # in this order: what is logged from here on and was stored before is computed twice
                stored = stored_texts(settings)
                seen.append((stored, log.stat().st_size))
                due = len(stored) >= count * (sum(figures.kills.values()) + 1) // (kills + 1)
                if due and targets and _kill(targets[0], settings, programs, rng):
                    figures.kills[targets.pop(0)] += 1
                    figures.check("the store is whole after a kill", integrity(settings) == "ok")
        answers = list(programs.answers())
        figures.check("one host is left", len(host_processes(settings)) == 1)
    figures.check("every kill was made", not targets)
    figures.check("every client was answered", [len(one) for one in answers] == [requests] * clients)
    labels: dict[int, set[int]] = {}
    for clip, outcome in itertools.chain.from_iterable(answers):
        figures.requests += 1
        if isinstance(outcome, int):
            figures.ratings += 1
            labels.setdefault(clip, set()).add(outcome)
        else:
            figures.errors[outcome] += 1
    figures.accused = figures.errors["video_crashed_reader"] + accused(settings)
    figures.check("no video is accused", figures.accused == 0)
    figures.check("errors are those of a host that was killed", set(figures.errors) <= CLEAR)
    figures.check("each clip has one label", all(len(found) == 1 for found in labels.values()))
    # a program that was killed may have asked for more than anybody was told
    figures.check("what was told is stored", set(map(str, labels)) <= stored_texts(settings))
    figures.check("the store is whole at the end", integrity(settings) == "ok")
    computed = log.read_bytes()
    again = [stored & set(computed[place:].decode().split()) for stored, place in seen]
    figures.check("nothing stored is computed again", not any(again))
    times = Counter(computed.decode().split())
    figures.twice = sum(number - 1 for number in times.values())
    most = figures.kills["host"] * settings.batch_size
    figures.check("a kill costs a batch at the most", figures.twice <= most)
    figures.seconds = time.monotonic() - begun
    return figures


def _kill(target: str, settings: Settings, programs: Programs, rng: random.Random) -> bool:
    """Whether there was one to be killed."""
    if target == "clients":
        return programs.kill(rng)
    state = read_state(settings.state_file)
    if state is None:
        return False
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        if target == "host":
            os.kill(state.pid, signal.SIGKILL)
            return True
        readers = psutil.Process(state.pid).children()
        if readers:
            rng.choice(readers).send_signal(signal.SIGKILL)
            return True
    return False


def stored_texts(settings: Settings) -> set[str]:
    with contextlib.closing(sqlite3.connect(settings.store_file, timeout=30)) as connection:
        return {text for (text,) in connection.execute("SELECT text FROM ratings")}


def accused(settings: Settings) -> int:
    """Videos that a host would refuse, or work on alone, from here on."""
    with contextlib.closing(sqlite3.connect(settings.store_file, timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM crash_marks").fetchone()[0])


def integrity(settings: Settings) -> str:
    with contextlib.closing(sqlite3.connect(settings.store_file, timeout=30)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


# -- hostile files


@dataclass(slots=True)
class Hostile:
    """How many files ended how; ``hosts`` that were needed; healthy clips beside them that were rated."""

    outcomes: Counter[str] = field(default_factory=Counter)
    hosts: int = 0
    healthy: int = 0
    tracebacks: int = 0
    seconds: float = 0.0


def hostile_files(folder: Path, count: int, *, seed: int) -> list[Path]:
    """Files that were videos: cut, with bits turned, pieces lost, doubled or exchanged, and sizes that lie."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    kinds = ((".mp4", "libx264"), (".mkv", "libx264"), (".avi", "mpeg4"), (".webm", "libvpx"))
    sources = [media.make_clip(folder / f"source{end}", 96, 64, 24, codec=codec) for end, codec in kinds]
    made = []
    for number in range(count):
        source = rng.choice(sources)
        path = folder / f"hostile{number:04d}{source.suffix}"
        path.write_bytes(mutated(bytearray(source.read_bytes()), rng))
        made.append(path)
    for source in sources:
        source.unlink()
    return made


def mutated(data: bytearray, rng: random.Random) -> bytes:
    """One to three harmless changes; ``data`` is used up."""
    for _ in range(rng.randint(1, 3)):
        size = len(data)
        start = rng.randrange(max(size, 1))
        end = min(start + rng.randint(1, 4096), size)
        kind = rng.randrange(7)
        if kind == 0:
            del data[start:]
        elif kind == 1:
            for _ in range(rng.randint(1, 200)):
                place = rng.randrange(size) if size else 0
                data[place : place + 1] = bytes([data[place] ^ 1 << rng.randrange(8)]) if size else b""
        elif kind == 2:
            data[start:end] = bytes(end - start)
        elif kind == 3:
            data[start:start] = data[start:end]
        elif kind == 4:
            data[start:end] = rng.randbytes(end - start)
        elif kind == 5:
            # a box, chunk or element that says it is larger than any file
            place = rng.randrange(min(size, 2048) or 1)
            data[place : place + 4] = rng.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x01"))
        else:
            data[:start] = rng.randbytes(min(start, 64))
    return bytes(data)


def throw(folder: Path, count: int, *, seed: int = 0) -> Hostile:
    """``count`` hostile files at a host, with a healthy clip after every ten."""
    begun = time.monotonic()
    files = hostile_files(folder / "hostile", count, seed=seed)
    healthy = clips(folder / "healthy", max(count // 10, 1))
    settings = settings_for(folder / "home", video_timeout_s=10.0)
    settings.home.mkdir()
    found = Hostile()
    hosts = set()
    with cleaned_up(settings), HostClient(settings) as client:
        for number, good in enumerate(healthy):
            batch = [*files[10 * number : 10 * number + 10], good]
            results = client.rate_all([Video(str(path)) for path in batch])
            hosts.add(client.ensure_running().pid)
            for path, result in zip(batch, results, strict=True):
                code = "rated" if isinstance(result, dict) else result.code
                if path == good:
                    found.healthy += code == "rated"
                else:
                    found.outcomes[code] += 1
        found.tracebacks = settings.log_file.read_text(encoding="utf-8").count("Traceback")
    found.hosts = len(hosts)
    found.seconds = time.monotonic() - begun
    return found


# -- readers that hang


def beside_hanging(folder: Path, hanging: int, healthy: int) -> tuple[Counter[str], float]:
    """How the healthy clips ended that were asked for together with ``hanging`` ones, and after what time (s)."""
    from tests.host.service_bench import Bench, running, statuses
    from xl_vqa.video.wall import Wall

    begun = time.monotonic()
    bench = Bench(folder / "home", video_timeout_s=1.0)
    pipeline = bench.service.pipeline
    pipeline.wall.close()
    wall = Wall(hidden=bench.settings.home, program=("tests.video.reader_programs",), silence_s=1.0)
    pipeline.wall, pipeline._read = wall, wall.read
    paths = clips(folder / "clips", hanging + healthy)
    for number in range(hanging):
        place = number * len(paths) // hanging
        paths[place] = paths[place].rename(paths[place].with_name(f"hang{number}.mp4"))
    with running(bench):
        ended = statuses(bench.ask(*paths, wait=300.0))
    good = Counter(status for path, status in zip(paths, ended, strict=True) if "hang" not in path.name)
    return good, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="Besiege a host of its own.")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--hostile", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("hanging readers:", *beside_hanging(folder / "hanging", 10, 50), flush=True)
        print("hostile files:", throw(folder / "thrown", options.hostile, seed=options.seed), flush=True)
        siege = folder / "siege"
        siege.mkdir()
        figures = besiege(
            siege,
            clients=options.clients,
            requests=options.requests,
            count=options.clips,
            kills=options.kills,
            seed=options.seed,
        )
        print("siege:", figures)
    sys.exit(1 if figures.broken else 0)


if __name__ == "__main__":
    main()
