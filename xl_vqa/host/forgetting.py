"""What the host stored, removed again: by path, all of it, or by age (docs/it.md).

Paths and everything are forgotten while no host runs, for what is in its memory would be stored again; a host does
away with what is too old by itself.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import logging
import math
import os
import re
import shutil
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from xl_vqa.atomic import TEMP_MARK, write_atomically
from xl_vqa.host.database import damaged_copies, remove_database
from xl_vqa.host.logs import thin_logs, time_of
from xl_vqa.host.store import Store
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.host.forgetting")

DAY_S: Final = 86_400.0
LOOK_S: Final = 60.0
MOST_NAMES: Final = 2_000
"""Of more names than this, logs are not searched: all their records go."""
OF_THE_USER: Final = (
    "settings.toml",
    "settings.toml.lock",
    "profiles",
    "models.json",
    "models.json.lock",
    "team.toml",
    "team-access.json",
    "team",
    "labels.sqlite3",
    "labels.sqlite3-wal",
    "labels.sqlite3-shm",
    "hold-out.json",
)
"""What a person wrote or chose, people and tokens of a team, collected labels; it may be kept."""
OF_THE_HOST: Final = (
    "ratings.sqlite3-wal",
    "ratings.sqlite3-shm",
    "ratings.sqlite3",
    "logs",
    "cache",
    "cluster.lock",
    "host.json",
    "keep_days.look",
)
_STORES: Final = ("ratings.sqlite3", "labels.sqlite3")
"""Of the host and of the user."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was removed, and what was not.

    ``ratings``, ``paths``, ``records`` (of logs) and ``copies`` (damaged stores) are counts; ``files`` were
    removed whole; ``nameless`` ratings belong to no known path and are left; ``left`` are files that are there
    still.
    """

    ratings: int = 0
    paths: int = 0
    records: int = 0
    copies: int = 0
    nameless: int = 0
    files: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


class Meant:
    """The paths that ``targets`` mean: a file, a folder with all in it, or a pattern, whose ``*`` enters folders.

    Whether the file is still there does not matter.
    """

    def __init__(self, targets: Sequence[str]) -> None:
        self.targets = [os.path.abspath(os.path.expanduser(target)) for target in targets]
        spelled = {*self.targets, *map(os.path.realpath, self.targets)}
        self._places = [_plain(path) for path in spelled]
        self._patterns = [
            re.compile(fnmatch.translate(_plain(path)))
            for path in spelled
            if re.search(r"[*?\[]", path) and not os.path.lexists(path)
        ]

    def __call__(self, path: str) -> bool:
        plain = _plain(path)
        # numbered pictures of a folder are asked for as "folder@24"
        return any(
            plain == place or plain.startswith((place.rstrip(os.sep) + os.sep, place + "@"))
            for place in self._places
        ) or any(pattern.match(plain) for pattern in self._patterns)

    def within(self, record: str) -> bool:
        """Whether a text names one of the targets themselves."""
        plain = _plain(record)
        # in lines of JSON a separator of Windows stands twice
        return any(place in plain or place.replace("\\", "\\\\") in plain for place in self._places)


def forget(settings: Settings, targets: Sequence[str]) -> Report:
    """Removes the ratings of what ``targets`` mean, with prompts, paths and lines of logs; no host may run.

    Damaged copies of the store go whole, for nothing can be removed from inside them. Raises HostDiskError, or
    HostStartError for a newer version's store.
    """
    meant = Meant(targets)
    ratings = nameless = 0
    paths: frozenset[str] = frozenset()
    if settings.store_file.exists():
        store = Store(settings.store_file)
        try:
            done = store.forget(meant, _contents(meant.targets))
            ratings, paths, nameless = done.ratings, done.paths, done.nameless
            store.shrink()
        finally:
            store.close()
    copies = [copy for store in _STORES for copy in damaged_copies(settings.home / store)]
    for copy in copies:
        remove_database(copy)
    # a log says a name whole or without its folder
    names = {
        _plain(name)
        for path in paths
        for name in (path, os.path.basename(path), ascii(path)[1:-1], json.dumps(path, ensure_ascii=False)[1:-1])
    }
    records, left = thin_logs(settings.log_file.parent, lambda record: not _names(record, names, meant))
    left += [copy for copy in copies if copy.exists()]
    return Report(ratings, len(paths), records, len(copies), nameless, left=tuple(left))


def forget_all(settings: Settings, *, own_settings: bool = False) -> Report:
    """Removes everything that a host wrote, and with ``own_settings`` what the user chose; no host may run.

    The folder goes too, where nothing else is in it. What is in it and not ours stays and is named.
    """
    home = settings.home
    gone = []
    for path in ours(settings, own_settings=own_settings):
        _remove(path)
        if not os.path.lexists(path):
            gone.append(path)
    with contextlib.suppress(OSError):
        home.rmdir()
    left = sorted(home.iterdir()) if home.is_dir() else []
    return Report(files=tuple(gone), left=tuple(left))


def ours(settings: Settings, *, own_settings: bool) -> list[Path]:
    """What ``forget_all`` removes, as far as it is there."""
    home = settings.home
    wanted = [home / name for name in (*OF_THE_HOST, *(OF_THE_USER if own_settings else ()))]
    stores = _STORES if own_settings else _STORES[:1]
    for copy in [copy for store in stores for copy in damaged_copies(home / store)]:
        wanted += [Path(f"{copy}{end}") for end in ("-wal", "-shm", "")]
    wanted += [*home.glob(f"*{TEMP_MARK}*"), *home.glob(f".*{TEMP_MARK}*"), home / "host.starting"]
    return [path for path in dict.fromkeys([*wanted, settings.lock_file]) if os.path.lexists(path)]


def expire(settings: Settings, store: Store, *, now: datetime | None = None) -> Report:
    """Removes what is older than ``keep_days``. Raises HostDiskError."""
    oldest = (now or datetime.now(UTC)) - timedelta(days=settings.keep_days)
    ratings = store.forget_older(oldest)
    if ratings:
        store.shrink()
    copies = [copy for copy in damaged_copies(settings.store_file) if _changed(copy) < oldest.timestamp()]
    for copy in copies:
        remove_database(copy)
    local = oldest.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    # a record without a time, such as the stack of a crash, is young
    records, _ = thin_logs(settings.log_file.parent, lambda record: (time_of(record) or local) >= local)
    if ratings or copies or records:
        log.info("older than %d days: %d ratings removed", settings.keep_days, ratings)
    return Report(ratings, 0, records, len(copies))


def looked(settings: Settings, now: datetime, every_s: float = DAY_S) -> datetime | None:
    """When an earlier look, ``every_s`` ago or more, was taken by the clock; None where there was none.

    What was too old then is too old for certain: a clock that jumps ahead, for an hour or until it is set right,
    costs no rating. One look is kept, in the data folder. Raises OSError.
    """
    path = settings.home / "keep_days.look"
    try:
        before = datetime.fromisoformat(path.read_text("ascii").strip()).astimezone(UTC)
    except (FileNotFoundError, ValueError):
        before = None
    if before is not None and timedelta() <= now - before < timedelta(seconds=every_s):
        return None
    with write_atomically(path, durable=False) as file:
        file.write(now.isoformat().encode("ascii"))
    return before if before is not None and before <= now else None


class Housekeeping:
    """Does away with what was older than ``keep_days`` at the look before, once a day; nothing where that is 0."""

    def __init__(self, settings: Settings, store: Store, *, every_s: float = DAY_S) -> None:
        self._settings, self._store, self._every_s = settings, store, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        if self._settings.keep_days:
            self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def _run(self) -> None:
        done_at = -math.inf
        while True:
            # by the clock on the wall: a laptop that sleeps grows older all the same; one set back looks anew
            if not 0 <= time.time() - done_at < self._every_s:
                done_at = time.time()
                try:
                    before = looked(self._settings, datetime.now(UTC), self._every_s)
                    if before is not None:
                        expire(self._settings, self._store, now=before)
                except XlVqaError as error:
                    log.warning("%s", error)
                except Exception:
                    log.exception("what is too old could not be removed")
            if self._over.wait(min(self._every_s, LOOK_S)):
                return


def _names(record: str, names: set[str], meant: Meant) -> bool:
    if len(names) > MOST_NAMES:
        return True
    plain = _plain(record)
    return meant.within(record) or any(name in plain for name in names)


def _contents(targets: Sequence[str]) -> Iterator[str]:
    """Of those that are files now: ratings of a store that was salvaged know no path."""
    for target in targets:
        with contextlib.suppress(XlVqaError, OSError):
            yield fingerprint(target)


def _plain(path: str) -> str:
    """As paths are compared: Windows does not tell capitals, macOS spells an accent in two ways."""
    return os.path.normcase(unicodedata.normalize("NFC", path))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
