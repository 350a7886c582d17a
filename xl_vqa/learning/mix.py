"""What a retraining learns: new labels, and a replay of what the model knew, so that it is not forgotten."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from xl_vqa.datasets.contents import plan_contents
from xl_vqa.datasets.manifest import Manifest, ManifestRow
from xl_vqa.datasets.split import Shares, split_by_content
from xl_vqa.learning.consensus import Label
from xl_vqa.learning.corrections import HIGH, LOW
from xl_vqa.video.sequence import place_of
from xl_vqa.words.labels import Scale

SHARES: Final = Shares(0.85, 0.15, 0.0)
"""Training and validation of new labels; the hold-out is the test."""
STRATA: Final = 5


@dataclass(frozen=True, slots=True)
class Mix:
    """``learned`` is the manifest to train with; ``known`` everything that the line of the model was taught, from
    which the next replay is drawn. ``new`` and ``replayed`` count the training rows."""

    learned: Manifest
    known: Manifest
    new: int
    replayed: int


def on_scale(mos: float, scale: Scale) -> float:
    """A MOS of 1..5 on a model's own range."""
    return round(scale.mos_min + (mos - LOW) / (HIGH - LOW) * (scale.mos_max - scale.mos_min), 9)


def mixed(
    labels: Sequence[Label],
    before: Manifest | None,
    scale: Scale,
    *,
    share: float,
    left_out: Collection[str] = (),
    seed: int = 0,
) -> Mix:
    """``share`` of the training rows are a replay of ``before``, of each fifth of the qualities alike, as far as
    there are so many. Videos of ``left_out`` (paths) take no part; of a video in both, the new label counts."""
    fresh = _fresh(labels, scale, seed)
    ours = {row.video for row in fresh}
    old = [row for row in (before.usable if before is not None else []) if row.video not in ours]
    old = [row for row in old if row.video not in left_out and os.path.exists(place_of(row.video))]
    training = [row for row in old if row.split == "train"]
    new = sum(row.split == "train" for row in fresh)
    wanted = round(new * share / (1 - share)) if share < 1 else len(training)
    replayed = _spread(training, wanted, seed)
    validation = [row for row in old if row.split == "val"]
    kept = {row.video for row in (*replayed, *validation)}
    # in the order of before, so that the same batch gives the same manifest
    learned = [row for row in old if row.video in kept]
    known = [row for row in old if row.split in ("train", "val")]
    return Mix(Manifest((*learned, *fresh)), Manifest((*known, *fresh)), new, len(replayed))


def _fresh(labels: Sequence[Label], scale: Scale, seed: int) -> list[ManifestRow]:
    """The new labels as rows, split by content."""
    if not labels:
        return []
    paths = [label.path for label in labels]
    contents = plan_contents(paths, [label.last.content or None for label in labels]).contents
    if len(set(contents)) == 1:
        # no part for validation otherwise
        contents = tuple(paths)
    mos = [on_scale(label.mos, scale) for label in labels]
    parts = split_by_content(contents, mos, [None] * len(labels), SHARES, seed)
    return [
        ManifestRow(label.path, value, None, len(label.statements), scale.to_label(value), part, content)
        for label, value, part, content in zip(labels, mos, parts, contents, strict=True)
    ]


def _spread(rows: Sequence[ManifestRow], wanted: int, seed: int) -> list[ManifestRow]:
    """``wanted`` rows at the most, in turn from each fifth of the labels."""
    if wanted >= len(rows):
        return list(rows)
    draw = np.random.default_rng(seed)
    order = sorted(range(len(rows)), key=lambda k: (rows[k].label or 0, rows[k].video))
    strata: Mapping[int, list[int]] = defaultdict(list)
    for place, k in enumerate(order):
        strata[place * STRATA // len(rows)].append(k)
    queues = [list(draw.permutation(members)) for _, members in sorted(strata.items())]
    chosen: list[int] = []
    while len(chosen) < wanted:
        for queue in queues:
            if queue and len(chosen) < wanted:
                chosen.append(int(queue.pop()))
    return [rows[k] for k in sorted(chosen)]


def absolute(manifest: Manifest) -> Manifest:
    """Every video by its whole path: the manifest is written elsewhere."""
    return Manifest(tuple(replace(row, video=str(Path(row.video).absolute())) for row in manifest.rows))
