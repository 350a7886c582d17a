"""The schemes' comparison on the starter's own task: clips and features of ``make starter``, reused.

The starter is trained from its published trunk anew for every scheme and seed, on the clips whose features are
in the work folder already, so that a run takes minutes and the comparison can be repeated by one command.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from starter.clips import clips, contents
from starter.clips.clips import Clip
from starter.clips.encoder import EncoderError
from starter.fit import features
from starter.fit.features import StoredFeatures
from starter.fit.new_model import new_model
from starter.fit.schemes import Floats, answer, fit
from starter.fit.spec import starter_spec
from starter.fit.training import FitOptions, Prompts
from starter.pictures import sources
from starter.pictures.sources import SourceError
from xl_vqa.evaluation.runs import Run, RunRow
from xl_vqa.training.cache import cache_folder
from xl_vqa.training.errors import ComparisonSpecError
from xl_vqa.training.jobs import Job, OnShare, Train
from xl_vqa.training.scheme_names import named_scheme
from xl_vqa.training.schemes import LEVELS, Scheme
from xl_vqa.vlm.answers import AnswerTree
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.model_spec import Prompt
from xl_vqa.words.reasons import Problem

_VOCABULARY = "\n".join((*LEVELS, ".", "Quality?"))


@dataclass(frozen=True, slots=True)
class StarterTask:
    """How much of the starter's task is used. ``contents`` limits the contents of train, validation and test."""

    work: str
    contents: tuple[int, int, int] = (150, 30, 60)
    per_content: int = 6
    epochs: int = 8
    batch: int = 16
    tokens: int = 64
    threads: int = 1

    def prepare(self, path: Path, decodings: Sequence[str]) -> tuple[str, Train]:
        """See ``xl_vqa.training.compare.Task``. Raises ComparisonSpecError where a split has no clips."""
        try:
            chosen = chosen_clips(self)
        except (SourceError, EncoderError) as error:
            raise ComparisonSpecError(path=str(path), problem=f"{self.work}: {error}") from error
        missing = [split for split in ("train", "validation", "test") if not any(c.split == split for c in chosen)]
        if missing:
            problem = f"{self.work}: {', '.join(missing)} = 0 (make starter)"
            raise ComparisonSpecError(path=str(path), problem=problem)
        return fingerprint(self, chosen), functools.partial(train, self, chosen, decodings)


def read_task(values: Any, path: Path, problems: list[Problem]) -> StarterTask | None:
    """What stands beside ``starter:`` in the specification at ``path``; what is wrong is added to ``problems``."""
    values = {} if values is None else values
    known = {one.name for one in fields(StarterTask)}
    if not isinstance(values, dict) or set(values) - known:
        problems.append(
            f"starter: {', '.join(sorted(set(values) - known)) if isinstance(values, dict) else values}"
        )
        return None
    work = Path(str(values.get("work") or cache_folder("starter"))).expanduser()
    if not work.is_absolute():
        work = path.parent / work
    limits = values.get("contents", StarterTask(work="").contents)
    if not isinstance(limits, (list, tuple)) or len(limits) != 3 or not all(isinstance(n, int) for n in limits):
        problems.append(f"starter.contents: {limits} ([train, validation, test])")
        return None
    rest = {name: value for name, value in values.items() if name not in ("work", "contents")}
    wrong = [
        f"starter.{k}: {v}" for k, v in rest.items() if not isinstance(v, int) or isinstance(v, bool) or v < 1
    ]
    problems += wrong
    return StarterTask(work=str(work), contents=tuple(limits), **({} if wrong else rest))


def answers_of(own: Scheme, tokenizer: PromptTokenizer) -> tuple[AnswerTree, Floats, Callable[[float], int]]:
    """The tree of what the loss sees of a scheme's answers, the MOS of each, and which one a MOS is taught as.

    What comes after the counted tokens is left out: it is masked, and a causal model cannot look ahead at it.
    """
    answers, values = own.readable(tokenizer)
    place = {tuple(answer): k for k, answer in enumerate(answers)}
    whole = [tokenizer.plain(text) for text in own.texts]
    answer_of_text = [place[tuple(one[: own.counted(one)])] for one in whole]
    tree = AnswerTree.of(answers)
    return tree, np.array(values), lambda mos: answer_of_text[own.code(mos)]


def chosen_clips(task: StarterTask) -> list[Clip]:
    """The clips of the first contents of each split, of those contents whose features are all there."""
    work = Path(task.work)
    if not (work / "clips").is_dir():
        # nothing was made yet, and listing what there could be needs the sources
        return []
    limits = dict(zip(("train", "validation", "test"), task.contents, strict=True))
    scenes = [scene for scene in contents.catalogue(work) if scene.split in limits]
    by_content: dict[str, list[Clip]] = {}
    for clip in clips.load(scenes, work / "clips", per_content=task.per_content):
        by_content.setdefault(clip.content, []).append(clip)
    folder = _folder(task)
    taken = dict.fromkeys(limits, 0)
    found: list[Clip] = []
    for scene in scenes:
        own = by_content.get(scene.name, [])
        whole = len(own) == len(clips.plan(scene, task.per_content))
        if taken[scene.split] == limits[scene.split] or not whole:
            continue
        if all(path.exists() for clip in own for path in features._paths(clip, folder)):
            taken[scene.split] += 1
            found += own
    return found


def _folder(task: StarterTask) -> Path:
    return Path(task.work) / "features" / features.recipe(starter_spec())


def fingerprint(task: StarterTask, chosen: Sequence[Clip]) -> str:
    """Changes with the task, the clips and their labels."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(repr(sorted({**asdict(task), "work": "", "threads": 0}.items())).encode())
    for clip in chosen:
        digest.update(f"{clip.key} {clip.split} {clip.mos}\n".encode())
    return digest.hexdigest()


def train(task: StarterTask, chosen: Sequence[Clip], decodings: Sequence[str], job: Job, on_share: OnShare) -> Run:
    """Trains the starter by ``job.scheme`` and ``job.seed`` on the chosen clips, rates validation and test."""
    torch.set_num_threads(task.threads)
    spec = starter_spec()
    # one question and one vocabulary for all schemes: what differs is the answer alone
    spec = replace(spec, prompt=Prompt(system=None, question="Quality?", question_with_text="Quality? {text}"))
    vocabulary = replace(spec, prompt=replace(spec.prompt, question=_VOCABULARY))
    model, _, tokenizer = new_model(vocabulary, sources.backbone_path(Path(task.work)), job.seed)
    prompts = Prompts(PromptTokenizer(tokenizer, model=spec.name), spec)
    tree, values, code = answers_of(named_scheme(job.scheme, spec.scale), prompts.tokenizer)
    folder = _folder(task)
    parts: dict[str, list[tuple[Clip, StoredFeatures]]] = {"train": [], "validation": [], "test": []}
    for clip in chosen:
        parts[clip.split].append((clip, features._load(clip, folder)))
    pairs = {split: ([item for _, item in part], [clip.mos for clip, _ in part]) for split, part in parts.items()}
    options = FitOptions(epochs=task.epochs, batch=task.batch, tokens=task.tokens, seed=job.seed)
    best = fit(
        model,
        prompts,
        tree,
        code,
        values,
        pairs["train"],
        pairs["validation"],
        options,
        lambda share: on_share(share * 0.95),
    )
    rows, coded = [], {}
    for split in ("validation", "test"):
        answered = answer(model, prompts, tree, pairs[split][0])
        decoded = {name: answered.decode(name, values) for name in decodings}
        for k, (clip, _) in enumerate(parts[split]):
            predictions = {name: float(mos[k]) for name, mos in decoded.items()}
            rows.append(RunRow(clip.key, clip.mos, clip.group, split, predictions))
            coded[clip.key] = float(values[code(clip.mos)])
    facts = {"best_epoch": float(best), "train_videos": float(len(parts["train"]))}
    return Run(job.scheme, job.seed, job.fingerprint, tuple(rows), facts, coded)
