"""``xl-vqa store list|export|import``: the stored ratings, and how they come to another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.store_texts import tr

store = typer.Typer(
    help="The stored ratings: what there is, and to and from another machine.", no_args_is_help=True
)
SHOWN = 10


def register(app: typer.Typer) -> None:
    app.add_typer(store, name="store")


@store.command("list")
def list_ratings(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show how many ratings are stored of each model, and since when."""
    from xl_vqa.host.transfer import summaries
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    found = summaries(settings.store_file)
    if json:
        import dataclasses
        import json as js

        typer.echo(js.dumps([dataclasses.asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole

    table = Table(show_edge=False, pad_edge=False)
    for key in ("model", "ratings", "first", "last"):
        table.add_column(tr(key, settings.language), justify="right" if key == "ratings" else "left")
    for one in found:
        table.add_row(
            Text(f"{one.model} ({one.fingerprint[:16]})"), str(one.ratings), one.first[:10], one.last[:10]
        )
    print_whole(Console(), table)
    size = f"{settings.store_file.stat().st_size / 2**20:.1f}"
    typer.echo(tr("stored_in", settings.language, path=settings.store_file, size=size))


@store.command("export")
def export(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="JSON lines (.jsonl) or, for a table, CSV (.csv); '-' prints JSON lines."
        ),
    ],
    without_paths: Annotated[
        bool, typer.Option("--without-paths", help="Leave out where the videos lay. Prompts are part of a rating.")
    ] = False,
) -> None:
    """Write every stored rating with its check value. The host may go on working."""
    import sys

    from xl_vqa.host.transfer import CSV_ENDINGS, export_ratings
    from xl_vqa.outputs import check_ending
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    printed = str(output) == "-"
    if not printed:
        check_ending(output, ".jsonl", *CSV_ENDINGS)
    done = export_ratings(settings.store_file, sys.stdout.buffer if printed else output, paths=not without_paths)
    if printed:
        sys.stdout.buffer.flush()
    else:
        typer.echo(tr("exported", settings.language, count=done.ratings, path=output))
    if done.damaged:
        typer.echo(tr("damaged_rows", settings.language, count=done.damaged), err=True)


@store.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="What 'xl-vqa store export' wrote, here or elsewhere.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the file's score where another one is stored here.")
    ] = False,
) -> None:
    """Take ratings from another machine. What is here stays, and the same rating twice is nothing.

    Exit status: 0 all are here now, 1 some lines were not taken. The host is stopped for it.
    """
    from xl_vqa.atomic import make_private
    from xl_vqa.host.lifecycle import no_host
    from xl_vqa.host.store import Store
    from xl_vqa.host.transfer import import_ratings
    from xl_vqa.words.errors import HostDiskError
    from xl_vqa.words.reasons import why_unwritten
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    left = False
    try:
        make_private(settings.home)
    except OSError as error:
        raise HostDiskError(path=str(settings.home), problem=why_unwritten(error)) from error
    with no_host(settings):
        opened = Store(settings.store_file)
        try:
            for file in files:
                done = import_ratings(file, opened, replace=replace)
                typer.echo(
                    f"{file}: " + tr("imported", language, new=done.new, same=done.same, replaced=done.replaced)
                )
                for key, lines in (("damaged", done.damaged), ("differing", done.differing)):
                    if lines:
                        left = True
                        named = ", ".join(map(str, lines[:SHOWN])) + (", ..." if len(lines) > SHOWN else "")
                        typer.echo(tr(key, language, lines=named, count=len(lines)), err=True)
        finally:
            opened.close()
    raise typer.Exit(1 if left else 0)
