"""The first opinion beside the language model's answer about an attribute: a mixture of both.

The small networks of a starter (starter_opinion.py) say every attribute, too, and on pictures that nobody has met
they name what is wrong more often than the language model, whose answers about attributes a few hundred pictures
taught; both together do better in expectation and in probability than either. The score is not touched. Share and
spread are chosen on clips of validation and lie with the questions' weights (question_weights.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xl_vqa.words.attributes import KNOWN
from xl_vqa.words.rating import LabelDistribution


@dataclass(frozen=True, slots=True)
class OpinionShare:
    """``share`` in 0..1 of an attribute's distribution is a normal curve around the first opinion, ``spread`` MOS
    wide."""

    share: float
    spread: float

    def mixed(self, answer: LabelDistribution, mos: float) -> LabelDistribution:
        """The language model's ``answer`` with the opinion, in MOS, mixed in."""
        curve = curve_of(answer, mos, self.spread)
        masses = [
            (1 - self.share) * own + self.share * other
            for own, other in zip(answer.probabilities, curve, strict=True)
        ]
        whole = math.fsum(masses)
        # the opinion is nothing but labels
        off = (1 - self.share) * answer.off_digit_mass
        return LabelDistribution(answer.scale, tuple(mass / whole for mass in masses), off)

    def all_mixed(
        self, answers: Mapping[str, LabelDistribution], opinions: Sequence[float]
    ) -> dict[str, LabelDistribution]:
        """``opinions``: of each attribute in the order of words/attributes.KNOWN; one that is not there stays."""
        known = {one.key: mos for one, mos in zip(KNOWN, opinions, strict=True)}
        return {name: self.mixed(one, known[name]) if name in known else one for name, one in answers.items()}


def curve_of(answer: LabelDistribution, mos: float, spread: float) -> list[float]:
    """Probability of every label of the scale of ``answer``."""
    scale = answer.scale
    away = [((scale.to_mos(label) - mos) / spread) ** 2 / 2 for label in scale.labels]
    # the nearest label has 1, wherever the opinion lies
    masses = [math.exp(min(away) - one) for one in away]
    whole = math.fsum(masses)
    return [mass / whole for mass in masses]
