"""Ratings, and workbooks such as people have them."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from xl_vqa.sheets.contents import Result
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores


def make_rating(mean: float = 33.0, **changes: Any) -> dict[str, Any]:
    """A rating as the host gives it, from a bell-shaped distribution around ``mean``."""
    scale = Scale()
    weights = [math.exp(-(((label - mean) / 3) ** 2)) for label in scale.labels]
    distribution = LabelDistribution(scale, tuple(w / sum(weights) for w in weights), 1e-4)
    times = tuple(number / 4 for number in range(16))
    frames = FramesUsed(tuple(range(16)), times, 640, 360, 100, 4.0, 25.0, "decord", "h264")
    given: dict[str, Any] = {"model": "starter", "model_fingerprint": "b2:model", **changes}
    values: dict[str, Any] = {"path": "clip.mp4", "video_fingerprint": "b2:video", "settings_key": "s", **given}
    return Rating(distribution=distribution, frames=frames, **values).to_dict(detail=True)


def results_for(path: Path, mean: float = 33.0, **changes: object) -> dict[int, Result]:
    """Ratings for every row of the list, by row."""
    return {row.row: make_rating(mean + row.row % 7, **changes) for row in plan_workbook(path).rows}


def score(path: Path, language: str = "en", mean: float = 33.0, **changes: object) -> None:
    """The list as a run of the command leaves it."""
    WorkbookScores(plan_workbook(path), language=language).write(results_for(path, mean, **changes))


def list_workbook(path: Path, rows: Sequence[Sequence[Any]], **options: Any) -> Path:
    """One sheet with these rows from A1 on; strings stay strings."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet("List")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    book.close()
    return path


def clip_rows(count: int = 12) -> list[list[Any]]:
    return [["No.", "動画", "担当"], *([n, f"clips/動画 {n}.mp4", "田中"] for n in range(1, count + 1))]


def rich_workbook(path: Path, *, macros: bool = False) -> Path:
    """A list with nearly everything that a careless program loses."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("一覧")
    other = book.add_worksheet("Report")
    bordered = book.add_format({"border": 1, "font_name": "Yu Gothic"})
    head = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
    for number, row in enumerate(clip_rows()):
        sheet.write_row(number + 2, 0, row, head if number == 0 else bordered)
    sheet.merge_range("A1:C1", "動画リスト 2025", head)
    sheet.freeze_panes(3, 1)
    sheet.set_column("B:B", 30)
    sheet.set_row(6, None, None, {"hidden": True})
    sheet.data_validation("C4:C15", {"validate": "list", "source": ["田中", "佐藤"]})
    sheet.conditional_format("A4:A15", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
    sheet.conditional_format("A4:A15", {"type": "icon_set", "icon_style": "3_traffic_lights"})
    sheet.write_comment("B4", "確認済み")
    sheet.insert_image("P2", "dot.png", {"image_data": io.BytesIO(png())})
    sheet.add_sparkline("C20", {"range": "'一覧'!A4:A15"})
    sheet.autofilter("A3:C15")
    sheet.set_landscape()
    sheet.repeat_rows(2)
    sheet.print_area("A1:C15")
    sheet.set_header("&C&F")
    sheet.write_url("A20", "https://example.com/a?b=c&d=e", string="site")
    other.write_formula("A1", "=AVERAGE('一覧'!A4:A15)", None, 6.5)
    other.write_array_formula("B1:B3", "{='一覧'!A4:A6*2}", None, 2)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='一覧'!$A$4:$A$15"})
    other.insert_chart("D2", chart)
    book.define_name("MyRange", "='一覧'!$A$4:$A$15")
    book.set_properties({"author": "田中", "title": "リスト"})
    book.set_custom_property("Project", "PoC")
    if macros:
        book.add_vba_project(
            io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8), is_stream=True
        )
    book.close()
    return path


def png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    """Members that differ, came or went."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Rewrites the members of a zip; None leaves one out."""
    kept = {name: change(name, data) for name, data in members(path).items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in kept.items():
            if data is not None:
                package.writestr(name, data)
    return path


def values(path: Path, sheet: str | None = None) -> list[list[Any]]:
    """All cells of a sheet as openpyxl reads them."""
    book = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")
    shown = book[sheet] if sheet else book.worksheets[0]
    return [[cell.value for cell in row] for row in shown.iter_rows()]


def column_of(path: Path, header: str, sheet: str | None = None) -> list[Any]:
    """The cells below a header."""
    rows = values(path, sheet)
    for number, row in enumerate(rows):
        if header in row:
            return [below[row.index(header)] for below in rows[number + 1 :]]
    raise AssertionError(f"no header {header!r}")
