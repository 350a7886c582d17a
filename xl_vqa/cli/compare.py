"""``xl-vqa compare SPEC``: which way of teaching a score is best on this data, with several seeds?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.words.figures import rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from xl_vqa.evaluation.scheme_comparison import SchemeComparison
    from xl_vqa.training.jobs import State


def register(app: typer.Typer) -> None:
    app.command("compare")(compare)


def compare(
    context: typer.Context,
    spec: Annotated[Path, typer.Argument(help="What to compare (.yaml), or a training recipe.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the report, the workbook and the runs.")
    ] = Path("comparison"),
    schemes: Annotated[
        str | None, typer.Option("--schemes", help="integer, decimal, levels; separated by commas.")
    ] = None,
    seeds: Annotated[str | None, typer.Option("--seeds", help="Whole numbers, for example 1,2,3.")] = None,
    decodings: Annotated[
        str | None, typer.Option("--decodings", help="expectation, median, greedy; separated by commas.")
    ] = None,
    split: Annotated[str | None, typer.Option("--split", help="test (default) or val.")] = None,
    language: Annotated[
        str | None, typer.Option("--lang", help="en or ja; by default that of the settings.")
    ] = None,
) -> None:
    """Teach the same model by several schemes and seeds, and hold them against each other.

    What is finished is kept: the same command goes on after a stop. Exit status: 0 where every run finished,
    1 where some failed, 2 where nothing could be compared.
    """
    from rich.console import Console

    from xl_vqa.training.compare import compare as run
    from xl_vqa.training.compare import load_spec
    from xl_vqa.words.settings import Settings

    shown = Settings.load(language=language).language
    with told_in(shown, output):
        loaded = load_spec(
            spec,
            tasks=context.obj,
            schemes=_words(schemes),
            seeds=_numbers(seeds),
            decodings=_words(decodings),
            split=split,
        )
        with progress(Console(stderr=True), shown) as on_state:
            found = run(loaded, output, on_state=on_state, language=shown)
        console = Console()
        show(console, found, shown)
        for path in write(output, found, shown):
            console.print(tr("written", shown, path=path), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if found.failed else 0)


@contextmanager
def told_in(language: str, output: Path) -> Iterator[None]:
    """Errors in the language of ``--lang``, which the entry point does not know; a stop says where it goes on."""
    from xl_vqa.words.errors import XlVqaError

    try:
        yield
    except XlVqaError as error:
        typer.echo(error.message(language), err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        typer.echo(tr("compare_stopped", language, path=output), err=True)
        raise typer.Exit(130) from None


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str | None) -> list[int | str] | None:
    """Whole numbers; what is none stays text, and is named with all other problems."""
    words = _words(text)
    return None if words is None else [int(word) if word.lstrip("-").isdigit() else word for word in words]


@contextmanager
def progress(console: Console, language: str) -> Iterator[Callable[[State], None]]:
    """A bar over all runs with the time left; on no terminal a line per run."""
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task(tr("compare_working", language), total=None, left="")
        last = -1

        def told(state: State) -> None:
            nonlocal last
            left = (
                "" if state.left_s is None else tr("compare_left", language, minutes=rounded(state.left_s / 60, 1))
            )
            name = tr("compare_run", language, done=state.done, total=state.total, name=state.running)
            bars.update(task, total=state.total, completed=state.done + state.share, description=name, left=left)
            if bars.disable and state.running and state.done != last:
                console.print(f"{name} {left}", markup=False, highlight=False, soft_wrap=True)
                last = state.done

        yield told


def write(folder: Path, found: SchemeComparison, language: str) -> list[Path]:
    """The report, the workbook and every figure as JSON. Raises OutputNotWritableError."""
    import json

    from xl_vqa.evaluation.scheme_report import scheme_report_html
    from xl_vqa.evaluation.scheme_workbook import scheme_workbook
    from xl_vqa.outputs import write_output

    figures = json.dumps(found.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    contents = {
        "comparison.html": scheme_report_html(found, language).encode("utf-8", "replace"),
        "comparison.xlsx": scheme_workbook(found, language),
        "comparison.json": figures.encode("utf-8", "backslashreplace"),
    }
    for name, content in contents.items():
        write_output(folder / name, content, parents=True)
    return [folder / name for name in contents]


def show(console: Console, found: SchemeComparison, language: str) -> None:
    """Facts, notices, the figures by variant, the verdicts, and the runs that failed."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.evaluation.scheme_texts import fact_lines, notice_words, say, shown_variant, verdict_words
    from xl_vqa.evaluation.texts import word

    console.print(Text(say("title", language), style="bold"))
    facts = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    for key, value in fact_lines(found, language):
        facts.add_row(Text(key, style="dim"), Text(value))
    print_whole(console, facts)
    for notice in found.notices:
        console.print(Text(f"! {notice_words(notice, language)}", style="yellow"))
    console.print()
    shown = ("srcc", "plcc", "rmse")
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(say("variant", language))
    for name in shown:
        table.add_column(word(name, language), justify="right")
    for variant in found.variants:
        cells = [_cell(variant.figures[name], variant.seed_sd[name], language, name) for name in shown]
        table.add_row(shown_variant(variant.key, language), *cells)
    print_whole(console, table)
    console.print()
    for name in ("srcc", "rmse"):
        console.print(Text(verdict_words(found, language, name)))
    for run in found.failed:
        console.print(Text(f"{run.name}: {run.error}", style="red"), soft_wrap=True)


def _cell(figure: Any, sd: float | None, language: str, name: str) -> Any:
    from rich.text import Text

    from xl_vqa.evaluation.texts import interval_text, value_text

    if figure.value is None:
        return Text(value_text(name, figure, language), style="dim")
    interval = interval_text(name, figure, language) if figure.low is not None else ""
    spread = f" ±{rounded(sd, 3)}" if sd is not None else ""
    value = value_text(name, figure, language)
    return Text(f"{value}{spread} [{interval}]" if interval else value)
