"""How a MOS becomes the answer that a model is taught, what the loss sees of it, and how an answer is read.

``integer`` (the method's own, arXiv 2508.11170) writes the label of a scale, such as 37; ``decimal`` writes
the MOS with two decimals, such as 3.67; ``levels`` writes one of five words (Q-Align, ICML 2024). In all three
the *target mask* lets the loss see the first tokens of the answer only: the first ``digits`` digits of an
integer label, the whole of a decimal or a word. The prompt, later digits and the end of the turn are ignored.
Another scheme is another class, entered in ``SCHEMES``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import torch

from xl_vqa import plug_ins
from xl_vqa.training.target_mask import digit_targets
from xl_vqa.vlm import tokens
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason

LEVELS: Final = ("bad", "poor", "fair", "good", "excellent")
DECODINGS: Final = ("expectation", "median", "greedy")
_STEPS_PER_MOS: Final = 100
"""Of the decimal scheme: two decimals."""


@dataclass(frozen=True, slots=True)
class Target:
    """What one video teaches. ``ids``: the tokens that follow the prompt, the end of the turn among them;
    ``taught``: the tokens that may count; ``counted``: how many of those, from the first, the loss sees."""

    ids: tuple[int, ...]
    taught: frozenset[int]
    counted: int

    @property
    def labels(self) -> list[int]:
        """``ids`` with IGNORE in the place of what the loss does not see."""
        labels: list[int] = mask_tail([self], len(self.ids) + 1)[0, 1:].tolist()
        return labels


def mask_tail(targets: Sequence[Target], tail: int) -> torch.Tensor:
    """int64 [rows, tail]: the labels of the last ``tail`` positions, the target mask applied.

    Rows end together, as batches are padded on the left; ``tail`` is at least the longest answer plus one.
    """
    ids = torch.zeros(len(targets), tail, dtype=torch.long)
    for row, target in enumerate(targets):
        ids[row, tail - len(target.ids) :] = torch.tensor(target.ids)
    taught = frozenset[int]().union(*(target.taught for target in targets))
    starts = [tail - len(target.ids) for target in targets]
    return digit_targets(ids, starts, taught, digits=[target.counted for target in targets])


@dataclass(frozen=True, slots=True)
class Scheme(ABC):
    """``texts[i]`` is an answer in full, ``values[i]`` the MOS that it is read as, rising with ``i``.

    ``digits`` (integer only): how many digits of a label count; with three-digit labels and ``digits=2`` the
    third is written but neither taught nor read, so answers that differ in it alone are one.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    """What an answer is: "label" (of a scale, as a manifest holds them), "number" or "word"."""
    served: ClassVar[bool] = False
    """Whether the host can read it; a model of another is refused by its name."""

    scale: Scale
    texts: tuple[str, ...]
    values: tuple[float, ...]
    digits: int | None = None

    @classmethod
    @abstractmethod
    def of(cls, scale: Scale, digits: int | None) -> Self:
        """The scheme on a scale; ``digits`` counts for labels alone. Raises ScaleError."""

    @property
    @abstractmethod
    def question(self) -> str:
        """The last sentence of the prompt: what kind of answer is wanted."""

    @abstractmethod
    def _place(self, mos: float) -> int:
        """Which answer a MOS inside the range is taught as."""

    def code(self, mos: float) -> int:
        """Which answer a MOS is taught as. Raises ScaleError outside the MOS range."""
        scale = self.scale
        if not isinstance(mos, (int, float)) or not scale.mos_min <= mos <= scale.mos_max:
            raise ScaleError(
                problem=Reason("mos_outside", mos=repr(mos), low=f"{scale.mos_min:g}", high=f"{scale.mos_max:g}")
            )
        return self._place(mos)

    def mos_of(self, place: int) -> float:
        """The MOS that an answer is read as."""
        return self.values[place]

    def target_text(self, mos: float) -> str:
        """What the model is to answer for a video of this MOS."""
        return self.texts[self.code(mos)]

    def target(self, tokenizer: PromptTokenizer, mos: float) -> Target:
        """``target_text`` as tokens, with the end of the turn, and which of them count."""
        answer = tokenizer.plain(self.target_text(mos))
        ids = (*answer, tokenizer.control(tokens.TURN_END))
        return Target(ids, self.mask(tokenizer, answer), self.counted(answer))

    def mask(self, tokenizer: PromptTokenizer, answer: Sequence[int]) -> frozenset[int]:
        """The tokens of an answer that the target mask may let through; the end of the turn is none of them."""
        return frozenset(answer)

    def counted(self, answer: Sequence[int]) -> int:
        """How many tokens of an answer the loss sees."""
        return len(answer) if self.digits is None else min(self.digits, len(answer))

    def readable(self, tokenizer: PromptTokenizer) -> tuple[list[list[int]], list[float]]:
        """The answers that can be told apart by what was taught: their counted tokens, and the MOS of each.

        Where a masked digit makes several answers one, its MOS is their mean.
        """
        grouped: dict[tuple[int, ...], list[float]] = {}
        for place, text in enumerate(self.texts):
            answer = tokenizer.plain(text)
            grouped.setdefault(tuple(answer[: self.counted(answer)]), []).append(self.mos_of(place))
        return [list(answer) for answer in grouped], [sum(v) / len(v) for v in grouped.values()]


class IntegerLabels(Scheme):
    """The label of a scale, of which the first ``digits`` digits are taught."""

    __slots__ = ()
    name = "integer"
    kind = "label"
    served = True

    @classmethod
    def of(cls, scale: Scale, digits: int | None) -> Self:
        if digits is None:
            digits = scale.width
        if digits < 1:
            raise ScaleError(problem=Reason("problem_at_least", name="digits", lowest=1, value=digits))
        values = tuple(scale.to_mos(label) for label in scale.labels)
        return cls(scale, tuple(map(scale.text, scale.labels)), values, min(digits, scale.width))

    @property
    def question(self) -> str:
        scale = self.scale
        return f"Answer with an integer from {scale.label_min} (bad) to {scale.label_max} (excellent)."

    def _place(self, mos: float) -> int:
        return self.scale.to_label(mos) - self.scale.label_min

    def mask(self, tokenizer: PromptTokenizer, answer: Sequence[int]) -> frozenset[int]:
        return frozenset(tokenizer.digits)


class Decimals(Scheme):
    """The MOS with two decimals."""

    __slots__ = ()
    name = "decimal"
    kind = "number"

    @classmethod
    def of(cls, scale: Scale, digits: int | None) -> Self:
        count = round((scale.mos_max - scale.mos_min) * _STEPS_PER_MOS) + 1
        values = tuple(scale.mos_min + step / _STEPS_PER_MOS for step in range(count))
        width = len(f"{scale.mos_max:.2f}")
        # one width for all, so that no answer is the beginning of another
        return cls(scale, tuple(f"{value:0{width}.2f}" for value in values), values)

    @property
    def question(self) -> str:
        return f"Answer with a number from {self.texts[0]} (bad) to {self.texts[-1]} (excellent)."

    def _place(self, mos: float) -> int:
        return math.floor((mos - self.scale.mos_min) * _STEPS_PER_MOS + 0.5 + 1e-9)


class Levels(Scheme):
    """One of five words; five parts of the MOS range of equal width, as Q-Align does."""

    __slots__ = ()
    name = "levels"
    kind = "word"

    @classmethod
    def of(cls, scale: Scale, digits: int | None) -> Self:
        step = (scale.mos_max - scale.mos_min) / (len(LEVELS) - 1)
        return cls(scale, LEVELS, tuple(scale.mos_min + step * place for place in range(len(LEVELS))))

    @property
    def question(self) -> str:
        return f"Answer with one word: {', '.join(reversed(LEVELS))}."

    def _place(self, mos: float) -> int:
        share = (mos - self.scale.mos_min) / (self.scale.mos_max - self.scale.mos_min)
        return min(int(share * len(LEVELS) + 1e-9), len(LEVELS) - 1)


SCHEMES: Final[dict[str, type[Scheme]]] = {one.name: one for one in (IntegerLabels, Decimals, Levels)}


def _plug(value: object) -> None:
    """A scheme of another package; what it cannot do shows here, and not after hours of training."""
    if not (isinstance(value, type) and issubclass(value, Scheme)):
        raise TypeError(f"not a class under Scheme: {value!r}")
    if value.name in SCHEMES:
        raise ValueError(f"two schemes are called {value.name}")
    if value.served:
        raise ValueError("the host reads integer labels alone: served must be False")
    value.of(Scale(), 2)
    SCHEMES[value.name] = value


plug_ins.use_all(plug_ins.SCHEMES, _plug)


def scheme(name: str, scale: Scale | None = None, *, digits: int | None = 2) -> Scheme:
    """The scheme called ``integer``, ``decimal`` or ``levels`` on a scale (1..5 to 10..50 by default).

    ``digits`` counts for ``integer`` alone. Raises ScaleError for another name or fewer digits than one.
    """
    if name not in SCHEMES:
        raise ScaleError(
            problem=Reason("problem_one_of", name="scheme", choices=", ".join(SCHEMES), value=repr(name))
        )
    return SCHEMES[name].of(scale or Scale(), digits)
