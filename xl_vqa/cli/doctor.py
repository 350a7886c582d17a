"""``xl-vqa doctor``: what works on this machine, and how to fix what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out rating a clip through the host.")] = False,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="Also write a .zip for support, without names, paths and tokens."),
    ] = None,
) -> None:
    """Say what works on this machine and how to fix what does not.

    Exit status: 0 everything needed works, 1 something needs attention.
    """
    from rich.console import Console
    from rich.table import Table

    from xl_vqa.cli.doctor_checks import run_checks
    from xl_vqa.outputs import check_ending, check_writable
    from xl_vqa.words.settings import Settings

    if bundle is not None:
        check_ending(bundle, ".zip")
        check_writable(bundle)
    settings = Settings.load()
    language = settings.language
    console = Console()
    table = Table(title=tr("doctor_title", language), show_lines=False, title_justify="left")
    for key in ("", "doctor_check", "doctor_found", "doctor_fix"):
        table.add_column(tr(key, language) if key else "")
    marks = {"good": "[green]OK[/]", "warning": "[yellow]![/]", "bad": "[red]X[/]"}
    bad = 0
    found = []
    with console.status(tr("doctor_title", language)):
        for check in run_checks(settings, language, rate=not quick):
            table.add_row(marks[check.state], tr(f"check_{check.name}", language), check.found, check.fix)
            bad += check.state == "bad"
            found.append(check)
    print_whole(console, table)
    console.print(tr("doctor_bad", language, count=bad) if bad else tr("doctor_good", language))
    if bundle is not None:
        from xl_vqa.cli.doctor_bundle import write_bundle

        write_bundle(bundle, settings, found)
        console.print(tr("doctor_bundle", language, path=bundle), soft_wrap=True)
    raise typer.Exit(1 if bad else 0)
