"""The HTTP face of the host (docs/host.md). Thin: checks and JSON in, ``RatingService`` does the rest."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final, TypeVar

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from xl_vqa import __version__
from xl_vqa.bridge.protocol import APP, EXPLAIN, MAX_ROWS, MAX_WAIT_S, PROTOCOL, WHY_PAGE, proof
from xl_vqa.host.explainer import Explaining
from xl_vqa.host.guard import Guard, TooLargeError, too_large
from xl_vqa.host.linked_pages import LinkedPages, read_by
from xl_vqa.host.links import Links
from xl_vqa.host.memory import LARGE_ANSWER, give_back
from xl_vqa.host.metrics import CONTENT_TYPE, host_families, rendered
from xl_vqa.host.request_body import check_rows, number_of
from xl_vqa.host.service import Question, RatingService, Slot
from xl_vqa.host.work import Watch
from xl_vqa.words.errors import DistributionError, HostError, HostRequestError, XlVqaError
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.reasons import Detail, Reason, because, why_malformed

log = logging.getLogger("xl_vqa.host.app")

LOOKUP_THREADS: Final = 16
"""Looking at a file on a drive that hangs blocks a thread; the others go on."""
GATHER_S: Final = 0.05
"""After the first of any is finished, this long for more, so that one poll brings a whole batch."""
GIVE_BACK_AFTER_S: Final = 1.0

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[str]]


class HostApp:
    """``asgi`` is what the server runs."""

    def __init__(self, service: RatingService, token: str, port: int, on_shutdown: Callable[[], None]) -> None:
        self._service = service
        self._token = token
        self._on_shutdown = on_shutdown
        self._pool = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="request")
        self._giving_back: asyncio.TimerHandle | None = None
        self._pages = LinkedPages(Links(), service.settings.language)
        app = FastAPI(title=APP, version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
        for method, path, handler in (
            ("POST", "/v1/ratings", self._ratings),
            ("POST", "/v1/ratings/poll", self._poll),
            ("POST", EXPLAIN, self._explain),
            ("POST", WHY_PAGE, self._why_page),
            ("POST", "/v1/cancel", self._cancel),
            ("GET", "/v1/progress", self._progress),
            ("POST", "/v1/progress", self._progress),
            ("GET", "/v1/model", self._model),
            ("POST", "/v1/model", self._model),
            ("GET", "/v1/health", self._health),
            ("POST", "/v1/shutdown", self._shutdown),
        ):
            # plain routes: bodies of ten thousand videos are checked here and not model by model
            app.add_route(path, _endpoint(handler), methods=[method])
        app.add_route("/metrics", self._metrics, methods=["GET"])
        for path, page in self._pages.routes():
            app.add_route(path, page, methods=["GET"])
        self.asgi = Guard(app, token, port)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _ratings(self, request: Request) -> str:
        raw = await request.body()
        question, slots, answer = await self._run(lambda: self._first_look(raw))
        if answer is None:
            await self._wait(slots, question.wait, every=True)
            answer = await self._run(lambda: self._service.render(slots, question.view, question.detail))
        return self._large(answer)

    def _first_look(self, raw: bytes) -> tuple[Any, list[Slot], str | None]:
        """In one hop to a worker thread: the whole answer where nothing has to be waited for."""
        question = self._service.question(parsed(raw))
        slots = self._service.look_up(question)
        if question.wait > 0 and any(slot.pending for slot in slots):
            return question, slots, None
        return question, slots, self._service.render(slots, question.view, question.detail)

    async def _poll(self, request: Request) -> str:
        body = parsed(await request.body())
        if not isinstance(body, dict) or not isinstance(body.get("keys"), list):
            raise HostRequestError(problem="host_keys_list")
        check_rows(body["keys"])
        if body.get("until", "all") not in ("all", "any"):
            raise HostRequestError(problem="host_until")
        wait = number_of(body, "wait")
        view = self._service.view(body)
        slots = self._service.poll([str(key) for key in body["keys"]])
        await self._wait(slots, wait, every=body.get("until", "all") == "all")
        detail = bool(body.get("detail", False))
        return self._large(await self._run(lambda: self._service.render(slots, view, detail)))

    async def _explain(self, request: Request) -> str:
        question, found = await self._explained(await request.body())
        return self._large(await self._run(lambda: self._service.render_explanation(found, question)))

    async def _why_page(self, request: Request) -> str:
        raw = await request.body()
        body = await self._run(lambda: parsed(raw))
        if isinstance(body, dict) and "made" in body:
            return await self._run(lambda: self._page_of(body))
        question, found = await self._explained(raw)

        def linked() -> str:
            told = json.loads(self._service.render_explanation(found, replace(question, detail=True)))
            entry = told["explanation"]
            if entry["status"] == "done":
                path = self._pages.link(read_by(body, entry["explanation"]), _language(body))
                told["explanation"] = {"status": "done", "page": path}
            return json.dumps(told)

        return await self._run(linked)

    def _page_of(self, body: Mapping[str, Any]) -> str:
        """Of an explanation that another host made, and that its reader has read already."""
        try:
            made = Explanation.from_dict(body["made"])
        except (DistributionError, TypeError) as error:
            raise HostRequestError(problem=because(error)) from error
        return json.dumps({"explanation": {"status": "done", "page": self._pages.link(made, _language(body))}})

    async def _explained(self, raw: bytes) -> tuple[Question, Explaining | XlVqaError]:
        """After the wait that was asked for."""
        question, found = await self._run(lambda: self._first_of_explanation(raw))
        if not isinstance(found, XlVqaError):
            explainer = self._service.explainer
            await self._woken(
                lambda notify: explainer.watch(found, notify),
                lambda watch: explainer.unwatch(found, watch),
                question.wait if found.outcome is None else 0.0,
            )
        return question, found

    def _first_of_explanation(self, raw: bytes) -> tuple[Question, Explaining | XlVqaError]:
        question = self._service.question(parsed(raw))
        if len(question.videos) != 1:
            raise HostRequestError(problem="host_one_video")
        return question, self._service.explain(question)

    async def _cancel(self, request: Request) -> str:
        return json.dumps({"cancelled": self._service.cancel(parsed(await request.body()))})

    async def _progress(self, request: Request) -> str:
        profile = await _profile(request)
        facts = await self._run(lambda: self._service.progress(profile))
        return json.dumps({"pid": os.getpid(), **facts})

    async def _model(self, request: Request) -> str:
        profile = await _profile(request)
        return json.dumps(await self._run(lambda: self._service.model(profile)))

    async def _health(self, request: Request) -> str:
        facts = {"app": APP, "version": __version__, "protocol": PROTOCOL, "pid": os.getpid()}
        nonce = request.query_params.get("nonce")
        if nonce:
            facts["proof"] = proof(self._token, nonce[:128])
        return json.dumps(facts)

    async def _metrics(self, request: Request) -> Response:
        facts = await self._run(self._service.progress)
        return Response(rendered(host_families(facts)), media_type=CONTENT_TYPE)

    async def _shutdown(self, request: Request) -> str:
        log.info("asked to stop")
        asyncio.get_running_loop().call_later(0.05, self._on_shutdown)
        return json.dumps({"stopping": True})

    async def _wait(self, slots: Sequence[Slot], seconds: float, *, every: bool) -> None:
        """Until all (or any) of the slots are finished, at most ``seconds``."""
        if not any(slot.pending for slot in slots):
            return
        gather = None if every else (lambda: any(slot.pending for slot in slots))
        await self._woken(
            lambda notify: self._service.watch(slots, notify, every=every),
            lambda watch: self._service.unwatch(slots, watch),
            seconds,
            gather,
        )

    async def _woken(
        self,
        watch_it: Callable[[Callable[[], None]], Watch],
        leave: Callable[[Watch], None],
        seconds: float,
        gather: Callable[[], bool] | None = None,
    ) -> None:
        """Until the watch fires, at most ``seconds``; a moment longer where ``gather`` says that more may come."""
        if seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def notify() -> None:
            # from a worker thread; the loop may be closed when the host stops
            try:
                loop.call_soon_threadsafe(woken.set)
            except RuntimeError:
                log.debug("something finished found nobody waiting")

        watch = watch_it(notify)
        try:
            async with asyncio.timeout(min(seconds, MAX_WAIT_S)):
                await woken.wait()
                if gather is not None and gather():
                    await asyncio.sleep(GATHER_S)
        except TimeoutError:
            pass
        finally:
            leave(watch)

    def _large(self, answer: str) -> str:
        """The answer itself; what a large one took is given back once it was sent and no other follows."""
        if len(answer) > LARGE_ANSWER:
            if self._giving_back is not None:
                self._giving_back.cancel()
            loop = asyncio.get_running_loop()
            self._giving_back = loop.call_later(GIVE_BACK_AFTER_S, self._pool.submit, give_back)
        return answer

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


async def _profile(request: Request) -> Any:
    """Whose model is asked about; None is the host's own."""
    body = parsed(await request.body()) if request.method == "POST" else {}
    if not isinstance(body, dict):
        raise HostRequestError(problem="host_body_object")
    return body.get("profile")


def _language(body: Any) -> str:
    return "ja" if body.get("language") == "ja" else "en"


def parsed(raw: bytes) -> Any:
    """A body's JSON. Raises HostRequestError for one that is none, or holds more than a request may."""
    # of an empty list Python makes sixty bytes: what is counted here bounds the memory that parsing takes
    if raw.count(b"{") + raw.count(b"[") > 4 * MAX_ROWS or raw.count(b",") > 40 * MAX_ROWS:
        raise HostRequestError(problem=Reason("host_values", limit=MAX_ROWS))
    try:
        return json.loads(raw) if raw else {}
    except (ValueError, RecursionError) as error:
        raise HostRequestError(problem=Reason("host_body_not_json", detail=why_malformed(error))) from error


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        status, headers = 200, None
        try:
            text = await handler(request)
        except HostRequestError as error:
            status, text = 400, json.dumps({"error": error.to_dict()})
        except XlVqaError as error:
            status, text = 500, json.dumps({"error": error.to_dict()})
        except TooLargeError:
            # the rest of the body is not read
            status, text, headers = 413, json.dumps({"error": too_large().to_dict()}), {"connection": "close"}
        except ClientDisconnect:
            status, text = 400, "{}"
        except Exception as error:
            log.exception("a request failed")
            shown = HostError(problem=Detail.named(error))
            status, text = 500, json.dumps({"error": shown.to_dict()})
        return Response(text, status_code=status, headers=headers, media_type="application/json")

    return endpoint
