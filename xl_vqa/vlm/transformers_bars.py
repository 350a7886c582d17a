"""Progress bars of transformers, which would stand between this program's own lines, turned off for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def without_bars() -> Iterator[None]:
    """They are as they were afterwards."""
    from transformers.utils import logging

    # untyped for a type checker
    log: Any = logging
    shown = log.is_progress_bar_enabled()
    log.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            log.enable_progress_bar()
