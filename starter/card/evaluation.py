"""Measures a finished starter and writes its card: ``make starter-evaluation``.

Everything on the card comes from here: the figures from the weights in the folder and the stored features, the
rest (what was trained, on what, for how long) from the evaluation.json that training left beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import torch
from transformers import AutoTokenizer

from starter.card import attributes, baseline_report, figure, invariance, people, readme, report
from starter.clips import clips, contents, encoder, forms
from starter.clips.clips import Clip
from starter.clips.contents import Content
from starter.clips.defects import CLEAN
from starter.fit import attributes as asked
from starter.fit import features
from starter.fit.features import StoredFeatures
from starter.fit.training import Prompts, predict
from starter.pictures import sources
from xl_vqa.training import cache
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.errors import ModelIncompatibleError, XlVqaError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import LabelDistribution

RECORD: Final = "evaluation.json"
EVALUATED: Final = ("validation", "test", "unseen", contents.LONG, contents.ASKED, contents.PURPOSE)
HELD_OUT: Final = ("test", "unseen")
"""The splits that no decision was taken on, but for other views of their pictures."""
EVERY: Final = {"test": 2, "unseen": 2, contents.LONG: 2, contents.ASKED: 2, contents.PURPOSE: 4}
"""The card is measured on every so-manyth content of a split by name, of ``asked`` and ``purpose`` on every
so-manyth picture: what is measured is complete, and the same for every starter."""
COMPARED: Final = (*HELD_OUT, "held_out", contents.ASKED, contents.PURPOSE)
"""Where BRISQUE and NIQE stand beside the starter."""
SHOWN_BEFORE: Final = ("n", "srcc", "plcc", "rmse", *report.ORDERED, "mean_clean", "calibration_error")
"""What is told of the starter before, by split."""
BEFORE: Final = "before"
"""How the starter before is called among the raters."""
FIGURE: Final = "clean_above.svg"
SCATTER: Final = "scatter.svg"

Pair = tuple[Clip, StoredFeatures]
Rated = tuple[list[Clip], list[LabelDistribution]]


def scenes_of(work: Path) -> list[Content]:
    """The contents that are trained on or measured; see ``EVERY``."""
    scenes = [scene for scene in contents.catalogue(work) if scene.split != "demo"]
    chosen = measured_on(scenes, EVERY)
    return [scene for scene in scenes if scene.name in chosen]


def stored_pairs(work: Path, spec: ModelSpec, per_content: int) -> list[Pair]:
    """Clips whose files and features are in ``work`` already, of contents that have their clean copy."""
    found = []
    made = clips.load(scenes_of(work), work / "clips", per_content=per_content)
    for clip in (*made, *forms.load(made)):
        item = features.load_one(clip, work / "features", spec)
        if item is not None:
            found.append((clip, item))
    clean = {clip.content for clip, _ in found if clip.defect == CLEAN}
    return [(clip, item) for clip, item in found if clip.content in clean]


def measured_on(scenes: Sequence[Content], every: Mapping[str, int]) -> set[str]:
    """The names of the contents of the card: all of a split that is not in ``every`` (see ``EVERY``)."""
    chosen = set()
    for split in {scene.split for scene in scenes}:
        units: dict[str, list[str]] = {}
        for scene in scenes:
            if scene.split == split:
                unit = scene.group if split in (contents.ASKED, contents.PURPOSE) else scene.name
                units.setdefault(unit, []).append(scene.name)
        chosen |= {name for unit in sorted(units)[:: every.get(split, 1)] for name in units[unit]}
    return chosen


def fill_oracle(work: Path, per_content: int, workers: int) -> None:
    """Measures VMAF of the held-out clips that a table judged, where it is not stored yet. Raises EncoderError."""
    scenes = [scene for scene in scenes_of(work) if scene.split in HELD_OUT]
    clips.fill_oracle(scenes, work / "clips", per_content=per_content, workers=workers)


def rate(model: StarterForConditionalGeneration, prompts: Prompts, pairs: Sequence[Pair]) -> dict[str, Rated]:
    """Clips and answers of every split that has clips; ``held_out`` are those that no decision was taken on."""
    rated: dict[str, Rated] = {}
    for split in EVALUATED:
        part = [(clip, item) for clip, item in pairs if clip.split == split]
        if part:
            rated[split] = [clip for clip, _ in part], predict(model, prompts, [item for _, item in part])
    parts = [rated[split] for split in HELD_OUT if split in rated]
    rated["held_out"] = [c for clips, _ in parts for c in clips], [a for _, answers in parts for a in answers]
    return rated


def write(
    folder: Path,
    measured: Mapping[str, Any],
    kept: Mapping[str, Any],
    points: Mapping[str, Sequence[tuple[float, float]]],
) -> None:
    """evaluation.json, the figures and the card.

    ``kept`` holds facts, credits and history of the training; ``points`` (score, pseudo-MOS) by split.
    """
    whole = {**kept, **measured}
    cache.write_json(folder / "evaluation.json", whole)
    figure.write_figure(folder / FIGURE, whole)
    figure.write_scatter(folder / SCATTER, points)
    readme.write_card(folder / "README.md", whole, [tuple(row) for row in whole["credits"]], whole["facts"])


def write_clips(path: Path, rated: Mapping[str, Rated], scores: Mapping[str, baseline_report.Scores]) -> None:
    """A CSV with every held-out clip, its label and what each rater says: to look up what a figure hides."""
    tables = []
    for split in HELD_OUT:
        if split in rated:
            table = report.table_of(rated[split][0], scores[split][baseline_report.STARTER])
            table = table.drop(columns="path").rename(columns={"predicted": baseline_report.STARTER})
            for rater in (baseline_report.BRISQUE, baseline_report.NIQE):
                table[rater] = scores[split][rater]
            tables.append(table)
    with cache.atomic_path(path) as partial:
        pd.concat(tables).to_csv(partial, index=False, float_format="%.3f")


def load(folder: Path) -> tuple[StarterForConditionalGeneration, Prompts]:
    """The model of ``folder`` and its prompts. Raises ModelIncompatibleError where it says not what it was made
    of."""
    spec = ModelSpec.load(folder)
    if spec is None:
        raise ModelIncompatibleError(model=str(folder), problem="it has no xl_vqa.json")
    model: Any = StarterForConditionalGeneration.from_pretrained(folder)
    model.eval()
    return model, Prompts(PromptTokenizer(AutoTokenizer.from_pretrained(folder), model=spec.name), spec)


def evaluate_folder(
    folder: Path, work: Path, per_content: int, *, before: Path | None = None, forms_too: bool = True
) -> dict[str, Any]:
    """Measures the model in ``folder`` and rewrites its card. Returns the whole evaluation.

    ``before`` is the folder of the starter before, measured on the same clips. Without ``forms_too`` the scores
    of one clip in other forms, which take longest, stay those that were measured last.

    Raises SourceError where there is nothing to measure on, EncoderError, XlVqaError.
    """
    kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    model, prompts = load(folder)
    pairs = stored_pairs(work, prompts.spec, per_content)
    if not any(clip.split == "test" for clip, _ in pairs):
        raise sources.SourceError(
            "no clips and features of the test are in the work folder: run 'make starter' first"
        )
    rated = rate(model, prompts, pairs)
    rated_before = None if before is None else rate(*load(before), pairs)
    measured: dict[str, Any] = {split: report.evaluate(*part) for split, part in rated.items()}
    measured["every"] = dict(EVERY)
    measured["baselines"], scores = baseline_report.measure(
        [clip for clip, _ in pairs if clip.split == "train"],
        {
            split: (shown, report.scores_of(answers))
            for split, (shown, answers) in rated.items()
            if split in COMPARED
        },
        work / "baselines",
        workers=torch.get_num_threads(),
    )
    measured |= beside_people(rated, scores, rated_before, kept)
    measured |= named(folder, model, prompts, pairs)
    write_clips(work / "evaluation" / "clips.csv", rated, scores)
    if rated_before is not None:
        # where people and purpose are, they stand beside each other already
        measured[BEFORE] = {
            split: {name: value for name, value in report.evaluate(*part).items() if name in SHOWN_BEFORE}
            for split, part in rated_before.items()
            if split not in (contents.ASKED, contents.PURPOSE)
        }
    if forms_too:
        files, items = form_features(work, prompts.spec)
        measured["invariance"] = invariance.rows_of(files, report.scores_of(predict(model, prompts, items)))
        if before is not None:
            answers = predict(*load(before), items)
            measured[BEFORE]["invariance"] = invariance.rows_of(files, report.scores_of(answers))
    elif before is not None and "invariance" in kept.get(BEFORE, {}):
        measured[BEFORE]["invariance"] = kept[BEFORE]["invariance"]
    points: dict[str, Sequence[tuple[float, float]]] = {
        split: [
            (float(score), clip.mos)
            for clip, score in zip(rated[split][0], scores[split][baseline_report.STARTER], strict=True)
        ]
        for split in HELD_OUT
        if split in rated
    }
    write(folder, measured, kept, points)
    return {**kept, **measured}


def form_features(work: Path, spec: ModelSpec) -> tuple[list[invariance.FormFile], list[StoredFeatures]]:
    """The forms of one clip that the card tells of, and their features, made where they are missing.

    Raises SourceError, EncoderError, VideoError.
    """
    stored, trunk = work / "features", sources.backbone_path(work)

    def see(files: Sequence[invariance.FormFile]) -> None:
        features.extract_all(files, stored, spec, trunk, workers=torch.get_num_threads())

    # beside the features that they tell of: both go together
    files = invariance.make(work, stored / features.recipe(spec) / "card_forms", see)
    return files, features.load_all(files, stored, spec)


def named(
    folder: Path, model: StarterForConditionalGeneration, prompts: Prompts, pairs: Sequence[Pair]
) -> dict[str, Any]:
    """The figures of attributes.py under "attributes"; nothing where the starter in ``folder`` was taught none."""
    digest = prompts.spec.attribute_weights
    if not digest:
        return {}
    weights = QuestionWeights.load(folder, model, digest, len(prompts.spec.questions))
    wanted = (*HELD_OUT, contents.ASKED, contents.PURPOSE)
    shown = [
        (clip, item)
        for clip, item in pairs
        if clip.split in wanted and (clip.defect == CLEAN or attributes.is_severe_single(clip))
    ]
    answers = asked.predict(model, weights, prompts, [item for _, item in shown])
    return {"attributes": attributes.measure([clip for clip, _ in shown], answers)}


def measure_attributes(folder: Path, work: Path, per_content: int) -> dict[str, Any]:
    """Measures the attributes of the starter in ``folder`` alone, and keeps whatever else its card says."""
    kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    model, prompts = load(folder)
    found = named(folder, model, prompts, stored_pairs(work, prompts.spec, per_content))
    whole = {**kept, **found}
    cache.write_json(folder / RECORD, whole)
    readme.write_card(folder / "README.md", whole, [tuple(row) for row in whole["credits"]], whole["facts"])
    return whole


def measure_people(folder: Path, work: Path, per_content: int, *, before: Path | None = None) -> dict[str, Any]:
    """Measures the model in ``folder`` against people alone, and keeps whatever else its card says.

    For ``before`` and what is raised see ``evaluate_folder``.
    """
    kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    model, prompts = load(folder)
    pairs = stored_pairs(work, prompts.spec, per_content)
    wanted = (contents.ASKED, contents.PURPOSE)
    rated = {
        split: part
        for split, part in rate(model, prompts, [p for p in pairs if p[0].split in wanted]).items()
        if split in wanted
    }
    if contents.ASKED not in rated:
        raise sources.SourceError(
            "no clips with people's defects are in the work folder: run 'make starter' first"
        )
    figures, scores = baseline_report.measure(
        [clip for clip, _ in pairs if clip.split == "train"],
        {split: (shown, report.scores_of(answers)) for split, (shown, answers) in rated.items()},
        work / "baselines",
        workers=torch.get_num_threads(),
    )
    chosen = [pair for pair in pairs if pair[0].split in rated]
    rated_before = None if before is None else rate(*load(before), chosen)
    found = beside_people(rated, scores, rated_before, kept)
    # of these clips alone: what the other splits say was measured with other labels
    del found["by_origin"]
    whole = {**kept, **found, "people_baselines": figures["facts"]}
    cache.write_json(folder / "evaluation.json", whole)
    readme.write_card(folder / "README.md", whole, [tuple(row) for row in whole["credits"]], whole["facts"])
    return whole


def beside_people(
    rated: Mapping[str, Rated],
    scores: Mapping[str, baseline_report.Scores],
    before: Mapping[str, Rated] | None,
    kept: Mapping[str, Any],
) -> dict[str, Any]:
    """The figures of people.py by split and rater, and "by_origin" of all clips that are held out.

    ``before`` is what the starter before says of the same clips; without it what ``kept`` says of it stays.
    """
    known = {split: dict(scores[split]) for split in (contents.ASKED, contents.PURPOSE) if split in scores}
    if before is not None:
        for split, by_rater in known.items():
            by_rater[BEFORE] = report.scores_of(before[split][1])
    found = people.measure(
        {split: (rated[split][0], by_rater) for split, by_rater in known.items()}, contents.ASKED, contents.PURPOSE
    )
    if before is None:
        for split, figures in found.items():
            if BEFORE in kept.get(split + "_people", {}):
                figures[BEFORE] = kept[split + "_people"][BEFORE]
    shown = [clip for split in COMPARED if split != "held_out" and split in rated for clip in rated[split][0]]
    answers = [one for split in COMPARED if split != "held_out" and split in rated for one in rated[split][1]]
    result: dict[str, Any] = {f"{split}_people": figures for split, figures in found.items()}
    return {**result, "by_origin": people.by_origin(shown, report.scores_of(answers))}


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m starter.card.evaluation", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("model/starter"))
    parser.add_argument("--work", type=Path, default=cache.cache_folder("starter"), help="clips and features")
    parser.add_argument("--per-content", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--stored-oracle", action="store_true", help="compare with VMAF only where it was measured already"
    )
    parser.add_argument("--before", type=Path, help="folder of the starter before, measured on the same clips")
    parser.add_argument(
        "--only-people", action="store_true", help="measure against people alone; the rest of the card stays"
    )
    parser.add_argument(
        "--stored-forms", action="store_true", help="keep the scores of one clip in other forms as they are"
    )
    values = parser.parse_args(arguments)
    torch.set_num_threads(values.threads)
    try:
        if values.only_people:
            asked = measure_people(values.model, values.work, values.per_content, before=values.before)
            cells = asked["asked_people"]["starter"]
            print(f"people's cells SRCC {cells['srcc']:.3f}, RMSE {cells['rmse']:.3f} MOS")
            return 0
        if not values.stored_oracle:
            fill_oracle(values.work, values.per_content, values.threads)
        found = evaluate_folder(
            values.model,
            values.work,
            values.per_content,
            before=values.before,
            forms_too=not values.stored_forms,
        )
    except (sources.SourceError, encoder.EncoderError, XlVqaError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"test SRCC {found['test']['srcc']:.3f}, clean above {found['test']['clean_above']:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
