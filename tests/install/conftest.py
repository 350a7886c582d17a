from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.install.environments import Environment, base_environment


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """What the README's lines give: torch_setup's packages, and those of a plain ``pip install .``."""
    made = base_environment(tmp_path_factory.mktemp("base") / "environment", ("model",))
    yield made
    made.run("xl-vqa", "host", "stop")


@pytest.fixture(scope="session")
def for_excel(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What builds the add-in on a system that has no Excel."""
    return base_environment(tmp_path_factory.mktemp("excel") / "environment", ("excel",))


@pytest.fixture(scope="session")
def without_torch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """``pip install .`` and no more."""
    made = base_environment(tmp_path_factory.mktemp("light") / "environment")
    yield made
    made.run("xl-vqa", "host", "stop")
