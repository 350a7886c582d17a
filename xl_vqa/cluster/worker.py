"""What runs on the machines of a cluster: one loaded model, videos read behind a wall, answers as JSON.

Ray Data keeps a ``ClusterRater`` alive for each GPU (or share of the CPUs) and calls it with rows. A worker that
can no longer be trusted (its model hangs, its card is gone) ends its process: Ray starts another, and asks again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xl_vqa import __version__
from xl_vqa.cluster.errors import ClusterNodeError, ClusterVideoError
from xl_vqa.cluster.rows import (
    ANSWERED,
    ASKED,
    BATCH_TOKENS,
    FAILED,
    HASHED,
    RATED,
    REFUSED,
    Answer,
    Row,
    Work,
    by_cost,
    seen,
    settings_here,
)
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.host.patience import Patience
from xl_vqa.video.wall import Wall
from xl_vqa.vlm.rate_batch import Asked, rate_batch, rating_of
from xl_vqa.words.errors import (
    ModelFailedError,
    VideoChangingError,
    VideoNotFoundError,
    VideoUnreadableError,
    XlVqaError,
)
from xl_vqa.words.rating import FramesUsed, LabelDistribution
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.settings import Settings

if TYPE_CHECKING:
    from xl_vqa.vlm.rater import Rater

log = logging.getLogger("xl_vqa.cluster.worker")

Batch = Mapping[str, Any]

RESTARTS: Final = 2
"""Times that a file may change under our hands before it is told so."""
RELOAD_S: Final = 5.0
"""Between two tries to load a model that was loaded before: its card may be gone, and others go on meanwhile."""
MOST_AT_ONCE: Final = 64
PICTURE: Final = (96, 96)
"""Height and width of the grey picture by which a worker tells a broken model from a broken video."""


def node_name() -> str:
    return socket.gethostname()


def hash_rows(batch: Batch, timeout_s: float) -> dict[str, Any]:
    """The content of every file, for the look into the store."""
    patience = Patience(timeout_s)
    return _answers([_hashed(Row.from_json(str(text)), patience) for text in batch[ASKED]])


def _hashed(row: Row, patience: Patience) -> Answer:
    try:
        video, mark = _content(row, patience)
    except XlVqaError as error:
        return _failed(row, error)
    except Exception as error:
        return _failed(row, VideoUnreadableError(path=row.path, problem=Detail.named(error)))
    return Answer(row.number, HASHED, {"video": video, "seen": mark})


def _content(row: Row, patience: Patience) -> tuple[str, str]:
    """The content's name and how the file looked. Raises VideoChangingError and the errors of the file."""
    from xl_vqa.video.fingerprint import fingerprint

    before = seen(patience.look_at(row.path))
    for _ in range(1 + RESTARTS):
        video = row.video if row.video and before == row.seen else patience.hash(row.path, fingerprint)
        after = seen(patience.look_at(row.path))
        if after == before:
            return video, before
        before = after
    raise VideoChangingError(path=row.path)


@dataclass(frozen=True, slots=True)
class _Read:
    """A video ready for the model."""

    row: Row
    asked: Asked
    video: str
    frames: FramesUsed
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentClip:
    """A clip made of a picture, or one that a host sends: see ``vlm.rater.ClipFrames``."""

    frames: Sequence[np.ndarray[Any, np.dtype[np.uint8]]]
    used: FramesUsed
    windows: Sequence[np.ndarray[Any, np.dtype[np.uint8]]]


class ClusterRater:
    """The class that Ray Data keeps alive. Its calls may overlap: one reads while another has the model."""

    def __init__(self, work: Work) -> None:
        """Loads the model. One that cannot be loaded ends the process after a pause, so that Ray tries anew."""
        self._work = work
        self._settings = settings_here(work.settings)
        self._name = f"{node_name()}:{os.getpid()}"
        self._busy: dict[int, float] = {}
        self._lock = threading.Lock()
        self._model = threading.Lock()
        """A rater is asked by one at a time."""
        with self._watched():
            self._rater: Rater | XlVqaError = other_version(work.version) or self._load()
            """The model, or why it rates nothing here."""
        settings = self._settings
        self._patience = Patience(settings.video_timeout_s)
        self._pool = DaemonThreads(settings.decode_threads, "read")
        self._wall = Wall(
            hidden=settings.home,
            readers=settings.decode_threads,
            silence_s=settings.video_timeout_s,
            memory_bytes=settings.video_memory_mb << 20 or None,
            decoder=settings.decoder,
        )
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def __call__(self, batch: Batch) -> dict[str, Any]:
        rows = [Row.from_json(str(text)) for text in batch[ASKED]]
        rater = self._rater
        if isinstance(rater, XlVqaError):
            return _answers([Answer(row.number, REFUSED, rater.to_dict(), self._name) for row in rows])
        with self._watched():
            return _answers(list(self._answer(rows, rater)))

    # -- the model

    def _load(self) -> Rater | ClusterNodeError:
        from xl_vqa.vlm.loader import load_from_settings

        try:
            rater = load_from_settings(self._settings)
        except Exception:
            log.exception("the model could not be loaded")
            time.sleep(RELOAD_S)
            end_process()
            raise
        found, wanted = rater.fingerprint, self._work.fingerprint
        return rater if found == wanted else other_model(self._settings, found, wanted)

    def _answer(self, rows: Sequence[Row], rater: Rater) -> Iterator[Answer]:
        ready: list[_Read] = []
        for row, found in zip(rows, self._pool.map(lambda row: self._read(row, rater), rows), strict=True):
            if isinstance(found, XlVqaError):
                yield _failed(row, found, self._name)
            else:
                ready.append(found)
        for piece in by_cost(ready, [one.asked.prepared.cost for one in ready], BATCH_TOKENS, MOST_AT_ONCE):
            yield from self._rate(piece, rater)

    def _rate(self, piece: Sequence[_Read], rater: Rater) -> Iterator[Answer]:
        with self._model:
            outcomes = rate_batch(rater, [one.asked for one in piece])
            if all(isinstance(outcome, ModelFailedError) for outcome in outcomes) and not is_well(rater):
                log.error("the model rates not even a grey picture: %s", outcomes[0])
                end_process()
        for one, outcome in zip(piece, outcomes, strict=True):
            if not isinstance(outcome, LabelDistribution):
                yield _failed(one.row, outcome, self._name)
                continue
            rating = rating_of(
                outcome,
                rater,
                one.asked,
                frames=one.frames,
                video_fingerprint=one.video,
                warnings=one.warnings,
            )
            yield Answer(one.row.number, RATED, rating.to_dict(), self._name)

    def _read(self, row: Row, rater: Rater) -> _Read | XlVqaError:
        try:
            for _ in range(1 + RESTARTS):
                video, before = _content(row, self._patience)
                clip = self._wall.read(row.path, rater.spec.sampling)
                if seen(self._patience.look_at(row.path)) == before:
                    asked = Asked(row.path, rater.prepare(clip), row.text)
                    return _Read(row, asked, video, clip.used, clip.warnings)
            return VideoChangingError(path=row.path)
        except XlVqaError as error:
            return error
        except Exception as error:
            log.exception("%s could not be read", row.path)
            return VideoUnreadableError(path=row.path, problem=Detail.named(error))

    # -- a model that hangs

    @contextmanager
    def _watched(self) -> Iterator[None]:
        mark = threading.get_ident()
        with self._lock:
            self._busy[mark] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._busy.pop(mark, None)

    def _watch(self) -> None:
        limit = self._work.hang_s
        while True:
            time.sleep(min(limit / 10, 5.0))
            with self._lock:
                since = min(self._busy.values(), default=None)
            if since is not None and time.monotonic() - since > limit:
                log.error("a batch was not done after %.0f s", limit)
                end_process()
                return


def is_well(rater: Rater) -> bool:
    """Whether the model rates a picture that any model rates."""
    sampling = rater.spec.sampling
    count, window = sampling.frames, sampling.window
    used = FramesUsed(tuple(range(count)), tuple(n / 25 for n in range(count)), *PICTURE, count, 1.0, 25.0, "", "")
    points = [np.full((window, 28, 28, 3), 128, np.uint8)] * (count // 2 if window else 0)
    clip = SentClip([np.full((*PICTURE, 3), 128, np.uint8)] * count, used, points)
    try:
        (outcome,) = rater.rate([(rater.prepare(clip), None)])
    except Exception as error:
        log.error("%s", error)
        return False
    return not isinstance(outcome, ModelFailedError)


def describe_model(values: Mapping[str, Any]) -> dict[str, Any]:
    """Loads the model once, where workers will: its ``fingerprint`` and ``spec``, or its ``error``."""
    from xl_vqa.host.model_errors import as_model_error
    from xl_vqa.vlm.loader import load_from_settings

    settings = settings_here(values)
    try:
        rater = load_from_settings(settings)
    except XlVqaError as error:
        return {"error": error.to_dict(), "node": node_name()}
    except Exception as error:
        return {"error": as_model_error(error, settings.model).to_dict(), "node": node_name()}
    found = {"fingerprint": rater.fingerprint, "spec": rater.spec.to_dict(), "node": node_name()}
    rater.close()
    return found


def other_model(settings: Settings, found: str, wanted: str, node: str | None = None) -> ClusterNodeError:
    problem = Reason("cluster_model", model=settings.model, found=found, wanted=wanted)
    return ClusterNodeError(node=node or node_name(), problem=problem)


def other_version(wanted: str) -> ClusterNodeError | None:
    if wanted == __version__:
        return None
    problem = Reason("cluster_version", found=__version__, version=wanted)
    return ClusterNodeError(node=node_name(), problem=problem)


def end_process() -> None:
    """At once: what is stuck in native code answers to nothing else."""
    logging.shutdown()
    os._exit(1)


def _failed(row: Row, error: XlVqaError, worker: str = "") -> Answer:
    if isinstance(error, VideoNotFoundError):
        # whoever asks has seen it
        error = ClusterVideoError(path=row.path, problem=Reason("cluster_path_gone", node=node_name()))
    return Answer(row.number, FAILED, error.to_dict(), worker)


def _answers(answers: Sequence[Answer]) -> dict[str, Any]:
    return {ANSWERED: np.array([answer.to_json() for answer in answers], dtype=object)}
