"""``xl-vqa monitor [SHEET]``: whether the scores still mean what they did."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.monitoring.records import Records, SheetOptions
    from xl_vqa.monitoring.reference import Group, Sample
    from xl_vqa.monitoring.tracker import Tracker
    from xl_vqa.monitoring.watch import Watch
    from xl_vqa.words.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("monitor")(monitor)


def monitor(
    sheet: Annotated[
        Path | None,
        typer.Argument(help="A sheet with people's scores, or with scores of its own; else what is stored alone."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference", help="Hold all scores against this: a result file, or what --save-reference wrote."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Hold scores from this date on against those before it: 2026-11-01."),
    ] = None,
    save_reference: Annotated[
        Path | None,
        typer.Option("--save-reference", help="Keep the reference, with the bins of its scores, as JSON."),
    ] = None,
    human_column: Annotated[
        str | None, typer.Option("--human-column", help="Header of the sheet's column with people's scores.")
    ] = None,
    source_column: Annotated[
        str | None,
        typer.Option("--source-column", help="Header of a column that names the source; else the folder."),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option("--time-column", help="Header of a column that says when a row was rated.")
    ] = None,
    scale: Annotated[
        str,
        typer.Option("--scale", help="Range of the sheet's scores: 1,5 or 0,100; 5,1 says that 1 is the best."),
    ] = "1,5",
    page: Annotated[
        bool, typer.Option("--page", help="Fill in the page Monitor of the KPI tracker that is the sheet.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write an HTML report.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
) -> None:
    """Watch stored scores for drift: against a reference, and against people.

    No model is loaded, and the host may run. Without --reference or --since the later half of each model's scores
    is held against the earlier.
    Exit status: 0 where nothing alarms, 1 where something does, 2 where nothing can be said.
    """
    from rich.console import Console

    from xl_vqa.cli.scale import parse_scale_way
    from xl_vqa.monitoring.errors import MonitoringError
    from xl_vqa.monitoring.records import SheetOptions
    from xl_vqa.monitoring.reference import written
    from xl_vqa.monitoring.report import report_html
    from xl_vqa.monitoring.tracker_page import write_page
    from xl_vqa.outputs import HTML, check_ending, check_writable, write_output
    from xl_vqa.words.settings import Settings

    settings = Settings.load(language=language)
    try:
        if since is not None and reference is not None:
            raise MonitoringError(problem="monitoring_two_references")
        for path, suffixes in ((output, HTML), (save_reference, (".json",))):
            if path is not None:
                check_ending(path, *suffixes)
                check_writable(path)
        told = {"--human-column": human_column, "--time-column": time_column}
        told |= {"--scale": None if scale == "1,5" else scale}
        tracker = _tracker(sheet, settings, source_column, told, page=page)
        ends, turned = parse_scale_way(scale, "half_up")
        options = SheetOptions(human_column, source_column, time_column, ends, turned)
        found, records, kept = _watched(sheet, tracker, reference, since, options, settings)
        if save_reference is not None:
            write_output(save_reference, written(kept))
        if output is not None:
            write_output(output, report_html(found, records, settings.language).encode("utf-8", "replace"))
        if tracker is not None and page:
            write_page(tracker, found, tracker.language or settings.language, datetime.datetime.now())
    except XlVqaError as error:
        # told in the language of --lang, which the entry point does not know
        typer.echo(error.message(settings.language), err=True)
        raise typer.Exit(2) from error
    filled = sheet if page else None
    _tell(
        Console(),
        found,
        records,
        settings.language,
        json_output=json_output,
        files=(save_reference, output),
        page=filled,
    )
    raise typer.Exit(1 if found.alarms else 0)


def _tracker(
    sheet: Path | None, settings: Settings, source: str | None, told: Mapping[str, str | None], *, page: bool
) -> Tracker | None:
    """The sheet as a KPI tracker, where it is one."""
    from xl_vqa.monitoring.errors import MonitoringError
    from xl_vqa.monitoring.tracker import is_tracker, read_tracker
    from xl_vqa.words.reasons import Reason

    if sheet is None or not is_tracker(sheet):
        if page:
            raise MonitoringError(problem="monitoring_page_needs_tracker")
        return None
    for option, value in told.items():
        if value is not None:
            raise MonitoringError(problem=Reason("monitoring_tracker_knows", path=str(sheet), option=option))
    return read_tracker(sheet, settings.store_file, source)


def _watched(
    sheet: Path | None,
    tracker: Tracker | None,
    reference: Path | None,
    since: str | None,
    options: SheetOptions,
    settings: Settings,
) -> tuple[Watch, Records, dict[Group, Sample]]:
    from xl_vqa.monitoring.records import in_store, with_people
    from xl_vqa.monitoring.reference import day, in_order, read_reference, reference_of, split
    from xl_vqa.monitoring.watch import watch

    start = None if since is None else day(since)
    if tracker is not None:
        records = tracker.records
        start = start or (tracker.since if reference is None else None)
    elif sheet is None:
        records = in_store(settings.store_file)
    else:
        records = with_people(sheet, settings.store_file, options)
    if reference is None:
        before, current = split(records, start)
        kept = reference_of(before)
    else:
        kept, current = read_reference(reference, options), in_order(records)
    return watch(kept, current), records, kept


def _tell(
    console: Console,
    found: Watch,
    records: Records,
    language: str,
    *,
    json_output: bool,
    files: tuple[Path | None, ...],
    page: Path | None = None,
) -> None:
    import json

    from rich.table import Table
    from rich.text import Text

    from xl_vqa.monitoring import report
    from xl_vqa.monitoring.texts import tr

    if json_output:
        typer.echo(json.dumps(report.as_dict(found, records), ensure_ascii=False, indent=1, allow_nan=False))
        return
    console.print(Text(tr("title", language), style="bold"))
    for alarm in found.alarms:
        console.print(Text(f"! {report.sentence(alarm, language)}", style="yellow"))
        console.print(Text(f"  {tr('rows', language)}: {report.row_names(alarm.rows, language)}"), soft_wrap=True)
    if not found.alarms:
        console.print(tr("no_alarms", language))
    table = Table(show_edge=False, pad_edge=False)
    for place, title in enumerate(report.figure_head(language)):
        table.add_column(title, justify="right" if place in (3, 4) else "left")
    for row in report.figure_rows(found, language):
        table.add_row(*map(Text, row))
    print_whole(console, table)
    console.print(Text(report.rate_line(found, language), style="dim"))
    for line in report.unknown_lines(found, records, language):
        console.print(Text(line, style="dim"))
    for path in files:
        if path is not None:
            console.print(tr("written", language, path=path), soft_wrap=True, markup=False)
    if page is not None:
        console.print(tr("page_written", language, path=page), soft_wrap=True, markup=False)
