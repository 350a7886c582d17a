"""``xl-vqa models``: the models that this user can switch between.

``show``, ``pull`` and ``export`` stand in files of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli import models_export, models_promote, models_pull, models_show
from xl_vqa.cli.models_texts import tr
from xl_vqa.cli.tables import print_whole
from xl_vqa.shell import typed

if TYPE_CHECKING:
    from xl_vqa.models.registry import ModelRegistry

models = typer.Typer(help="The models you can switch between.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    for one in (models_show, models_pull, models_export, models_promote):
        one.register(models)
    app.add_typer(models, name="models")


@models.command("list")
def list_models() -> None:
    """Show every model, which one serves, and what is wrong with those that cannot."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.models.registry import ModelRegistry
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("")
    for key in ("name", "labels", "folder", "base"):
        table.add_column(tr(key, language))
    rows = ModelRegistry(settings).listed()
    for row in rows:
        entry = row.entry
        scale = row.spec.scale if row.spec is not None else None
        table.add_row(
            "*" if row.active else "",
            Text(entry.name),
            "" if scale is None else f"{scale.label_min}..{scale.label_max}",
            Text(entry.folder),
            Text(entry.model if entry.adapter else ""),
        )
    console = Console()
    print_whole(console, table)
    console.print(tr("serves", language), style="dim")
    for row in rows:
        if row.problem is not None:
            sentence = f"{row.entry.name}: {row.problem.message(language)}"
            console.print(Text(sentence, style="red"), soft_wrap=True)


@models.command()
def add(
    folder: Annotated[
        str,
        typer.Argument(
            help="Folder that 'xl-vqa train' made (an adapter or a whole model), or a hub name such as "
            "Qwen/Qwen2.5-VL-7B-Instruct."
        ),
    ],
    name: Annotated[str | None, typer.Option("--name", help="What to call it; its own name by default.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Base model of an adapter; by default the adapter tells.")
    ] = None,
    activated: Annotated[
        bool, typer.Option("--activate", help="Make it serve, too, from the next rating on.")
    ] = False,
) -> None:
    """Enter a fine-tuned model, so that it can be activated by name. Its files stay where they are."""
    from xl_vqa.models.registry import ModelRegistry
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    registry = ModelRegistry(settings)
    entry = registry.add(folder, name=name, model=model)
    # told before activating: where that fails, the model is known all the same
    typer.echo(tr("added", settings.language, name=entry.name, folder=entry.folder))
    if activated:
        _activate(registry, entry.name)
    else:
        typer.echo(tr("activate_next", settings.language, name=typed(entry.name)))


@models.command()
def activate(name: Annotated[str, typer.Argument(help="A name from xl-vqa models list.")]) -> None:
    """Make a model serve, from the next rating on. Ratings of the model before are kept."""
    from xl_vqa.models.registry import ModelRegistry
    from xl_vqa.words.settings import Settings

    _activate(ModelRegistry(Settings.load()), name)


def _activate(registry: ModelRegistry, name: str) -> None:
    settings = registry.activate(name)
    typer.echo(tr("active", settings.language, name=name, file=settings.home / "settings.toml"))


@models.command()
def remove(name: Annotated[str, typer.Argument(help="A name from xl-vqa models list.")]) -> None:
    """Forget a model; its files stay."""
    from xl_vqa.models.registry import ModelRegistry
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    entry = ModelRegistry(settings).remove(name)
    typer.echo(tr("removed", settings.language, name=entry.name, folder=entry.folder))
