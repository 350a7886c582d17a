"""``xl-vqa models show``: what a model says of itself, and its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from xl_vqa.cli.models_texts import tr


def register(models: typer.Typer) -> None:
    models.command("show")(show)


def show(
    name: Annotated[str, typer.Argument(help="A name from xl-vqa models list.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON, with the card's text.")] = False,
) -> None:
    """Show what a model was taught, and its card."""
    from xl_vqa.models.registry import ModelRegistry, check
    from xl_vqa.vlm.model_folder import find_adapter, find_model, weight_files
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    entry = ModelRegistry(settings).find(name)
    spec = check(entry, offline=settings.offline, is_here=True)
    base = find_model(entry.model, offline=settings.offline, may_download=False)
    adapter = find_adapter(entry.adapter) if entry.adapter else None
    weights = sum(file.stat().st_size for file in weight_files(base))
    scale, sampling = spec.scale, spec.sampling
    facts: dict[str, Any] = {
        "name": entry.name,
        "folder": str(adapter or base),
        "base": entry.model if adapter else None,
        "labels": f"{scale.label_min}..{scale.label_max}",
        "scale": f"{scale.mos_min:g}..{scale.mos_max:g}",
        "frames": sampling.frames,
        "size": round(weights / 2**20, 1),
        "taught": spec.fine_tuned,
        "reads_text": spec.reads_text,
        "serving": entry.serves(settings),
    }
    card = _card(adapter or base)
    if json:
        import json as js

        typer.echo(js.dumps(facts | {"card": card}, ensure_ascii=False, indent=2))
        return
    _print(facts, card, language)


def _card(folder: Path) -> str | None:
    file = folder / "README.md"
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return None


def _print(facts: dict[str, Any], card: str | None, language: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole

    table = Table(show_header=False, show_edge=False, pad_edge=False)
    for key, value in facts.items():
        if value is not None:
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            table.add_row(tr(key, language), Text(shown))
    console = Console()
    print_whole(console, table)
    console.print()
    if card is None:
        console.print(tr("no_card", language))
    elif console.is_terminal:
        console.print(Markdown(card))
    else:
        # a file or another program gets the text as it is
        typer.echo(card.rstrip())
