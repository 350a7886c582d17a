"""``xl-vqa settings``: what holds on this machine, where it comes from, and how it is changed."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.settings_texts import EXPLAINED, tr

if TYPE_CHECKING:
    from xl_vqa.words.settings import Settings

settings = typer.Typer(help="The settings of this machine.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(settings, name="settings")


@settings.command("list")
def list_settings(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show every setting with its value and where that comes from: default, settings.toml or environment."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole
    from xl_vqa.words.settings import Settings, origins

    held = Settings.load()
    told = origins(held.home)
    names = [one.name for one in fields(Settings)]
    if as_json:
        rows = {name: {"value": _plain(getattr(held, name)), "from": told.get(name)} for name in names}
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(show_edge=False, pad_edge=False)
    for key in ("setting", "value", "from"):
        table.add_column(tr(key, held.language))
    for name in names:
        # what was set stands out from what is as it comes
        style = "bold" if name in told else ""
        table.add_row(
            Text(name, style),
            Text(_shown(getattr(held, name), held.language), style),
            Text(told.get(name, tr("default", held.language)), style),
        )
    console = Console()
    print_whole(console, table)
    console.print(tr("more", held.language), style="dim", soft_wrap=True)


@settings.command()
def explain(name: Annotated[str, typer.Argument(help="A name from xl-vqa settings list.")]) -> None:
    """Say what a setting does, its value, its default, and where it comes from."""
    from xl_vqa.words.settings import PREFIX, Settings, origins

    held = Settings.load()
    _check(name)
    language = held.language
    own = next(one for one in fields(Settings) if one.name == name)
    typer.echo(EXPLAINED[name][language])
    typer.echo(tr("is_now", language, value=_shown(getattr(held, name), language)))
    if own.default is not MISSING:
        typer.echo(tr("by_default", language, value=_shown(own.default, language)))
    typer.echo(tr("comes_from", language, origin=origins(held.home).get(name, tr("default", language))))
    if name != "home":
        typer.echo(tr("to_change", language, name=name, variable=PREFIX + name.upper()))


@settings.command("set")
def set_setting(
    name: Annotated[str, typer.Argument(help="A name from xl-vqa settings list.")],
    value: Annotated[str, typer.Argument(help="Its value; several numbers with commas: 15,25,35,45.")],
) -> None:
    """Write a setting into settings.toml; everything else in it stays."""
    from xl_vqa.words.settings import from_text

    _change(name, from_text(name, value))


@settings.command()
def unset(name: Annotated[str, typer.Argument(help="A name from xl-vqa settings list.")]) -> None:
    """Take a setting out of settings.toml, so that its default holds again; or a key that is no setting."""
    from xl_vqa.bridge.settings_edit import remove_key
    from xl_vqa.words.settings import Settings, default_home, language_anyhow
    from xl_vqa.words.settings_file import settings_in

    file = default_home() / "settings.toml"
    there = name in settings_in(file)
    if not there:
        _check(name)
    remove_key(file.parent, name)
    if there:
        typer.echo(tr("removed", language_anyhow(), name=name, file=file))
    held = Settings.load()
    if name in EXPLAINED:
        typer.echo(tr("holds_now", held.language, name=name, value=_shown(getattr(held, name), held.language)))


def _change(name: str, value: Any) -> None:
    from xl_vqa.bridge.settings_edit import change_settings
    from xl_vqa.words.settings import Settings, origins

    held = _held()
    file = held.home / "settings.toml"
    change_settings(held, **{name: value})
    held = Settings.load()
    typer.echo(tr("written", held.language, name=name, file=file, value=_shown(value, held.language)))
    origin = origins(held.home).get(name, str(file))
    if origin != str(file):
        typer.echo(tr("overruled", held.language, variable=origin, name=name), err=True)


def _held() -> Settings:
    """What holds; where that cannot be used, and a change may mend it, the defaults in the same folder."""
    from xl_vqa.words.errors import SettingsError
    from xl_vqa.words.settings import Settings, default_home, language_anyhow

    try:
        return Settings.load()
    except SettingsError:
        return Settings(home=default_home(), language=language_anyhow())


def _check(name: str) -> None:
    from xl_vqa.words.errors import SettingsError
    from xl_vqa.words.settings import no_setting

    if name not in EXPLAINED:
        raise SettingsError(source=name, problem=no_setting(name))


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str, tuple)) else str(value)


def _shown(value: Any, language: str) -> str:
    """As it is typed when it is set."""
    if value is None:
        return tr("nothing", language)
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(f"{part:g}" for part in value) if isinstance(value, tuple) else str(value)
