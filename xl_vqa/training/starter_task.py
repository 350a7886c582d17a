"""How much of the starter's own task a comparison uses.

Apart from what does the task: that needs the packages of the extra "starter", and a comparison by a recipe must
not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterTask:
    """How much of the starter's task is used. ``contents`` limits the contents of train, validation and test."""

    work: str
    contents: tuple[int, int, int] = (150, 30, 60)
    per_content: int = 6
    epochs: int = 8
    batch: int = 16
    tokens: int = 64
    threads: int = 1
