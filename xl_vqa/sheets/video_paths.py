"""What stands in a cell becomes the path of a video: quotes, file URLs, backslashes, relative paths. Pure
but for looking whether a file exists."""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from xl_vqa.words.errors import RelativePathError
from xl_vqa.words.video_names import clean, existing_form, other_spellings

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def is_foreign(path: str, *, windows: bool = os.name == "nt") -> bool:
    """An absolute path of Windows (drive or network share) on another system."""
    return not windows and (_DRIVE.match(path) is not None or path.startswith("\\\\"))


def resolve(
    text: str,
    folder: str | None,
    *,
    windows: bool = os.name == "nt",
    exists: Callable[[str], bool] = os.path.exists,
) -> str:
    """The absolute path meant by a cell's text; relative ones start at ``folder``, the workbook's.

    Spellings are tried in this order, and the first that exists wins: with the user's folder and variables
    (``~/``, ``$CLIPS``, ``%CLIPS%``) filled in, as written, a file URL decoded, other slashes, the yen sign as a
    backslash, ``_xHHHH_`` read and not read, the other Unicode normal form (macOS writes a Japanese name
    decomposed), percent signs decoded, full width made plain. Where none exists, the first is returned, for the
    message to name what was meant.

    Raises RelativePathError where a relative one has no ``folder``: the workbook was never saved.
    """
    spellings = list(dict.fromkeys(_spellings(clean(text), windows=windows)))
    known = [spelling for spelling in spellings if folder or _is_absolute(spelling, windows=windows)]
    if not known:
        raise RelativePathError(path=clean(text))
    paths = list(dict.fromkeys(_absolute(spelling, folder or "", windows=windows) for spelling in known))
    # without a choice there is nothing to look up, and a look-up costs a round trip on a network share
    if len(paths) > 1 and (found := next((path for path in paths if exists(path)), None)):
        return found
    return existing_form(paths[0]) if windows == (os.name == "nt") else paths[0]


def _spellings(text: str, *, windows: bool) -> list[str]:
    return [found for each in (text, *other_spellings(text)) for found in _as_paths(each, windows=windows)]


def _as_paths(text: str, *, windows: bool) -> list[str]:
    texts = _from_url(text, windows=windows) if text.lower().startswith("file:") else _filled_in(text)
    if "¥" in text or "￥" in text:
        texts += [t.replace("¥", "\\").replace("￥", "\\") for t in texts]
    if not windows:
        texts += [t.replace("\\", "/") for t in texts if "\\" in t and not is_foreign(t, windows=False)]
    for form in ("NFC", "NFD"):
        texts += [unicodedata.normalize(form, t) for t in texts if not t.isascii()]
    return texts


def _from_url(url: str, *, windows: bool) -> list[str]:
    """``file:///C:/a%20b.mp4``, ``file://server/share/a.mp4``, ``file:///\\\\server\\share\\a.mp4``."""
    rest = url[len("file:") :].replace("\\", "/")
    body = rest.lstrip("/")
    slashes = len(rest) - len(body)
    if slashes == 2 and body.lower().startswith("localhost/"):
        slashes, body = 1, body[len("localhost/") :]
    if _DRIVE.match(body):
        rest = body
    elif slashes == 2 or slashes > 3:
        # //server/share, or the same behind an empty host
        rest = "//" + body
    else:
        rest = "/" + body if slashes else body
    plain = unquote(rest)
    # a name may hold a percent sign that was never encoded
    found = [plain] if plain == rest else [plain, rest]
    if windows or rest.startswith("//") or _DRIVE.match(rest):
        found = [path.replace("/", "\\") for path in found]
    return found


def _filled_in(text: str) -> list[str]:
    """With the user's folder and variables in their places; a name may hold such signs itself."""
    home = os.path.expanduser("~") if text.startswith(("~/", "~\\")) else ""
    return list(dict.fromkeys((os.path.expandvars(home + text[1:] if home else text), text)))


def _is_absolute(path: str, *, windows: bool) -> bool:
    if windows:
        return ntpath.isabs(path) or path.startswith(("\\", "/"))
    return posixpath.isabs(path) or is_foreign(path, windows=False)


def _absolute(path: str, folder: str, *, windows: bool) -> str:
    if is_foreign(path, windows=windows):
        return path
    if windows:
        return ntpath.normpath(ntpath.join(folder, path))
    return posixpath.normpath(posixpath.join(folder, path))
