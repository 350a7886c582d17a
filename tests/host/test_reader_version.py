"""Ratings that an older reader left: served where the file reads the same today, made anew where it does not."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from tests.host.test_service import Bench, running
from tests.media import make_clip
from xl_vqa.video.reader_version import READER_VERSION, reading_changed


def age(store: Path) -> None:
    """As the first version of the reader left it: no version beside a rating, and none beside a file."""
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE ratings SET reader = 1, checksum = NULL")
        connection.execute("DELETE FROM files")
    connection.close()


def test_only_what_reads_otherwise_is_rated_again(tmp_path: Path, clip_folder: list[Path]) -> None:
    plain, moved = tmp_path / "plain.mp4", tmp_path / "moved.mp4"
    shutil.copy(clip_folder[0], plain)
    open_groups = {"x265-params": "keyint=20:min-keyint=20:open-gop=1:log-level=none"}
    opened = make_clip(tmp_path / "open.mp4", 96, 64, 60, codec="libx265", options=open_groups)
    with running(Bench(tmp_path / "home")) as bench:
        before = bench.ask(plain, opened)
        store = bench.settings.store_file
    age(store)
    shutil.move(plain, moved)  # found by content, wherever it is now
    with running(Bench(tmp_path / "home")) as bench:
        after = bench.ask(moved, opened)
        assert bench.spy.rated == 1
        assert after[0]["rating"]["rated_at"] == before[0]["rating"]["rated_at"]
        assert [e["rating"]["label"] for e in after] == [e["rating"]["label"] for e in before]
        # confirmed once and for all
        bench.ask(moved, opened)
        assert bench.spy.rated == 1
    with sqlite3.connect(store) as connection:
        found = connection.execute("SELECT DISTINCT reader FROM ratings").fetchall()
    connection.close()
    assert found == [(READER_VERSION,)]


def test_an_old_rating_of_a_file_that_cannot_be_opened_any_more_is_not_served(
    tmp_path: Path, clip_folder: list[Path]
) -> None:
    with running(Bench(tmp_path / "home")) as bench:
        bench.ask(clip_folder[0])
        store = bench.settings.store_file
    age(store)

    def changed(path: str, since: int) -> bool:
        assert since == 1
        return True

    bench = Bench(tmp_path / "home")
    bench.service.pipeline._reading_changed = changed
    with running(bench):
        bench.ask(clip_folder[0])
        assert bench.spy.rated == 1


def test_what_reads_otherwise_is_told_from_the_file(tmp_path: Path) -> None:
    kinds = {
        "plain.mp4": ({}, False),
        "groups.mp4": ({"gop": 12, "b_frames": 2}, False),
        "vp9.webm": ({"codec": "libvpx-vp9"}, False),
        "refresh.mp4": ({"options": {"x264-params": "intra-refresh=1:keyint=20"}}, True),
        # never left to decord: exact before
        "refresh.ts": ({"options": {"x264-params": "intra-refresh=1:keyint=20"}}, False),
        "variable.mp4": ({"times_s": [n / 30 if n < 30 else n - 29 for n in range(40)]}, True),
        "picture.gif": ({"codec": "gif", "fps": 10}, True),
    }
    for name, (options, expected) in kinds.items():
        path = make_clip(tmp_path / name, 96, 64, 40, **options)  # type: ignore[arg-type]
        assert reading_changed(path, 1) is expected, name
        assert not reading_changed(path, READER_VERSION)
