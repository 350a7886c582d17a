"""A model from a hub onto this machine, every file held against the hub's checksum.

The files land in the cache of the hub's own library, where ``vlm.model_folder`` and every other program find them.
An interrupted download goes on where it stopped. No torch here.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from xl_vqa.vlm.hub_trouble import why_no_model
from xl_vqa.vlm.model_folder import (
    HUB_NAME,
    WANTED_FILES,
    check_type,
    find_model,
    hub_library,
)
from xl_vqa.words.errors import ModelIncompatibleError, ModelNotFoundError
from xl_vqa.words.reasons import Reason

CARD: Final = "README.md"
ROOM_LEFT: Final = 1.02
"""Of the bytes to come: file systems need some for themselves."""
_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Report = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes of all files."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the hub states it. ``digest``: SHA-256 of large files, git's SHA-1 of small ones, in hex."""

    name: str
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True)
class Pulled:
    """``unchecked`` names files whose checksum nobody stated."""

    folder: Path
    commit: str
    files: tuple[HubFile, ...]
    unchecked: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files)


def pull(model: str, *, offline: bool = False, report: Report = lambda done, total: None) -> Pulled:
    """Downloads ``owner/name`` or ``owner/name@revision`` and checks it; what is here already is only checked.

    ``offline`` asks no hub: a model that is here is checked against the names under which the hub's library keeps
    its files. Raises ModelNotFoundError (not a hub's name, not here, refused, no room, a wrong checksum) and
    ModelIncompatibleError, before the weights are fetched, for a model of another kind.
    """
    if not HUB_NAME.fullmatch(model):
        raise ModelNotFoundError(model=model, problem="problem_not_a_hub_name")
    library = hub_library()
    if offline or library.constants.HF_HUB_OFFLINE:
        folder = find_model(model, offline=True)
        here = tuple(_as_kept(file) for file in sorted(folder.iterdir()) if file.is_file())
        return _checked(model, folder, folder.name, here)
    name, _, revision = model.partition("@")
    try:
        info = library.HfApi().model_info(name, revision=revision or None, files_metadata=True)
        files = tuple(_as_stated(one) for one in info.siblings or () if _is_wanted(one.rfilename))
        _fetch(library, name, revision, files, report)
    except (ModelNotFoundError, ModelIncompatibleError):
        raise
    except Exception as error:  # the library and what it stands on raise many kinds
        raise ModelNotFoundError(
            model=model, problem=Reason("problem_hub_refused", detail=why_no_model(error))
        ) from error
    folder = find_model(model)
    if folder.name != info.sha:
        raise ModelNotFoundError(model=model, problem="problem_hub_moved")
    return _checked(model, folder, str(info.sha), files)


def _is_wanted(name: str) -> bool:
    return name == CARD or ("/" not in name and any(fnmatch(name, one) for one in WANTED_FILES))


def _as_stated(one: Any) -> HubFile:
    large = one.lfs.sha256 if one.lfs is not None else None
    return HubFile(one.rfilename, one.size or 0, large or one.blob_id)


def _as_kept(file: Path) -> HubFile:
    """The library keeps a file under its digest and links to it; a copy, as on Windows, tells none."""
    kept = Path(os.path.realpath(file)).name
    return HubFile(file.name, file.stat().st_size, kept if _DIGEST.fullmatch(kept) else None)


def _fetch(library: Any, name: str, revision: str, files: Sequence[HubFile], report: Report) -> None:
    total = sum(one.size for one in files)
    done = 0
    wanted: dict[str, Any] = {"revision": revision or None}
    here = {one.name for one in files if isinstance(library.try_to_load_from_cache(name, one.name, **wanted), str)}
    _check_room(library, name, sum(one.size for one in files if one.name not in here))
    # the small ones first: they tell what it is before gigabytes come
    for one in sorted(files, key=lambda one: (one.name != "config.json", one.size)):
        before = done

        def moved(count: int, before: int = before, most: int = one.size) -> None:
            report(before + min(count, most), total)

        path = library.hf_hub_download(name, one.name, tqdm_class=_meter(library, moved), **wanted)
        done += one.size
        report(done, total)
        if one.name == "config.json":
            check_type(Path(path).parent, name)


def _check_room(library: Any, name: str, needed: int) -> None:
    folder = Path(library.constants.HF_HUB_CACHE)
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if needed * ROOM_LEFT > free:
        sizes = {"needed": f"{needed / 2**30:.1f}", "free": f"{free / 2**30:.1f}"}
        raise ModelNotFoundError(model=name, problem=Reason("problem_no_disk_room", folder=str(folder), **sizes))


def _meter(library: Any, moved: Callable[[int], None]) -> type[Any]:
    """The class of bar that the library fills, which shows nothing and tells how many bytes of a file are here."""

    class Meter(library.utils.tqdm):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._here = int(options.get("initial") or 0)
            super().__init__(*arguments, **(options | {"disable": True}))

        def update(self, n: float | None = 1) -> Any:
            self._here += int(n or 0)
            moved(self._here)
            return super().update(n)

    return Meter


def _checked(model: str, folder: Path, commit: str, files: tuple[HubFile, ...]) -> Pulled:
    unchecked = []
    for one in files:
        path = folder / one.name
        if one.digest is None:
            unchecked.append(one.name)
            continue
        found = digest(path, like=one.digest)
        if found != one.digest:
            # what is broken must not be taken for the model, here or by another program
            Path(os.path.realpath(path)).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            wrong = Reason("problem_checksum", file=one.name, found=found[:12], stated=one.digest[:12])
            raise ModelNotFoundError(model=model, problem=wrong)
    return Pulled(folder, commit, files, tuple(unchecked))


def digest(path: Path, *, like: str) -> str:
    """In hex: SHA-256, or git's SHA-1 of a blob where ``like`` has 40 digits."""
    with path.open("rb") as file:
        if len(like) == 64:
            return hashlib.file_digest(file, "sha256").hexdigest()
        head = b"blob %d\0" % path.stat().st_size
        whole = hashlib.sha1(head, usedforsecurity=False)
        while piece := file.read(1 << 20):
            whole.update(piece)
        return whole.hexdigest()
