"""Why?: asked of a real host, made once, stored, cancelled, forgotten; and what it does beside ratings."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

import xl_vqa
from tests import media
from tests.host import helpers
from tests.host.service_bench import Bench, running
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.host.explainer import Explainer, Explaining
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.words.errors import (
    CancelledError,
    ModelFailedError,
    NoVideoStreamError,
    VideoChangingError,
    VideoNotFoundError,
)
from xl_vqa.words.explanation import Explanation, Progress
from xl_vqa.words.settings import Settings

START, END = 2.0, 3.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of fine stripes; in one of them the left half is flat, and the stand-in minds lost detail."""
    path = tmp_path_factory.mktemp("why") / "clip.mp4"
    stripes = np.where(np.arange(128) % 4 < 2, 120, 136).astype(np.uint8)
    clean = np.ascontiguousarray(np.broadcast_to(stripes[None, :, None], (64, 128, 3)))
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=20)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "10"}
        for number in range(100):
            picture = np.roll(clean, number, axis=1)
            if START <= number / 20 < END:
                picture = picture.copy()
                picture[:, :64] = 128
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    made = helpers.settings_for(tmp_path_factory.mktemp("home") / "home", model="stand-in?per_video=0.002")
    with helpers.cleaned_up(made):
        yield made


@pytest.fixture(scope="module")
def why(clip: Path, home: Settings) -> Explanation:
    told: list[Progress] = []
    made = xl_vqa.explain(clip, settings=home, on_progress=told.append)
    assert all(one.stage in ("rating", "reading", "timeline", "maps") for one in told)
    return made


def test_it_points_to_when_and_where(why: Explanation) -> None:
    (moment,) = why.moments
    assert abs(moment.start_s - START) < 0.3
    assert abs(moment.end_s - END) < 0.3
    assert min(why.spans, key=lambda span: span.mos).start_s == START
    (heat,) = why.maps
    assert heat.box is not None
    assert heat.box.left == 0
    assert heat.box.right == pytest.approx(0.5, abs=0.17)
    assert heat.picture[:2] == b"\xff\xd8"
    assert why.cost.passes <= why.cost.budget
    assert why.rating.model == "stand-in"


def test_once_made_it_is_served(why: Explanation, clip: Path, home: Settings, tmp_path: Path) -> None:
    with HostClient(home) as client:
        again = client.explain(str(clip))
        # of the same content under another name, made again from the store, its picture from the file
        copy = tmp_path / "copy.mp4"
        copy.write_bytes(clip.read_bytes())
        other = client.explain(str(copy))
        bare = client.explain(str(copy), pictures=False)
        anew = client.explain(str(clip), refresh=True)
    assert again == why
    assert other.path == str(copy)
    assert other.made_at == why.made_at
    assert (other.spans, other.maps[0].relevance) == (why.spans, why.maps[0].relevance)
    assert other.maps[0].picture[:2] == b"\xff\xd8"
    assert not bare.maps[0].jpeg
    # the same looks give the same answers
    assert (anew.spans, anew.moments) == (why.spans, why.moments)


def test_the_next_host_has_it_too_and_no_picture_is_stored(why: Explanation, clip: Path, home: Settings) -> None:
    with HostClient(home) as client:
        made = client.explain(str(clip))
        client.stop()
    data = b"".join(file.read_bytes() for file in home.home.glob("ratings.sqlite3*"))
    assert made.made_at.encode() in data
    picture = why.maps[0].jpeg
    assert picture[len(picture) // 2 :][:40].encode() not in data
    with HostClient(home) as client:
        assert client.explain(str(clip)) == made


def test_asked_by_many_at_once_it_is_made_once(clip: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    settings = helpers.settings_for(tmp_path / "home", model=f"stand-in?log={log}")
    with helpers.cleaned_up(settings), ThreadPoolExecutor(4) as pool:
        clients = [HostClient(settings) for _ in range(4)]
        made = list(pool.map(lambda client: client.explain(str(clip)), clients))
        for client in clients:
            client.close()
    assert len({one.made_at for one in made}) == 1
    lines = len(log.read_text().splitlines())
    # the rating is one, and every pass is of eight frames
    assert lines <= 1 + made[0].cost.passes * 4


def test_it_ends_when_nobody_wants_it(clip: Path, tmp_path: Path) -> None:
    settings = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.5")
    with helpers.cleaned_up(settings), HostClient(settings) as client:
        stop = threading.Event()

        def tell(progress: Progress) -> None:
            if progress.stage == "timeline":
                stop.set()

        with pytest.raises(CancelledError):
            client.explain(str(clip), on_progress=tell, cancel=stop)
        # and the host is free for others
        (answer,) = client.rate([Video(str(clip))], wait=20.0)
        assert answer.status == "done"


def test_ratings_are_not_held_up_by_it(clip: Path, clip_folder: list[Path], tmp_path: Path) -> None:
    settings = helpers.settings_for(tmp_path / "home", model="stand-in?per_video=0.05")
    with helpers.cleaned_up(settings), HostClient(settings) as client, ThreadPoolExecutor(1) as pool:
        started = threading.Event()
        told: list[Progress] = []

        def tell(progress: Progress) -> None:
            told.append(progress)
            started.set()

        explaining = pool.submit(client.explain, str(clip), on_progress=tell)
        assert started.wait(30.0)
        with HostClient(settings) as other:
            rated = other.rate_all([Video(str(path)) for path in clip_folder[:10]])
        assert all(isinstance(one, dict) for one in rated)
        assert explaining.result(60.0).spans


@pytest.mark.parametrize("name", ["missing.mp4", "sound.m4a", "text.mp4"])
def test_a_bad_file_gives_the_error_of_its_rating(name: str, home: Settings, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "sound.m4a":
        media.make_audio_only(path)
    elif name == "text.mp4":
        path.write_text("no video")
    with HostClient(home) as client:
        (answer,) = client.rate([Video(str(path))], wait=20.0)
        assert answer.error is not None
        with pytest.raises(type(answer.error)):
            client.explain(str(path))
    assert name != "missing.mp4" or isinstance(answer.error, VideoNotFoundError)
    assert name != "sound.m4a" or isinstance(answer.error, NoVideoStreamError)


@pytest.mark.parametrize("frames", [1, 2, 3, 12])
def test_however_short_it_is_explained(frames: int, home: Settings, tmp_path: Path) -> None:
    path = media.make_clip(tmp_path / f"short{frames}.mp4", 96, 64, frames)
    with HostClient(home) as client:
        made = client.explain(str(path))
    assert made.spans[0].start_s == 0
    assert made.spans[-1].end_s == pytest.approx(made.duration_s)
    keys = [one["key"] for one in made.remarks]
    assert ("why_one_frame" in keys) == (frames == 1)


def test_a_video_that_the_model_fails_on_gets_its_error(clip: Path, home: Settings) -> None:
    settings = helpers.settings_for(home.home, model="stand-in?fail_text=boom")
    with HostClient(settings) as client, pytest.raises(ModelFailedError):
        client.explain(str(clip), "boom")


def test_what_is_forgotten_is_forgotten_with_its_explanation(tmp_path: Path) -> None:
    store = Store(tmp_path / "ratings.sqlite3")
    new = helpers.new_rating()
    store.save([new])
    store.explanations.save(new.key, 1, "{}")
    assert store.explanations.find(new.key, 1) == "{}"
    # of another version, or another video
    assert store.explanations.find(new.key, 2) is None
    assert store.explanations.find(RatingKey(*new.key[:2], "other"), 1) is None
    store.forget(lambda path: False, [new.key.video])
    assert store.explanations.find(new.key, 1) is None
    store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(Bench(tmp_path / "home")) as made:
        yield made


def asked(bench: Bench, path: Path) -> Explaining:
    """A question of why, waited for."""
    one = bench.service.explain(bench.service.question({"videos": [{"path": str(path)}]}))
    assert isinstance(one, Explaining)
    finished = threading.Event()
    bench.service.explainer.watch(one, finished.set)
    assert finished.wait(60)
    return one


def test_another_video_in_its_place_meanwhile_is_not_explained_by_its_score(
    bench: Bench, clip: Path, clip_folder: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.read_bytes())
    bench.ask(path)
    rated = Explainer._rated

    def replace_it(self: Explainer, one: Explaining) -> RatingKey:
        # as while others were explained before it
        key = rated(self, one)
        path.write_bytes(clip_folder[0].read_bytes())
        return key

    monkeypatch.setattr(Explainer, "_rated", replace_it)
    assert isinstance(asked(bench, path).outcome, VideoChangingError)


def test_the_frames_of_another_video_are_not_shown_under_its_maps(
    bench: Bench, clip: Path, clip_folder: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.read_bytes())
    one = asked(bench, path)
    assert isinstance(one.outcome, Explanation)
    # as it comes from the store
    made = replace(one.outcome.without_pictures(), rating=replace(one.outcome.rating, path=str(path)))
    assert bench.service.explainer.shown(made).maps[0].jpeg
    path.write_bytes(clip_folder[0].read_bytes())
    assert not bench.service.explainer.shown(made).maps[0].jpeg


@pytest.mark.skipif(os.path.normcase("A") == "a", reason="there, names that differ in case alone are one")
def test_of_a_name_in_another_case_the_stored_score_is_explained(bench: Bench, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "CLIP.MP4").write_bytes(clip.read_bytes())
    (entry,) = bench.ask(tmp_path / "clip.mp4")
    assert (entry["status"], entry["rating"]["path"]) == ("done", str(tmp_path / "clip.mp4"))
    assert isinstance(asked(bench, tmp_path / "clip.mp4").outcome, Explanation)
