"""``xl-vqa team``: run a host for other machines, say who may use it, and join one."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.team_texts import tr

if TYPE_CHECKING:
    from xl_vqa.team.people import People, Person
    from xl_vqa.team.setup import TeamSetup
    from xl_vqa.words.settings import Settings

team = typer.Typer(help="A host for several people, on another machine or on this one.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The person's name, as 'xl-vqa team list' shows it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(team, name="team")


# -- on the machine of the host


@team.command()
def serve(
    listen: Annotated[
        str | None, typer.Option("--listen", help="Address of this machine; 0.0.0.0 is all.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port; 8443 where nothing says otherwise.")] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            "--root", help="A shared folder, as people's machines call it and as this one does: Z:/v=/srv/v"
        ),
    ] = None,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Without TLS, behind a reverse proxy of this machine.")
    ] = False,
) -> None:
    """Let other machines ask the host of this one, until it is ended. team.toml in the data folder says how."""
    from xl_vqa.team.serve import Listening, run
    from xl_vqa.team.setup import TeamSetup

    settings = _settings()
    roots = dict(_pair(one) for one in root or ()) or None
    setup = TeamSetup.load(settings.home, listen=listen, port=port, roots=roots, plain_http=plain_http or None)

    def ready(where: Listening) -> None:
        typer.echo(tr("listening", settings.language, address=where.address, port=where.port))
        if where.fingerprint is None:
            typer.echo(tr("plain", settings.language))
        else:
            typer.echo(tr("fingerprint", settings.language, fingerprint=where.fingerprint))
        if not _people(settings).all():
            typer.echo(tr("nobody", settings.language))
        sys.stdout.flush()

    run(settings, setup, ready)


@team.command("add-person")
def add_person(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[str, typer.Option("--role", help="rate, train (may choose a model) or admin.")] = "rate",
    days: Annotated[int, typer.Option("--days", help="Days after which the token expires.")] = 90,
) -> None:
    """Give a person a token. It is shown this once; a hash of it is kept."""
    settings = _settings()
    person, token = _people(settings).add(name, role, days=days)  # type: ignore[arg-type]
    date = person.expires_at[:10]
    typer.echo(tr("person_added", settings.language, name=person.name, role=person.role, date=date), err=True)
    typer.echo(token)
    setup = _setup(settings)
    key = "person_next" if setup.certificate is None else "person_next_given"
    told: dict[str, Any] = {"name": person.name, "port": setup.port}
    if setup.certificate is None:
        told["fingerprint"] = _fingerprint(settings, setup)
    typer.echo(tr(key, settings.language, **told), err=True)


@team.command()
def revoke(
    name: Name,
    remove: Annotated[bool, typer.Option("--remove", help="Also remove the person and the clips sent.")] = False,
) -> None:
    """Make a person's tokens worthless, at once."""
    import shutil

    from xl_vqa.team.serve import clips_folder

    settings = _settings()
    people = _people(settings)
    gone = people.remove(name) if remove else people.revoke(name)
    for person in gone:
        if remove:
            shutil.rmtree(clips_folder(settings, _setup(settings)) / person.id, ignore_errors=True)
    typer.echo(tr("removed" if remove else "revoked", settings.language, name=gone[0].name))


@team.command("list")
def list_people(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show who may use the team's host, with role and date."""
    import json

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole

    settings = _settings()
    people = _people(settings).all()
    if as_json:
        rows = [_row(person) for person in people]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not people:
        typer.echo(tr("nobody", settings.language))
        return
    table = Table(show_edge=False, pad_edge=False)
    for key in ("name", "role", "state", "until"):
        table.add_column(tr(key, settings.language))
    for person in people:
        state = person.state()
        words = tr("is_revoked" if state == "revoked" else state, settings.language)
        table.add_row(Text(person.name), person.role, words, person.expires_at[:10])
    print_whole(Console(), table)


@team.command()
def certificate(
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one, with another fingerprint.")] = False,
) -> None:
    """Print the fingerprint of the host's certificate, which people compare."""
    from xl_vqa.team.certificate import own_certificate
    from xl_vqa.team.serve import team_folder

    settings = _settings()
    setup = _setup(settings)
    if setup.certificate is not None:
        typer.echo(tr("given", settings.language))
    elif renew:
        own_certificate(team_folder(settings), setup.names, renew=True)
        typer.echo(tr("renewed", settings.language))
    typer.echo(tr("fingerprint", settings.language, fingerprint=_fingerprint(settings, setup)))


# -- on a person's machine


@team.command()
def join(
    address: Annotated[str, typer.Argument(help="Of the team's host: https://gpu1.example:8443")],
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", help="Of its certificate, where it made that itself.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="Read the token from a file; - is standard input.")
    ] = None,
) -> None:
    """Have videos rated by a team's host from now on. The token is asked for, and kept for this user alone."""
    from xl_vqa.bridge.errors import TeamCertificateError
    from xl_vqa.bridge.settings_edit import change_settings
    from xl_vqa.bridge.team_access import Access, normal, plain_fingerprint, write_access
    from xl_vqa.bridge.team_link import TeamLink, look_at
    from xl_vqa.words.settings import PREFIX, STARTER, Settings, origins

    settings = Settings.load()
    language = settings.language
    # checked as a setting before anybody is asked
    trying = dataclasses.replace(settings, host_address=normal(address))
    pin = None if fingerprint is None else plain_fingerprint(fingerprint)
    token = _token(token_file, language)
    access = Access(normal(address), pin, token)
    link = TeamLink(trying, access)
    try:
        me = link.me()
    except TeamCertificateError:
        if pin is None:
            typer.echo(tr("look", language, address=access.address, fingerprint=look_at(access.address)), err=True)
        raise
    finally:
        link.close()
    write_access(settings, access)
    change_settings(settings, host_address=access.address)
    date = str(me["expires_at"])[:10]
    typer.echo(tr("joined", language, address=access.address, name=me["name"], role=me["role"], date=date))
    typer.echo(tr("shared", language, known=", ".join(me["shared"]) or "-"))
    mib = me["upload"]["file_mib"]
    typer.echo(tr("sends" if mib else "sends_not", language, mib=mib))
    out = [name for name in ("adapter", "frames", "fps", "max_pixels") if getattr(settings, name) is not None]
    out += ["model"] if settings.model != STARTER and me["role"] == "rate" else []
    if out:
        typer.echo(tr("settings_out", language, names=", ".join(out)), err=True)
    _overruled(origins(settings.home).get("host_address", ""), PREFIX, language)


@team.command()
def leave() -> None:
    """Rate on this machine again, and remove the token."""
    from xl_vqa.bridge.settings_edit import change_settings
    from xl_vqa.bridge.team_access import remove_access
    from xl_vqa.words.settings import PREFIX, Settings, origins

    settings = Settings.load()
    address = settings.host_address
    gone = remove_access(settings)
    change_settings(settings, host_address=None)
    key = "left" if address or gone else "not_joined"
    typer.echo(tr(key, settings.language, address=address or "-"))
    _overruled(origins(settings.home).get("host_address", ""), PREFIX, settings.language)


def _overruled(origin: str, prefix: str, language: str) -> None:
    if origin.startswith(prefix):
        typer.echo(tr("overruled", language, variable=origin), err=True)


def _token(file: Path | None, language: str) -> str:
    from xl_vqa.bridge.errors import TeamSetupError
    from xl_vqa.words.reasons import Reason, why_malformed

    if file is None:
        if sys.stdin is None or not sys.stdin.isatty():
            # from a script it comes by the input
            token = "" if sys.stdin is None else sys.stdin.readline().strip()
            if not token:
                raise TeamSetupError(problem="team_token_unasked")
            return token
        return str(typer.prompt(tr("ask_token", language), hide_input=True)).strip()
    if str(file) == "-":
        return sys.stdin.readline().strip()
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        raise TeamSetupError(problem=Reason("says", what=str(file), why=why_malformed(error))) from error


def _settings() -> Settings:
    from xl_vqa.words.settings import Settings

    return Settings.load()


def _setup(settings: Settings) -> TeamSetup:
    from xl_vqa.team.setup import TeamSetup

    return TeamSetup.load(settings.home)


def _people(settings: Settings) -> People:
    from xl_vqa.team.people import People
    from xl_vqa.team.serve import team_folder

    return People(team_folder(settings) / "people.json")


def _fingerprint(settings: Settings, setup: TeamSetup) -> str:
    from xl_vqa.team.certificate import fingerprint_of, own_certificate
    from xl_vqa.team.serve import team_folder

    if setup.certificate is not None:
        return fingerprint_of(Path(setup.certificate).expanduser())
    return fingerprint_of(own_certificate(team_folder(settings), setup.names)[0])


def _row(person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "role": person.role,
        "state": person.state(),
        "created_at": person.created_at,
        "expires_at": person.expires_at,
    }


def _pair(text: str) -> tuple[str, str]:
    prefix, equals, folder = text.rpartition("=")
    if not equals or not prefix or not folder:
        from xl_vqa.words.settings import language_anyhow

        raise typer.BadParameter(tr("root_form", language_anyhow(), given=text), param_hint="--root")
    return prefix, folder
