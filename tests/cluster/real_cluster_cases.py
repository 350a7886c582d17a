"""A real cluster: every input one result, in order, once, whatever becomes of the workers.

Run by test_real_cluster.py, each case in a process of its own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cluster.conftest import Score
from tests.cluster.head import REPLICA, worker_processes
from tests.host.helpers import FRAMES, clips, settings_for, variant, wait_for
from tests.host.postgres import binaries, running
from tests.team.helpers import team_host
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.videos import Video
from xl_vqa.cluster.errors import ClusterNodeError, ClusterVideoError
from xl_vqa.cluster.served_rater import served_rater
from xl_vqa.cluster.worker import SentClip
from xl_vqa.host.store import Store
from xl_vqa.words.errors import ModelNotFoundError, XlVqaError
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.settings import Settings

PEOPLE = ("aiko", "ben", "tara")

pytestmark = [
    pytest.mark.slow,
    # Ray ends its threads so where a connection is given up
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


def asked_of(log: Path) -> list[str]:
    """The text of every video that a model computed, as the stand-in wrote them down."""
    return sorted(log.read_text(encoding="utf-8").split()) if log.exists() else []


def ends(found: Any) -> list[str]:
    """Of each result its file's name, or the kind of its error."""
    return [type(one).__name__ if isinstance(one, XlVqaError) else Path(one["path"]).name for one in found]


def test_every_input_has_its_row_in_order_and_is_computed_once(
    score: Score, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings = replace(settings, model=f"stand-in?log={log}")
    files = clips(tmp_path / "videos", 12)
    (tmp_path / "copy.mp4").write_bytes(files[3].read_bytes())
    broken = tmp_path / "broken.mp4"
    broken.write_text("no video")
    videos = [Video(str(file), f"text{n}") for n, file in enumerate(files)]
    videos += [Video(str(broken)), Video(" "), Video(str(tmp_path / "none.mp4"))]
    # the same content and the same text under another path
    videos.append(Video(str(tmp_path / "copy.mp4"), "text3"))
    counted: list[tuple[int, int]] = []

    first = score(videos, settings=settings, on_progress=lambda done, total: counted.append((done, total)))
    names = [file.name for file in files]
    errors = ["NotAVideoError", "NoVideoPathError", "VideoNotFoundError"]
    assert ends(first.results) == [*names, *errors, "copy.mp4"]
    assert asked_of(log) == sorted(f"text{n}" for n in range(12))
    assert counted[-1] == (14, 14)
    assert first.stored == 0
    store = Store(settings.store_file)
    assert store.count() == 12
    store.close()

    # it is all in the store of this machine, where the host and its cells find it
    umask = os.umask(0o022)
    again = score(videos[:12], settings=settings)
    # files that the user has written are as the user has them
    assert os.umask(umask) == 0o022
    assert settings.store_file.stat().st_mode & 0o077 == 0
    assert again.stored == 12
    assert again.results == first.results[:12]
    assert len(asked_of(log)) == 12
    with HostClient(settings) as client:
        assert client.rate_all(videos[:12], detail=True) == first.results[:12]
        client.stop()
    assert len(asked_of(log)) == 12


def test_a_run_that_was_stopped_goes_on_and_a_worker_that_is_killed_loses_nothing(
    score: Score, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(settings, model="stand-in?per_video=0.05")
    files = clips(tmp_path / "videos", 60)

    def stop(done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(files, settings=settings, on_progress=stop)
    store = Store(settings.store_file)
    kept = store.count()
    assert 4 <= kept < 60
    killed: list[int] = []
    counts: list[int] = []

    def kill(done: int, total: int) -> None:
        counts.append(done)
        if not killed and done >= 10:
            killed.append(worker_processes()[0])
            os.kill(killed[0], signal.SIGKILL)

    done = score(files, settings=settings, on_progress=kill)
    assert killed
    assert done.stored == kept
    assert ends(done.results) == [file.name for file in files]
    # where the rows go, nothing else does
    assert capsys.readouterr().out == ""
    # every one counted once, and stored once
    assert counts == list(range(1, 60 - kept + 1))
    assert store.count() == 60
    store.close()


def test_a_video_that_ends_or_hangs_its_worker_is_told_by_name_and_takes_no_other(
    score: Score, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xl_vqa.cluster.score.SHARE_OF_STALL", 0.05)
    settings = replace(settings, model="stand-in?crash_text=poison&hang_text=hang")
    videos = [Video(str(file)) for file in clips(tmp_path / "videos", 6)]
    videos.insert(2, Video(videos[2].path, "poison"))
    videos.append(Video(videos[0].path, "hang"))
    done = score(videos, settings=settings)
    assert [at for at, one in enumerate(done.results) if isinstance(one, XlVqaError)] == [2, 7]
    for at in (2, 7):
        error = done.results[at]
        assert isinstance(error, ClusterVideoError)
        assert "ended 2 times over it" in error.message("en")
        assert Path(videos[at].path).name in error.message("ja")


@pytest.mark.skipif(binaries() is None, reason="needs a PostgreSQL server (Debian: postgresql)")
def test_with_a_teams_database_every_result_is_there_once_whoever_rated_it(
    score: Score, settings: Settings, tmp_path: Path
) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra team")
    log = tmp_path / "log"
    files = clips(tmp_path / "videos", 14)
    videos = [Video(str(file), f"text{n}") for n, file in enumerate(files)]
    with running() as database:
        shared = {"model": f"stand-in?log={log}", "shared_store": database.address}
        settings = replace(settings, **shared)
        before = settings_for(tmp_path / "another", **shared)
        # another machine's host has rated some, and this machine's own some more
        for one, some in ((before, videos[:4]), (settings, videos[2:7])):
            with HostClient(one) as client:
                client.rate_all(some)
                client.stop()
        done = score(videos, settings=settings)
        assert done.stored == 7
        assert ends(done.results) == [file.name for file in files]
        assert asked_of(log) == sorted(f"text{n}" for n in range(14))
        with psycopg.connect(database.address) as connection:
            rows = connection.execute("SELECT count(*), count(DISTINCT video) FROM xl_vqa_ratings").fetchone()
            assert rows == (14, 14)
        # and the machine that rated first finds all of it
        with HostClient(before) as client:
            assert ends(client.rate_all(videos)) == ends(done.results)
            client.stop()
        assert len(asked_of(log)) == 14


def test_people_ask_a_teams_host_whose_model_is_served_and_a_replica_that_is_killed_loses_nothing(
    cluster: str, tmp_path: Path
) -> None:
    pytest.importorskip("grpc_reflection", reason="needs the extra cluster as it is now")
    log = tmp_path / "log"
    model = f"stand-in?per_video=0.1&log={log}"
    files = clips(tmp_path / "share", 24)
    own = {name: variant(files[0], tmp_path / f"of {name}.mp4", 1000 + at) for at, name in enumerate(PEOPLE)}
    setup = f'[roots]\n"/mnt/videos" = "{files[0].parent}"\n'
    served = {"model_cluster": cluster, "replicas_min": 2, "replicas_max": 2}
    found: dict[str, list[Any]] = {}
    with team_host(tmp_path / "team" / "home", setup, model=model, **served) as host:
        members = {}
        for name in PEOPLE:
            host.add(name)
            members[name] = host.member(tmp_path / name, name)

        def ask(name: str) -> None:
            videos = [Video(f"/mnt/videos/{file.name}", f"text{n}") for n, file in enumerate(files)]
            with HostClient(members[name]) as client:
                found[name] = client.rate_all([*videos, Video(str(own[name]), name)])

        asking = [threading.Thread(target=ask, args=(name,), daemon=True) for name in PEOPLE]
        for one in asking:
            one.start()
        wait_for(lambda: len(asked_of(log)) >= 4, 240)
        os.kill(worker_processes(REPLICA)[0], signal.SIGKILL)
        for one in asking:
            one.join(240)
        for name in PEOPLE:
            assert ends(found[name]) == [*(file.name for file in files), f"of {name}.mp4"]
        assert set(asked_of(log)) == {*(f"text{n}" for n in range(len(files))), *PEOPLE}
        with HostClient(members[PEOPLE[0]]) as client:
            path = f"/mnt/videos/{files[0].name}"
            assert client.explain(path, "text0").rating.label == found[PEOPLE[0]][0]["label"]
        store_file = host.settings.store_file
    # nothing of it stays on the cluster
    wait_for(lambda: not worker_processes(REPLICA), 90)
    store = Store(store_file)
    assert store.count() == len(files) + len(PEOPLE)
    store.close()


def test_replicas_come_with_what_waits_and_go_again(
    cluster: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("grpc_reflection", reason="needs the extra cluster as it is now")
    quick = {
        "metrics_interval_s": 0.5,
        "look_back_period_s": 2.0,
        "upscale_delay_s": 1.0,
        "downscale_delay_s": 2.0,
    }
    monkeypatch.setattr("xl_vqa.cluster.served_rater.PACE", quick)
    model = "stand-in?per_video=0.2"
    rater = served_rater(
        replace(settings, model=model, model_cluster=cluster, replicas_min=1, replicas_max=2, batch_size=8)
    )
    try:
        assert len(worker_processes(REPLICA)) == 1
        clip = SentClip([np.full((32, 48, 3), 100, np.uint8)] * 8, FRAMES, [])
        items = [(rater.prepare(clip), None)] * 8
        deadline = time.monotonic() + 120
        while len(worker_processes(REPLICA)) < 2:
            assert time.monotonic() < deadline
            assert all(isinstance(one, LabelDistribution) for one in rater.rate(items))
        wait_for(lambda: len(worker_processes(REPLICA)) == 1, 120)
        assert all(isinstance(one, LabelDistribution) for one in rater.rate(items))
    finally:
        rater.close()


def test_a_model_that_cannot_be_used_is_told_before_the_work(
    score: Score, settings: Settings, tmp_path: Path
) -> None:
    files = clips(tmp_path / "videos", 2)
    with pytest.raises(ModelNotFoundError):
        score(files, settings=replace(settings, model="stand-in?load_fail=not_found"))
    with pytest.raises(ClusterNodeError) as told:
        score(files, settings=replace(settings, model=str(tmp_path / "nowhere"), offline=True))
    assert "cannot use the model" in told.value.message("en")
    assert "モデルを使用できません" in told.value.message("ja")
