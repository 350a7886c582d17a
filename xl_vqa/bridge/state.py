"""The state file: where the host of this user listens, and the token of its present run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xl_vqa.atomic import write_atomically
from xl_vqa.bridge.protocol import PROTOCOL
from xl_vqa.words.reasons import MALFORMED


@dataclass(frozen=True, slots=True)
class HostState:
    """``started_at`` is an ISO time, ``token`` of this run alone, ``protocol`` what the host understands."""

    pid: int
    port: int
    version: str
    started_at: str
    token: str = field(repr=False)
    protocol: int = PROTOCOL


def read_state(path: Path) -> HostState | None:
    """What the file says; None where it is missing, unreadable or not a state file."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        state = HostState(
            pid=int(values["pid"]),
            port=int(values["port"]),
            version=str(values["version"]),
            started_at=str(values["started_at"]),
            token=str(values["token"]),
            protocol=int(values.get("protocol", 1)),
        )
    except MALFORMED:
        return None
    # a cut-off or hand-edited file must not send requests to port 0, or with a token that breaks their header
    token = state.token.isascii() and state.token.isprintable() and state.token != ""
    return state if state.pid > 0 and 0 < state.port < 65536 and token else None


def write_state(path: Path, state: HostState) -> None:
    """Atomically, readable by this user alone from its first byte. Raises OSError."""
    with write_atomically(path, private=True) as file:
        file.write(json.dumps(asdict(state)).encode("utf-8"))


def remove_state(path: Path, token: str) -> None:
    """Removes the file if it still is that of the run with ``token``; never another host's."""
    state = read_state(path)
    if state is not None and state.token == token:
        path.unlink(missing_ok=True)
