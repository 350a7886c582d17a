"""The ways of ``ways/``: their lines, the desk that they start from, and somebody who types them.

A line ``#> ...`` is what a person does by hand between two commands.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.install.environments import ROOT, Environment
from tests.media import make_clip, texture
from tests.workbooks.typing_hand import type_in
from xl_vqa.workbooks.templates.kpi_log import FIRST as LOG_FIRST

WAYS: Final = Path(__file__).parent / "ways"
CLIPS: Final = 16
_BY_HAND: Final = "#> "


def lines(way: str) -> list[str]:
    """What is typed, and what is done by hand."""
    text = (WAYS / f"{way}.sh").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(_BY_HAND) or (line and line[0] != "#")]


def commands(way: str) -> list[str]:
    return [line for line in lines(way) if not line.startswith(_BY_HAND)]


def lay_out(desk: Path) -> None:
    """A folder ``clips``, people's ratings of them, and a list."""
    (desk / "clips").mkdir()
    ratings, listed = ["video,mos"], ["video"]
    for number in range(CLIPS):
        mos = 1 + 4 * number / (CLIPS - 1)
        picture = (texture(96, 64, seed=number) * (0.15 + 0.2 * mos / 2)).clip(0, 255).astype("uint8")
        name = f"clips/shop{chr(97 + number)}.mp4"
        make_clip(desk / name, 96, 64, 8, content=lambda n, shown=picture: shown, barcode=False)
        ratings.append(f"{name},{mos:.2f}")
        listed.append(name)
    (desk / "ratings.csv").write_text("\n".join(ratings) + "\n", encoding="utf-8")
    (desk / "list.csv").write_text("\n".join(listed) + "\n", encoding="utf-8")


def _fill_in_the_log(desk: Path) -> None:
    """As the guide's weeks one and two: a day, a clip and somebody's score of it in each row."""
    typed: dict[tuple[int, int], object] = {}
    for number, line in enumerate((desk / "ratings.csv").read_text(encoding="utf-8").splitlines()[1:], 1):
        video, mos = line.split(",")
        typed |= {
            (LOG_FIRST + number, 1): 46100 + number,
            (LOG_FIRST + number, 2): video,
            (LOG_FIRST + number, 4): 10 * float(mos),
        }
    type_in(desk / "kpi.xlsx", "Log", typed)


HANDS: Final[dict[str, Callable[[Path], None]]] = {
    "types the clips and people's scores into the log": _fill_in_the_log,
}


VERSIONS: Final = {"first": "0.1.0", "second": "0.1.0.post1"}


def build_wheels(folder: Path) -> Path:
    """``folder`` with two versions of the product, each in a folder of its own as ``pip download`` leaves it."""
    source = folder / "source"
    kept = shutil.ignore_patterns(".*", "tests", "docs", "*.pyc", "__pycache__", "build")
    shutil.copytree(ROOT, source, ignore=kept)
    for name, version in VERSIONS.items():
        project = source / "pyproject.toml"
        # what a folder without git gets
        wanted = f'default-version = "{version}"'
        text = re.sub(r'(?m)^default-version = ".*"', wanted, project.read_text(encoding="utf-8"))
        project.write_text(text, encoding="utf-8")
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / name)]
        subprocess.run(build, cwd=source, check=True, capture_output=True)
    shutil.rmtree(source)
    return folder


@dataclass(frozen=True, slots=True)
class Walked:
    said: str
    seconds: float


def walk(environment: Environment, desk: Path, way: str) -> Walked:
    """Types the way's lines one after the other. AssertionError at the first that fails, or that a library's own
    words stand in."""
    said: list[str] = []
    seconds = 0.0
    for line in lines(way):
        if line.startswith(_BY_HAND):
            HANDS[line.removeprefix(_BY_HAND)](desk)
            continue
        started = time.monotonic()
        done = environment.run("bash", "-c", line, cwd=desk)
        seconds += time.monotonic() - started
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        for foreign in ("Traceback", "Warning:", "[transformers]", "it/s]"):
            assert foreign not in done.stderr, f"{line}\n{done.stderr}"
        said.append(done.stdout)
    return Walked("".join(said), seconds)
