"""``xl-vqa inspect FILE``: what a video is, who reads it and why, and which frames a rating would look at."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.cli.texts import tr

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip
    from xl_vqa.video.inspection import VideoInfo


def register(app: typer.Typer) -> None:
    app.command("inspect")(inspect)


def inspect(
    file: Annotated[str, typer.Argument(help="A video or a picture.")],
    frames: Annotated[
        int | None, typer.Option("--frames", help="Frames looked at in each video; even. The model's own number.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames per second of the video instead, --frames (64) at the most."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Write the frames as one picture (.png or .jpg).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Say what a video is, who reads it and why, and which frames would be rated. Needs no model's weights."""
    from dataclasses import replace

    from rich.console import Console

    from xl_vqa.cli.inputs import list_error
    from xl_vqa.outputs import check_ending, check_writable
    from xl_vqa.video.explain import explain
    from xl_vqa.video.probe import probe
    from xl_vqa.video.read import read_frames
    from xl_vqa.vlm.identity import sampling_of
    from xl_vqa.words.messages import spoken
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    chosen: dict[str, Any] = {k: v for k, v in (("frames", frames), ("fps", fps)) if v is not None}
    settings = replace(settings, **chosen)
    language = settings.language
    if sheet is not None:
        check_ending(sheet, ".png", ".jpg", ".jpeg")
        check_writable(sheet)
    if error := list_error(os.fspath(file)):
        raise error
    info = probe(file)
    decoder: Any = settings.decoder
    clip = read_frames(file, sampling_of(settings), max_side=640, decoder=decoder)
    why = explain(file, clip.used.decoder)
    if as_json:
        typer.echo(json.dumps(_facts(info, clip, why), ensure_ascii=False, indent=2))
    else:
        _print(info, clip, tr(f"reader_{why.code}", language, reason=spoken(why.reason, language)), language)
    if sheet is not None:
        _write_sheet(clip, sheet)
        Console(stderr=True).print(tr("written", language, path=sheet), markup=False)


def _facts(info: VideoInfo, clip: Clip, why: Any) -> dict[str, Any]:
    return {
        "video": info.to_dict(),
        "reader": {"name": clip.used.decoder, "why": why.code, "reason": why.reason},
        "frames_used": clip.used.to_dict(),
        "warnings": list(clip.warnings),
    }


def _print(info: VideoInfo, clip: Clip, reader: str, language: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole
    from xl_vqa.words.messages import text

    used = clip.used
    pairs = [
        f"{first}, {second} ({used.timestamps_s[2 * place]:.2f} s)"
        for place, (first, second) in enumerate(zip(used.indices[::2], used.indices[1::2], strict=True))
    ]
    rows = (
        ("inspect_file", info.path),
        ("inspect_kind", f"{info.container}, {info.codec}, {info.pixel_format}"),
        ("inspect_size", f"{info.width} x {info.height}"),
        ("inspect_stored", f"{info.coded_width} x {info.coded_height}"),
        ("inspect_length", f"{info.duration_s:.3f} s"),
        ("inspect_rate", f"{info.fps:.3f}"),
        ("inspect_count", str(info.frame_count)),
        ("inspect_reader", f"{used.decoder}: {reader}"),
        ("inspect_frames", "\n".join(pairs)),
        ("inspect_notes", "\n".join(used.notes_in(language)) or "-"),
        ("inspect_warnings", "\n".join(text(code, language, **used.told) for code in clip.warnings) or "-"),
    )
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    table.add_column()
    table.add_column()
    for key, value in rows:
        table.add_row(tr(key, language), Text(value))
    print_whole(Console(), table)


def _write_sheet(clip: Clip, path: Path) -> None:
    """The frames in rows of four, two pairs, each with its number and time above it."""
    import io

    from PIL import Image, ImageDraw

    from xl_vqa.outputs import write_output

    across, side, head, gap = 4, 320, 16, 4
    height, width = clip.frames[0].shape[:2]
    scale = side / max(height, width)
    cell = (max(round(width * scale), 1), max(round(height * scale), 1))
    rows = -(-len(clip.frames) // across)
    size = (across * (cell[0] + gap) + gap, rows * (cell[1] + head + gap) + gap)
    picture = Image.new("RGB", size, (32, 32, 32))
    draw = ImageDraw.Draw(picture)
    for place, (number, time, frame) in enumerate(
        zip(clip.used.indices, clip.used.timestamps_s, clip.frames, strict=True)
    ):
        left = gap + place % across * (cell[0] + gap)
        top = gap + place // across * (cell[1] + head + gap)
        draw.text((left, top), f"{number}   {time:.2f} s", fill=(230, 230, 230))
        picture.paste(Image.fromarray(frame).resize(cell, Image.Resampling.BICUBIC), (left, top + head))
    data = io.BytesIO()
    picture.save(data, "PNG" if path.suffix.lower() == ".png" else "JPEG")
    write_output(path, data.getvalue())
