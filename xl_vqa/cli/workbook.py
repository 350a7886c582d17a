"""``xl-vqa workbook``: template workbooks, and the AI columns of those that people work in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xl_vqa.cli.texts import tr
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.workbooks.score_sheet import WorkbookScores
    from xl_vqa.workbooks.templates.known import Known
    from xl_vqa.workbooks.templates.pictures import Thumbnail

_ROWS_NAMED: Final = 10

workbook_app = typer.Typer(
    name="workbook",
    help="Template workbooks: KPI tracker, score sheet, labelling workbook.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    app.add_typer(workbook_app)


@workbook_app.command("new")
def new(
    kind: Annotated[str, typer.Argument(help="kpi, score or label.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .xlsx file to write.")],
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="With invented sample data, marked as such.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    earlier: Annotated[
        Path | None,
        typer.Option("--from", help="A KPI tracker of an earlier version, whose log, settings and targets go on."),
    ] = None,
) -> None:
    """Make a workbook from a template."""
    from rich.console import Console

    from xl_vqa.outputs import check_ending, check_not_open, write_output
    from xl_vqa.words.catalogue import LANGUAGES
    from xl_vqa.words.errors import OutputNotWritableError
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.templates.build import BUILDERS, file_name, template_folder

    shown = Settings.load().language
    chosen = language or shown
    if kind not in BUILDERS:
        raise typer.BadParameter(f"{kind}: {', '.join(BUILDERS)}")
    if chosen not in LANGUAGES:
        raise typer.BadParameter(f"--lang {chosen}: {', '.join(LANGUAGES)}")
    check_ending(output, ".xlsx")
    if output.exists() and not force:
        # what people typed into it would be gone
        raise OutputNotWritableError(path=str(output), problem="output_exists")
    if earlier is not None and (kind != "kpi" or sample):
        raise typer.BadParameter("--from: kpi")
    check_not_open(output)
    if earlier is not None:
        content = _taken_over(earlier, language, shown)
    else:
        content = (template_folder() / file_name(kind, chosen, sample)).read_bytes()
    write_output(output, content)
    Console().print(tr("written", shown, path=output), soft_wrap=True, markup=False)


def _taken_over(earlier: Path, language: str | None, shown: str) -> bytes:
    """A new tracker with what people entered in another, in that one's language where none is asked for."""
    from rich.console import Console

    from xl_vqa.workbooks.templates.kpi import build_kpi
    from xl_vqa.workbooks.templates.kpi_take_over import read_entries

    entries = read_entries(earlier)
    content = build_kpi(language or entries.language or shown, rows=entries.rows, settings=entries.settings)
    said = tr("taken_over", shown, rows=len(entries.rows), path=earlier)
    Console(stderr=True).print(said, soft_wrap=True, markup=False)
    return content


@workbook_app.command("update")
def update(
    workbook: Annotated[Path, typer.Argument(help="A KPI tracker or score sheet with videos in it.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a copy and leave the workbook as it is.")
    ] = None,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help="Put a picture of each video into the thumbnail column.")
    ] = False,
    rescore: Annotated[bool, typer.Option("--rescore", help="Write every score anew.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rate again what is already stored, too.")] = False,
    clear: Annotated[
        bool,
        typer.Option(
            "--clear", help="Empty a score that cannot be made again, instead of keeping it with a remark."
        ),
    ] = False,
) -> None:
    """Fill in the AI columns; everything else in the file stays as it is.

    Exit status: 0 where all were rated, 1 where some rows are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.cli.score_workbook import run_list, say_what_was_done
    from xl_vqa.sheets.areas import column_letters
    from xl_vqa.shell import typed
    from xl_vqa.words.errors import WorkbookColumnMissingError, WorkbookLabelsError
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.score_sheet import WorkbookScores, plan_workbook
    from xl_vqa.workbooks.templates.extras import write_extras
    from xl_vqa.workbooks.templates.known import language_of, read_template
    from xl_vqa.workbooks.templates.kpi_take_over import is_earlier

    settings = Settings.load()
    language = settings.language
    console = Console(stderr=True)
    book, known = read_template(workbook)
    if known.kind == "label":
        raise WorkbookLabelsError(path=str(workbook))
    try:
        plan = plan_workbook(workbook, column=f"${column_letters(known.column)}", sheet=known.sheet)
    except WorkbookColumnMissingError:
        console.print(tr("workbook_empty", language, sheet=known.sheet), markup=False)
        _say_misfits(workbook, known, console, language)
        return
    # what stands in the cells is read by others than the one who runs this
    scores = WorkbookScores(plan, language=language_of(book, known) or language, output=output, clear=clear)
    done = run_list(scores, settings, console, rescore=rescore, refresh=refresh)
    pictures = _thumbnails(scores, console, language) if thumbnails and known.kind == "score" else {}
    if thumbnails and known.kind != "score":
        console.print(tr("thumbnails_none", language), style="yellow")
    write_extras(done.path, {**done.rated, **dict.fromkeys(done.cleared)}, pictures, done.path)
    say_what_was_done(done, language, console)
    _say_misfits(workbook, known, console, language)
    if known.kind == "kpi" and is_earlier(book):
        hint = tr("tracker_earlier", language, typed=typed(workbook))
        console.print(hint, style="yellow", soft_wrap=True, markup=False)
    raise typer.Exit(1 if done.failed else 0)


def _say_misfits(workbook: Path, known: Known, console: Console, language: str) -> None:
    """What the dashboard tells of people's scores that it leaves out, said to whoever has not opened it."""
    from xl_vqa.workbooks.templates.kpi_misfits import misfits
    from xl_vqa.workbooks.templates.kpi_take_over import read_entries

    found = misfits(read_entries(workbook)) if known.kind == "kpi" else None
    if found is None:
        return
    shown = [str(row) for row in found.rows[:_ROWS_NAMED]] + ["..."] * (len(found.rows) > _ROWS_NAMED)
    console.print(
        tr(
            "tracker_misfits",
            language,
            count=len(found.rows),
            sheet=known.sheet,
            low=f"{found.low:g}",
            high=f"{found.high:g}",
            rows=", ".join(shown),
        ),
        style="yellow",
        soft_wrap=True,
        markup=False,
    )


def _thumbnails(scores: WorkbookScores, console: Console, language: str) -> dict[int, Thumbnail]:
    """Pictures of the rows that have none yet; a video that cannot be read simply gets none."""
    from xl_vqa.cli.progress import rating_progress
    from xl_vqa.video.read import read_frames
    from xl_vqa.words.model_spec import Sampling
    from xl_vqa.workbooks.templates.extras import rows_with_pictures
    from xl_vqa.workbooks.templates.pictures import WIDTH, thumbnail

    present = rows_with_pictures(scores.target)
    rows = [row for row in scores.plan.rows if row.error is None and row.row not in present]
    found: dict[int, Thumbnail] = {}
    with rating_progress(console, len(rows), language) as report:
        for done, row in enumerate(rows, 1):
            try:
                # from the middle: the first frame of many a video is black
                clip = read_frames(row.path, Sampling(frames=4, adjacent_pairs=False), max_side=2 * WIDTH)
                found[row.row] = thumbnail(clip.frames[len(clip.frames) // 2])
            except XlVqaError as error:
                console.print(f"{row.cell}: {error.message(language)}", style="yellow", markup=False)
            report(done, len(rows))
    return found
