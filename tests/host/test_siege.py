"""64 clients, 200 requests each, and a host that is killed seven times in between."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.host.helpers import cleaned_up, clips, host_processes, settings_for
from xl_vqa.bridge.state import read_state
from xl_vqa.words.settings import Settings

PROGRAMS, CLIENTS, REQUESTS, CLIPS = 4, 16, 200, 400
KILLS_AT = tuple(CLIPS * turn // 8 for turn in range(1, 8))
"""Stored ratings at which the host is killed."""
CLEAR = {"host_unavailable"}
ROOT = Path(__file__).resolve().parents[2]


def stored_texts(settings: Settings) -> set[str]:
    with contextlib.closing(sqlite3.connect(settings.store_file, timeout=30)) as connection:
        return {text for (text,) in connection.execute("SELECT text FROM ratings")}


def check(settings: Settings) -> str:
    with contextlib.closing(sqlite3.connect(settings.store_file, timeout=30)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.slow
def test_every_request_is_answered_and_nothing_stored_is_computed_twice(tmp_path: Path) -> None:
    folder, log = tmp_path / "clips", tmp_path / "computed"
    clips(folder, CLIPS)
    log.touch()
    model = f"stand-in?delay=0.02&log={log}"
    settings = settings_for(tmp_path / "home", model=model)
    settings.home.mkdir()
    seen: list[tuple[set[str], int]] = []
    killed: list[int] = []
    with cleaned_up(settings):
        command = [sys.executable, "-m", "tests.host.swarm", str(settings.home), model, str(folder)]
        programs = []
        for number in range(PROGRAMS):
            output = (tmp_path / f"answers{number}").open("w")
            arguments = [str(CLIENTS), str(REQUESTS), str(1000 * number)]
            programs.append(subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=output))
            output.close()
        while any(program.poll() is None for program in programs):
            time.sleep(0.2)
            with contextlib.suppress(sqlite3.OperationalError):  # the store is being made
                # in this order: what is logged from here on and was stored before is computed twice
                stored = stored_texts(settings)
                seen.append((stored, log.stat().st_size))
                state = read_state(settings.state_file)
                if state and len(killed) < len(KILLS_AT) and len(stored) >= KILLS_AT[len(killed)]:
                    os.kill(state.pid, signal.SIGKILL)
                    killed.append(state.pid)
                    assert check(settings) == "ok"
        assert [program.wait() for program in programs] == [0] * PROGRAMS
        assert len(host_processes(settings)) == 1
        assert len(set(killed)) == len(KILLS_AT)

        answers = [
            [(number, outcome) for number, outcome in json.loads(line)]
            for number in range(PROGRAMS)
            for line in (tmp_path / f"answers{number}").read_text().splitlines()
        ]
        assert [len(client) for client in answers] == [REQUESTS] * (PROGRAMS * CLIENTS)
        outcomes: dict[int, set[int | str]] = {}
        for client in answers:
            for number, outcome in client:
                outcomes.setdefault(number, set()).add(outcome)
        errors = {outcome for found in outcomes.values() for outcome in found if isinstance(outcome, str)}
        assert errors <= CLEAR
        for number, found in outcomes.items():
            labels = {outcome for outcome in found if isinstance(outcome, int)}
            assert len(labels) <= 1, f"clip {number} got several labels"
        rated = {str(number) for number, found in outcomes.items() if any(isinstance(o, int) for o in found)}
        assert rated == stored_texts(settings)
        assert check(settings) == "ok"

        computed = log.read_bytes()
        for stored, position in seen:
            assert not stored & set(computed[position:].decode().split())
        # what was computed but not yet stored when the host was killed: a batch each time, at the most
        times = Counter(computed.decode().split())
        assert sum(count - 1 for count in times.values()) <= len(killed) * settings.batch_size
        with contextlib.closing(sqlite3.connect(settings.store_file)) as connection:
            assert connection.execute("SELECT max(times_computed) FROM ratings").fetchone() == (1,)
