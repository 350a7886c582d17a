"""``xl-vqa score-workbook list.xlsx``: scores beside the videos that a workbook lists, in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.texts import tr
from xl_vqa.cli.usage import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.sheets.columns import Field
    from xl_vqa.sheets.scoring import Pending
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.score_run import ScoredWorkbook
    from xl_vqa.workbooks.score_sheet import WorkbookScores


def register(app: typer.Typer) -> None:
    app.command("score-workbook")(score_workbook)


def score_workbook(
    workbook: Annotated[Path, typer.Argument(help="An .xlsx or .xlsm file with a column of video paths.")],
    column: Annotated[
        str | None, typer.Option("--column", help="The video column: letters (B) or its header. Found by itself.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet's name. Found by itself.")] = None,
    text_column: Annotated[
        str | None,
        typer.Option("--text-column", help="The column with the text each AI-made video was generated from."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Read the scores by this profile, such as 'calibrate' makes.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a copy and leave the workbook as it is.")
    ] = None,
    rescore: Annotated[bool, typer.Option("--rescore", help="Write every score anew.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rate again what is already stored, too.")] = False,
    clear: Annotated[
        bool,
        typer.Option(
            "--clear", help="Empty a score that cannot be made again, instead of keeping it with a remark."
        ),
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Write a sentence beside each score that says why. Takes its time.")
    ] = False,
    qualities: Annotated[
        str | None,
        typer.Option("--qualities", help="Write these single qualities too: sharpness,noise or all."),
    ] = None,
) -> None:
    """Write score, MOS, band, confidence, remark and model beside each video; all else in the file stays.

    Rows that hold a score of the same model are left; a run that was stopped goes on where it was.
    Exit status: 0 where all were rated, 1 where some rows are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.bridge.profiles import with_profile
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.score_sheet import WorkbookScores, plan_workbook

    settings = with_profile(Settings.load(), profile)
    reasons = reasons_asked_for(why, qualities, settings.language)
    plan = plan_workbook(workbook, column=column, sheet=sheet, text_column=text_column, reasons=reasons)
    scores = WorkbookScores(plan, language=settings.language, output=output, clear=clear)
    console = Console(stderr=True)
    done = run_list(scores, settings, console, rescore=rescore, refresh=refresh)
    say_what_was_done(done, settings.language, console)
    raise typer.Exit(1 if done.failed else 0)


def reasons_asked_for(why: bool, qualities: str | None, language: str) -> tuple[Field, ...]:
    """The columns of ``--why`` and ``--qualities``; names are known in both languages. Raises UsageError."""
    from xl_vqa.sheets.columns import ATTRIBUTES, WHY, field_of_heading

    fields = [WHY.key] if why else []
    known = [column.key for column in ATTRIBUTES]
    for name in (part.strip() for part in (qualities or "").split(",")):
        headed = field_of_heading(f"VQA {name.replace('_', ' ')}")
        if name == "all":
            fields += known
        elif headed is not None and headed.field in known:
            fields.append(headed.field)
        elif name:
            raise UsageError(tr("no_such_quality", language, name=name, known=", ".join(known)))
    return tuple(dict.fromkeys(fields))


def run_list(
    scores: WorkbookScores, settings: Settings, console: Console, *, rescore: bool, refresh: bool
) -> ScoredWorkbook:
    """Rates and writes a workbook's list, with its plan, its notes and the progress on ``console``."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.cli.progress import counting, rating_progress, say_remarks
    from xl_vqa.workbooks.score_run import reasons_from, score_list

    plan, language = scores.plan, settings.language
    scores.check()
    for note in plan.notes:
        console.print(note.message(language), style="yellow", markup=False)
    shown: list[tuple[int, int]] = [(0, 0)]
    with (
        HostClient(settings) as client,
        rating_progress(console, len(plan.rows), language) as report,
        counting(console, tr("explaining_rows", language), len(plan.rows), language) as explained,
    ):

        def say_plan(pending: Pending) -> Callable[[int, int], None]:
            facts = {"rows": len(plan.rows), "column": plan.column, "sheet": plan.sheet}
            console.print(tr("workbook_plan", language, **facts, left=len(pending.rows)), markup=False)
            return progress

        def progress(done: int, total: int) -> None:
            shown[0] = (done, total)
            report(done, total)

        try:
            done = score_list(
                scores,
                client,
                settings,
                rescore=rescore,
                refresh=refresh,
                on_progress=say_plan,
                reasons=reasons_from(client, plan.reasons),
                on_reasons=explained,
            )
        except KeyboardInterrupt:
            stopped = "interrupted_refresh" if refresh else "interrupted"
            console.print(tr(stopped, language, done=shown[0][0], total=shown[0][1]))
            raise
    say_remarks(client, language, console)
    return done


def say_what_was_done(done: ScoredWorkbook, language: str, console: Console) -> None:
    from xl_vqa.sheets.texts import tr as sheet_text

    if done.lost:
        console.print(tr("workbook_lost", language, count=done.lost), style="yellow")
    if done.kept is not None:
        console.print(sheet_text("backup", language, path=done.kept), markup=False, soft_wrap=True)
    if done.unexplained:
        error = next(iter(done.unexplained.values())).message(language)
        console.print(
            tr("unexplained", language, count=len(done.unexplained), error=error), style="yellow", markup=False
        )
    if done.unused is not None:
        console.print(done.unused.message(language), style="yellow", markup=False)
    console.print(tr("written", language, path=done.path), markup=False)
    console.print(tr("rated", language, done=len(done.rated), failed=len(done.failed)))
    if done.earlier:
        console.print(tr("earlier_version", language, count=len(done.earlier)))
    if done.standing:
        console.print(tr("standing", language, count=len(done.standing)))
