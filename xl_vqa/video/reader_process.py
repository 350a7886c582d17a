"""``python -m xl_vqa.video.reader_process HOME BYTES``: decodes videos for ``wall.py``, one after another.

HOME is the data folder, which is hidden from it, BYTES the memory it may take (``confine.py``).
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from xl_vqa.video.clip import MOST_BYTES, Clip
from xl_vqa.video.confine import confine_process, confine_thread, die_with_parent
from xl_vqa.video.files import shown_path, system_path
from xl_vqa.video.fingerprint import stat_key
from xl_vqa.video.plugged import plugged_for
from xl_vqa.video.read import Decoder, read_frames
from xl_vqa.video.reader_version import reading_changed
from xl_vqa.video.sequence import place_of
from xl_vqa.words.errors import VideoChangingError, VideoError, VideoUnreadableError, XlVqaError
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.reasons import Detail

BEAT_S: Final = 0.25
"""A reader at work says so this often."""

Beat = Callable[[], None]
Read = Callable[[str, Sampling, Beat, Decoder, Sequence[float]], Clip]
Changed = Callable[[str, int], bool]


def _read(path: str, sampling: Sampling, beat: Beat, decoder: Decoder, at_s: Sequence[float]) -> Clip:
    return read_frames(path, sampling, decoder=decoder, should_stop=beat, at_s=at_s)


class Line(Protocol):
    """The way to the host: lines of JSON, with the memory that a clip goes into."""

    def receive(self) -> tuple[Mapping[str, Any], int | None] | None:
        """The next request and the descriptor of its memory; None where the host is gone."""

    def send(self, line: bytes) -> None:
        """One line, whole."""


class SocketLine:
    """Descriptor 0 is one end of a socket pair; memory comes as a descriptor."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=0)

    def receive(self) -> tuple[Mapping[str, Any], int | None] | None:
        buffer, memory = b"", None
        while not buffer.endswith(b"\n"):
            data, descriptors, _, _ = socket.recv_fds(self._socket, 1 << 16, 1)
            if not data:
                return None
            buffer += data
            memory = descriptors[0] if descriptors else memory
        return json.loads(buffer), memory

    def send(self, line: bytes) -> None:
        self._socket.sendall(line)


class PipeLine:
    """Standard input and output; memory goes by its name (Windows)."""

    def __init__(self) -> None:
        self._input = sys.stdin.buffer
        # what a library prints must not come between
        self._output = os.fdopen(os.dup(1), "wb", buffering=0)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)

    def receive(self) -> tuple[Mapping[str, Any], int | None] | None:
        line = self._input.readline()
        return (json.loads(line), None) if line.endswith(b"\n") else None

    def send(self, line: bytes) -> None:
        self._output.write(line)


class NamedMemory:
    """The last clip's memory by its name: it is there for the host as long as this process holds it."""

    def __init__(self) -> None:
        self._held: mmap.mmap | None = None

    def write(self, name: str, pieces: list[Any]) -> None:
        if self._held is not None:
            self._held.close()
        self._held = mmap.mmap(-1, sum(piece.nbytes for piece in pieces), tagname=name)  # type: ignore[call-arg,unused-ignore]
        for piece in pieces:
            self._held.write(piece.data.cast("B"))


def serve(hidden: str, memory_bytes: int, read: Read = _read, changed: Changed = reading_changed) -> None:
    """Until the host is gone. ``read`` and ``changed`` do the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the host's terminal is the host's business
    die_with_parent()
    _warm()
    line: Line = PipeLine() if sys.platform == "win32" else SocketLine()
    named = NamedMemory()
    confine_process(hidden, memory_bytes, MOST_BYTES)
    line.send(b"\n")  # from here on, silence is the video's
    while (received := line.receive()) is not None:
        request, memory = received
        arguments = (line, request, memory, named, read, changed)
        # a thread of its own, because what one video may not open, the next one must
        thread = threading.Thread(target=_answer, args=arguments)
        thread.start()
        thread.join()
        if memory is not None:
            os.close(memory)


def _warm() -> None:
    """What is imported only once it is needed is imported before the walls stand, and once for all videos."""
    import encodings.cp932
    import encodings.utf_16  # noqa: F401

    from PIL import Image

    from xl_vqa.video.stills import reads_heic

    Image.init()
    reads_heic()


@lru_cache(maxsize=1)
def _program_folders() -> list[str]:
    """This program's own code: the standard library, its packages, and this one.

    A package may be a link to where an installer keeps all of them; what counts is where it really lies.
    """
    paths = sysconfig.get_paths()
    own = str(Path(__file__).resolve().parents[1])
    packages = dict.fromkeys([paths["purelib"], paths["platlib"]])
    linked = [os.path.realpath(entry) for folder in packages for entry in _links(folder)]
    return list(dict.fromkeys([paths["stdlib"], paths["platstdlib"], *packages, own, *linked]))


def _links(folder: str) -> list[str]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [entry.path for entry in entries if entry.is_symlink()]
    return []


def _answer(
    line: Line, request: Mapping[str, Any], memory: int | None, named: NamedMemory, read: Read, changed: Changed
) -> None:
    said = time.monotonic()

    def beat() -> None:
        nonlocal said
        now = time.monotonic()
        if now - said > BEAT_S:
            said = now
            line.send(b"\n")

    path = str(request["path"])
    try:
        # a plug-in's code may lie elsewhere; what it does with the video is confined
        plugged_for(path)
        confine_thread([*_program_folders(), system_path(place_of(path))])
        answer = _work(request, path, memory, named, read, changed, beat)
    except MemoryError:
        error = VideoUnreadableError(path=shown_path(path), problem="problem_out_of_memory")
        answer = {"error": error.to_dict(), "memory": True}
    except XlVqaError as named_error:
        answer = {"error": named_error.to_dict()}
    except Exception as other:
        answer = {"error": VideoUnreadableError(path=shown_path(path), problem=Detail.named(other)).to_dict()}
    line.send(json.dumps(answer).encode("ascii") + b"\n")


def _work(
    request: Mapping[str, Any],
    path: str,
    memory: int | None,
    named: NamedMemory,
    read: Read,
    changed: Changed,
    beat: Beat,
) -> dict[str, Any]:
    before = stat_key(path)
    try:
        if request["do"] == "changed":
            return {"changed": changed(path, int(request["since"]))}
        clip = read(path, Sampling(**request["sampling"]), beat, request["decoder"], request["at_s"])
    except VideoError:
        # a file that took this one's place lies behind the wall
        if stat_key(path)[3:] != before[3:]:
            raise VideoChangingError(path=shown_path(path)) from None
        raise
    beat()
    return _hand_over(clip, memory, request.get("name"), named)


def _hand_over(clip: Clip, memory: int | None, name: str | None, named: NamedMemory) -> dict[str, Any]:
    """The clip's pictures into the memory, one after another; the rest of it as JSON."""
    pictures = {id(frame): frame for frame in clip.frames}
    places = {key: place for place, key in enumerate(pictures)}
    pieces = [*pictures.values(), *clip.windows]
    if memory is None:
        assert name is not None
        named.write(name, pieces)
    else:
        for piece in pieces:
            _write(memory, piece.data.cast("B"))
    return {
        "shape": list(clip.frames[0].shape),
        "pictures": len(pictures),
        "order": [places[id(frame)] for frame in clip.frames],
        "windows": [list(window.shape) for window in clip.windows],
        "used": clip.used.to_dict(),
        "warnings": list(clip.warnings),
    }


def _write(descriptor: int, data: memoryview) -> None:
    # one call writes 2 GiB at the most
    while data:
        data = data[os.write(descriptor, data[: 1 << 30]) :]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
