"""What the ways take from nothing: ``python -m tests.newcomers.minutes FOLDER``, with pip's index at hand.

A clone of this checkout is installed in ``FOLDER`` by the lines of docs/install.md, into an environment of
its own; then every way is walked in it. The table of docs/newcomers.md has the figures.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.install.environments import ROOT, Environment
from tests.newcomers.walking import VERSIONS, WAYS, build_wheels, commands, lay_out, walk


def install_lines() -> list[str]:
    """Those for Linux and macOS."""
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    block = re.search(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert block is not None
    return block[1].splitlines()


def main(folder: Path) -> None:
    checkout, home = folder / "checkout", folder / "home"
    home.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, checkout], check=True)
    started = time.monotonic()
    # doctor, the last of them, starts a host: not in the home of whoever measures
    own = os.environ | {"XL_VQA_HOME": str(home)}
    subprocess.run(["bash", "-ec", "\n".join(install_lines())], cwd=checkout, env=own, check=True)
    told(("install", len(install_lines()), time.monotonic() - started))
    environment = Environment(checkout / ".venv", home)
    # the last takes the product away again
    for way in sorted((path.stem for path in WAYS.glob("*.sh")), key=lambda name: (name == "it", name)):
        desk = folder / way
        desk.mkdir()
        lay_out(desk)
        if way == "it":
            # nothing of it is to be there before, and nothing is afterwards
            environment.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "xl_vqa")
            build_wheels(desk)
            assert all((desk / name).is_dir() for name in VERSIONS)
        else:
            environment.run("xl-vqa", "models", "activate", "starter")
        told((way, len(commands(way)), walk(environment, desk, way).seconds))


def told(row: tuple[str, int, float]) -> None:
    print(f"{row[0]}: {row[1]} commands, {row[2] / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
