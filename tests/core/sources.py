"""The package's own code, parsed once for all tests that look through it."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Final

import xl_vqa

PACKAGE: Final = Path(xl_vqa.__file__).parent


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Every module by its path inside the package, with slashes; not to be changed."""
    files = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
    return {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in files.items()}
