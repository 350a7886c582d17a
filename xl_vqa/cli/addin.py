"""``xl-vqa addin build``: the Excel add-in as a file, for those who hand it out themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.texts import tr

addin = typer.Typer(help="The Excel add-in as a file.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(addin, name="addin")


@addin.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("xl_vqa.xlam"),
) -> None:
    """Build xl_vqa.xlam from its plain texts. The same version gives the same bytes."""
    from xl_vqa.excel.addin import write
    from xl_vqa.outputs import check_ending
    from xl_vqa.words.settings import Settings

    check_ending(output, ".xlam")
    written = write(output)
    if os.name == "posix":
        # it is handed out on a share, where others must read it whatever this user's umask
        written.chmod(0o644)
    typer.echo(tr("written", Settings.load().language, path=written))
