"""``xl-vqa labels``: from people's ratings to the labels that a model is taught."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli import label_search, labels_store
from xl_vqa.cli.command_line import command_as_given
from xl_vqa.cli.labels_output import print_reading, print_summary
from xl_vqa.cli.reading_options import (
    ContentBy,
    ContentColumn,
    Dimension,
    Form,
    LowerIsBetter,
    Map,
    ScoreColumns,
    VideoColumn,
    parse_map,
)
from xl_vqa.cli.texts import tr
from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.outputs import HTML, check_ending
from xl_vqa.words.errors import OutputNotWritableError, XlVqaError
from xl_vqa.words.reasons import because

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from xl_vqa.datasets.interpretation import Interpretation
    from xl_vqa.datasets.prepare import Progress
    from xl_vqa.datasets.prepared import Options, Prepared
    from xl_vqa.datasets.split import Shares

labels_app = typer.Typer(
    name="labels",
    help="From people's ratings to the labels that a model is taught.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    app.add_typer(labels_app)


@labels_app.command("prepare")
def prepare(
    context: typer.Context,
    ratings: Annotated[Path, typer.Argument(help="Ratings in a workbook, a text table or JSON.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The manifest to write (.csv).")] = Path(
        "manifest.csv"
    ),
    report: Annotated[Path | None, typer.Option("--report", help="Write a one-page HTML report.")] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Name or number of the sheet; all joins several tests.")
    ] = None,
    form: Form = None,
    video_column: VideoColumn = None,
    score_column: ScoreColumns = None,
    rater_column: Annotated[
        str | None, typer.Option("--rater-column", help="Header or letter of the column that names the rater.")
    ] = None,
    content_column: ContentColumn = None,
    dimension: Dimension = None,
    lower_is_better: LowerIsBetter = None,
    mapping: Map = None,
    drop_rater: Annotated[
        list[str] | None, typer.Option("--drop-rater", help="A rater to leave out; may be repeated.")
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(
            "--scale",
            help="Range of the scores and of the labels: MOS_MIN,MOS_MAX,LABEL_MIN,LABEL_MAX, by default "
            "1,5,10,50. 5,1 says that 1 is the best.",
        ),
    ] = None,
    rounding: Annotated[str, typer.Option("--rounding", help="half_up, half_even, floor or ceiling.")] = "half_up",
    reject_outliers: Annotated[
        bool, typer.Option("--reject-outliers", help="Leave out the raters that ITU-R BT.500 rejects.")
    ] = False,
    rater_correction: Annotated[
        str, typer.Option("--rater-correction", help="none, bias (ITU-T P.910) or zscore.")
    ] = "none",
    rater_model: Annotated[
        str,
        typer.Option(
            "--rater-model",
            help="mos, bt500 (outliers out), p913 (biases out, then outliers) or p910 (Annex E: raters weighted).",
        ),
    ] = "mos",
    join_tests: Annotated[
        str,
        typer.Option("--join-tests", help="With --sheet all: offset (by common videos) or as-is."),
    ] = "offset",
    split: Annotated[str, typer.Option("--split", help="Shares of training, validation and test.")] = "80/10/10",
    seed: Annotated[int, typer.Option("--seed", help="Another number gives another split.")] = 0,
    content_by: ContentBy = "auto",
    videos_folder: Annotated[
        Path | None,
        typer.Option("--videos-folder", help="Where the videos lie; else beside the ratings."),
    ] = None,
    check_videos: Annotated[
        bool, typer.Option("--check-videos/--no-check-videos", help="Whether to look for the videos.")
    ] = True,
    open_videos: Annotated[
        bool,
        typer.Option("--open-videos/--no-open-videos", help="Whether to look into each video for damage."),
    ] = True,
    lang: Annotated[str | None, typer.Option("--lang", help="en or ja; else that of the settings.")] = None,
) -> None:
    """Make labels of ratings: a manifest for training, with every problem named row by row.

    Exit status: 0 all rows are fine, 1 some rows have a remark, 2 the ratings cannot be used, or can be read in
    two ways: then the command for each way is printed.
    """
    from rich.console import Console

    from xl_vqa.cli.scale import parse_scale_way
    from xl_vqa.datasets.errors import RatingsUnclearError
    from xl_vqa.datasets.prepared import Options
    from xl_vqa.datasets.wanted import Wanted
    from xl_vqa.words.settings import Settings

    language = Settings.load(language=lang).language
    try:
        check_outputs(ratings, output, report)
        told, turned = parse_scale_way(scale or "1,5,10,50", rounding)
        options = Options(
            scale=told,
            sheet=sheet,
            wanted=Wanted(
                form=form,
                video=video_column,
                scores=tuple(score_column or ()),
                rater=rater_column,
                content=content_column,
                dimension=dimension,
                lower_is_better=True if turned else lower_is_better,
                mapping=parse_map(ratings, mapping),
                dropped=tuple(drop_rater or ()),
                scale_told=scale is not None,
                join=join_tests,
            ),
            reject_outliers=reject_outliers,
            correction=rater_correction,
            rater_model=rater_model,
            shares=parse_shares(ratings, split),
            seed=seed,
            content_by=content_by,
            videos_folder=videos_folder,
            check_videos=check_videos,
            open_videos=open_videos,
        )
        prepared = run(ratings, options, output, report, language, Console())
    except RatingsUnclearError as error:
        typer.echo(error.with_commands(command_as_given(context)).message(language), err=True)
        raise typer.Exit(2) from error
    except XlVqaError as error:
        # told in the language of --lang, which the entry point does not know
        typer.echo(error.message(language), err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(1 if prepared.rows_with_problems else 0)


def run(
    ratings: Path, options: Options, output: Path, report: Path | None, language: str, console: Console
) -> Prepared:
    """Prepares, writes and prints. Raises what stops training, after everything is written."""
    from xl_vqa.datasets.manifest import write_manifest
    from xl_vqa.datasets.prepare import prepare as prepare_labels
    from xl_vqa.datasets.report import write_report

    def show(reading: Interpretation) -> None:
        print_reading(reading, console, language)

    with progress(console, ratings, language) as on_progress:
        prepared = prepare_labels(ratings, options, on_progress, show)
    manifest = write_manifest(output, prepared.manifest(language).rows)
    if report is not None:
        write_report(report, prepared, language)
    print_summary(prepared, console, language)
    for path in (output, report):
        if path is not None:
            console.print(tr("written", language, path=path), markup=False, highlight=False, soft_wrap=True)
    if prepared.failure is not None:
        raise prepared.failure
    console.print(tr("labels_fingerprint", language, fingerprint=manifest.fingerprint), highlight=False)
    return prepared


def check_outputs(ratings: Path, output: Path, report: Path | None) -> None:
    """Before the work: wrong endings, and files that would overwrite the ratings or each other."""
    check_ending(output, ".csv")
    if report is not None:
        check_ending(report, *HTML)
    for path in (output, report):
        if path is not None and path.resolve() == ratings.resolve():
            raise OutputNotWritableError(path=str(path), problem="ratings_themselves")
        if path is not None and path.is_dir():
            raise OutputNotWritableError(path=str(path), problem="problem_folder")


def parse_shares(ratings: Path, text: str) -> Shares:
    """Raises RatingsOptionError for shares that are none."""
    from xl_vqa.datasets.split import Shares

    try:
        return Shares.parse(text)
    except ValueError as error:
        raise RatingsOptionError(path=str(ratings), source="--split", problem=because(error)) from error


@contextmanager
def progress(console: Console, ratings: Path, language: str) -> Iterator[Progress]:
    """A bar per stage with an ETA; nothing is drawn where the output is no terminal."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        reading = bars.add_task(tr("labels_reading", language, path=ratings.name), total=None)
        tasks = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                bars.update(reading, total=1, completed=1)
                tasks[stage] = bars.add_task(tr(f"labels_{stage}", language), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


# here, and not where the group joins a program: a second program would have the command twice
label_search.register(labels_app)
labels_store.register(labels_app)
