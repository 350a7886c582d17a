"""A build of the package beside this one: its files as a work tree of git, its packages in an environment."""

from __future__ import annotations

import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Build:
    """``tree`` holds the package's source; ``python`` runs it; ``dtype`` is the setting of that name."""

    name: str
    tree: Path
    python: Path
    dtype: str = "auto"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process of this build: no setting of the user's, and no other build's source."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("XL_VQA_", "PYTHON"))}
        return kept | {"PYTHONPATH": str(self.tree), "XL_VQA_LANGUAGE": "en", "XL_VQA_DTYPE": self.dtype}


def make_build(name: str, revision: str | None, folder: Path, python: Path | None = None) -> Build:
    """The build of a revision of git, or of the files as they lie here (None), made under ``folder``.

    ``python``: an interpreter that has the packages already; where none is given, an environment is made and what
    the build's own constraints.txt pins is installed (torch among it: gigabytes).
    """
    tree = ROOT
    if revision is not None:
        tree = folder / name
        if not tree.exists():
            _git("worktree", "add", "--quiet", "--detach", str(tree), revision)
    if python is None:
        home = folder / f"{name}-environment"
        python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
        if not python.exists():
            venv.create(home, with_pip=True)
        pins = ["-c", str(tree / "constraints.txt")]
        subprocess.run([python, "-m", "pip", "install", "-q", *pins, "-e", str(tree), "psutil"], check=True)
    return Build(name, tree, python)


def remove_build(build: Build) -> None:
    """Takes the work tree out of git's list and off the disk; the files that lie here stay."""
    if build.tree != ROOT:
        _git("worktree", "remove", "--force", str(build.tree))


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True)
