"""Attributes from the question to the store: beside the score, from the same reading, and each computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import media
from tests.host.helpers import new_rating, variant
from tests.host.service_bench import Bench, Spy, running
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.vlm.rater import AttributeOutcome
from xl_vqa.vlm.stand_in import StandInOptions
from xl_vqa.words.attributes import KNOWN, AttributeRating, Attributes
from xl_vqa.words.errors import AttributeLeftOutError, HostDiskError, NoAttributesError
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.settings import Settings

NAMES = [one.key for one in KNOWN]
Entry = dict[str, Any]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(Bench(tmp_path / "home")) as made:
        yield made


def ask(bench: Bench, *videos: Path, **options: object) -> list[Entry]:
    return bench.ask(*videos, attributes=True, **options)


def of(entry: Entry) -> Attributes:
    return Attributes.from_dict(entry["attributes"])


def test_the_attributes_come_beside_the_score(bench: Bench, clip_folder: list[Path]) -> None:
    (plain,) = bench.ask(clip_folder[0], detail=True)
    assert "attributes" not in plain
    (found,) = ask(bench, clip_folder[0], detail=True)
    assert found["rating"] == plain["rating"]
    assert [one.name for one in of(found).ratings] == NAMES
    (fresh,) = ask(bench, clip_folder[1], detail=True)
    assert fresh["rating"]["distribution"] == bench.ask(clip_folder[1], detail=True)[0]["rating"]["distribution"]


def test_nothing_is_computed_twice(bench: Bench, clip_folder: list[Path]) -> None:
    first = ask(bench, *clip_folder[:3])
    assert bench.spy.rated == 3
    assert ask(bench, *clip_folder[:3]) == first
    bench.ask(*clip_folder[:3])
    assert bench.spy.rated == 3
    bench.ask(clip_folder[4])
    ask(bench, clip_folder[4])
    # the video has to be read again, but once
    assert bench.spy.rated == 5
    ask(bench, clip_folder[4])
    assert bench.spy.rated == 5


def test_a_score_that_stands_is_kept_when_the_attributes_follow(bench: Bench, clip_folder: list[Path]) -> None:
    (plain,) = bench.ask(clip_folder[0])
    ask(bench, clip_folder[0])
    assert bench.ask(clip_folder[0]) == [plain]
    store = bench.service.ledger.store
    assert store.count() == 1


def test_they_are_read_in_the_view_of_who_asks(bench: Bench, clip_folder: list[Path]) -> None:
    (found,) = ask(bench, clip_folder[0])
    (other,) = ask(bench, clip_folder[0], view={"decoding": "map", "band_thresholds": [11, 12, 13, 14]})
    for one, again in zip(of(found).ratings, of(other).ratings, strict=True):
        assert one.distribution == again.distribution
        assert (one.decoding, again.decoding) == ("expectation", "map")
        assert again.bands.thresholds == (11, 12, 13, 14)


def test_a_refresh_computes_both(bench: Bench, clip_folder: list[Path]) -> None:
    ask(bench, clip_folder[0])
    ask(bench, clip_folder[0], refresh=True)
    assert bench.spy.rated == 2


def test_whoever_joins_a_video_at_work_gets_them_as_well(bench: Bench, clip_folder: list[Path]) -> None:
    """While the plain score is being computed: the first answer may say 'ask again', the second has them."""
    found: list[Entry] = []

    def join(items: object) -> None:
        bench.spy.before = lambda items: None
        found.extend(ask(bench, clip_folder[0], wait=0))

    bench.spy.before = join
    bench.ask(clip_folder[0])
    assert found[0]["status"] == "pending"
    (entry,) = ask(bench, clip_folder[0])
    if entry["status"] == "unknown":
        (entry,) = ask(bench, clip_folder[0])
    assert [one.name for one in of(entry).ratings] == NAMES


def test_a_model_without_attributes_says_so_beside_the_score(tmp_path: Path, clip_folder: list[Path]) -> None:
    with running(Bench(tmp_path / "home", options=StandInOptions(attributes=0))) as bench:
        (found,) = ask(bench, clip_folder[0])
        assert found["status"] == "done"
        assert found["rating"]["label"]
        assert found["attributes"]["error"]["code"] == "no_attributes"
        assert ask(bench, clip_folder[0]) == [found]
        assert bench.spy.rated == 1


def test_a_picture_has_no_motion(bench: Bench, tmp_path: Path) -> None:
    still = media.make_clip(tmp_path / "one.mp4", 96, 64, 1)
    (found,) = ask(bench, still)
    attributes = of(found)
    assert attributes.left_out == {
        "motion_smoothness": "attribute_needs_motion",
        "flicker": "attribute_needs_motion",
    }
    assert [one.name for one in attributes.ratings] == [n for n in NAMES if n not in attributes.left_out]
    with pytest.raises(AttributeLeftOutError):
        attributes.of("flicker")


class Silent(Spy):
    """Its answer to one question holds no label."""

    def rate_attributes(self, items: Any) -> list[AttributeOutcome]:
        found = super().rate_attributes(items)
        for one in found:
            del one.attributes["noise"]  # type: ignore[union-attr, attr-defined]
        return found


def test_an_answer_without_a_label_is_left_out_and_not_asked_for_again(
    tmp_path: Path, clip_folder: list[Path]
) -> None:
    spy = Silent()
    with running(Bench(tmp_path / "home", load=lambda _: spy)) as bench:
        for _ in range(2):
            (found,) = ask(bench, clip_folder[0])
            assert of(found).left_out == {"noise": "attribute_no_answer"}
    assert spy.rated == 1


def test_a_full_disk_keeps_them_in_memory(
    bench: Bench, clip_folder: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bench.service.ledger.store.attributes
    save = store.save

    def refuse(new: object) -> None:
        raise HostDiskError(path="store", problem="workbook_empty")

    monkeypatch.setattr(store, "save", refuse)
    (found,) = ask(bench, clip_folder[0])
    assert ask(bench, clip_folder[0]) == [found]
    assert bench.spy.rated == 1
    monkeypatch.setattr(store, "save", save)
    ask(bench, clip_folder[1])
    key = RatingKey(bench.spy.fingerprint, "", "")
    assert len(list(everything(bench.service.ledger.store, key.model))) == 2


def test_what_waits_is_stored_though_nothing_new_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_vqa.host.ledger.RETRY_S", 0.0)
    keys = [RatingKey("m1:a", "", f"b2:{number}") for number in range(2)]
    for end in (Ledger.retry, Ledger.close):
        store = Store(tmp_path / f"{end.__name__}.sqlite3")
        ledger = Ledger(store)
        database = store._database
        database._writer.execute("PRAGMA query_only=ON")
        ledger.save_attributes({key: made() for key in keys})
        end(ledger)
        opened = Store(tmp_path / f"{end.__name__}.sqlite3")
        assert len(opened.attributes.find(keys)) == 2
        opened.close()


def everything(store: Store, model: str) -> list[Any]:
    with store.attributes._database.reading() as connection:
        return connection.execute("SELECT video FROM attributes WHERE model = ?", (model,)).fetchall()


# -- the store alone


def made(seed: int = 0) -> Attributes:
    def one(name: str, scale: Scale, low: int) -> AttributeRating:
        distribution = LabelDistribution.from_joint(scale, {low: 0.3, low + 1 + seed: 0.6})
        return AttributeRating(name, distribution)

    return Attributes(
        (one("sharpness", Scale(), 20), one("自然さ", Scale(), 30)), {"flicker": "attribute_needs_motion"}
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "ratings.sqlite3")
    yield opened
    opened.close()


KEY = RatingKey("m1:a", "s", "b2:1")


def test_what_is_stored_is_found_and_replaced(store: Store) -> None:
    assert store.attributes.find([KEY]) == {}
    store.attributes.save({KEY: made(), KEY._replace(video="b2:2"): made(1)})
    assert store.attributes.find([KEY]) == {KEY: made()}
    store.attributes.save({KEY: made(2)})
    assert store.attributes.find([KEY, KEY._replace(model="m1:b")]) == {KEY: made(2)}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE attributes SET probabilities = zeroblob(656)",
        "UPDATE attributes SET head = replace(head, 'sharpness', 'noise')",
        "UPDATE attributes SET checksum = x'00'",
        "UPDATE attributes SET settings = 'other'",
    ],
)
def test_a_damaged_row_is_as_good_as_not_there(store: Store, damage: str) -> None:
    store.attributes.save({KEY: made()})
    with store.attributes._database.writing(durable=True) as connection:
        connection.execute(damage)
    assert store.attributes.find([KEY, KEY._replace(settings="other")]) == {}


def test_they_are_forgotten_with_the_video(store: Store) -> None:
    store.save([new_rating("b2:1"), new_rating("b2:2")])
    other = KEY._replace(video="b2:2")
    store.attributes.save({KEY: made(), other: made()})
    forgotten = store.forget(lambda path: False, ["b2:1"])
    assert forgotten.ratings == 1
    assert store.attributes.find([KEY, other]) == {other: made()}


# -- with a real host


def test_through_a_host_of_its_own(client: HostClient, clip_folder: list[Path], tmp_path: Path) -> None:
    videos = [Video(str(clip_folder[0])), Video(str(tmp_path / "none.mp4")), Video(str(clip_folder[1]), "a fox")]
    first, missing, third = client.attributes(videos)
    assert isinstance(first, Attributes)
    assert isinstance(third, Attributes)
    assert getattr(missing, "code", "") == "video_not_found"
    (answer,) = client.rate([videos[0]], wait=30, attributes=True)
    assert answer.attributes == first
    (plain,) = client.rate([videos[0]], wait=30)
    assert plain.attributes is None
    assert plain.rating == answer.rating


def test_through_a_host_whose_model_knows_none(settings: Settings, clip_folder: list[Path]) -> None:
    with HostClient(replace(settings, model="stand-in?attributes=0")) as client:
        (found,) = client.attributes([Video(str(clip_folder[0]))])
    assert isinstance(found, NoAttributesError)
    assert "stand-in" in found.message("ja")


def test_variants_of_one_content_share_them(bench: Bench, clip_folder: list[Path], tmp_path: Path) -> None:
    copy = variant(clip_folder[0], tmp_path / "a.mp4", 7)
    twin = tmp_path / "b.mp4"
    twin.write_bytes(copy.read_bytes())
    first, second = ask(bench, copy, twin)
    assert first["attributes"] == second["attributes"]
    assert bench.spy.rated == 1
