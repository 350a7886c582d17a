"""``xl-vqa labels``: from people's ratings to the labels that a model is taught."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.errors import OutputNotWritableError, RatingsOptionError, ScaleError, XlVqaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from xl_vqa.datasets.prepare import Options, Prepared, Progress
    from xl_vqa.datasets.split import Shares
    from xl_vqa.labels import Scale

labels_app = typer.Typer(
    name="labels",
    help="From people's ratings to the labels that a model is taught.",
    no_args_is_help=True,
)

_SHOWN_COLUMNS = 4
_SHOWN_EXAMPLES = 3


def register(app: typer.Typer) -> None:
    from xl_vqa.cli import label_search

    label_search.register(labels_app)
    app.add_typer(labels_app)


@labels_app.command("prepare")
def prepare(
    ratings: Annotated[Path, typer.Argument(help="Ratings in an .xlsx, .xlsm, .ods, .xls, .csv or .tsv file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The manifest to write (.csv).")] = Path(
        "manifest.csv"
    ),
    report: Annotated[Path | None, typer.Option("--report", help="Write a one-page HTML report.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Name or number of the sheet.")] = None,
    form: Annotated[
        str | None, typer.Option("--form", help="wide, long or mos, where the table is misunderstood.")
    ] = None,
    video_column: Annotated[
        str | None, typer.Option("--video-column", help="Header or letter of the column with the videos.")
    ] = None,
    score_column: Annotated[
        list[str] | None,
        typer.Option("--score-column", help="Header or letter of a column with scores; may be repeated."),
    ] = None,
    rater_column: Annotated[
        str | None, typer.Option("--rater-column", help="Header or letter of the column that names the rater.")
    ] = None,
    content_column: Annotated[
        str | None, typer.Option("--content-column", help="Header or letter of the column that names the source.")
    ] = None,
    scale: Annotated[
        str,
        typer.Option(
            "--scale", help="Range of the scores and of the labels: MOS_MIN,MOS_MAX,LABEL_MIN,LABEL_MAX."
        ),
    ] = "1,5,10,50",
    rounding: Annotated[str, typer.Option("--rounding", help="half_up, half_even, floor or ceiling.")] = "half_up",
    reject_outliers: Annotated[
        bool, typer.Option("--reject-outliers", help="Leave out the raters that ITU-R BT.500 rejects.")
    ] = False,
    rater_correction: Annotated[
        str, typer.Option("--rater-correction", help="none, bias (ITU-T P.910) or zscore.")
    ] = "none",
    split: Annotated[str, typer.Option("--split", help="Shares of training, validation and test.")] = "80/10/10",
    seed: Annotated[int, typer.Option("--seed", help="Another number gives another split.")] = 0,
    content_by: Annotated[
        str,
        typer.Option(
            "--content-by", help="What tells versions of one source: auto, column, name, folder or none."
        ),
    ] = "auto",
    videos_folder: Annotated[
        Path | None,
        typer.Option("--videos-folder", help="Where the videos lie; else beside the ratings."),
    ] = None,
    check_videos: Annotated[
        bool, typer.Option("--check-videos/--no-check-videos", help="Whether to look for the videos.")
    ] = True,
    lang: Annotated[str | None, typer.Option("--lang", help="en or ja; else that of the settings.")] = None,
) -> None:
    """Make labels of ratings: a manifest for training, with every problem named row by row.

    Exit status: 0 all rows are fine, 1 some rows have a remark, 2 the ratings cannot be used.
    """
    from rich.console import Console

    from xl_vqa.datasets.layout import Wanted
    from xl_vqa.datasets.prepare import Options
    from xl_vqa.settings import Settings

    language = Settings.load(language=lang).language
    try:
        check_outputs(ratings, output, report)
        options = Options(
            scale=parse_scale(scale, rounding),
            sheet=sheet,
            wanted=Wanted(form, video_column, tuple(score_column or ()), rater_column, content_column),
            reject_outliers=reject_outliers,
            correction=rater_correction,
            shares=parse_shares(ratings, split),
            seed=seed,
            content_by=content_by,
            videos_folder=videos_folder,
            check_videos=check_videos,
        )
        prepared = run(ratings, options, output, report, language, Console())
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

    with _progress(console, ratings, language) as on_progress:
        prepared = prepare_labels(ratings, options, on_progress)
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
    if output.suffix.lower() != ".csv":
        raise OutputNotWritableError(path=str(output), problem="a manifest must end in .csv")
    if report is not None and report.suffix.lower() not in (".html", ".htm"):
        raise OutputNotWritableError(path=str(report), problem="a report must end in .html")
    for path in (output, report):
        if path is not None and path.resolve() == ratings.resolve():
            raise OutputNotWritableError(path=str(path), problem="these are the ratings themselves")
        if path is not None and path.is_dir():
            raise OutputNotWritableError(path=str(path), problem="it is a folder")


def parse_scale(text: str, rounding: str) -> Scale:
    """``mos_min,mos_max,label_min,label_max``, the labels being optional. Raises ScaleError."""
    from xl_vqa.labels import Scale

    parts = [part.strip() for part in text.split(",")]
    try:
        if len(parts) not in (2, 4):
            raise ValueError
        low, high = float(parts[0]), float(parts[1])
        labels = [int(part) for part in parts[2:]] or [10, 50]
    except ValueError:
        raise ScaleError(problem=f"--scale must be like 1,5,10,50, not {text}") from None
    return Scale(low, high, labels[0], labels[1], rounding)


def parse_shares(ratings: Path, text: str) -> Shares:
    """Raises RatingsOptionError for shares that are none."""
    from xl_vqa.datasets.split import Shares

    try:
        return Shares.parse(text)
    except ValueError as error:
        raise RatingsOptionError(path=str(ratings), source="--split", problem=str(error)) from error


@contextmanager
def _progress(console: Console, ratings: Path, language: str) -> Iterator[Progress]:
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


def print_summary(prepared: Prepared, console: Console, language: str) -> None:
    """What was read, the figures, the split, what to know, and the problems by kind."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.datasets.words import tr as word

    table = prepared.table
    form = word(f"form_{table.form}", language)
    # Text, not str: a path such as clip[red].xlsx must not be read as markup
    console.print(Text(tr("labels_read", language, path=table.path, form=form, sheet=table.sheet), style="bold"))
    columns = "; ".join(
        f"{word(f'column_{purpose}', language)}: {_names(names, language)}"
        for purpose, names in table.columns.items()
    )
    console.print(Text(tr("labels_columns", language, columns=columns)))
    console.print()

    facts = Table(show_header=False, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    facts.add_column()
    facts.add_column(justify="right")
    for name, value in _facts(prepared, language):
        facts.add_row(Text(name), Text(value))
    print_whole(console, facts)
    console.print()

    parts = Table(show_edge=False, pad_edge=False)
    for number, key in enumerate(("report_part", "report_videos", "report_contents", "report_mos_mean")):
        parts.add_column(word(key, language), justify="right" if number else "left")
    for row in _part_rows(prepared, language):
        parts.add_row(*row)
    print_whole(console, parts)

    if prepared.findings:
        console.print()
    for finding in sorted(prepared.findings, key=lambda found: not found.serious):
        mark = ("! ", "yellow") if finding.serious else ("- ", "dim")
        console.print(Text.assemble(mark, finding.sentence(language)))
        if finding.code == "finding_content_guessed":
            for content, videos in prepared.plan.examples[:_SHOWN_EXAMPLES]:
                console.print(Text(f"    {content}: {', '.join(videos)}", style="dim"))
    _print_problems(prepared, console, language)


def _names(names: Sequence[str], language: str) -> str:
    if len(names) <= _SHOWN_COLUMNS:
        return ", ".join(names)
    return tr("labels_many", language, count=len(names), names=", ".join(names[:_SHOWN_COLUMNS]))


def _facts(prepared: Prepared, language: str) -> Iterator[tuple[str, str]]:
    from xl_vqa.datasets.words import tr as word

    usable, means = prepared.usable, prepared.means
    yield word("report_rows", language), f"{len(prepared.table.rows):,}"
    yield word("report_usable", language), f"{len(usable):,}"
    yield word("report_contents", language), f"{len({prepared.contents[k] for k in usable}):,}"
    if prepared.table.form != "mos":
        yield word("report_ratings", language), f"{len(prepared.table.score):,}"
    if usable and (count := means.count[usable]).max() > 0:
        low, high = int(count.min()), int(count.max())
        yield word("report_raters", language), str(low) if low == high else f"{low}-{high}"
    if usable:
        yield word("report_mos_mean", language), f"{means.mos[usable].mean():.2f}"
    own = next((ceiling for ceiling in prepared.coding if ceiling.name == "integer"), None)
    if own is not None and own.srcc is not None and own.plcc is not None:
        yield tr("labels_ceiling", language), f"SRCC {own.srcc:.4f}, PLCC {own.plcc:.4f}"
    if prepared.noise is not None:
        yield tr("labels_noise", language), f"PLCC {prepared.noise.plcc:.3f}"


def _part_rows(prepared: Prepared, language: str) -> Iterator[list[str]]:
    from xl_vqa.datasets.split import NONE, PARTS
    from xl_vqa.datasets.words import tr as word

    for part in (*PARTS, NONE):
        members = [k for k, own in enumerate(prepared.parts) if own == part]
        contents = len({prepared.contents[k] for k in members})
        mean = f"{prepared.means.mos[members].mean():.2f}" if members and part != NONE else "-"
        yield [word(f"part_{part}", language), f"{len(members):,}", f"{contents:,}" if part != NONE else "-", mean]


def _print_problems(prepared: Prepared, console: Console, language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.datasets.problems import BLOCKING
    from xl_vqa.datasets.words import tr as word

    rows = prepared.table.rows
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update({problem.code for problem in row.problems})
        for problem in row.problems:
            sentence = problem.sentence(language)
            first.setdefault(problem.code, tr("labels_row", language, row=row.row, sentence=sentence))
    console.print()
    if not counts:
        console.print(tr("labels_all_good", language, rows=len(rows)), highlight=False)
        return
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(word("report_problem", language))
    table.add_column(word("report_rows", language), justify="right")
    table.add_column(tr("labels_example", language))
    for code, count in sorted(counts.items(), key=lambda item: (not BLOCKING[item[0]], -item[1], item[0])):
        table.add_row(Text(code, style="red" if BLOCKING[code] else "yellow"), f"{count:,}", Text(first[code]))
    print_whole(console, table)
    left_out = sum(any(problem.blocking for problem in row.problems) for row in rows)
    bad = len(prepared.rows_with_problems)
    console.print(tr("labels_some_bad", language, count=bad, rows=len(rows), left_out=left_out), highlight=False)
