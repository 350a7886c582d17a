"""A user's machine in a folder: settings by environment, real commands, a real host with the stand-in model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import media

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two videos (one with a Japanese name) and a file that is none."""
    folder = tmp_path_factory.mktemp("clips")
    media.make_clip(folder / "clip2.mp4", 160, 120, frames=20, seed=1)
    media.make_clip(folder / "動画 10.mp4", 176, 144, frames=20, seed=2)
    (folder / "broken.mp4").write_text("this is no video")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs ``xl-vqa ARGUMENTS`` as a person would; one host for the module, stopped at its end."""
    home = tmp_path_factory.mktemp("home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XL_VQA_", "LC_", "LANG"))}
    environment |= {
        "XL_VQA_HOME": str(home),
        "XL_VQA_MODEL": "stand-in",
        "XL_VQA_LANGUAGE": "en",
        "COLUMNS": "200",
    }

    def command(*arguments: object, typed: str | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "xl_vqa.cli.main", *map(str, arguments)],
            env=environment | {"PYTHONIOENCODING": "utf-8"} | changes,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    yield command
    command("host", "stop")
