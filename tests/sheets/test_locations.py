"""Where a path in a cell leads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xl_vqa.sheets.locations import Locations
from xl_vqa.words.errors import CloudFolderError, RelativePathError, VideoAddressError

WINDOWS = Locations(
    personal=r"C:\Users\aoi\OneDrive",
    business=r"C:\Users\aoi\OneDrive - Firma",
    sharepoint=r"C:\Users\aoi\Firma",
    windows=True,
)
LINUX = Locations(windows=False)


@pytest.mark.parametrize(
    ("path", "folder", "local"),
    [
        (r"D:\clips\a.mp4", None, r"D:\clips\a.mp4"),
        (r"\\server\share\a.mp4", None, r"\\server\share\a.mp4"),
        (r"clips\a.mp4", r"C:\list", r"C:\list\clips\a.mp4"),
        (r"..\a.mp4", r"C:\list\week", r"C:\list\a.mp4"),
        ("clips/動画.mp4", r"C:\list", r"C:\list\clips\動画.mp4"),
        (r'"D:\my clips\a.mp4"', None, r"D:\my clips\a.mp4"),  # what "Copy as path" gives
        (r" D:\a.mp4 ", None, r"D:\a.mp4"),
        ("file:///D:/my%20clips/a.mp4", None, r"D:\my clips\a.mp4"),
        ("file://server/share/a.mp4", None, r"\\server\share\a.mp4"),
        ("a.mp4", "https://d.docs.live.net/abc123/Work/Week%201", r"C:\Users\aoi\OneDrive\Work\Week 1\a.mp4"),
        ("a.mp4", "https://d.docs.live.net/abc123", r"C:\Users\aoi\OneDrive\a.mp4"),
        (
            "a.mp4",
            "https://firma-my.sharepoint.com/personal/aoi_firma_com/Documents/Clips",
            r"C:\Users\aoi\OneDrive - Firma\Clips\a.mp4",
        ),
        (
            "a.mp4",
            "https://firma.sharepoint.com/sites/QA/Shared Documents/動画",
            r"C:\Users\aoi\Firma\QA - Documents\動画\a.mp4",
        ),
        ("https://d.docs.live.net/abc123/a.mp4", None, r"C:\Users\aoi\OneDrive\a.mp4"),
    ],
)
def test_on_windows(path: str, folder: str | None, local: str) -> None:
    assert WINDOWS.resolve(path, folder) == local


@pytest.mark.parametrize(
    ("path", "folder", "local"),
    [
        ("/clips/a.mp4", None, "/clips/a.mp4"),
        ("clips/a.mp4", "/list", "/list/clips/a.mp4"),
        ("./a.mp4", "/list/", "/list/a.mp4"),
        ("'/my clips/a.mp4'", None, "/my clips/a.mp4"),
        ("「/a.mp4」", None, "/a.mp4"),
        ("file:///my%20clips/a.mp4", None, "/my clips/a.mp4"),
    ],
)
def test_elsewhere(path: str, folder: str | None, local: str) -> None:
    assert LINUX.resolve(path, folder) == local


def test_a_users_variables_and_home_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPS", "/media/clips")
    monkeypatch.setenv("HOME", "/home/aoi")
    assert LINUX.resolve("$CLIPS/a.mp4", None) == "/media/clips/a.mp4"
    assert LINUX.resolve("~/a.mp4", None) == os.path.join("/home/aoi", "a.mp4")


def test_a_relative_path_needs_a_saved_workbook() -> None:
    with pytest.raises(RelativePathError):
        LINUX.resolve("a.mp4", None)
    with pytest.raises(RelativePathError):
        LINUX.resolve("a.mp4", "")


@pytest.mark.parametrize(
    "folder",
    [
        "https://d.docs.live.net/abc/Work",
        "https://x-my.sharepoint.com/personal/a/Documents/b",
        "https://x.sharepoint.com/sites/QA/Docs/b",
        "https://example.com/folder",
    ],
)
def test_a_folder_that_is_not_synchronised_is_an_error(folder: str) -> None:
    with pytest.raises(CloudFolderError):
        LINUX.resolve("a.mp4", folder)


def test_a_sites_library_has_the_name_that_it_has_on_this_pc(tmp_path: Path) -> None:
    here = Locations(sharepoint=str(tmp_path), windows=False)
    own = "https://firma.sharepoint.com/sites/%E5%93%81%E8%B3%AA/Shared%20Documents/Work"
    other = "https://firma.sharepoint.com/teams/QA/Clips/2026"
    # nothing is there: the names that English systems give
    assert here.resolve("a.mp4", own) == str(tmp_path / "品質 - Documents/Work/a.mp4")
    assert here.resolve("a.mp4", other) == str(tmp_path / "QA - Clips/2026/a.mp4")
    for name in ("品質 - ドキュメント", "QA - Documents"):
        (tmp_path / name).mkdir()
    assert here.resolve("a.mp4", own) == str(tmp_path / "品質 - ドキュメント/Work/a.mp4")
    assert here.resolve("a.mp4", own.replace("Shared%20Documents", "ドキュメント")).startswith(
        str(tmp_path / "品質 - ド")
    )
    assert here.resolve("a.mp4", other) == str(tmp_path / "QA - Documents/2026/a.mp4")
    (tmp_path / "QA - Clips").mkdir()
    assert here.resolve("a.mp4", other) == str(tmp_path / "QA - Clips/2026/a.mp4")


def test_a_web_address_is_no_video_of_this_machine() -> None:
    with pytest.raises(VideoAddressError):
        WINDOWS.resolve("https://example.com/a.mp4", None)


def test_names_of_the_environment_are_those_of_xlwings_and_the_configuration_wins() -> None:
    environment = {
        "OneDriveConsumer": "/one", "OneDriveCommercial": "/home/OneDrive - Firma", "OneDrive": "/other",
    }  # fmt: skip
    found = Locations.of(environment)
    assert (found.personal, found.business, found.sharepoint) == ("/one", "/home/OneDrive - Firma", "/home/Firma")
    assert Locations.of({"OneDrive": "/other"}).personal == "/other"
    assert Locations.of({"OneDrive": "/other"}).business == "/other"
    chosen = Locations.of(
        environment,
        {"ONEDRIVE_CONSUMER_WIN": "/a", "onedrive_commercial_win": "/b", "SHAREPOINT_WIN": "/c"},
    )
    assert (chosen.personal, chosen.business, chosen.sharepoint) == ("/a", "/b", "/c")


def test_the_same_local_files_as_xlwings_itself_finds(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """xlwings' own translation of a workbook's address is the oracle (it wants the file to exist)."""
    from xlwings.utils import fullname_url_to_local_path

    root = tmp_path_factory.mktemp("cloud")
    for folder in ("OneDrive/Work", "OneDrive - Firma/Work", "Firma/QA - Documents/Work"):
        (root / folder).mkdir(parents=True)
        (root / folder / "list.xlsx").touch()
    monkeypatch.setenv("OneDriveConsumer", str(root / "OneDrive"))
    monkeypatch.setenv("OneDriveCommercial", str(root / "OneDrive - Firma"))
    found = Locations.of(os.environ)
    for address in (
        "https://d.docs.live.net/abc/Work/list.xlsx",
        "https://firma-my.sharepoint.com/personal/a_b/Documents/Work/list.xlsx",
        "https://firma.sharepoint.com/sites/QA/Documents/Work/list.xlsx",
    ):
        assert found.resolve(address, None) == fullname_url_to_local_path(address)
