"""Clients that ask and ask, as a program of its own.

    python -m tests.host.swarm HOME MODEL CLIPS CLIENTS REQUESTS SEED

Prints one line of JSON per client: for each request the clip's number, and the label or error code of its answer.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from pathlib import Path

from tests.host.helpers import settings_for
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.words.errors import XlVqaError

PATIENCE_S = 120.0
SPREAD = 30
"""How far around the front of new clips a client asks; half of its questions are about any older one."""


def ask_on(home: Path, model: str, clips: list[Path], requests: int, seed: int) -> list[tuple[int, int | str]]:
    """One client: what it asked for and what it was answered, request by request."""
    rng = random.Random(seed)
    answers: list[tuple[int, int | str]] = []
    with HostClient(settings_for(home, model=model)) as client:
        for turn in range(requests):
            front = turn * len(clips) // requests
            near = rng.randint(front - SPREAD, front + SPREAD)
            number = min(max(near, 0), len(clips) - 1) if rng.random() < 0.5 else rng.randint(0, front)
            try:
                (answer,) = client.rate([Video(str(clips[number]), str(number))], wait=PATIENCE_S)
            except XlVqaError as error:
                answers.append((number, error.code))
                continue
            if answer.status == "done":
                assert answer.rating is not None
                answers.append((number, int(answer.rating["label"])))
            else:
                answers.append((number, answer.error.code if answer.error else answer.status))
    return answers


def main() -> None:
    home, model, folder = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    clients, requests, seed = map(int, sys.argv[4:])
    clips = sorted(folder.glob("clip*.mp4"))
    printing = threading.Lock()

    def run(number: int) -> None:
        answers = ask_on(home, model, clips, requests, number)
        with printing:
            print(json.dumps(answers), flush=True)

    threads = [threading.Thread(target=run, args=(seed + number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
