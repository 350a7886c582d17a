"""Calls on threads that nobody waits for: as of any pool, and a process ends though they hang."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import CancelledError

import pytest

from xl_vqa import daemon_threads
from xl_vqa.daemon_threads import DaemonThreads

HANGS = """
import asyncio, signal, threading, time
from pathlib import Path

def hanging():
    # each with a sign of its own: a call of the one before may begin late, and is no sign of this one
    begun = threading.Semaphore(0)
    def hang(*_, **__):
        begun.release()
        while True:
            time.sleep(60)
    return hang, begun

hang, begun = hanging()

def pressed(work, begun):
    # Ctrl+C, once what hangs has begun, and again where Python lost it: it may come while something is deleted
    stopped = threading.Event()
    # a program started in the background of a shell ignores it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    def press():
        begun.acquire()
        while True:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            if stopped.wait(10):
                break
    threading.Thread(target=press, daemon=True).start()
    try:
        work()
    except KeyboardInterrupt:
        stopped.set()
        print("stopped", flush=True)
"""


def test_they_give_what_the_calls_give() -> None:
    with DaemonThreads(3, "call") as pool:
        assert list(pool.map(lambda n: n * n, range(50))) == [n * n for n in range(50)]
        failed = pool.submit(int, "no number")
        with pytest.raises(ValueError, match="no number"):
            failed.result()
        # a call that failed takes no thread with it
        assert [one.result() for one in [pool.submit(pow, 2, n) for n in range(9)]] == [2**n for n in range(9)]
    with pytest.raises(RuntimeError):
        pool.submit(int)


def test_no_more_at_a_time_than_was_said() -> None:
    met = threading.Barrier(2)
    lock, now, most = threading.Lock(), 0, 0

    def call(number: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        # two are needed to get on, so both threads are at work
        met.wait(60)
        with lock:
            now -= 1

    with DaemonThreads(2, "call") as pool:
        list(pool.map(call, range(8)))
    assert most == 2


def test_at_the_end_what_has_not_begun_is_cancelled_and_what_hangs_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(daemon_threads, "PATIENCE_S", 0.01)
    begun, over = threading.Event(), threading.Event()

    def hang() -> bool:
        begun.set()
        return over.wait()

    with DaemonThreads(1, "call") as pool:
        hanging, waiting = pool.submit(hang), pool.submit(int)
        begun.wait()
    with pytest.raises(CancelledError):
        waiting.result()
    assert not hanging.done()
    over.set()
    assert hanging.result(60)


def ends(script: str) -> str:
    """What a process says that has to end by itself."""
    command = [sys.executable, "-c", HANGS + script]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_a_process_ends_while_a_team_host_or_a_server_has_something_that_hangs() -> None:
    """A shared folder on a dead drive, and a task that waits for a thread though it was cancelled."""
    said = ends("""
from types import SimpleNamespace
from xl_vqa.host import server
from xl_vqa.team.gateway import Gateway
server.LOOP_END_S = 0.1
desk = SimpleNamespace(setup=SimpleNamespace(proxies=()), meters=None)
gateway = Gateway(desk, None, None, connections=int)

async def stubborn():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

async def serve():
    global closing
    closing = asyncio.create_task(stubborn())
    asking = [asyncio.create_task(gateway._run(hang, waiting=which)) for which in (True, False)]
    for _ in asking:
        while not begun.acquire(blocking=False):
            await asyncio.sleep(0.01)

server.run_to_its_end(serve)
gateway.close()
print("served")

async def fail():
    raise OSError("no disk")

try:
    server.run_to_its_end(fail)
except OSError as error:
    print(error)
""")
    assert said == "served\nno disk\n"


def test_ctrl_c_ends_a_process_whose_model_or_videos_lie_on_a_dead_drive() -> None:
    said = ends("""
from xl_vqa import daemon_threads
from xl_vqa.vlm import fingerprint as of_models
from xl_vqa.video import fingerprint as of_videos
import xl_vqa
daemon_threads.PATIENCE_S = 0.1
of_models.HashCache._hash = hang
pressed(lambda: of_models.HashCache().hashes([Path("a"), Path("b")]), begun)
of_videos.fingerprint, begun = hanging()
pressed(lambda: xl_vqa.predict("stand-in", ["a.mp4", "b.mp4", "c.mp4"]), begun)
""")
    assert said == "stopped\nstopped\n"
