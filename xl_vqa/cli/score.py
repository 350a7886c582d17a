"""``xl-vqa score PATH...``: files, folders and patterns in; one row per video out, in input order."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.cli.usage import UsageError
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.result_rows import Pair

Result = dict[str, Any] | XlVqaError


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Videos, folders or patterns such as 'clips/*.mp4'; - reads them from the input, @list.txt from "
            "a file, without comments (# note)."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write all rows to a .csv, .xlsx, .json or .jsonl file; - for CSV here."
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A table that lists videos: .xlsx, .ods, .csv, .tsv, .json, .jsonl."),
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="The video column: letters (B) or its header. Found by itself.")
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option("--text-column", help="The column with the text each AI-made video was generated from."),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="The text these AI-made videos were generated from.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Read the scores by this profile, such as 'calibrate' makes.")
    ] = None,
    frames: Annotated[
        int | None, typer.Option("--frames", help="Frames looked at in each video; even. The model's own number.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames per second of the video instead, --frames (64) at the most."),
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rate again what is already stored.")] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            help="Rate on a Ray cluster: 'auto' for the one this machine is part of, HEAD:PORT, or 'local' to try "
            "it on this machine.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="With --cluster: workers at the most; one for each GPU else."),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            "--patience", min=0.1, help="With --cluster: minutes without a result before it begins anew."
        ),
    ] = 15.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON with everything a rating holds, instead of a table.")
    ] = False,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="Print JSON Lines: one rating a line.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the results alone: no progress, no summary.")
    ] = False,
) -> None:
    """Rate videos: one row per input, in input order.

    Without -o a table is printed, or CSV where the output goes to a file or another program.
    Exit status: 0 where all were rated, 1 where some rows are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.bridge.profiles import with_profile
    from xl_vqa.cli.inputs import stills_text
    from xl_vqa.cli.progress import unused_text
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.results import check_output, write_results

    settings = Settings.load()
    chosen = {name: value for name, value in (("frames", frames), ("fps", fps)) if value is not None}
    settings = replace(with_profile(settings, profile), **chosen)  # type: ignore[arg-type]
    if sum((as_json, as_lines, output is not None)) > 1:
        raise UsageError(tr("one_output", settings.language))
    if not paths and source is None:
        raise UsageError(tr("nothing_to_rate", settings.language))
    if cluster is None and workers is not None:
        raise UsageError(tr("workers_of_what", settings.language))
    if source is None and (column is not None or text_column is not None):
        raise UsageError(tr("columns_of_what", settings.language))
    here = output is None or str(output) == "-"
    if output is not None and not here:
        # before the work, not after it: a wrong ending or folder must not cost an hour of rating
        check_output(output)
    stills: dict[str, int] = {}
    rows = asked_for(paths or (), source, column, text_column, stills)
    console = Console(stderr=True, quiet=quiet)
    if stills:
        console.print(stills_text(stills, settings.language), markup=False)
    if cluster is None:
        results = rate_rows(rows, settings, console, text=text, refresh=refresh)
    else:
        from xl_vqa.cli.score_cluster import Cluster, rate_rows_on_cluster

        on = Cluster(cluster, workers, patience)
        results = rate_rows_on_cluster(rows, settings, console, on, text=text, refresh=refresh)
    pairs = [(row.path, result) for row, result in zip(rows, results, strict=True)]

    if output is not None and not here:
        write_results(pairs, output, language=settings.language)
        console.print(tr("written", settings.language, path=output))
    else:
        kind = "json" if as_json else "jsonl" if as_lines else "csv" if output is not None else None
        print_results(pairs, settings.language, kind)
    failed = sum(isinstance(result, XlVqaError) for result in results)
    if unused := unused_text(results, settings.language):
        console.print(unused, style="yellow", markup=False)
    console.print(tr("rated", settings.language, done=len(results) - failed, failed=failed))
    raise typer.Exit(1 if failed else 0)


def asked_for(
    paths: Iterable[str],
    source: Path | None,
    column: str | None = None,
    text_column: str | None = None,
    stills: dict[str, int] | None = None,
) -> list[InputRow]:
    """The rows of what was typed, and then those of the table ``source``; ``stills`` as in ``expand``.

    Raises VideoListError, WorkbookError where the table cannot be read or lists no videos.
    """
    from xl_vqa.cli.inputs import InputRow, expand

    rows = expand(paths, tables=True, stills=stills)
    if source is not None:
        from xl_vqa.workbooks.list_file import read_list_file

        listed = read_list_file(source, column, text_column)
        rows += [InputRow(video.path, video.error, video.text) for video in listed]
    return rows


def print_results(pairs: Sequence[Pair], language: str, kind: str | None = None) -> None:
    """To the standard output as ``csv``, ``json`` or ``jsonl``; None is a table at a terminal, else CSV."""
    from rich.console import Console

    from xl_vqa.cli.progress import MAX_ROWS, rows_table
    from xl_vqa.workbooks.results import results_json, results_lines, write_results_csv

    if kind is None and sys.stdout.isatty():
        shown = Console()
        print_whole(shown, rows_table(pairs, language))
        if len(pairs) > MAX_ROWS:
            shown.print(tr("more_rows", language, count=len(pairs) - MAX_ROWS))
    elif kind in ("json", "jsonl"):
        sys.stdout.write((results_json if kind == "json" else results_lines)(pairs, language))
    else:
        write_results_csv(pairs, sys.stdout, language=language)


def rate_rows(
    rows: Sequence[InputRow], settings: Settings, console: Console, *, text: str | None, refresh: bool
) -> list[Result]:
    """A result for every row, in order; rows that are errors already are passed through."""
    from xl_vqa.bridge.client import HostClient, Video
    from xl_vqa.cli.progress import rating_progress, say_remarks

    results: list[Result | None] = [row.error for row in rows]
    waiting = [index for index, row in enumerate(rows) if row.error is None]
    if waiting:
        # a row's own text before the one for all
        videos = [Video(rows[index].path, rows[index].text or text) for index in waiting]
        finished = 0

        def count(done: int, total: int) -> None:
            nonlocal finished
            finished = done
            report(done, total)

        with HostClient(settings) as client, rating_progress(console, len(videos), settings.language) as report:
            if settings.profile is not None:
                client.model()  # a profile of another model is refused before an hour of rating
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
