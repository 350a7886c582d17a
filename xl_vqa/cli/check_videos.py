"""``xl-vqa check-videos FOLDER...``: broken, empty, doubled and odd videos, before anybody rates them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xl_vqa.cli.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xl_vqa.video.check import VideoCheck

COLUMNS = ("path", "state", "remark", "width", "height", "seconds", "fps", "frames", "codec", "container")


def register(app: typer.Typer) -> None:
    app.command("check-videos")(check_videos)


def check_videos(
    paths: Annotated[list[str], typer.Argument(help="Videos, folders or patterns such as 'clips/*.mp4'.")],
    thorough: Annotated[bool, typer.Option("--thorough", help="Decode every frame of every video.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write all rows to a .csv file.")] = None,
) -> None:
    """Look through videos without rating them: broken, empty, doubled and odd ones. Needs no model.

    Exit status: 0 where all can be rated, 1 where some cannot, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.cli.inputs import expand, stills_text
    from xl_vqa.cli.progress import counting
    from xl_vqa.outputs import check_ending, check_writable
    from xl_vqa.video import check
    from xl_vqa.words.settings import Settings

    language = Settings.load().language
    if output is not None:
        check_ending(output, ".csv")
        check_writable(output)
    stills: dict[str, int] = {}
    rows = expand(paths, stills=stills)
    console = Console(stderr=True)
    if stills:
        console.print(stills_text(stills, language), markup=False)
    good = [row.path for row in rows if row.error is None]
    with counting(console, tr("checking_videos", language), len(good), language) as report:
        found = iter(check.check_videos(good, thorough=thorough, on_progress=report))
    checks = []
    for row in rows:
        if row.error is None:
            checks.append(next(found))
        else:
            checks.append(check.VideoCheck(row.path, error=row.error))
    if output is not None:
        _write(checks, output, language)
        console.print(tr("written", language, path=output), markup=False)
    _print(checks, language)
    states = [one.state for one in checks]
    counts = {state: states.count(state) for state in ("good", "odd", "bad")}
    console.print(tr("checked_videos", language, **counts))
    raise typer.Exit(1 if counts["bad"] else 0)


def sentences(check: VideoCheck, language: str) -> str:
    """The error or the remarks of one video."""
    from xl_vqa.words.messages import text

    if check.error is not None:
        return check.error.message(language)
    return " ".join(text(code, language, **params) for code, params in check.remarks)


def _print(checks: Sequence[VideoCheck], language: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole

    table = Table(show_edge=False, pad_edge=False)
    table.add_column(tr("col_path", language), ratio=2)
    table.add_column(tr("col_state", language))
    table.add_column(tr("col_error", language), ratio=3)
    colours = {"bad": "red", "odd": "yellow"}
    for check in checks:
        if check.state != "good":
            state = Text(tr(f"video_{check.state}", language), style=colours[check.state])
            table.add_row(Text(check.path), state, Text(sentences(check, language)))
    if table.row_count:
        print_whole(Console(), table)


def _write(checks: Sequence[VideoCheck], output: Path, language: str) -> None:
    import io

    from xl_vqa.outputs import write_output

    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    for check in checks:
        info = check.info
        facts = (
            ("", "", "", "", "", "", "")
            if info is None
            else (
                info.width,
                info.height,
                round(info.duration_s, 3),
                round(info.fps, 3),
                info.frame_count,
                info.codec,
                info.container,
            )
        )
        writer.writerow((check.path, check.state, sentences(check, language), *facts))
    data = lines.getvalue().encode("utf-8-sig", "replace")  # Excel reads UTF-8 only with its mark
    write_output(output, data)
