"""A column of folders beside a list of bare names, for every front end that reads one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.sheets.grids import Memory, selected
from xl_vqa.sheets.folders import folder_of_row, folders_beside
from xl_vqa.sheets.locations import Locations
from xl_vqa.sheets.planner import selected_rows
from xl_vqa.sheets.rows import in_its_folder, located
from xl_vqa.words.errors import VideoNotFoundError, WorkbookCellError
from xl_vqa.words.folder_column import heads_folders, in_folder
from xl_vqa.workbooks.list_file import read_list_file
from xl_vqa.workbooks.score_plan import plan_workbook

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the paths are those of Linux and macOS")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("day/a.mp4", "night/a.mp4", "night/b.mp4", "c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    if path.suffix == ".csv":
        path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8-sig")
        return
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([text or None for text in row])
    book.save(path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("name", "place"),
    [("video", "folder"), ("ファイル名", "保存先フォルダ"), ("File name", "Path"), ("動画", "格納先")],
)
def test_a_name_lies_in_the_folder_that_stands_beside_it(folder: Path, suffix: str, name: str, place: str) -> None:
    table = folder / f"list{suffix}"
    rows = [(place, name), ("day", "a.mp4"), (str(folder / "night"), "a.mp4"), ("", "b.mp4"), ("day", "c.mp4")]
    _write(table, [*rows, ("day/", "gone.mp4"), ("day", "night/b.mp4")])
    listed = read_list_file(table)
    meant = ["day/a.mp4", "night/a.mp4", "night/b.mp4", "c.mp4", "day/gone.mp4", "night/b.mp4"]
    assert [video.path for video in listed] == [str(folder / path) for path in meant]
    assert not any(video.error for video in listed)
    if suffix == ".xlsx":
        assert [row.path for row in plan_workbook(table).rows] == [video.path for video in listed]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_titles_and_notes_among_the_videos_are_no_missing_videos(folder: Path, suffix: str) -> None:
    table = folder / f"list{suffix}"
    titles = {3: "Session 2", 5: "※ 5月に撮影", 6: "12.5"}
    rows = [("day/a.mp4", "x"), (titles[3], ""), ("night/a.mp4", "y"), (titles[5], ""), (titles[6], "z")]
    _write(table, [("video", "memo"), *rows, ("clip.mp4", "missing")])
    listed = read_list_file(table)
    assert len(listed) == 6
    for row, title in titles.items():
        error = listed[row - 2].error
        assert isinstance(error, WorkbookCellError)
        assert error.params["cell"] == f"A{row}"
        assert title in error.message("en")
        assert title in error.message("ja")
    # a file that is not there stays one that is asked for, and missed
    assert [video.error for video in listed if video.path.endswith(".mp4")] == [None] * 3


def test_a_selection_knows_the_folders_and_tells_its_rows_apart(folder: Path) -> None:
    grid = Memory(["Video", "Folder"], ["a.mp4", "day"], ["a.mp4", "night"], ["b.mp4", None])
    first, second, third = selected_rows(grid, selected(grid), "list.xlsx")
    assert (first.folder, second.folder, third.folder) == ("day", "night", "night")
    assert first.key != second.key

    def resolve(name: str) -> str:
        return Locations.of(os.environ).resolve(name, str(folder))

    assert located(second, resolve, "list.xlsx").path == str(folder / "night" / "a.mp4")
    assert in_its_folder("a.mp4", folder_of_row(grid, 3, 1), resolve) == "night/a.mp4"


@pytest.mark.parametrize(
    "beside", [["Folder", "x.mp4", "y.mp4"], ["Folder", 1, 2], ["Folder", None, None], ["Remark", "day", "night"]]
)
def test_what_names_no_folders_is_none(beside: list[object]) -> None:
    grid = Memory(*zip(["Video", "a.mp4", "b.mp4"], beside, strict=True))
    assert not folders_beside(grid, selected(grid))


def test_a_folder_of_another_system_is_told_where_the_name_is_nowhere() -> None:
    grid = Memory(["Video", "Folder"], ["a.mp4", "D:\\clips"])
    (row,) = selected_rows(grid, selected(grid), "list.xlsx")
    error = located(row, lambda name: Locations.of(os.environ).resolve(name, "/nowhere"), "list.xlsx").error
    assert isinstance(error, VideoNotFoundError)
    assert error.params["path"] == "D:\\clips\\a.mp4"


def test_the_words_of_folders() -> None:
    for heading in (
        "Folder",
        "video folder",
        "Sub-folder",
        "source_dir",
        "フォルダ",
        "動画フォルダー",
        "保存フォルダ名",
    ):
        assert heads_folders(heading), heading
    for heading in ("", "file", "Folder of the reference", "動画", "director"):
        assert not heads_folders(heading), heading
    assert in_folder("a\\b\\", "c.mp4") == "a\\b\\c.mp4"
    assert in_folder("a/b/", "c.mp4") == "a/b/c.mp4"
    assert in_folder("a", "c.mp4") == "a/c.mp4"
