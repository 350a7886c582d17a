"""``xl-vqa calibrate SHEET --profile broadcast``: how the model's scores are read in one domain."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.command_line import command_as_given
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
from xl_vqa.cli.tables import print_whole
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from xl_vqa.calibration.calibrate import Options
    from xl_vqa.calibration.result import Calibration
    from xl_vqa.calibration.sheet import Answer, SheetRow
    from xl_vqa.evaluation.result import Failure
    from xl_vqa.words.labels import Scale
    from xl_vqa.words.settings import Settings

# A person reads the top of a list; the report holds all of it.
MAX_ROWS = 20


def register(app: typer.Typer) -> None:
    app.command("calibrate")(calibrate)


def calibrate(
    context: typer.Context,
    sheet: Annotated[Path, typer.Argument(help="People's scores of your videos, as 'labels prepare' reads them.")],
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="What the profile is called; else the sheet's name.")
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            "--predictions", help="Take the scores of a .json that 'xl-vqa score -o' wrote; rate nothing."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write an HTML report.")] = None,
    json_output: Annotated[Path | None, typer.Option("--json", help="Write every figure as JSON.")] = None,
    defect_limit: Annotated[
        float | None, typer.Option("--defect-limit", help="A video is defective below this MOS; else below Fair.")
    ] = None,
    review_cost: Annotated[float, typer.Option("--review-cost", help="Cost of one review.")] = 1.0,
    escape_cost: Annotated[
        float, typer.Option("--escape-cost", help="Cost of one defective video that is accepted.")
    ] = 10.0,
    reject_cost: Annotated[
        float, typer.Option("--reject-cost", help="Cost of one good video that is rejected.")
    ] = 5.0,
    group_column: Annotated[
        str | None,
        typer.Option("--group-column", help="Header of a column that groups contents: sports, film, ..."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference", help="Results of other videos that a rank is to be among; else the sheet's own."
        ),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option("--scale", help="Range of the sheet's scores: 1,5 or 0,100; 5,1 says that 1 is the best."),
    ] = None,
    table: Annotated[str | None, typer.Option("--sheet", help="Name or number of the sheet.")] = None,
    video_column: VideoColumn = None,
    score_column: ScoreColumns = None,
    content_column: ContentColumn = None,
    content_by: ContentBy = "auto",
    dimension: Dimension = None,
    form: Form = None,
    lower_is_better: LowerIsBetter = None,
    mapping: Map = None,
    videos_folder: Annotated[
        Path | None, typer.Option("--videos-folder", help="Where the videos lie; else beside the sheet.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", help="train, val, test or all; by default all but train where the sheet has parts."
        ),
    ] = None,
    resamples: Annotated[int, typer.Option("--resamples", min=200, help="Bootstrap resamples.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same profile.")] = 0,
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
) -> None:
    """Fit a profile for your domain: MOS, interval, bands, decision, rank.

    Formulas use it by name, as =VQA_SCORE(A2,,"broadcast"); commands with --profile. It is this model's alone.
    Exit status: 0 where every row was used, 1 where some have no score, 2 where there is too little to tell.
    """
    from rich.console import Console

    from xl_vqa.datasets.errors import RatingsUnclearError
    from xl_vqa.outputs import HTML, check_ending, check_writable
    from xl_vqa.words.settings import Settings

    settings = dataclasses.replace(Settings.load(language=language), profile=None)
    console = Console()
    try:
        options = _options(defect_limit, (review_cost, escape_cost, reject_cost), resamples, seed)
        _check_split(split)
        name = _profile_name(settings, profile or sheet.stem, told=profile is not None)
        for path, suffixes in ((output, HTML), (json_output, (".json",))):
            if path is not None:
                check_ending(path, *suffixes)
                check_writable(path)
        rows, domain, notices = _read(
            sheet,
            _reading_options(
                scale=scale,
                sheet=table,
                video=video_column,
                scores=tuple(score_column or ()),
                content=content_column,
                dimension=dimension,
                form=form,
                lower=lower_is_better,
                mapping=parse_map(sheet, mapping),
                content_by=content_by,
                videos_folder=videos_folder,
                check_videos=predictions is None,
            ),
            group_column,
            split,
            console,
            settings.language,
        )
        found, failures = _fit(
            rows,
            _answers(rows, predictions, sheet, settings),
            domain,
            sheet,
            name,
            reference,
            options,
            notices,
            settings,
            output,
        )
        _tell(console, found, failures, settings, output, json_output)
    except RatingsUnclearError as error:
        typer.echo(error.with_commands(command_as_given(context)).message(settings.language), err=True)
        raise typer.Exit(2) from error
    except XlVqaError as error:
        # told in the language of --lang, which the entry point does not know
        typer.echo(error.message(settings.language), err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(1 if failures else 0)


def _options(limit: float | None, costs: tuple[float, float, float], resamples: int, seed: int) -> Options:
    from xl_vqa.calibration.calibrate import Options
    from xl_vqa.calibration.decision import Costs
    from xl_vqa.evaluation.errors import EvaluationOptionError

    try:
        return Options(Costs(*costs), limit, resamples, seed)
    except ValueError as error:
        source = "--review-cost, --escape-cost, --reject-cost"
        raise EvaluationOptionError(source=source, problem="calibration_costs") from error


def _check_split(split: str | None) -> None:
    from xl_vqa.datasets.split import PARTS
    from xl_vqa.evaluation.errors import EvaluationOptionError

    if split is not None and split not in (*PARTS, "all"):
        raise EvaluationOptionError(source=f"--split {split}", problem="calibration_part")


def _profile_name(settings: Settings, name: str, *, told: bool) -> str:
    """A name that a profile can have; that of a sheet is made one. Raises EvaluationOptionError."""
    import re

    from xl_vqa.bridge.profiles import domain_file
    from xl_vqa.evaluation.errors import EvaluationOptionError
    from xl_vqa.words.errors import ProfileNotFoundError

    if not told:
        name = re.sub(r"[^\w .()-]|^[\W_]+", "_", name).lstrip("_ .")[:64].strip() or "profile"
    try:
        domain_file(settings, name)
    except ProfileNotFoundError as error:
        raise EvaluationOptionError(source=f"--profile {name}", problem="calibration_name") from error
    return name


def _reading_options(**told: Any) -> Any:
    from xl_vqa.cli.scale import parse_scale_way
    from xl_vqa.datasets.prepared import Options
    from xl_vqa.datasets.wanted import Wanted

    scale, turned = parse_scale_way(told["scale"] or "1,5", "half_up")
    wanted = Wanted(
        video=told["video"],
        scores=told["scores"],
        content=told["content"],
        dimension=told["dimension"],
        form=told["form"],
        mapping=told["mapping"],
        lower_is_better=True if turned else told["lower"],
        scale_told=told["scale"] is not None,
    )
    return Options(
        scale=scale,
        sheet=told["sheet"],
        wanted=wanted,
        content_by=told["content_by"],
        videos_folder=told["videos_folder"],
        check_videos=told["check_videos"],
    )


def _read(
    path: Path, options: Any, group_column: str | None, split: str | None, console: Console, language: str
) -> tuple[list[SheetRow], Scale, list[Any]]:
    from xl_vqa.calibration.errors import CalibrationNoVideosError
    from xl_vqa.calibration.sheet import groups_of, left_out, rows_of
    from xl_vqa.cli.labels import progress
    from xl_vqa.cli.labels_output import print_reading
    from xl_vqa.datasets.errors import RatingsNoVideosError, RatingsOneLabelError
    from xl_vqa.datasets.prepare import prepare
    from xl_vqa.datasets.words import tr as word

    with progress(console, path, language) as on_progress:
        prepared = prepare(path, options, on_progress, lambda reading: print_reading(reading, console, language))
    for note in prepared.table.notes:
        console.print(word(f"note_{note.code}", language, **note.params), markup=False, highlight=False)
    if isinstance(prepared.failure, RatingsNoVideosError):
        # labels can be prepared without videos; scores need them, or a file of scores
        raise CalibrationNoVideosError(**prepared.failure.params)
    # one label for all is the calibration's to say, by MOS
    if prepared.failure is not None and not isinstance(prepared.failure, RatingsOneLabelError):
        raise prepared.failure
    groups = None if group_column is None else groups_of(path, options.sheet, group_column, prepared)
    rows = rows_of(prepared, groups, split)
    return rows, options.scale, left_out(prepared, rows, split)


def _answers(rows: Sequence[SheetRow], predictions: Path | None, sheet: Path, settings: Settings) -> list[Answer]:
    from rich.console import Console

    from xl_vqa.calibration.sheet import answers_in
    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.cli.score import rate_rows

    if predictions is not None:
        return answers_in(predictions, rows, sheet)
    asked = [InputRow(row.video) for row in rows]
    return list(rate_rows(asked, settings, Console(stderr=True), text=None, refresh=False))


def _fit(
    rows: Sequence[SheetRow],
    answers: Sequence[Answer],
    scale: Scale,
    sheet: Path,
    name: str,
    reference: Path | None,
    options: Options,
    notices: list[Any],
    settings: Settings,
    output: Path | None,
) -> tuple[Calibration, list[Failure]]:
    """Fits, writes the profile and the report."""
    import datetime

    from rich.console import Console

    from xl_vqa.bridge.profiles import save_domain_profile
    from xl_vqa.calibration.calibrate import calibrate as fit
    from xl_vqa.calibration.errors import CalibrationTooSmallError
    from xl_vqa.calibration.report import report_html
    from xl_vqa.calibration.sheet import answered, reference_in
    from xl_vqa.calibration.texts import tr
    from xl_vqa.evaluation.errors import EvaluationOptionError
    from xl_vqa.evaluation.result import Notice
    from xl_vqa.outputs import write_output

    limit = options.defect_limit
    if limit is not None and not scale.mos_min < limit <= scale.mos_max:
        ends = Reason("calibration_outside_scale", low=f"{scale.mos_min:g}", high=f"{scale.mos_max:g}")
        raise EvaluationOptionError(source="--defect-limit", problem=ends)
    if not rows:
        raise CalibrationTooSmallError(
            problem=Reason("calibration_few", videos=0, contents=0, fewest=10, fewest_contents=5)
        )
    given = answered(rows, answers, scale)
    if given.failures:
        notices.append(Notice("rows_not_rated", {"count": len(given.failures)}))
    with Console(stderr=True).status(tr("working", settings.language, n=len(given.rated))):
        found = fit(
            given.rated,
            name=name,
            model=given.model,
            fingerprint=given.fingerprint,
            scale=given.scale,
            people_bands=settings.bands(given.scale),
            sampling={field: getattr(settings, field) for field in ("frames", "fps", "max_pixels")},
            reference=None if reference is None else reference_in(reference),
            facts={"sheet": sheet.name, "made_at": datetime.datetime.now().isoformat(timespec="seconds")},
            options=options,
            notices=notices,
        )
    save_domain_profile(settings, found.profile)
    if output is not None:
        page = report_html(found, given.rated, given.failures, settings.language)
        write_output(output, page.encode("utf-8", "replace"))
    return found, given.failures


def _tell(
    console: Console,
    found: Calibration,
    failures: Sequence[Failure],
    settings: Settings,
    output: Path | None,
    json_output: Path | None,
) -> None:
    import json

    from rich.table import Table
    from rich.text import Text

    from xl_vqa.bridge.profiles import domain_file
    from xl_vqa.calibration import report
    from xl_vqa.calibration.texts import notice_text, tr
    from xl_vqa.outputs import write_output

    language = settings.language
    console.print(Text(tr("title", language, model=found.profile.model, name=found.profile.name), style="bold"))
    for notice in found.notices:
        console.print(Text(f"! {notice_text(notice, language)}", style="yellow"))
    lines = [*report.fact_lines(found, language), *report.line_lines(found, language)]
    lines += report.coverage_lines(found, language)
    lines += [
        (row[0], " ".join(filter(None, [row[1], f"({row[4]})"]))) for row in report.band_rows(found, language)
    ]
    lines += [*report.band_lines(found, language), *report.decision_lines(found, language)]
    lines += [line for line in report.meaning_lines(found, language) if line[0]]
    shown = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for key, value in lines:
        shown.add_row(Text(key, style="dim"), Text(value))
    print_whole(console, shown)
    for failure in failures[:MAX_ROWS]:
        console.print(Text(f"{failure.video}: {failure.detail}"), soft_wrap=True)
    if len(failures) > MAX_ROWS:
        console.print(tr("more", language, count=len(failures) - MAX_ROWS))
    if json_output is not None:
        text = json.dumps(found.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        write_output(json_output, text.encode("utf-8", "backslashreplace"))
    for path in (domain_file(settings, found.profile.name), output, json_output):
        if path is not None:
            console.print(tr("written", language, path=path), soft_wrap=True, markup=False)
