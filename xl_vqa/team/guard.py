"""What every request to a team's host has to pass first: no web page, a token, not too much at once."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from typing import Final

from xl_vqa.bridge.errors import TeamLimitError, TeamRoleError, TeamTokenError
from xl_vqa.bridge.protocol import EXPLAIN
from xl_vqa.host.guard import App, Message, Receive, Scope, Send, limited
from xl_vqa.team.audit import Audit
from xl_vqa.team.counters import Counters
from xl_vqa.team.limits import Meters
from xl_vqa.team.people import People, Person, Role
from xl_vqa.words.errors import HostRequestError, XlVqaError
from xl_vqa.words.reasons import Reason

HEALTH: Final = "/v1/health"
CLIPS: Final = "/v1/clips/"
JSON_BYTES: Final = 16 << 20
"""A body of JSON at the most; a clip has its own limit."""
NEEDS: Final[dict[str, Role]] = {"/metrics": "admin", "/v1/people": "admin"}
_ONCE: Final = (b"host", b"authorization", b"content-length", b"transfer-encoding")


class TeamGuard:
    """ASGI middleware. Puts ``person`` and ``address`` into the scope."""

    def __init__(
        self, app: App, people: People, meters: Meters, audit: Audit, counters: Counters, proxies: Sequence[str]
    ) -> None:
        self._app = app
        self._people, self._meters, self._audit, self._counters = people, meters, audit, counters
        self._proxies = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        route = route_of(scope["path"])

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counters.answered(route, int(message["status"]))
            await send(message)

        scope["address"] = self._address(scope)
        try:
            self._let_in(scope)
        except XlVqaError as error:
            await refuse(counted, error)
            return
        taken = receive if scope["path"].startswith(CLIPS) else limited(receive, JSON_BYTES)
        await self._app(scope, taken, counted)

    def _let_in(self, scope: Scope) -> None:
        """Raises what is said to who is not."""
        names = [name for name, _ in scope["headers"]]
        headers = dict(scope["headers"])
        if any(names.count(name) > 1 for name in _ONCE) or (
            b"content-length" in headers and b"transfer-encoding" in headers
        ):
            raise HostRequestError(problem="team_headers")
        if b"origin" in headers:
            raise HostRequestError(problem="host_web_page")
        if scope["path"] == HEALTH:
            return
        address = scope["address"]
        person: Person | None
        if not self._meters.may_try(address):
            # a person of the same address whose token is right gets in all the same
            person = self._known(headers)
            if person is None:
                raise TeamLimitError(problem="team_tries", retry_s=60.0)
        else:
            try:
                person = self._people.of_token(_token(headers))
            except TeamTokenError as error:
                self._meters.refused_token(address)
                self._audit.write("refused", address=address, route=route_of(scope["path"]), why=_why(error))
                raise
        scope["person"] = person
        self._meters.request(person.id)
        wanted = NEEDS.get(scope["path"], "rate")
        if not person.may(wanted):
            self._audit.write(
                "refused", person=person.name, address=address, route=route_of(scope["path"]), why="role"
            )
            raise TeamRoleError(role=person.role, problem=Reason("team_role_needed", needed=wanted))
        length = headers.get(b"content-length")
        most = None if scope["path"].startswith(CLIPS) else JSON_BYTES
        if length is not None and (not length.isdigit() or (most is not None and int(length) > most)):
            raise too_large()

    def _known(self, headers: dict[bytes, bytes]) -> Person | None:
        try:
            return self._people.of_token(_token(headers))
        except TeamTokenError:
            return None

    def _address(self, scope: Scope) -> str:
        """Where a request comes from; what a proxy says of it counts only from one that is named."""
        peer = str((scope.get("client") or ("-",))[0])
        if not self._proxies or not self._is_proxy(peer):
            return peer
        told = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        hops = [hop.strip() for hop in told.decode("latin-1").split(",") if hop.strip()]
        # the last one that is no proxy of ours: what stands before it anybody may have written
        for hop in reversed(hops):
            if not self._is_proxy(hop):
                return hop[:64]
        return peer

    def _is_proxy(self, address: str) -> bool:
        try:
            one = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(one in proxy for proxy in self._proxies)


def route_of(path: str) -> str:
    """Of a path what may be counted and logged: never what somebody else put into it."""
    if path.startswith(CLIPS):
        return "/v1/clips"
    return path if path in ROUTES else "other"


ROUTES: Final = (
    HEALTH,
    "/v1/me",
    "/v1/ratings",
    "/v1/ratings/poll",
    EXPLAIN,
    "/v1/cancel",
    "/v1/progress",
    "/v1/model",
    "/v1/people",
    "/metrics",
)
"""All that there is, beside clips."""


def too_large() -> XlVqaError:
    return HostRequestError(problem=Reason("host_body_size", mib=JSON_BYTES >> 20))


def status_of(error: BaseException) -> int:
    """The status under which an error is answered."""
    if isinstance(error, TeamTokenError):
        return 401
    if isinstance(error, TeamRoleError):
        return 403
    if isinstance(error, TeamLimitError):
        return 429
    problem = error.params.get("problem") if isinstance(error, XlVqaError) else None
    key = problem.get("key") if isinstance(problem, dict) else problem
    if key in ("host_body_size", "team_upload_size"):
        return 413
    if key == "host_web_page":
        return 403
    return 400


async def refuse(send: Send, error: XlVqaError, status: int | None = None) -> None:
    """An error as JSON; the rest of what was sent is not read."""
    body = json.dumps({"error": error.to_dict()}).encode("ascii")
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"connection", b"close"),
    ]
    if isinstance(error, TeamTokenError):
        headers.append((b"www-authenticate", b"Bearer"))
    if retry := error.params.get("retry_s"):
        headers.append((b"retry-after", str(max(1, round(float(retry)))).encode("ascii")))
    await send({"type": "http.response.start", "status": status or status_of(error), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _token(headers: dict[bytes, bytes]) -> str:
    """Raises TeamTokenError where none is shown."""
    kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise TeamTokenError(problem="team_token_missing")
    return token.strip()


def _why(error: TeamTokenError) -> str:
    problem = error.params.get("problem")
    return str(problem.get("key") if isinstance(problem, dict) else problem).removeprefix("team_token_")
