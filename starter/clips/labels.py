"""The label of one clip, from what is wrong with it and what was measured on it."""

from __future__ import annotations

from collections.abc import Sequence

from starter.clips import defects
from starter.clips.defects import BY_NAME, CLEAN
from starter.clips.human_opinion import CLEAN_MOS, Origin, stills, worst


def label(
    parts: Sequence[tuple[str, float]], seen: Sequence[float], rest_vmaf: float | None
) -> tuple[float, Origin]:
    """MOS and who gave it, of (defect, strength) ``parts`` of which the shares ``seen`` count.

    ``rest_vmaf`` measured what no table judges: filters, and the encode; None where that was left out, because the
    file is all but lossless. Raises ValueError where there is not one share per defect.
    """
    named = [(BY_NAME[name], strength) for name, strength in parts if name != CLEAN]
    judged = [
        mos
        for (defect, strength), share in zip(named, seen, strict=True)
        if (mos := defects.table_mos(defect, strength, share)) is not None
    ]
    origins: list[Origin] = [defect.origin for defect, _ in named]
    if rest_vmaf is not None:
        judged.append(defects.mos_of_vmaf(rest_vmaf))
        if loss(rest_vmaf) > 0.1:
            origins.append("vmaf")
    return round(defects.combined_mos(judged or [CLEAN_MOS]), 3), worst(origins)


def spread(parts: Sequence[tuple[str, float]]) -> float:
    """By how much, as a standard deviation in MOS, people's means of such a clip differ from picture to picture.

    The widest of its (defect, strength) ``parts`` that people were asked about; 0 where there is none.
    """
    asked = [(stills()[name][1], strength) for name, strength in parts if name in stills()]
    return max((defects.along((None, *row), max(1.0, strength)) for row, strength in asked), default=0.0)


def loss(vmaf: float) -> float:
    """What people would take off for a film with this VMAF, in MOS."""
    return CLEAN_MOS - defects.mos_of_vmaf(vmaf)
