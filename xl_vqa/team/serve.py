"""The life of a team's host: a process of its own that stands before the host of this machine.

It holds no model and reads no video; what it may ask of the host behind it is what ``Desk`` asks. It runs until it
is ended, and starts the host behind it when that is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import ipaddress
import logging
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import filelock

from xl_vqa.atomic import make_private
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.errors import TeamSetupError
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.host.lifecycle import prepare_home
from xl_vqa.host.logs import start_log
from xl_vqa.host.server import begin_serving, on_end_signals, run_to_its_end, server_for
from xl_vqa.team.audit import Audit
from xl_vqa.team.certificate import context_of, fingerprint_of, own_certificate
from xl_vqa.team.desk import Desk
from xl_vqa.team.gateway import Gateway
from xl_vqa.team.listener import Listener, TeamProtocol
from xl_vqa.team.people import People
from xl_vqa.team.setup import FOLDER_NAME, TeamSetup
from xl_vqa.words.errors import HostDiskError, XlVqaError
from xl_vqa.words.reasons import Reason, why_unconnected, why_unwritten
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.team")

TIDY_S: Final = 60.0
LOG_NAME: Final = "team.log"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a team's host answers; ``fingerprint`` of its certificate is None without TLS."""

    address: str
    port: int
    fingerprint: str | None


class TeamServer:
    """One run."""

    def __init__(self, settings: Settings, setup: TeamSetup) -> None:
        """Raises TeamSetupError or HostDiskError."""
        # what stands behind it is the host of this machine, whatever its user asks otherwise
        self.settings = dataclasses.replace(settings, host_address=None)
        folder = team_folder(settings)
        self._context, fingerprint = _tls(folder, setup)
        self._socket = _bind(setup)
        try:
            self._client = HostClient(self.settings)
            clips = clips_folder(settings, setup)
            make_private(clips)
            self._desk = Desk(self.settings, setup, self._client, clips)
            self._audit = Audit(settings.log_file.parent)
        except OSError as error:
            self._socket.close()
            raise HostDiskError(path=str(settings.log_file.parent), problem=why_unwritten(error)) from error
        except BaseException:
            self._socket.close()
            raise
        people = People(folder / "people.json")
        people.all()
        self._gateway = Gateway(self._desk, people, self._audit, connections=lambda: self._listener.count)
        self._server = server_for(self._gateway.asgi, TeamProtocol)
        proxies = [ipaddress.ip_network(one, strict=False) for one in setup.proxies]
        self._listener = Listener(
            self._socket,
            self._context,
            self._protocol,
            is_proxy=lambda name: any(ipaddress.ip_address(name) in one for one in proxies),
        )
        address, port = self._socket.getsockname()[:2]
        self.listening = Listening(str(address), int(port), fingerprint)

    def stop(self) -> None:
        """Begins the orderly end; may be called from any thread, and from a signal handler."""
        self._server.should_exit = True

    def serve(self, on_ready: Callable[[Listening], None]) -> None:
        on_end_signals(lambda number: self.stop())
        try:
            run_to_its_end(lambda: self._run(on_ready))
        finally:
            self._gateway.close()
            self._client.close()
            self._audit.close()
            self._socket.close()
            log.info("the team's host stopped")

    def _protocol(self) -> asyncio.Protocol:
        made: Any = TeamProtocol(config=self._server.config, server_state=self._server.server_state, app_state={})
        return made  # type: ignore[no-any-return]

    async def _run(self, on_ready: Callable[[Listening], None]) -> None:
        # it accepts by itself: uvicorn would wait a minute for TLS, and count nobody who is not through with it
        serving = await begin_serving(self._server, [])
        tasks = [asyncio.create_task(self._listener.run()), asyncio.create_task(self._tidy())]
        self._audit.write("started", address=self.listening.address, port=self.listening.port)
        log.info("the team's host listens on %s port %d", self.listening.address, self.listening.port)
        on_ready(self.listening)
        watch = asyncio.create_task(self._stop_listening(tasks[0]))
        await serving
        for task in (*tasks, watch):
            task.cancel()
        self._audit.write("stopped")

    async def _stop_listening(self, accepting: asyncio.Task[None]) -> None:
        """Nobody new is let in while the last answers go out."""
        while not self._server.should_exit:
            await asyncio.sleep(0.1)
        accepting.cancel()

    async def _tidy(self) -> None:
        loop, aside = asyncio.get_running_loop(), DaemonThreads(1, "team-tidy")
        while True:
            try:
                await loop.run_in_executor(aside, self._desk.forsake)
            except XlVqaError as error:
                log.warning("what nobody waits for could not be given up: %s", error)
            with contextlib.suppress(OSError):
                removed = await loop.run_in_executor(aside, self._desk.clips.clean)
                if removed:
                    log.info("%d clips that nobody waits for were removed", removed)
            await asyncio.sleep(TIDY_S)


def team_folder(settings: Settings) -> Path:
    """People and certificate, in the data folder."""
    return settings.home / FOLDER_NAME


def clips_folder(settings: Settings, setup: TeamSetup) -> Path:
    """Clips that people send: beside the data folder, which the processes that read videos cannot open."""
    if setup.clips is not None:
        return Path(setup.clips).expanduser().absolute()
    return settings.home.with_name(f"{settings.home.name}-clips")


def run(settings: Settings, setup: TeamSetup, on_ready: Callable[[Listening], None]) -> None:
    """From lock to release. Raises TeamSetupError or HostDiskError."""
    prepare_home(settings)
    folder = team_folder(settings)
    try:
        make_private(folder)
        lock = filelock.FileLock(folder / "team.lock", mode=0o600)
        lock.acquire(timeout=0.5)
    except filelock.Timeout:
        raise TeamSetupError(problem="team_running") from None
    except OSError as error:
        raise HostDiskError(path=str(folder), problem=why_unwritten(error)) from error
    try:
        # a file of its own: the host behind it rotates its own
        start_log(settings.log_file.with_name(LOG_NAME), console=False, form=settings.log_format)
        TeamServer(settings, setup).serve(on_ready)
    except OSError as error:
        raise HostDiskError(path=str(settings.log_file.parent), problem=why_unwritten(error)) from error
    finally:
        lock.release()


def _tls(folder: Path, setup: TeamSetup) -> tuple[ssl.SSLContext | None, str | None]:
    if setup.plain_http:
        return None, None
    if setup.certificate is not None and setup.key is not None:
        files = Path(setup.certificate).expanduser(), Path(setup.key).expanduser()
    else:
        files = own_certificate(folder, setup.names)
    return context_of(*files), fingerprint_of(files[0])


def _bind(setup: TeamSetup) -> socket.socket:
    family = socket.AF_INET6 if ":" in setup.listen else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((setup.listen, setup.port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise TeamSetupError(problem=Reason("host_port_used", port=setup.port)) from error
        why = why_unconnected(error)
        raise TeamSetupError(problem=Reason("team_no_listen", address=setup.listen, why=why)) from error
    return listener
