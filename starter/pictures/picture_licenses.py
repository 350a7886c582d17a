"""What a package says about a picture's author and licence, and which licences are good enough."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCEPTED_LICENSES: Final = (
    "CC0-1.0",
    "CC-BY-2.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "BSD-2-clause",
    "public-domain",
    # The licences of three stock sites: free to use and to change for any purpose. They ask for nothing that
    # weights could break: what they forbid is to sell or to hand on the pictures unchanged.
    "Unsplash",
    "Pexels",
    "Pixabay",
)
# "public domain" is taken at its word only from these; file-sharing sites are not
PUBLIC_DOMAIN_ORIGINS: Final = ("unsplash.com", "NASA", "USGS")


@dataclass(frozen=True, slots=True)
class Photo:
    """One still picture: ``source`` is the package, ``author`` and ``license`` its own statement.

    ``scene`` names the picture that this one is a larger copy of; empty for most.
    """

    path: Path
    name: str
    source: str
    author: str
    license: str
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One paragraph of a machine-readable copyright file."""

    globs: tuple[str, ...]
    author: str
    license: str
    note: str


def read_copyright(path: Path) -> list[Statement]:
    """The file paragraphs of a Debian copyright file (format 1.0), in their order."""
    return parse_copyright(path.read_text(encoding="utf-8"))


def parse_copyright(text: str) -> list[Statement]:
    """As ``read_copyright``, of the file's text."""
    statements = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        key = ""
        for line in paragraph.splitlines():
            match = re.match(r"([A-Za-z-]+):\s*(.*)", line)
            if match and not line.startswith(" "):
                key = match[1]
                fields[key] = match[2]
            elif key:
                fields[key] += "\n" + line.strip()
        if "Files" in fields and "License" in fields:
            name, _, note = fields["License"].partition("\n")
            author = " ".join(fields.get("Copyright", "").split())
            statements.append(Statement(tuple(fields["Files"].split()), author, name.strip(), note))
    return statements


def license_of(path: str, statements: list[Statement]) -> Statement | None:
    """The statement that covers ``path`` (the last match wins), or None where it is not accepted."""
    covering = [s for s in statements if any(fnmatch.fnmatchcase(path, glob) for glob in s.globs)]
    if not covering or covering[-1].license not in ACCEPTED_LICENSES:
        return None
    last = covering[-1]
    if last.license == "public-domain":
        known = any(origin in last.note or origin in last.author for origin in PUBLIC_DOMAIN_ORIGINS)
        return last if known else None
    return last
