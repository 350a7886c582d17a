"""Which of two of our versions is the later one, and what a program counts that knows numbers alone."""

from __future__ import annotations

import re
from typing import Final

_VERSION: Final = re.compile(
    r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?(?:\+[\w.]+)?", re.ASCII
)
_FINAL: Final = "~"  # behind every letter of a pre-release

Order = tuple[tuple[int, ...], str, int, int, float]


def order(version: str) -> Order | None:
    """What versions are sorted by, as PEP 440 says; None for what is none. The part behind "+" has no order."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    numbers, letter, pre, post, dev = found.groups()
    release = tuple(map(int, numbers.split(".")))
    while release and not release[-1]:
        release = release[:-1]  # 1.0 is 1.0.0
    if dev is not None and letter is None and post is None:
        letter, pre = "", "0"  # before the first pre-release
    return (
        release,
        _FINAL if letter is None else letter,
        int(pre or 0),
        -1 if post is None else int(post),
        float("inf") if dev is None else int(dev),
    )


def in_numbers(version: str) -> str:
    """``0.1.0.post12+g0a1b2c3`` as ``0.1.0.12``: an office program compares the numbers between dots."""
    return version.partition("+")[0].replace(".post", ".").replace(".dev", ".")
