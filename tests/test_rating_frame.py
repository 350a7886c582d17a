"""``rate_frame``, ``rate_iter`` and ``rate_async``: ratings in the forms that Python programs take them in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xl_vqa
from tests import media
from tests.bridge.fake_host import Reply, fake_host
from xl_vqa.bridge.client import HostClient
from xl_vqa.rating_frame import COLUMNS
from xl_vqa.words.errors import SettingsError, XlVqaError
from xl_vqa.words.rating import Rating
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("clips")
    paths = [folder / "a.mp4", folder / "動画 2.mp4"]
    for seed, path in enumerate(paths):
        media.make_clip(path, 160, 120, frames=12, seed=seed)
    return [str(path) for path in paths]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings.load(home=tmp_path_factory.mktemp("home"), model="stand-in", language="en")
    yield settings
    with HostClient(settings) as client:
        client.stop()


@pytest.fixture
def frame(clips: list[str]) -> pd.DataFrame:
    rows = [clips[1], None, clips[0], "no/such.mp4", clips[1]]
    return pd.DataFrame({"No": range(5), "動画": rows, "prompt": ["x", None, "", "y", "x"]}, index=list("badcb"))


def test_every_row_keeps_its_place_and_gets_its_score(
    frame: pd.DataFrame, host: Settings, clips: list[str]
) -> None:
    before = frame.copy()
    rated = xl_vqa.rate_frame(frame, settings=host)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(rated[list(frame.columns)], frame)
    assert list(rated.columns) == [*frame.columns, *(f"vqa_{name}" for name in COLUMNS)]
    assert rated["vqa_label"].isna().tolist() == [False, True, False, True, False]
    one = {rating.path: rating for rating in xl_vqa.rate(clips, settings=host) if isinstance(rating, Rating)}
    for at in (0, 2, 4):
        rating = one[frame["動画"].iloc[at]]
        row = rated.iloc[at]
        assert row["vqa_label"] == rating.label
        assert row["vqa_mos"] == rating.mos
        assert row["vqa_band"] == rating.band.key
        assert pd.isna(row["vqa_error"])
    assert "names no video" in rated["vqa_error"].iloc[1]
    assert "no file" in rated["vqa_error"].iloc[3]


def test_types_are_those_that_are_promised(frame: pd.DataFrame, host: Settings) -> None:
    rated = xl_vqa.rate_frame(frame, settings=host)
    assert {name: str(rated[f"vqa_{name}"].dtype) for name in COLUMNS} == COLUMNS
    assert rated["vqa_band"].cat.ordered
    assert rated["vqa_band"].min() in ("bad", "poor", "fair", "good", "excellent")
    empty = xl_vqa.rate_frame(frame.iloc[:0], "動画", settings=host)
    assert {name: str(empty[f"vqa_{name}"].dtype) for name in COLUMNS} == COLUMNS


def test_a_second_run_replaces_its_own_columns(frame: pd.DataFrame, host: Settings) -> None:
    first = xl_vqa.rate_frame(frame, settings=host)
    again = xl_vqa.rate_frame(first, settings=host)
    pd.testing.assert_frame_equal(again, first)


def test_texts_and_prefix(frame: pd.DataFrame, host: Settings) -> None:
    rated = xl_vqa.rate_frame(frame, "動画", text="prompt", prefix="q.", settings=host)
    plain = xl_vqa.rate_frame(frame, settings=host)
    assert "q.label" in rated
    # the stand-in hears texts
    assert rated["q.expected_label"].iloc[0] != plain["vqa_expected_label"].iloc[0]
    assert rated["q.expected_label"].iloc[2] == plain["vqa_expected_label"].iloc[2]


def test_errors_speak_the_readers_language(frame: pd.DataFrame, host: Settings) -> None:
    japanese = Settings.load(home=host.home, model="stand-in", language="ja")
    rated = xl_vqa.rate_frame(frame, settings=japanese)
    assert "ファイル" in rated["vqa_error"].iloc[3]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": ["1"], "y": ["2"]}, "no column names videos"),
        ({"x": ["a.mp4"], "y": ["b.mp4"]}, "several columns"),
        ({"video": ["a.mp4"], "path": ["b.mp4"]}, "several columns"),
    ],
)
def test_a_column_that_is_not_plain_is_asked_for(columns: dict[str, list[str]], said: str, host: Settings) -> None:
    with pytest.raises(ValueError, match=said):
        xl_vqa.rate_frame(pd.DataFrame(columns), settings=host)


def test_a_known_heading_goes_before_other_names(host: Settings, clips: list[str]) -> None:
    """A column of reference videos beside it is no question."""
    rated = xl_vqa.rate_frame(pd.DataFrame({"original": [clips[0]], "video": [clips[1]]}), settings=host)
    (rating,) = xl_vqa.rate(clips[1], settings=host)
    assert rated["vqa_mos"].tolist() == [rating.mos]


def test_columns_that_are_not_there_or_there_twice(frame: pd.DataFrame, host: Settings) -> None:
    with pytest.raises(KeyError):
        xl_vqa.rate_frame(frame, "video", settings=host)
    twice = pd.DataFrame([["a.mp4", "b.mp4"]], columns=["video", "video"])
    with pytest.raises(ValueError, match="several columns"):
        xl_vqa.rate_frame(twice, "video", settings=host)


def test_an_iterator_gives_what_rate_gives(clips: list[str], host: Settings) -> None:
    paths = [clips[0], None, "no/such.mp4", clips[1], clips[0]]
    looped = list(xl_vqa.rate_iter(paths, settings=host))
    rated = xl_vqa.rate(paths, settings=host)
    assert [type(one) for one in looped] == [type(one) for one in rated]
    assert [one.label for one in looped] == [one.label for one in rated]
    assert [one.path for one in looped] == [one.path for one in rated]


def test_a_loop_that_ends_early_leaves_a_working_host(clips: list[str], host: Settings) -> None:
    for rating in xl_vqa.rate_iter(clips * 50, settings=host, refresh=True):
        assert rating.ok
        break
    assert all(one.ok for one in xl_vqa.rate(clips, settings=host))


def test_an_iterator_raises_where_it_is_looped_over(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("frames = 7\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XL_VQA_HOME", str(tmp_path))
        with pytest.raises(SettingsError):
            next(xl_vqa.rate_iter("a.mp4"))
    with pytest.raises(ValueError, match="2 texts for 1 paths"):
        next(xl_vqa.rate_iter("a.mp4", texts=["a", "b"]))


def test_an_event_loop_goes_on_meanwhile(
    clips: list[str], host: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, rate_all = threading.Event(), HostClient.rate_all

    def patient(client: HostClient, *given: Any, **options: Any) -> Any:
        """Rates once the loop has gone on."""
        assert goes_on.wait(60)
        return rate_all(client, *given, **options)

    async def tick() -> None:
        for _ in range(3):
            await asyncio.sleep(0.001)
        goes_on.set()

    async def main() -> list[Rating | XlVqaError]:
        first, second, _ = await asyncio.gather(
            xl_vqa.rate_async(clips, settings=host), xl_vqa.rate_async(clips[::-1], settings=host), tick()
        )
        assert [one.path for one in second] == [one.path for one in first[::-1]]
        return first

    with monkeypatch.context() as patched:
        patched.setattr(HostClient, "rate_all", patient)
        found = asyncio.run(main())
    assert [one.label for one in found] == [one.label for one in xl_vqa.rate(clips, settings=host)]


@pytest.mark.parametrize("way", ["async", "iter"])
def test_a_host_that_hangs_keeps_no_program_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("xl_vqa.api.GIVING_BACK_S", 0.2)
    settings = Settings.load(home=tmp_path)
    asked, ended, answered = threading.Event(), threading.Event(), []

    def hang(path: str, body: dict[str, Any]) -> Reply:
        asked.set()
        answered.append(ended.wait(60))
        return 500, {}

    async def main() -> None:
        task = asyncio.create_task(xl_vqa.rate_async(["/a.mp4"], settings=settings))
        await asyncio.to_thread(asked.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with fake_host(settings, hang) as fake:
        try:
            if way == "async":
                asyncio.run(main())
            else:
                looped = xl_vqa.rate_iter([None, "/a.mp4"], settings=settings)
                next(looped)
                assert asked.wait(60)
                looped.close()  # type: ignore[attr-defined]
            # the host has still not answered
            assert fake.asked
            assert not answered
        finally:
            ended.set()


def test_a_rating_is_short_where_it_is_shown(clips: list[str], host: Settings) -> None:
    (rating,) = xl_vqa.rate(clips[0], settings=host)
    assert isinstance(rating, Rating)
    shown = repr(rating)
    assert f"label={rating.label}" in shown
    assert "\n" not in shown
    assert len(shown) < len(clips[0]) + 100
