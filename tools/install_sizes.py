"""What an installation takes on the disk, by extra: ``python tools/install_sizes.py`` prints the table's figures.

Of the packages that pyproject.toml asks for and what they bring, as installed in this environment; shared ones
count once. torch is the build that is here. The wheel of xl_vqa itself is built anew.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OPTIONAL = PROJECT["optional-dependencies"]
SHOWN = {
    "nothing (plain)": (),
    "model": ("model",),
    "excel": ("excel",),
    "heic": ("heic",),
    "team": ("team",),
    "model, train": ("model", "train"),
    "model, quantised": ("model", "quantised"),
    "model, cluster": ("model", "cluster"),
}


def closure(requirements: Iterable[str]) -> set[str]:
    """Every distribution that the requirements bring on this system, by normalised name."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(one), "") for one in requirements if not one.startswith("xl_vqa[")]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        for own in ("", *wanted.extras):
            if (name, own) not in found:
                found.add((name, own))
                needs = importlib.metadata.distribution(name).requires or []
                waiting += [(Requirement(one), own) for one in needs]
    return {name for name, _ in found}


def size_of(name: str) -> int:
    """Bytes of its files, without what Python compiles of them."""
    package = importlib.metadata.distribution(name)
    paths = (Path(str(package.locate_file(file))) for file in package.files or [] if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())


def wheel_size() -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = Path(folder).iterdir()
        return wheel.stat().st_size


def main() -> None:
    for title, extras in SHOWN.items():
        names = closure([*PROJECT["dependencies"], *(one for extra in extras for one in OPTIONAL[extra])])
        print(f"{title}: {len(names)} packages, {sum(map(size_of, names)) / 1e6:.0f} MB")
    print(f"wheel: {wheel_size() / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
