"""The parts of scoring on a cluster that need no Ray."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import filelock
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.helpers import settings_for
from xl_vqa import __version__
from xl_vqa.cluster import connect
from xl_vqa.cluster.connect import Address, make_token_private
from xl_vqa.cluster.errors import ClusterAddressError, ClusterError, ClusterNodeError
from xl_vqa.cluster.nodes import Room, checked
from xl_vqa.cluster.passes import Pass, Runner
from xl_vqa.cluster.rows import (
    ANSWERED,
    RATED,
    Answer,
    Row,
    by_cost,
    rows_per_task,
    settings_for_workers,
    settings_here,
)
from xl_vqa.cluster.score import only_run
from xl_vqa.host.lifecycle import no_host
from xl_vqa.words.errors import HostStartError, PackageMissingError

# -- rows


@given(st.lists(st.integers(1, 50)), st.integers(1, 60), st.integers(1, 8))
def test_pieces_keep_order_and_hold_no_more_than_they_may(costs: list[int], most_cost: int, most: int) -> None:
    pieces = list(by_cost(range(len(costs)), costs, most_cost, most))
    assert [one for piece in pieces for one in piece] == list(range(len(costs)))
    for piece, following in zip(pieces, [*pieces[1:], []], strict=False):
        total = sum(costs[one] for one in piece)
        assert len(piece) == 1 or total <= most_cost
        assert len(piece) <= most
        # and none is cut before it is full
        assert not following or len(piece) == most or total + costs[following[0]] > most_cost


@given(st.integers(1, 10**7), st.integers(1, 500))
def test_a_task_has_few_rows_and_every_worker_several_tasks(rows: int, workers: int) -> None:
    several = rows_per_task(rows, workers)
    assert 1 <= several <= 32
    assert several == 1 or rows / several >= 8 * workers


@given(st.text(), st.none() | st.text())
def test_a_row_comes_back_as_it_went(path: str, text: str | None) -> None:
    row = Row(7, path + "\udcff", text, "b2:1", "1:2")
    assert Row.from_json(row.to_json()) == row
    assert row.to_json().isascii()


def test_workers_get_what_they_rate_by_and_no_address_of_a_database(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, shared_store="postgresql://me@secret/db", fps=2.0)
    values = json.loads(json.dumps(settings_for_workers(settings, gpu=True, threads=3)))
    assert "secret" not in json.dumps(values)
    assert str(tmp_path) not in json.dumps(values)
    here = settings_here(values)
    assert (here.model, here.fps, here.device, here.torch_threads) == ("stand-in", 2.0, "cuda", 3)
    assert here.shared_store is None
    own = settings_for(tmp_path, device="cuda:1", torch_threads=7)
    values = settings_for_workers(own, gpu=True, threads=3)
    assert (values["device"], values["torch_threads"]) == ("cuda:1", 7)


# -- addresses


@pytest.mark.parametrize("address", ["local", "auto", "10.0.0.5:6379", "gpu1.example:6379", "[::1]:6379"])
def test_addresses(address: str) -> None:
    assert Address(address).text == address


@pytest.mark.parametrize("address", ["", "gpu1", "gpu1:", "gpu1:0", "gpu1:99999", "http://gpu1:6379", "a b:1"])
def test_what_is_no_address_is_told_with_what_is_one(address: str) -> None:
    with pytest.raises(ClusterAddressError) as told:
        Address(address)
    assert "10.0.0.5:6379" in told.value.message("en")
    assert "「端末:ポート」" in told.value.message("ja")


def test_a_client_address_is_told_what_to_do_instead() -> None:
    with pytest.raises(ClusterAddressError, match="--cluster auto"):
        Address("ray://10.0.0.5:10001")


def test_an_address_where_nothing_listens_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ClusterAddressError) as told:
        Address(f"127.0.0.1:{port}").knock()
    assert f"127.0.0.1:{port}" in told.value.message("en")
    assert "クラスターがありません" in told.value.message("ja")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(PackageMissingError) as told:
        connect.import_ray()
    assert "pip install" in told.value.message("en")
    assert "ray[data]" in told.value.message("en")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_token_is_made_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "auth_token"
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
    assert not make_token_private()
    token.write_text("secret")
    token.chmod(0o644)
    assert make_token_private()
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert not make_token_private()


# -- machines


def node(cpus: float = 0, gpus: float = 0, *, alive: bool = True) -> dict[str, Any]:
    resources = {name: count for name, count in (("CPU", cpus), ("GPU", gpus)) if count}
    return {"Alive": alive, "Resources": resources}


def test_a_worker_for_each_gpu_and_else_for_two_cpus(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert Room.of([node(16, 2), node(16, 2), node(8, 4, alive=False)], settings) == Room(2, 4, 1, 1)
    assert Room.of([node(8), node(4)], settings) == Room(2, 6, 2, 0)
    assert Room.of([node(1)], settings) == Room(1, 1, 1, 0)
    # never more than the smallest machine has
    assert Room.of([node(32), node(2)], settings, workers=2) == Room(2, 2, 2, 0)
    assert Room.of([node(16, 2)], settings_for(tmp_path, device="cpu")) == Room(1, 8, 2, 0)
    with pytest.raises(ClusterError, match="no machine of it has a GPU"):
        Room.of([node(8)], settings_for(tmp_path, device="cuda"))
    with pytest.raises(ClusterError, match="no machine that is up"):
        Room.of([node(8, alive=False)], settings)


GOOD: dict[str, Any] = {"node": "gpu2", "version": __version__, "fingerprint": "m1:a", "seen": {"/v/a.mp4": "9:1"}}


@pytest.mark.parametrize(
    ("found", "en", "ja"),
    [
        ({"missing": "No module named 'xl_vqa'"}, "not installed in the Python", "xl_vqa がありません"),
        ({"version": "0.0.9"}, "it has xl_vqa 0.0.9", "バージョンが異なります"),
        ({"broken": "cannot import name 'seen'"}, f"it has xl_vqa {__version__}", "バージョンが異なります"),
        ({"seen": {"/v/a.mp4": None}}, "does not see /v/a.mp4", "からは見えません"),
        ({"seen": {"/v/a.mp4": "9:2"}}, "is another file", "内容がこの端末と異なります"),
    ],
)
def test_a_machine_that_would_score_otherwise_is_named(
    tmp_path: Path, found: Mapping[str, Any], en: str, ja: str
) -> None:
    settings = settings_for(tmp_path)
    assert checked(GOOD, {"/v/a.mp4": "9:1"}, settings) == GOOD
    with pytest.raises(ClusterNodeError) as told:
        checked({**GOOD, **found}, {"/v/a.mp4": "9:1"}, settings)
    assert en in told.value.message("en")
    assert "gpu2" in told.value.message("en")
    assert ja in told.value.message("ja")


# -- passes


class FakeRay:
    """Answers a pass by a rule: ``rule(numbers of a task) -> numbers that are answered``, or an error."""

    def __init__(self, rule: Callable[[list[int], int], list[int] | BaseException | float]) -> None:
        self.rule = rule
        self.passes = 0
        self.data = SimpleNamespace(DataContext=SimpleNamespace(get_current=lambda: SimpleNamespace()))

    def build(self, ray: Any, sent: Pass) -> Any:
        self.passes += 1
        numbers, several = [row.number for row in sent.rows], sent.rows_per_task
        return SimpleNamespace(iter_batches=lambda **_: self.batches(numbers, several))

    def batches(self, numbers: list[int], several: int) -> Iterator[dict[str, list[str]]]:
        for start in range(0, len(numbers), several):
            done = self.rule(numbers[start : start + several], self.passes)
            if isinstance(done, BaseException):
                raise done
            if isinstance(done, float):
                time.sleep(done)
                continue
            yield {ANSWERED: [Answer(number, RATED, {}).to_json() for number in done]}


def run(ray: FakeRay, count: int = 40, stall_s: float = 60.0) -> tuple[list[int], list[int], int]:
    """The numbers that were accepted, those that failed, and how often Ray was begun anew."""
    accepted: list[int] = []
    restarts: list[int] = []

    def restart() -> FakeRay:
        restarts.append(1)
        return ray

    runner = Runner(ray, restart, 2, stall_s)
    rows = [Row(number, f"/v/{number}.mp4") for number in range(count)]
    failed = runner.run(rows, ray.build, lambda found: accepted.extend(answer.number for answer, _ in found))
    return accepted, sorted(failed), len(restarts)


def test_what_comes_twice_counts_once() -> None:
    assert run(FakeRay(lambda numbers, _: [*numbers, *numbers, 0])) == (list(range(40)), [], 0)


def test_what_is_lost_is_asked_again_alone_and_only_that() -> None:
    sent: list[list[int]] = []

    def lose_one(numbers: list[int], which: int) -> list[int]:
        sent.append(numbers)
        return [] if 7 in numbers and which < 3 else numbers

    accepted, failed, _ = run(FakeRay(lose_one))
    assert sorted(accepted) == list(range(40))
    assert failed == []
    again = [numbers for numbers in sent if len(numbers) == 1]
    assert again[-1] == [7]
    assert len(again) == 3  # its neighbour of the same task once, it twice


def test_a_row_that_is_always_lost_is_the_only_one_that_fails() -> None:
    accepted, failed, _ = run(FakeRay(lambda numbers, _: [] if 7 in numbers else numbers))
    assert sorted(accepted) == [number for number in range(40) if number != 7]
    assert failed == [7]


def test_where_nothing_comes_it_is_begun_anew_twice_and_what_is_left_is_told() -> None:
    accepted, failed, restarts = run(FakeRay(lambda numbers, _: 5.0 if 7 in numbers else numbers), stall_s=1.0)
    # what hangs goes behind the others
    assert sorted(accepted) == [number for number in range(40) if number != 7]
    assert failed == [7]
    assert restarts >= 3


def test_a_cluster_that_breaks_off_is_joined_again() -> None:
    broken: list[int] = []

    def break_once(numbers: list[int], which: int) -> list[int] | BaseException:
        if 20 in numbers and not broken:
            broken.append(1)
            return RuntimeError("the head node is gone")
        return numbers

    accepted, failed, restarts = run(FakeRay(break_once))
    assert sorted(accepted) == list(range(40))
    assert len(accepted) == 40
    assert (failed, restarts) == ([], 1)


@pytest.mark.parametrize("ends", [None, RuntimeError("timed out"), SystemExit(1)])
def test_what_the_native_part_of_ray_writes_while_it_joins_reaches_nobody(
    ends: BaseException | None, capfd: pytest.CaptureFixture[str]
) -> None:
    def init(**_: Any) -> None:
        os.write(2, b"W rpc_client.h:153: Failed to connect to GCS")
        if ends is not None:
            raise ends

    with contextlib.suppress(ClusterAddressError):
        connect._join(SimpleNamespace(init=init), Address("192.0.2.1:6379"))
    os.write(2, b"afterwards")
    assert capfd.readouterr().err == "afterwards"


def test_a_cluster_that_no_longer_answers_keeps_no_process_from_ending() -> None:
    """A head node that is frozen, or behind a network that was cut: Ray waits for it without an end."""
    script = """
import atexit, sys, threading, time
from types import SimpleNamespace
from xl_vqa.cluster import connect
from xl_vqa.cluster.errors import ClusterAddressError
connect.END_S = 0.1

def shutdown():
    while True:
        time.sleep(60)

atexit.register(shutdown)
worker = SimpleNamespace()
ray = SimpleNamespace(init=lambda **_: None, shutdown=shutdown, _private=SimpleNamespace(worker=worker))
connect.import_ray = lambda: ray
connect.Address.knock = lambda self: None
try:
    with connect.connected(connect.Address("10.0.0.1:6379")):
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print("stopped")
try:
    with connect.connected(connect.Address("10.0.0.1:6379")):
        pass
except ClusterAddressError as error:
    print(error.params["problem"])
from xl_vqa.cli import main as cli
cli.app = lambda **_: sys.exit(130)
# as what Ray's own threads do to a process that is taken down in order
atexit.register(shutdown)
cli.main()
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (130, "stopped\nnetwork_silent\n"), done.stderr


# -- two runs


def test_a_second_run_with_the_same_store_waits_and_is_told_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    lock = filelock.FileLock(tmp_path / "cluster.lock")
    lock.acquire()
    told: list[str] = []
    inside = threading.Event()

    def second() -> None:
        with only_run(settings, lambda key, **_: told.append(key)):
            inside.set()

    thread = threading.Thread(target=second)
    thread.start()
    while not told:
        time.sleep(0.02)
    assert not inside.is_set()
    lock.release()
    assert inside.wait(30)
    thread.join()
    assert told == ["cluster_waits"]


def test_nothing_is_forgotten_under_a_run(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with only_run(settings, lambda key, **_: None), pytest.raises(HostStartError) as told, no_host(settings):
        pytest.fail("what is forgotten would be stored again")
    assert "a run on a cluster" in told.value.message("en")
    assert "クラスターでの評価" in told.value.message("ja")
    with no_host(settings) as ran:
        assert not ran
