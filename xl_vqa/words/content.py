"""How content is named: what a rating is filed under, and what a clip is sent under. Standard library only."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any, Final

PREFIX: Final = "b2:"
_DIGEST_BYTES: Final = 32
_NAME: Final = re.compile(rf"{PREFIX}[0-9a-f]{{{2 * _DIGEST_BYTES}}}")


def content_hash(data: bytes = b"") -> Any:
    """A BLAKE2b of 256 bits, to be fed with the whole content."""
    return blake2b(data, digest_size=_DIGEST_BYTES)


def content_name(digest: Any) -> str:
    """``b2:`` and the hash in hexadecimal."""
    return f"{PREFIX}{digest.hexdigest()}"


def is_content_name(text: str) -> bool:
    """Whether a text could be the name of some content."""
    return _NAME.fullmatch(text) is not None
