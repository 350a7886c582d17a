"""Shared memory that a clip's pictures come through from the process that read them, and the clip made of it."""

from __future__ import annotations

import math
import mmap
import os
import secrets
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xl_vqa.words.rating import FramesUsed

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

_ADD_SEALS, _SEAL_SHRINK = 1033, 2


class ClipMemory:
    """By descriptor where the system hands those on (POSIX), else by ``name`` (Windows). Used again and again."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.descriptor = -1
        self.size = 0
        self._view: mmap.mmap | None = None
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("xl_vqa_clip", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        elif sys.platform != "win32":
            self.descriptor, place = tempfile.mkstemp(prefix="xl_vqa_clip")
            os.unlink(place)
        else:
            self.name = f"xl_vqa_clip_{secrets.token_hex(16)}"

    def rewind(self) -> None:
        """To be called before the next clip is written; nobody may look at the one before any more."""
        if self.descriptor >= 0:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
        else:
            # of this name there may be one of one size only
            self._view, self.size = None, 0

    def view(self, count: int) -> mmap.mmap:
        """At least the ``count`` bytes that were written. Raises ValueError where there are fewer."""
        if self._view is None or self.size < count:
            if self.name is not None:
                self._view = mmap.mmap(-1, count, tagname=self.name)  # type: ignore[call-arg,unused-ignore]
            else:
                self._seal()
                if os.fstat(self.descriptor).st_size < count:
                    raise ValueError("the clip is shorter than it was said to be")
                self._view = mmap.mmap(self.descriptor, count)
            self.size = count
        return self._view

    def close(self) -> None:
        """What is still looked at stays until then."""
        self._view = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _seal(self) -> None:
        if sys.platform.startswith("linux"):
            import fcntl

            # a writer that made it shorter later on would end this process when it looks there
            fcntl.fcntl(self.descriptor, _ADD_SEALS, _SEAL_SHRINK)


def clip_of(answer: Mapping[str, Any], memory: ClipMemory, when_done: Callable[[ClipMemory], None]) -> Clip:
    """The clip of a reader's answer; ``when_done`` is called when nobody holds a picture of it any more.

    Raises ValueError, TypeError, KeyError, IndexError or OSError where the answer is no clip.
    """
    # a host that has read no video yet holds no numpy
    import numpy as np

    from xl_vqa.video.clip import MOST_BYTES, Clip

    height, width, channels = (int(side) for side in answer["shape"])
    shapes = [tuple(int(side) for side in shape) for shape in answer["windows"]]
    count = int(answer["pictures"])
    sides = (height, width, count, *(side for shape in shapes for side in shape))
    if channels != 3 or min(sides) < 1 or max(sides) > MOST_BYTES:
        raise ValueError("no clip has these sizes")
    size = height * width * channels
    whole_size = size * count + sum(math.prod(shape) for shape in shapes)
    if whole_size > MOST_BYTES:
        raise ValueError("no clip is so large")
    order = [int(place) for place in answer["order"]]
    if not order or min(order) < 0:
        raise ValueError("no clip is without frames")
    used = FramesUsed.from_dict(answer["used"])
    warnings = tuple(map(str, answer["warnings"]))
    whole = np.frombuffer(memory.view(whole_size), np.uint8, whole_size)
    pictures = [whole[at : at + size].reshape(height, width, 3) for at in range(0, count * size, size)]
    frames = tuple(pictures[place] for place in order)
    windows, at = [], count * size
    for shape in shapes:
        windows.append(whole[at : at + math.prod(shape)].reshape(shape))
        at += math.prod(shape)
    # every picture keeps the array that it is a part of
    weakref.finalize(whole, when_done, memory).atexit = False
    return Clip(frames, used, warnings, tuple(windows))
