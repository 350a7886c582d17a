"""docs/it.md against a machine on which the product really ran, and against the limits in the code."""

from __future__ import annotations

import re
import stat
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.install.environments import PROJECT
from tests.printed.commands import ROOT
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.protocol import LOOPBACK, MAX_BODY_BYTES, MAX_ROWS
from xl_vqa.host import connections, database, forgetting, logs
from xl_vqa.words.settings import Settings

PAGE = (ROOT / "docs" / "it.md").read_text(encoding="utf-8")
ENGLISH, _, JAPANESE = PAGE.partition("\n## 日本語\n")


def named(text: str) -> set[str]:
    """The files that the table of the data folder names, as patterns."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.skipif("sys.platform == 'win32'", reason="the modes are those of Linux and macOS")
def test_every_file_of_the_data_folder_is_named_and_private(settings: Settings, clip_folder: list[Path]) -> None:
    patterns = named(ENGLISH)
    with HostClient(settings) as client:
        client.rate_all([Video(str(clip_folder[0]), "a fox")])
        (settings.home / "settings.toml").write_text("")
        (settings.home / "settings.toml").chmod(0o644)
        (settings.home / "logs" / "calc.log").touch(0o644)
        client.stop()
        client.ensure_running()
        found = [path for path in settings.home.rglob("*") if path.is_file()]
        names = {path.relative_to(settings.home).as_posix() for path in found}
        assert {"host.json", "host.lock", "ratings.sqlite3", "logs/host.log"} <= names
        assert [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)] == []
        assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
        assert {
            path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in found if path.stat().st_mode & 0o077
        } == {}


def test_both_languages_name_the_same_files_and_commands() -> None:
    files = {name for name in named(ENGLISH) if re.search(r"[/.*]", name) and "-wal" not in name}
    assert files - named(JAPANESE) == {"ratings.sqlite3-shm", "labels.sqlite3-shm"}
    for word in (
        "127.0.0.1",
        "keep_days",
        "XL_VQA_OFFLINE=1",
        "xl-vqa forget --all --keep-settings",
        "NOTICE",
        "0700",
    ):
        assert word in ENGLISH
        assert word in JAPANESE


def test_what_forget_removes_is_what_the_page_names() -> None:
    patterns = named(ENGLISH)
    for name in (*forgetting.OF_THE_HOST, *forgetting.OF_THE_USER):
        assert any(pattern == name or pattern.startswith(f"{name}/") for pattern in patterns), name


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_limits_are_those_of_the_code(text: str) -> None:
    size = f"{(logs.BACKUPS + 1) * logs.MAX_BYTES / 1e6:g} MB"
    for word in (
        LOOPBACK,
        str(connections.MOST),
        f"{connections.HEAD_S:.0f}",
        f"{connections.BODY_S:.0f}",
        f"{MAX_BODY_BYTES >> 20} MiB",
        f"{MAX_ROWS:,}",
        size,
    ):
        assert word in text, word
    assert (database.KEPT_DAMAGED, Settings().decode_threads) == (2, 2)
    assert f"{forgetting.MOST_NAMES:,} names" in ENGLISH


def test_packages_with_terms_are_those_of_the_project() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    asked = " ".join([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["starter"]])
    rows = re.findall(r"^\| (decord|av|imageio-ffmpeg)\b", ENGLISH, re.MULTILINE)
    assert len(rows) == 3
    for name in rows:
        assert name in asked
        assert f"- {name} " in notice
