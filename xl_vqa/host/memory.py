"""Memory that a large answer took goes back to the system: a host without a model has to stay small."""

from __future__ import annotations

import ctypes
import logging
import sys
from functools import lru_cache
from typing import Any, Final

log = logging.getLogger("xl_vqa.host.memory")

LARGE_ANSWER: Final = 1_000_000
"""Characters of an answer from which on giving back is worth its few milliseconds."""


def give_back() -> bool:
    """Asks the C library to return what is free; whether there was something to ask.

    glibc keeps freed memory per thread, and lookups run on many threads: after a few answers of ten thousand
    ratings that is more than all the rest of the host. Other systems' libraries return it by themselves.
    """
    trim = _trim()
    if trim is None:
        return False
    trim(0)
    return True


@lru_cache(maxsize=1)
def _trim() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library than glibc
        return None
