"""One request, one JSON answer; whatever else comes is a host that is gone or an error with a name."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.bridge.fake_host import TOKEN, Reply, fake_host
from xl_vqa.bridge.connection import HostGoneError, HostOutdatedError, HttpPool, ask_health
from xl_vqa.bridge.start import find
from xl_vqa.words.errors import (
    HostAuthenticationError,
    HostDiskError,
    HostRequestError,
    VideoNotFoundError,
    XlVqaError,
)
from xl_vqa.words.settings import Settings


def asked(settings: Settings, reply: Reply, timeout: float = 5.0) -> dict[str, Any]:
    with fake_host(settings, lambda path, body: reply) as fake:
        pool = HttpPool(fake.state)
        try:
            return pool.request("POST", "/v1/x", {"a": "動画"}, timeout=timeout)
        finally:
            pool.close()


def test_the_answer_comes_back_and_the_token_went_with_the_request(settings: Settings) -> None:
    with fake_host(settings, lambda path, body: (200, {"echo": body})) as fake:
        pool = HttpPool(fake.state)
        assert pool.request("POST", "/v1/x", {"a": "動画 🎬 \ud800"}) == {"echo": {"a": "動画 🎬 \ud800"}}
        pool.close()
        assert fake.tokens == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "reply",
    [
        (0, b""),
        (0, b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ratings": ['),
        (0, b"SSH-2.0-OpenSSH_9.6\r\n"),
        (0, b"HTTP/1.1 200 OK\r\nContent-Length: many\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        (200, b"<html>a proxy's login page</html>"),
        (200, b""),
        (200, b"\xff\xfe\x00"),
        (200, b"[" * 100_000),
        (503, {"error": {"code": "host_error", "params": {"problem": "it is stopping"}}}),
    ],
    ids=["nothing", "half", "ssh", "chunks", "html", "empty", "bytes", "deep", "stopping"],
)
def test_no_whole_answer_is_a_host_that_is_gone(settings: Settings, reply: Reply) -> None:
    with pytest.raises(HostGoneError) as caught:
        asked(settings, reply)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((401, {"error": {"code": "host_authentication"}}), HostAuthenticationError),
        ((401, []), HostAuthenticationError),
        ((400, {"error": {"code": "host_request", "params": {"problem": "no"}}}), HostRequestError),
        ((500, {"error": {"code": "host_disk", "params": {"path": "/x", "problem": "full"}}}), HostDiskError),
        ((404, {"error": {"code": "video_not_found", "params": {"path": "/a.mp4"}}}), VideoNotFoundError),
        ((200, []), HostRequestError),
        ((418, "a teapot"), HostRequestError),
    ],
)
def test_a_refusal_has_a_name(settings: Settings, reply: Reply, kind: type[XlVqaError]) -> None:
    with pytest.raises(kind) as caught:
        asked(settings, reply)
    assert type(caught.value) is kind


@pytest.mark.parametrize("reply", [(404, {}), (404, {"detail": "Not Found"}), (405, b"no JSON")])
def test_an_address_that_is_not_known_tells_an_outdated_host(settings: Settings, reply: Reply) -> None:
    with pytest.raises(HostOutdatedError):
        asked(settings, reply)


def test_an_error_of_a_newer_host_keeps_its_sentence(settings: Settings) -> None:
    with pytest.raises(XlVqaError, match="the moon is full"):
        asked(settings, (400, {"error": {"code": "new_in_2", "message": "the moon is full", "params": {}}}))


def test_a_host_that_hangs_is_given_up(settings: Settings) -> None:
    hold = threading.Event()

    def answer(path: str, body: dict[str, Any]) -> Reply:
        hold.wait(20)
        return 200, {}

    with fake_host(settings, answer) as fake:
        pool = HttpPool(fake.state)
        with pytest.raises(HostGoneError, match="timed out"):
            pool.request("POST", "/v1/x", {}, timeout=0.2)
        hold.set()
        assert pool.request("POST", "/v1/x", {}) == {}
        pool.close()


def test_a_connection_that_the_host_closed_meanwhile_is_opened_again(settings: Settings) -> None:
    replies: list[Reply] = [(200, {"n": 1}), (0, b""), (200, {"n": 2})]
    with fake_host(settings, lambda path, body: replies.pop(0)) as fake:
        pool = HttpPool(fake.state)
        # the second request meets a connection that is closed under it, and is sent once more
        assert [pool.request("POST", "/v1/x", {})["n"] for _ in range(2)] == [1, 2]
        pool.close()


def test_many_threads_share_one_pool(settings: Settings) -> None:
    found: list[int] = []
    with fake_host(settings, lambda path, body: (200, body)) as fake:
        pool = HttpPool(fake.state)

        def work(number: int) -> None:
            for step in range(20):
                value = number * 100 + step
                assert pool.request("POST", "/v1/x", {"n": value}) == {"n": value}
                found.append(value)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pool.close()
    assert sorted(found) == [n * 100 + s for n in range(8) for s in range(20)]


def test_health_of_nobody_is_nothing(settings: Settings) -> None:
    with fake_host(settings, lambda path, body: (200, {})) as fake:
        port = fake.state.port
    assert ask_health(port, "n", timeout=1.0) is None


@pytest.mark.parametrize(
    "health",
    [
        b"[" * 60_000,
        b"hello",
        b"[1, 2]",
        b"",
        b"x" * 200_000,
        {"app": "other"},
        {"app": "xl_vqa", "pid": 1, "proof": "x"},
        {"app": "xl_vqa", "proof": "合言葉"},
        {"app": "xl_vqa", "proof": None},
    ],
    ids=["deep", "text", "list", "empty", "long", "other", "pid", "japanese", "none"],
)
def test_a_stranger_on_the_port_is_not_the_host_and_never_sees_the_token(
    settings: Settings, health: dict[str, Any] | bytes
) -> None:
    with fake_host(settings, lambda path, body: (200, {})) as fake:
        fake.health = {"pid": fake.state.pid, **health} if isinstance(health, dict) else health
        assert find(settings) is None
        assert fake.tokens == set()


def test_the_right_proof_is_believed(settings: Settings) -> None:
    with fake_host(settings, lambda path, body: (200, {})) as fake:
        assert find(settings) == fake.state
