"""The check of ``xl-vqa doctor`` on Ray: who can reach it on this machine, and who can read its token.

A Ray that somebody started takes programs from whoever reaches its ports, and listens on all interfaces whatever
it is told (docs/cluster.md). Linux alone tells which process listens where without rights of an administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.cli.doctor_check import Check, say
from xl_vqa.packages import installed
from xl_vqa.words.settings import Settings

PROGRAMS: Final = ("raylet", "gcs_server")
"""The two that every Ray has; what it starts besides are children of the first."""
LISTENING: Final = "0A"
_LOOPBACK: Final = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


@dataclass(frozen=True, slots=True)
class RunningRay:
    """What is found of the Ray processes of this user: ports that other machines reach, and whether it wants a
    token."""

    open_ports: tuple[int, ...]
    wants_token: bool


def find_ray(proc: Path = Path("/proc")) -> RunningRay | None:
    """None where none runs, or where the system does not tell."""
    processes = [one for one in proc.glob("[0-9]*") if _name(one) in PROGRAMS and not _ended(one)]
    if not processes:
        return None
    own = {inode for one in processes for inode in _sockets(one)}
    ports = {port for inode, port in _listeners(proc) if inode in own}
    return RunningRay(tuple(sorted(ports)), all(map(_wants_token, processes)))


def check_cluster(settings: Settings, language: str, *, proc: Path = Path("/proc")) -> Check:
    """The token is made this user's alone on the way."""
    from xl_vqa.cluster.connect import make_token_private, token_file

    version = installed("ray") or "?"
    mended = make_token_private()
    said = [f"Ray {version}"]
    if mended:
        others = say(
            language,
            f"{token_file()} could be read by others, and no longer can",
            f"{token_file()} は他のユーザーから読める状態でしたが、修正しました",
        )
        said.append(others)
    running = find_ray(proc)
    if running is None:
        said.append(say(language, "not running here", "この端末では停止中"))
        return Check("cluster", "good", ", ".join(said))
    ports = ", ".join(map(str, running.open_ports))
    if ports:
        said.append(
            say(language, f"open to other machines: {ports}", f"ほかのコンピューターから接続可能なポート: {ports}")
        )
    if not running.wants_token:
        said.append(say(language, "takes programs without a token", "トークンなしでプログラムを受け付けます"))
        fix = say(
            language,
            "End it ('ray stop'). Make a token with 'ray get-auth-token --generate', set RAY_AUTH_MODE=token on "
            "every machine, and start it again.",
            "'ray stop' で終了し、'ray get-auth-token --generate' でトークンを作成して、全端末で "
            "RAY_AUTH_MODE=token を設定してから起動し直してください。",
        )
        return Check("cluster", "bad", ", ".join(said), fix)
    if ports:
        fix = say(
            language,
            "Let only the cluster's machines through the firewall (docs/cluster.md).",
            "ファイアウォールでクラスターの端末だけに接続を許可してください(docs/cluster.md)。",
        )
        return Check("cluster", "warning", ", ".join(said), fix)
    return Check("cluster", "good", ", ".join(said))


def _name(process: Path) -> str:
    with suppress(OSError):
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    return ""


def _ended(process: Path) -> bool:
    """A process that nobody has collected yet has its name, and no variables any more."""
    with suppress(OSError):
        return not (process / "environ").read_bytes()
    return False  # another user's, and not known


def _wants_token(process: Path) -> bool:
    with suppress(OSError):
        return b"RAY_AUTH_MODE=token" in (process / "environ").read_bytes().split(b"\0")
    return True  # another user's, and not known


def _sockets(process: Path) -> Iterator[str]:
    with suppress(OSError):
        for handle in (process / "fd").iterdir():
            with suppress(OSError):
                target = str(handle.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]


def _listeners(proc: Path) -> Iterator[tuple[str, int]]:
    """Every TCP socket that listens beyond the loopback address: inode and port."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                address, _, port = fields[1].partition(":")
                if fields[3] == LISTENING and address not in _LOOPBACK:
                    yield fields[9], int(port, 16)
