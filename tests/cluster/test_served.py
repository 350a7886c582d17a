"""A served model without a cluster: what a host makes of replicas that answer, fail, die and go away."""

from __future__ import annotations

import asyncio
import json
import math
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.host.helpers import FRAMES, settings_for
from xl_vqa import __version__, packages
from xl_vqa.cluster.errors import ClusterAddressError
from xl_vqa.cluster.replica import Replica, Request
from xl_vqa.cluster.rows import Work
from xl_vqa.cluster.served_rater import TRIES, ReplicasGoneError, ServedRater, served_rater, target
from xl_vqa.cluster.worker import SentClip
from xl_vqa.host.models import ModelKeeper
from xl_vqa.vlm.loader import load_from_settings
from xl_vqa.vlm.rater import RatedAttributes, Rater
from xl_vqa.words.errors import ModelFailedError, ModelNotFoundError, SettingsError
from xl_vqa.words.rating import LabelDistribution


def clip(level: int = 100, count: int = 8) -> SentClip:
    rng = np.random.default_rng(level)
    return SentClip([rng.integers(0, level + 1, (32, 48, 3), np.uint8) for _ in range(count)], FRAMES, [])


def replica(model: str = "stand-in", *, version: str = __version__, fingerprint: str = "") -> Replica:
    return Replica(Work({"model": model}, version, fingerprint, 60.0))


class Here:
    """Replicas in this process. ``spoil`` says what a request raises, by its number in all that were asked."""

    def __init__(self, made: Replica, spoil: Callable[[int, Request], Exception | None]) -> None:
        self.made, self._spoil = made, spoil
        self.asked: list[list[Request]] = []
        self.closed = 0

    def describe(self) -> dict[str, Any]:
        return asyncio.run(self.made.describe())

    def ask(self, requests: Sequence[Request]) -> list[Any]:
        self.asked.append(list(requests))
        # what crosses a network is bytes
        sent = pickle.loads(pickle.dumps(list(requests)))
        found = pickle.loads(pickle.dumps(asyncio.run(self.made.rate(sent))))
        number = sum(map(len, self.asked)) - len(requests)
        spoilt = [self._spoil(number + at, one) for at, one in enumerate(requests)]
        return [one if bad is None else bad for one, bad in zip(found, spoilt, strict=True)]

    def close(self) -> None:
        self.closed += 1


def served(
    spoil: Callable[[int, Request], Exception | None] = lambda number, one: None,
) -> tuple[ServedRater, Here]:
    here = Here(replica(), spoil)
    return ServedRater(lambda: here, "stand-in"), here


@pytest.fixture
def own(tmp_path: Path) -> Rater:
    return load_from_settings(settings_for(tmp_path / "home"))


def test_it_gives_the_scores_of_the_model_itself(own: Rater) -> None:
    rater, here = served()
    assert (rater.fingerprint, rater.spec) == (own.fingerprint, own.spec)
    json.dumps(rater.describe())
    clips = [clip(level) for level in (10, 60, 200)]
    texts = ["a fox", None, "雪"]
    mine = own.rate([(own.prepare(one), text) for one, text in zip(clips, texts, strict=True)])
    items = [(rater.prepare(one), text) for one, text in zip(clips, texts, strict=True)]
    assert rater.rate(items) == mine
    told = rater.rate_attributes(items)
    assert all(
        isinstance(one, RatedAttributes) and one.overall == score for one, score in zip(told, mine, strict=True)
    )
    assert rater.rate([]) == []
    rater.close()
    rater.close()
    assert here.closed == 1


def test_frames_go_no_larger_than_the_model_looks_at_them(tmp_path: Path) -> None:
    from tests.tiny_qwen import save_tiny_qwen

    save_tiny_qwen(tmp_path / "model")
    model = str(tmp_path / "model")
    own = load_from_settings(settings_for(tmp_path / "home", model=model))
    here = Here(replica(model), lambda number, one: None)
    rater = ServedRater(lambda: here, model)
    rng = np.random.default_rng(1)
    # large, small, and wider than the model can be shown
    clips = [
        SentClip([rng.integers(0, 255, (*size, 3), np.uint8) for _ in range(4)], FRAMES, [])
        for size in ((540, 960), (40, 60), (4, 1000))
    ]
    prepared = [rater.prepare(one) for one in clips]
    sizes = [sum(frame.nbytes for frame in one.frames) for one in clips]
    assert prepared[0].nbytes < sizes[0] / 2
    assert [one.nbytes for one in prepared[1:]] == sizes[1:]
    mine = own.rate([(own.prepare(one), None) for one in clips])
    assert all(isinstance(one, LabelDistribution) for one in mine)
    assert rater.rate([(one, None) for one in prepared]) == mine


def test_a_video_that_fails_alone_leaves_the_others() -> None:
    here = Here(replica("stand-in?fail_text=bad"), lambda number, one: None)
    rater = ServedRater(lambda: here, "stand-in")
    found = rater.rate([(rater.prepare(clip()), text) for text in ("good", "bad", "good")])
    assert [isinstance(one, LabelDistribution) for one in found] == [True, False, True]
    assert isinstance(found[1], ModelFailedError)
    assert len(here.asked) == 1


def test_what_a_dead_replica_owed_is_asked_again_alone() -> None:
    rater, here = served(lambda number, one: RuntimeError("died") if number in (1, 2) else None)
    found = rater.rate([(rater.prepare(clip(level)), None) for level in (1, 2, 3, 4)])
    assert all(isinstance(one, LabelDistribution) for one in found)
    assert [len(one) for one in here.asked] == [4, 1, 1]


def test_one_that_ends_its_replica_each_time_accuses_no_other() -> None:
    def spoil(number: int, one: Request) -> Exception | None:
        return RuntimeError("died") if one.text == "poison" or number < 3 else None

    rater, here = served(spoil)
    found = rater.rate([(rater.prepare(clip()), text) for text in ("a", "poison", "b")])
    assert [isinstance(one, LabelDistribution) for one in found] == [True, False, True]
    error = found[1]
    assert isinstance(error, ModelFailedError)
    assert str(TRIES) in error.message("en")
    assert "レプリカ" in error.message("ja")
    assert sum(len(one) for one in here.asked) == 3 + 3 + 1


def test_replicas_that_are_gone_are_started_again() -> None:
    made: list[Here] = []

    def start() -> Here:
        gone = ReplicasGoneError("gone") if not made else None
        made.append(Here(replica(), lambda number, one: gone))
        return made[-1]

    rater = ServedRater(start, "stand-in")
    assert isinstance(rater.rate([(rater.prepare(clip()), None)])[0], LabelDistribution)
    assert [one.closed for one in made] == [1, 0]


def test_a_replica_of_another_model_or_version_rates_nothing() -> None:
    for other in (replica(version="0.0"), replica(fingerprint="si1:other")):
        with pytest.raises(ModelFailedError) as told:
            ServedRater(lambda other=other: Here(other, lambda number, one: None), "stand-in")  # type: ignore[misc]
        assert told.value.message("en") != told.value.message("ja")
        assert isinstance(asyncio.run(other.rate([Request(clip(), None)]))[0], dict)
    with pytest.raises(ModelNotFoundError):
        ServedRater(lambda: Here(replica("stand-in?load_fail=not_found"), lambda number, one: None), "x")


def test_a_busy_host_comes_to_all_its_replicas() -> None:
    for batch, most in ((64, 4), (64, 2), (8, 8), (1, 4), (32, 1)):
        # of what a host asks about at once some is answered already, on average
        under_way = 0.8 * batch
        assert math.ceil(under_way / target(batch, most)) >= min(most, under_way)
        assert target(batch, most) >= 1


def test_a_batch_that_hangs_is_seen() -> None:
    made = replica("stand-in?hang_text=hang")
    made._work = Work({"model": "stand-in"}, __version__, "", 0.0)
    made.check_health()
    ask = threading.Thread(target=lambda: asyncio.run(made.rate([Request(clip(), "hang")])), daemon=True)
    ask.start()
    while made._since is None:
        pass
    with pytest.raises(RuntimeError, match="not done"):
        made.check_health()


def test_a_batch_that_hangs_keeps_no_process_alive() -> None:
    """The threads of a pool are waited for when Python ends, for as long as they take."""
    script = """
import asyncio, threading
from tests.cluster.test_served import Request, clip, replica
made = replica("stand-in?hang_text=hang")
threading.Thread(target=lambda: asyncio.run(made.rate([Request(clip(), "hang")])), daemon=True).start()
while made._since is None:
    pass
print("asked")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "asked\n"


def test_the_setting_chooses_it_and_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", model_cluster="127.0.0.1:1")
    keeper = ModelKeeper(settings)
    with pytest.raises(ModelFailedError) as told:
        keeper.load(keeper.resolve(None))
    keeper.close()
    assert "127.0.0.1:1" in told.value.message("en")
    assert "Ray クラスターがありません" in told.value.message("ja")
    assert isinstance(told.value.__cause__, ModelFailedError | ClusterAddressError)


def test_the_one_package_that_serve_needs_besides_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "asked_for", lambda: ["grpcio-reflection>=1.42; extra == 'cluster'"])
    error = ModuleNotFoundError("pip install ray[serve]", name="grpc_reflection")
    assert packages.missing_package(error) == "grpcio-reflection"


@pytest.mark.parametrize("value", ["", "http://x", "ray://x:1", "x", "x:1:2", "x:0", "x:99999"])
def test_what_is_no_cluster(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError) as told:
        settings_for(tmp_path, model_cluster=value)
    assert "model_cluster" in told.value.message("ja")
    assert callable(served_rater)
