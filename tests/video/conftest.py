from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.media import make_clip

Maker = Callable[..., Path]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes a clip once per session for each name and set of options."""
    folder = tmp_path_factory.mktemp("videos")
    made: dict[str, Path] = {}

    def maker(name: str, **options: Any) -> Path:
        key = name + repr(sorted(options.items(), key=lambda item: item[0]))
        if key not in made:
            made[key] = make_clip(folder / f"{len(made)}_{name}", **options)
        return made[key]

    return maker
