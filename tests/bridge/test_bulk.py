"""A long list ends with one result per video, in order, whatever the host does meanwhile."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.bridge.fake_host import Reply, done, fake_host
from tests.host import helpers
from xl_vqa.bridge import bulk, videos
from xl_vqa.bridge.bulk import CHUNK, MAX_DEATHS, BulkRun
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.connection import HostGoneError
from xl_vqa.bridge.start import find
from xl_vqa.bridge.videos import pieces
from xl_vqa.words.errors import (
    CancelledError,
    HostAuthenticationError,
    HostDiskError,
    HostError,
    HostUnavailableError,
    NoVideoPathError,
    VideoEmptyError,
    XlVqaError,
)
from xl_vqa.words.settings import Settings


class ScriptedClient:
    """Stands for HostClient: each question takes the next word of a script; a host's memory dies with it."""

    def __init__(self, script: list[str]) -> None:
        self.script = script
        self.run = 0
        self.stored: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, str] = {}
        self.cancelled: list[str] = []
        self.largest = 0

    gone = HostClient.gone
    _link = None

    def word(self) -> str:
        return self.script.pop(0) if self.script else "finish"

    def die(self, error: Exception) -> None:
        self.run += 1
        self.pending.clear()
        raise error

    def finish(self, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        if name.startswith("bad"):
            answer = {"status": "error", "error": VideoEmptyError(path=path).to_dict()}
        else:
            answer = {"status": "done", "rating": {"label": 10 + int(name) % 41, "path": path}}
        return self.stored.setdefault(path, answer)

    def ask_once(self, asked: list[Video], **options: Any) -> list[dict[str, Any]]:
        self.largest = max(self.largest, len(asked))
        word = self.word()
        if word == "die":
            self.die(HostGoneError("gone"))
        if word == "token":
            self.die(HostAuthenticationError())
        entries = []
        for place, video in enumerate(asked):
            if video.path in self.stored:
                entries.append(self.stored[video.path])
            elif word == "finish" and place % 2:
                entries.append(self.finish(video.path))
            else:
                key = f"{self.run}:{video.path}"
                self.pending[key] = video.path
                entries.append({"status": "pending", "key": key})
        return entries

    def poll_once(self, keys: list[str], **options: Any) -> list[dict[str, Any]]:
        word = self.word()
        if word == "die":
            self.die(HostGoneError("gone"))
        if word == "forget":
            self.pending.clear()
        entries: list[dict[str, Any]] = []
        for place, key in enumerate(keys):
            if key not in self.pending:
                entries.append({"status": "unknown", "key": key})
            elif word == "finish" or (word == "some" and place % 3 == 0):
                entries.append(self.finish(self.pending.pop(key)))
            else:
                entries.append({"status": "pending", "key": key})
        return entries

    def cancel(self, keys: list[str]) -> int:
        self.cancelled += keys
        return len(keys)


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk.time, "sleep", lambda seconds: None)


names = st.one_of(st.integers(0, 30).map(str), st.just("bad"), st.just(" "))


@given(
    st.lists(names, max_size=40),
    st.lists(st.sampled_from(["die", "token", "forget", "some", "nothing", "finish"]), max_size=30),
    st.sampled_from([1, 3, 1000]),
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_one_result_per_video_in_order(asked: list[str], script: list[str], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "CHUNK", chunk)
        patch.setattr(bulk, "WINDOW", 2 * chunk)
        patch.setattr(bulk.time, "sleep", lambda seconds: None)
        patch.setattr(bulk, "MAX_DEATHS", 100)
        client, progress, told = ScriptedClient(script), [], {}
        run = BulkRun(
            client,  # type: ignore[arg-type]
            [Video("/v/" + name if name.strip() else name) for name in asked],
            refresh=False,
            detail=False,
            priority=0,
            on_progress=lambda n, total: progress.append((n, total)),
            on_result=lambda index, result: told.__setitem__(index, result),
        )
        results = run.finish(None)
    assert len(results) == len(asked)
    for name, result in zip(asked, results, strict=True):
        if not name.strip():
            assert isinstance(result, NoVideoPathError)
        elif name == "bad":
            assert isinstance(result, VideoEmptyError)
        else:
            assert isinstance(result, dict)
            assert result["path"] == "/v/" + name
    assert [told[index] for index in range(len(asked))] == results
    assert progress == sorted(progress)
    assert progress[-1] == (len(asked), len(asked))
    assert client.largest <= chunk


def run_of(client: Any, count: int, **options: Any) -> BulkRun:
    values = {"refresh": False, "detail": False, "priority": 0, "on_progress": None, **options}
    return BulkRun(client, [Video(f"/v/{n}") for n in range(count)], **values)


def test_a_host_that_always_dies_is_given_up_with_an_error_for_every_video() -> None:
    client = ScriptedClient(["die"] * 1000)
    results = run_of(client, 5).finish(None)
    assert [type(result) for result in results] == [HostUnavailableError] * 5
    assert client.run == MAX_DEATHS + 1
    assert "went away" in str(results[0])


def test_deaths_between_which_something_is_finished_do_not_add_up() -> None:
    client = ScriptedClient(["nothing", "some", "die"] * 40)
    results = run_of(client, 100).finish(None)
    assert all(isinstance(result, dict) for result in results)
    assert client.run > MAX_DEATHS


def test_trouble_of_the_host_is_every_rest_videos_answer() -> None:
    class FullDisk(ScriptedClient):
        def poll_once(self, keys: list[str], **options: Any) -> list[dict[str, Any]]:
            raise HostDiskError(path="/home", problem="full")

    results = run_of(FullDisk(["finish"]), 4).finish(None)
    assert [type(result) for result in results] == [HostDiskError, dict, HostDiskError, dict]


def test_cancel_before_and_during() -> None:
    stop = threading.Event()
    stop.set()
    assert [type(r) for r in run_of(ScriptedClient([]), 3).finish(stop)] == [CancelledError] * 3

    stop = threading.Event()
    client = ScriptedClient(["nothing", "some"] + ["nothing"] * 1000)

    def told(index: int, result: Any) -> None:
        stop.set()

    results = run_of(client, 9, on_result=told).finish(stop)
    assert [type(r) for r in results] == [dict, CancelledError, CancelledError] * 3
    assert len(client.cancelled) == 6
    assert [r.params["path"] for r in results if isinstance(r, CancelledError)] == [
        os.path.abspath(f"/v/{n}") for n in (1, 2, 4, 5, 7, 8)
    ]


def test_a_host_that_will_not_cancel_costs_nobody_an_answer() -> None:
    class Stubborn(ScriptedClient):
        def cancel(self, keys: list[str]) -> int:
            raise HostError(problem="no")

    stop = threading.Event()
    stop.set()
    assert len(run_of(Stubborn([]), 3).finish(stop)) == 3


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 9))
def test_pieces_lose_nothing_and_keep_the_order(lengths: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(videos, "REQUEST_BYTES", 1200)
        given_ = [(index, Video("a", "x" * length)) for index, length in enumerate(lengths)]
        cut = list(pieces(given_, most))
    assert [entry for piece in cut for entry in piece] == given_
    for piece in cut:
        assert 1 <= len(piece) <= most
        assert len(piece) == 1 or sum(6 * (1 + len(video.text or "")) for _, video in piece) <= 1200


def test_a_thousand_long_japanese_texts_are_several_requests(settings: Settings) -> None:
    """As one they would be 196 MB, three times what a host takes."""

    def answer(path: str, body: dict[str, Any]) -> Reply:
        return 200, {"ratings": [done(10 + int(v["path"].rpartition("/")[2]) % 41) for v in body["videos"]]}

    text = "狐" * 32_767
    asked = [Video(f"/v/{n}", text) for n in range(200)]
    with fake_host(settings, answer) as fake, HostClient(settings) as client:
        results = client.rate_all(asked)
        answers = client.rate(asked, wait=5.0)
        sizes = [len(body["videos"]) for path, body in fake.asked if path == "/v1/ratings"]
    assert [r["label"] for r in results if isinstance(r, dict)] == [10 + n % 41 for n in range(200)]
    assert [a.rating["label"] for a in answers if a.rating] == [10 + n % 41 for n in range(200)]
    assert len(sizes) == 2 * 3
    assert max(sizes) * 6 * len(text) < 17 << 20


def test_more_videos_than_a_chunk_by_a_real_host(settings: Settings, clip_folder: list[Path]) -> None:
    # each video many times over: the second time it is known
    asked = [Video(str(clip_folder[n % 40])) for n in range(2 * CHUNK + 7)]
    seen: list[tuple[int, int]] = []
    with HostClient(settings) as client:
        results = client.rate_all(asked, on_progress=lambda *step: seen.append(step))
        progress = client.status()
    assert len(results) == len(asked)
    for video, result in zip(asked, results, strict=True):
        assert isinstance(result, dict), result
        assert result["path"] == video.path
    assert seen[-1] == (len(asked), len(asked))
    assert seen == sorted(seen)
    assert progress is not None


def test_a_host_killed_half_way(tmp_path: Path, clip_folder: list[Path]) -> None:
    """SIGKILL twice, each after something was finished; the rest is rated, and nothing stored is done again."""
    log = tmp_path / "computed.txt"
    model = f"stand-in?per_video=0.03&log={log}"
    own = helpers.settings_for(tmp_path / "home", model=model, batch_size=4)
    asked = [Video(str(path), path.name) for path in clip_folder]
    asked.insert(3, Video(str(tmp_path / "none.mp4")))
    finished: list[int] = []
    killed: list[int] = []
    with helpers.cleaned_up(own), HostClient(own) as client:

        def told(index: int, result: Any) -> None:
            finished.append(index)
            if len(finished) in (8, 24):
                state = find(own)
                assert state is not None
                os.kill(state.pid, signal.SIGKILL)
                killed.append(state.pid)

        results = client.rate_all(asked, on_result=told)
    assert len(set(killed)) == 2
    assert sorted(finished) == list(range(41))
    assert isinstance(results[3], XlVqaError)
    assert results[3].code == "video_not_found"
    assert [type(result) for result in results[:3] + results[4:]] == [dict] * 40
    # an answer that was given was stored before; only a batch at hand may have been computed twice
    computed = log.read_text().split()
    assert set(computed) == {path.name for path in clip_folder}
    assert len(computed) <= 40 + 2 * 4


def test_ctrl_c_cancels_in_the_host_and_goes_on(tmp_path: Path, clip_folder: list[Path]) -> None:
    own = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.1", batch_size=1)
    with helpers.cleaned_up(own), HostClient(own) as client:

        def pressed(done_: int, total: int) -> None:
            if done_:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            client.rate_all([Video(str(path)) for path in clip_folder], on_progress=pressed)
        status = client.status()
    assert status is not None
    assert status["queued"] == 0


def test_ctrl_c_while_the_host_is_being_asked_leaves_it_no_work(
    tmp_path: Path, clip_folder: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host has the question, and its answer with the keys never arrives."""
    own = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.1", batch_size=1)
    with helpers.cleaned_up(own), HostClient(own) as client:
        client.ensure_running()
        ask = HostClient.ask_once

        def interrupted(self: HostClient, videos: list[Video], **options: Any) -> list[dict[str, Any]]:
            ask(self, videos, **options)
            raise KeyboardInterrupt

        monkeypatch.setattr(HostClient, "ask_once", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.rate_all([Video(str(path)) for path in clip_folder])
        status = client.status()
    assert status is not None
    assert status["queued"] == 0
