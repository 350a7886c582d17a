"""``xl-vqa labels search``: the label range and the number of compared digits, found by validation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.words.figures import rounded

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.training.label_search import Search


def register(app: typer.Typer) -> None:
    app.command("search")(search)


def search(
    context: typer.Context,
    data: Annotated[
        Path,
        typer.Argument(help="The manifest (.csv) of 'labels prepare', or what 'compare' takes (.yaml)."),
    ],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="The training recipe (.yaml); its manifest is replaced.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the report, the workbook and the runs.")
    ] = Path("label_search"),
    candidates: Annotated[
        str | None,
        typer.Option("--candidates", help="LOW-HIGH/DIGITS, separated by commas, for example 10-90/2,100-500/3."),
    ] = None,
    seeds: Annotated[str, typer.Option("--seeds", help="Whole numbers; three or more.")] = "1,2,3",
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
) -> None:
    """Train candidates of the label coding with several seeds and judge them on the validation videos.

    The default 10..50 with two digits stays unless another is better by more than the noise. What is finished is
    kept: the same command goes on after a stop. Exit status as that of 'compare'.
    """
    from rich.console import Console

    from xl_vqa.cli.compare import _numbers, _words, progress, told_in, write
    from xl_vqa.training.compare import compare
    from xl_vqa.training.label_search import choose, parse_candidates, search_spec
    from xl_vqa.words.settings import Settings

    shown = Settings.load(language=language).language
    with told_in(shown, output):
        names = None if candidates is None else parse_candidates(_words(candidates) or [])
        spec = search_spec(data, recipe, names, _numbers(seeds) or [], context.obj)
        with progress(Console(stderr=True), shown) as on_state:
            comparison = compare(spec, output, on_state=on_state, language=shown)
        found = choose(comparison, folder=output)
        console = Console()
        show(console, found, shown)
        for path in write(output, comparison, shown):
            console.print(tr("written", shown, path=path), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if comparison.failed else 0)


def show(console: Console, found: Search, language: str) -> None:
    """Every candidate with its figure, its difference and its cost; then the choice, the noise and the recipe."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.evaluation.report import p_text
    from xl_vqa.evaluation.scheme_texts import fact_lines, name_of, notice_words, say
    from xl_vqa.evaluation.texts import interval_text, value_text, word

    console.print(Text(say("search_title", language), style="bold"))
    facts = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for key, value in fact_lines(found.comparison, language):
        facts.add_row(Text(key, style="dim"), Text(value))
    print_whole(console, facts)
    for notice in found.comparison.notices:
        console.print(Text(f"! {notice_words(notice, language)}", style="yellow"))
    console.print()
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(say("labels_and_digits", language))
    for key in ("srcc", "rmse"):
        table.add_column(word(key, language), justify="right")
    for key in ("difference", "interval", "p_holm", "minutes"):
        table.add_column(say(key, language), justify="right")
    for one in found.candidates:
        figures = one.variant.figures
        cells = [value_text(name, figures[name], language) for name in ("srcc", "rmse")]
        difference = one.difference
        if difference is None or difference.difference.value is None:
            cells += ["", "", ""]
        else:
            interval = interval_text("bias", difference.difference, language)
            cells += [rounded(difference.difference.value, 3, sign=True), interval, p_text(difference.p_holm)]
        cells.append("" if one.minutes is None else rounded(one.minutes, 1))
        table.add_row(name_of(one.name, language), *cells)
    print_whole(console, table)
    console.print()
    chosen = name_of(found.chosen, language)
    console.print(Text(say(f"search_{found.reason}", language, chosen=chosen), style="bold"), soft_wrap=True)
    if found.noise is not None:
        console.print(Text(say("search_noise", language, noise=rounded(found.noise, 3))), soft_wrap=True)
    if found.minutes is not None:
        minutes = rounded(found.minutes, 1)
        runs = len(found.comparison.runs)
        console.print(Text(say("search_cost", language, minutes=minutes, runs=runs)), soft_wrap=True)
    console.print(Text(say("search_recipe", language)), soft_wrap=True)
    console.print(Text(found.recipe_lines(), style="cyan"))
