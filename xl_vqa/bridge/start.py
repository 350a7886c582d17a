"""Find the user's host, or start it: one process, detached, found again by every program of this user."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xl_vqa
from xl_vqa.atomic import make_private
from xl_vqa.bridge.connection import HostGoneError, HttpPool, ask_health, proves
from xl_vqa.bridge.protocol import HANDSHAKE, LOOPBACK, PROTOCOL, environment_of
from xl_vqa.bridge.state import HostState, read_state
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import HostDiskError, HostStartError, XlVqaError
from xl_vqa.words.reasons import Detail, Reason, why_unread, why_unwritten
from xl_vqa.words.settings import Settings
from xl_vqa.words.versions import order

POLL_S = 0.05
CLAIM_LIFE_S = 20.0
"""A claim older than this belongs to a program that died while it started a host."""

SILENCE_S = 15.0
"""A host that does not answer any more is given this long to store what it has at hand."""

_children: list[subprocess.Popen[bytes]] = []
_children_lock = threading.Lock()
_starting = threading.Lock()


def find(settings: Settings, *, timeout: float = 5.0) -> HostState | None:
    """The running host, or None.

    The state file alone proves nothing: the process may be dead, its number or port taken by a stranger.
    So what listens there must show that it knows the token, before the token is sent to it.
    """
    state = read_state(settings.state_file)
    if state is None:
        return None
    connection = http.client.HTTPConnection(LOOPBACK, state.port, timeout=timeout)
    try:
        return state if proves(connection, state) else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def find_or_start(settings: Settings, *, python: str | None = None) -> HostState:
    """The running host, started if need be. Raises HostStartError or HostDiskError where it cannot be.

    Many threads and programs may call this at once: one of them starts the host, the others wait for it.
    """
    state = find(settings)
    if state is not None and not is_outdated(state):
        return state
    with _starting:
        deadline = time.monotonic() + max(settings.start_timeout_s, 1.0)
        state = find(settings)
        if state is not None and is_outdated(state) and not keeps_unsaved(state):
            # after an update the old host would go on answering with the old code
            ask_to_stop(state)
            wait_until_gone(settings, state, deadline)
            state = None
        while state is None:
            if _claim(settings):
                try:
                    _spawn(settings, python or os.environ.get("XL_VQA_PYTHON") or sys.executable, deadline)
                finally:
                    _claim_file(settings).unlink(missing_ok=True)
            state = find(settings)
            if state is None:
                if time.monotonic() > deadline:
                    raise HostStartError(
                        problem=Reason("host_no_answer", seconds=f"{settings.start_timeout_s:.0f}")
                    )
                time.sleep(POLL_S)
        return state


def is_outdated(state: HostState) -> bool:
    """Whether the host runs code of before this program's.

    A host of a later version is not: it answers earlier clients as well, and two programs of different versions
    must not end each other's hosts in turns.
    """
    theirs, ours = order(state.version), order(xl_vqa.__version__)
    if theirs is None or ours is None:
        return state.version != xl_vqa.__version__ or state.protocol < PROTOCOL
    return (theirs, state.protocol) < (ours, PROTOCOL)


def keeps_unsaved(state: HostState) -> bool:
    """Whether a host holds ratings in memory alone (a full disk): it is left until it could store them."""
    pool = HttpPool(state)
    try:
        return bool(pool.request("GET", "/v1/progress", timeout=10.0).get("unsaved"))
    except (HostGoneError, XlVqaError):
        return False  # it is ending, or ours no more
    finally:
        pool.close()


def ask_to_stop(state: HostState) -> bool:
    """Whether the host took the request; it finishes the batch at hand first."""
    pool = HttpPool(state)
    try:
        pool.request("POST", "/v1/shutdown", {}, timeout=10.0)
    except (HostGoneError, XlVqaError):
        return False
    finally:
        pool.close()
    return True


def wait_until_gone(settings: Settings, state: HostState, deadline: float) -> bool:
    """Whether this run of the host ended before ``deadline`` (monotonic)."""
    silent_since: float | None = None
    while True:
        reap_children()
        current = read_state(settings.state_file)
        named = current is not None and current.token == state.token
        now = time.monotonic()
        # a killed host leaves its file behind, so silence on its port counts as well
        if (named and find(settings, timeout=1.0) is not None) or (
            not named and ask_health(state.port, "0", timeout=1.0) is not None
        ):
            silent_since = None
        else:
            silent_since = silent_since or now
            # silent, it still has its batch to store; but its number may be a stranger's by now, or a zombie's
            if not is_alive(state.pid) or now - silent_since > SILENCE_S:
                return True
        if now > deadline:
            return False
        time.sleep(POLL_S)


def reap_children() -> None:
    """Collects hosts of ours that ended, so that no zombie holds their process number."""
    with _children_lock:
        _children[:] = [child for child in _children if child.poll() is None]


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists; it may be another one than it was."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    # os.kill would end the process there, whatever the signal
    import ctypes

    synchronize, still_running = 0x00100000, 0x00000102
    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == still_running)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def _claim_file(settings: Settings) -> Path:
    return settings.home / "host.starting"


def _claim(settings: Settings) -> bool:
    """Whether it is on us to start the host: dozens of cells' processes must not each start a Python."""
    file = _claim_file(settings)
    try:
        make_private(settings.home)
        try:
            # a date in the future is no younger: the clock was set back, or the file came from elsewhere
            if abs(time.time() - file.stat().st_mtime) > CLAIM_LIFE_S:
                file.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise HostDiskError(path=str(settings.home), problem=why_unwritten(error)) from error
    return True


def _spawn(settings: Settings, python: str, deadline: float) -> None:
    """Starts the process and waits for its word. Raises HostStartError with the reason it gave."""
    environment = environment_of(settings, os.environ)
    if python == sys.executable:
        # a checkout or a vendored copy need not be installed for the child to find it
        package_home = str(Path(xl_vqa.__file__).resolve().parent.parent)
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([package_home, *([known] if known else [])])
    else:
        # LibreOffice points these at its own Python; another one cannot even start with them
        for name in ("PYTHONHOME", "PYTHONPATH"):
            environment.pop(name, None)
    # -P: a file called json.py in the working folder must not shadow the standard library
    command = [python, "-P", "-m", "xl_vqa.host", "--handshake"]
    try:
        child = _popen(command, settings.home, environment)
    except OSError as error:
        raise HostStartError(problem=Reason("says", what=python, why=why_unread(error, python))) from error
    with _children_lock:
        _children.append(child)
    words = _Words(child)
    answer = words.wait(deadline)
    if answer is None:
        if child.poll() is None:
            raise HostStartError(problem=Reason("host_not_ready", seconds=f"{settings.start_timeout_s:.0f}"))
        raise HostStartError(problem=Detail(words.last_line()) or Reason("host_ended", status=child.returncode))
    if "error" in answer:
        raise from_dict(answer["error"])


def _popen(command: list[str], home: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Detached: it outlives the program that starts it, and shows no window."""
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen
    common: dict[str, Any] = {
        "cwd": home,
        "env": environment,
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "close_fds": True,
    }
    if sys.platform == "win32":
        # CREATE_NO_WINDOW and not DETACHED_PROCESS: without any console the python.exe of a virtual
        # environment, which starts the real one, would open a visible console for it
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            # Excel may run in a job whose end would end the host as well
            return start(command, creationflags=flags | subprocess.CREATE_BREAKAWAY_FROM_JOB, **common)
        except OSError:
            return start(command, creationflags=flags, **common)
    return start(command, start_new_session=True, **common)


class _Words:
    """What a starting host says: text until its handshake line, or until it ends."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._lines: list[str] = []
        self._answer: dict[str, Any] | None = None
        self._done = threading.Event()
        # a thread, because a pipe cannot be read with a time limit on Windows
        threading.Thread(target=self._read, name="host-handshake", daemon=True).start()

    def wait(self, deadline: float) -> dict[str, Any] | None:
        self._done.wait(max(deadline - time.monotonic(), 0.1))
        return self._answer

    def last_line(self) -> str:
        """The line of a traceback that names the error."""
        return next((line for line in reversed(self._lines) if line.strip()), "").strip()

    def _read(self) -> None:
        stream = self._child.stdout
        assert stream is not None
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                if line.startswith(HANDSHAKE):
                    try:
                        self._answer = dict(json.loads(line.removeprefix(HANDSHAKE)))
                    except ValueError:
                        continue
                    break
                self._lines = [*self._lines[-50:], line]
        if self._answer is None:
            # the pipe closes a moment before the process is gone
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(5.0)
        self._done.set()
