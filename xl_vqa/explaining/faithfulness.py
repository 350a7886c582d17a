"""Whether a map names what the model really minds: deletion and insertion, against other orders of the fields.

Deletion puts fields of a good pair into the bad one, the most relevant first: the sooner the score rises, the more
the map knows of it. Insertion puts fields of the bad pair into the good one: the sooner it falls, the better. Both
are given as the mean share of the whole rise or fall over the steps, in 0..1; what an order that knows nothing
gets is measured beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xl_vqa.explaining.heat import FIELDS, Floats, exchanged
from xl_vqa.words.rating import LabelDistribution

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

STEPS: Final = (4, 9, 18, 27)
"""How many of the fields are exchanged."""


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """Mean shares of the way from bad to good (deletion) and from good to bad (insertion)."""

    deletion: float
    insertion: float


def faithfulness(
    order: Floats,
    bad: Clip,
    good: Clip,
    rate: Callable[[Sequence[Clip]], Sequence[LabelDistribution]],
) -> Faithfulness | None:
    """Of a map [FIELDS, FIELDS]; None where the two pairs are rated alike. Asks for 2 + 2 x STEPS answers."""
    ranks = np.argsort(-order, axis=None, kind="stable")
    asked = [bad, good]
    for into, source in ((bad, good), (good, bad)):
        for step in STEPS:
            chosen = np.zeros(FIELDS * FIELDS, bool)
            chosen[ranks[:step]] = True
            asked.append(exchanged(into, source, chosen.reshape(FIELDS, FIELDS)))
    levels = [one.scale.to_mos(one.expectation()) for one in rate(asked)]
    worst, best = levels[0], levels[1]
    if best - worst < 0.05:
        return None
    shares = [(level - worst) / (best - worst) for level in levels[2 : 2 + len(STEPS)]]
    falls = [(best - level) / (best - worst) for level in levels[2 + len(STEPS) :]]
    return Faithfulness(float(np.mean(np.clip(shares, 0, 1))), float(np.mean(np.clip(falls, 0, 1))))
