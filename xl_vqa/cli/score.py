"""``xl-vqa score PATH...``: files, folders and patterns in; one row per video out, in input order."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.words.settings import Settings

Result = dict[str, Any] | XlVqaError


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    paths: Annotated[list[str], typer.Argument(help="Videos, folders or patterns such as 'clips/*.mp4'.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write all rows to a .csv, .xlsx or .json file.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="The text these AI-made videos were generated from.")
    ] = None,
    frames: Annotated[
        int | None, typer.Option("--frames", help="Frames looked at in each video; even. The model's own number.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames per second of the video instead, --frames (64) at the most."),
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rate again what is already stored.")] = False,
) -> None:
    """Rate videos: one row per input, in input order.

    Without -o a table is printed, or CSV where the output goes to a file or another program.
    Exit status: 0 where all were rated, 1 where some rows are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.cli.inputs import expand
    from xl_vqa.cli.progress import MAX_ROWS, rows_table, unused_text
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.results import check_output, write_results, write_results_csv

    settings = Settings.load()
    chosen = {name: value for name, value in (("frames", frames), ("fps", fps)) if value is not None}
    settings = replace(settings, **chosen)  # type: ignore[arg-type]
    if output is not None:
        # before the work, not after it: a wrong ending or folder must not cost an hour of rating
        check_output(output)
    rows = expand(paths)
    console = Console(stderr=True)
    results = rate_rows(rows, settings, console, text=text, refresh=refresh)
    pairs = [(row.path, result) for row, result in zip(rows, results, strict=True)]

    if output is not None:
        write_results(pairs, output, language=settings.language)
        console.print(tr("written", settings.language, path=output))
    elif sys.stdout.isatty():
        shown = Console()
        print_whole(shown, rows_table(pairs, settings.language))
        if len(pairs) > MAX_ROWS:
            shown.print(tr("more_rows", settings.language, count=len(pairs) - MAX_ROWS))
    else:
        write_results_csv(pairs, sys.stdout, language=settings.language)
    failed = sum(isinstance(result, XlVqaError) for result in results)
    if unused := unused_text(results, settings.language):
        console.print(unused, style="yellow", markup=False)
    console.print(tr("rated", settings.language, done=len(results) - failed, failed=failed))
    raise typer.Exit(1 if failed else 0)


def rate_rows(
    rows: Sequence[InputRow], settings: Settings, console: Console, *, text: str | None, refresh: bool
) -> list[Result]:
    """A result for every row, in order; rows that are errors already are passed through."""
    from xl_vqa.bridge.client import HostClient, Video
    from xl_vqa.cli.progress import rating_progress, say_remarks

    results: list[Result | None] = [row.error for row in rows]
    waiting = [index for index, row in enumerate(rows) if row.error is None]
    if waiting:
        videos = [Video(rows[index].path, text) for index in waiting]
        finished = 0

        def count(done: int, total: int) -> None:
            nonlocal finished
            finished = done
            report(done, total)

        with HostClient(settings) as client, rating_progress(console, len(videos), settings.language) as report:
            try:
                rated = client.rate_all(videos, refresh=refresh, detail=True, on_progress=count)
            except KeyboardInterrupt:
                stopped = "interrupted_refresh" if refresh else "interrupted"
                console.print(tr(stopped, settings.language, done=finished, total=len(videos)))
                raise
        say_remarks(client, settings.language, console)
        for index, result in zip(waiting, rated, strict=True):
            results[index] = result
    return [result for result in results if result is not None]
