"""Teaches a finished starter what it is asked besides the score: ``python -m starter.teach --model FOLDER``.

Attributes (fit/attributes.py) and what its videos look like to it (xl_vqa/vlm/familiarity.py), from the stored
features of ``--work``. The weights of the score are not touched, nor is its fingerprint; it takes minutes, and is
done again whenever the score's weights are others. Attributes that the folder has already are taught further;
``--familiarity`` leaves them as they are.

``--opinion`` teaches the experts of the first opinion (fit/opinion.py) anew on everything that is stored, and the
score follows them: this is what new pictures need first. The language model stays as it is, for it says what it is
told; familiarity is taken anew, attributes are left.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from starter.card import evaluation, report
from starter.clips import contents
from starter.clips.clips import Clip
from starter.fit import attributes, opinion
from starter.fit.attributes import AttributeOptions
from starter.fit.features import StoredFeatures, summaries
from starter.fit.opinion import OpinionOptions, fold_of
from starter.fit.training import Prompts
from starter.pictures.sources import SourceError
from xl_vqa.training import cache
from xl_vqa.vlm.digit_tree import stem_tree
from xl_vqa.vlm.familiarity import LEAST_HELD_OUT, LEAST_TAUGHT, Familiarity
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration
from xl_vqa.vlm.starter_opinion import FirstOpinion
from xl_vqa.words.errors import ModelIncompatibleError, XlVqaError

SEEN: int = 150
"""Training clips that the statistics of familiarity are taken from; they have 64 numbers each."""
SEEN_BY_OPINION: int = 2000
"""The same of a starter with a first opinion: among fewer there are no neighbours of what is rare."""
DRAW: int = 7
"""Which of them. What is rare in training is drawn or not, and is told or not by it: of draws 7 and 13 to 24 this
found most strange clips of ``benchmarks.bench_outside`` with held-out pictures. It was measured on others."""
HELD_OUT: int = 220
"""Clips of validation and purpose that a video is held against, at the most."""


def teach_folder(
    folder: Path, work: Path, options: AttributeOptions, *, per_content: int, attributes_too: bool = True
) -> None:
    """Everything into the folder of the starter. Raises SourceError where there is too little to learn from."""
    model, prompts = evaluation.load(folder)
    pairs = evaluation.stored_pairs(work, prompts.spec, per_content)
    train = [pair for pair in pairs if pair[0].split == "train"]
    held = [item for clip, item in pairs if clip.split in ("validation", contents.PURPOSE)]
    if not train or len(held) < LEAST_HELD_OUT:
        raise SourceError(f"{len(train)} training and {len(held)} held-out clips are in the work folder: too few")
    if attributes_too:
        teach_attributes(folder, model, prompts, pairs, options)
    teach_familiarity(folder, model, prompts, pairs, options.seed)


def teach_opinion(folder: Path, work: Path, options: OpinionOptions, *, per_content: int) -> None:
    """Experts of their first opinion, and what hangs on it, into the folder of the starter; the record beside it
    tells what they were taught. Raises SourceError where there is no clip to learn from, ModelIncompatibleError of
    a starter that forms no opinion."""
    model, prompts = evaluation.load(folder)
    pairs = evaluation.stored_pairs(work, prompts.spec, per_content)
    train = [pair for pair in pairs if pair[0].split == "train"]
    if not train:
        raise SourceError("no training clip is in the work folder")
    if model.model.visual.opinion is None:
        raise ModelIncompatibleError(model=str(folder), problem="it forms no first opinion")
    opinion.teach(model.model.visual.opinion, [item for _, item in train], [clip for clip, _ in train], options)
    model.save_pretrained(folder)
    teach_familiarity(folder, model, prompts, pairs, AttributeOptions().seed)
    scenes = contents.catalogue(work)
    authors = {scene.name: (scene.author, scene.license, scene.group) for scene in scenes}
    record_opinion(folder, [clip for clip, _ in train], authors)


def record_opinion(folder: Path, lesson: Sequence[Clip], authors: Mapping[str, tuple[str, str, str]]) -> None:
    """What experts of the starter in ``folder`` were taught, for its card; ``authors`` as in report.credits."""
    place = folder / evaluation.RECORD
    record = json.loads(place.read_text(encoding="utf-8"))
    told = {"clips": len(lesson), "contents": len({clip.content for clip in lesson})}
    record["facts"]["opinion"] = {**told, "pictures": len({clip.group for clip in lesson})}
    record["credits"] = report.joined_credits(record["credits"], report.credits(lesson, authors))
    cache.write_json(place, record)


def teach_attributes(
    folder: Path,
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    pairs: Sequence[evaluation.Pair],
    options: AttributeOptions,
) -> None:
    """The weights of the attribute questions of ``folder``, into it."""
    digest = prompts.spec.attribute_weights
    start = QuestionWeights.load(folder, model, digest, len(attributes.QUESTIONS)) if digest else None
    train = [pair for pair in pairs if pair[0].split == "train"]
    weights = attributes.teach(
        model,
        prompts,
        [item for _, item in train],
        [clip.attributes for clip, _ in train],
        [clip.content for clip, _ in train],
        options,
        start,
        [fold_of(clip.group) for clip, _ in train],
    )
    chosen_on = [pair for pair in pairs if pair[0].split == "validation"]
    if chosen_on:
        seen = [clip.attributes for clip, _ in chosen_on]
        weights = attributes.with_opinion(model, weights, prompts, [item for _, item in chosen_on], seen)
    attributes.save(folder, weights)


def teach_familiarity(
    folder: Path,
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    pairs: Sequence[evaluation.Pair],
    seed: int,
) -> None:
    """What the videos look like to the model of ``folder``, into it.

    Of a starter with a first opinion the limit stands on all held-out contents: on those of one kind another kind
    would be strange. No score hangs on it.
    """
    rng = np.random.default_rng(seed)
    train = [item for clip, item in pairs if clip.split == "train"]
    first = model.model.visual.opinion
    if first is None or len(train) < LEAST_TAUGHT:
        held = [item for clip, item in pairs if clip.split in ("validation", contents.PURPOSE)]
        taught, _ = states(model, prompts, _some(train, SEEN, rng))
        held_out, off_digits = states(model, prompts, _some(held, HELD_OUT, rng))
        found = Familiarity.fit(taught, held_out, off_digits)
    else:
        held = [item for clip, item in pairs if clip.split != "train"]
        _, off_digits = states(model, prompts, held)
        taught = _parts(first, _some(train, SEEN_BY_OPINION, np.random.default_rng(DRAW)))
        found = Familiarity.fit_opinion(taught, _parts(first, held), off_digits)
    found.save(folder)


@torch.inference_mode()
def _parts(first: FirstOpinion, items: Sequence[StoredFeatures]) -> NDArray[np.float64]:
    """What the first opinion of each clip stands on, [clips, PARTS]."""
    rows = [first.parts(summaries(items[start : start + 512])) for start in range(0, len(items), 512)]
    return torch.cat(rows).double().numpy()


@torch.inference_mode()
def states(
    model: StarterForConditionalGeneration, prompts: Prompts, items: Sequence[StoredFeatures]
) -> tuple[NDArray[np.float64], list[float]]:
    """How the model sees each clip, [clips, width], and the off-digit mass of its answer."""
    scale, digits = prompts.spec.scale, prompts.tokenizer.digits
    first, found, masses = len(prompts.plain.before), [], []
    for item in items:
        stem, shared = attributes.read(model, prompts, [item])
        cells = shared + 1 - first - len(prompts.plain.after)
        found.append(stem.pooled([first], [cells]).double().numpy()[0])
        masses.append(stem_tree(stem, scale, digits)[0].distribution(scale).off_digit_mass)
    return np.array(found), masses


def _some(items: Sequence[StoredFeatures], count: int, rng: np.random.Generator) -> list[StoredFeatures]:
    return [items[i] for i in sorted(rng.permutation(len(items))[:count])]


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m starter.teach", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("model/starter"))
    parser.add_argument("--work", type=Path, default=cache.cache_folder("starter"), help="clips and features")
    parser.add_argument("--per-content", type=int, default=6)
    parser.add_argument("--steps", type=int, default=AttributeOptions().steps)
    parser.add_argument("--familiarity", action="store_true", help="teach no attributes")
    parser.add_argument("--opinion", action="store_true", help="teach the first opinion anew, and no attributes")
    parser.add_argument("--threads", type=int, default=2)
    values = parser.parse_args(arguments)
    torch.set_num_threads(values.threads)
    options = replace(AttributeOptions(), steps=values.steps)
    try:
        if values.opinion:
            teach_opinion(values.model, values.work, OpinionOptions(), per_content=values.per_content)
            return 0
        teach_folder(
            values.model,
            values.work,
            options,
            per_content=values.per_content,
            attributes_too=not values.familiarity,
        )
        if values.familiarity:
            return 0
        found = evaluation.measure_attributes(values.model, values.work, values.per_content)["attributes"]["named"]
        print(f"the right attribute is the lowest in {100 * found['share']:.0f}% of {found['n']} severe defects")
    except (SourceError, XlVqaError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
