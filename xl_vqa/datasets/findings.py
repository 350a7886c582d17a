"""What a person should know about the whole table before training on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.ceilings import CodingCeiling, NoiseCeiling
from xl_vqa.datasets.contents import ContentPlan
from xl_vqa.datasets.mos import Ints
from xl_vqa.datasets.words import tr
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Scale

RECOMMENDED_RATERS: Final = 15
"""ITU-T P.910 and ITU-R BT.500 ask for at least 15 people."""
SMALL_DATASET: Final = 200
FEW_CONTENTS: Final = 10
_SHOWN_CONTENTS: Final = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """``serious`` ones may spoil the training or its evaluation; the others are for information."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    serious: bool = True

    def sentence(self, language: str) -> str:
        params = dict(self.params)
        for key in ("rule", "part", "reason"):
            if key in params:
                params[key] = tr(f"{key}_{params[key]}", language)
        return tr(self.code, language, **params)


def label_findings(labels: Ints, scale: Scale) -> list[Finding]:
    """Findings about the labels of the usable videos, shape (videos,)."""
    found: list[Finding] = []
    if not len(labels):
        return found
    unused = _unused_ends(labels, scale)
    if unused:
        found.append(Finding("finding_range_unused", {"unused": ", ".join(unused)}))
    counts = Counter(labels.tolist())
    label, most = max(counts.items(), key=lambda item: (item[1], -item[0]))
    if most > 0.25 * len(labels) and len(labels) >= 8:
        found.append(
            Finding("finding_one_label_heavy", {"label": label, "share": round(100 * most / len(labels))})
        )
    held, few = 0, 0
    for _, count in counts.most_common():
        held, few = held + count, few + 1
        if held >= 0.9 * len(labels):
            break
    everything = len(scale.labels)
    # with fewer videos than labels they lie on few of them whatever they are
    if few <= 0.25 * everything and len(labels) >= 2 * everything:
        share = round(100 * held / len(labels))
        found.append(Finding("finding_heaped", {"count": few, "all": everything, "share": share}))
    return found


def _unused_ends(labels: Ints, scale: Scale) -> list[str]:
    """The ends of the label range that never occur, where they are a tenth of it or more."""
    low, high = int(labels.min()), int(labels.max())
    least = 0.1 * (scale.label_max - scale.label_min)
    ends = []
    if low - scale.label_min >= least:
        ends.append(f"{scale.text(scale.label_min)}..{scale.text(low - 1)}")
    if scale.label_max - high >= least:
        ends.append(f"{scale.text(high + 1)}..{scale.text(scale.label_max)}")
    return ends


def rater_findings(count: Ints, known: bool) -> list[Finding]:
    """``count`` holds the raters per usable video; ``known`` is False where the table does not say."""
    if not known:
        return [Finding("finding_raters_unknown")]
    if not len(count):
        return []
    median = float(np.median(count))
    if median < RECOMMENDED_RATERS:
        # nobody is half a rater; half of the videos have that many or fewer all the same
        return [Finding("finding_few_raters", {"median": int(median)})]
    return []


def size_findings(usable: int, rows: int, groups: int, empty_parts: Sequence[str]) -> list[Finding]:
    found = []
    if 0 < usable < SMALL_DATASET:
        found.append(Finding("finding_tiny", {"videos": usable}))
    if usable < 0.9 * rows:
        found.append(Finding("finding_rows_left_out", {"count": rows - usable, "rows": rows}))
    if 0 < groups < FEW_CONTENTS:
        found.append(Finding("finding_few_contents", {"groups": groups}))
    found.extend(Finding("finding_part_empty", {"part": part}) for part in empty_parts)
    return found


def guess_findings(plan: ContentPlan) -> list[Finding]:
    """Where names could be read in two ways: what was joined and why, or that nothing was."""
    found = []
    sizes = Counter(plan.contents)
    for reason in sorted(set(plan.alike.values())):
        names = sorted((name for name, why in plan.alike.items() if why == reason), key=lambda n: (-sizes[n], n))
        shown = ", ".join(f"{name} ({sizes[name]})" for name in names[:_SHOWN_CONTENTS])
        contents = shown + (", …" if len(names) > _SHOWN_CONTENTS else "")
        params = {"count": len(names), "contents": contents, "reason": f"alike_{reason}"}
        found.append(Finding("finding_contents_alike", params))
    if plan.numbered:
        found.append(Finding("finding_contents_numbered", {"videos": len(sizes)}))
    return found


def ceiling_findings(coding: Sequence[CodingCeiling], noise: NoiseCeiling | None, scale: Scale) -> list[Finding]:
    found = []
    own = next((ceiling for ceiling in coding if ceiling.name == "integer"), None)
    if own is not None and own.srcc is not None and own.srcc < 0.99:
        params = {"low": scale.label_min, "high": scale.label_max, "srcc": rounded(own.srcc, 3)}
        found.append(Finding("finding_coding_loss", params))
    if noise is not None and noise.plcc < 0.9:
        found.append(Finding("finding_low_noise_ceiling", {"plcc": rounded(noise.plcc, 2)}))
    return found
