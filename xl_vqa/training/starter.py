"""Makes the starter model from nothing: ``python -m xl_vqa.training.starter --output model/starter``.

Downloads, clips and features are kept in ``--work``, so a second run only trains; ``--only-stored`` trains on
what a run that was stopped has left there, and makes nothing new.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from xl_vqa.model_spec import ModelSpec
from xl_vqa.training import cache, clips, contents, features, sources, starter_evaluation, starter_report
from xl_vqa.training.starter_fit import FitOptions, Prompts, fit
from xl_vqa.training.starter_spec import starter_spec
from xl_vqa.training.starter_tokenizer import IMAGE_PAD, PAD, build_tokenizer
from xl_vqa.training.trunk_weights import load_trunk
from xl_vqa.vlm import tokens
from xl_vqa.vlm.starter_tower import StarterForConditionalGeneration, small_config
from xl_vqa.vlm.tokens import PromptTokenizer


def new_model(spec: ModelSpec, trunk: Path, seed: int) -> tuple[StarterForConditionalGeneration, Prompts, object]:
    """An untrained starter with the published trunk, its prompts, and its tokenizer."""
    tokenizer = build_tokenizer(spec.prompt)
    special: dict[str, Any] = {name: tokenizer.convert_tokens_to_ids(token) for name, token in SPECIAL_IDS.items()}
    torch.manual_seed(seed)
    config = small_config(len(tokenizer), **special)
    config.image_mean, config.image_std = list(spec.normalization.mean), list(spec.normalization.std)
    model = StarterForConditionalGeneration(config)
    load_trunk(model.model.visual.trunk, trunk)
    return model, Prompts(PromptTokenizer(tokenizer, model=spec.name), spec), tokenizer


SPECIAL_IDS = {
    "image_token_id": IMAGE_PAD,
    "video_token_id": tokens.VIDEO_PAD,
    "vision_start_token_id": tokens.VISION_START,
    "vision_end_token_id": tokens.VISION_END,
    "eos_token_id": tokens.TURN_END,
    "pad_token_id": PAD,
}


def make(
    output: Path, work: Path, options: FitOptions, *, per_content: int, workers: int, only_stored: bool = False
) -> None:
    """The whole way. Raises SourceError, EncoderError, VideoError where a step cannot be done."""
    started, spec = time.monotonic(), starter_spec()
    reused = "(clips and features were there already)" if (work / "features").exists() else "(from nothing)"
    pairs = (
        starter_evaluation.stored_pairs(work, spec, per_content)
        if only_stored
        else _all_pairs(work, spec, per_content, workers)
    )
    print("4/5 training", flush=True)
    torch.set_num_threads(workers)
    trunk = sources.backbone_path(work)
    model, prompts, tokenizer = new_model(spec, trunk, options.seed)
    parts = {
        split: ([item for clip, item in pairs if clip.split == split], [c for c, _ in pairs if c.split == split])
        for split in ("train", "validation")
    }
    taught, checked = (
        (items, [clip.mos for clip in made]) for items, made in (parts["train"], parts["validation"])
    )
    training_clips = parts["train"][1]
    history = fit(model, prompts, taught, checked, options, [clip.content for clip in training_clips])
    trained_minutes = (time.monotonic() - started) / 60
    print("5/5 evaluation", flush=True)
    catalogue = contents.catalogue(work)
    authors = {scene.name: (scene.author, scene.license, scene.group) for scene in catalogue}
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "frames": spec.sampling.frames,
        "max_pixels": spec.pixels.max_pixels,
        "train_clips": len(training_clips),
        "train_contents": len({clip.content for clip in training_clips}),
        "planned_contents": sum(1 for scene in catalogue if scene.split == "train"),
        "minutes": trained_minutes,
        "cores": workers,
        "reused": reused,
    }
    credits = starter_report.credits(training_clips, authors)
    # kept in the work folder, so that a failed evaluation does not lose the training
    trained = work / "trained"
    shutil.rmtree(trained, ignore_errors=True)
    model.save_pretrained(trained)
    tokenizer.save_pretrained(trained)  # type: ignore[attr-defined]
    spec.save(trained)
    facts["megabytes"] = sum(file.stat().st_size for file in trained.iterdir()) / 1e6
    cache.write_json(trained / "evaluation.json", {"facts": facts, "credits": credits, "history": history})
    # through the saved files and the product's own loader: what is measured is what ships
    test = starter_evaluation.evaluate_folder(trained, work, per_content)["test"]
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".starter-") as name:
        folder = Path(name) / "starter"
        shutil.copytree(trained, folder)
        for file in folder.iterdir():
            file.chmod(0o644)
        _replace(folder, output)
    minutes = (time.monotonic() - started) / 60
    print(
        f"done in {minutes:.1f} min: test SRCC {test['srcc']:.3f}, clean above {test['clean_above']:.3f}",
        flush=True,
    )


def _all_pairs(work: Path, spec: ModelSpec, per_content: int, workers: int) -> list[starter_evaluation.Pair]:
    print("1/5 sources", flush=True)
    sources.fetch_all(work)
    scenes = [scene for scene in contents.catalogue(work) if scene.split != "demo"]
    print("2/5 clips", flush=True)
    made = clips.make_all(scenes, work / "clips", per_content=per_content, workers=workers)
    print("3/5 features", flush=True)
    stored = features.extract_all(made, work / "features", spec, sources.backbone_path(work), workers=workers)
    return list(zip(made, stored, strict=True))


def _replace(new: Path, target: Path) -> None:
    old = target.with_name(f".old-{target.name}-{os.getpid()}")
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m xl_vqa.training.starter", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("model/starter"), help="folder of the model")
    parser.add_argument(
        "--work", type=Path, default=cache.default_work_folder(), help="downloads, clips, features"
    )
    parser.add_argument("--per-content", type=int, default=6, help="degraded clips per training content")
    parser.add_argument("--epochs", type=int, default=FitOptions().epochs)
    parser.add_argument("--workers", type=int, default=2, help="processes for clips and features, then threads")
    parser.add_argument(
        "--only-stored", action="store_true", help="train on the features that are there, make none"
    )
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
        )
    except (sources.SourceError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
