"""``xl-vqa`` with the starter's own task to learn from: ``python -m starter compare starter/compare.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xl_vqa.cli.main import main
from xl_vqa.words.reasons import Problem

if TYPE_CHECKING:
    from starter.fit.comparison import StarterTask


def _starter(values: Any, path: Path, problems: list[Problem]) -> StarterTask | None:
    # torch is loaded only where the task is really asked for
    from starter.fit.comparison import read_task

    return read_task(values, path, problems)


if __name__ == "__main__":
    main({"starter": _starter}, "python -m starter")
