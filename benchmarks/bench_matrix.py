"""Wrong pictures over the matrix of tests/video/matrix.py, for this build and another; the table of docs/video.md.

    python -m benchmarks.bench_matrix [--against CHECKOUT]

``CHECKOUT`` is a folder that holds another version of the project, for example a git worktree. Both read the same
files; the truth is each file decoded whole and in order. A picture is wrong that is not the one of its number.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.table import print_table
from tests.media import frame_number
from tests.video.matrix import ENCODERS, RATES, cases, truth_of

PLANS = ((8, True, 0), (32, True, 0), (16, False, 0), (12, True, 16))
# Run by either build; plain enough for every version of the project since its first.
_READ = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from tests.media import frame_number
from xl_vqa.words.model_spec import Sampling
from xl_vqa.video.read import read_frames
for line in sys.stdin:
    found = []
    for frames, pairs, window in json.loads(line)["plans"]:
        try:
            read = read_frames(json.loads(line)["path"], Sampling(frames, pairs, window))
            shown = [frame_number(picture) for picture in read.frames]
            found.append([read.used.frame_count, list(read.used.indices), shown, read.used.decoder, read.warnings])
        except Exception as error:
            found.append(str(getattr(error, "code", error)))
    print(json.dumps(found), flush=True)
"""


class Build:
    """One version of the project in a process of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        command = [sys.executable, "-c", _READ, str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
        )

    def read(self, path: Path) -> list[Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"path": str(path), "plans": PLANS}), file=self._process.stdin, flush=True)
        found: list[Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        self._process.communicate()


class Tally:
    """Of one build over the files of one encoder."""

    def __init__(self) -> None:
        self.asked = self.wrong = self.files = self.miscounted = self.refused = self.misnamed = 0

    def add(self, found: Sequence[Any], truth: Sequence[int]) -> None:
        self.files += 1
        refusals = [plan for plan in found if isinstance(plan, str)]
        self.refused += bool(refusals and truth)
        read = [plan for plan in found if not isinstance(plan, str)]
        self.miscounted += any(count != len(truth) for count, *_ in read)
        self.misnamed += any(
            "warning_truncated" in warnings or "warning_damaged" in warnings for *_, warnings in read
        )
        for _, indices, shown, _, _ in read:
            self.asked += len(indices)
            wanted = [truth[number] if number < len(truth) else None for number in indices]
            self.wrong += sum(a != b for a, b in zip(wanted, shown, strict=True))

    def words(self) -> tuple[str, str]:
        extra = []
        if self.miscounted:
            extra.append(f"{self.miscounted} miscounted")
        if self.misnamed:
            extra.append(f"{self.misnamed} called cut off or damaged")
        if self.refused:
            extra.append(f"{self.refused} refused")
        return f"{self.wrong} of {self.asked}", ", ".join(extra) or "-"


def measure(folder: Path, builds: Sequence[Build], encoder: str) -> tuple[str, ...]:
    tallies: list[Tally] = [Tally() for _ in builds]
    for case in cases(folder, (encoder,), tuple(RATES)):
        truth = [frame_number(picture) for picture in truth_of(case)]
        for build, tally in zip(builds, tallies, strict=True):
            tally.add(build.read(case.path), truth)
    cells = [cell for tally in tallies for cell in tally.words()]
    return (encoder, str(tallies[0].files), *cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout of the project, measured beside this one")
    options = parser.parse_args()
    here = Path(__file__).resolve().parent.parent
    folders = [here] + ([options.against.resolve()] if options.against else [])
    builds = [Build(folder) for folder in folders]
    columns = ["encoder", "files", "wrong pictures", "files"]
    if options.against:
        columns += ["wrong pictures, before", "files, before"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = (measure(Path(folder), builds, encoder) for encoder in ENCODERS)
            print_table("Pictures asked for over the matrix", columns, rows)
    finally:
        for build in builds:
            build.close()


if __name__ == "__main__":
    main()
