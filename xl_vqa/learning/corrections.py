"""A correction: what a person wrote beside a video, as a row of the label store, with its check value."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from hashlib import blake2b
from typing import Any, Final

LOW: Final = 1.0
HIGH: Final = 5.0
"""Every MOS of the label store stands on the ACR scale, whatever scale it was read from."""


@dataclass(frozen=True, slots=True)
class Correction:
    """``sheet``, ``heading``, ``rater`` and ``path`` say which one it is; the rest what it says.

    ``video`` is the fingerprint of the content, empty where the file could not be read. ``mos`` is on 1..5;
    ``as_read`` is the cell, ``scale`` the range it was read in. ``model``, ``model_fingerprint``, ``model_mos``
    and ``settings`` are of the rating that stood beside it. ``written_at`` is what the sheet says of when;
    ``collected_at`` is when the command read it. Times are ISO 8601.
    """

    sheet: str
    heading: str
    rater: str
    path: str
    row: int
    video: str
    mos: float
    as_read: str
    scale: str
    source: str = ""
    content: str = ""
    model: str = ""
    model_fingerprint: str = ""
    model_mos: float | None = None
    written_at: str | None = None
    collected_at: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.sheet, self.heading, self.rater, self.path)

    @property
    def content_key(self) -> str:
        """What tells contents apart: the fingerprint, or the path where there is none."""
        return self.video or self.path

    @property
    def who(self) -> str:
        """The rater; of a sheet that names none, the sheet."""
        return self.rater or self.sheet.replace("\\", "/").rpartition("/")[2]

    @property
    def place(self) -> str:
        """Where it stands: ``list.xlsx#7``."""
        name = self.sheet.replace("\\", "/").rpartition("/")[2]
        return f"{name}#{self.row}"

    def check_value(self, state: str) -> bytes:
        """Over all that the row says, so that a damaged one is seen."""
        parts = [ascii(value) for value in (*astuple(self), state)]
        return blake2b("\0".join(parts).encode(), digest_size=8).digest()


COLUMNS: Final = tuple(spec.name for spec in fields(Correction))
_BYTES: Final = ("sheet", "path")
"""Names of files may hold anything a file system allows."""


def stored(correction: Correction) -> tuple[Any, ...]:
    """The columns for SQLite."""
    return tuple(
        value.encode("utf-8", "surrogatepass") if name in _BYTES else value
        for name, value in zip(COLUMNS, astuple(correction), strict=True)
    )


def read_row(values: tuple[Any, ...]) -> Correction:
    """A row as SQLite gives it, texts as bytes. Raises ValueError or TypeError for a damaged one."""
    named: dict[str, Any] = {
        name: value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value
        for name, value in zip(COLUMNS, values, strict=True)
    }
    return Correction(**named)
