"""Which videos are judged, which may be used for fitting, and which rows fail and why."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from xl_vqa.evaluation.result import Failure, Item, Notice
from xl_vqa.words.labels import Scale

ALL: Final = "all"
EXCLUDED: Final = "none"
"""The split of the rows that whoever made the manifest put aside."""
SPLITS: Final = {
    "train": "train training 学習 訓練",
    "validation": "validation valid val dev development 検証",
    "test": "test testing holdout 評価 テスト",
}
_SPLIT_OF_WORD: Final = {word: split for split, words in SPLITS.items() for word in words.split()}


def split_name(cell: str | None) -> str | None:
    """``train``, ``validation`` or ``test`` for the usual words, another word as it is, None for nothing."""
    if cell is None:
        return None
    word = unicodedata.normalize("NFKC", cell).strip().casefold()
    return _SPLIT_OF_WORD.get(word, word) or None


@dataclass(slots=True)
class Selection:
    """``judged`` are the videos of the figures; all of them have a MOS within the scale and a prediction.

    ``validation`` are like them, but of the validation split and not judged. ``train`` are all videos of the
    training split that have a MOS: not always a prediction, and judged too where that was asked for.
    """

    split: str
    given: int
    judged: list[Item] = field(default_factory=list)
    validation: list[Item] = field(default_factory=list)
    train: list[Item] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def select(items: Sequence[Item], scale: Scale, split: str | None = None) -> Selection:
    """Sorts items by split and names the failure of each that cannot be judged.

    ``split`` is a split's name or ``all``; without it the test split where there is one, else all videos.
    """
    splits = [split_name(item.split) for item in items]
    chosen = _chosen(splits, split)
    found = Selection(chosen, sum(chosen in (ALL, one) for one in splits))
    for item, one in zip(items, splits, strict=True):
        wanted = chosen in (ALL, one)
        failure = _failure(item, scale, wanted)
        if failure is not None:
            found.failures.append(failure)
        scored = failure is None and item.prediction is not None and item.error is None
        has_mos = item.mos is not None and _in_range(item.mos, scale)
        if wanted and scored and has_mos:
            found.judged.append(item)
        elif one == "validation" and scored and has_mos:
            found.validation.append(item)
        if one == "train" and has_mos:
            found.train.append(item)
    found.notices = _notices(found, splits)
    return found


def _chosen(splits: Sequence[str | None], wanted: str | None) -> str:
    if wanted is not None:
        return split_name(wanted) or ALL
    return "test" if "test" in splits else ALL


def _failure(item: Item, scale: Scale, wanted: bool) -> Failure | None:
    # an error in the predictions is told whatever the split: that video was asked for
    if item.error:
        return Failure(item.video, "error", item.error)
    if item.prediction is not None and not math.isfinite(item.prediction):
        return Failure(item.video, "bad_prediction", str(item.prediction))
    if split_name(item.split) == EXCLUDED:
        return Failure(item.video, "excluded", item.problem or "")
    if not wanted:
        return None
    if item.mos is None or not math.isfinite(item.mos):
        return Failure(item.video, "no_mos", item.problem or "")
    if not _in_range(item.mos, scale):
        return Failure(item.video, "out_of_scale", f"{item.mos:g} ({scale.mos_min:g}..{scale.mos_max:g})")
    if item.prediction is None:
        return Failure(item.video, "missing_prediction")
    return None


def _in_range(mos: float, scale: Scale) -> bool:
    return math.isfinite(mos) and scale.mos_min <= mos <= scale.mos_max


def _notices(found: Selection, splits: Sequence[str | None]) -> list[Notice]:
    notices = []
    trained = sum(split_name(item.split) == "train" for item in found.judged)
    if trained:
        notices.append(Notice("training_judged", {"count": trained}))
    if found.split == ALL and not any(splits):
        notices.append(Notice("no_split"))
    contents = {item.content for item in found.judged if split_name(item.split) != "train"} - {None}
    shared = contents & {item.content for item in found.train}
    if shared:
        notices.append(Notice("content_leak", {"count": len(shared)}))
    return notices
