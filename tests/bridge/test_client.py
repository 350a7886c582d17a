"""The client against a real host with the stand-in, and against one that misbehaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.fake_host import Reply, done, fake_host
from tests.host import helpers
from xl_vqa.bridge import client as client_module
from xl_vqa.bridge.client import MAX_ATTEMPTS, HostClient, Video
from xl_vqa.bridge.start import find
from xl_vqa.bridge.state import HostState, read_state, write_state
from xl_vqa.words.errors import (
    CancelledError,
    HostDiskError,
    HostError,
    HostRequestError,
    HostStartError,
    HostUnavailableError,
    NoVideoPathError,
    VideoNotFoundError,
)
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostClient]:
    """One host for the tests that do it no harm."""
    home = tmp_path_factory.mktemp("shared") / "home"
    with (
        helpers.cleaned_up(helpers.settings_for(home, model="stand-in?per_video=0.02")) as own,
        HostClient(own) as client,
    ):
        yield client


# -- a host that works


def test_answers_in_order_with_errors_in_their_places(shared: HostClient, clip_folder: list[Path]) -> None:
    asked = [Video(str(clip_folder[2])), Video(" "), Video("/none.mp4"), Video(str(clip_folder[1]), "a fox")]
    answers = shared.rate(asked, wait=20.0)
    assert [answer.status for answer in answers] == ["done", "error", "error", "done"]
    assert isinstance(answers[1].error, NoVideoPathError)
    assert isinstance(answers[2].error, VideoNotFoundError)
    assert all(10 <= answer.rating["label"] <= 50 for answer in answers if answer.rating)
    assert [answer.video.text for answer in answers] == [None, None, None, "a fox"]


def test_nothing_asked_needs_no_host(settings: Settings, client: HostClient) -> None:
    assert client.rate([], wait=5.0) == []
    assert client.rate_all([]) == []
    assert client.rate([Video("")])[0].status == "error"
    assert client.status() is None
    assert client.cancel() == 0
    assert client.stop() is False
    assert not settings.state_file.exists()


def test_without_waiting_it_is_pending_and_the_poll_brings_it(
    shared: HostClient, tmp_path: Path, clip_folder: list[Path]
) -> None:
    new = [helpers.variant(clip_folder[0], tmp_path / f"{n}.mp4", 9000 + n) for n in range(6)]
    answers = shared.rate([Video(str(path)) for path in new])
    keys = [answer.key for answer in answers if answer.status == "pending" and answer.key]
    assert keys
    first = shared.poll(keys, wait=20.0, until="any")
    assert [entry.get("key", key) for entry, key in zip(first, keys, strict=True)] == keys
    assert "done" in {entry["status"] for entry in first}
    assert {entry["status"] for entry in shared.poll(keys, wait=20.0)} == {"done"}
    # stored by now; a file this young is looked at again, so that may take a moment
    again = shared.rate([Video(str(path)) for path in new], wait=20.0)
    assert {answer.status for answer in again} == {"done"}


def test_an_unknown_key_is_said_to_be_unknown(shared: HostClient) -> None:
    assert [entry["status"] for entry in shared.poll(["no such key", "合言葉"])] == ["unknown", "unknown"]


def test_detail_adds_the_distribution_and_refresh_rates_again(shared: HostClient, clip_folder: list[Path]) -> None:
    video = Video(str(clip_folder[5]))
    plain = shared.rate([video], wait=20.0)[0].rating
    full = shared.rate([video], wait=20.0, detail=True)[0].rating
    anew = shared.rate([video], wait=20.0, refresh=True)[0].rating
    assert plain is not None
    assert full is not None
    assert anew is not None
    assert set(full) > set(plain)
    assert anew["label"] == plain["label"]
    assert anew["rated_at"] >= plain["rated_at"]


def test_cancel_by_key_leaves_the_others(tmp_path: Path, clip_folder: list[Path]) -> None:
    own = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.3", batch_size=1)
    with helpers.cleaned_up(own), HostClient(own) as client:
        answers = client.rate([Video(str(path)) for path in clip_folder[:6]])
        last = answers[-1].key
        assert last is not None
        assert client.cancel([last]) == 1
        assert client.cancel(["none of yours"]) == 0
        keys = [answer.key or "" for answer in answers]
        entries = client.poll(keys, wait=20.0)
        assert [entry["status"] for entry in entries] == ["done"] * 5 + ["error"]
        assert entries[-1]["error"]["code"] == CancelledError.code
        # asked again, it is rated
        assert client.rate([Video(str(clip_folder[5]))], wait=20.0)[0].status == "done"


def test_status_and_model_of_a_running_host(shared: HostClient, clip_folder: list[Path]) -> None:
    shared.rate([Video(str(clip_folder[0]))], wait=20.0)
    status = shared.status()
    assert status is not None
    assert status["pid"] == find(shared.settings).pid  # type: ignore[union-attr]
    assert {"queued", "started_at", "port"} <= set(status)
    assert shared.model()["model"] == shared.settings.model
    assert shared.host_info


def test_many_threads_with_one_client(shared: HostClient, clip_folder: list[Path]) -> None:
    labels: dict[int, list[int]] = {}

    def work(number: int) -> None:
        answers = shared.rate([Video(str(clip_folder[k])) for k in range(number, number + 10)], wait=30.0)
        labels[number] = [answer.rating["label"] for answer in answers if answer.rating]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {len(found) for found in labels.values()} == {10}
    assert all(labels[n][1:] == labels[n + 1][:-1] for n in range(11))


def test_a_host_killed_while_it_is_waited_for(tmp_path: Path, clip_folder: list[Path]) -> None:
    own = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.2", batch_size=1)
    with helpers.cleaned_up(own), HostClient(own) as client:
        first = client.ensure_running()
        timer = threading.Timer(0.6, os.kill, (first.pid, signal.SIGKILL))
        timer.start()
        answers = client.rate([Video(str(path)) for path in clip_folder[:8]], wait=60.0)
        timer.join()
        assert [answer.status for answer in answers] == ["done"] * 8
        assert client.ensure_running().pid != first.pid


def test_stop_and_the_next_question_starts_it_again(settings: Settings, clip_folder: list[Path]) -> None:
    with HostClient(settings) as client:
        before = client.ensure_running()
        assert client.stop() is True
        assert read_state(settings.state_file) is None
        assert client.rate([Video(str(clip_folder[0]))], wait=20.0)[0].status == "done"
        after = client.ensure_running()
        assert (after.pid, after.token) != (before.pid, before.token)


# -- a host that does not


def test_gone_in_mid_answer_again_and_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module.time, "sleep", lambda seconds: None)
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
    with fake_host(settings, lambda path, body: (0, half)) as fake, HostClient(settings) as client:
        with pytest.raises(HostUnavailableError, match="went away") as caught:
            client.rate([Video("/a.mp4")], wait=1.0)
        assert len(fake.asked) == MAX_ATTEMPTS
    assert "xl-vqa host start" in caught.value.message("en")
    assert "xl-vqa host start" in caught.value.message("ja")


def test_gone_in_mid_answer_once(settings: Settings) -> None:
    replies: list[Reply] = [(0, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), (200, {"ratings": [done()]})]
    with fake_host(settings, lambda path, body: replies.pop(0)), HostClient(settings) as client:
        assert client.rate([Video("/a.mp4")], wait=5.0)[0].rating == {"label": 37}


def test_a_token_of_an_earlier_run_is_read_anew(settings: Settings) -> None:
    replies: list[Reply] = [(401, {}), (200, {"ratings": [done()]})]
    with fake_host(settings, lambda path, body: replies.pop(0)) as fake, HostClient(settings) as client:
        assert client.rate([Video("/a.mp4")])[0].rating == {"label": 37}
        assert len(fake.asked) == 2


def test_an_unknown_key_is_asked_for_again(settings: Settings) -> None:
    """The host forgot the video between question and poll, as one that was restarted does."""
    pending = {"ratings": [done(20), {"status": "pending", "key": "k1"}]}
    script: list[Reply] = [
        (200, pending),
        (200, {"ratings": [{"status": "unknown", "key": "k1"}]}),
        (200, {"ratings": [done(30)]}),
    ]
    with fake_host(settings, lambda path, body: script.pop(0)) as fake, HostClient(settings) as client:
        answers = client.rate([Video("/a.mp4"), Video("/b.mp4")], wait=10.0)
        asked = [[video["path"] for video in body.get("videos", [])] for _, body in fake.asked]
    assert [answer.rating for answer in answers] == [{"label": 20}, {"label": 30}]
    assert [[os.path.basename(path) for path in paths] for paths in asked] == [["a.mp4", "b.mp4"], [], ["b.mp4"]]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ratings": None},
        {"ratings": {}},
        {"ratings": []},
        {"ratings": [done(), done()]},
        {"ratings": ["done"]},
        {"ratings": [{}]},
        {"ratings": [{"status": "rated", "score": 3}]},
        {"ratings": [{"status": "done"}]},
        {"ratings": [{"status": "done", "rating": 37}]},
        {"ratings": [{"status": "pending"}]},
        {"ratings": [{"status": ["done"]}]},
    ],
    ids=json.dumps,
)
def test_an_answer_of_another_shape_is_a_named_error(settings: Settings, answer: dict[str, Any]) -> None:
    with fake_host(settings, lambda path, body: (200, answer)), HostClient(settings) as client:
        with pytest.raises(HostError) as caught:
            client.rate([Video("/a.mp4")], wait=1.0)
        assert type(caught.value) is HostError
        [result] = client.rate_all([Video("/a.mp4")])
        assert isinstance(result, HostError)


def test_a_host_that_says_no_is_not_asked_again(settings: Settings) -> None:
    refusal = (400, {"error": HostRequestError(problem="videos must be a list").to_dict()})
    with fake_host(settings, lambda path, body: refusal) as fake, HostClient(settings) as client:
        with pytest.raises(HostRequestError, match="videos must be a list"):
            client.rate([Video("/a.mp4")])
        assert len(fake.asked) == 1


def test_a_host_that_says_nothing_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SLACK_S", 0.1)
    monkeypatch.setattr(client_module, "MAX_ATTEMPTS", 2)
    hold = threading.Event()

    def answer(path: str, body: dict[str, Any]) -> Reply:
        hold.wait(20)
        return 200, {"ratings": [done()]}

    with fake_host(settings, answer), HostClient(settings) as client:
        with pytest.raises(HostUnavailableError, match="no answer came in time"):
            client.rate([Video("/a.mp4")])
        assert client.poll(["k"]) == [{"status": "unknown", "key": "k"}]
        hold.set()


def test_a_stale_state_file_is_passed_over(
    settings: Settings, client: HostClient, clip_folder: list[Path]
) -> None:
    settings.home.mkdir(parents=True)
    write_state(settings.state_file, HostState(os.getpid(), 1, "0.0.1", "2020-01-01T00:00:00", "old"))
    assert client.status() is None
    assert client.stop() is False
    assert client.rate([Video(str(clip_folder[0]))], wait=20.0)[0].status == "done"
    state = read_state(settings.state_file)
    assert state is not None
    assert state.token != "old"


# -- a host that cannot start


def script(tmp_path: Path, text: str) -> str:
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exit 3", "status 3"),
        ("echo 'ModuleNotFoundError: No module named xl_vqa' >&2; exit 1", "No module named xl_vqa"),
        ("echo 'XL_VQA_HOST {broken'; exit 1", "status 1"),
        ("printf '\\377\\376garbage\\n'; exit 1", "garbage"),
        ("sleep 5", "not ready within"),
    ],
)
def test_a_python_that_is_no_host(tmp_path: Path, text: str, words: str) -> None:
    own = helpers.settings_for(tmp_path / "home", start_timeout_s=1.0)
    with HostClient(own, python=script(tmp_path, text)) as client:
        with pytest.raises(HostStartError, match=words):
            client.rate([Video("/a.mp4")])
        [result] = client.rate_all([Video("/a.mp4")])
        assert isinstance(result, HostStartError)
    assert "xl-vqa host logs" in result.message("ja")
    # whoever comes next need not wait for a claim that nobody holds
    assert not (own.home / "host.starting").exists()


def test_no_python_there(tmp_path: Path) -> None:
    own = helpers.settings_for(tmp_path / "home")
    with HostClient(own, python=str(tmp_path / "none")) as client, pytest.raises(HostStartError, match="none"):
        client.ensure_running()


def test_a_claim_of_a_program_that_died_is_broken(settings: Settings, client: HostClient) -> None:
    settings.home.mkdir(parents=True)
    claim = settings.home / "host.starting"
    claim.touch()
    os.utime(claim, (1_000_000, 1_000_000))
    assert client.ensure_running().pid
    assert not claim.exists()


def test_a_claim_of_a_living_program_is_waited_for(tmp_path: Path) -> None:
    own = helpers.settings_for(tmp_path / "home", start_timeout_s=1.0)
    own.home.mkdir(parents=True)
    (own.home / "host.starting").touch()
    with HostClient(own) as client, pytest.raises(HostStartError, match="did not answer"):
        client.ensure_running()


def test_a_home_that_is_a_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with HostClient(helpers.settings_for(tmp_path / "home")) as client, pytest.raises(HostDiskError) as caught:
        client.ensure_running()
    assert "a file stands where a folder is needed" in caught.value.message("en")


# -- what a spreadsheet cell loads


def test_the_bridge_is_the_standard_library_alone() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import pkgutil, importlib, xl_vqa.bridge as room\n"
        "for module in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module(f'xl_vqa.bridge.{module.name}')\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names - {'xl_vqa'}))\n"
        "print(sorted(n for n in sys.modules if n.startswith(('xl_vqa.vlm', 'xl_vqa.video.', 'xl_vqa.host'))))\n"
    )
    done_ = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done_.stdout.split("\n")[:2] == ["[]", "[]"]
