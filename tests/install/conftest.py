from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.install.environments import Environment, base_environment


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """What a plain installation gives: none of the packages that only an extra brings."""
    made = base_environment(tmp_path_factory.mktemp("base") / "environment")
    yield made
    made.run("xl-vqa", "host", "stop")


@pytest.fixture(scope="session")
def without_torch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A plain installation whose torch is gone, with the libraries that are for it."""
    made = base_environment(tmp_path_factory.mktemp("light") / "environment", without=("torch", "peft"))
    yield made
    made.run("xl-vqa", "host", "stop")
