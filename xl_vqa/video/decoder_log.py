"""What FFmpeg's decoder says while it patches pictures up: PyAV marks few of the patched ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import av.logging

_CODER: Final = "h264"
_PATCHED: Final = ("concealing ", "error while decoding MB ")
"""Said of blocks that no coder can have written. Of missing references and odd order, which sound files with open
groups or from the middle of a stream have too, FFmpeg says other things."""
_listening = threading.Lock()


@contextmanager
def listening() -> Iterator[Callable[[], bool]]:
    """Within the block, what is given says whether this thread's decoder patched pictures of H.264 up so far.

    A decoder with threads of its own is not heard. One listens at a time, for FFmpeg has one log in a process.
    """
    with _listening:
        before = av.logging.get_level()
        av.logging.set_level(av.logging.INFO)
        try:
            with av.logging.Capture() as said:
                yield lambda: any(name == _CODER and text.startswith(_PATCHED) for _, name, text in said)
        finally:
            av.logging.set_level(before)
