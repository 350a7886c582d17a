"""What is stored beside a rating, as one machine tells another: its attributes, and why it is what it is.

Both have a key, a text and a check value over these; attributes have numbers as well. Which of two is newer is
told by their version, the reader's version and the time, in this order.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple, get_args

from xl_vqa.host.stored_rows import RatingKey

Kind = Literal["attributes", "explanations"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""As their tables in the store are called."""


class Beside(NamedTuple):
    """``head`` is JSON; ``numbers`` little-endian float64, empty where there are none."""

    kind: Kind
    key: RatingKey
    head: bytes
    numbers: bytes
    version: int
    reader: int
    made_at: str
    check: bytes

    @property
    def is_sound(self) -> bool:
        """Whether it is what was written."""
        return self.check == check_value(self.key, *self._parts)

    @property
    def _parts(self) -> tuple[bytes, ...]:
        return (self.head, self.numbers) if self.kind == "attributes" else (self.head,)


def check_value(key: RatingKey, *parts: Any) -> bytes:
    """Over a key and what stands under it, so that a row of another key does not pass for it."""
    told = [part.encode() for part in key]
    told += [part if isinstance(part, bytes) else ascii(part).encode() for part in parts]
    return blake2b(b"\0".join(told), digest_size=8).digest()
