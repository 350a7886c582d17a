"""A column that says in which folder each video lies: how people head it, and what it makes of a name."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HEADINGS: Final = re.compile(
    r"(?:videos?|files?|source|clips?|movies?)?(?:folder|directory|dir|subfolder|subdirectory)(?:name|path)?"
    r"|(?:動画|映像|ビデオ|ファイル)?の?(?:保存先?|格納先?)?の?(?:フォルダー?|ディレクトリー?)(?:名|パス|のパス)?"
)


def heads_folders(heading: str) -> bool:
    """Whether a heading says that folders stand below it."""
    squashed = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", heading)).casefold()
    return _HEADINGS.fullmatch(squashed) is not None


def in_folder(folder: str, name: str) -> str:
    """``name`` behind ``folder``, with the slashes that the folder is written with."""
    bare = folder.rstrip("/\\")
    return f"{bare}{'/' if '/' in folder or chr(92) not in folder else chr(92)}{name}"
