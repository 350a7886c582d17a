"""``xl-vqa calc build|install|uninstall|check|repair``: the LibreOffice extension."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.calc.cli_texts import tr

calc = typer.Typer(help="LibreOffice Calc: the same functions and commands.", no_args_is_help=True)

if TYPE_CHECKING:
    from xl_vqa.calc.install import Office

_Profile = Annotated[
    Path | None, typer.Option("--profile", help="LibreOffice's user profile, where it is not the usual one.")
]
_Shared = Annotated[bool, typer.Option("--shared", help="For all users of this machine (needs their rights).")]


def register(app: typer.Typer) -> None:
    app.add_typer(calc, name="calc")


@calc.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, for example xl_vqa.oxt.")],
    python: Annotated[
        str | None,
        typer.Option("--python", help="The Python that can start the host; left out for other machines."),
    ] = None,
) -> None:
    """Write the extension as a file. 'install' does that and adds it to LibreOffice."""
    from xl_vqa.calc.build import build as write
    from xl_vqa.outputs import check_ending
    from xl_vqa.words.errors import OutputNotWritableError
    from xl_vqa.words.reasons import why_unwritten

    check_ending(output, ".oxt")
    try:
        write(output, python)
    except OSError as error:
        raise OutputNotWritableError(path=str(output), problem=why_unwritten(error)) from error
    typer.echo(tr("written", _language(), path=output))


@calc.command()
def install(
    profile: _Profile = None,
    shared: _Shared = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Add the extension to LibreOffice (close it first), for this user."""
    from xl_vqa.calc import install as steps

    office = _office(profile, shared)
    if dry_run:
        for line in steps.plan(office, _language()):
            typer.echo(line)
        return
    steps.install(office)
    typer.echo(tr("installed", _language()))


@calc.command()
def uninstall(profile: _Profile = None, shared: _Shared = False) -> None:
    """Remove the extension from LibreOffice (close it first). Ratings and settings stay."""
    from xl_vqa.calc import install as steps

    removed = steps.uninstall(_office(profile, shared))
    typer.echo(tr("removed" if removed else "not_installed", _language()))


@calc.command()
def check(profile: _Profile = None, shared: _Shared = False) -> None:
    """Say whether LibreOffice has the extension. Exit status 1 where it has not."""
    from xl_vqa.calc import install as steps

    found = steps.is_installed(_office(profile, shared))
    typer.echo(tr("is_installed" if found else "not_installed", _language()))
    if not found:
        raise typer.Exit(1)


@calc.command()
def repair(
    files: Annotated[list[Path], typer.Argument(help="Workbooks that LibreOffice wrote (.xlsx, .xlsm).")],
) -> None:
    """Give our formulas their plain names again, in files converted by LibreOffice."""
    from xl_vqa.calc.errors import CalcWorkbookError
    from xl_vqa.calc.saved import repair as put_right
    from xl_vqa.words.reasons import why_unwritten
    from xl_vqa.workbooks.package import Package

    for file in files:
        # what is no whole workbook is said so: LibreOffice's own saves, which repair is made for, always are
        package = Package(file)
        for part in package.names:
            package.read(part)
        try:
            count = put_right(file)
        except OSError as error:
            raise CalcWorkbookError(path=str(file), problem=why_unwritten(error)) from error
        typer.echo(tr("repaired", _language(), path=file, count=count))


def _office(profile: Path | None, shared: bool) -> Office:
    from xl_vqa.calc.install import Office, find_unopkg

    return Office(find_unopkg(), profile, True) if shared else Office(find_unopkg(), profile)


def _language() -> str:
    from xl_vqa.words.settings import Settings

    return Settings.load().language
