"""Independent parts of one piece of work on several cores: each part on a thread that computes alone.

Torch's own threads share every single operation. The starter's take some tens of microseconds, as long as waking
a thread that sleeps (threads.py): shared so they are no faster than on one core, often slower. A thread that
computes a whole frame pair, or a whole video, meets the others once, at its end; and what it computes is the same
to the bit however many there are.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")

_NAME: Final = "xl_vqa-part"
_own = threading.local()
_pools: dict[int, ThreadPoolExecutor] = {}
_making = threading.Lock()


def side_by_side(work: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """``work`` of each part, in order, on as many threads as torch has in the calling one, which is one of them.

    Each operation of ``work`` runs on one thread. A part that has parts itself shares them among the threads that
    are left to it. Where gradients are on, all is done by the caller. Raises what ``work`` raises.
    """
    if torch.is_grad_enabled():
        return [work(part) for part in parts]
    cores = getattr(_own, "cores", 0) or torch.get_num_threads()
    threads = max(1, min(cores, len(parts)))
    inference = torch.is_inference_mode_enabled()
    waiting = deque(enumerate(parts))
    found: dict[int, R] = {}

    def next_part() -> tuple[int, T] | None:
        with suppress(IndexError):
            return waiting.popleft()
        return None

    def take() -> None:
        # modes are a thread's own
        with _alone(cores // threads), torch.inference_mode() if inference else torch.no_grad():
            try:
                for number, part in iter(next_part, None):
                    found[number] = work(part)
            except BaseException:
                # nobody needs the rest
                waiting.clear()
                raise

    helpers = [_pool(cores).submit(take) for _ in range(threads - 1)]
    try:
        take()
    finally:
        # one that has not begun has nothing to do any more
        errors = [helper.exception() for helper in helpers if not helper.cancel()]
    for error in errors:
        if error is not None:
            raise error
    return [found[number] for number in range(len(parts))]


@contextmanager
def _alone(cores: int) -> Iterator[None]:
    """Torch computes on the calling thread alone; what it parts itself may go to so many threads."""
    before, threads = getattr(_own, "cores", 0), torch.get_num_threads()
    _own.cores = cores
    torch.set_num_threads(1)
    try:
        yield
    finally:
        _own.cores = before
        torch.set_num_threads(threads)


def _pool(threads: int) -> ThreadPoolExecutor:
    with _making:
        if threads not in _pools:
            _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix=_NAME)
        return _pools[threads]
