"""Real videos through the service where something goes wrong: models, files, readers, the disk."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.host.helpers import clips, variant, wait_for
from tests.host.service_bench import Bench, Items, Spy, running, statuses
from xl_vqa.host.service import RatingService
from xl_vqa.video.wall import Wall
from xl_vqa.vlm.rater import Outcome, Rater
from xl_vqa.vlm.stand_in import StandInOptions
from xl_vqa.words.errors import HostDiskError, ModelFailedError, ModelMemoryError, ModelNotFoundError
from xl_vqa.words.settings import Settings


def test_a_failing_batch_is_tried_one_by_one(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home", batch_size=4)) as bench:

        def fail(items: Items) -> list[Outcome] | None:
            # until all are read: what waits then is one batch
            wait_for(lambda: (now := bench.service.queue.counts()).queued == now.decoding == 0)
            texts = [text for _, text in items]
            if "boom" in texts:
                raise RuntimeError("the matrix does not fit")
            if "short" in texts:
                return []
            if "alone" in texts:
                distribution = super(Spy, bench.spy).rate(items)
                at = texts.index("alone")
                distribution[at] = ModelMemoryError(problem="too big")
                return distribution
            return None

        bench.spy.before = fail
        texts = [None, "boom", "x", "short", "y", "alone", "z", None]
        pairs = list(zip(clip_folder, texts, strict=False))
        entries = bench.ask(*pairs)
        expected = ["done", "model_failed", "done", "model_failed", "done", "model_memory", "done", "done"]
        assert statuses(entries) == expected
        boom = entries[1]["error"]["params"]
        assert boom["path"] == str(clip_folder[1])
        assert "matrix" in boom["problem"]
        assert max(map(len, bench.spy.batches)) > 1  # it did try them together


def test_a_model_that_cannot_be_loaded_is_tried_again_at_the_next_request(
    tmp_path: Path, clip_folder: list[Path]
) -> None:
    broken = True

    def load(settings: Settings) -> Rater:
        if broken:
            time.sleep(0.1)
            raise ModelNotFoundError(model="x", problem="its folder is gone")
        return bench.spy

    with running(Bench(tmp_path / "home", load=load)) as bench:
        assert statuses(bench.ask(*clip_folder[:5])) == ["model_not_found"] * 5
        assert bench.service.progress()["model_state"] == "failed"
        broken = False
        assert statuses(bench.ask(*clip_folder[:5])) == ["done"] * 5
        assert bench.service.progress()["model_state"] == "ready"


def test_a_file_replaced_between_hashing_and_decoding(
    bench: Bench, clip_folder: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    shutil.copy(clip_folder[0], path)
    original = bench.service.pipeline._read
    swaps = iter([1])

    def read(name: str, *rest: Any) -> Any:
        clip = original(name, *rest)
        for number in swaps:
            variant(clip_folder[1], path, 1000 + number)
        return clip

    bench.service.pipeline._read = read
    (entry,) = bench.ask(path, detail=True)
    assert entry["status"] == "done"
    assert entry["rating"]["video_fingerprint"] == bench.service.pipeline._fingerprint(str(path))


def test_a_file_that_never_stops_changing_is_named(bench: Bench, clip_folder: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "recording.mp4"
    shutil.copy(clip_folder[0], path)
    original = bench.service.pipeline._read
    turn = iter(range(100))

    def read(name: str, *rest: Any) -> Any:
        clip = original(name, *rest)
        # the other video is read by another thread at the same time: only this one's reading changes this one
        if name == str(path):
            variant(clip_folder[1], path, next(turn))
        return clip

    bench.service.pipeline._read = read
    assert statuses(bench.ask(path, clip_folder[2])) == ["video_changing", "done"]


def test_a_video_that_crashed_two_hosts_is_refused_until_refreshed(
    tmp_path: Path, clip_folder: list[Path]
) -> None:
    bench = Bench(tmp_path / "home")
    video = bench.service.pipeline._fingerprint(str(clip_folder[0]))
    bench.service.ledger.store.mark(video, str(clip_folder[0]), 2)
    bench.service.ledger.close()
    with running(Bench(tmp_path / "home")) as bench:
        first, second = bench.ask(clip_folder[0], clip_folder[1])
        assert first["error"]["code"] == "video_crashed_reader"
        assert first["error"]["params"]["times"] == 2
        assert second["status"] == "done"
        assert statuses(bench.ask(clip_folder[0], refresh=True)) == ["done"]
        assert bench.service.marks.times(video) == 0
    with running(Bench(tmp_path / "home")) as bench:
        assert statuses(bench.ask(clip_folder[0])) == ["done"]


def test_an_orderly_stop_accuses_nobody(tmp_path: Path, clip_folder: list[Path]) -> None:
    bench = Bench(tmp_path / "home")
    reading = threading.Event()

    def read(name: str, sampling: object, should_stop: Callable[[], None]) -> Any:
        reading.set()
        while True:  # a long video: gives up when told to
            time.sleep(0.01)
            should_stop()

    bench.service.pipeline._read = read
    bench.service.start()
    thread = threading.Thread(target=bench.ask, args=(clip_folder[0],), kwargs={"wait": 20})
    thread.start()
    assert reading.wait(10)
    bench.service.stop()
    thread.join(10)
    assert not thread.is_alive()
    with running(Bench(tmp_path / "home")) as bench:
        assert bench.service.marks._crashes == {}
        assert statuses(bench.ask(clip_folder[0])) == ["done"]


def test_ratings_are_given_though_the_disk_is_full(bench: Bench, clip_folder: list[Path]) -> None:
    store = bench.service.ledger.store
    bench.ask(clip_folder[0])
    writer = store._database._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count={pages}")
    entries = bench.ask(*clip_folder[1:30])
    assert statuses(entries) == ["done"] * 29
    assert isinstance(bench.service.ledger.problem, HostDiskError)
    assert bench.service.info()["problem"]["code"] == "host_disk"
    assert bench.service.progress()["unsaved"] > 0
    before = bench.spy.rated
    assert bench.ask(*clip_folder[1:30]) == entries
    assert bench.spy.rated == before
    writer.execute("PRAGMA max_page_count=1000000")
    assert statuses(bench.ask(clip_folder[30])) == ["done"]
    assert "problem" not in bench.service.info()
    assert store.count() == 31


def test_the_same_score_for_everything_is_noticed(bench: Bench, clip_folder: list[Path]) -> None:
    bench.ask(*clip_folder[:19])  # the same pictures in all of them: the stand-in cannot but agree
    assert bench.service.warnings() == []
    bench.ask(clip_folder[19])
    assert bench.service.warnings() == [{"code": "warning_same_score", "params": {"count": 20}}]


def test_model_errors_name_the_video(bench: Bench, clip_folder: list[Path]) -> None:
    bench.spy.before = lambda items: [ModelFailedError(problem="odd") for _ in items]
    entries = bench.ask(clip_folder[0], clip_folder[1])
    assert [e["error"]["params"]["path"] for e in entries] == [str(p) for p in clip_folder[:2]]
    bench.spy.before = lambda items: None
    assert statuses(bench.ask(clip_folder[0])) == ["done"]  # errors of the model are not kept


def test_one_question_that_fails_is_an_error_for_each_asker(tmp_path: Path) -> None:
    def fail(items: Items) -> list[Outcome]:
        return [ModelFailedError(problem="boom") for _ in items]

    (first,) = clips(tmp_path / "clips", 1)
    second = tmp_path / "copy.mp4"
    shutil.copy(first, second)
    with running(Bench(tmp_path / "home", options=StandInOptions(deaf=1))) as bench:
        bench.spy.before = fail
        entries = bench.ask((first, "a fox"), (second, "a boat"), (first, None))
    assert [entry["status"] for entry in entries] == ["error"] * 3
    paths = [entry["error"]["params"]["path"] for entry in entries]
    assert paths == [str(first), str(second), str(first)]


def test_files_that_hang_or_crash_their_reader_harm_nobody_else(tmp_path: Path, clip_folder: list[Path]) -> None:
    bench = Bench(tmp_path / "home", video_timeout_s=1.0)
    pipeline = bench.service.pipeline
    wall = Wall(hidden=bench.settings.home, program=("tests.video.reader_programs",), silence_s=1.0)
    pipeline.wall.close()
    pipeline.wall, pipeline._read = wall, wall.read
    paths = []
    for number, name in enumerate(("hang", "hang", "crash", "good", "good", "hang", "good")):
        paths.append(variant(clip_folder[0], tmp_path / f"{name}{number}.mp4", 1000 + number))
    expected = {"hang": "video_timed_out", "crash": "video_crashed_reader", "good": "done"}
    with running(bench):
        assert statuses(bench.ask(*paths, wait=120)) == [expected[path.name[:-5]] for path in paths]
    # and none of them is held against it later on
    with running(Bench(tmp_path / "home")) as bench:
        assert bench.service.marks._crashes == {}
        assert statuses(bench.ask(*paths, wait=120)) == ["done"] * len(paths)


def test_only_a_crash_that_left_its_stack_accuses(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "home")
    store = bench.service.ledger.store
    store.mark("b2:1", "/a", 2, at_work=True)
    store.mark("b2:2", "/b", 1, at_work=True)
    store.mark("b2:3", "/c", 1)
    bench.service.ledger.close()
    killed = RatingService(bench.settings, keeper=bench.service.keeper, crashed=False)
    assert killed.marks._crashes == {"b2:1": 1, "b2:3": 1}
    killed.ledger.close()
    crashed = RatingService(bench.settings, keeper=bench.service.keeper, crashed=True)
    assert crashed.marks._crashes == {"b2:1": 1, "b2:3": 1}
    crashed.ledger.close()
