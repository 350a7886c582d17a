"""``xl-vqa labels collect|list|export``: corrections out of sheets, on request only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.shell import typed
from xl_vqa.words.figures import rounded

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.learning.collect import Collected
    from xl_vqa.learning.consensus import Label
    from xl_vqa.learning.label_store import LabelStore
    from xl_vqa.words.settings import Settings

MAX_ROWS = 60
COLUMNS = ("video", "rater", "score", "content", "sheet", "row")


def register(labels_app: typer.Typer) -> None:
    labels_app.command("collect")(collect)
    labels_app.command("list")(list_labels)
    labels_app.command("export")(export)
    labels_app.command("hold-out")(hold_out)


def collect(
    sheet: Annotated[Path, typer.Argument(help="A sheet with a column of paths and a column 'human score'.")],
    rater: Annotated[
        str | None,
        typer.Option("--rater", help="Who wrote the scores; by default a column 'rater' tells, else the sheet."),
    ] = None,
    human_column: Annotated[
        str | None, typer.Option("--human-column", help="Header of the column with people's scores.")
    ] = None,
    source_column: Annotated[
        str | None,
        typer.Option("--source-column", help="Header of a column that names the source; else the folder."),
    ] = None,
    content_column: Annotated[
        str | None, typer.Option("--content-column", help="Header of a column that names the content.")
    ] = None,
    scale: Annotated[
        str, typer.Option("--scale", help="Range of the scores: 1,5 or 0,100; 5,1 says that 1 is the best.")
    ] = "1,5",
) -> None:
    """Take the corrections that people wrote into a sheet; nothing is taken without this command.

    The same sheet again changes nothing; an edited cell replaces what was collected, which stays as history.
    Exit status: 0 all were taken, 1 some rows were not or people contradict each other, 2 nothing could be taken.
    """
    from rich.console import Console

    from xl_vqa.cli.progress import counting
    from xl_vqa.cli.scale import parse_scale_way
    from xl_vqa.cli.texts import tr as said
    from xl_vqa.learning.collect import SheetReading
    from xl_vqa.learning.collect import collect as collect_sheet
    from xl_vqa.learning.consensus import labels_of
    from xl_vqa.learning.label_store import LabelStore
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    ends, turned = parse_scale_way(scale, "half_up")
    reading = SheetReading(human_column, rater, source_column, content_column, ends, turned)
    console = Console(stderr=True, soft_wrap=True)
    with counting(console, said("checking_videos", settings.language), 0, settings.language) as report:
        found = collect_sheet(sheet, settings, reading, report)
    with LabelStore(settings) as store:
        _say_damage(store, console, settings.language)
        labels = labels_of(store.current())
    raise typer.Exit(_say(found, labels, settings, console))


def list_labels(
    history: Annotated[bool, typer.Option("--history", help="Also what was edited or taken back.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what was collected: who said what of which video, where, beside which rating."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.learning.consensus import labels_of
    from xl_vqa.learning.label_store import CURRENT, LabelStore
    from xl_vqa.learning.texts import tr
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language, console = settings.language, Console()
    with LabelStore(settings) as store:
        _say_damage(store, Console(stderr=True, soft_wrap=True), language)
        rows = [kept for kept in store.everything() if history or kept.state == CURRENT]
        labels = labels_of(store.current())
    if json_output:
        said = [{**asdict(kept.correction), "state": kept.state, "ended_at": kept.ended_at} for kept in rows]
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    if not rows:
        typer.echo(tr("no_labels", language))
        return
    asked = {one.content_key for label in labels if label.asked for one in label.statements}
    table = Table(show_edge=False, pad_edge=False)
    for key in ("col_video", "col_who", "col_mos", "col_model", "col_place", "col_state"):
        table.add_column(tr(key, language))
    for kept in rows[:MAX_ROWS]:
        one = kept.correction
        state = "asked" if kept.state == CURRENT and one.content_key in asked else kept.state
        stood = "" if one.model_mos is None else f"{rounded(one.model_mos, 2)} {one.model}"
        ended = (kept.ended_at or "")[:10]
        cells = (one.path, one.who, f"{one.mos:g}", stood, one.place, tr(f"state_{state}", language, at=ended))
        table.add_row(*map(Text, cells))
    print_whole(console, table)
    if len(rows) > MAX_ROWS:
        console.print(tr("more", language, count=len(rows) - MAX_ROWS), style="dim")
    _say_contradictions(labels, language, console)


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The table to write (.csv).")] = Path(
        "labels.csv"
    ),
) -> None:
    """Write what people say now as a table that 'xl-vqa labels prepare' reads: a row for each person and video."""
    import csv
    import io

    from xl_vqa.learning.consensus import labels_of
    from xl_vqa.learning.label_store import LabelStore
    from xl_vqa.learning.texts import tr
    from xl_vqa.outputs import check_ending, check_writable, write_output
    from xl_vqa.words.settings import Settings

    language = (settings := Settings.load()).language
    check_ending(output, ".csv")
    check_writable(output)
    with LabelStore(settings) as store:
        labels = labels_of(store.current())
    if not labels:
        typer.echo(tr("no_labels", language))
        raise typer.Exit(2)
    good = [label for label in labels if not label.asked]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for label in good:
        for one in label.statements:
            # one name for one content, however many copies people scored
            writer.writerow((label.path, one.who, repr(one.mos), one.content, one.sheet, one.row))
    write_output(output, buffer.getvalue().encode("utf-8-sig", "replace"))
    count = sum(len(label.statements) for label in good)
    words = {"count": count, "videos": len(good), "asked": len(labels) - len(good)}
    typer.echo(tr("exported", language, path=output, typed=typed(output), **words))


def hold_out(
    table: Annotated[Path, typer.Argument(help="A manifest, or a table with paths and people's scores.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write (.json); else in the data folder.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Of a manifest take this part alone, such as test.")
    ] = None,
    human_column: Annotated[
        str | None, typer.Option("--human-column", help="Header of the column with people's scores.")
    ] = None,
    source_column: Annotated[
        str | None,
        typer.Option("--source-column", help="Header of a column that names the source; else the folder."),
    ] = None,
    slices: Annotated[
        list[str] | None,
        typer.Option("--slice", help="A column whose values are judged apart, such as an attribute; repeatable."),
    ] = None,
    scale: Annotated[
        str, typer.Option("--scale", help="Range of the scores: 1,5 or 0,100; 5,1 says that 1 is the best.")
    ] = "1,5",
) -> None:
    """Fix the videos by which every new version of a model is judged: once, by content, and never learned.

    Take videos that no model was taught, of every source, and that several people scored.
    """
    from rich.console import Console

    from xl_vqa.cli.progress import counting
    from xl_vqa.cli.scale import parse_scale_way
    from xl_vqa.cli.texts import tr as said
    from xl_vqa.learning.collect import SheetReading
    from xl_vqa.learning.hold_out import HoldOutOptions, default_file, lock
    from xl_vqa.learning.texts import tr
    from xl_vqa.outputs import check_ending
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    if output is not None:
        check_ending(output, ".json")
    ends, turned = parse_scale_way(scale, "half_up")
    reading = SheetReading(human_column, None, source_column, None, ends, turned)
    target = output or default_file(settings)
    console = Console(stderr=True, soft_wrap=True)
    with counting(console, said("stage_hold_out", settings.language), 0, settings.language) as report:
        made = lock(table, target, settings, HoldOutOptions(reading, split, tuple(slices or ())), report)
    counts = {"videos": len(made.rows), "contents": len({row.content for row in made.rows})}
    typer.echo(tr("hold_out_fixed", settings.language, path=target, **counts))


def _say(found: Collected, labels: list[Label], settings: Settings, console: Console) -> int:
    """What was done, in sentences; the exit status."""
    from xl_vqa.learning.texts import tr

    language, change = settings.language, found.change
    for place, error in found.problems:
        console.print(f"#{place}: {error.message(language)}", style="yellow", markup=False)
    for before, now in change.edited:
        words = tr("edited", language, row=now.row, before=before.mos, after=now.mos)
        console.print(words, markup=False, highlight=False)
    touched = {one.content_key for one in [*change.new, *change.same, *(now for _, now in change.edited)]}
    beside = [label for label in labels if any(one.content_key in touched for one in label.statements)]
    named = _say_contradictions(beside, language, console)
    counts = {name: len(getattr(change, name)) for name in ("new", "edited", "same", "withdrawn")}
    typer.echo(tr("collected", language, **counts, labels=len(labels)))
    return 1 if found.problems or named else 0


def _say_contradictions(labels: list[Label], language: str, console: Console) -> int:
    from xl_vqa.learning.report import contradiction

    named = [label for label in labels if label.contradicts]
    for label in named:
        console.print(contradiction(label, language), style="yellow", markup=False, soft_wrap=True)
    return len(named)


def _say_damage(store: LabelStore, console: Console, language: str) -> None:
    from xl_vqa.learning.texts import tr

    for aside in store.set_aside:
        console.print(tr("salvaged", language, saved=aside.saved, path=aside.path), style="yellow", markup=False)
