"""Made ratings, clips with distinct contents, and hosts as real processes."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests import media
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.protocol import environment_of
from xl_vqa.host.stored_rows import NewRating
from xl_vqa.host.views import View, summary_json
from xl_vqa.words.model_spec import ModelSpec, settings_key
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.words.settings import Settings

VIEW = View("expectation")
FRAMES = FramesUsed((0, 1, 30, 31), (0.0, 0.04, 1.2, 1.24), 64, 48, 60, 2.4, 25.0, "decord", "h264")


def made_rating(video: str = "b2:1", *, model: str = "m1:a", text: str | None = None, seed: int = 0) -> Rating:
    """A rating with a random distribution, as the pipeline would make it."""
    rng = random.Random(f"{video}{seed}")
    spec = ModelSpec()
    masses = {label: rng.random() ** 3 for label in spec.scale.labels}
    total = sum(masses.values()) * 1.001
    return Rating(
        path=f"/videos/{video}.mp4",
        distribution=LabelDistribution.from_joint(spec.scale, {k: v / total for k, v in masses.items()}),
        frames=FRAMES,
        video_fingerprint=video,
        model="made",
        model_fingerprint=model,
        settings_key=settings_key(spec, text),
        text=text,
        rated_at="2026-01-02T03:04:05+00:00",
        warnings=("warning_frozen",),
    )


def new_rating(video: str = "b2:1", *, model: str = "m1:a", text: str | None = None, seed: int = 0) -> NewRating:
    """The same, ready to be stored."""
    rating = made_rating(video, model=model, text=text, seed=seed)
    return NewRating(rating, VIEW.key, summary_json(rating, VIEW))


def variant(clip: Path, target: Path, number: int) -> Path:
    """The same pictures in a file of another content: a free box with a number at the end."""
    # in one step: whoever looks meanwhile must not see an empty file
    part = target.with_name(f"{target.name}.{number}.part")
    part.write_bytes(clip.read_bytes() + struct.pack(">I4sI", 12, b"free", number))
    part.replace(target)
    return target


def clips(folder: Path, count: int, *, frames: int = 12) -> list[Path]:
    """Small clips of different content, made in no time."""
    folder.mkdir(parents=True, exist_ok=True)
    base = media.make_clip(folder / "base.mp4", 96, 64, frames)
    return [variant(base, folder / f"clip{number:04d}.mp4", number) for number in range(count)]


def settings_for(home: Path, **values: object) -> Settings:
    """A user's settings with the stand-in model and nothing from this machine."""
    return Settings.load({}, **{"home": home, "model": "stand-in", "language": "en", **values})


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Until ``what`` is true; fails where it does not become so."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def changed_host(change: str) -> list[str]:
    """The command of a host in which ``change`` (Python) is done before it starts."""
    run = "import runpy\nrunpy.run_module('xl_vqa.host', run_name='__main__')"
    return [sys.executable, "-P", "-c", f"{change}\n{run}", "--handshake"]


def start_host(settings: Settings, command: list[str] | None = None) -> subprocess.Popen[bytes]:
    """A host as a child of this process, its words in a pipe; not yet ready."""
    command = command or [sys.executable, "-P", "-m", "xl_vqa.host", "--handshake"]
    return subprocess.Popen(
        command, env=environment_of(settings, os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def host_processes(settings: Settings) -> list[psutil.Process]:
    """Every host process of this home, by its environment."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "xl_vqa.host" not in (process.info["cmdline"] or []):
            continue
        with contextlib.suppress(psutil.Error):
            if process.environ().get("XL_VQA_HOME") == str(settings.home):
                found.append(process)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


@contextlib.contextmanager
def cleaned_up(settings: Settings) -> Iterator[Settings]:
    """No host of this home is left behind, whatever a test did to it."""
    try:
        yield settings
    finally:
        with contextlib.suppress(Exception), HostClient(settings) as client:
            client.stop(timeout=10.0)
        kill_hosts(settings)


def kill_hosts(settings: Settings) -> None:
    """Ends every host of this home at once."""
    for process in host_processes(settings):
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
            process.wait(5.0)
