"""Clips that people sent, because no folder is shared for them: each person's own, by content, within a quota.

A clip is written beside its place and takes it once its content is what its name says; whatever ends before leaves
nothing. It is kept for a while, so that another question about it needs no second sending.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from xl_vqa.atomic import TEMP_MARK, make_private, replace
from xl_vqa.bridge.errors import TeamLimitError, TeamUploadError
from xl_vqa.team.setup import Upload
from xl_vqa.words.content import PREFIX, content_hash, content_name, is_content_name
from xl_vqa.words.errors import HostDiskError
from xl_vqa.words.reasons import Reason, why_unwritten
from xl_vqa.words.video_names import PICTURE_SUFFIXES, VIDEO_SUFFIXES

MIB: Final = 1 << 20
DISK_LEFT: Final = 1 << 30
"""Bytes that stay free on the disk, whatever the quotas say."""
RETRY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Clip:
    path: Path
    size: int
    used_at: float


class Arrival:
    """A clip on its way in. ``add`` is called piece by piece, ``finish`` once; otherwise nothing is left."""

    def __init__(self, clips: Clips, person: str, content: str, target: Path, reserved: int | None) -> None:
        self._clips, self._person, self._content, self._target = clips, person, content, target
        self._most = clips.upload.file_mib * MIB
        self._partial = target.with_name(f".{target.stem[:40]}.{os.urandom(8).hex()}{TEMP_MARK}")
        self._file: BinaryIO | None = None
        self._digest = content_hash()
        self.size = 0
        self.reserved = reserved or 0
        self._declared = reserved

    def add(self, data: bytes) -> None:
        """Raises TeamLimitError, TeamUploadError or HostDiskError; then the arrival is to be dropped."""
        if self.size + len(data) > self._most:
            raise self._clips.too_large(self.size + len(data))
        if self.size + len(data) > self.reserved:
            # a body that did not say its length is paid for as it comes
            self._clips.reserve(self, self._person, len(data))
        try:
            if self._file is None:
                self._file = open(  # noqa: SIM115 - closed by finish or drop
                    os.open(self._partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", buffering=0
                )
            self._file.write(data)
        except OSError as error:
            raise HostDiskError(path="-", problem=why_unwritten(error)) from error
        self._digest.update(data)
        self.size += len(data)

    def finish(self) -> int:
        """The clip in its place; its size. Raises TeamUploadError where it is not what was announced."""
        if self._file is None or not self.size:
            raise TeamUploadError(path="-", problem="team_upload_empty")
        self._file.close()
        if self._declared is not None and self.size != self._declared:
            raise TeamUploadError(path="-", problem="team_upload_cut")
        if content_name(self._digest) != self._content:
            raise TeamUploadError(path="-", problem="team_upload_other")
        try:
            replace(self._partial, self._target)
        except OSError as error:
            raise HostDiskError(path="-", problem=why_unwritten(error)) from error
        return self.size

    def drop(self) -> None:
        """Leaves nothing behind of what did not finish, and gives back what was reserved."""
        with contextlib.suppress(OSError):
            if self._file is not None:
                self._file.close()
            self._partial.unlink(missing_ok=True)
        self._clips.release(self, self._person)


class Clips:
    """Thread-safe. ``in_use`` tells which clips (their paths) of a person are still waited for."""

    def __init__(
        self,
        folder: Path,
        upload: Upload,
        in_use: Callable[[str], Set[str]] = lambda person: frozenset(),
        *,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.folder, self.upload = folder, upload
        self._in_use = in_use
        self._free = free
        self._arriving: dict[str, list[Arrival]] = {}
        # not as a time of the file's: the host would take it for a file that changes while it is read
        self._used: dict[Path, float] = {}
        self._lock = threading.RLock()

    def find(self, person: str, content: str, ending: str = "") -> Path | None:
        """The clip of that content that the person sent, which counts as used now."""
        if not is_content_name(content):
            return None
        for path in self._place(person).glob(f"{content.removeprefix(PREFIX)}*"):
            if TEMP_MARK not in path.name and (not ending or path.suffix == ending):
                self._used[path] = time.time()
                return path
        return None

    @contextlib.contextmanager
    def arrival(self, person: str, content: str, ending: str, size: int | None) -> Iterator[Arrival]:
        """Room for a clip of ``size`` bytes (None: not said).

        Raises TeamLimitError, TeamUploadError, HostDiskError.
        """
        self._check(content, ending, size)
        target = self._place(person) / f"{content.removeprefix(PREFIX)}{ending}"
        arriving = Arrival(self, person, content, target, size)
        with self._lock:
            mine = self._arriving.setdefault(person, [])
            if len(mine) >= self.upload.at_once:
                raise TeamLimitError(
                    problem=Reason("team_uploads_at_once", count=self.upload.at_once), retry_s=RETRY_S
                )
            try:
                make_private(target.parent)
            except OSError as error:
                raise HostDiskError(path="-", problem=why_unwritten(error)) from error
            self._make_room(person, size or 0, files=1)
            mine.append(arriving)
        try:
            yield arriving
        finally:
            arriving.drop()

    def may_send(self, person: str, content: str, ending: str, size: int | None) -> None:
        """Asked before a clip is sent, so that it is not sent in vain. Raises as ``arrival``."""
        self._check(content, ending, size)
        with self._lock:
            self._make_room(person, size or 0, files=1)

    def _check(self, content: str, ending: str, size: int | None) -> None:
        if not is_content_name(content):
            raise TeamUploadError(path="-", problem="team_upload_name")
        if ending not in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
            raise TeamUploadError(path="-", problem=Reason("team_upload_ending", ending=ending or "-"))
        if not self.upload.file_mib:
            raise TeamUploadError(path="-", problem="team_upload_off")
        if size is not None and size > self.upload.file_mib * MIB:
            raise self.too_large(size)

    def reserve(self, arrival: Arrival, person: str, more: int) -> None:
        with self._lock:
            self._make_room(person, more, files=0)
            arrival.reserved += more

    def release(self, arrival: Arrival, person: str) -> None:
        with self._lock:
            mine = self._arriving.get(person, [])
            if arrival in mine:
                mine.remove(arrival)
            if not mine:
                self._arriving.pop(person, None)

    def too_large(self, size: int) -> TeamUploadError:
        found = Reason("team_upload_size", size=-(-size // MIB), limit=self.upload.file_mib)
        return TeamUploadError(path="-", problem=found)

    def used(self, person: str) -> tuple[int, int]:
        """Bytes and number of a person's clips that are here."""
        clips = self._of(person)
        return sum(clip.size for clip in clips), len(clips)

    def clean(self, *, now: float | None = None) -> int:
        """Removes what nobody waits for any more and is old, and what was left of sendings that were killed."""
        oldest = (time.time() if now is None else now) - self.upload.keep_hours * 3600
        removed = 0
        for place in self.folder.glob("*"):
            held = self._in_use(place.name)
            for path in list(place.glob("*")) + list(place.glob(".*")):
                with contextlib.suppress(OSError):
                    if self._used_at(path, path.stat()) < oldest and str(path) not in held:
                        path.unlink()
                        removed += 1
            with contextlib.suppress(OSError):
                place.rmdir()
        self._used = {path: at for path, at in list(self._used.items()) if path.exists()}
        return removed

    def remove_person(self, person: str) -> None:
        shutil.rmtree(self._place(person), ignore_errors=True)

    def _make_room(self, person: str, size: int, *, files: int) -> None:
        """Raises TeamLimitError where the quota, or the disk, has no room even without what is only kept."""
        clips = sorted(self._of(person), key=lambda clip: clip.used_at)
        arriving = self._arriving.get(person, [])
        most = self.upload.person_mib * MIB
        total = sum(clip.size for clip in clips) + sum(max(one.reserved, one.size) for one in arriving) + size
        count = len(clips) + len(arriving) + files
        held = self._in_use(person)
        for clip in clips:
            if total <= most and count <= self.upload.person_files:
                break
            if str(clip.path) not in held:
                with contextlib.suppress(OSError):
                    clip.path.unlink()
                    total, count = total - clip.size, count - 1
        if total > most or count > self.upload.person_files:
            quota = Reason("team_quota", mib=self.upload.person_mib, files=self.upload.person_files)
            # room comes when clips that are waited for were rated; alone in an empty quota it never would
            waits = bool(held or arriving)
            raise TeamLimitError(problem=quota, retry_s=RETRY_S if waits else 0)
        if self._free(self.folder.parent) - size < DISK_LEFT:
            raise TeamLimitError(problem="team_disk", retry_s=60.0)

    def _of(self, person: str) -> list[Clip]:
        found = []
        for path in self._place(person).glob("*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                if not path.name.startswith("."):
                    found.append(Clip(path, status.st_size, self._used_at(path, status)))
        return found

    def _used_at(self, path: Path, status: os.stat_result) -> float:
        """When it came, or was asked about by this process."""
        return max(status.st_mtime, self._used.get(path, 0.0))

    def _place(self, person: str) -> Path:
        return self.folder / person
