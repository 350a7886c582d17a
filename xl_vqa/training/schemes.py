"""How a MOS becomes the answer that a model is taught, what the loss sees of it, and how an answer is read.

``integer`` (the method's own, arXiv 2508.11170) writes the label of a scale, such as 37; ``decimal`` writes
the MOS with two decimals, such as 3.67; ``levels`` writes one of five words (Q-Align, ICML 2024). In all three
the *target mask* lets the loss see the first tokens of the answer only: the first ``digits`` digits of an
integer label, the whole of a decimal or a word. The prompt, later digits and the end of the turn are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xl_vqa.errors import ScaleError
from xl_vqa.labels import Scale
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.vlm import tokens
from xl_vqa.vlm.tokens import PromptTokenizer

SCHEMES: Final = ("integer", "decimal", "levels")
LEVELS: Final = ("bad", "poor", "fair", "good", "excellent")
DECODINGS: Final = ("expectation", "median", "greedy")
_STEPS_PER_MOS: Final = 100
"""Of the decimal scheme: two decimals."""


@dataclass(frozen=True, slots=True)
class Target:
    """What one video teaches. ``ids``: the tokens that follow the prompt, the end of the turn among them;
    ``counted``: how many of them, from the first, the loss sees."""

    ids: tuple[int, ...]
    counted: int

    @property
    def labels(self) -> list[int]:
        """``ids`` with IGNORE in the place of what the loss does not see."""
        return [token if place < self.counted else IGNORE for place, token in enumerate(self.ids)]


@dataclass(frozen=True, slots=True)
class Scheme:
    """``texts[i]`` is an answer in full, ``values[i]`` the MOS that it is read as, rising with ``i``.

    ``digits`` (integer only): how many digits of a label count; with three-digit labels and ``digits=2`` the
    third is written but neither taught nor read, so answers that differ in it alone are one.
    """

    name: str
    scale: Scale
    texts: tuple[str, ...]
    values: tuple[float, ...]
    digits: int | None = None

    def code(self, mos: float) -> int:
        """Which answer a MOS is taught as. Raises ScaleError outside the MOS range."""
        scale = self.scale
        if not isinstance(mos, (int, float)) or not scale.mos_min <= mos <= scale.mos_max:
            raise ScaleError(problem=f"MOS {mos!r} is outside {scale.mos_min:g}..{scale.mos_max:g}")
        if self.name == "integer":
            return scale.to_label(mos) - scale.label_min
        if self.name == "decimal":
            return math.floor((mos - scale.mos_min) * _STEPS_PER_MOS + 0.5 + 1e-9)
        # five parts of equal width, as Q-Align does
        share = (mos - scale.mos_min) / (scale.mos_max - scale.mos_min)
        return min(int(share * len(LEVELS) + 1e-9), len(LEVELS) - 1)

    def target_text(self, mos: float) -> str:
        """What the model is to answer for a video of this MOS."""
        return self.texts[self.code(mos)]

    def target(self, tokenizer: PromptTokenizer, mos: float) -> Target:
        """``target_text`` as tokens, with the end of the turn, and how many of them count."""
        answer = tokenizer.plain(self.target_text(mos))
        return Target((*answer, tokenizer.control(tokens.TURN_END)), self.counted(answer))

    def counted(self, answer: Sequence[int]) -> int:
        """How many tokens of an answer the loss sees."""
        return len(answer) if self.digits is None else min(self.digits, len(answer))

    def readable(self, tokenizer: PromptTokenizer) -> tuple[list[list[int]], list[float]]:
        """The answers that can be told apart by what was taught: their counted tokens, and the MOS of each.

        Where a masked digit makes several answers one, its MOS is their mean.
        """
        grouped: dict[tuple[int, ...], list[float]] = {}
        for text, value in zip(self.texts, self.values, strict=True):
            answer = tokenizer.plain(text)
            grouped.setdefault(tuple(answer[: self.counted(answer)]), []).append(value)
        return [list(answer) for answer in grouped], [sum(v) / len(v) for v in grouped.values()]

    @property
    def question(self) -> str:
        """The last sentence of the prompt: what kind of answer is wanted."""
        scale = self.scale
        if self.name == "integer":
            return f"Answer with an integer from {scale.label_min} (bad) to {scale.label_max} (excellent)."
        if self.name == "decimal":
            return f"Answer with a number from {self.texts[0]} (bad) to {self.texts[-1]} (excellent)."
        return f"Answer with one word: {', '.join(reversed(LEVELS))}."


def scheme(name: str, scale: Scale | None = None, *, digits: int | None = 2) -> Scheme:
    """The scheme called ``integer``, ``decimal`` or ``levels`` on a scale (1..5 to 10..50 by default).

    ``digits`` counts for ``integer`` alone. Raises ScaleError for another name or fewer digits than one.
    """
    scale = scale or Scale()
    if name == "integer":
        if digits is None:
            digits = scale.width
        if digits < 1:
            raise ScaleError(problem=f"digits must be 1 or more, not {digits}")
        values = tuple(scale.to_mos(label) for label in scale.labels)
        return Scheme(name, scale, tuple(map(scale.text, scale.labels)), values, min(digits, scale.width))
    if name == "decimal":
        count = round((scale.mos_max - scale.mos_min) * _STEPS_PER_MOS) + 1
        values = tuple(scale.mos_min + step / _STEPS_PER_MOS for step in range(count))
        width = len(f"{scale.mos_max:.2f}")
        # one width for all, so that no answer is the beginning of another
        return Scheme(name, scale, tuple(f"{value:0{width}.2f}" for value in values), values)
    if name == "levels":
        step = (scale.mos_max - scale.mos_min) / (len(LEVELS) - 1)
        return Scheme(name, scale, LEVELS, tuple(scale.mos_min + step * place for place in range(len(LEVELS))))
    raise ScaleError(problem=f"scheme must be one of {', '.join(SCHEMES)}, not {name!r}")
