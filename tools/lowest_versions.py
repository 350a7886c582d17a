"""The lowest versions that pyproject.toml allows, as pip's requirements: what ``.ci/lowest`` installs and tests.

    python tools/lowest_versions.py [--without NAME ...]

A bound that no job ever installs is a guess: av>=14 stood there while 16.1 failed.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT: Final = Path(__file__).resolve().parent.parent / "pyproject.toml"
TESTED: Final = ("model", "excel", "test", "heic")
"""The extras whose packages are installed too; their bounds are the tests' own."""


def requirements(project: Path = PROJECT) -> Iterator[Requirement]:
    """Of a plain installation, then of the tests."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    for text in (*table["dependencies"], *(t for extra in TESTED for t in table["optional-dependencies"][extra])):
        yield Requirement(text)


def lowest(wanted: Iterable[Requirement]) -> list[str]:
    """``name==version`` for each package once, at the highest of its lower bounds; raises ValueError without
    one."""
    from packaging.version import Version

    bounds: dict[str, tuple[Version, str]] = {}
    for one in wanted:
        lower = [Version(part.version) for part in one.specifier if part.operator in (">=", "==", "~=")]
        if not lower:
            raise ValueError(f"{one} has no lower bound")
        name, bound = canonicalize_name(one.name), max(lower)
        marker = f" ; {one.marker}" if one.marker else ""
        if name not in bounds or bound > bounds[name][0]:
            bounds[name] = bound, marker
    return [f"{name}=={version}{marker}" for name, (version, marker) in bounds.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", nargs="*", default=[], metavar="NAME", help="packages that are there already")
    left_out = {canonicalize_name(name) for name in parser.parse_args().without}
    for line in lowest(one for one in requirements() if canonicalize_name(one.name) not in left_out):
        print(line)


if __name__ == "__main__":
    main()
