"""Scales and bands: mean opinion scores (MOS) to integer labels and back.

A *scale* joins a MOS range, a label range and a rounding rule. The default maps MOS 1..5 to the labels
10..50 that integer-only VQA teaches (arXiv 2508.11170). *Bands* are the five categories of the absolute
category rating (ACR, ITU-T P.910) with thresholds that a domain can move.

Pure and standard library only: the spreadsheets' side imports this module.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Final

from xl_vqa.words.errors import ScaleError
from xl_vqa.words.reasons import Problem, Reason
from xl_vqa.words.table import one_of

ROUNDINGS: Final = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """MOS range, label range and rounding rule, together.

    The map is linear: ``mos_min`` becomes ``label_min`` and ``mos_max`` becomes ``label_max``.
    Labels are written with a fixed number of digits (``width``), zero-padded where needed, so that every
    label has the same number of digit tokens.
    """

    mos_min: float = 1.0
    mos_max: float = 5.0
    label_min: int = 10
    label_max: int = 50
    rounding: str = "half_up"

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        for name in ("mos_min", "mos_max"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
                problems.append(Reason("scale_not_finite", name=name, value=repr(value)))
        for name in ("label_min", "label_max"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                problems.append(Reason("scale_not_whole", name=name, value=repr(value)))
        if self.rounding not in ROUNDINGS:
            choices = ", ".join(ROUNDINGS)
            problems.append(Reason("problem_one_of", name="rounding", choices=choices, value=repr(self.rounding)))
        if not problems:
            if self.mos_min >= self.mos_max:
                problems.append(Reason("scale_mos_order", low=self.mos_min, high=self.mos_max))
            if self.label_min >= self.label_max:
                problems.append(Reason("scale_label_order", low=self.label_min, high=self.label_max))
            if self.label_max > 9999:
                problems.append(Reason("scale_digits", value=self.label_max))
        if problems:
            raise ScaleError(problem=problems)

    @property
    def width(self) -> int:
        """Digits per label."""
        return len(str(self.label_max))

    @property
    def labels(self) -> range:
        """Every label, lowest first."""
        return range(self.label_min, self.label_max + 1)

    def text(self, label: int) -> str:
        """The label as the model writes it: ``width`` digits.

        Raises ScaleError for a label outside the range.
        """
        if label not in self.labels:
            raise ScaleError(
                problem=Reason("label_outside", label=repr(label), low=self.label_min, high=self.label_max)
            )
        return str(label).zfill(self.width)

    def to_label(self, mos: float) -> int:
        """The integer label of a mean opinion score.

        Computed in decimal arithmetic on the number as written, so 3.45 on the default scale is 35 under
        ``half_up`` although its binary form lies below 3.45. Raises ScaleError for a score that is not a
        number or lies outside the MOS range.
        """
        if isinstance(mos, bool) or not isinstance(mos, (int, float)) or not math.isfinite(mos):
            raise ScaleError(problem=Reason("problem_number", name="MOS", value=repr(mos)))
        if not self.mos_min <= mos <= self.mos_max:
            raise ScaleError(problem=Reason("mos_outside", mos=mos, low=self.mos_min, high=self.mos_max))
        low, high = _decimal(self.mos_min), _decimal(self.mos_max)
        # multiply before dividing: a division first would leave 3.45 a hair below its half
        exact = (_decimal(mos) - low) * (self.label_max - self.label_min) / (high - low) + self.label_min
        return int(exact.quantize(Decimal(1), rounding=ROUNDINGS[self.rounding]))

    def to_mos(self, label: float) -> float:
        """The MOS of a label; fractional labels (an expectation) are welcome.

        Raises ScaleError outside the label range.
        """
        if not self.label_min <= label <= self.label_max:
            raise ScaleError(
                problem=Reason("label_outside", label=repr(label), low=self.label_min, high=self.label_max)
            )
        share = (label - self.label_min) / (self.label_max - self.label_min)
        return self.mos_min + share * (self.mos_max - self.mos_min)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Scale:
        """The inverse of ``to_dict``; a missing field has its default.

        Raises ScaleError for an unknown or ill-typed field.
        """
        unknown = set(values) - {"mos_min", "mos_max", "label_min", "label_max", "rounding"}
        if unknown:
            raise ScaleError(problem=Reason("unknown_field", fields=", ".join(sorted(unknown))))
        return cls(**values)


def _decimal(value: float) -> Decimal:
    # repr gives the shortest decimal that reads back as the same float: what the person typed
    return Decimal(repr(value))


@dataclass(frozen=True, slots=True)
class Band:
    """One ACR category: ``number`` is 5 for Excellent down to 1 for Bad; ``color`` is RRGGBB."""

    number: int
    key: str
    en: str
    ja: str
    color: str

    def name(self, language: str = "en") -> str:
        """As people read it, in ``en`` or ``ja``."""
        return one_of((self.en, self.ja), language)


# Names of ITU-T P.910; the Japanese ones are those of the ARIB/NTT translations of the ACR scale.
# Colours differ in lightness as well as hue, so they stay apart for colour-blind readers and in grey print.
ACR_BANDS: Final = (
    Band(1, "bad", "Bad", "非常に悪い", "E0705A"),
    Band(2, "poor", "Poor", "悪い", "F2A65A"),
    Band(3, "fair", "Fair", "普通", "F7DC6F"),
    Band(4, "good", "Good", "良い", "B7DFA0"),
    Band(5, "excellent", "Excellent", "非常に良い", "7CC58D"),
)


@dataclass(frozen=True, slots=True)
class Bands:
    """The five ACR bands of a scale, by thresholds on the label.

    ``thresholds`` are the lowest labels of Poor, Fair, Good and Excellent, in this order: a label belongs
    to the highest band whose threshold it reaches. The default takes for each band the labels nearest to
    its ACR number, so on 10..50 they are 15, 25, 35, 45.
    """

    scale: Scale
    thresholds: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        values = self.thresholds
        if len(values) != len(ACR_BANDS) - 1:
            raise ScaleError(problem=Reason("bands_count", count=len(values)))
        if any(not math.isfinite(value) for value in values):
            raise ScaleError(problem="bands_numbers")
        if any(a >= b for a, b in itertools.pairwise(values)):
            raise ScaleError(problem=Reason("bands_rise", values=str(list(values))))

    @classmethod
    def default(cls, scale: Scale | None = None) -> Bands:
        """Those of a scale: each band has the labels that are nearest to its own number, 1 to 5."""
        scale = scale or Scale()
        step = (scale.label_max - scale.label_min) / (len(ACR_BANDS) - 1)
        first, second, third, fourth = (scale.label_min + step * (k + 0.5) for k in range(4))
        return cls(scale, (first, second, third, fourth))

    def of(self, label: float) -> Band:
        """The band of a label."""
        return ACR_BANDS[sum(label >= threshold for threshold in self.thresholds)]

    def labels(self, band: Band) -> list[int]:
        """The labels that belong to a band, lowest first; may be empty where thresholds were moved."""
        return [label for label in self.scale.labels if self.of(label) is band]


def band_by_key(key: str) -> Band:
    """The band named ``bad`` .. ``excellent``. Raises ScaleError for another name."""
    for band in ACR_BANDS:
        if band.key == key:
            return band
    raise ScaleError(problem=Reason("no_such_band", band=repr(key)))
