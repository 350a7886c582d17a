"""The card's figures, as SVG: clean copy above each degraded one, and every score against its pseudo-MOS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from xl_vqa.page.colours import FAINT
from xl_vqa.page.svg import Plane, picture_file
from xl_vqa.page.ticks import percent
from xl_vqa.training.cache import atomic_path

ROW: Final = 20
TARGET: Final = 0.95
COLORS: Final = {"test": "#1f6f8b", "unseen": "#e09f3e"}
NAMES: Final = {"test": "unseen contents", "unseen": "unseen sources"}
TITLE: Final = "Clean copy rated above its degraded copy"


def write_figure(path: Path, evaluation: Mapping[str, Any]) -> None:
    """Bars per defect, the worst on top, from ``evaluation[split]["by_defect"]``; chance is at one half."""
    splits = [name for name in COLORS if name in evaluation]
    shares: dict[str, dict[str, float]] = {}
    for split in splits:
        for defect, row in evaluation[split]["by_defect"].items():
            if row["clean_above"] is not None:
                shares.setdefault(defect, {})[split] = float(row["clean_above"])
    order = sorted(shares, key=lambda name: sum(shares[name].values()) / len(shares[name]))
    count = len(order)
    plane = Plane(
        (0, 1),
        (0, count + 1),
        TITLE,
        width=640,
        height=ROW * (count + 1) + 60,
        left=150,
        grid="columns",
        x_ticks=[(share, percent(share)) for share in (0, 0.25, 0.5, 0.75, TARGET)],
        y_ticks=[(count - index - 0.5, defect) for index, defect in enumerate(order)],
    )
    for place, split in enumerate(splits):
        plane.note(0.4 * place, count + 0.4, f"■ {NAMES[split]}", color=COLORS[split])
    for index, defect in enumerate(order):
        for place, split in enumerate(splits):
            if split in shares[defect]:
                top = count - index - 0.12 - 0.4 * place
                share = shares[defect][split]
                plane.box((0, max(share, 0.002)), (top - 0.36, top), f"{share:.1%}", color=COLORS[split])
    plane.line([(TARGET, 0), (TARGET, count)], color=FAINT, dash="4 3", size=1)
    with atomic_path(path) as partial:
        partial.write_text(picture_file([plane.render(TITLE)], plane.width, plane.height), encoding="utf-8")


def write_scatter(path: Path, points: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """One plane per split beside each other, with the identity; ``points`` are (score, pseudo-MOS) in MOS."""
    splits = [name for name in COLORS if points.get(name)]
    planes = []
    for split in splits:
        plane = Plane(
            (1, 5), (1, 5), f"score, {NAMES[split]} ({len(points[split])} clips)", "pseudo-MOS", width=380
        )
        plane.line([(1, 1), (5, 5)], color=FAINT, dash="5 4")
        for score, mos in points[split]:
            plane.dot(score, mos, "", color=COLORS[split], radius=2.5, alpha=0.5)
        planes.append(plane.render(NAMES[split]))
    with atomic_path(path) as partial:
        partial.write_text(picture_file(planes, max(1, len(planes)) * 390, 400), encoding="utf-8")
