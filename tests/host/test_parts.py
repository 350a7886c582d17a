"""The small parts: views, ledger, crash marks, remarks, file facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.helpers import VIEW, made_rating, new_rating
from xl_vqa.host import ledger as ledger_module
from xl_vqa.host.crash_marks import CrashMarks
from xl_vqa.host.files import FileFacts, look_at
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.lifecycle import bind
from xl_vqa.host.memory import give_back
from xl_vqa.host.pipeline import most_readers
from xl_vqa.host.remarks import SAME_SCORE_COUNT, Pace, SameScoreAlarm
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import Summary
from xl_vqa.host.views import KnownModel, SummaryCache, View, detail_json, summary_json, with_path
from xl_vqa.vlm.rate_batch import for_text
from xl_vqa.words.errors import (
    HostDiskError,
    HostRequestError,
    HostStartError,
    NotAVideoError,
    VideoAccessError,
    VideoEmptyError,
    VideoNotFoundError,
)
from xl_vqa.words.rating import DECODINGS, Rating
from xl_vqa.words.settings import Settings

# -- views


@given(
    seed=st.integers(0, 1000),
    decoding=st.sampled_from(DECODINGS),
    thresholds=st.one_of(st.none(), st.lists(st.floats(10, 50), min_size=4, max_size=4, unique=True).map(sorted)),
    path=st.text(min_size=1),
    text=st.one_of(st.none(), st.text()),
)
def test_the_fast_json_is_the_ratings_own(
    seed: int, decoding: str, thresholds: list[float] | None, path: str, text: str | None
) -> None:
    view = View.from_request({"decoding": decoding, "band_thresholds": thresholds}, VIEW)
    rating = made_rating(seed=seed)
    asked = replace(view.apply(rating), path=path, text=text)
    assert json.loads(with_path(summary_json(rating, view), path, text)) == asked.to_dict(detail=False)
    detail = json.loads(detail_json(rating, view, path, text))
    assert detail == json.loads(json.dumps(asked.to_dict()))
    assert Rating.from_dict(detail) == asked


@pytest.mark.parametrize(
    "values",
    [
        "median",
        {"decoding": "best"},
        {"band_thresholds": [1, 2]},
        {"band_thresholds": [4, 3, 2, 1]},
        {"band_thresholds": ["a", "b", "c", "d"]},
        {"band_thresholds": [[1], 2, 3, 4]},
        {"band_thresholds": 7},
        {"decoding": ["median"]},
    ],
)
def test_views_that_are_none(values: object) -> None:
    with pytest.raises(HostRequestError):
        View.from_request(values, VIEW)


def test_the_cache_serves_a_view_only_for_the_computation_it_was_made_from() -> None:
    cache = SummaryCache(size=2)
    new, refreshed = new_rating(seed=0), new_rating(seed=1)
    stored = Summary(new.view, new.summary)
    other = View("median")
    assert cache.get(new.key, stored, VIEW) == new.summary
    assert cache.get(new.key, stored, other) is None
    cache.put(new.key, stored, other, "in median")
    assert cache.get(new.key, stored, other) == "in median"
    assert cache.get(new.key, Summary(new.view, refreshed.summary), other) is None
    for number in range(3):
        cache.put(new_rating(f"b2:{number}").key, stored, other, "x")
    assert cache.get(new.key, stored, other) is None  # the oldest went


# -- ledger


class FullStore(Store):
    """A real store whose disk can be filled."""

    full = False

    def save(self, ratings):  # type: ignore[no-untyped-def]
        if self.full:
            raise HostDiskError(path="store", problem="database or disk is full")
        super().save(ratings)


def test_ratings_outlive_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "RETRY_S", 0.0)
    store = FullStore(tmp_path / "r.sqlite3")
    ledger = Ledger(store)
    ledger.save([new_rating("b2:0")])
    store.full = True
    new = [new_rating(f"b2:{n}") for n in range(1, 4)]
    ledger.save(new)
    assert isinstance(ledger.problem, HostDiskError)
    assert ledger.unsaved == 3
    keys = [new_rating("b2:0").key, *(n.key for n in new)]
    assert set(ledger.find(keys)) == set(ledger.load(keys)) == set(keys)
    assert ledger.load(keys)[new[0].key].distribution == new[0].rating.distribution
    assert store.count() == 1
    store.full = False
    ledger.retry()
    assert ledger.problem is None
    assert ledger.unsaved == 0
    assert store.count() == 4
    ledger.close()


def test_memory_for_unsaved_ratings_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MOST_UNSAVED", 5)
    store = FullStore(tmp_path / "r.sqlite3")
    store.full = True
    ledger = Ledger(store)
    for number in range(9):
        ledger.save([new_rating(f"b2:{number}")])
    assert ledger.unsaved == 5
    assert set(ledger.find([new_rating("b2:8").key, new_rating("b2:0").key])) == {new_rating("b2:8").key}
    store.full = False
    ledger.close()
    store = FullStore(tmp_path / "r.sqlite3")
    assert store.count() == 5
    store.close()


# -- crash marks


def test_marks_count_only_hosts_that_died(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"

    def host(*, dies: bool) -> dict[str, int]:
        store = Store(path)
        marks = CrashMarks(store)
        before = {video: marks.times(video) for video in ("b2:bad", "b2:good", "b2:error", "b2:late")}
        marks.begin("b2:good", "/v/good")
        marks.rated("b2:good")
        store.save([new_rating("b2:good")])
        marks.begin("b2:error", "/v/error")
        marks.survived("b2:error")
        marks.begin("b2:bad", "/v/bad")
        if not dies:
            marks.stop()
        store.close()
        return before

    assert set(host(dies=True).values()) == {0}
    assert host(dies=False)["b2:bad"] == 1
    assert host(dies=True)["b2:bad"] == 1  # the orderly one did not count
    store = Store(path)
    marks = CrashMarks(store)
    assert marks.times("b2:bad") == 2
    assert marks.times("b2:good") == marks.times("b2:error") == 0
    marks.begin("b2:bad", "/v/bad", forgive=True)
    marks.stop()
    store.close()
    assert Store(path).crash_marks() == {}


# -- remarks


@pytest.mark.parametrize("text", [None, "a fox"])
@pytest.mark.parametrize("heard", [True, False])
def test_a_text_that_was_not_heard_is_said(text: str | None, heard: bool) -> None:
    rating = for_text(replace(made_rating(), warnings=("warning_frozen",)), text, heard=heard)
    assert rating.text == text
    assert ("warning_text_unused" in rating.warnings) == (text is not None and not heard)
    assert rating.warnings[0] == "warning_frozen"
    summary = '{"label": 3, "model": "m", "warnings": []}'
    short = json.loads(with_path(summary, "/a.mp4", text, KnownModel(reads_text=heard)))
    assert (short["label"], short["model"], short.get("text")) == (3, "m", text)
    assert bool(short["warnings"]) == (text is not None and not heard)


@pytest.mark.parametrize("name", [None, "made", 'a "quoted" name', "お店"])
def test_a_rating_bears_the_name_that_the_model_has_now(name: str | None) -> None:
    rating, view = replace(made_rating(), model="made"), View.of(Settings(decoding="median"))
    model = KnownModel(name)
    short = json.loads(with_path(summary_json(rating, view), "/a.mp4", None, model))
    long = json.loads(detail_json(rating, view, "/a.mp4", None, model))
    assert short["model"] == long["model"] == (name or "made")
    assert short["label"] == long["label"]


def test_the_alarm_rings_for_the_same_score_of_different_videos() -> None:
    alarm = SameScoreAlarm()
    same = made_rating("b2:0")
    for number in range(SAME_SCORE_COUNT):
        assert alarm.warning() is None
        for _ in range(3):  # the same video again proves nothing
            alarm.add(replace(same, video_fingerprint=f"b2:{number}"))
    assert alarm.warning() == {"code": "warning_same_score", "params": {"count": SAME_SCORE_COUNT}}
    alarm.add(made_rating("b2:other", seed=5))
    assert alarm.warning() is None
    for number in range(SAME_SCORE_COUNT - 1):
        alarm.add(replace(same, video_fingerprint=f"b2:n{number}"))
    alarm.add(replace(same, video_fingerprint="b2:m", model_fingerprint="m1:new"))
    assert alarm.warning() is None  # another model begins anew


def test_pace_and_time_left() -> None:
    pace = Pace()
    assert pace.eta_s(5, 0.0) is None
    pace.busy(100.0)
    assert pace.eta_s(5, 101.0) is None
    pace.finished(10, 110.0)
    assert pace.per_minute(110.0) == pytest.approx(60.0)
    assert pace.eta_s(30, 110.0) == pytest.approx(30.0)
    pace.busy(111.0)
    pace.finished(10, 300.0)
    assert pace.per_minute(300.0) == pytest.approx(5.0)  # what was long ago does not count
    pace.idle()
    assert pace.per_minute(301.0) is None


# -- file facts


def test_a_change_of_the_file_changes_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "動画.mp4"
    path.write_bytes(b"one")
    first = look_at(str(path))
    assert look_at(str(path)) == first
    path.write_bytes(b"other")
    longer = look_at(str(path))
    assert longer.stat_key != first.stat_key
    time.sleep(0.02)
    path.write_bytes(b"OTHER")
    os.utime(path, (1, 1))
    back_dated = look_at(str(path))
    assert back_dated.stat_key != longer.stat_key
    new = tmp_path / "new"
    new.write_bytes(b"OTHER")
    os.utime(new, (1, 1))
    os.replace(new, path)
    assert look_at(str(path)).stat_key != back_dated.stat_key


def test_a_file_changed_just_now_is_not_settled() -> None:
    assert not FileFacts("k", 1000.0).settled(1001.0)
    assert FileFacts("k", 1000.0).settled(1003.0)
    assert not FileFacts("k", 1100.0).settled(1000.0)  # a server's clock that is ahead
    assert FileFacts("k", 5e9).settled(1000.0)  # a wrong date


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("none.mp4", VideoNotFoundError),
        ("file/x.mp4", VideoNotFoundError),
        ("folder", NotAVideoError),
        ("empty.mp4", VideoEmptyError),
        ("nul\0.mp4", VideoNotFoundError),
        ("half a character \ud800.mp4", VideoNotFoundError),
        ("x" * 300 + ".mp4", VideoAccessError),
    ],
)
def test_what_is_wrong_with_a_path(tmp_path: Path, name: str, kind: type[Exception]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises(kind):
        look_at(f"{tmp_path}/{name}")


def test_pipes_are_no_videos(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(NotAVideoError):
        look_at(str(tmp_path / "pipe.mp4"))


# -- memory


def test_a_host_that_has_read_no_video_holds_no_numbers_library() -> None:
    code = "import sys, xl_vqa.host.__main__, xl_vqa.host.lifecycle\n"
    code += "print([name for name in ('numpy', 'torch', 'av', 'PIL', 'openpyxl', 'lxml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of glibc")
def test_threads_share_their_freed_memory() -> None:
    """Counted by glibc's own report, in a process that has not begun any thread."""
    code = """
import ctypes, sys, threading
from xl_vqa.host.memory import share_arenas
if sys.argv[1] == "shared":
    assert share_arenas()
c = ctypes.CDLL(None)
meeting = threading.Barrier(6)
def take():
    meeting.wait()
    c.free(ctypes.c_void_p(c.malloc(100_000)))
    meeting.wait()
c.malloc.restype = ctypes.c_void_p
threads = [threading.Thread(target=take) for _ in range(6)]
for one in threads: one.start()
for one in threads: one.join()
c.malloc_info(0, ctypes.c_void_p.in_dll(c, "stdout"))
c.fflush(None)
"""
    counts = [
        subprocess.run([sys.executable, "-c", code, how], capture_output=True, text=True, check=True).stdout.count(
            "<heap nr="
        )
        for how in ("shared", "plain")
    ]
    assert counts[0] <= 2 < counts[1]


def test_freed_memory_goes_back_to_the_system() -> None:
    if not sys.platform.startswith("linux"):
        assert not give_back()
        return
    process = psutil.Process()
    # too large for Python's own pool and too small for a mapping of their own: they stay with the C library
    blocks = [bytes(4000) for _ in range(20_000)]
    keep = blocks[-1]
    full = process.memory_info().rss
    del blocks
    assert give_back()
    assert process.memory_info().rss < full - 40_000_000
    assert len(keep) == 4000


def test_why_nothing_can_listen_is_told_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    # of documentation (RFC 5737): no machine's
    monkeypatch.setattr("xl_vqa.host.lifecycle.LOOPBACK", "192.0.2.1")
    with pytest.raises(HostStartError) as told:
        bind(0)
    assert "アドレスがありません" in told.value.message("ja")
    assert "assign" not in told.value.message("ja")


@pytest.mark.parametrize(
    ("set_to", "cores", "readers"), [(1, 8, 1), (2, 1, 2), (4, 8, 4), (100, 8, 8), (4, None, 2)]
)
def test_as_many_readers_as_are_set_but_no_more_than_cores(
    set_to: int, cores: int | None, readers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert most_readers(Settings(decode_threads=set_to)) == readers
