"""``xl-vqa models export``: a model as a folder that other programs load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.models_texts import tr
from xl_vqa.shell import typed


def register(models: typer.Typer) -> None:
    models.command("export")(export)


def export(
    name: Annotated[str, typer.Argument(help="A name from xl-vqa models list.")],
    merged: Annotated[
        Path,
        typer.Option("--merged", help="The new folder: base and adapter as one model, for plain transformers."),
    ],
    dtype: Annotated[
        str | None,
        typer.Option("--dtype", help="float32, bfloat16 or float16; by default what the base model is kept in."),
    ] = None,
) -> None:
    """Write a model as one folder. Its labels' probabilities are those of its scores in the same dtype."""
    from xl_vqa.models.registry import ModelRegistry
    from xl_vqa.vlm.export import export_merged
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    entry = ModelRegistry(settings).find(name)
    folder = merged.expanduser().absolute()
    format_name = export_merged(entry.model, entry.adapter, folder, dtype=dtype, offline=settings.offline)
    facts = {"folder": folder, "dtype": format_name, "typed": typed(folder)}
    typer.echo(tr("exported", settings.language, name=entry.name, **facts))
