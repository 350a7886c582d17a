"""``xl-vqa evaluate PREDICTIONS --manifest manifest.csv``: does the model agree with people?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.command_line import command_as_given
from xl_vqa.cli.tables import print_whole
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.reasons import Detail, Reason

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.evaluation.figure import Figure
    from xl_vqa.evaluation.result import Evaluation
    from xl_vqa.words.labels import Scale

# A person reads the top of a list; the report and the JSON file hold all of it.
MAX_ROWS = 20


def register(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate)


def evaluate(
    context: typer.Context,
    predictions: Annotated[Path, typer.Argument(help="What 'xl-vqa score -o' wrote: .csv, .json or .xlsx.")],
    manifest: Annotated[
        Path, typer.Option("--manifest", "-m", help="People's scores, as 'xl-vqa labels prepare' writes them.")
    ],
    baseline: Annotated[
        list[Path] | None,
        typer.Option("--baseline", help="Predictions of another rater of the same videos; may be repeated."),
    ] = None,
    baseline_column: Annotated[
        list[str] | None,
        typer.Option("--baseline-column", help="Header of a baseline's column of scores; may be repeated."),
    ] = None,
    lower_is_better: Annotated[
        list[str] | None,
        typer.Option("--lower-is-better", help="File or column in which lower scores are better."),
    ] = None,
    higher_is_better: Annotated[
        list[str] | None,
        typer.Option("--higher-is-better", help="File or column in which higher scores are better."),
    ] = None,
    ratings: Annotated[
        Path | None,
        typer.Option("--ratings", help="Single raters' scores (video, rater, score, or a column per rater)."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write an HTML report.")] = None,
    json_output: Annotated[Path | None, typer.Option("--json", help="Write every figure as JSON.")] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="train, val, test or all; by default test where there is one.")
    ] = None,
    slice_columns: Annotated[
        list[str] | None,
        typer.Option("--slice", help="Column of the manifest to slice by; may be repeated."),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option("--scale", help="MOS range and label range, for example 0,100,10,50. Default 1,5,10,50."),
    ] = None,
    prediction_column: Annotated[
        str | None, typer.Option("--prediction-column", help="Header of the column with another tool's scores.")
    ] = None,
    prediction_scale: Annotated[
        str | None,
        typer.Option(
            "--prediction-scale",
            help="The predictions' own range, such as 1,5; 100,0 where lower is better. Else that of --scale.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The model's name in the report.")] = None,
    defect_limit: Annotated[
        float | None, typer.Option("--defect-limit", help="A video is defective below this MOS.")
    ] = None,
    review_cost: Annotated[float, typer.Option("--review-cost", help="Cost of one review.")] = 1.0,
    escape_cost: Annotated[float, typer.Option("--escape-cost", help="Cost of one defect that passes.")] = 10.0,
    resamples: Annotated[int, typer.Option("--resamples", min=200, help="Bootstrap resamples.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same intervals.")] = 0,
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
) -> None:
    """Hold predictions against people's scores: figures with 95% intervals, and a report.

    Exit status: 0 where every row was evaluated, 1 where some rows were not, 2 where nothing could be done.
    """
    from rich.console import Console
    from rich.text import Text

    from xl_vqa.evaluation.conclusion import conclusion
    from xl_vqa.evaluation.errors import EvaluationOptionError, EvaluationUnclearError
    from xl_vqa.evaluation.from_files import evaluate as evaluate_files
    from xl_vqa.evaluation.report import report_html
    from xl_vqa.evaluation.report_texts import heading
    from xl_vqa.evaluation.triage import TriageCosts
    from xl_vqa.outputs import HTML, check_ending, check_writable, write_output
    from xl_vqa.words.catalogue import LANGUAGES

    shown_language = _language(language)
    for path, suffixes in ((output, HTML), (json_output, (".json",))):
        if path is not None:
            check_ending(path, *suffixes)
            check_writable(path)
    try:
        TriageCosts(review_cost, escape_cost)
    except ValueError as error:
        raise EvaluationOptionError(source="--review-cost, --escape-cost", problem="problem_costs") from error
    try:
        with Console(stderr=True).status(Text(str(predictions))) as status:
            result = evaluate_files(
                predictions,
                manifest,
                baselines=baseline or (),
                ratings=ratings,
                scale=_scale(scale),
                prediction_column=prediction_column,
                prediction_scale=_ends(prediction_scale),
                baseline_columns=baseline_column or (),
                lower_is_better=lower_is_better or (),
                higher_is_better=higher_is_better or (),
                name=name,
                split=split,
                slices=slice_columns or None,
                defect_limit=defect_limit,
                review_cost=review_cost,
                escape_cost=escape_cost,
                resamples=resamples,
                seed=seed,
                on_read=lambda n: status.update(heading("working", shown_language, n=n)),
            )
    except EvaluationUnclearError as error:
        typer.echo(error.with_commands(command_as_given(context)).message(shown_language), err=True)
        raise typer.Exit(2) from error
    console = Console()
    _print(console, result, shown_language)
    if output is not None:
        page = report_html(result, shown_language).encode("utf-8", "replace")
        write_output(output, page)
        console.print(heading("written", shown_language, path=output), soft_wrap=True, markup=False)
    if json_output is not None:
        import json

        values = result.to_dict()
        values["conclusion"] = {language: conclusion(result, language) for language in LANGUAGES}
        text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        # bytes of a path that were no text become \udcXX, which JSON reads back as they were
        content = text.encode("utf-8", "backslashreplace")
        write_output(json_output, content)
        console.print(heading("written", shown_language, path=json_output), soft_wrap=True, markup=False)
    raise typer.Exit(1 if result.failed else 0)


def _ends(text: str | None) -> tuple[float, float] | None:
    """The scale of ``--prediction-scale worst,best``. Raises EvaluationOptionError."""
    from xl_vqa.evaluation.errors import EvaluationOptionError
    from xl_vqa.evaluation.units import Units

    if text is None:
        return None
    try:
        worst, best = (float(part) for part in text.split(","))
        Units.from_ends(worst, best)
    except ValueError as error:
        raise EvaluationOptionError(source="--prediction-scale", problem="problem_range") from error
    return worst, best


def _language(asked: str | None) -> str:
    from xl_vqa.evaluation.errors import EvaluationOptionError
    from xl_vqa.words.catalogue import LANGUAGES
    from xl_vqa.words.settings import Settings

    if asked is None:
        return Settings.load().language
    if asked not in LANGUAGES:
        raise EvaluationOptionError(source=f"--lang {asked}", problem=Detail(" / ".join(LANGUAGES)))
    return asked


def _scale(text: str | None) -> Scale | None:
    """The scale of ``--scale mos_min,mos_max,label_min,label_max``. Raises EvaluationOptionError, ScaleError."""
    from xl_vqa.evaluation.errors import EvaluationOptionError
    from xl_vqa.words.labels import Scale

    if text is None:
        return None
    try:
        mos_min, mos_max, label_min, label_max = text.split(",")
        return Scale(float(mos_min), float(mos_max), int(label_min), int(label_max))
    except ValueError as error:
        raise EvaluationOptionError(
            source=f"--scale {text}", problem=Reason("scale_unlike", value=text)
        ) from error


def _print(console: Console, result: Evaluation, language: str) -> None:
    """Facts, notices, figures beside the baselines, verdicts, and the first failures."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.evaluation.conclusion import conclusion
    from xl_vqa.evaluation.report import baseline_name, fact_lines, p_text
    from xl_vqa.evaluation.report_texts import heading
    from xl_vqa.evaluation.texts import failure_text, interval_text, notice_text, word

    console.print(Text(heading("title", language, name=result.name), style="bold"))
    console.print(Text(conclusion(result, language)), soft_wrap=False)
    console.print()
    facts = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for key, value in fact_lines(result, language):
        facts.add_row(Text(key, style="dim"), Text(value))
    print_whole(console, facts)
    for notice in result.notices:
        console.print(Text(f"! {notice_text(notice, language)}", style="yellow"))
    console.print()

    table = Table(show_edge=False, pad_edge=False)
    table.add_column(heading("figure", language))
    for title in (result.name, *(baseline_name(one.name, language) for one in result.baselines)):
        table.add_column(Text(title), justify="right")
    for key, figure in result.shown.items():
        others = (_cell(key, one.figures[key], language, reason=False) for one in result.baselines)
        table.add_row(word(key, language), _cell(key, figure, language), *others)
    calibration = result.calibration
    kept = (*calibration.line.items(), ("band_ece", calibration.band_error)) if result.mos_units else ()
    for key, figure in kept:
        table.add_row(word(key, language), _cell(key, figure, language), *[""] * len(result.baselines))
    print_whole(console, table)

    tested = [one for one in result.comparisons if one.p_holm is not None and one.difference.value is not None]
    if tested:
        console.print()
        table = Table(show_edge=False, pad_edge=False)
        for key in ("baseline", "figure", "difference", "interval", "p_holm", "verdict"):
            table.add_column(
                heading(key, language), justify="right" if key in ("difference", "p_holm") else "left"
            )
        for one in tested:
            verdict = {True: "better", False: "worse", None: "open"}[one.better]
            table.add_row(
                Text(baseline_name(one.baseline, language)),
                word(one.statistic, language),
                rounded(one.difference.value, 3, sign=True),
                interval_text("difference", one.difference, language),
                p_text(one.p_holm),
                heading(verdict, language),
            )
        print_whole(console, table)
    _print_more(console, result, language)
    if result.failures:
        console.print()
        console.print(Text(heading("failures", language), style="bold"))
        for failure in result.failures[:MAX_ROWS]:
            console.print(Text(f"{failure.video}: {failure_text(failure, language)}"), soft_wrap=True)
        if len(result.failures) > MAX_ROWS:
            console.print(heading("more", language, count=len(result.failures) - MAX_ROWS))


def _print_more(console: Console, result: Evaluation, language: str) -> None:
    """People among themselves, the intervals' coverage, the sorting out of defects, and the slices."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.evaluation.report import ceiling_lines
    from xl_vqa.evaluation.report_texts import heading
    from xl_vqa.evaluation.slices import EMPTY
    from xl_vqa.evaluation.texts import word

    lines = [(word(key, language), _cell(key, figure, language)) for key, figure in ceiling_lines(result)]
    if result.ceiling is None:
        lines.append((heading("ceiling", language), Text(word("no_rater_data", language), style="dim")))
    calibration = result.calibration
    for key, found in (("coverage_own", calibration.coverage), ("coverage_conformal", calibration.conformal)):
        for one in found:
            width = "" if one.half_width is None else heading("width_mos", language, value=one.half_width)
            cell = _cell("coverage", one.empirical, language)
            lines.append((f"{heading(key, language)} {as_percent(one.nominal)} {width}".rstrip(), cell))
    if result.triage is not None:
        plain, keys = result.triage.plain, ("precision", "recall", "review_rate", "escape_rate")
        lines += [(word(key, language), _cell(key, getattr(plain, key), language)) for key in keys]
    console.print()
    table = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for name, cell in lines:
        table.add_row(name, cell)
    print_whole(console, table)
    if result.slices:
        shown = ("srcc", "plcc", "rmse" if result.mos_units else "rmse_mapped")
        console.print()
        table = Table(show_edge=False, pad_edge=False)
        for title in (heading("slices", language), "n", *(word(key, language) for key in shown)):
            table.add_column(title, justify="left" if title == heading("slices", language) else "right")
        for part in result.slices[:MAX_ROWS]:
            value = heading("empty", language) if part.value == EMPTY else part.value
            cells = [_cell(key, part.figures[key], language, reason=False) for key in shown]
            table.add_row(Text(f"{part.column}: {value}"), str(part.n), *cells)
        print_whole(console, table)
        if len(result.slices) > MAX_ROWS:
            console.print(heading("more", language, count=len(result.slices) - MAX_ROWS))


def _cell(name: str, figure: Figure, language: str, *, reason: bool = True) -> Any:
    from rich.text import Text

    from xl_vqa.evaluation.texts import interval_text, value_text

    value = value_text(name, figure, language)
    if figure.value is None:
        return Text(value if reason else "–", style="dim")
    interval = interval_text(name, figure, language) if figure.low is not None else ""
    return Text(f"{value} [{interval}]" if interval else value)
