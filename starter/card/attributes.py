"""How well the starter names what is wrong: its lowest attribute against what was done to each held-out clip."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from starter.clips.attributes import ASKED, named_rightly
from starter.clips.clips import Clip
from starter.clips.defects import CLEAN, UNSEEN_DEFECTS
from starter.clips.plans import COMBINED
from xl_vqa.words.rating import LabelDistribution

SEVERE: Final = 4
"""Severities from here on count as severe, of 5."""
AIM: Final = 0.8
"""The share of severe single defects whose attribute is the lowest."""
DRAWS: Final = 2000

Answers = Sequence[Mapping[str, LabelDistribution]]


def is_severe_single(clip: Clip) -> bool:
    """One defect alone, severe, that shows at all in this content."""
    single = clip.defect not in (CLEAN, COMBINED) and clip.severity >= SEVERE
    return single and bool(named_rightly(clip.attributes))


def measure(clips: Sequence[Clip], answers: Answers) -> dict[str, Any]:
    """Of held-out clips: "named", the share of severe single defects whose attribute is the lowest, with its 95%
    interval over whole contents; "never_taught", the same of defects that training never showed; both by defect,
    with what was named instead; "clean", the mean and lowest label of each attribute in clean copies.
    """
    severe = [(c, a) for c, a in zip(clips, answers, strict=True) if is_severe_single(c)]
    taught = [pair for pair in severe if pair[0].defect not in UNSEEN_DEFECTS]
    never = [pair for pair in severe if pair[0].defect in UNSEEN_DEFECTS]
    clean = [answer for clip, answer in zip(clips, answers, strict=True) if clip.defect == CLEAN]
    labels = {name: [one[name].expectation() for one in clean] for name in ASKED}
    return {
        "named": _shares(taught),
        "never_taught": _shares(never),
        "clean": {
            name: {"mean": float(np.mean(values)), "lowest": float(min(values))}
            for name, values in labels.items()
            if values
        },
        "aim": AIM,
    }


def lowest(answer: Mapping[str, LabelDistribution]) -> str:
    """The attribute that names what is wrong."""
    return min(answer, key=lambda name: answer[name].expectation())


def _shares(pairs: Sequence[tuple[Clip, Mapping[str, LabelDistribution]]]) -> dict[str, Any]:
    rows: dict[str, list[bool]] = defaultdict(list)
    instead: dict[str, Counter[str]] = defaultdict(Counter)
    by_content: dict[str, list[bool]] = defaultdict(list)
    for clip, answer in pairs:
        found = lowest(answer)
        right = found in named_rightly(clip.attributes)
        rows[clip.defect].append(right)
        by_content[clip.group].append(right)
        if not right:
            instead[clip.defect][found] += 1
    every = [one for row in rows.values() for one in row]
    return {
        "n": len(every),
        "contents": len(by_content),
        "share": float(np.mean(every)) if every else None,
        "ci95": _interval(list(by_content.values())),
        "by_defect": {
            defect: {"n": len(row), "share": float(np.mean(row)), "instead": dict(instead[defect].most_common(2))}
            for defect, row in sorted(rows.items())
        },
    }


def _interval(groups: Sequence[Sequence[bool]]) -> list[float] | None:
    """Of the share, from a bootstrap that draws whole contents."""
    if len(groups) < 2:
        return None
    rng = np.random.default_rng(7)
    right, count = (np.array([kind(group) for group in groups]) for kind in (sum, len))
    drawn = rng.integers(len(groups), size=(DRAWS, len(groups)))
    low, high = np.quantile(right[drawn].sum(1) / count[drawn].sum(1), (0.025, 0.975))
    return [float(low), float(high)]
