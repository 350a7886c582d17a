"""``xl-vqa install`` and ``uninstall``: the add-in in the user's spreadsheet program, without administrator."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from xl_vqa.cli.install_texts import tr

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Calc = Annotated[bool, typer.Option("--calc", help="LibreOffice in place of Excel.")]


def register(app: typer.Typer) -> None:
    app.command(name="install")(install)
    app.command(name="uninstall")(uninstall)


def install(
    check: Annotated[bool, typer.Option("--check", help="Only test the chain from Excel to the host.")] = False,
    dry_run: DryRun = False,
    calc: Calc = False,
) -> None:
    """Install the add-in for this user. Exit status 1 where a link of the chain does not hold."""
    from xl_vqa.excel import install as excel
    from xl_vqa.words.settings import Settings

    language = Settings.load().language
    if calc and check:
        from xl_vqa.cli.calc import check as check_calc

        check_calc()
        return
    if calc:
        _calc(dry_run, language)
        return
    places = excel.Places.of()
    if check:
        raise typer.Exit(_report(places, language))
    if not (dry_run or excel.is_windows()):
        typer.echo(tr("not_windows", language), err=True)
        raise typer.Exit(2)
    if dry_run:
        typer.echo(tr("plan", language))
        typer.echo(tr("plan_addin", language, path=places.addin))
        typer.echo(tr("plan_config", language, path=places.config, python=places.python))
        typer.echo(tr("plan_check", language))
        typer.echo(tr("plan_untouched", language))
        return
    excel.install(places)
    status = _report(places, language)
    if status == 0:
        typer.echo(tr("installed", language))
    raise typer.Exit(status)


def uninstall(dry_run: DryRun = False, calc: Calc = False) -> None:
    """Remove the add-in. Scores and settings are kept."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.excel import install as excel
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    if calc:
        from xl_vqa.calc import install as office

        program = office.Office(office.find_unopkg())
        if dry_run:
            typer.echo(tr("plan", language))
            typer.echo(f"  {office.removal(program)}")
            return
        removed = office.uninstall(program)
        typer.echo(tr("removed_calc" if removed else "nothing", language))
        return
    places = excel.Places.of()
    if dry_run:
        typer.echo(tr("plan", language))
        for file in (places.addin, places.config):
            if file.exists():
                typer.echo(tr("plan_remove", language, path=file))
        return
    # the host of this machine, also where scores come from a team's
    with HostClient(dataclasses.replace(settings, host_address=None)) as client:
        client.stop()
    files = excel.uninstall(places)
    for file in files:
        typer.echo(tr("removed", language, path=file))
    if not files:
        typer.echo(tr("nothing", language))
    if settings.home.exists():
        typer.echo(tr("data_kept", language, path=settings.home))


def _report(places: object, language: str) -> int:
    """Prints the links of the chain; 1 where one does not hold."""
    from xl_vqa.excel import install as excel

    assert isinstance(places, excel.Places)
    status = 0
    for check in excel.checks(places):
        mark = tr("good" if check.good else "bad", language)
        typer.echo(f"[{mark}] {tr(f'check_{check.name}', language)}: {check.found}")
        if not check.good:
            status = 1
            typer.echo(f"      -> {tr(f'fix_{check.name}', language)}")
    return status


def _calc(dry_run: bool, language: str) -> None:
    from xl_vqa.calc import install as office

    program = office.Office(office.find_unopkg())
    if dry_run:
        typer.echo(tr("plan", language))
        for line in office.plan(program, language):
            typer.echo(f"  {line}")
        return
    office.install(program)
    typer.echo(tr("installed_calc", language))
