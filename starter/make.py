"""Makes the starter model from nothing: ``python -m starter.make --output model/starter``.

Downloads, clips and features are kept in ``--work``, so a second run only trains; ``--only-stored`` trains on
what a run that was stopped has left there, and makes nothing new.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from starter.card import evaluation, readme, report
from starter.clips import clips, contents, forms, human_opinion
from starter.clips.clips import Clip
from starter.fit import features
from starter.fit.attributes import AttributeOptions
from starter.fit.spec import starter_spec
from starter.fit.training import FitOptions
from starter.fit.trust import TrustOptions
from starter.pictures import sources
from starter.seeds import RECORD, train_seeds
from starter.teach import teach_folder
from xl_vqa.atomic import new_folder
from xl_vqa.training import cache
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration
from xl_vqa.words.model_spec import ModelSpec


def make(
    output: Path,
    work: Path,
    options: FitOptions,
    *,
    per_content: int,
    workers: int,
    only_stored: bool = False,
    seeds: Sequence[int] = (7,),
    start: Path | None = None,
    keep: float = 0.0,
) -> None:
    """The whole way; ``start`` is the folder of a starter that is taught further instead of a new one, and
    ``keep`` the share of its weights in the mean of both that is written. Raises SourceError, EncoderError,
    VideoError where a step cannot be done."""
    started, spec = time.monotonic(), starter_spec()
    reused = "(clips and features were there already)" if (work / "features").exists() else "(from nothing)"
    pairs = (
        evaluation.stored_pairs(work, spec, per_content)
        if only_stored
        else _all_pairs(work, spec, per_content, workers)
    )
    print(f"4/6 training, seeds {', '.join(map(str, seeds))}", flush=True)
    records = train_seeds(
        work,
        spec,
        options,
        seeds,
        per_content=per_content,
        workers=workers,
        start=start,
        keep=keep,
        trusting=TrustOptions(),
    )
    best = records[0]
    training_clips = [clip for clip, _ in pairs if clip.split == "train"]
    trained_minutes = (time.monotonic() - started) / 60
    print("5/6 attributes", flush=True)
    teach_folder(Path(best["folder"]), work, AttributeOptions(), per_content=per_content)
    print("6/6 evaluation", flush=True)
    catalogue = contents.catalogue(work)
    long = {scene.name for scene in catalogue if scene.seconds is not None}
    authors = {scene.name: (scene.author, scene.license, scene.group) for scene in catalogue}
    # kept in the work folder, so that a failed evaluation does not lose the training
    trained = work / "trained"
    shutil.rmtree(trained, ignore_errors=True)
    shutil.copytree(best["folder"], trained, ignore=shutil.ignore_patterns(RECORD))
    facts = facts_of(trained, spec, training_clips, long)
    facts |= {
        "planned_contents": sum(1 for scene in catalogue if scene.split == "train"),
        "minutes": trained_minutes,
        "cores": workers,
        "reused": reused,
        "seed": best["seed"],
        "seeds": [{k: v for k, v in one.items() if k not in {"history", "folder"}} for one in records],
    }
    credits = report.credits(training_clips, authors)
    if start is not None:
        first = json.loads((start / evaluation.RECORD).read_text(encoding="utf-8"))
        facts = {**first["facts"], "further": further_facts(training_clips, options.epochs, keep)}
        credits = report.joined_credits(first["credits"], credits)
    written = {"facts": facts, "credits": credits, "history": best["history"]}
    cache.write_json(trained / evaluation.RECORD, written)
    # through the saved files and the product's own loader: what is measured is what ships
    test = evaluation.evaluate_folder(trained, work, per_content)["test"]
    with new_folder(output, over=True) as folder:
        shutil.copytree(trained, folder, dirs_exist_ok=True)
        for file in folder.iterdir():
            file.chmod(0o644)
    minutes = (time.monotonic() - started) / 60
    print(
        f"done in {minutes:.1f} min: test SRCC {test['srcc']:.3f}, clean above {test['clean_above']:.3f}",
        flush=True,
    )


def facts_of(folder: Path, spec: ModelSpec, lesson: Sequence[Clip], long: Collection[str]) -> dict[str, Any]:
    """What the card tells of the weights in ``folder`` and of the clips of their ``lesson``, of which the contents
    ``long`` show long videos."""
    model = StarterForConditionalGeneration.from_pretrained(folder)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained": sum(p.numel() for name, p in model.named_parameters() if ".trunk." not in name),
        "frames": spec.sampling.frames,
        "window": spec.sampling.window,
        "max_pixels": spec.pixels.max_pixels,
        "train_clips": len(lesson),
        "train_forms": sum(forms.is_form(clip) for clip in lesson),
        "train_long": sum(clip.content in long for clip in lesson),
        "train_contents": len({clip.content for clip in lesson}),
        "labels": readme.PEOPLE_S,
    }


def further_facts(lesson: Sequence[Clip], epochs: int, keep: float, runs: int = 1) -> dict[str, Any]:
    """The same of clips that older weights were taught after their own lesson; ``keep``: their share in the
    mean, of which the rest are ``runs`` runs."""
    origins = Counter(clip.origin for clip in lesson)
    return {
        "clips": len(lesson),
        "contents": len({clip.content for clip in lesson}),
        "pictures": len({clip.group for clip in lesson}),
        "epochs": epochs,
        "kept": keep,
        "runs": runs,
        **{name: origins[name] for name in human_opinion.TRUST},
    }


def _all_pairs(work: Path, spec: ModelSpec, per_content: int, workers: int) -> list[evaluation.Pair]:
    print("1/6 sources", flush=True)
    sources.fetch_all(work)
    scenes = evaluation.scenes_of(work)
    print("2/6 clips", flush=True)
    clips.fill_changes(scenes, work / "clips", per_content=per_content)
    made = clips.make_all(scenes, work / "clips", per_content=per_content, workers=workers)
    made += forms.make_all(made, workers=workers)
    print("3/6 features", flush=True)
    stored = features.extract_all(made, work / "features", spec, sources.backbone_path(work), workers=workers)
    return list(zip(made, stored, strict=True))


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m starter.make", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("model/starter"), help="folder of the model")
    parser.add_argument(
        "--work", type=Path, default=cache.cache_folder("starter"), help="downloads, clips, features"
    )
    parser.add_argument("--per-content", type=int, default=6, help="degraded clips per training content")
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8], help="the best by validation is kept")
    parser.add_argument("--epochs", type=int, default=FitOptions().epochs)
    parser.add_argument("--workers", type=int, default=2, help="processes for clips and features, then threads")
    parser.add_argument(
        "--only-stored", action="store_true", help="train on the features that are there, make none"
    )
    parser.add_argument("--start", type=Path, help="folder of a starter to teach further, instead of a new one")
    parser.add_argument("--keep", type=float, default=0.0, help="share of its weights in the mean that is written")
    values = parser.parse_args(arguments)
    options = FitOptions(epochs=values.epochs)
    values.output.parent.mkdir(parents=True, exist_ok=True)
    try:
        make(
            values.output,
            values.work,
            options,
            per_content=values.per_content,
            workers=values.workers,
            only_stored=values.only_stored,
            seeds=values.seeds,
            start=values.start,
            keep=values.keep,
        )
    except (sources.SourceError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
