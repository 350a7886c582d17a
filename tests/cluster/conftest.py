"""A real Ray cluster of this machine, one for all tests of the folder, and a user's data folder beside it."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.head import started_head
from tests.host.helpers import settings_for
from xl_vqa.bridge.videos import Video
from xl_vqa.cluster.score import ClusterRun, score_on_cluster
from xl_vqa.words.settings import Settings

Score = Callable[..., ClusterRun]
GIVEN = "XL_VQA_TEST_CLUSTER"


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a cluster with two CPUs and a token of its own; of one that runs, where a case is told it."""
    if GIVEN in os.environ:
        yield os.environ[GIVEN]
        return
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed (the extra 'cluster')")
    # short, wherever the tests' own folders are: it holds sockets
    short = tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True)
    with short as folder, started_head(Path(folder)) as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "home")


@pytest.fixture
def score(cluster: str, settings: Settings) -> Score:
    """Rates paths, or videos, on the cluster."""

    def run(videos: list[Any], **options: Any) -> ClusterRun:
        told: dict[str, Any] = {"stall_s": 60.0, "workers": 2, **options}
        used = told.pop("settings", settings)
        asked = [one if isinstance(one, Video) else Video(os.fspath(one)) for one in videos]
        return score_on_cluster(asked, used, told.pop("address", cluster), **told)

    return run
