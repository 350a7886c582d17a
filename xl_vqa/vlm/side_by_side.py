"""Independent parts of one piece of work on several cores: each part on a thread that computes alone.

Torch's own threads share every single operation. The starter's take some tens of microseconds, as long as waking
a thread that sleeps (threads.py): shared so they are no faster than on one core, often slower. A thread that
computes a whole frame pair, or a whole video, meets the others once, at its end; and what it computes is the same
to the bit however many there are.

A thread that finds no further video takes frame pairs of those still at work, so that no core waits for the last
video of a batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")

_NAME: Final = "xl_vqa-part"
_own = threading.local()
_pools: dict[int, ThreadPoolExecutor] = {}
_making = threading.Lock()


def side_by_side(work: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """``work`` of each part, in order, on as many threads as torch has in the calling one, which is one of them.

    Each operation of ``work`` runs on one thread. A part may have parts itself: threads that have none of the
    outer ones left take those. Where gradients are on, all is done by the caller. Raises what ``work`` raises.
    """
    if torch.is_grad_enabled():
        return [work(part) for part in parts]
    team: _Team | None = getattr(_own, "team", None)
    if team is not None:
        return team.do(work, parts)
    cores = torch.get_num_threads()
    team = _Team()
    inference = torch.is_inference_mode_enabled()

    def help_out() -> None:
        # modes are a thread's own
        with _in_team(team), torch.inference_mode() if inference else torch.no_grad():
            team.help()

    helpers = [_pool(cores).submit(help_out) for _ in range(cores - 1)] if parts else []
    try:
        with _in_team(team):
            return team.do(work, parts)
    finally:
        team.end()
        for helper in helpers:
            # one that has not begun has nothing to do any more
            if not helper.cancel():
                helper.result()


class _Pile(Generic[T, R]):
    """The parts of one call. The team's lock guards it."""

    def __init__(self, work: Callable[[T], R], parts: Sequence[T]) -> None:
        self.work = work
        self.waiting = deque(enumerate(parts))
        self.found: dict[int, R] = {}
        self.error: BaseException | None = None
        self.at_work = 0

    def fail(self, error: BaseException) -> None:
        self.error = self.error or error
        # nobody needs the rest
        self.waiting.clear()


class _Team:
    """The threads of one outermost call, and the piles that are open, the outermost first."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._piles: list[_Pile[Any, Any]] = []
        self._over = False

    def do(self, work: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        pile = _Pile(work, parts)
        with self._changed:
            self._piles.append(pile)
            if len(parts) > 1:
                self._changed.notify_all()
        while self._take(pile):
            pass
        with self._changed:
            self._changed.wait_for(lambda: not pile.at_work)
            self._piles.remove(pile)
        if pile.error is not None:
            raise pile.error
        return [pile.found[number] for number in range(len(parts))]

    def help(self) -> None:
        """Takes parts of whichever pile has some, until the outermost call is over."""
        while (pile := self._next_pile()) is not None:
            self._take(pile)

    def end(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _next_pile(self) -> _Pile[Any, Any] | None:
        with self._changed:
            while not self._over:
                found = next((pile for pile in self._piles if pile.waiting), None)
                if found is not None:
                    return found
                self._changed.wait()
        return None

    def _take(self, pile: _Pile[T, R]) -> bool:
        """Whether there was a part left to do."""
        with self._changed:
            if not pile.waiting:
                return False
            number, part = pile.waiting.popleft()
            pile.at_work += 1
        try:
            pile.found[number] = pile.work(part)
        except BaseException as error:
            with self._changed:
                pile.fail(error)
        finally:
            with self._changed:
                pile.at_work -= 1
                if not (pile.at_work or pile.waiting):
                    self._changed.notify_all()
        return True


@contextmanager
def _in_team(team: _Team) -> Iterator[None]:
    """Torch computes on the calling thread alone; what it parts itself goes to the team."""
    threads = torch.get_num_threads()
    _own.team = team
    torch.set_num_threads(1)
    try:
        yield
    finally:
        _own.team = None
        torch.set_num_threads(threads)


def _pool(threads: int) -> ThreadPoolExecutor:
    with _making:
        if threads not in _pools:
            _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix=_NAME)
        return _pools[threads]
