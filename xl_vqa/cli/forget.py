"""``xl-vqa forget``: removes what was stored of videos, or every trace."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.forget_texts import tr

if TYPE_CHECKING:
    from xl_vqa.host.forgetting import Report
    from xl_vqa.words.errors import XlVqaError
    from xl_vqa.words.settings import Settings


def register(app: typer.Typer) -> None:
    app.command()(forget)


def forget(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Videos, folders or patterns; the files themselves may be gone already."),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Every trace: ratings, logs, caches, settings, profiles, tokens, add-ins."),
    ] = False,
    keep_settings: Annotated[
        bool,
        typer.Option("--keep-settings", help="With --all: what you chose stays, and so do the add-ins."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --all: do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --all: only say what would be removed.")
    ] = False,
) -> None:
    """Remove what was stored of videos: ratings, prompts, paths, corrections and the lines of logs that name them.

    With --all every trace of xl_vqa for this user. Videos and workbooks are not touched; the host is stopped.
    """
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    if everything == bool(paths) or ((keep_settings or yes or dry_run) and not everything):
        typer.echo(tr("what", settings.language), err=True)
        raise typer.Exit(2)
    if everything:
        _all(settings, keep_settings, yes, dry_run)
    else:
        _paths(settings, paths or [])


def _paths(settings: Settings, paths: list[str]) -> None:
    from xl_vqa.cli.host import refuse_loss
    from xl_vqa.cli.inputs import with_lists
    from xl_vqa.host.forgetting import Meant
    from xl_vqa.host.forgetting import forget as forget_paths
    from xl_vqa.host.lifecycle import no_host
    from xl_vqa.learning.label_store import forget_labels

    language = settings.language
    if not settings.home.is_dir():
        typer.echo(tr("nothing", language, home=settings.home))
        return
    paths = with_lists(paths)
    for told in filter(None, map(_list_given, paths)):
        typer.echo(told.message(language), err=True)
    refuse_loss(settings)
    with no_host(settings) as ran:
        report = forget_paths(settings, paths)
        corrections = forget_labels(settings, Meant(paths))
    for line in _told(report, language):
        typer.echo(line)
    if corrections:
        typer.echo(tr("corrections", language, count=corrections))
    elif not (report.ratings or report.paths or report.records or report.copies or report.left):
        # a typing error must not look like a removal
        typer.echo(tr("nothing_of", language))
    if ran:
        typer.echo(tr("stopped", language))
    raise typer.Exit(1 if report.left else 0)


def _list_given(path: str) -> XlVqaError | None:
    """How the videos of a list are forgotten, where ``path`` is one: only what was collected from itself goes."""
    from xl_vqa.cli.inputs import list_error
    from xl_vqa.words.errors import ListAsVideoError
    from xl_vqa.words.reasons import Reason

    known = list_error(path)
    if known is None:
        return None
    key = "given_text_to_forget" if path.lower().endswith(".txt") else "given_table_to_forget"
    return ListAsVideoError(path=path, problem=Reason(key, named=known.params["problem"]["named"]))


def _all(settings: Settings, keep_settings: bool, yes: bool, dry_run: bool) -> None:
    from xl_vqa.cli.forget_traces import find_traces, remove_traces
    from xl_vqa.host.lifecycle import no_host

    language = settings.language
    found = find_traces(settings, keep_settings=keep_settings)
    names = [*map(str, found.all), *(["LibreOffice"] if found.office else [])]
    if not names:
        typer.echo(tr("nothing", language, home=settings.home))
    if dry_run:
        for name in names:
            typer.echo(tr("would_remove", language, path=name))
        typer.echo(tr("elsewhere", language, home=settings.home))
        return
    if names and not yes and not _agreed(names, language):
        raise typer.Exit(2)
    _refuse_team(settings)
    left = False
    if names:
        with no_host(settings):
            # what the host made while it ended is found anew
            found = find_traces(settings, keep_settings=keep_settings)
            for what, gone in remove_traces(found, keep_settings=keep_settings):
                left = left or not gone
                typer.echo(tr("removed" if gone else "left", language, path=what))
    _tidy(settings)
    typer.echo(tr("elsewhere", language, home=settings.home))


def _agreed(names: list[str], language: str) -> bool:
    """Asks; without anybody to be asked nothing is removed."""
    for name in names:
        typer.echo(tr("would_remove", language, path=name))
    if not sys.stdin.isatty():
        typer.echo(tr("say_yes", language), err=True)
        return False
    return bool(typer.confirm(tr("ask", language)))


def _refuse_team(settings: Settings) -> None:
    """Says so and ends the command with 2 while a team's host of this user runs."""
    import filelock

    file = settings.home / "team" / "team.lock"
    if not file.exists():
        return
    try:
        with filelock.FileLock(file).acquire(timeout=0.2):
            return
    except filelock.Timeout:
        typer.echo(tr("team_runs", settings.language), err=True)
        raise typer.Exit(2) from None


def _tidy(settings: Settings) -> None:
    """The lock itself goes last, and the folder where nothing else is in it."""
    import contextlib

    with contextlib.suppress(OSError):
        settings.lock_file.unlink()
    with contextlib.suppress(OSError):
        settings.home.rmdir()


def _told(report: Report, language: str) -> list[str]:
    """What was removed and what was left, in sentences."""
    lines = [tr("counts", language, ratings=report.ratings, paths=report.paths, records=report.records)]
    if report.copies:
        lines.append(tr("copies", language, count=report.copies))
    lines += [tr("left", language, path=path) for path in report.left]
    if report.nameless:
        lines.append(tr("nameless", language, count=report.nameless))
    return lines
