"""One-time links: who may see the page, for how long, and that its one video is all there is behind it."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from xl_vqa.host import links as links_module
from xl_vqa.host.guard import Guard
from xl_vqa.host.linked_pages import COOKIE, LinkedPages
from xl_vqa.host.links import MOST, OPEN_WITHIN_S, SHOWN_FOR_S, LinkedPage, Links

PAGE = LinkedPage("<p>a page</p>")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


# -- the links themselves


def test_a_link_opens_once_and_again_only_for_who_opened_it() -> None:
    links = Links()
    token = links.add(PAGE)
    first = links.open(token, None)
    assert first is not None
    assert (first.page, bool(first.cookie)) == (PAGE, True)
    assert links.open(token, None) is None
    assert links.open(token, "somebody else's") is None
    again = links.open(token, first.cookie)
    assert again is not None
    assert again.cookie is None


@pytest.mark.parametrize("token", ["", "no such", "\udcff", "x" * 10_000])
def test_no_other_token_opens_anything(token: str) -> None:
    links = Links()
    links.add(PAGE)
    assert links.open(token, None) is None
    assert links.video(token, None) is None


def test_the_video_is_for_who_opened_the_page(tmp_path: Path) -> None:
    links = Links()
    token = links.add(LinkedPage("x", tmp_path / "a.mp4"))
    assert links.video(token, None) is None
    visit = links.open(token, None)
    assert visit is not None
    assert links.video(token, "wrong") is None
    assert links.video(token, visit.cookie) is visit.page
    bare = links.add(PAGE)
    opened = links.open(bare, None)
    assert opened is not None
    assert links.video(bare, opened.cookie) is None


def test_links_expire_and_a_page_in_use_stays() -> None:
    clock = Clock()
    links = Links(clock)
    unopened, opened = links.add(PAGE), links.add(PAGE)
    visit = links.open(opened, None)
    assert visit is not None
    clock.now += OPEN_WITHIN_S
    assert links.open(unopened, None) is None
    assert links.open(opened, visit.cookie) is not None
    for _ in range(3):
        clock.now += SHOWN_FOR_S - 1
        assert links.open(opened, visit.cookie) is not None
    clock.now += SHOWN_FOR_S
    assert links.open(opened, visit.cookie) is None


def test_memory_is_bounded_and_the_least_recent_go_first() -> None:
    links = Links()
    kept = links.add(PAGE)
    visit = links.open(kept, None)
    assert visit is not None
    others = []
    for _ in range(MOST):
        others.append(links.add(PAGE))
        assert links.open(kept, visit.cookie) is not None
    assert links.open(others[0], None) is None
    assert links.open(others[-1], None) is not None


def test_tokens_are_long_and_not_kept_themselves() -> None:
    links = Links()
    tokens = {links.add(PAGE) for _ in range(8)}
    assert len(tokens) == 8
    assert min(map(len, tokens)) >= 43  # 256 bits in base64
    assert not any(token in repr(links._links) for token in tokens)


# -- over HTTP, behind the guard


@dataclass
class Site:
    port: int
    links: Links

    def get(self, path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """The answer; its ``body`` is read already. Underscores in names stand for hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    links = Links()
    app = FastAPI()
    for path, handler in LinkedPages(links, "ja").routes():
        app.add_route(path, handler, methods=["GET"])

    async def secret(request: object) -> None:
        raise AssertionError("never reached without a token")

    app.add_route("/v1/ratings", secret, methods=["GET"])
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
    listener = config.bind_socket()
    port = listener.getsockname()[1]
    config.app = Guard(app, "token", port)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Site(port, links)
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def video(tmp_path: Path) -> LinkedPage:
    file = tmp_path / "動画 1.mp4"
    file.write_bytes(bytes(range(256)) * 40)
    found = file.stat()
    return LinkedPage("<p>動画</p>", file, (found.st_size, found.st_mtime_ns), "video/mp4")


def opened(site: Site, page: LinkedPage) -> tuple[str, str]:
    """The address of a page that was opened, and the cookie header of its browser."""
    address = f"/why/{site.links.add(page)}/"
    answer = site.get(address)
    assert answer.status == 200
    cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    return address, f"{COOKIE}={cookie.value}"


def test_a_browser_opens_the_page_and_nobody_after_it(site: Site, video: LinkedPage) -> None:
    address = f"/why/{site.links.add(video)}/"
    first = site.get(address)
    assert first.body.decode() == "<p>動画</p>"  # type: ignore[attr-defined]
    cookie = SimpleCookie(first.headers["set-cookie"])[COOKIE]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (address, "strict", True)
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
    second = site.get(address)
    assert second.status == 410
    assert "リンク" in second.body.decode()  # type: ignore[attr-defined]
    assert site.get(address, Cookie=f"{COOKIE}={cookie.value}").status == 200


def test_looking_does_not_use_the_link_up(site: Site) -> None:
    address = f"/why/{site.links.add(PAGE)}/"
    assert site.get(address, method="POST").status == 403
    assert site.get(address, Host="evil.example").status == 403
    assert site.get(address, Origin="http://evil.example").status == 403
    assert site.get(address, Sec_Fetch_Site="cross-site").status == 403
    assert site.get(address, Sec_Fetch_Site="none").status == 200


def test_the_video_comes_in_ranges(site: Site, video: LinkedPage) -> None:
    address, cookie = opened(site, video)
    whole = site.get(address + "video", Cookie=cookie)
    assert (whole.status, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    part = site.get(address + "video", Cookie=cookie, Range="bytes=100-299")
    assert (part.status, part.headers["content-range"]) == (206, "bytes 100-299/10240")
    assert part.body == whole.body[100:300]  # type: ignore[attr-defined]
    tail = site.get(address + "video", Cookie=cookie, Range="bytes=-5")
    assert tail.body == whole.body[-5:]  # type: ignore[attr-defined]
    assert site.get(address + "video", Cookie=cookie, Range="bytes=99999-").status == 416


@pytest.mark.parametrize(
    "path", ["video", "video/", "../video", "%2e%2e/video", "other.mp4", "video/../../v1/ratings"]
)
def test_nothing_else_is_behind_a_link(site: Site, video: LinkedPage, path: str) -> None:
    """Without the cookie not even the video."""
    address, cookie = opened(site, video)
    assert site.get(address + path).status in (307, 401, 404, 410)
    if path != "video":
        assert site.get(address + path, Cookie=cookie).status in (307, 401, 404)


def test_another_links_cookie_is_none(site: Site, video: LinkedPage) -> None:
    address, _ = opened(site, video)
    _, other = opened(site, video)
    assert site.get(address, Cookie=other).status == 410
    assert site.get(address + "video", Cookie=other).status == 410


def test_a_file_that_changed_or_went_is_not_shown(site: Site, video: LinkedPage) -> None:
    assert video.video is not None
    address, cookie = opened(site, video)
    os.utime(video.video, ns=(1, 1))
    changed = site.get(address + "video", Cookie=cookie)
    assert changed.status == 404
    assert "変更" in changed.body.decode()  # type: ignore[attr-defined]
    video.video.unlink()
    assert site.get(address + "video", Cookie=cookie).status == 404


def test_a_link_gives_no_way_to_the_rest_of_the_host(site: Site, video: LinkedPage) -> None:
    _, cookie = opened(site, video)
    assert site.get("/v1/ratings", Cookie=cookie).status == 401
    assert site.get("/why/", Cookie=cookie).status == 404


def test_the_limits_are_what_docs_say() -> None:
    words = (Path(links_module.__file__).parents[2] / "docs" / "host.md").read_text(encoding="utf-8")
    assert f"void after {OPEN_WITHIN_S / 60:g} minutes" in words
    assert f"{SHOWN_FOR_S / 3600:g} hour after" in words
    assert f"{MOST} links" in words
