"""On which scale a manifest's MOS are: what its labels were made of says so, where nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xl_vqa.evaluation.errors import EvaluationUnclearError
from xl_vqa.evaluation.result import Notice
from xl_vqa.evaluation.tables import Table
from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason

_RANGES: Final = tuple(
    (float(low), float(high))
    for low, high in ((0, 100), (1, 100), (0, 10), (1, 10), (1, 9), (1, 7), (0, 5), (0, 1))
)
"""What people rate on beside 1..5."""
_FIT: Final = 0.95
_FEWEST: Final = 5
_ENOUGH: Final = 10


def scale_of(
    people: Table, rows: Sequence[int], told: Scale | None, stated: Scale | None
) -> tuple[Scale, list[Notice]]:
    """The scale of the manifest's MOS, and what to say of it.

    ``told`` is the user's word and holds. Else the scale that makes the manifest's labels of its MOS; else
    ``stated``, which the predictions state, or the default, where the MOS lie in it. Raises EvaluationUnclearError
    where most MOS lie outside.
    """
    if told is not None:
        return told, []
    default = Scale()
    pairs = [
        (written_number(people.rows[index].get("mos")), written_number(people.rows[index].get("label")))
        for index in rows
    ]
    scores = [mos for mos, _ in pairs if mos is not None]
    own = [default] if stated is None else [stated, default]
    if (
        stated is not None
        and len(scores) >= _ENOUGH
        and all(default.mos_min <= m <= default.mos_max for m in scores)
    ):
        # so many people's scores of a wider scale would not all lie within 1..5
        own.reverse()
    labelled = [(mos, label) for mos, label in pairs if mos is not None and label is not None]
    if len(labelled) >= _FEWEST:
        for scale in (default, *own, *(_like(default, span) for span in _RANGES)):
            if _makes(scale, labelled):
                return scale, [] if scale == default else [_found(scale)]
    for scale in own:
        if 2 * sum(scale.mos_min <= mos <= scale.mos_max for mos in scores) >= len(scores):
            return scale, []
    low, high = min(scores), max(scores)
    spans = [span for span in _RANGES if span[0] <= low and high <= span[1] and high > 0.4 * span[1]]
    choices = [f"--scale {span[0]:g},{span[1]:g},10,50" for span in spans[:3]]
    if not choices:
        # no usual range: the rows say one by one that they lie outside
        return default, []
    problem = Reason("unclear_manifest_scale", low=f"{low:g}", high=f"{high:g}")
    raise EvaluationUnclearError(path=str(people.path), problem=problem, choices=choices)


def _like(scale: Scale, span: tuple[float, float]) -> Scale:
    return Scale(*span, scale.label_min, scale.label_max, scale.rounding)


def _makes(scale: Scale, labelled: Sequence[tuple[float, float]]) -> bool:
    fits = sum(
        scale.mos_min <= mos <= scale.mos_max and abs(scale.to_label(mos) - label) <= 1 for mos, label in labelled
    )
    return fits >= _FIT * len(labelled)


def _found(scale: Scale) -> Notice:
    return Notice("scale_by_labels", {"low": f"{scale.mos_min:g}", "high": f"{scale.mos_max:g}"})
