"""Videos as patches on disk: each is decoded and resized once, however many epochs and runs read it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.training.cache import atomic_path
from xl_vqa.video.clip import Clip
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.video.read import read_frames
from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.video.wall import Wall
from xl_vqa.vlm.canvas import clip_patches
from xl_vqa.vlm.patches import Patches
from xl_vqa.vlm.positions import seconds_per_pair
from xl_vqa.words.errors import OutputNotWritableError, VideoError
from xl_vqa.words.model_spec import ModelSpec, Sampling
from xl_vqa.words.reasons import why_unwritten
from xl_vqa.words.settings import default_home

FORMAT = f"1, reader {READER_VERSION}"


@dataclass(frozen=True, slots=True)
class StoredClip:
    """One video in the cache; ``tokens`` is what it takes of the prompt."""

    video: str
    path: Path
    grid: tuple[int, int, int]
    seconds_per_pair: float

    @property
    def tokens(self) -> int:
        t, h, w = self.grid
        return t * h * w // 4

    def load(self) -> Patches:
        """uint8 patches, as they were made."""
        with safe_open(self.path, framework="pt") as file:
            return Patches(file.get_tensor("patches"), self.grid)


class FrameCache:
    """Keyed by the video's content and by everything of the spec that changes its patches. Thread-safe."""

    def __init__(self, folder: Path, spec: ModelSpec) -> None:
        self.folder, self.spec = folder, spec
        facts = {"format": FORMAT, "sampling": asdict(spec.sampling), "pixels": asdict(spec.pixels)}
        self._settings = json.dumps(facts, sort_keys=True)

    def get(self, video: str, read: Callable[[str, Sampling], Clip] = read_frames) -> StoredClip:
        """From the cache, or decoded now. Raises VideoError, or OutputNotWritableError for a full disk."""
        key = blake2b(f"{fingerprint(video)}\n{self._settings}".encode(), digest_size=20).hexdigest()
        path = self.folder / key[:2] / f"{key}.safetensors"
        found = self._stored(video, path)
        if found is not None:
            return found
        clip = read(video, self.spec.sampling)
        patches = clip_patches(clip, self.spec)
        seconds = seconds_per_pair(clip.used.timestamps_s)
        meta = {"grid": json.dumps(patches.grid), "seconds_per_pair": repr(seconds)}
        try:
            with atomic_path(path) as partial:
                save_file({"patches": patches.values.contiguous()}, partial, metadata=meta)
        except Exception as error:  # safetensors has an error of its own for a full disk
            raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error
        return StoredClip(video, path, patches.grid, seconds)

    def get_all(
        self, videos: Sequence[str], *, threads: int = 2, on_progress: Callable[[int, int], None] | None = None
    ) -> list[StoredClip | VideoError]:
        """One clip or error per video, in order; what is not stored yet is read behind the wall (video/wall.py).

        Raises only what is no fault of a single video.
        """
        lock, done = threading.Lock(), 0

        def one(video: str) -> StoredClip | VideoError:
            nonlocal done
            try:
                result: StoredClip | VideoError = self.get(video, wall.read)
            except VideoError as error:
                result = error
            with lock:
                done += 1
                if on_progress is not None:
                    on_progress(done, len(videos))
            return result

        readers = max(1, threads)
        wall = Wall(hidden=default_home(), readers=readers)
        with closing(wall), DaemonThreads(readers, "read") as pool:
            return list(pool.map(one, videos))

    @staticmethod
    def _stored(video: str, path: Path) -> StoredClip | None:
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="pt") as file:
                meta = file.metadata()
                t, h, w = json.loads(meta["grid"])
                if next(iter(file.get_slice("patches").get_shape())) != t * h * w:
                    return None
                return StoredClip(video, path, (t, h, w), float(meta["seconds_per_pair"]))
        except Exception:  # damaged: made anew
            return None
