"""The version's source in pyproject.toml: what ``git describe`` says, by versioningit.

A clone that was cut off (``git clone --depth 1``) may lack the tag, and versioningit then takes its first commit
for the tagged one: it would call itself a release.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from versioningit import VCSDescription
from versioningit.git import describe_git_archive

_DISTANT = {"exact": "distance", "dirty": "distance-dirty"}


def described(*, project_dir: str | Path, params: dict[str, Any]) -> VCSDescription:
    """versioningit's own description, but a commit is a tagged one only where git knows its tag."""
    found = describe_git_archive(project_dir=project_dir, params=params)
    if found.state in _DISTANT and _is_shallow(project_dir) and not _is_tagged(project_dir):
        found.state = _DISTANT[found.state]
    return found


def _is_shallow(folder: str | Path) -> bool:
    return _git(folder, "rev-parse", "--is-shallow-repository") == "true"


def _is_tagged(folder: str | Path) -> bool:
    return bool(_git(folder, "describe", "--tags", "--exact-match", "--match=v[0-9]*"))


def _git(folder: str | Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip()
