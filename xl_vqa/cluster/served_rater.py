"""A rater whose model is elsewhere: replicas that Ray Serve keeps on a cluster, asked by a handle, not by HTTP.

The host reads videos, keeps the store and knows of all this nothing: it has a rater as any other. Replicas of one
model and one set of settings are one application of Serve, whichever hosts ask it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from xl_vqa import __version__
from xl_vqa.cluster.connect import Address, connected
from xl_vqa.cluster.nodes import Room, check_nodes
from xl_vqa.cluster.replica import GATHER_S, MOST_AT_ONCE, Replica, Request
from xl_vqa.cluster.rows import Work, settings_for_workers
from xl_vqa.cluster.worker import SentClip
from xl_vqa.vlm.identity import identify
from xl_vqa.vlm.rater import AttributeOutcome, ClipFrames, Outcome, PreparedVideo
from xl_vqa.vlm.stand_in import is_stand_in
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import ModelError, ModelFailedError, XlVqaError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.cluster.served")

HANG_S: Final = 600.0
"""A replica whose batch takes longer is replaced."""
ANSWER_S: Final = 900.0
"""A request that was not answered after this time is asked again."""
CLOSE_S: Final = 20.0
TRIES: Final = 3
"""Times that a video is asked for: first with others, then alone, so that its death accuses no other."""
PACE: Final = {
    "metrics_interval_s": 10.0,
    "look_back_period_s": 30.0,
    "upscale_delay_s": 30.0,
    "downscale_delay_s": 600.0,
}
"""How soon there are more replicas, and fewer: Serve's names and its own values."""


class ReplicasGoneError(Exception):
    """Nobody is there to be asked, for now."""


class Replicas(Protocol):
    """An application of Serve that runs."""

    def describe(self) -> dict[str, Any]: ...

    def ask(self, requests: Sequence[Request]) -> list[Any]:
        """What each replica answered, in order; the exception where none did."""

    def close(self) -> None: ...


class ServedRater:
    """See ``vlm.rater.Rater``. ``start`` gives the replicas; it is called again where the cluster went away."""

    def __init__(self, start: Callable[[], Replicas], model: str) -> None:
        """Raises ModelError."""
        self._start, self._model = start, model
        self._replicas: Replicas | None = None
        self._told = self._connect()
        self._spec = ModelSpec.from_dict(self._told["spec"])

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def fingerprint(self) -> str:
        return str(self._told["fingerprint"])

    def prepare(self, clip: ClipFrames) -> PreparedVideo:
        """Frames, no larger than the model looks at them: a replica cuts them into patches."""
        frames, pixels = list(clip.frames), self._spec.pixels
        # the starter looks at pieces of them at full size, too, and the stand-in at no other
        if not (pixels.canvas or is_stand_in(self._model)):
            from xl_vqa.vlm.patches import no_larger_than_seen

            frames = no_larger_than_seen(frames, pixels)
        sent = SentClip(frames, clip.used, list(clip.windows))
        nbytes = sum(one.nbytes for one in (*sent.frames, *sent.windows))
        # replicas part the videos among themselves, so any of them may be asked together
        return PreparedVideo(sent, (0,), nbytes, nbytes)

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        return self._ask([Request(video.payload, text) for video, text in items])

    def rate_attributes(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[AttributeOutcome]:
        return self._ask([Request(video.payload, text, attributes=True) for video, text in items])

    def describe(self) -> dict[str, Any]:
        return {**self._told["facts"], "served": True}

    def close(self) -> None:
        if self._replicas is not None:
            self._replicas.close()
            self._replicas = None

    # -- inside

    def _connect(self) -> dict[str, Any]:
        self.close()
        try:
            self._replicas = self._start()
            told = self._replicas.describe()
            if "error" in told:
                raise from_dict(told["error"])
        except ModelError:
            self.close()
            raise
        except XlVqaError as error:
            self.close()
            raise ModelFailedError(path=self._model, problem=Reason.of(error)) from error
        except Exception as error:
            log.exception("the served model cannot be used")
            self.close()
            problem = Reason("cluster_not_served", detail=Detail.named(error))
            raise ModelFailedError(path=self._model, problem=problem) from error
        return told

    def _ask(self, requests: Sequence[Request]) -> list[Any]:
        """One outcome for each: what a dead replica owed is asked again, one by one."""
        found: dict[int, Any] = {}
        left = dict(enumerate(requests))
        for attempt in range(TRIES):
            pieces = [[place] for place in left] if attempt else [list(left)]
            for piece in pieces:
                found |= zip(piece, self._once([left[place] for place in piece]), strict=True)
            left = {place: one for place, one in left.items() if isinstance(found[place], Exception)}
            if not left:
                break
            log.warning("%d answers of replicas were lost: %s", len(left), found[next(iter(left))])
        died = Reason("cluster_replica_died", times=TRIES)
        return [
            ModelFailedError(problem=died) if place in left else _outcome(found[place])
            for place in range(len(requests))
        ]

    def _once(self, requests: Sequence[Request]) -> list[Any]:
        if self._replicas is None:
            before = self.fingerprint
            self._told = self._connect()
            if self.fingerprint != before:
                raise ModelFailedError(problem="model_files_changed")
        assert self._replicas is not None
        found = self._replicas.ask(requests)
        if any(isinstance(one, ReplicasGoneError) for one in found):
            # all of them are gone, or the cluster: they are started anew for the next try
            self.close()
        return found


def _outcome(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    error = from_dict(value)
    return error if isinstance(error, ModelError) else ModelFailedError(problem=Reason.of(error))


class _OnRay:
    """Serve without a proxy, on a cluster that this process is connected to."""

    def __init__(self, settings: Settings) -> None:
        """Raises ClusterError and its kinds, PackageMissingError, ModelError."""
        self._stack = contextlib.ExitStack()
        try:
            self._ray = self._stack.enter_context(connected(Address(settings.model_cluster or "")))
            self._name, self._handle = self._deploy(settings)
        except BaseException:
            self._stack.close()
            raise

    def _deploy(self, settings: Settings) -> tuple[str, Any]:
        serve = _quiet_serve()
        room = Room.of(self._ray.nodes(), settings, settings.replicas_max or None)
        known = check_nodes(self._ray, settings, room, {}) or {}
        here = identify(settings)
        fingerprint = str(known.get("fingerprint") or ("" if here is None else here.fingerprint))
        values = settings_for_workers(settings, gpu=room.gpus > 0, threads=room.threads)
        most = max(room.workers, settings.replicas_min)

        class Served(Replica):
            @serve.batch(max_batch_size=MOST_AT_ONCE, batch_wait_timeout_s=GATHER_S)  # type: ignore[untyped-decorator, unused-ignore]
            async def ask(self, requests: list[Request]) -> list[Any]:
                return await self.rate(requests)

        deployment = serve.deployment(Served).options(
            name="model",
            ray_actor_options={"num_cpus": room.cpus, "num_gpus": room.gpus},
            max_ongoing_requests=2 * MOST_AT_ONCE,
            autoscaling_config={
                "min_replicas": settings.replicas_min,
                "initial_replicas": settings.replicas_min,
                "max_replicas": most,
                "target_ongoing_requests": target(settings.batch_size, most),
                **PACE,
            },
            health_check_period_s=10,
            health_check_timeout_s=30,
            graceful_shutdown_timeout_s=20,
        )
        # one application for all hosts that want the same; another one beside it for those that do not
        told = json.dumps([values, fingerprint, settings.replicas_min, most], sort_keys=True)
        name = "xl_vqa-" + hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
        serve.start(proxy_location="Disabled")
        there = serve.status().applications.get(name)
        if there is None or there.status != "RUNNING":
            work = Work(values, __version__, fingerprint, HANG_S)
            serve.run(deployment.bind(work), name=name, route_prefix=None)
        return name, serve.get_app_handle(name)

    def describe(self) -> dict[str, Any]:
        return dict(self._handle.describe.remote().result(timeout_s=ANSWER_S))

    def ask(self, requests: Sequence[Request]) -> list[Any]:
        asked: list[Any] = []
        for request in requests:
            try:
                asked.append(self._handle.ask.remote(request))
            except Exception as error:
                asked.append(ReplicasGoneError(repr(error)))
        until = time.monotonic() + ANSWER_S
        return [one if isinstance(one, Exception) else self._answer(one, until) for one in asked]

    def _answer(self, asked: Any, until: float) -> Any:
        lost = self._ray.exceptions
        try:
            return asked.result(timeout_s=max(until - time.monotonic(), 0.1))
        except (lost.RayActorError, lost.RayTaskError, TimeoutError) as error:
            return error
        except Exception as error:
            return ReplicasGoneError(repr(error))

    def close(self) -> None:
        """Gives the replicas' memory back; another host that asks them has them started again."""
        # a cluster that does not answer keeps nobody from ending
        ending = threading.Thread(target=self._end, name="end-replicas", daemon=True)
        ending.start()
        ending.join(CLOSE_S)

    def _end(self) -> None:
        with contextlib.suppress(Exception):
            _quiet_serve().delete(self._name, _blocking=False)
        with contextlib.suppress(Exception):
            self._stack.close()


def target(batch_size: int, most: int) -> float:
    """Videos under way at a replica above which there is to be another one.

    A host asks about ``batch_size`` at once and about no more before the last of them is answered: on average
    somewhat fewer are under way, and yet ``most`` replicas are to come of it.
    """
    return max(batch_size / (2 * most), 1.0)


def _quiet_serve() -> Any:
    """Raises PackageMissingError where the extra "cluster" is not installed."""
    from xl_vqa.packages import as_missing

    try:
        from ray import serve
    except ImportError as error:
        raise as_missing(error) or error from error
    logging.getLogger("ray.serve").setLevel(logging.CRITICAL)
    return serve


def served_rater(settings: Settings) -> ServedRater:
    """The rater of the setting ``model_cluster``. Raises ModelError."""
    return ServedRater(lambda: _OnRay(settings), settings.model)
