"""``xl-vqa score-workbook list.xlsx``: scores beside the videos that a workbook lists, in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.texts import tr
from xl_vqa.errors import XlVqaError

if TYPE_CHECKING:
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.settings import Settings
    from xl_vqa.workbooks.score_plan import ScoredBy


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
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a copy and leave the workbook as it is.")
    ] = None,
    rescore: Annotated[bool, typer.Option("--rescore", help="Write every score anew.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rate again what is already stored, too.")] = False,
) -> None:
    """Write score, MOS, band, confidence and error beside each video, and keep everything else in the file.

    Rows that hold a score of the same model are left; a run that was stopped goes on where it was.
    Exit status: 0 where all were rated, 1 where some rows are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.bridge.client import HostClient, Video
    from xl_vqa.cli.progress import rating_progress
    from xl_vqa.settings import Settings
    from xl_vqa.workbooks.score_sheet import WorkbookScores, plan_workbook

    settings = Settings.load()
    language = settings.language
    console = Console(stderr=True)
    plan = plan_workbook(workbook, column=column, sheet=sheet, text_column=text_column)
    scores = WorkbookScores(plan, language=language, output=output)
    scores.check()
    for note in plan.notes:
        console.print(note.message(language), style="yellow", markup=False)

    with HostClient(settings) as client:
        pending = plan.pending(scored_by(client, settings), rescore=rescore or refresh)
        console.print(
            tr(
                "workbook_plan",
                language,
                rows=len(plan.rows),
                column=plan.column,
                sheet=plan.sheet,
                left=len(pending),
            ),
            markup=False,
        )
        failed = sum(row.error is not None for row in plan.rows)
        rated = 0

        def take(index: int, result: dict[str, Any] | XlVqaError) -> None:
            nonlocal failed, rated
            failed += isinstance(result, XlVqaError)
            rated += not isinstance(result, XlVqaError)
            scores.add(pending[index].row, result)

        videos = [Video(row.path, row.text) for row in pending]
        with rating_progress(console, len(videos), language) as report:
            try:
                client.rate_all(videos, refresh=refresh, detail=True, on_progress=report, on_result=take)
            except KeyboardInterrupt:
                scores.write()
                stopped = "interrupted_refresh" if refresh else "interrupted"
                console.print(tr(stopped, language, done=rated, total=len(videos)))
                raise
    written = scores.write()
    if written.lost:
        console.print(tr("workbook_lost", language, count=written.lost), style="yellow")
    console.print(tr("written", language, path=written.path), markup=False)
    console.print(tr("rated", language, done=rated, failed=failed))
    raise typer.Exit(1 if failed else 0)


def scored_by(client: HostClient, settings: Settings) -> ScoredBy | None:
    """What a score in the sheet must have been made by to be left; None where it is not known yet.

    The host knows a model's fingerprint without loading it, except for weights it has never hashed; then any
    score counts as done, and ``--rescore`` is there for those who changed the model.
    """
    from xl_vqa.model_spec import ModelSpec
    from xl_vqa.workbooks.score_plan import ScoredBy

    facts = client.model()
    if "fingerprint" not in facts:
        return None
    spec = ModelSpec.from_dict(facts["spec"])
    thresholds = tuple(float(value) for value in settings.bands(spec.scale).thresholds)
    return ScoredBy(facts["name"], facts["fingerprint"], settings.decoding, thresholds)
