"""Memory that is free goes back to the system, or to the next thread: a host has to stay small."""

from __future__ import annotations

import ctypes
import logging
import sys
from functools import lru_cache
from typing import Any, Final

log = logging.getLogger("xl_vqa.host.memory")

LARGE_ANSWER: Final = 1_000_000
"""Characters of an answer from which on giving back is worth its few milliseconds."""

_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2


def share_arenas() -> bool:
    """Lets all threads to come keep their freed memory together; whether there was something to ask.

    glibc gives each thread its own, up to eight for each core, and a clip goes through several of the host's
    threads: what one has freed the next cannot use.
    """
    limit = _of_glibc("mallopt")
    return limit is not None and bool(limit(_M_ARENA_MAX, _ARENAS))


def give_back() -> bool:
    """Asks the C library to return what is free; whether there was something to ask.

    glibc keeps freed memory per thread, and lookups run on many threads: after a few answers of ten thousand
    ratings that is more than all the rest of the host. Other systems' libraries return it by themselves.
    """
    trim = _of_glibc("malloc_trim")
    if trim is None:
        return False
    trim(0)
    return True


@lru_cache
def _of_glibc(name: str) -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):  # another C library than glibc
        return None
