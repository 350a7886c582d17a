"""Everything that a person should know about prepared labels, collected from all steps."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from xl_vqa.datasets import check
from xl_vqa.datasets.combine_tests import FEW_COMMON
from xl_vqa.datasets.direction import STRONG, direction_by_names
from xl_vqa.datasets.findings import (
    Finding,
    ceiling_findings,
    guess_findings,
    label_findings,
    rater_findings,
    size_findings,
)
from xl_vqa.datasets.prepared import Prepared
from xl_vqa.datasets.screening import LEAST_AGREEMENT
from xl_vqa.datasets.split import PARTS
from xl_vqa.words.figures import rounded

_LIGHT: Final = 0.5
"""Raters whose weight under P.910 Annex E is below this are named."""


def all_findings(prepared: Prepared, chosen: check.Bools, torn: dict[str, list[str]]) -> list[Finding]:
    """``chosen`` marks the usable rows, ``torn`` the contents that a given split tears apart."""
    options, table = prepared.options, prepared.table
    usable = prepared.usable
    labels = np.array([prepared.labels[k] for k in usable], dtype=np.int64)
    count = prepared.means.count[chosen]
    used = {prepared.contents[k] for k in usable}
    sizes = Counter(prepared.parts)
    wanted = zip(PARTS, (options.shares.train, options.shares.val, options.shares.test), strict=True)
    # a split that the table gives may leave a part out on purpose
    empty = [] if prepared.split_given else [part for part, share in wanted if share > 0 and not sizes[part]]

    found = [*_reading(prepared), *_tests(prepared), *_raters(prepared)]
    found += rater_findings(count, known=bool((count > 0).any()) or not usable)
    if prepared.judged.spread_unfit:
        found.append(Finding("finding_spread_unfit"))
    found += label_findings(labels, options.scale)
    found += ceiling_findings(prepared.coding, prepared.noise, options.scale)
    found += size_findings(len(usable), len(table.rows), len(used), empty if usable else [])
    if torn:
        shown = ", ".join(list(torn)[:5]) + (" …" if len(torn) > 5 else "")
        found.append(Finding("finding_split_leaks", {"count": len(torn), "contents": shown}))
    if prepared.plan.guessed and usable:
        params = {"groups": len(used), "videos": len(usable), "rule": prepared.plan.rule}
        found.append(Finding("finding_content_guessed", params))
        found += guess_findings(prepared.plan)
    if table.uncalculated:
        found.append(Finding("finding_uncalculated", {"count": table.uncalculated}))
    if not options.check_videos:
        found.append(Finding("finding_videos_unchecked", serious=False))
    elif not options.open_videos:
        found.append(Finding("finding_videos_unopened", serious=False))
    found += [Finding(f"note_{note.code}", note.params, serious=False) for note in table.notes]
    return found


def _reading(prepared: Prepared) -> list[Finding]:
    """What the scores were taken to mean, and what speaks against it."""
    reading, scale = prepared.table.interpretation, prepared.options.scale
    found = []
    if reading.quality is not None:
        found.append(Finding("finding_quality", {"quality": reading.quality}, serious=False))
    if reading.turned:
        found.append(Finding("finding_sideways", serious=False))
    if reading.lower:
        ends = {"low": f"{scale.mos_min:g}", "high": f"{scale.mos_max:g}"}
        found.append(Finding("finding_lower", ends, serious=False))
    usable = prepared.usable
    r = direction_by_names(
        [prepared.table.rows[k].video for k in usable], [float(prepared.means.mos[k]) for k in usable]
    )
    if r is not None and r <= -STRONG:
        code = "finding_runs_against_turned" if reading.lower else "finding_runs_against"
        found.append(Finding(code, {"r": rounded(r, 2, sign=True)}))
    return found


def _tests(prepared: Prepared) -> list[Finding]:
    found = []
    as_is = prepared.options.wanted.join == "as-is"
    for shift in prepared.shifts:
        params = {"test": shift.test, "common": shift.common, "videos": shift.videos}
        if shift.shift is None:
            found.append(Finding("finding_test_unlinked", params))
            continue
        code = "finding_test_shift_left" if as_is else "finding_test_shift"
        found.append(Finding(code, {**params, "shift": rounded(shift.shift, 2, sign=True)}, serious=as_is))
        if shift.common < FEW_COMMON and not as_is:
            found.append(Finding("finding_test_few_common", params))
    return found


def _raters(prepared: Prepared) -> list[Finding]:
    options, screening = prepared.options, prepared.screening
    found = []
    screens = options.reject_outliers or options.rater_model in ("bt500", "p913")
    if screening is None:
        if screens:
            found.append(Finding("finding_screening_impossible", {"reason": "no_names"}))
        if options.correction != "none" or options.rater_model in ("p913", "p910"):
            found.append(Finding("finding_correction_impossible"))
        return found
    if options.rater_model == "p910":
        light = [rater for rater in screening.raters if rater.weight is not None and rater.weight < _LIGHT]
        names = ", ".join(f"{rater.name} ({rounded(rater.weight, 2)})" for rater in light)
        code = "finding_raters_light" if light else "finding_raters_even"
        return [Finding(code, {"names": names, "count": len(light)}, serious=False)]
    if screening.rejected:
        names = ", ".join(rater.name for rater in screening.rejected)
        code = "finding_raters_rejected" if screens else "finding_raters_suspect"
        found.append(Finding(code, {"count": len(screening.rejected), "names": names}, serious=False))
    elif screens:
        found.append(
            Finding("finding_raters_none_rejected", serious=False)
            if screening.possible
            else Finding("finding_screening_impossible", {"reason": "few_raters"})
        )
    if names := ", ".join(rater.name for rater in screening.disagreeing):
        found.append(Finding("finding_raters_disagree", {"names": names, "limit": LEAST_AGREEMENT}))
    return found
