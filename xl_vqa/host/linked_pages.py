"""The pages behind one-time links, as a browser gets them: the page, and its one video in ranges."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from xl_vqa.host.guard import LINKED
from xl_vqa.host.links import SHOWN_FOR_S, LinkedPage, Links
from xl_vqa.page.document import document
from xl_vqa.why_page.page import why_page
from xl_vqa.why_page.player import Player, media_type, why_no_player
from xl_vqa.words.domain_profile import Line, Reading, read_timeline
from xl_vqa.words.errors import HostRequestError, XlVqaError
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.labels import Scale
from xl_vqa.words.messages import text
from xl_vqa.words.reasons import why_malformed

COOKIE: Final = "xl_vqa_why"
PAGE_PATH: Final = LINKED + "{token}"
VIDEO: Final = "video"
"""The page names its video by this, relative to ``/why/TOKEN/``."""

_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # the page says itself what it may load; this is what no page can say of itself
    "content-security-policy": "frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
}


class LinkedPages:
    """``language`` is the host's own: of what is said where a link no longer holds."""

    def __init__(self, links: Links, language: str) -> None:
        self._links = links
        self._language = language

    def link(self, explanation: Explanation, language: str) -> str:
        """The path of a new link to the page of ``explanation``; its video is looked at now."""
        kind = media_type(explanation.path, explanation.rating.frames.codec)
        video, player, facts = Path(explanation.path), None, (0, 0)
        if kind is not None:
            with contextlib.suppress(OSError):
                found = video.stat()
                facts, player = (found.st_size, found.st_mtime_ns), Player(VIDEO)
        html = why_page(explanation, language, player=player, no_player=why_no_player(explanation, language))
        shown = LinkedPage(html) if player is None or kind is None else LinkedPage(html, video, facts, kind)
        return f"{LINKED}{self._links.add(shown)}/"

    def routes(self) -> list[tuple[str, Callable[[Request], Awaitable[Response]]]]:
        return [(PAGE_PATH + "/", self._page), (PAGE_PATH + "/" + VIDEO, self._video)]

    async def _page(self, request: Request) -> Response:
        visit = self._links.open(request.path_params["token"], request.cookies.get(COOKIE))
        if visit is None:
            return self._gone()
        response = HTMLResponse(visit.page.html, headers=_HEADERS)
        if visit.cookie is not None:
            response.set_cookie(
                COOKIE,
                visit.cookie,
                max_age=int(SHOWN_FOR_S),
                path=request.url.path,
                httponly=True,
                samesite="strict",
            )
        return response

    async def _video(self, request: Request) -> Response:
        page = self._links.video(request.path_params["token"], request.cookies.get(COOKIE))
        if page is None:
            return self._gone()
        found = await asyncio.to_thread(_unchanged, page)
        if found is None:
            return PlainTextResponse(text("linked_video_gone", self._language), 404, headers=_HEADERS)
        assert page.video is not None
        return FileResponse(page.video, headers=_HEADERS, media_type=page.media_type, stat_result=found)

    def _gone(self) -> Response:
        words = text("link_gone", self._language)
        return HTMLResponse(
            document("xl_vqa", self._language, f"<h1>xl_vqa</h1><p>{escape(words)}</p>", dark=True),
            410,
            headers=_HEADERS,
        )


def read_by(body: Mapping[str, Any], explanation: Mapping[str, Any]) -> Explanation:
    """An explanation (as JSON) as the asker's domain profile reads it (``reading`` and ``line`` of the body),
    where one does. Raises HostRequestError for what is no reading."""
    reading = body.get("reading")
    if reading is None:
        return Explanation.from_dict(explanation)
    try:
        read = Reading(**reading)
        own, told = explanation["rating"]["scale"], {**explanation["rating"], **read.to_dict()}
        if (line := body.get("line")) is not None:
            way, scale = Line(tuple(line["x"]), tuple(line["y"])), Scale.from_dict(line["scale"])
            explanation = read_timeline(explanation, way, Scale.from_dict(own), scale, read.mos)
            told["scale"] = {**own, "mos_min": scale.mos_min, "mos_max": scale.mos_max}
        return Explanation.from_dict({**explanation, "rating": told})
    except (TypeError, ValueError, KeyError, XlVqaError) as error:
        raise HostRequestError(problem=why_malformed(error)) from error


def _unchanged(page: LinkedPage) -> os.stat_result | None:
    """What the file system says of the page's video; None where it is not the file any more that was rated."""
    assert page.video is not None
    try:
        found = page.video.stat()
    except OSError:
        return None
    same = stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime_ns) == page.video_stat
    return found if same else None
