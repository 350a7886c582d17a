"""Readers that misbehave by the name of their file, run in the place of the real one.

    python -m tests.video.reader_programs HOME BYTES

``hang``: never ends; ``crash``: a fault in native code; ``grow``: takes memory without end; ``spy``: tries what it
must not, and says in its notes what it could do; anything else is read as it should be.
"""

from __future__ import annotations

import ctypes
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from xl_vqa.video.clip import Clip
from xl_vqa.video.read import Decoder, read_frames
from xl_vqa.video.reader_process import serve
from xl_vqa.words.model_spec import Sampling

HOME = sys.argv[1] if len(sys.argv) > 1 else ""


def read(path: str, sampling: Sampling, beat: Callable[[], None], decoder: Decoder, at_s: Sequence[float]) -> Clip:
    name = Path(path).name
    if "hang" in name:
        time.sleep(600)
    if "busy" in name:
        while True:  # says that it is alive, and comes to no end
            time.sleep(0.05)
            beat()
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV) if sys.platform == "win32" else ctypes.string_at(0)
    if "killed" in name:
        signal.raise_signal(signal.SIGKILL)
    if "grow" in name:
        kept = []
        while True:
            kept.append(np.empty(64 << 20, np.uint8))
    if "liar" in name:
        clip = read_frames(path, sampling)
        return dataclasses.replace(clip, used=dataclasses.replace(clip.used, notes=("x" * (40 << 20),)))
    clip = read_frames(path, sampling, should_stop=beat)
    if "spy" in name:
        notes = tuple(sorted(key for key, act in attempts(Path(path)).items() if worked(act)))
        return dataclasses.replace(clip, used=dataclasses.replace(clip.used, notes=notes))
    return clip


def attempts(video: Path) -> dict[str, Callable[[], object]]:
    """What a reader that a file has taken over would try."""
    return {
        "its own video": lambda: video.read_bytes(),
        "the token": lambda: (Path(HOME) / "host.json").read_bytes(),
        "the store": lambda: (Path(HOME) / "ratings.sqlite3").read_bytes(),
        "another video": lambda: (video.parent / "other.mp4").read_bytes(),
        "a list of files": lambda: os.listdir(video.parent),
        "a new file": lambda: (video.parent / "written").write_bytes(b"x"),
        "writing its video": lambda: video.open("r+b"),
        "the network": lambda: socket.socket(),
        "a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "a signal": lambda: os.kill(os.getppid(), 0),
        "the environment of the host": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    }


def worked(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), read)
