"""What the file system says of a video without opening it, and whether an earlier hash still holds."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from typing import Final

from xl_vqa.video.files import access_error, shown_path, system_path
from xl_vqa.video.fingerprint import stat_key
from xl_vqa.video.sequence import sequence_of
from xl_vqa.words.errors import NotAVideoError, VideoEmptyError
from xl_vqa.words.picture_folders import folder_error

GRANULARITY_S: Final = 2.0
"""The coarsest clock of a file system still in use (FAT): two writes within it may leave the same times."""
BOGUS_AHEAD_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class FileFacts:
    """``stat_key`` changes with every ordinary change of the file; ``changed_at`` is seconds since 1970."""

    stat_key: str
    changed_at: float

    def settled(self, now: float | None = None) -> bool:
        """Whether a change after ``now`` would show in ``stat_key``; false for a file changed just now."""
        age = (time.time() if now is None else now) - self.changed_at
        # a time far in the future is a wrong date and not a clock that is a little ahead
        return age > GRANULARITY_S or age < -BOGUS_AHEAD_S


def look_at(path: str) -> FileFacts:
    """Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, or for a folder or device NotAVideoError (of
    pictures, FolderOfPicturesError)."""
    sequence = sequence_of(path)
    if sequence is not None:
        size, written, changed, mark, _ = stat_key(path)
        return FileFacts(f"{size}:{written}:{changed}:{mark}", max(written, changed) / 1e9)
    try:
        facts = os.stat(system_path(path))
    except (OSError, ValueError) as error:
        raise access_error(path, error) from None
    if stat.S_ISDIR(facts.st_mode):
        raise folder_error(path, shown=shown_path(path))
    if not stat.S_ISREG(facts.st_mode):
        raise NotAVideoError(path=shown_path(path), problem="problem_not_a_file")
    if facts.st_size == 0:
        raise VideoEmptyError(path=shown_path(path))
    # ctime: on POSIX any change at all; on Windows the time of creation, which shows a replaced file
    key = f"{facts.st_size}:{facts.st_mtime_ns}:{facts.st_ctime_ns}:{facts.st_ino}"
    return FileFacts(key, max(facts.st_mtime, facts.st_ctime))
