"""Real videos through store, queue and threads in this process, with raters that misbehave on purpose."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import clips, variant, wait_for
from tests.host.service_bench import Bench, Entry, running, statuses
from xl_vqa.host.files import look_at
from xl_vqa.host.store import KnownFile
from xl_vqa.vlm.rater import PreparedVideo, Rater
from xl_vqa.vlm.stand_in import StandInOptions
from xl_vqa.words.rating import Rating
from xl_vqa.words.settings import Settings

# -- once and only once


def test_a_stored_rating_is_never_computed_again(bench: Bench, clip_folder: list[Path], tmp_path: Path) -> None:
    (first,) = bench.ask(clip_folder[0], detail=True)
    (again,) = bench.ask(clip_folder[0], detail=True)
    assert first == again
    rating = Rating.from_dict(first["rating"])
    assert rating.path == str(clip_folder[0])
    assert rating.video_fingerprint.startswith("b2:")
    assert len(rating.frames.indices) == 8

    copy = tmp_path / "another name.mp4"
    shutil.copy(clip_folder[0], copy)
    (moved,) = bench.ask(copy)
    assert moved["rating"]["path"] == str(copy)
    assert moved["rating"]["expected_label"] == round(rating.expected_label, 4)
    assert bench.spy.rated == 1


def test_one_content_at_many_paths_and_of_many_clients_is_computed_once(
    bench: Bench, clip_folder: list[Path], tmp_path: Path
) -> None:
    copies = [Path(shutil.copy(clip_folder[0], tmp_path / f"copy{n}.mp4")) for n in range(6)]
    answers: list[list[Entry]] = []
    bench.spy.before = lambda items: time.sleep(0.2)
    threads = [
        threading.Thread(target=lambda: answers.append(bench.ask(*copies, clip_folder[0]))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [statuses(a) for a in answers] == [["done"] * 7] * 5
    assert bench.spy.rated == 1


def test_the_text_is_part_of_the_question(bench: Bench, clip_folder: list[Path]) -> None:
    clip = clip_folder[0]
    entries = bench.ask((clip, None), (clip, "a red fox"), (clip, "a blue fox"), (clip, "  "))
    assert statuses(entries) == ["done"] * 4
    assert bench.spy.rated == 3
    assert [e["rating"].get("text") for e in entries] == [None, "a red fox", "a blue fox", None]
    assert entries[0]["rating"] == entries[3]["rating"]
    assert entries[1]["rating"]["expected_label"] != entries[2]["rating"]["expected_label"]


def test_refresh_computes_again_and_replaces(bench: Bench, clip_folder: list[Path]) -> None:
    bench.ask(clip_folder[0])
    flat = bench.spy._rate_one(PreparedVideo((0.0, 0.0), (1,), 1, 1), None)  # type: ignore[arg-type]
    bench.spy.before = lambda items: [flat for _ in items]
    (stale,) = bench.ask(clip_folder[0])
    (fresh,) = bench.ask(clip_folder[0], refresh=True)
    (kept,) = bench.ask(clip_folder[0])
    assert bench.spy.rated == 2
    assert stale["rating"]["label"] != fresh["rating"]["label"]
    assert kept["rating"] == fresh["rating"]


def test_other_views_of_a_stored_rating_ask_no_model(bench: Bench, clip_folder: list[Path]) -> None:
    bench.ask(clip_folder[0])
    view = {"decoding": "median", "band_thresholds": [11, 12, 13, 14]}
    for _ in range(2):
        (entry,) = bench.ask(clip_folder[0], view=view)
        assert entry["rating"]["decoding"] == "median"
        assert entry["rating"]["band"] == "excellent"
    assert bench.spy.rated == 1


def test_changed_content_at_the_same_path_is_another_video(
    bench: Bench, clip_folder: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    shutil.copy(clip_folder[0], path)
    (first,) = bench.ask(path, detail=True)
    before = path.stat()
    variant(clip_folder[1], path, 77)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (second,) = bench.ask(path, detail=True)
    assert bench.spy.rated == 2
    assert first["rating"]["video_fingerprint"] != second["rating"]["video_fingerprint"]


def test_a_file_hashed_while_it_was_fresh_is_hashed_again(
    bench: Bench, clip_folder: list[Path], tmp_path: Path
) -> None:
    """Two writes within a clock tick leave the same times: the hash of the first must not stand for the second."""
    path = variant(clip_folder[0], tmp_path / "new.mp4", 5)
    bench.ask(path)
    store = bench.service.ledger.store
    assert not store.known_files([str(path)])[str(path)].settled
    assert statuses(bench.ask(path)) == ["done"]
    # as if the content had been swapped under the same times
    wrong = KnownFile(look_at(str(path)).stat_key, "b2:of other content", False)
    store.remember_file(str(path), wrong)
    (entry,) = bench.ask(path, detail=True)
    assert entry["rating"]["video_fingerprint"] != wrong.video
    assert bench.spy.rated == 1


# -- one bad video never fails others


def test_every_kind_of_input_gets_its_own_answer(bench: Bench, clip_folder: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no video at all, but text")
    (tmp_path / "cut.mp4").write_bytes(clip_folder[0].read_bytes()[:600])
    named = [tmp_path / name for name in ("none.mp4", "empty.mp4", "text.mp4", "cut.mp4", ".")]
    good = clip_folder[:3]
    entries = bench.ask(good[0], *named, good[1], Path("relative.mp4"), good[2])
    codes = statuses(entries)
    assert [codes[0], codes[6], codes[8]] == ["done"] * 3
    assert codes[1:4] == ["video_not_found", "video_empty", "not_a_video"]
    assert codes[4].startswith("video_")
    assert codes[5] == "not_a_video"
    assert codes[7] == "host_request"
    for entry, path in zip(entries[1:6], named, strict=True):
        assert entry["error"]["params"]["path"] == str(path)


@pytest.mark.parametrize(
    ("called", "asked"), [("cam_x1080_30.mp4", "cam\u108030.mp4"), ("aAb.mp4", "a_x0041_b.mp4")]
)
def test_a_name_that_a_spreadsheet_shows_in_its_other_form(
    bench: Bench, clip_folder: list[Path], tmp_path: Path, called: str, asked: str
) -> None:
    shutil.copy(clip_folder[0], tmp_path / called)
    (entry,) = bench.ask(tmp_path / asked)
    assert entry["status"] == "done"
    assert entry["rating"]["path"] == str(tmp_path / asked)
    (missing,) = bench.ask(tmp_path / "cam_x1081_30.mp4")
    assert missing["error"]["code"] == "video_not_found"


def test_malformed_entries_are_errors_of_their_own(bench: Bench, clip_folder: list[Path]) -> None:
    videos = [
        {"path": str(clip_folder[0])},
        {"path": ""},
        {"path": 5},
        "a string",
        None,
        {"path": str(clip_folder[0]), "text": 7},
    ]
    question = bench.service.question({"videos": videos})
    slots = bench.service.look_up(question)
    done = threading.Event()
    bench.service.watch(slots, done.set)
    assert done.wait(20)
    entries = json.loads(bench.service.render(slots, question.view, False))["ratings"]
    assert statuses(entries) == ["done", "no_video_path", *["host_request"] * 4]


def test_requests_of_many_clients_share_batches(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home", batch_size=8)) as bench:
        bench.spy.before = lambda items: time.sleep(0.15)
        threads = [threading.Thread(target=bench.ask, args=(clip,)) for clip in clip_folder[:24]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert bench.spy.rated == 24
        assert max(map(len, bench.spy.batches)) > 2
        assert max(map(len, bench.spy.batches)) <= 8


# -- the model


def test_decoding_goes_on_while_the_model_loads_and_works(tmp_path: Path, clip_folder: list[Path]) -> None:
    loading = threading.Event()

    def load(settings: Settings) -> Rater:
        loading.wait(20)
        return bench.spy

    with running(Bench(tmp_path / "home", load=load, decode_threads=2)) as bench:
        read: list[str] = []
        original = bench.service.pipeline._read
        bench.service.pipeline._read = lambda path, *rest: (read.append(path), original(path, *rest))[1]
        answers: list[list[Entry]] = []
        thread = threading.Thread(target=lambda: answers.append(bench.ask(*clip_folder[:4])))
        thread.start()
        wait_for(lambda: len(read) == 2)  # both decoders have read theirs before the model is there
        assert bench.service.progress()["model_state"] == "loading"
        loading.set()
        thread.join(20)
        assert statuses(answers[0]) == ["done"] * 4


def test_progress_is_that_of_the_model_asked_about(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home")) as bench:
        before = bench.service.progress()
        assert (before["model_state"], before["loaded"], before["other_loaded"]) == ("unloaded", None, False)
        bench.ask(clip_folder[0])
        own = bench.service.progress()
        assert (own["model"], own["model_state"], own["other_loaded"]) == ("stand-in", "ready", False)
        other = bench.service.progress({"model": "stand-in?seed=1"})
        assert (other["model_state"], other["loaded"], other["other_loaded"]) == ("unloaded", "stand-in", True)


def test_the_model_is_given_back_when_the_host_ends(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home")) as bench:
        bench.ask(clip_folder[0])
        assert bench.spy.closed == 0
    assert bench.spy.closed == 1


def test_the_model_is_unloaded_after_a_rest_and_comes_back(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home", model_idle_minutes=0.01)) as bench:
        bench.ask(clip_folder[0])
        wait_for(lambda: bench.service.progress()["model_state"] == "unloaded")
        assert bench.spy.closed == 1
        assert statuses(bench.ask(clip_folder[0])) == ["done"]
        assert bench.service.progress()["model_state"] == "unloaded"  # stored: no model needed
        assert statuses(bench.ask(clip_folder[1])) == ["done"]


# -- changing files, crashes, full disks


def test_a_cancelled_video_stops_being_read(bench: Bench, clip_folder: list[Path]) -> None:
    ended = threading.Event()
    original = bench.service.pipeline._read

    def read(name: str, sampling: Any, should_stop: Callable[[], None]) -> Any:
        if name != str(clip_folder[0]):
            return original(name, sampling, should_stop)
        try:
            while True:
                time.sleep(0.01)
                should_stop()
        finally:
            ended.set()

    bench.service.pipeline._read = read
    (entry,) = bench.ask(clip_folder[0], wait=0.3)
    assert entry["status"] == "pending"
    assert bench.service.cancel({"keys": [entry["key"]]}) == 1
    assert ended.wait(10)
    (polled,) = bench.service.poll([entry["key"]])
    assert "cancelled" in bench.service.render([polled], bench.service.view({}), False)
    assert statuses(bench.ask(clip_folder[1])) == ["done"]
    assert bench.service.marks._crashes == {}


def test_progress_counts_and_estimates(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home", batch_size=1)) as bench:
        assert statuses(bench.ask(clip_folder[20])) == ["done"]  # the reader of videos has started
        bench.spy.before = lambda items: time.sleep(0.1)
        entries = bench.ask(*clip_folder[:20], wait=1.0)
        progress = bench.service.progress()
        assert progress["queued"] + progress["decoding"] + progress["rating"] + progress["done"] == 21
        assert 1 < progress["done"] < 21
        assert progress["per_minute"] > 60
        left = 21 - progress["done"]
        assert progress["eta_s"] == pytest.approx(60 * left / progress["per_minute"], abs=0.06)
        pending = [e for e in entries if e["status"] == "pending"]
        assert [e["position"] for e in pending] == sorted(e["position"] for e in pending)
        assert bench.service.cancel({"all": True}) > 0
        wait_for(lambda: bench.service.queue.idle)


@pytest.mark.parametrize("detail", [False, True])
def test_texts_that_the_model_does_not_hear_are_one_question(tmp_path: Path, detail: bool) -> None:
    """Rated once, told to whoever asked with a text, and silent for whoever asked without."""
    (video,) = clips(tmp_path / "clips", 1)
    asked: list[tuple[Path, str | None]] = [(video, text) for text in ("a fox", "a boat", None, "a house")]
    with running(Bench(tmp_path / "home", options=StandInOptions(deaf=1))) as bench:
        for _ in range(2):
            ratings = [entry["rating"] for entry in bench.ask(*asked, detail=detail)]
            assert [rating.get("text") for rating in ratings] == ["a fox", "a boat", None, "a house"]
            assert ["warning_text_unused" in rating["warnings"] for rating in ratings] == [True, True, False, True]
            assert len({rating["label"] for rating in ratings}) == 1
        assert bench.spy.rated == 1
        (plain,) = bench.ask(video, detail=detail)
        assert plain["rating"]["warnings"] == []
        assert bench.service.ledger.store.count() == 1


# -- readers that harm themselves


def test_workers_end_with_the_queue_and_do_not_ask_it_again_and_again(bench: Bench) -> None:
    # while the server drains, up to ten seconds, nobody may keep the processor busy
    bench.service.queue.close()
    for thread in bench.service.pipeline._threads:
        thread.join(10.0)
    assert not any(thread.is_alive() for thread in bench.service.pipeline._threads)
