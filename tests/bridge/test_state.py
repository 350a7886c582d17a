"""The state file is believed only as far as it makes sense, and replaced in one piece."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xl_vqa.bridge.state import HostState, read_state, remove_state, write_state

STATE = HostState(4711, 50123, "0.1.0", "2026-01-02T03:04:05+00:00", "abc-DEF_123")


def test_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    write_state(path, STATE)
    assert read_state(path) == STATE
    assert [file.name for file in tmp_path.iterdir()] == ["host.json"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_token_is_in_no_repr() -> None:
    assert STATE.token not in repr(STATE)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        ).map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {},
            optional={
                name: st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers())
                for name in asdict(STATE)
            },
        ).map(lambda change: json.dumps({**asdict(STATE), **change}).encode()),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_any_content_is_a_usable_state_or_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "host.json"
    path.write_bytes(content)
    state = read_state(path)
    if state is not None:
        assert state.pid > 0
        assert 0 < state.port < 65536
        assert state.token
        assert state.token.isprintable()
        assert state.token.isascii()


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, json.dumps({**asdict(STATE), "pid": float("inf")}).encode(), b"\xff\xfe", b"", b"null"],
    ids=["deep", "infinite", "bytes", "empty", "null"],
)
def test_damaged_files_say_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "host.json"
    path.write_bytes(content)
    assert read_state(path) is None


def test_nothing_there_or_a_folder(tmp_path: Path) -> None:
    assert read_state(tmp_path / "none.json") is None
    assert read_state(tmp_path) is None


def test_a_token_that_would_break_a_header_is_none(tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    for token in ("a\r\nX: y", "a b\n", "\x00", "合言葉", ""):
        path.write_text(json.dumps({**asdict(STATE), "token": token}), encoding="utf-8")
        assert read_state(path) is None


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "host.json"
    write_state(path, STATE)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_state(path, HostState(1, 1, "x", "y", "z"))
    assert read_state(path) == STATE
    assert [file.name for file in tmp_path.iterdir()] == ["host.json"]


def test_only_the_own_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    write_state(path, STATE)
    remove_state(path, "another run's")
    assert read_state(path) == STATE
    remove_state(path, STATE.token)
    assert not path.exists()
    remove_state(path, STATE.token)
