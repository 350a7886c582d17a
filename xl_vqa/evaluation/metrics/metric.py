"""What a metric is: one entry of the table over which pairs, reports, workbooks and comparisons iterate."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xl_vqa.evaluation.figure import Figure

if TYPE_CHECKING:
    from xl_vqa.evaluation.pairs import Pairs
    from xl_vqa.evaluation.resampling import Statistic


class Unit(enum.Enum):
    """What the value is counted in, and so how it is printed."""

    NUMBER = "number"
    MOS = "mos"
    SHARE = "share"
    """0..1, printed as a percentage."""


class Takes(enum.Enum):
    """What a metric is computed on; where a rater has none of that, the metric has a reason and no value."""

    ANY = "any"
    """The predictions in whatever units they are."""
    MOS = "mos"
    """Predictions in MOS: VMAF has an order, but no error of its own in MOS."""
    MAPPED = "mapped"
    """Predictions after the mapping to MOS; ``of`` and ``statistic`` find them where predictions stand."""
    LABELS = "labels"
    """Integer labels and bands, and so predictions in MOS too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. ``of`` gives its value, ``statistic`` the same under the bootstrap's weights.

    Both take the pairs of one rater; a test draws items and holds the two against each other for every metric of
    the table. ``higher_is_better`` is None where the best value lies in the middle, at 0. ``words`` are English
    and Japanese. ``place`` orders the tables. ``compared`` metrics are tested between raters and between schemes,
    and may take no LABELS: schemes have none in common. ``sliced`` ones are shown for each part of the videos.
    """

    key: str
    of: Callable[[Pairs], Figure]
    statistic: Callable[[Pairs], Statistic]
    higher_is_better: bool | None
    unit: Unit
    words: tuple[str, str]
    takes: Takes
    place: int
    compared: bool = False
    sliced: bool = False

    def __post_init__(self) -> None:
        if self.compared and (self.higher_is_better is None or self.takes is Takes.LABELS):
            raise ValueError(f"{self.key}: only a metric with a direction, and without labels, can be compared")

    def figure(self, pairs: Pairs) -> Figure:
        """The value without an interval, or why there is none."""
        reason = self._reason(pairs)
        return Figure.missing(reason, len(pairs)) if reason is not None else self.of(self._seen(pairs))

    def drawn(self, pairs: Pairs) -> Statistic | None:
        """The statistic of these pairs; None where they have nothing that the metric takes."""
        return None if self._reason(pairs) is not None else self.statistic(self._seen(pairs))

    def _reason(self, pairs: Pairs) -> str | None:
        if self.takes is Takes.MAPPED:
            return pairs.mapping_reason if pairs.mapped is None else None
        if self.takes is Takes.ANY:
            return None
        if not pairs.mos_units:
            return "not_mos_units"
        return "no_labels" if self.takes is Takes.LABELS and pairs.labels is None else None

    def _seen(self, pairs: Pairs) -> Pairs:
        if self.takes is not Takes.MAPPED:
            return pairs
        assert pairs.mapped is not None
        return dataclasses.replace(pairs, prediction=pairs.mapped)

    def after_mapping(self, key: str, words: tuple[str, str], *, sliced: bool) -> Metric:
        """The same metric of the mapped predictions, in the next place of the tables."""
        place = self.place + 1
        return dataclasses.replace(self, key=key, words=words, takes=Takes.MAPPED, place=place, sliced=sliced)
