"""``xl-vqa host start|status|stop|logs``: the local process that holds the model."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.texts import tr

if TYPE_CHECKING:
    from xl_vqa.words.settings import Settings

host = typer.Typer(help="The local process that holds the model.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(host, name="host")


@host.command()
def start() -> None:
    """Start the host if it is not running. Cells and commands do this by themselves."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    with HostClient(settings) as client:
        client.ensure_running()
    typer.echo(tr("host_started", settings.language))


@host.command()
def status() -> None:
    """Say whether the host runs and what it does. Exit status 1 where it does not run."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.bridge.remarks import sentences
    from xl_vqa.bridge.texts import model_line
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    with HostClient(settings) as client:
        state = client.status()
    if state is None:
        typer.echo(tr("host_not_running", language))
        raise typer.Exit(1)
    if "pid" in state:
        typer.echo(tr("host_running", language, pid=state["pid"], port=state["port"], since=state["started_at"]))
    else:
        typer.echo(tr("host_of_team", language, address=state["address"]))
    typer.echo(model_line(state, language))
    counts = {name: state[name] for name in ("queued", "decoding", "rating", "done", "failed")}
    typer.echo(tr("host_queue", language, **counts))
    for words in sentences(state, language):
        typer.echo(words)


@host.command()
def metrics() -> None:
    """Print the host's figures in Prometheus' text format. Exit status 1 where it does not run."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.host.metrics import host_families, rendered
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    with HostClient(settings) as client:
        state = client.status()
    if state is None:
        typer.echo(tr("host_not_running", settings.language), err=True)
        raise typer.Exit(1)
    typer.echo(rendered(host_families(state)), nl=False)


@host.command()
def stop(
    discard: Annotated[
        bool, typer.Option("--discard", help="Stop even where ratings cannot be stored; they are lost.")
    ] = False,
) -> None:
    """Stop the host; the batch at hand is finished first. Where ratings would be lost, it says so and does not."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    if not discard:
        refuse_loss(settings)
    with HostClient(settings) as client:
        stopped = client.stop()
    typer.echo(tr("host_stopped" if stopped else "host_not_running", settings.language))


def refuse_loss(settings: Settings) -> None:
    """Says so and ends the command with 1 where a stop of the host would lose ratings."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.bridge.remarks import sentences

    with HostClient(settings) as client:
        state = client.status() or {}
    if state.get("unsaved"):
        for words in (*sentences(state, settings.language), tr("host_not_stopped", settings.language)):
            typer.echo(words, err=True)
        raise typer.Exit(1)


@host.command()
def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing new lines.")] = False,
) -> None:
    """Print the end of the host's log."""
    from xl_vqa.words.messages import phrase
    from xl_vqa.words.reasons import why_unread
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    try:
        file = settings.log_file.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        typer.echo(tr("no_log", settings.language))
        raise typer.Exit(1) from None
    except OSError as error:
        problem = phrase(why_unread(error, settings.log_file), settings.language)
        typer.echo(tr("log_unread", settings.language, path=settings.log_file, problem=problem), err=True)
        raise typer.Exit(1) from None
    with file:
        typer.echo("".join(deque(file, maxlen=lines)), nl=False)
        while follow:
            typer.echo(file.read(), nl=False)
            time.sleep(0.5)
