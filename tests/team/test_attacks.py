"""What strangers and people with a token may try at a team's host, each over TLS at a real process; none gets in.

The table of docs/team-host.md is this one's. Everything is sent by ourselves, at a host of our own.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import clips, wait_for
from tests.printed.commands import ROOT
from tests.team.helpers import TeamHost, blind, name_of, team_host
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.team.clips import MIB
from xl_vqa.team.limits import TRIES_A_MINUTE
from xl_vqa.team.listener import OF_ONE_ADDRESS

SETUP = """
[roots]
"/mnt/videos" = "{share}"
"Z:\\\\videos" = "{share}"
[upload]
file_mib = 1
person_mib = 2
person_files = 3
"""
ATTACKS: dict[str, Callable[[TeamHost, Path], None]] = {}


def attack(words: str) -> Callable[[Callable[[TeamHost, Path], None]], Callable[[TeamHost, Path], None]]:
    def add(function: Callable[[TeamHost, Path], None]) -> Callable[[TeamHost, Path], None]:
        ATTACKS[words] = function
        return function

    return add


def refused(answer: tuple[int, Any], status: int, code: str | None, word: str = "") -> None:
    assert answer[0] == status, answer
    error = answer[1]["error"]
    assert (error or {}).get("code") == code, answer
    assert word in json.dumps(answer[1]), answer


def rate(host: TeamHost, path: str, *, name: str = "rater", **more: Any) -> dict[str, Any]:
    """The entry of one video."""
    body = {"videos": [{"path": path, **more.pop("video", {})}], "wait": 5, **more}
    status, answer = host.call("POST", "/v1/ratings", body, token=host.tokens[name])
    assert status == 200, answer
    entry: dict[str, Any] = answer["ratings"][0]
    return entry


# -- who is let in


@attack("no token")
def no_token(host: TeamHost, folder: Path) -> None:
    for method, path in (("GET", "/v1/me"), ("POST", "/v1/ratings"), ("GET", "/metrics"), ("PUT", "/v1/clips/x")):
        refused(host.call(method, path, {}), 401, "team_token", "team_token_missing")
    refused(host.call("GET", "/v1/me", headers={"Authorization": "Basic YTpi"}), 401, "team_token", "missing")


@attack("a token that was made up")
def made_up(host: TeamHost, folder: Path) -> None:
    for token in ("x", "xvqa_00000000_" + "a" * 43, "\u00e9", "x" * 8000):
        refused(host.call("GET", "/v1/me", token=token), 401, "team_token", "team_token_unknown")


@attack("somebody's number with another secret")
def other_secret(host: TeamHost, folder: Path) -> None:
    token = host.tokens["rater"]
    swapped = token[:14] + host.tokens["admin"][14:]
    for one in (swapped, token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-1], token + "a"):
        refused(host.call("GET", "/v1/me", token=one), 401, "team_token", "team_token_unknown")


@attack("an expired token")
def expired(host: TeamHost, folder: Path) -> None:
    token = host.add("late", days=1)
    text = host.people.file.read_text()
    person = next(one for one in host.people.all() if one.name == "late")
    host.people.file.write_text(text.replace(person.expires_at, "2026-01-02T00:00:00+00:00"))
    refused(host.call("GET", "/v1/me", token=token), 401, "team_token", "2026-01-02")


@attack("a token that was revoked, on a connection that was let in before")
def revoked(host: TeamHost, folder: Path) -> None:
    token = host.add("gone")
    connection = host.connection()
    asked = {"Authorization": f"Bearer {token}"}
    connection.request("GET", "/v1/me", headers=asked)
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["name"]) == (200, "gone")
    host.people.revoke("gone")
    connection.request("GET", "/v1/me", headers=asked)
    response = connection.getresponse()
    refused((response.status, json.loads(response.read())), 401, "team_token", "team_token_revoked")
    connection.close()


@attack("a token in the address, where proxies log it")
def in_address(host: TeamHost, folder: Path) -> None:
    token = host.tokens["rater"]
    refused(host.call("GET", f"/v1/me?token={token}&access_token={token}"), 401, "team_token")
    assert token not in host.log()


@attack("two tokens at once")
def doubled(host: TeamHost, folder: Path) -> None:
    connection = host.connection()
    connection.putrequest("GET", "/v1/me")
    for token in (host.tokens["rater"], host.tokens["admin"]):
        connection.putheader("Authorization", f"Bearer {token}")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


@attack("a web page of another site, with a good token")
def web_page(host: TeamHost, folder: Path) -> None:
    answer = host.call("GET", "/v1/me", token=host.tokens["rater"], headers={"Origin": "https://evil.example"})
    refused(answer, 403, "host_request", "host_web_page")


@attack("figures and people's use with the role rate")
def not_admin(host: TeamHost, folder: Path) -> None:
    for path in ("/metrics", "/v1/people"):
        for name in ("rater", "trainer"):
            refused(host.call("GET", path, token=host.tokens[name]), 403, "team_role", "admin")
        assert host.call("GET", path, token=host.tokens["admin"])[0] == 200


@attack("the routes of the host behind it")
def inner_routes(host: TeamHost, folder: Path) -> None:
    for method, path in (
        ("POST", "/v1/shutdown"),
        ("GET", "/v1/links"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("POST", "/v1/me"),
        ("GET", "//v1/people"),
        ("GET", "/v1/../metrics"),
        ("POST", "/v1/ratings/../shutdown"),
        ("GET", "/%76%31/people"),
    ):
        status, _ = host.call(method, path, {}, token=host.tokens["rater"])
        assert status in (400, 403, 404, 405), (path, status)
    assert rate(host, "/mnt/videos/clip0000.mp4")["status"] in ("done", "pending")


@attack("another model, by name, by a path of this machine, or in a smuggled profile")
def other_model(host: TeamHost, folder: Path) -> None:
    body = {"videos": [{"path": "/mnt/videos/clip0001.mp4"}], "wait": 20}
    for model in ("other", "/etc", "Qwen/Qwen2.5-VL-7B-Instruct", "../.."):
        refused(
            host.call("POST", "/v1/ratings", {**body, "model": model}, token=host.tokens["rater"]),
            403,
            "team_role",
        )
        status, answer = host.call("POST", "/v1/ratings", {**body, "model": model}, token=host.tokens["trainer"])
        assert (status, answer["error"]["code"]) == (400, "model_not_found")
    profile = {"model": "/etc", "adapter": str(folder), "device": "cuda"}
    status, answer = host.call("POST", "/v1/ratings", {**body, "profile": profile}, token=host.tokens["rater"])
    assert (status, answer["ratings"][0]["rating"]["model"]) == (200, "stand-in")


# -- paths


@attack("a path with .. out of a shared folder")
def dots(host: TeamHost, folder: Path) -> None:
    for path in ("/mnt/videos/../secret.mp4", "Z:\\videos\\..\\secret.mp4", "Z:\\videos/x/../../secret.mp4"):
        entry = rate(host, path)
        assert (entry["status"], entry["error"]["params"]["problem"]) == ("error", "team_path_dots"), entry
    # a name that no file has is an error of its own, and no one of the others'
    entry = rate(host, "/mnt/videos/\ud83d.mp4")
    assert entry["error"]["params"]["problem"] == "team_path_characters"


@attack("a link in a shared folder that leads out of it")
def links(host: TeamHost, folder: Path) -> None:
    for name in ("link.mp4", "folder/secret.mp4", "folder/home/host.json", "chain/secret.mp4"):
        entry = rate(host, f"/mnt/videos/{name}")
        assert (entry["status"], entry["error"]["params"]["problem"]) == ("error", "team_path_link"), entry


@attack("another drive, a device, a stream, a server, inside or in front of a path")
def drives(host: TeamHost, folder: Path) -> None:
    for path in ("Z:\\videos\\C:\\secret.mp4", "Z:\\videos\\nul.mp4", "Z:\\videos\\clip0000.mp4::$DATA"):
        assert rate(host, path)["error"]["params"]["problem"] == "team_path_drive"
    for path in ("\\\\evil\\share\\a.mp4", "\\\\.\\C:\\secret.mp4", "\\\\?\\C:\\secret.mp4", "C:\\secret.mp4"):
        assert rate(host, path) == {"status": "send"}


@attack("the absolute path of a file of this machine")
def absolute(host: TeamHost, folder: Path) -> None:
    # it is taken for the asker's own: the host looks at nothing
    for path in (str(folder / "secret.mp4"), str(host.settings.state_file), "/etc/passwd", "/proc/self/environ"):
        assert rate(host, path) == {"status": "send"}


@attack("what an error says of this machine")
def leaks(host: TeamHost, folder: Path) -> None:
    (folder / "share" / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(500))
    for name in ("missing.mp4", "broken.mp4", "sub"):
        entry = rate(host, f"/mnt/videos/{name}")
        while entry["status"] == "pending":
            answer = host.call(
                "POST", "/v1/ratings/poll", {"keys": [entry["key"]], "wait": 20}, token=host.tokens["rater"]
            )
            entry = answer[1]["ratings"][0]
        assert entry["status"] == "error"
        assert f"/mnt/videos/{name}" in json.dumps(entry)
        assert str(folder) not in json.dumps(entry)


# -- clips


def put(host: TeamHost, content: str, data: bytes, *, name: str = "rater", **more: Any) -> tuple[int, Any]:
    ending = more.pop("ending", ".mp4")
    return host.call("PUT", f"/v1/clips/{content}?ending={ending}", data, token=host.tokens[name], **more)


@attack("a clip whose name leads to another file")
def named(host: TeamHost, folder: Path) -> None:
    for content in ("b2:..%2f..%2fpeople.json", "..%2f..%2fteam.toml", "b2:" + "a" * 63, "b2:" + "A" * 64, "%00"):
        assert put(host, content, b"x")[0] in (400, 404)
    for ending in (".exe", ".py", "", "/../x.mp4", ".mp4%00.py", ".json"):
        refused(put(host, name_of(b"x"), b"x", ending=ending), 400, "team_upload", "team_upload_ending")


@attack("a clip that is not what it says")
def other_content(host: TeamHost, folder: Path) -> None:
    refused(put(host, name_of(b"one"), b"two"), 400, "team_upload", "team_upload_other")
    refused(put(host, name_of(b""), b""), 400, "team_upload", "team_upload_empty")


@attack("a clip that is too large, by its length or without one")
def too_large(host: TeamHost, folder: Path) -> None:
    refused(put(host, name_of(b"x"), b"", headers={"Content-Length": str(MIB + 1)}), 413, "team_upload")
    refused(put(host, name_of(b"x"), b"", headers={"Content-Length": str(1 << 62)}), 413, "team_upload")
    assert endless(host) == 413


def endless(host: TeamHost) -> int:
    """Sends pieces for ever, or until it is told to stop; the status of what it is told."""
    with host.plug() as plug:
        head = f"PUT /v1/clips/{name_of(b'x')}?ending=.mp4 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
        plug.sendall(f"{head}Authorization: Bearer {host.tokens['rater']}\r\n\r\n".encode())
        piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 2048:
                plug.sendall(piece)
                sent += 1
        assert sent < 2048, "nobody stopped it"
        with contextlib.suppress(OSError):
            return int(plug.recv(100).split()[1])
    # the answer may be lost with a connection that is closed under one who still sends
    return 413


@attack("more clips than the quota allows")
def quota(host: TeamHost, folder: Path) -> None:
    for number in range(6):
        data = bytes([number]) * (MIB // 2)
        assert put(host, name_of(data), data, name="sender") == (200, {"stored": len(data)})
    place = host.settings.home.with_name("home-clips")
    person = next(one.id for one in host.people.all() if one.name == "sender")
    assert sum(path.stat().st_size for path in (place / person).iterdir()) <= 2 * MIB
    assert len(list((place / person).iterdir())) <= 3


@attack("another person's clip, by its content")
def others_clip(host: TeamHost, folder: Path) -> None:
    data = (folder / "own.mp4").read_bytes()
    assert put(host, name_of(data), data, name="sender")[0] == 200
    video = {"content": name_of(data), "size": len(data)}
    assert rate(host, "/x/own.mp4", name="sender", video=video)["status"] in ("done", "pending")
    assert rate(host, "/x/own.mp4", video=video) == {"status": "send"}


# -- each other's work


@attack("another person's keys")
def others_keys(host: TeamHost, folder: Path) -> None:
    body = {"videos": [{"path": "/mnt/videos/clip0002.mp4", "text": "only mine"}], "wait": 0}
    status, answer = host.call("POST", "/v1/ratings", body, token=host.tokens["sender"])
    assert status == 200
    entry = answer["ratings"][0]
    assert entry["status"] == "pending"
    for keys in ([entry["key"]], ["0" * 32]):
        status, told = host.call("POST", "/v1/ratings/poll", {"keys": keys}, token=host.tokens["rater"])
        assert (status, told["ratings"]) == (200, [{"key": keys[0], "status": "unknown"}])
        status, told = host.call("POST", "/v1/cancel", {"keys": keys}, token=host.tokens["rater"])
        assert (status, told) == (200, {"cancelled": 0})
    host.call("POST", "/v1/cancel", {"all": True, "client": ""}, token=host.tokens["rater"])
    keys = {"keys": [entry["key"]], "wait": 20}
    status, told = host.call("POST", "/v1/ratings/poll", keys, token=host.tokens["sender"])
    assert told["ratings"][0]["rating"]["text"] == "only mine"


@attack("rating everything again, with the role rate")
def refresh(host: TeamHost, folder: Path) -> None:
    body = {"videos": [{"path": "/mnt/videos/clip0000.mp4"}], "refresh": True}
    refused(host.call("POST", "/v1/ratings", body, token=host.tokens["rater"]), 403, "team_role", "refresh")


# -- HTTP and TLS


@attack("a body that says two lengths, to smuggle a second request")
def smuggled(host: TeamHost, folder: Path) -> None:
    token = host.tokens["rater"]
    for lengths in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 5"):
        with host.plug() as plug:
            head = f"POST /v1/cancel HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n{lengths}\r\n\r\n"
            plug.sendall(head.encode() + b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
            answer = plug.recv(65536)
            assert answer.split()[1] == b"400"
            assert answer.count(b"HTTP/1.1") == 1


@attack("JSON that is no question, too deep, too long or too many")
def bad_json(host: TeamHost, folder: Path) -> None:
    for body in (b"{", b"[" * 100_000, b'{"videos": 1}', b"\xff", b"[]", b'{"videos": [1e999], "wait": 1e999}'):
        refused(host.call("POST", "/v1/ratings", body, token=host.tokens["rater"]), 400, "host_request")
    rows = {"videos": [{"path": "/mnt/videos/x.mp4"}] * 100_001}
    refused(host.call("POST", "/v1/ratings", rows, token=host.tokens["rater"]), 400, "host_request")
    many = {"videos": [{"path": "/mnt/videos/x.mp4"}] * 30_000}
    host.call("POST", "/v1/ratings", many, token=host.tokens["greedy"])
    refused(host.call("POST", "/v1/ratings", many, token=host.tokens["greedy"]), 429, "team_limit", "minute")
    long = host.call("POST", "/v1/cancel", b"", token=host.tokens["rater"], headers={"Content-Length": "99999999"})
    refused(long, 413, "host_request", "16")


@attack("plain HTTP, old TLS, and bytes that are neither")
def not_tls(host: TeamHost, folder: Path) -> None:
    for data in (b"GET /v1/health HTTP/1.1\r\nHost: h\r\n\r\n", bytes(500), b"\x16\x03\x01\xff\xff" + bytes(500)):
        with socket.create_connection(("127.0.0.1", host.port), timeout=60) as plug:
            plug.sendall(data)
            with contextlib.suppress(ConnectionResetError):
                assert b"HTTP" not in plug.recv(65536)
    old = blind()
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, OSError)), socket.create_connection(("127.0.0.1", host.port)) as plug:
        old.wrap_socket(plug)


@attack("a made up address in X-Forwarded-For, and lines for the audit log")
def forged(host: TeamHost, folder: Path) -> None:
    path = '/mnt/videos/x"}\n{"event": "forged", "person": "admin"}.mp4'
    body = {"videos": [{"path": path}]}
    headers = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    host.call("POST", "/v1/ratings", body, token=host.tokens["rater"], headers=headers)
    lines = host.audit()
    assert any(line.get("paths") == [path] for line in lines)
    assert not any(line["event"] == "forged" or line.get("address") == "203.0.113.9" for line in lines)


@attack("tokens tried one after another")
def guessing(host: TeamHost, folder: Path) -> None:
    found = [host.call("GET", "/v1/me", token=f"xvqa_{n:08x}_{'a' * 43}")[0] for n in range(TRIES_A_MINUTE + 5)]
    assert set(found) <= {401, 429}
    assert found[-1] == 429
    # whoever has a good one gets in from the same address
    assert host.call("GET", "/v1/me", token=host.tokens["rater"])[0] == 200
    assert len([line for line in host.audit() if line["event"] == "refused"]) < 200


@attack("connections that say nothing, more than there are places")
def silent(host: TeamHost, folder: Path) -> None:
    plugs = [socket.create_connection(("127.0.0.1", host.port), timeout=60) for _ in range(OF_ONE_ADDRESS + 50)]
    try:
        # somebody else is served meanwhile
        with socket.create_connection(
            ("127.0.0.1", host.port), timeout=60, source_address=("127.0.0.2", 0)
        ) as plug:
            other = blind().wrap_socket(plug)
            other.sendall(b"GET /v1/health HTTP/1.1\r\nHost: h\r\n\r\n")
            assert b"200" in other.recv(1000)
    finally:
        for one in plugs:
            one.close()
    wait_for(lambda: reached(host))


def reached(host: TeamHost) -> bool:
    try:
        return host.call("GET", "/v1/health")[0] == 200
    except OSError:
        return False


# -- the table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("attacks")
    made = clips(base / "share", 4)
    (base / "share" / "sub").mkdir()
    made[3].rename(base / "own.mp4")
    (base / "secret.mp4").write_bytes((base / "own.mp4").read_bytes() + b"\0\0\0\x08free")
    for name, target in (("link.mp4", "secret.mp4"), ("folder", "."), ("home", "home")):
        (base / "share" / name).symlink_to(base / target)
    (base / "share" / "chain").symlink_to(base / "share" / "folder")
    return base


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[TeamHost]:
    computed = folder / "computed"
    computed.touch()
    with team_host(folder / "home", SETUP.format(share=folder / "share"), model="stand-in") as made:
        made.add("rater")
        made.add("sender")
        made.add("greedy")
        made.add("trainer", "train")
        made.add("admin", "admin")
        yield made


@pytest.mark.skipif("sys.platform != 'linux'", reason="links, and a second loopback address")
@pytest.mark.parametrize("words", ATTACKS)
def test_nobody_gets_in(host: TeamHost, folder: Path, words: str) -> None:
    ATTACKS[words](host, folder)
    assert host.process.poll() is None
    assert host.call("GET", "/v1/health") == (200, {"status": "ok"})
    # never read, never rated, never told
    assert "Traceback" not in host.log()
    member = host.tokens["rater"]
    assert host.call("GET", "/v1/me", token=member)[0] == 200
    left = [path for path in (folder / "home-clips").rglob("*") if path.name.endswith(".tmp")]
    assert left == []


def test_after_all_of_it_everybody_is_served_and_nothing_secret_was_rated(host: TeamHost, folder: Path) -> None:
    with HostClient(host.member(folder / "member", "rater")) as client:
        results = client.rate_all([Video(f"/mnt/videos/clip{n:04d}.mp4") for n in range(3)])
        assert all(isinstance(one, dict) for one in results)
    store = b"".join(path.read_bytes() for path in host.settings.home.glob("ratings.sqlite3*"))
    assert b"clip0000.mp4" in store
    assert str(folder / "secret.mp4").encode() not in store
    log = host.settings.log_file.read_text() + host.log() + json.dumps(host.audit())
    assert "Traceback" not in log
    assert not any(token in log for token in host.tokens.values())


def test_the_page_names_every_attack() -> None:
    page = (ROOT / "docs" / "team-host.md").read_text(encoding="utf-8")
    table = page.partition("## Attacks")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (?!what is tried|---)(.+?) \|", table, re.MULTILINE) == list(ATTACKS)
    assert len(ATTACKS) >= 20
