"""Lists of videos in tables of every kind, read without writing anything."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.words.errors import (
    VideoListError,
    WorkbookColumnAmbiguousError,
    WorkbookColumnMissingError,
    WorkbookNotFoundError,
    WorkbookNoVideoColumnError,
)
from xl_vqa.workbooks.list_file import read_list_file

ROWS = (
    ("No", "動画", "Prompt"),
    ("1", "clips/a.mp4", "a cat"),
    ("2", "bb.mp4", ""),
    ("3", "c d.mp4", "=1+1 is two"),
)


def _text(separator: str) -> Callable[[Path, Sequence[Sequence[str]]], None]:
    def write(path: Path, rows: Sequence[Sequence[str]]) -> None:
        path.write_text("\n".join(separator.join(row) for row in rows) + "\n", encoding="utf-8-sig")

    return write


def _json(path: Path, rows: Sequence[Sequence[str]]) -> None:
    header, *below = rows
    path.write_text(json.dumps([dict(zip(header, row, strict=True)) for row in below]), encoding="utf-8")


def _jsonl(path: Path, rows: Sequence[Sequence[str]]) -> None:
    header, *below = rows
    path.write_text("".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in below))


def _xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = openpyxl.Workbook()
    for row, cells in enumerate(rows, 1):
        for column, text in enumerate(cells, 1):
            cell = book.active.cell(row, column, text or None)
            if text:
                cell.data_type = "s"
    book.save(path)


KINDS = {".csv": _text(","), ".tsv": _text("\t"), ".json": _json, ".jsonl": _jsonl, ".xlsx": _xlsx}


@pytest.mark.parametrize("suffix", KINDS)
def test_every_kind_of_table_gives_the_same_list(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, ROWS)
    before = table.read_bytes()
    listed = read_list_file(table, text_column="prompt")
    assert [Path(video.path) for video in listed] == [tmp_path / row[1] for row in ROWS[1:]]
    assert [video.text for video in listed] == ["a cat", None, "=1+1 is two"]
    assert all(video.error is None for video in listed)
    assert table.read_bytes() == before


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("named", ["動画", " B", "$B"])
def test_a_column_goes_by_its_header_or_letters(tmp_path: Path, suffix: str, named: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [(a, b.removesuffix(".mp4"), c) for a, b, c in ROWS])
    assert [Path(video.path).name for video in read_list_file(table, column=named)] == ["a", "bb", "c d"]


@pytest.mark.parametrize("suffix", KINDS)
def test_a_column_that_is_not_there_is_said_with_those_that_are(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, ROWS)
    for asked in ({"column": "footage"}, {"text_column": "footage"}):
        with pytest.raises(WorkbookColumnMissingError) as raised:
            read_list_file(table, **asked)
        assert "footage" in str(raised.value)
        assert "B (動画)" in str(raised.value)


def test_names_without_endings_are_found_below_a_known_heading(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    _text(",")(table, [("memo", "Clip"), ("x", "one"), ("y", "two")])
    assert [Path(video.path).name for video in read_list_file(table)] == ["one", "two"]


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("first", ["clip.001", "clips/clip.xyz"])
def test_a_first_row_with_another_ending_is_no_heading(tmp_path: Path, suffix: str, first: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [("動画",), (first,), ("a.mp4",), ("clip.002",)])
    listed = read_list_file(table)
    assert [Path(video.path).name for video in listed] == [Path(first).name, "a.mp4", "clip.002"]
    # missing, which is for the host to say, and not "no path"
    assert [video.error for video in listed] == [None] * 3


@pytest.mark.skipif(os.path.normcase("A") == "a" or sys.platform == "darwin", reason="one name in any case there")
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_name_written_on_windows_means_the_one_file_that_differs_in_case(tmp_path: Path, suffix: str) -> None:
    for name in ("UPPER.MP4", "one.mp4", "ONE.MP4"):
        (tmp_path / name).write_bytes(b"x")
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [("video",), ("upper.mp4",), ("One.mp4",)])
    assert [Path(video.path).name for video in read_list_file(table)] == ["UPPER.MP4", "One.mp4"]


def test_a_total_below_is_no_video(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    _text(",")(table, [("n", "video"), ("1", "a.mp4"), ("1", "b.mp4"), ("2", "合計")])
    assert [Path(video.path).name for video in read_list_file(table)] == ["a.mp4", "b.mp4"]


def test_paths_begin_at_the_table_and_addresses_stay(tmp_path: Path) -> None:
    table = tmp_path / "sub" / "list.csv"
    table.parent.mkdir()
    _text(",")(table, [("video",), ("../a.mp4",), ("https://example.com/b.mp4",), ("/srv/c.mp4",)])
    assert [video.path for video in read_list_file(table)] == [
        str(tmp_path / "a.mp4"),
        "https://example.com/b.mp4",
        "/srv/c.mp4",
    ]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
def test_a_table_without_videos_is_said(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [("a", "b"), ("x", "y")])
    with pytest.raises(WorkbookNoVideoColumnError, match="--column"):
        read_list_file(table)


def test_files_that_are_no_tables_are_said(tmp_path: Path) -> None:
    with pytest.raises(VideoListError, match="no such file"):
        read_list_file(tmp_path / "no.csv")
    with pytest.raises(WorkbookNotFoundError):
        read_list_file(tmp_path / "no.xlsx")
    (tmp_path / "bad.ods").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(VideoListError):
        read_list_file(tmp_path / "bad.ods")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(VideoListError):
        read_list_file(tmp_path / "empty.csv")


_NAMES = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=8
)


@given(_NAMES, st.integers(0, 2))
def test_every_name_comes_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], at: int
) -> None:
    folder = tmp_path_factory.mktemp("list")
    table = folder / "list.csv"
    rows = [["x", "y", "z"], *(["1", "2", "3"] for _ in names)]
    for row, name in zip(rows, ["Video", *(f"{name}.mp4" for name in names)], strict=True):
        row[at] = name
    _text(",")(table, rows)
    assert [Path(video.path).name for video in read_list_file(table)] == [f"{name}.mp4" for name in names]


@pytest.mark.parametrize("suffix", KINDS)
def test_the_video_to_rate_is_not_its_original(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [("reference video", "video"), ("o/a.mp4", "a.mp4"), ("o/b.mp4", "b.mp4")])
    assert [Path(video.path) for video in read_list_file(table)] == [tmp_path / "a.mp4", tmp_path / "b.mp4"]


@pytest.mark.parametrize("suffix", KINDS)
def test_two_columns_of_videos_are_asked_about(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"list{suffix}"
    KINDS[suffix](table, [("left", "right"), ("a.mp4", "c.mp4"), ("b.mp4", "d.mp4")])
    with pytest.raises(WorkbookColumnAmbiguousError, match=r"A \(left\), B \(right\)"):
        read_list_file(table)
    assert [Path(video.path).name for video in read_list_file(table, column="right")] == ["c.mp4", "d.mp4"]
