"""The card's figures, as SVG: clean copy above each degraded one, and every score against its pseudo-MOS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.svg import FAINT, Plane
from xl_vqa.training.cache import atomic_path

ROW: Final = 20
LEFT: Final = 150
WIDTH: Final = 420
TARGET: Final = 0.95
COLORS: Final = {"test": "#1f6f8b", "unseen": "#e09f3e"}
NAMES: Final = {"test": "unseen contents", "unseen": "unseen sources"}


def write_figure(path: Path, evaluation: Mapping[str, Any]) -> None:
    """Bars per defect, the worst on top, from ``evaluation[split]["by_defect"]``; chance is at one half."""
    splits = [name for name in COLORS if name in evaluation]
    shares: dict[str, dict[str, float]] = {}
    for split in splits:
        for defect, row in evaluation[split]["by_defect"].items():
            if row["clean_above"] is not None:
                shares.setdefault(defect, {})[split] = float(row["clean_above"])
    order = sorted(shares, key=lambda name: sum(shares[name].values()) / len(shares[name]))
    top = 46
    height = top + ROW * len(order) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="10" y="18" font-size="14">Clean copy rated above its degraded copy</text>',
    ]
    for place, split in enumerate(splits):
        x: float = LEFT + 150 * place
        parts.append(f'<rect x="{x}" y="26" width="12" height="12" fill="{COLORS[split]}"/>')
        parts.append(f'<text x="{x + 17}" y="36">{escape(NAMES[split])}</text>')
    bottom = top + ROW * len(order)
    for share in (0.0, 0.25, 0.5, 0.75, TARGET, 1.0):
        x = LEFT + WIDTH * share
        dash = ' stroke-dasharray="4 3"' if share == TARGET else ""
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="#bbb"{dash}/>')
        if share != 1.0:
            parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{share:.0%}</text>')
    for index, defect in enumerate(order):
        y = top + ROW * index
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(defect)}</text>')
        for place, split in enumerate(splits):
            if split in shares[defect]:
                length = max(1.0, WIDTH * shares[defect][split])
                parts.append(
                    f'<rect x="{LEFT}" y="{y + 3 + 8 * place}" width="{length:.1f}" height="7" '
                    f'fill="{COLORS[split]}"/>'
                )
    parts.append("</svg>\n")
    with atomic_path(path) as partial:
        partial.write_text("\n".join(parts), encoding="utf-8")


def write_scatter(path: Path, points: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """One plane per split beside each other, with the identity; ``points`` are (score, pseudo-MOS) in MOS."""
    splits = [name for name in COLORS if points.get(name)]
    planes = []
    for place, split in enumerate(splits):
        plane = Plane(
            (1, 5), (1, 5), f"score, {NAMES[split]} ({len(points[split])} clips)", "pseudo-MOS", width=380
        )
        plane.line([(1, 1), (5, 5)], color=FAINT, dash="5 4")
        for score, mos in points[split]:
            plane.dot(score, mos, "", color=COLORS[split], radius=2.5, alpha=0.5)
        planes.append(f'<g transform="translate({place * 390} 0)">{plane.render(NAMES[split])}</g>')
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(1, len(planes)) * 390}" height="400" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        f"{''.join(planes)}</svg>\n"
    )
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8")
