"""A copy of a workbook as it was, kept beside it before scores in it are replaced for the first time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from xl_vqa.outputs import output_file

SUFFIX: Final = ".before-vqa"


def copy_of(path: Path) -> Path:
    """Where the copy of ``path`` lies, or will lie: ``list.before-vqa.xlsx`` beside ``list.xlsx``."""
    return path.with_name(f"{path.stem}{SUFFIX}{path.suffix}")


def keep_copy(path: Path) -> Path | None:
    """Copies the file, whole or not at all; None where a copy of an earlier time is there already, which stays.

    Raises what ``output_file`` raises.
    """
    target = copy_of(path)
    if target.exists():
        return None
    with output_file(target) as file, path.open("rb") as source:
        shutil.copyfileobj(source, file)
    return target
