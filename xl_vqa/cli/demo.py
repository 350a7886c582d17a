"""``xl-vqa demo``: the clips that ship, through the host, into a scored workbook."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.shell import activation
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from xl_vqa.workbooks.demo_workbook import DemoRow


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="The workbook to write.")] = Path(
        "demo_output/xl_vqa_demo.xlsx"
    ),
) -> None:
    """Rate the clips that ship with xl_vqa and write a scored workbook."""
    from rich.console import Console

    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.cli.progress import rows_table
    from xl_vqa.cli.score import rate_rows
    from xl_vqa.outputs import check_ending, make_folder_of
    from xl_vqa.words.model_spec import demo_clips_folder
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.demo_workbook import DemoRow, build
    from xl_vqa.workbooks.results import check_output

    check_ending(output, ".xlsx")
    settings = Settings.load()
    language = settings.language
    folder = demo_clips_folder()
    with (folder / "clips.csv").open(encoding="utf-8-sig", newline="") as file:
        clips = list(csv.DictReader(file))
    make_folder_of(output)
    check_output(output)

    console = Console()
    console.print(tr("demo_intro", language, count=len(clips)))
    rows = [InputRow(str(folder / clip["file"])) for clip in clips]
    results = rate_rows(rows, settings, console, text=None, refresh=False)
    print_whole(console, rows_table([(c["file"], r) for c, r in zip(clips, results, strict=True)], language))

    table = [
        DemoRow(
            path=row.path,
            content=clip["content"],
            version=clip["version"],
            result=result,
            description=clip[f"description_{language}"],
        )
        for row, clip, result in zip(rows, clips, results, strict=True)
    ]
    build(table, output, language=language)
    console.print(tr("written", language, path=output))
    wrong = wrong_pairs(table)
    failed = any(isinstance(result, XlVqaError) for result in results)
    if wrong:
        console.print(tr("demo_order_bad", language, pairs="; ".join(wrong)))
    elif not failed:
        console.print(tr("demo_order_good", language))
    if settings.model == "starter":
        console.print(tr("starter_note", language))
    command = activation()
    if command is not None:
        console.print(tr("activate_venv", language, command=command), markup=False, soft_wrap=True)
    console.print(tr("demo_next", language))
    raise typer.Exit(1 if wrong or failed else 0)


def wrong_pairs(rows: list[DemoRow]) -> list[str]:
    """Degraded versions that are not rated below the clean clip of the same content."""
    clean = {row.content: row.result for row in rows if row.version == "clean"}
    wrong = []
    for row in rows:
        reference = clean.get(row.content)
        if row.version == "clean" or isinstance(row.result, XlVqaError) or not isinstance(reference, dict):
            continue
        if row.result["expected_label"] >= reference["expected_label"]:
            wrong.append(Path(row.path).name)
    return wrong
