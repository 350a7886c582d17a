"""``xl-vqa forget``: removes what was stored of videos, or everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.forget_texts import tr

if TYPE_CHECKING:
    from xl_vqa.host.forgetting import Report
    from xl_vqa.words.settings import Settings


def register(app: typer.Typer) -> None:
    app.command()(forget)


def forget(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Videos, folders or patterns; the files themselves may be gone already."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything that was stored: ratings, prompts, paths, logs, caches.")
    ] = False,
    own_settings: Annotated[
        bool, typer.Option("--settings", help="With --all: also settings, profiles and the list of models.")
    ] = False,
) -> None:
    """Remove what was stored of videos: ratings, prompts, paths and the lines of logs that name them.

    Videos and workbooks are not touched. The host is stopped for it, and starts again when it is next needed.
    """
    from xl_vqa.cli.host import refuse_loss
    from xl_vqa.host.forgetting import forget as forget_paths
    from xl_vqa.host.forgetting import forget_all
    from xl_vqa.host.lifecycle import no_host
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    if everything == bool(paths) or (own_settings and not everything):
        typer.echo(tr("what", language), err=True)
        raise typer.Exit(2)
    if not settings.home.is_dir():
        typer.echo(tr("nothing", language, home=settings.home))
        return
    if not everything:
        # of everything, ratings that could not be stored yet are a part
        refuse_loss(settings)
    with no_host(settings) as ran:
        report = (
            forget_all(settings, own_settings=own_settings) if everything else forget_paths(settings, paths or [])
        )
    for line in _told(report, everything, settings):
        typer.echo(line)
    if ran:
        typer.echo(tr("stopped", language))
    raise typer.Exit(1 if not everything and report.left else 0)


def _told(report: Report, everything: bool, settings: Settings) -> list[str]:
    """What was removed and what was left, in sentences."""
    language = settings.language
    if everything:
        lines = [tr("removed", language, path=path) for path in report.files]
        lines += [tr("left", language, path=path) for path in report.left]
        return [*(lines or [tr("nothing", language, home=settings.home)]), tr("elsewhere", language)]
    lines = [tr("counts", language, ratings=report.ratings, paths=report.paths, records=report.records)]
    if report.copies:
        lines.append(tr("copies", language, count=report.copies))
    lines += [tr("left", language, path=path) for path in report.left]
    if report.nameless:
        lines.append(tr("nameless", language, count=report.nameless))
    return lines
