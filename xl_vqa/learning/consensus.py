"""What several people say of one content: the mean with its spread, contradictions named, far ones asked about."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xl_vqa.learning.corrections import Correction

CONTRADICTS: Final = 1.0
"""From this difference on, a category of the ACR scale, two people contradict each other."""
TOO_FAR: Final = 2.0
"""Beyond it the mean is nobody's opinion, and people are asked."""


@dataclass(frozen=True, slots=True)
class Label:
    """``mos`` is the mean of what each person said last, 1..5; ``spread`` is the highest minus the lowest.

    ``asked``: they are so far apart that the label is not learned before somebody settles it.
    """

    statements: tuple[Correction, ...]
    asked: bool
    earlier: tuple[Correction, ...] = ()
    """What the same people said of copies of the content, or in other sheets, before."""

    @property
    def mos(self) -> float:
        return math.fsum(one.mos for one in self.statements) / len(self.statements)

    @property
    def spread(self) -> float:
        return max(one.mos for one in self.statements) - min(one.mos for one in self.statements)

    @property
    def contradicts(self) -> bool:
        return self.spread >= CONTRADICTS

    @property
    def last(self) -> Correction:
        return self.statements[-1]

    @property
    def video(self) -> str:
        """The fingerprint, empty where the file could not be read."""
        return self.last.video

    @property
    def path(self) -> str:
        return self.last.path


def labels_of(corrections: Sequence[Correction], too_far: float = TOO_FAR) -> list[Label]:
    """One label for each content; ``corrections`` are those that hold now, oldest first.

    Of one person the last word counts, from whatever sheet.
    """
    groups: dict[str, dict[str, Correction]] = {}
    before: dict[str, list[Correction]] = {}
    for one in corrections:
        said = groups.setdefault(one.content_key, {})
        if one.who in said:
            before.setdefault(one.content_key, []).append(said.pop(one.who))
        said[one.who] = one
    labels = []
    for key, said in groups.items():
        statements = tuple(said.values())
        values = [one.mos for one in statements]
        asked = max(values) - min(values) > too_far
        labels.append(Label(statements, asked, tuple(before.get(key, ()))))
    return labels
