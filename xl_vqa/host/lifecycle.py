"""The life of a host: lock, store, port, state file, serving, idle stop, orderly end.

One host per user. Whoever holds the lock is the host; the state file only says where it is. The file appears
when the host answers and goes before it stops, so that nobody is sent to a dying host.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import filelock

from xl_vqa import __version__
from xl_vqa.atomic import keep_private, make_private
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.protocol import LOOPBACK
from xl_vqa.bridge.start import find
from xl_vqa.bridge.state import HostState, remove_state, write_state
from xl_vqa.host.app import HostApp
from xl_vqa.host.connections import LimitedProtocol
from xl_vqa.host.forgetting import Housekeeping
from xl_vqa.host.logs import start_log, watch_for_crashes
from xl_vqa.host.server import begin_serving, on_end_signals, run_to_its_end, server_for
from xl_vqa.host.service import RatingService
from xl_vqa.words.errors import HostDiskError, HostStartError
from xl_vqa.words.reasons import Reason, why_unconnected, why_unwritten
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.host")

PORT_PATIENCE_S: Final = 3.0
"""A host that ended a moment ago may still hold a fixed port."""
FILES_LOOK_S: Final = 1.0


class AlreadyRunning(Exception):
    """Another host of this user answers: no error, but nothing is left to do."""


@contextlib.contextmanager
def only_host(settings: Settings) -> Iterator[None]:
    """Holds the lock of this user's host.

    Waits for a host that is stopping; raises AlreadyRunning where one answers, HostStartError where one
    holds the lock without answering, HostDiskError where the lock cannot be made.
    """
    lock = filelock.FileLock(settings.lock_file, mode=0o600)
    deadline = time.monotonic() + settings.start_timeout_s
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except filelock.Timeout:
            if find(settings, timeout=1.0) is not None:
                raise AlreadyRunning from None
            if time.monotonic() > deadline:
                problem = Reason("host_other_running")
                raise HostStartError(problem=problem) from None
        except OSError as error:
            raise HostDiskError(path=str(settings.home), problem=why_unwritten(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def no_host(settings: Settings) -> Iterator[bool]:
    """Ends the host, its work at hand stored, and lets none start meanwhile; gives whether one ran.

    Raises HostUnavailableError where it does not end, HostStartError where a run on a cluster writes into the
    store, and as ``only_host``.
    """
    ran = False
    with contextlib.ExitStack() as stack:
        stack.enter_context(_no_cluster_run(settings))
        while True:
            # the host of this machine, also where scores come from a team's
            with HostClient(replace(settings, host_address=None)) as client:
                ran = client.stop() or ran
            try:
                stack.enter_context(only_host(settings))
                break
            except AlreadyRunning:
                continue  # a sheet started the next one in between
        yield ran


@contextlib.contextmanager
def _no_cluster_run(settings: Settings) -> Iterator[None]:
    lock = filelock.FileLock(settings.cluster_lock_file, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise HostStartError(problem=Reason("host_cluster_run")) from None
    except OSError as error:
        raise HostDiskError(path=str(settings.home), problem=why_unwritten(error)) from error
    try:
        yield
    finally:
        lock.release()


def bind(port: int) -> socket.socket:
    """A listening socket on the loopback address. Raises HostStartError where a fixed port is taken."""
    deadline = time.monotonic() + PORT_PATIENCE_S
    while True:
        # the protocol is named because asyncio turns off Nagle's delay (40 ms an answer) only where it is
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if sys.platform == "win32":
                # there, REUSEADDR would let another program take over the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, port))
            listener.listen(1024)
        except OSError as error:
            listener.close()
            in_use = error.errno in (errno.EADDRINUSE, errno.EACCES)
            if port and in_use and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            if port and in_use:
                problem = Reason("host_port_used", port=port)
                raise HostStartError(problem=problem) from error
            raise HostStartError(problem=why_unconnected(error)) from error
        return listener


class Host:
    """One run. ``serve`` returns when it was stopped: by a request, a signal, or idleness."""

    def __init__(self, settings: Settings, *, crashed: bool = True) -> None:
        """Opens store and port; ``crashed``: the host before did. Raises HostDiskError or HostStartError."""
        self._settings = settings
        self._listener = bind(settings.port)
        try:
            self._service = RatingService(settings, crashed=crashed)
        except BaseException:
            self._listener.close()
            raise
        self._housekeeping = Housekeeping(settings, self._service.ledger.store)
        port = int(self._listener.getsockname()[1])
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        self.state = HostState(os.getpid(), port, __version__, started, secrets.token_urlsafe(32))
        self._app = HostApp(self._service, self.state.token, port, self.stop)
        self._server = server_for(self._app.asgi, LimitedProtocol)
        self._stopping = threading.Event()

    def stop(self, reason: str = "asked to") -> None:
        """Begins the orderly end; may be called from any thread, and from a signal handler."""
        self._server.should_exit = True
        if not self._stopping.is_set():
            self._stopping.set()
            self._app.asgi.stopping = True
            # off this thread: a signal may have interrupted whoever holds a lock
            threading.Thread(target=self._let_go, args=(reason,), name="stop", daemon=True).start()

    def serve(self, on_ready: Callable[[HostState], None]) -> None:
        """Raises HostDiskError where the state file cannot be written."""
        self._service.start()
        self._housekeeping.start()
        on_end_signals(lambda number: self.stop(f"signal {number}"))
        try:
            run_to_its_end(lambda: self._run(on_ready))
        finally:
            self.stop("its server ended")
            remove_state(self._settings.state_file, self.state.token)
            self._housekeeping.stop()
            self._service.stop()
            self._app.close()
            log.info("stopped")

    async def _run(self, on_ready: Callable[[HostState], None]) -> None:
        serving = await begin_serving(self._server, [self._listener])
        if self._server.started:
            try:
                write_state(self._settings.state_file, self.state)
            except OSError as error:
                self.stop("its state file cannot be written")
                await serving
                where = str(self._settings.state_file)
                raise HostDiskError(path=where, problem=why_unwritten(error)) from error
            log.info("listening on port %d, version %s, process %d", self.state.port, __version__, self.state.pid)
            on_ready(self.state)
            watching = [
                asyncio.create_task(self._stop_when_idle()),
                asyncio.create_task(self._stop_when_removed()),
            ]
            await serving
            for task in watching:
                task.cancel()
        await serving

    async def _stop_when_idle(self) -> None:
        limit = self._settings.idle_minutes * 60
        guard = self._app.asgi
        while limit:
            await asyncio.sleep(min(max(limit / 10, 0.05), 5.0))
            busy = guard.under_way > 0 or not self._service.idle
            if busy:
                guard.last_request_at = time.monotonic()
            elif time.monotonic() - guard.last_request_at > limit:
                self.stop(f"idle for {limit / 60:g} minutes")
                return

    async def _stop_when_removed(self) -> None:
        """Without its files it could keep nothing, and nobody new would find it."""
        files = (self._settings.store_file, self._settings.state_file)
        while all(map(os.path.exists, files)):
            await asyncio.sleep(FILES_LOOK_S)
        if not self._stopping.is_set():
            self.stop("its files were removed")

    def _let_go(self, reason: str) -> None:
        log.info("stopping: %s", reason)
        remove_state(self._settings.state_file, self.state.token)
        # requests that wait for a rating are answered now: pending
        self._service.queue.close()


def prepare_home(settings: Settings) -> None:
    """The user's folder and what is in it, and what this process will make, is for the user alone.

    Raises HostDiskError.
    """
    try:
        make_private(settings.home)
        os.umask(0o077)
        for file in (*settings.home.glob("*"), *settings.log_file.parent.glob("*")):
            keep_private(file)
    except OSError as error:
        raise HostDiskError(path=str(settings.home), problem=why_unwritten(error)) from error


def run(settings: Settings, on_ready: Callable[[HostState], None], *, console: bool = False) -> None:
    """From lock to release; logs to the user's log file, and to ``console`` where asked.

    Raises AlreadyRunning, HostStartError, HostDiskError.
    """
    prepare_home(settings)
    with only_host(settings):
        # the log belongs to the host alone: two processes would rotate it under each other's hands
        try:
            start_log(settings.log_file, console=console, form=settings.log_format)
        except OSError as error:
            raise HostDiskError(path=str(settings.log_file), problem=why_unwritten(error)) from error
        # held until the end: native crashes are written to it
        crash_file, crashed = watch_for_crashes(settings.log_file.with_name("host-crash.log"))
        try:
            Host(settings, crashed=crashed).serve(on_ready)
        except Exception as error:
            log.error("%s", error)
            raise
        finally:
            del crash_file
