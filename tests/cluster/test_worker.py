"""A worker of a cluster, called as Ray Data calls it, without Ray."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.host.helpers import clips, settings_for
from xl_vqa import __version__
from xl_vqa.cluster import worker as workers
from xl_vqa.cluster.errors import ClusterNodeError, ClusterVideoError
from xl_vqa.cluster.rows import (
    ANSWERED,
    ASKED,
    FAILED,
    HASHED,
    RATED,
    REFUSED,
    Answer,
    Row,
    Work,
    settings_for_workers,
)
from xl_vqa.cluster.worker import ClusterRater, hash_rows, is_well
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.vlm.rater import Outcome, PreparedVideo
from xl_vqa.vlm.stand_in import StandInOptions, StandInRater
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import ModelFailedError
from xl_vqa.words.rating import Rating

Make = Callable[..., ClusterRater]


class Ended(BaseException):
    """In place of the end of the process."""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A worker that holds the given rater, or a stand-in; where it would end its process it raises Ended."""
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))

    def end() -> None:
        raise Ended

    monkeypatch.setattr(workers, "end_process", end)
    monkeypatch.setattr(workers, "RELOAD_S", 0.0)

    def made(rater: Any = None, **changes: Any) -> ClusterRater:
        rater = StandInRater() if rater is None else rater

        def load(settings: Any) -> Any:
            if isinstance(rater, Exception):
                raise rater
            return rater

        monkeypatch.setattr("xl_vqa.vlm.loader.load_from_settings", load)
        values = settings_for_workers(settings_for(tmp_path / "home"), gpu=False, threads=1)
        work = Work(values, __version__, getattr(rater, "fingerprint", ""), 60.0)
        return ClusterRater(replace(work, **changes))

    return made


def asked(*rows: Row) -> dict[str, Any]:
    return {ASKED: np.array([row.to_json() for row in rows], dtype=object)}


def answers(found: dict[str, Any]) -> list[Answer]:
    return [Answer.from_json(text) for text in found[ANSWERED]]


def test_rows_are_rated_as_elsewhere_and_errors_are_their_own(make: Make, tmp_path: Path) -> None:
    first, second = clips(tmp_path / "videos", 2)
    words = tmp_path / "words.mp4"
    words.write_text("no video")
    rows = [Row(4, str(first), "a"), Row(7, str(words)), Row(8, str(tmp_path / "none.mp4")), Row(9, str(second))]
    found = {answer.number: answer for answer in answers(make()(asked(*rows)))}
    assert {number: answer.kind for number, answer in found.items()} == {4: RATED, 7: FAILED, 8: FAILED, 9: RATED}
    rating = Rating.from_dict(found[4].value)
    assert rating.video_fingerprint == fingerprint(first)
    assert (rating.path, rating.text) == (str(first), "a")
    gone = from_dict(dict(found[8].value))
    assert isinstance(gone, ClusterVideoError)
    assert workers.node_name() in gone.message("en")


def test_files_are_hashed_and_what_changed_since_is_hashed_again(make: Make, tmp_path: Path) -> None:
    clip, other = clips(tmp_path / "videos", 2)
    (hashed,) = answers(hash_rows(asked(Row(1, str(clip))), 10.0))
    assert hashed.kind == HASHED
    assert hashed.value["video"] == fingerprint(clip)
    row = Row(1, str(clip), None, **hashed.value)
    clip.write_bytes(other.read_bytes())
    (rated,) = answers(make()(asked(row)))
    assert Rating.from_dict(rated.value).video_fingerprint == fingerprint(other)


def test_a_rater_is_asked_by_one_at_a_time(make: Make, tmp_path: Path) -> None:
    """Ray calls a worker twice at once, so that one call reads while the other rates."""
    inside: list[int] = []
    most: list[int] = []

    class Counting(StandInRater):
        def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.2)
            inside.pop()
            return super().rate(items)

    worker = make(Counting())
    files = clips(tmp_path / "videos", 2)
    threads = [threading.Thread(target=worker, args=(asked(Row(n, str(file))),)) for n, file in enumerate(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1]


@pytest.mark.parametrize("what", [{"version": "0.0.9"}, {"fingerprint": "m1:other"}])
def test_one_that_would_score_otherwise_rates_nothing(make: Make, tmp_path: Path, what: dict[str, str]) -> None:
    found = answers(make(**what)(asked(Row(1, "a.mp4"), Row(2, "b.mp4"))))
    assert [answer.kind for answer in found] == [REFUSED, REFUSED]
    error = from_dict(dict(found[0].value))
    assert isinstance(error, ClusterNodeError)
    assert next(iter(what.values())) in error.message("en")


def test_a_model_that_does_not_load_ends_the_worker(make: Make) -> None:
    with pytest.raises(Ended):
        make(RuntimeError("CUDA error: no CUDA-capable device is detected"))


class Broken(StandInRater):
    """Its card went away."""

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        raise RuntimeError("CUDA error: unspecified launch failure")


def test_a_card_that_went_away_ends_the_worker_and_a_broken_video_does_not(make: Make, tmp_path: Path) -> None:
    (clip,) = clips(tmp_path / "videos", 1)
    with pytest.raises(Ended):
        make(Broken())(asked(Row(1, str(clip))))
    (found,) = answers(make(StandInRater(StandInOptions(fail_text="odd")))(asked(Row(1, str(clip), "odd"))))
    assert found.kind == FAILED
    assert isinstance(from_dict(dict(found.value)), ModelFailedError)


def test_a_batch_that_hangs_ends_the_worker(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    worker = make(StandInRater(StandInOptions(hang_text="hang")), hang_s=1.0)
    monkeypatch.setattr(workers, "end_process", ended.set)
    (clip,) = clips(tmp_path / "videos", 1)
    threading.Thread(target=worker, args=(asked(Row(1, str(clip), "hang")),), daemon=True).start()
    assert ended.wait(60)


def test_the_grey_picture_is_rated_by_a_model_that_sees_windows_too() -> None:
    assert is_well(StandInRater())
    assert not is_well(Broken())
    starter = load_vlm_rater("starter", device="cpu")
    assert isinstance(starter, VlmRater)
    assert starter.spec.sampling.window
    assert is_well(starter)
    starter.close()
    assert not is_well(starter)
