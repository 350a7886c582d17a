"""Videos are read behind a wall: in processes of their own, which may hang, crash or be taken over by a file.

A reader is started when it is first needed, reads one video after another, and is replaced when a video ended it,
or kept it busy without a sign of life. Pictures come back by shared memory, everything else as JSON: nothing that
a reader says is run, and nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.video.clip_memory import ClipMemory, clip_of
from xl_vqa.video.files import shown_path, system_path
from xl_vqa.video.sequence import place_of
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import (
    VideoAccessError,
    VideoCrashedReaderError,
    VideoNotFoundError,
    VideoTimeoutError,
    XlVqaError,
)
from xl_vqa.words.model_spec import Sampling

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

PROGRAM: Final = ("xl_vqa.video.reader_process",)
LOOK_S: Final = 0.1
"""How often whoever waits for a reader asks whether the video is still wanted."""
PATIENCE: Final = 10
"""A reader that gives signs of life may take this many times the limit of a silent one."""
START_S: Final = 60.0
"""A reader's own start: Python and its decoders, from a cold disk at worst."""
END_S: Final = 5.0
MOST_LINE: Final = 32 << 20
HOLD_S: Final = 0.25
"""How long a video waits for a reader at work before another is started: that takes as long, and 40 MB."""
MANY_CORES: Final = 8
"""From here on a small model is quicker than one reader, and nothing waits."""
KEPT_MEMORIES, KEPT_BYTES = 2, 256 << 20
"""Memory that was used once is five times as fast as new one; so much of it is kept between two videos."""
ATTEMPTS: Final = 3
"""Readers that may be ended from outside over one video before it gets an error."""
POSIX: Final = hasattr(os, "fork")
_FROM_OUTSIDE: Final = (-signal.SIGTERM, -getattr(signal, "SIGKILL", 9))
"""Exit statuses of a reader that somebody else ended; the system does so where memory runs out."""


class _GoneError(Exception):
    """The reader ended, or says what no reader says."""


class _DiedError(Exception):
    """A reader is gone; ``status`` is its exit status, None where it had to be ended."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class Wall:
    """Thread-safe. At most ``readers`` videos are read at once; further callers wait."""

    def __init__(
        self,
        *,
        hidden: Path,
        readers: int = 2,
        silence_s: float = 60.0,
        memory_bytes: int | None = None,
        decoder: str = "pyav",
        program: Sequence[str] = PROGRAM,
        hold_s: float | None = None,
    ) -> None:
        """``hidden``: the data folder, which no reader may open. ``silence_s``: how long a reader may show no
        progress. ``memory_bytes``: for one reader; where not given, a quarter of the machine's, at least 1 and at
        most 4 GiB. ``program``: the module to run, and its first arguments. ``hold_s``: see HOLD_S; where not
        given, by the machine's cores."""
        self._silence_s = silence_s
        self._decoder = decoder
        self._memory = memory_bytes or usual_memory()
        self._program = (*program, str(hidden), str(self._memory))
        self._places = threading.Semaphore(max(readers, 1))
        # reentrant: a clip may be given up, and its memory given back, at any moment
        self._lock = threading.RLock()
        self._freed = threading.Condition(self._lock)
        self._hold_s = (HOLD_S if (os.cpu_count() or 1) < MANY_CORES else 0.0) if hold_s is None else hold_s
        # Linux ends a reader with the thread that started it, which so has to live as long as the readers
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="start-reader")
        self._idle: list[_Reader] = []
        self._memories: list[ClipMemory] = []
        self._busy: set[_Reader] = set()
        self._closed = False

    def read(
        self,
        path: str,
        sampling: Sampling,
        should_stop: Callable[[], None] = lambda: None,
        at_s: Sequence[float] = (),
    ) -> Clip:
        """As ``read.read_frames``, with its errors.

        Raises VideoTimeoutError and VideoCrashedReaderError besides, and what ``should_stop`` raises.
        """
        with self._lock:
            memory = self._memories.pop() if self._memories else ClipMemory()
        lent = False
        try:
            memory.rewind()
            facts = {"sampling": asdict(sampling), "decoder": self._decoder, "name": memory.name, "at_s": [*at_s]}
            answer = self._ask(path, {"do": "read", **facts}, memory, should_stop)
            try:
                clip = clip_of(answer, memory, self._give_back)
            except (KeyError, TypeError, ValueError, IndexError, OSError, OverflowError) as error:
                raise VideoCrashedReaderError(path=shown_path(path), problem="problem_reader_answer") from error
            lent = True
            return clip
        finally:
            # what a broken reader may still hold is not used again
            if not lent:
                memory.close()

    def _give_back(self, memory: ClipMemory) -> None:
        """Nobody looks at the clip any more."""
        with self._lock:
            if not self._closed and len(self._memories) < KEPT_MEMORIES and memory.size <= KEPT_BYTES:
                self._memories.append(memory)
                return
        memory.close()

    def warm(self) -> None:
        """Starts a reader where there is none, without waiting for it: soon there will be something to read."""
        with self._lock:
            if not (self._idle or self._busy or self._closed):
                self._idle.append(self._starter.submit(_Reader, self._program, self._memory).result())

    def rest(self) -> None:
        """Ends the readers that have nothing to do, and gives their memory back."""
        with self._lock:
            readers, self._idle = self._idle, []
            memories, self._memories = self._memories, []
        for reader in readers:
            reader.end()
        for memory in memories:
            memory.close()

    def reading_changed(self, path: str, since: int) -> bool:
        """As ``reader_version.reading_changed``; errors as ``read``."""
        return bool(self._ask(path, {"do": "changed", "since": since}, None, lambda: None).get("changed", True))

    def close(self) -> None:
        """Ends every reader; whoever waits for one gets an error."""
        with self._lock:
            self._closed = True
            self._freed.notify_all()
            readers = list(self._busy)
        for reader in readers:
            reader.end()
        self.rest()
        self._starter.shutdown(wait=False)

    def processes(self) -> list[int]:
        """The numbers of the processes that live now."""
        with self._lock:
            return [reader.pid for reader in (*self._idle, *self._busy)]

    def _ask(
        self,
        path: str,
        request: Mapping[str, Any],
        memory: ClipMemory | None,
        should_stop: Callable[[], None],
        *,
        renewed: bool = False,
    ) -> dict[str, Any]:
        line = json.dumps({**request, "path": path}).encode("ascii") + b"\n"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._reader(should_stop, fresh=renewed or attempt > 1) as reader:
                    answer = reader.ask(line, memory, self._silence_s, should_stop)
                break
            except TimeoutError:
                raise VideoTimeoutError(path=shown_path(path), count=round(self._silence_s, 1)) from None
            except _DiedError as died:
                # ended from outside, it says nothing of the video; in its own code, it does
                if attempt == ATTEMPTS or self._closed or died.status not in _FROM_OUTSIDE:
                    raise _crashed(path, died.status) from None
                if memory is not None:
                    memory.rewind()
        error = answer.get("error")
        if not isinstance(error, dict):
            return answer
        named = _named(error, path)
        # a folder of pictures that cannot be listed looks like none
        hidden = isinstance(named, (VideoAccessError, VideoNotFoundError))
        if hidden and not renewed and os.access(system_path(place_of(path)), os.R_OK):
            # made after the reader, in a place that its wall does not know; others just as old may become idle at
            # any moment, so the next one is a new one
            self.rest()
            return self._ask(path, request, memory, should_stop, renewed=True)
        raise named

    @contextlib.contextmanager
    def _reader(self, should_stop: Callable[[], None], *, fresh: bool) -> Iterator[_Reader]:
        """A reader for one question; it is kept only where the question was answered."""
        while not self._places.acquire(timeout=LOOK_S):
            should_stop()
        try:
            with self._lock:
                if not fresh:
                    self._freed.wait_for(lambda: self._idle or self._closed or not self._busy, self._hold_s)
                if self._closed:
                    raise _DiedError(None)
                reader = self._idle.pop() if self._idle and not fresh else None
                if reader is None or not reader.alive:
                    reader = self._starter.submit(_Reader, self._program, self._memory).result()
                self._busy.add(reader)
            kept = False
            try:
                yield reader
                kept = not reader.broken
            finally:
                with self._lock:
                    self._busy.discard(reader)
                    kept = kept and not self._closed
                    if kept:
                        self._idle.append(reader)
                    self._freed.notify_all()
                if not kept:
                    reader.end()
        finally:
            self._places.release()


class _Reader:
    """One process. Not thread-safe."""

    def __init__(self, program: Sequence[str], memory_bytes: int) -> None:
        command = [sys.executable, "-P", "-m", *program]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XL_VQA_")}
        # the wall is laid before there are threads
        environment["OPENBLAS_NUM_THREADS"] = "1"
        environment["PYTHONPATH"] = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self.broken = False
        self._fresh = True
        self._ending, self._ended = threading.Lock(), False
        self._job: Any = None
        self._line: _SocketLine | _PipeLine
        if POSIX:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process: subprocess.Popen[bytes] = subprocess.Popen(
                    command,
                    env=environment,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    # Ctrl+C in the host's terminal is not for it
                    start_new_session=True,
                )
            self._line = _SocketLine(ours)
            return
        from xl_vqa.video.job_object import JobObject

        # the python.exe of a virtual environment starts the real one, which would not be in the job
        command[0] = getattr(sys, "_base_executable", sys.executable)
        environment["__PYVENV_LAUNCHER__"] = sys.executable
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        with contextlib.suppress(OSError):
            self._job = JobObject(int(getattr(self._process, "_handle", 0)), memory_bytes)
        self._line = _PipeLine(self._process)

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, line: bytes, memory: ClipMemory | None, silence_s: float, should_stop: Callable[[], None]
    ) -> dict[str, Any]:
        """The answer. Raises TimeoutError or _DiedError, or what ``should_stop`` raises: broken in each case."""
        self.broken = True
        try:
            values = json.loads(self._exchange(line, memory, silence_s, should_stop))
        except (_GoneError, ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise _DiedError(self._status())
        # what it has left of its memory after an error of it, nobody knows
        self.broken = "memory" in values
        return values

    def _exchange(
        self, line: bytes, memory: ClipMemory | None, silence_s: float, should_stop: Callable[[], None]
    ) -> bytes:
        start = heard = time.monotonic()
        # a reader that only now starts has not seen the video yet
        grace, self._fresh = (START_S if self._fresh else 0.0), False
        self._line.send(line, memory)
        while True:
            answer = self._line.receive(LOOK_S)
            if answer:
                return answer
            now = time.monotonic()
            if answer is not None:
                heard, grace = now, 0.0
            should_stop()
            if now - heard > silence_s + grace or now - start > PATIENCE * silence_s + START_S:
                raise TimeoutError

    def _status(self) -> int | None:
        """The exit status; its line closes a moment before."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return int(self._process.wait(END_S))
        return None

    def end(self) -> None:
        """Ends it and what it started, without waiting for what the system keeps (a dead drive)."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
        with contextlib.suppress(OSError):
            self._process.kill()
        self._line.close()
        if self._job is not None:
            self._job.close()
        threading.Thread(target=self._process.wait, name="reader-end", daemon=True).start()


class _SocketLine:
    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours
        self._buffer = b""

    def send(self, line: bytes, memory: ClipMemory | None) -> None:
        try:
            self._socket.settimeout(START_S)
            if memory is None:
                self._socket.sendall(line)
                return
            sent = socket.send_fds(self._socket, [line], [memory.descriptor])
            self._socket.sendall(line[sent:])
        except OSError:
            raise _GoneError from None

    def receive(self, seconds: float) -> bytes | None:
        """A line, or None after ``seconds``."""
        while b"\n" not in self._buffer:
            try:
                self._socket.settimeout(seconds)
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                return None
            except OSError:
                raise _GoneError from None
            if not data or len(self._buffer) > MOST_LINE:
                raise _GoneError
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def close(self) -> None:
        self._socket.close()


class _PipeLine:
    """Pipes know no time limit on Windows, so a thread reads them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="reader-line", daemon=True).start()

    def send(self, line: bytes, memory: ClipMemory | None) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise _GoneError from None

    def receive(self, seconds: float) -> bytes | None:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if not line.endswith(b"\n"):
            raise _GoneError
        return line[:-1]

    def close(self) -> None:
        """The thread closes what it reads once the process is gone."""

    def _read(self) -> None:
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline(MOST_LINE)
            self._lines.put(line)
            if not line.endswith(b"\n"):
                self._process.stdout.close()
                return


def usual_memory() -> int:
    """A quarter of the machine's memory, at least 1 and at most 4 GiB."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        whole = 16 << 30
    return min(max(whole // 4, 1 << 30), 4 << 30)


def _named(error: Mapping[str, Any], path: str) -> XlVqaError:
    try:
        return from_dict(error)
    except TypeError:
        return VideoCrashedReaderError(path=shown_path(path), problem="problem_reader_answer")


def _crashed(path: str, status: int | None) -> VideoCrashedReaderError:
    shown = shown_path(path)
    if status is None:
        return VideoCrashedReaderError(path=shown, problem="problem_reader_answer")
    if status in _FROM_OUTSIDE:
        return VideoCrashedReaderError(path=shown, problem="problem_reader_gone", times=ATTEMPTS)
    name = f"0x{status & 0xFFFFFFFF:08X}" if status > 255 else str(status)
    with contextlib.suppress(ValueError):
        name = signal.Signals(-status).name
    return VideoCrashedReaderError(path=shown, problem="problem_reader_signal", signal=name)
