"""``xl-vqa why CLIP``: what is wrong with a video, when and where, in a sentence and on a page."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.usage import UsageError
from xl_vqa.cli.why_texts import tr
from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.words.explanation import Explanation, Progress
    from xl_vqa.words.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("why")(why)


def why(
    clips: Annotated[
        list[str], typer.Argument(help="Videos, folders or patterns such as 'clips/*.mp4'.", metavar="CLIPS...")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the page of one clip, as one .html file.")
    ] = None,
    contact_sheet: Annotated[
        Path | None,
        typer.Option("--contact-sheet", help="Write the worst frames of all clips as one picture (.png)."),
    ] = None,
    without_video: Annotated[
        bool,
        typer.Option("--without-video", help="Leave the player out of the page; else it plays the clip's file."),
    ] = False,
    text: Annotated[
        str | None, typer.Option("--text", help="The text these AI-made videos were generated from.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Ask this model instead of the one in the settings.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Read the scores by this profile, such as 'calibrate' makes.")
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Find the reasons out again.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON with every figure, instead of sentences.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the results alone: no progress, no summary.")
    ] = False,
) -> None:
    """Say why a clip has its score: what is wrong, when, and where in the picture.

    One sentence a clip, from measured figures alone; -o writes the whole finding as a page for a browser.
    Exit status: 0 where all were explained, 1 where some clips are errors, 2 where nothing could be done.
    """
    from rich.console import Console

    from xl_vqa.bridge.profiles import with_profile
    from xl_vqa.cli.inputs import expand, stills_text
    from xl_vqa.cli.texts import tr as common
    from xl_vqa.outputs import write_output
    from xl_vqa.words.settings import Settings

    settings = with_profile(Settings.load(), profile)
    settings = replace(settings, model=model) if model is not None else settings
    language = settings.language
    stills: dict[str, int] = {}
    rows = expand(clips, stills=stills)
    if output is not None and len(rows) != 1:
        raise UsageError(tr("one_page", language, count=len(rows)))
    _check(output, (".html", ".htm"))
    _check(contact_sheet, (".png",))
    console = Console(stderr=True, quiet=quiet)
    if stills:
        console.print(stills_text(stills, language), markup=False)
    pictures = output is not None or contact_sheet is not None
    results = explain_rows(rows, settings, console, text=text, refresh=refresh, pictures=pictures)
    found = [one for one in results if not isinstance(one, XlVqaError)]
    _say(rows, results, console, language, as_json=as_json)
    if output is not None and found:
        _write_page(found[0], output, console, language, player=not without_video)
    if contact_sheet is not None and found:
        from xl_vqa.why_page.contact_sheet import contact_sheet as drawn

        write_output(contact_sheet, drawn(found, language))
        console.print(common("written", language, path=contact_sheet), markup=False, soft_wrap=True)
    raise typer.Exit(0 if len(found) == len(results) else 1)


def _check(path: Path | None, suffixes: tuple[str, ...]) -> None:
    """Before the work, not after it."""
    from xl_vqa.outputs import check_ending, check_writable

    if path is not None:
        check_ending(path, *suffixes)
        check_writable(path)


def explain_rows(
    rows: Sequence[InputRow],
    settings: Settings,
    console: Console,
    *,
    text: str | None = None,
    refresh: bool = False,
    pictures: bool = False,
) -> list[Explanation | XlVqaError]:
    """One explanation or error for every row, in order; with its progress on ``console``."""
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.cli.progress import counting, say_remarks

    language, results = settings.language, list[Any]()
    total = 100 * len(rows)
    began = time.monotonic()
    with HostClient(settings) as client, counting(console, tr("explaining", language), total, language) as report:

        def left_s(progress: Progress, index: int) -> float | None:
            """What the host says of this one, and as long as the ones before took for each after it."""
            if progress.eta_s is None:
                return None
            took = (time.monotonic() - began + progress.eta_s) / (index + 1)
            return progress.eta_s + took * (len(rows) - index - 1)

        for index, row in enumerate(rows):

            def told(progress: Progress, index: int = index) -> None:
                share = progress.done / progress.total if progress.total else 0.0
                report(int(100 * (index + min(share, 1.0))), total, left_s(progress, index))

            try:
                if row.error is not None:
                    raise row.error
                made = client.explain(
                    row.path, row.text or text, refresh=refresh, pictures=pictures, on_progress=told
                )
                results.append(made)
            except XlVqaError as error:
                results.append(error)
            report(100 * (index + 1), total)
        say_remarks(client, language, console)
    return results


def _say(
    rows: Sequence[InputRow],
    results: Sequence[Explanation | XlVqaError],
    console: Console,
    language: str,
    *,
    as_json: bool,
) -> None:
    from xl_vqa.explaining.in_words import sentence
    from xl_vqa.why_page.page import remarks_of

    if as_json:
        typer.echo(json.dumps(_as_dict(rows, results, language), ensure_ascii=False, indent=1, allow_nan=False))
    for row, result in zip(rows, results, strict=True):
        if isinstance(result, XlVqaError):
            typer.echo(result.message(language), err=True)
        elif not as_json:
            whose = "" if len(rows) == 1 else f"{row.path}: "
            typer.echo(whose + sentence(result, language))
            for remark in remarks_of(result, language):
                console.print(f"  {whose}{remark}", style="yellow", markup=False, soft_wrap=True)


def _as_dict(
    rows: Sequence[InputRow], results: Sequence[Explanation | XlVqaError], language: str
) -> dict[str, Any]:
    from xl_vqa.explaining.in_words import sentence

    told: list[dict[str, Any]] = []
    for row, result in zip(rows, results, strict=True):
        if isinstance(result, XlVqaError):
            error = {**result.to_dict(), "message": result.message(language)}
            told.append({"path": row.path, "sentence": None, "error": error})
        else:
            figures = result.without_pictures().to_dict()
            told.append({"path": row.path, "sentence": sentence(result, language), "error": None, **figures})
    failed = sum(one["error"] is not None for one in told)
    return {"format": 1, "count": len(told), "explained": len(told) - failed, "failed": failed, "results": told}


def _write_page(made: Explanation, output: Path, console: Console, language: str, *, player: bool) -> None:
    from xl_vqa.cli.texts import tr as common
    from xl_vqa.outputs import write_output
    from xl_vqa.why_page.page import why_page
    from xl_vqa.why_page.player import player_beside, why_no_player

    beside = player_beside(made, output, language) if player else None
    html = why_page(made, language, player=beside, no_player=why_no_player(made, language))
    write_output(output, html.encode("utf-8"))
    console.print(common("written", language, path=output), markup=False, soft_wrap=True)
    if beside is not None:
        console.print(tr("video_beside", language, path=made.path), markup=False, soft_wrap=True)
