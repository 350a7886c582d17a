"""Many people at a team's host over TLS, as a program of its own.

    python -m tests.team.siege [--clients 64] [--requests 200] [--clips 400]

Half of the clips lie in a shared folder, half are sent by whoever asks for them. Prints figures, and ends with 1
where something did not hold; ``test_siege.py`` runs a small one.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.host.helpers import clips
from tests.team.helpers import TeamHost, team_host
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.words.errors import XlVqaError

SETUP = """
[roots]
"/mnt/videos" = "{share}"
[limits]
requests_a_minute = 100000
"""


@dataclass(slots=True)
class Figures:
    """``waits`` are seconds from a question to its rating; ``broken`` are promises that did not hold."""

    requests: int = 0
    ratings: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    uploads: int = 0
    twice: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        cuts = statistics.quantiles(self.waits, n=100)
        return (
            f"{self.requests} requests, {self.ratings} ratings, errors {dict(self.errors)}, {self.uploads} sent, "
            f"{self.twice} computed twice, {self.seconds:.0f} s, {self.requests / self.seconds:.0f} requests/s, "
            f"wait median {cuts[49] * 1000:.0f} ms, 99% {cuts[98] * 1000:.0f} ms, broken: {self.broken}"
        )


def besiege(folder: Path, *, clients: int, requests: int, count: int, seed: int = 0) -> Figures:
    """``clients`` people with a token each ask for clips at random."""
    made = clips(folder / "share", count)
    own = folder / "own"
    own.mkdir()
    asked: list[tuple[str, str]] = []
    for number, path in enumerate(made):
        if number % 2:
            asked.append((str(path.rename(own / path.name)), str(number)))
        else:
            asked.append((f"/mnt/videos/{path.name}", str(number)))
    log = folder / "computed"
    log.touch()
    figures = Figures()
    with team_host(folder / "home", SETUP.format(share=folder / "share"), model=f"stand-in?log={log}") as host:
        for number in range(clients):
            host.add(f"person {number}")
        begun = time.monotonic()
        labels = _ask(host, folder, asked, clients, requests, seed, figures)
        figures.seconds = time.monotonic() - begun
        figures.uploads = sum(line["event"] == "upload" for line in host.audit())
        if "Traceback" in host.log():
            figures.broken.append("a traceback")
    computed = Counter(log.read_text().split())
    figures.twice = sum(times - 1 for times in computed.values())
    for what, holds in (
        ("every request ended", figures.requests == clients * requests),
        ("all were rated", not figures.errors),
        ("one label for a clip", all(len(found) == 1 for found in labels.values())),
        ("nothing computed twice", figures.twice == 0),
    ):
        if not holds:
            figures.broken.append(what)
    return figures


def _ask(
    host: TeamHost,
    folder: Path,
    asked: list[tuple[str, str]],
    clients: int,
    requests: int,
    seed: int,
    figures: Figures,
) -> dict[str, set[int]]:
    labels: dict[str, set[int]] = {}
    lock = threading.Lock()

    def work(number: int) -> None:
        rng = random.Random(f"{seed} {number}")
        with HostClient(host.member(folder / f"member{number}", f"person {number}")) as client:
            for _ in range(requests):
                path, text = rng.choice(asked)
                begun = time.monotonic()
                try:
                    (answer,) = client.rate([Video(path, text)], wait=600.0)
                    found: int | str = answer.error.code if answer.error else answer.status
                    if answer.rating is not None:
                        found = int(answer.rating["label"])
                except XlVqaError as error:
                    found = error.code
                with lock:
                    figures.requests += 1
                    figures.waits.append(time.monotonic() - begun)
                    if isinstance(found, int):
                        figures.ratings += 1
                        labels.setdefault(text, set()).add(found)
                    else:
                        figures.errors[found] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return labels


def main() -> None:
    parser = argparse.ArgumentParser(description="Besiege a team's host of its own.")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--clips", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = besiege(Path(name), clients=options.clients, requests=options.requests, count=options.clips)
    print(figures)
    sys.exit(1 if figures.broken else 0)


if __name__ == "__main__":
    main()
