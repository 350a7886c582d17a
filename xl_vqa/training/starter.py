"""Makes the starter model from nothing: ``python -m xl_vqa.training.starter --output model/starter``.

Downloads, clips and features are kept in ``--work``, so a second run only trains.
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
from xl_vqa.training import cache, clips, contents, features, sources, starter_card, starter_report
from xl_vqa.training.starter_fit import FitOptions, Prompts, fit, predict
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


def make(output: Path, work: Path, options: FitOptions, *, per_content: int, workers: int) -> None:
    """The whole way. Raises SourceError, EncoderError, VideoError where a step cannot be done."""
    started, spec = time.monotonic(), starter_spec()
    reused = "(clips and features were there already)" if (work / "features").exists() else "(from nothing)"
    print("1/5 sources", flush=True)
    sources.fetch_all(work)
    scenes = [scene for scene in contents.catalogue(work) if scene.split != "demo"]
    print("2/5 clips", flush=True)
    made = clips.make_all(scenes, work / "clips", per_content=per_content, workers=workers)
    print("3/5 features", flush=True)
    trunk = sources.backbone_path(work)
    stored = features.extract_all(made, work / "features", spec, trunk, workers=workers)
    print("4/5 training", flush=True)
    torch.set_num_threads(workers)
    model, prompts, tokenizer = new_model(spec, trunk, options.seed)
    parts = {
        split: [(clip, item) for clip, item in zip(made, stored, strict=True) if clip.split == split]
        for split in ("train", "validation", "test")
    }
    pairs = {split: ([item for _, item in part], [clip.mos for clip, _ in part]) for split, part in parts.items()}
    history = fit(model, prompts, pairs["train"], pairs["validation"], options)
    print("5/5 evaluation", flush=True)
    evaluation = {
        split: starter_report.evaluate([c for c, _ in parts[split]], predict(model, prompts, pairs[split][0]))
        for split in ("validation", "test")
    }
    authors = {scene.name: (scene.author, scene.license, scene.group) for scene in scenes}
    training_clips = [clip for clip, _ in parts["train"]]
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "frames": spec.sampling.frames,
        "max_pixels": spec.pixels.max_pixels,
        "train_clips": len(training_clips),
        "train_contents": len({clip.content for clip in training_clips}),
        "minutes": (time.monotonic() - started) / 60,
        "cores": workers,
        "reused": reused,
    }
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".starter-") as name:
        folder = Path(name) / "starter"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)  # type: ignore[attr-defined]
        spec.save(folder)
        facts["megabytes"] = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        cache.write_json(folder / "evaluation.json", {"facts": facts, **evaluation, "history": history})
        credits = starter_report.credits(training_clips, authors)
        starter_card.write_card(folder / "README.md", evaluation, credits, facts)
        for file in folder.iterdir():
            file.chmod(0o644)
        _replace(folder, output)
    test = evaluation["test"]
    print(
        f"done in {facts['minutes']:.1f} min: test SRCC {test['srcc']:.3f}, clean above {test['clean_above']:.3f}",
        flush=True,
    )


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
    values = parser.parse_args(arguments)
    options = FitOptions(epochs=values.epochs)
    values.output.parent.mkdir(parents=True, exist_ok=True)
    try:
        make(values.output, values.work, options, per_content=values.per_content, workers=values.workers)
    except (sources.SourceError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
