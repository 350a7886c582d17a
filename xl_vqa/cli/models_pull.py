"""``xl-vqa models pull``: a model from a hub, with its checksums."""

from __future__ import annotations

from typing import Annotated

import typer

from xl_vqa.cli.models_texts import tr
from xl_vqa.shell import typed


def register(models: typer.Typer) -> None:
    models.command("pull")(pull)


def pull(
    model: Annotated[
        str,
        typer.Argument(help="A hub name such as Qwen/Qwen2.5-VL-7B-Instruct, with @revision behind it for one."),
    ],
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Ask no hub; check what is here. The setting 'offline' does the same."),
    ] = False,
) -> None:
    """Fetch a model from the hub and check every file. An interrupted download goes on where it stopped."""
    from rich.console import Console

    from xl_vqa.cli.progress import counting
    from xl_vqa.models.pull import pull as fetch
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    console = Console(stderr=True)
    with counting(console, tr("pulling", language), 1, language) as report:
        pulled = fetch(
            model,
            offline=offline or settings.offline,
            report=lambda done, total: report(done >> 20, max(total >> 20, 1)),
        )
    size = f"{pulled.size / 2**20:.1f}"
    facts = {"files": len(pulled.files), "size": size, "commit": pulled.commit, "folder": pulled.folder}
    typer.echo(tr("pulled", language, model=model, **facts))
    if pulled.unchecked:
        typer.echo(tr("unchecked", language, names=", ".join(pulled.unchecked)))
    else:
        typer.echo(tr("checked", language))
    typer.echo(tr("add_next", language, model=typed(model)))
