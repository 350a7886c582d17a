"""Team hosts as real processes over TLS, people with tokens, and requests as others' programs send them."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.host.helpers import cleaned_up, settings_for
from xl_vqa.bridge.protocol import environment_of
from xl_vqa.bridge.team_access import Access, write_access
from xl_vqa.team.people import People, Role
from xl_vqa.team.serve import team_folder
from xl_vqa.words.content import content_hash, content_name
from xl_vqa.words.settings import Settings

Answer = tuple[int, Any]


@dataclass(slots=True)
class TeamHost:
    """One that runs; ``tokens`` of people by name."""

    settings: Settings
    port: int
    fingerprint: str | None
    process: subprocess.Popen[str]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{'https' if self.fingerprint else 'http'}://127.0.0.1:{self.port}"

    @property
    def people(self) -> People:
        return People(team_folder(self.settings) / "people.json")

    def add(self, name: str, role: Role = "rate", **more: Any) -> str:
        _, self.tokens[name] = self.people.add(name, role, **more)
        return self.tokens[name]

    def member(self, home: Path, name: str, **values: Any) -> Settings:
        """The settings of a person's own machine that has joined."""
        home.mkdir(parents=True, exist_ok=True)
        settings = settings_for(home, model="starter", host_address=self.address, **values)
        write_access(settings, Access(self.address, self.fingerprint, self.tokens[name]))
        return settings

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """``body`` bytes go as they are; an answer that is no JSON comes back as text."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        connection = self.connection()
        try:
            sent = {"Content-Length": str(len(data)), **(headers or {})}
            if token is not None:
                sent["Authorization"] = f"Bearer {token}"
            connection.putrequest(method, path)
            for name, value in sent.items():
                connection.putheader(name, value)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(data)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, raw.decode("utf-8", "replace")

    def connection(self, timeout: float = 60.0) -> http.client.HTTPConnection:
        if self.fingerprint is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=blind())

    def plug(self) -> socket.socket:
        """A connection of bytes, through TLS."""
        return blind().wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=60))

    def audit(self) -> list[dict[str, Any]]:
        file = self.settings.log_file.with_name("team-audit.log")
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def log(self) -> str:
        return self.settings.log_file.with_name("team.log").read_text(encoding="utf-8")


def blind() -> ssl.SSLContext:
    """TLS that believes anybody, as an attacker's may."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextlib.contextmanager
def team_host(
    home: Path, setup: str = "", *, model: str = "stand-in", options: tuple[str, ...] = (), **values: Any
) -> Iterator[TeamHost]:
    """A host of this machine and a team's host before it; ``setup`` is what stands in team.toml."""
    settings = settings_for(home, model=model, **values)
    home.mkdir(parents=True, exist_ok=True)
    (home / "team.toml").write_text(setup, encoding="utf-8")
    with cleaned_up(settings):
        made = started(settings, options)
        try:
            yield made
        finally:
            end(made)


def started(settings: Settings, options: tuple[str, ...] = (), port: int = 0) -> TeamHost:
    command = [sys.executable, "-P", "-m", "xl_vqa", "team", "serve", "--listen", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, *options],
        env=environment_of(settings, os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "listens on" in first, first + process.stdout.read()
    port = int(first.split("port ")[1].split(".")[0])
    second = process.stdout.readline()
    fingerprint = second.split(": ")[1].strip() if "SHA-256" in second else None
    return TeamHost(settings, port, fingerprint, process)


def end(host: TeamHost) -> None:
    if host.process.poll() is None:
        host.process.terminate()
        try:
            host.process.wait(30)
        except subprocess.TimeoutExpired:
            host.process.kill()
            host.process.wait()
    if host.process.stdout is not None:
        host.process.stdout.close()


def name_of(data: bytes) -> str:
    """What content is called."""
    return content_name(content_hash(data))


def at(settings: Settings, **values: Any) -> Settings:
    return dataclasses.replace(settings, **values)
