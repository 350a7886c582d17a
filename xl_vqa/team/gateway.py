"""The HTTP face of a team's host (docs/team-host.md). Thin: who asks is known by then, ``Desk`` does the rest."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from xl_vqa.bridge.errors import TeamUploadError
from xl_vqa.bridge.protocol import EXPLAIN
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.host.app import parsed
from xl_vqa.host.guard import TooLargeError
from xl_vqa.host.metrics import CONTENT_TYPE, host_families, rendered
from xl_vqa.team.audit import Audit
from xl_vqa.team.clips import Arrival
from xl_vqa.team.counters import Counters
from xl_vqa.team.desk import Desk
from xl_vqa.team.guard import CLIPS, HEALTH, TeamGuard, route_of, status_of, too_large
from xl_vqa.team.people import People, Person
from xl_vqa.words.content import PREFIX
from xl_vqa.words.errors import HostError, XlVqaError
from xl_vqa.words.reasons import Detail, Reason

log = logging.getLogger("xl_vqa.team")

PIECE: Final = 1 << 20
SILENCE_S: Final = 30.0
"""A clip whose sender says nothing for this long is dropped."""
SLOWEST: Final = 16 * 1024
"""Bytes a second, over the whole of a clip but its first SILENCE_S."""
THREADS: Final = 16
WAITING_THREADS: Final = 256
"""Each holds a request that waits for an answer of the host."""

T = TypeVar("T")
Handler = Callable[[Request, Person], Awaitable[tuple[str, str]]]
JSON: Final = "application/json"


class Gateway:
    """``asgi`` is what the server runs; ``connections`` says how many there are."""

    def __init__(self, desk: Desk, people: People, audit: Audit, *, connections: Callable[[], int]) -> None:
        self._desk, self._people, self._audit = desk, people, audit
        self._connections = connections
        self._counters = Counters()
        self._pool = DaemonThreads(THREADS, "team")
        self._waiting = DaemonThreads(WAITING_THREADS, "team-wait")
        app = Starlette()
        app.add_route(HEALTH, self._health, methods=["GET"])
        for method, path, handler in (
            ("GET", "/v1/me", self._me),
            ("POST", "/v1/ratings", self._ratings),
            ("POST", "/v1/ratings/poll", self._poll),
            ("POST", EXPLAIN, self._explain),
            ("POST", "/v1/cancel", self._cancel),
            ("POST", "/v1/progress", self._progress),
            ("POST", "/v1/model", self._model),
            ("PUT", CLIPS + "{content}", self._clip),
            ("GET", "/v1/people", self._everybody),
            ("GET", "/metrics", self._metrics),
        ):
            app.add_route(path, self._endpoint(handler), methods=[method])
        app.add_exception_handler(404, _no_such)
        app.add_exception_handler(405, _no_such)
        proxies = desk.setup.proxies
        self.asgi = TeamGuard(app, people, desk.meters, audit, self._counters, proxies)

    def close(self) -> None:
        for pool in (self._pool, self._waiting):
            pool.shutdown(wait=False)

    # -- for everybody

    async def _health(self, request: Request) -> Response:
        # for a load balancer: nothing that a stranger could use
        return Response('{"status": "ok"}', media_type=JSON)

    async def _me(self, request: Request, person: Person) -> tuple[str, str]:
        return json.dumps(self._desk.me(person)), JSON

    async def _ratings(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        with self._desk.meters.holding(person.id):
            answer, paths = await self._run(lambda: self._desk.rate(person, body), waiting=True)
        if paths:
            self._audit.write("rate", person=person.name, address=_address(request), paths=paths)
        return json.dumps(answer), JSON

    async def _explain(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        with self._desk.meters.holding(person.id):
            answer, paths = await self._run(lambda: self._desk.explain(person, body), waiting=True)
        if paths:
            self._audit.write("explain", person=person.name, address=_address(request), paths=paths)
        return json.dumps(answer), JSON

    async def _poll(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        with self._desk.meters.holding(person.id):
            return json.dumps(await self._run(lambda: self._desk.poll(person, body), waiting=True)), JSON

    async def _cancel(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        answer = await self._run(lambda: self._desk.cancel(person, body))
        self._audit.write("cancel", person=person.name, address=_address(request), **answer)
        return json.dumps(answer), JSON

    async def _progress(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        return json.dumps(await self._run(lambda: self._desk.progress(person, body))), JSON

    async def _model(self, request: Request, person: Person) -> tuple[str, str]:
        body = await self._body(request)
        return json.dumps(await self._run(lambda: self._desk.model(person, body))), JSON

    # -- clips

    async def _clip(self, request: Request, person: Person) -> tuple[str, str]:
        content = str(request.path_params["content"])
        length = request.headers.get("content-length")
        size = int(length) if length is not None else None
        ending = request.query_params.get("ending", "").lower()
        try:
            # a body for a clip that is refused is not read
            with self._desk.clips.arrival(person.id, content, ending, size) as arrival:
                await self._take(request, arrival)
                stored = await self._run(arrival.finish)
        except ClientDisconnect:
            self._counters.uploaded("refused")
            raise
        except XlVqaError as error:
            self._counters.uploaded("refused")
            self._audit.write("upload refused", person=person.name, address=_address(request), why=_why(error))
            raise
        # whoever was revoked while he sent gets nothing for it
        if self._state_of(person) != "valid":
            self._desk.clips.remove_person(person.id)
        self._counters.uploaded("stored", stored)
        name = content.removeprefix(PREFIX)
        self._audit.write("upload", person=person.name, address=_address(request), content=name, bytes=stored)
        return json.dumps({"stored": stored}), JSON

    async def _take(self, request: Request, arrival: Arrival) -> None:
        """Raises TeamUploadError for a sender that stops, or is too slow to come to an end."""
        begun = time.monotonic()
        held = bytearray()
        stream = request.stream().__aiter__()
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    piece = await anext(stream)
            except StopAsyncIteration:
                break
            except TimeoutError:
                raise TeamUploadError(path="-", problem=Reason("team_upload_slow", seconds=SILENCE_S)) from None
            held += piece
            took = time.monotonic() - begun
            if took > SILENCE_S and (arrival.size + len(held)) / took < SLOWEST:
                raise TeamUploadError(path="-", problem=Reason("team_upload_slow", seconds=SILENCE_S))
            if len(held) >= PIECE:
                data, held = bytes(held), bytearray()
                await self._run(lambda data=data: arrival.add(data))  # type: ignore[misc]
        if held:
            await self._run(lambda: arrival.add(bytes(held)))

    def _state_of(self, person: Person) -> str:
        return next((one.state() for one in self._people.all() if one.id == person.id), "revoked")

    # -- for admins

    async def _everybody(self, request: Request, person: Person) -> tuple[str, str]:
        rows = []
        for one in self._people.all():
            size, files = await self._run(lambda one=one: self._desk.clips.used(one.id))  # type: ignore[misc]
            rows.append(
                {
                    "name": one.name,
                    "role": one.role,
                    "state": one.state(),
                    "expires_at": one.expires_at,
                    "waiting": self._desk.waiting(one.id),
                    "clips": files,
                    "clip_bytes": size,
                }
            )
        self._audit.write("people", person=person.name, address=_address(request))
        return json.dumps({"people": rows}), JSON

    async def _metrics(self, request: Request, person: Person) -> tuple[str, str]:
        people = [one for one in self._people.all() if one.state() == "valid"]
        waiting = sum(self._desk.waiting(one.id) for one in people)
        families = self._counters.families(self._connections(), len(people), waiting)
        # the host of the model may be asleep: it is not started for a figure
        facts = await self._run(self._desk.client.status)
        return rendered([*families, *(host_families(facts) if facts else [])]), CONTENT_TYPE

    # -- inside

    async def _body(self, request: Request) -> Any:
        raw = await request.body()
        return await self._run(lambda: parsed(raw))

    async def _run(self, work: Callable[[], T], *, waiting: bool = False) -> T:
        pool = self._waiting if waiting else self._pool
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def _endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            begun = time.monotonic()
            headers: dict[str, str] = {}
            kind = JSON
            status = 200
            try:
                text, kind = await handler(request, request.scope["person"])
            except XlVqaError as error:
                status, headers = status_of(error), {"connection": "close"}
                if isinstance(error, HostError) and type(error).__module__.endswith("words.errors"):
                    # the host of this machine: what it says of itself is not for others
                    status = 502 if status == 400 and error.code != "host_request" else status
                if retry := error.params.get("retry_s"):
                    headers["retry-after"] = str(max(1, round(float(retry))))
                text = json.dumps({"error": self._desk.outward.error(error)})
            except TooLargeError:
                status, headers = 413, {"connection": "close"}
                text = json.dumps({"error": too_large().to_dict()})
            except ClientDisconnect:
                status, text = 400, "{}"
            except Exception as error:
                log.exception("a request failed")
                shown = HostError(problem=Detail(type(error).__name__))
                status, text = 500, json.dumps({"error": shown.to_dict()})
            self._counters.took(route_of(request.scope["path"]), time.monotonic() - begun)
            return Response(text, status_code=status, headers=headers, media_type=kind)

        return endpoint


async def _no_such(request: Request, error: Exception) -> Response:
    return Response('{"error": null}', status_code=404, media_type=JSON, headers={"connection": "close"})


def _address(request: Request) -> str:
    return str(request.scope.get("address", "-"))


def _why(error: XlVqaError) -> str:
    problem = error.params.get("problem")
    return str(problem.get("key") if isinstance(problem, dict) else problem)[:80]
