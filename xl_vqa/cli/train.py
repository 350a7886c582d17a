"""``xl-vqa train RECIPE.yaml``: fine-tunes a model on people's ratings."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.progress import counting
from xl_vqa.cli.texts import tr
from xl_vqa.cli.usage import UsageError
from xl_vqa.shell import typed
from xl_vqa.words.figures import rounded

if TYPE_CHECKING:
    from xl_vqa.training.recipe_check import Plan


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe (.yaml); --new writes one.")],
    new: Annotated[
        str | None,
        typer.Option("--new", help="Write the recipe, to be edited: starter, qwen2.5-vl-3b or qwen2.5-vl-7b."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Check the whole recipe and stop.")] = False,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change one value: --set epochs=2, --set lora.rank=32.")
    ] = None,
) -> None:
    """Fine-tune a model by a recipe.

    The whole recipe is checked first. A run that was stopped goes on with --resume. On several GPUs:
    torchrun --nproc-per-node 4 -m xl_vqa.cli.main train RECIPE.yaml
    """
    import yaml
    from rich.console import Console

    if new is not None:
        write_new_recipe(recipe, new)
        return
    from xl_vqa.vlm.threads import wait_patiently
    from xl_vqa.words.settings import Settings

    overrides: dict[str, Any] = {}
    for change in changes or []:
        key, equals, value = change.partition("=")
        if not equals:
            raise typer.BadParameter(f"{change}: KEY=VALUE", param_hint="--set")
        overrides[key.strip()] = yaml.safe_load(value)
    console = Console(stderr=True, soft_wrap=True)
    language = Settings.load().language
    wait_patiently()
    # slow to import: torch and transformers
    from xl_vqa.training.recipe import load_recipe
    from xl_vqa.training.recipe_check import check_plan_videos, check_recipe

    chosen = load_recipe(recipe, **overrides)
    if check:
        plan = check_recipe(chosen, resume=resume)
        total = sum(len(plan.manifest.part(part)) for part in ("train", "val", "test"))
        with counting(console, tr("checking_videos", language), total, language) as looked:
            check_plan_videos(plan, looked)
        parts = ", ".join(f"{len(plan.manifest.part(part))} {part}" for part in ("train", "val", "test"))
        typer.echo(tr("recipe_good", language, videos=parts, output=plan.output))
        _say_memory(plan, language)
        return
    from xl_vqa.cli.training_progress import training_progress
    from xl_vqa.training.fine_tune import fine_tune

    first = os.environ.get("RANK", "0") == "0"
    try:
        with training_progress(console if first else Console(quiet=True), language) as told:
            done = fine_tune(chosen, resume=resume, on_progress=told.stage, on_epoch=told.epoch)
    except KeyboardInterrupt:
        if first:
            console.print(tr("training_stopped", language, recipe=typed(recipe)), markup=False, highlight=False)
        raise
    if first:
        for part in ("val", "test"):
            figures = done.metrics.get(part, {}).get("expectation")
            if figures:
                shown = {k: "-" if v is None else rounded(v, 3) for k, v in figures.items()}
                typer.echo(tr("training_figures", language, part=part, **shown))
        typer.echo(tr("training_done", language, folder=done.folder, typed=typed(done.folder)))


def write_new_recipe(path: Path, name: str) -> None:
    """A recipe that ships, under ``path``, with an output of its own. Raises OutputNotWritableError."""
    from xl_vqa.outputs import check_writable, write_output
    from xl_vqa.training.recipe import SUFFIXES
    from xl_vqa.words.model_spec import shipped_folder
    from xl_vqa.words.settings import Settings

    language = Settings.load().language
    known = sorted(file.stem for file in shipped_folder("recipes").glob("*.yaml"))
    if name not in known:
        raise UsageError(tr("no_such_recipe", language, name=name, known=", ".join(known)))
    if path.suffix not in SUFFIXES:
        raise UsageError(tr("recipe_ending", language, path=path))
    if path.exists():
        # a person's own work, perhaps
        raise UsageError(tr("recipe_there", language, path=path))
    check_writable(path)
    text = (shipped_folder("recipes") / f"{name}.yaml").read_text(encoding="utf-8")
    own = re.sub(
        r"(?m)^output: .*$", lambda _: f"output: {json.dumps(f'models/{path.stem}', ensure_ascii=False)}", text
    )
    write_output(path, own.encode())
    typer.echo(tr("recipe_written", language, path=path, typed=typed(path)))


def _say_memory(plan: Plan, language: str) -> None:
    from xl_vqa.training.memory_estimate import estimate_plan, less_memory

    found = estimate_plan(plan)
    parts = {name: rounded(size / 2**30, 2) for name, size in asdict(found.need).items()}
    total = rounded(found.need.total / 2**30, 1)
    typer.echo(tr("recipe_memory", language, total=total, tokens=found.tokens, dtype=found.dtype, **parts))
    if found.free is not None:
        free = rounded(found.free / 2**30, 1)
        key = "recipe_memory_free" if found.fits else "recipe_memory_short"
        typer.echo(tr(key, language, free=free, device=found.device, problem=less_memory(plan)))
