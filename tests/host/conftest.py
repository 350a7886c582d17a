"""A user's home with the stand-in model, a host in it, and clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host import helpers
from tests.host.service_bench import Bench, running
from xl_vqa.bridge.client import HostClient
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Forty clips of different content; tests must not change them."""
    return helpers.clips(tmp_path_factory.mktemp("clips"), 40)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """No host runs yet; whatever is started is ended."""
    with helpers.cleaned_up(helpers.settings_for(tmp_path / "home")) as made:
        yield made


@pytest.fixture
def client(settings: Settings) -> Iterator[HostClient]:
    with HostClient(settings) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A service with a watched stand-in, started."""
    with running(Bench(tmp_path / "home")) as made:
        yield made
