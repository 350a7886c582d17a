"""Rows through Ray Data until every one has an answer: what is lost on the way is asked again, and nothing twice.

A pass sends all open rows. Ray tries a task again whose worker died; a task that died again is left out, and its
rows are found missing at the end of the pass. The next pass sends each of them alone, so that a video that ends
its worker takes no other with it and can be told by its name. Ray Data may also wait without an end: where nothing
comes for ``stall_s``, everything is begun anew with what is left.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xl_vqa.cluster.errors import ClusterVideoError
from xl_vqa.cluster.rows import ANSWERED, ASKED, Answer, Row, rows_per_task
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.reasons import Reason

log = logging.getLogger("xl_vqa.cluster.passes")

DEATHS: Final = 2
"""Times that workers may end over a row that was sent alone before it is told so."""
STALLS: Final = 2
"""Passes in a row in which nothing came before what is left is told so."""
TICK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One sending of rows: ``rows_per_task`` in a task, each tried ``retries`` times more by Ray itself."""

    rows: list[Row]
    rows_per_task: int
    retries: int

    @property
    def alone(self) -> bool:
        return self.rows_per_task == 1

    def dataset(self, ray: Any) -> Any:
        """The rows as a Ray dataset, a block for each task. In memory already, it needs no room to be read."""
        blocks = -(-len(self.rows) // self.rows_per_task)
        return ray.data.from_items([{ASKED: row.to_json()} for row in self.rows], override_num_blocks=blocks)


Build = Callable[[Any, Pass], Any]
"""From the module ``ray`` and a pass to the Ray dataset whose rows are the answers."""
Accept = Callable[[Sequence[tuple[Answer, Row]]], None]
"""Takes some rows' one answer; what it raises ends everything."""


class Stalled(Exception):
    """Nothing came for too long."""


@dataclass(slots=True)
class Runner:
    """Sends rows through a cluster. ``restart`` gives the module ``ray`` connected anew, ending what runs."""

    ray: Any
    restart: Callable[[], Any]
    workers: int
    stall_s: float

    def run(self, rows: Iterable[Row], build: Build, accept: Accept) -> dict[int, XlVqaError]:
        """Every row ends in ``accept`` once, or here with an error, by its number."""
        left = {row.number: row for row in rows}
        deaths: dict[int, int] = {}
        failed: dict[int, XlVqaError] = {}
        stalls = 0
        first = True
        while left:
            several = rows_per_task(len(left), self.workers) if first else 1
            # a task that is sent again by hand is sent alone: its death accuses no other
            sent = Pass(list(left.values()), several, retries=1 if several > 1 else 0)
            before = len(left)
            whole = self._send(sent, build, accept, left)
            stalls = stalls + 1 if not whole and len(left) == before else 0
            if not whole:
                # those that were at work may be what hangs: the others go before them
                for number in list(left)[: self.workers]:
                    left[number] = left.pop(number)
            if stalls >= STALLS:
                problem = Reason("cluster_stalled", minutes=round(self.stall_s / 60, 1))
                failed.update({n: ClusterVideoError(path=row.path, problem=problem) for n, row in left.items()})
                break
            if left and whole and sent.alone:
                for number in list(left):
                    deaths[number] = deaths.get(number, 0) + 1
                    if deaths[number] >= DEATHS:
                        problem = Reason("cluster_worker_died", times=deaths[number])
                        failed[number] = ClusterVideoError(path=left.pop(number).path, problem=problem)
            first = False
        return failed

    def _send(self, sent: Pass, build: Build, accept: Accept, left: dict[int, Row]) -> bool:
        """Takes accepted rows out of ``left``; whether the pass came to its end."""
        inbox: queue.Queue[Mapping[str, Any] | BaseException | None] = queue.Queue()
        context = self.ray.data.DataContext.get_current()
        # what cannot be had is left out, and missed at the end
        context.max_errored_blocks = -1
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        with warnings.catch_warnings():
            # how often a task is tried can be said in no other way (and in this one until Ray 2.64)
            warnings.simplefilter("ignore")
            dataset = build(self.ray, sent)
        threading.Thread(target=_receive, args=(dataset, inbox), name="receive", daemon=True).start()
        heard = time.monotonic()
        while True:
            try:
                found = inbox.get(timeout=TICK_S)
            except queue.Empty:
                if time.monotonic() - heard < self.stall_s:
                    continue
                found = Stalled()
            if found is None:
                return True
            if isinstance(found, BaseException):
                log.error("a pass over %d rows broke off: %s", len(sent.rows), found)
                self.ray = self.restart()
                return False
            heard = time.monotonic()
            answers = {one.number: one for one in (Answer.from_json(str(text)) for text in found[ANSWERED])}
            # Ray may have run a task twice
            accept([(answer, left[number]) for number, answer in answers.items() if number in left])
            for number in answers:
                left.pop(number, None)


def _receive(dataset: Any, inbox: queue.Queue[Mapping[str, Any] | BaseException | None]) -> None:
    try:
        for batch in dataset.iter_batches(batch_size=None, prefetch_batches=0):
            inbox.put(batch)
        inbox.put(None)
    except BaseException as error:
        with contextlib.suppress(Exception):
            inbox.put(error)
