"""Attributes and explanations in a team's PostgreSQL, as ratings: nothing lost, nothing twice, nothing private."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.host.helpers import clips, made_rating, new_rating, wait_for
from tests.host.postgres import Server
from tests.host.test_service import Bench, running
from tests.host.test_sharing import Machine, address, machine, psycopg, pytestmark, server
from xl_vqa.host.beside import Beside, check_value
from xl_vqa.host.shared_store import SharedStore
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.words.attributes import AttributeRating, Attributes
from xl_vqa.words.explanation import VERSION

__all__ = ["address", "machine", "pytestmark", "server"]

KEY = new_rating(text="a secret fox").key
OWN = KEY._replace(settings="attributes of b2")
WHY = json.dumps({"spans": [], "remarks": [{"key": "why_still"}], "made_at": "2026-11-29T10:00:00"})


def some_attributes(seed: int = 0) -> Attributes:
    names = ("noise", "sharpness")
    made = [AttributeRating(n, made_rating(n, seed=seed).distribution, "taught") for n in names]
    return Attributes(tuple(made), {"flicker": "not asked"})


def test_what_one_machine_found_another_has_to_the_bit(machine: Callable[[str], Machine], address: str) -> None:
    one, other = machine("one"), machine("other")
    one.store.attributes.save({OWN: some_attributes()})
    one.store.explanations.save(KEY, VERSION, WHY)
    one.sharing.saved()
    wait_for(lambda: one.store.outbox.count() == 0)
    assert other.sharing.fetch_beside("attributes", OWN)
    assert other.sharing.fetch_beside("explanations", KEY, VERSION)
    assert other.store.attributes.find([OWN]) == {OWN: some_attributes()}
    assert other.store.explanations.find(KEY, VERSION) == WHY
    # neither is sent back, and neither is what was not asked for
    assert other.store.outbox.count() == 0
    assert not other.sharing.fetch_beside("explanations", KEY, VERSION + 1)
    assert not other.sharing.fetch_beside("attributes", KEY)
    with psycopg.connect(address) as connection:
        told = repr(connection.execute("SELECT * FROM xl_vqa_beside").fetchall())
    assert "secret" not in told
    assert "/videos" not in told
    assert KEY.video in told


def test_what_is_there_when_sharing_begins_is_sent_and_what_is_forgotten_is_not(
    tmp_path: Path, address: str
) -> None:
    store = Store(tmp_path / "r.sqlite3")
    rating = new_rating()
    store.save([rating])
    other = rating.key._replace(video="b2:other")
    store.explanations.save(rating.key, VERSION, WHY)
    store.attributes.save({rating.key: some_attributes(), other: some_attributes()})
    assert store.outbox.count() == 0
    store.outbox.share_with(address)
    assert store.outbox.count() == 4
    store.forget(lambda path: False, [rating.key.video])
    assert [one.found.key.video for one in store.outbox.first_beside(9) if one.found] == ["b2:other"]
    store.close()
    made = Machine(tmp_path, address)
    wait_for(lambda: made.store.outbox.count() == 0)
    assert made.shared.find_beside("attributes", other, 0) is not None
    assert made.shared.find_beside("explanations", rating.key, VERSION) is None
    made.close()


def test_a_database_that_goes_away_costs_nothing(machine: Callable[[str], Machine], server: Server) -> None:
    one = machine("one")
    one.rate(new_rating("b2:0"))
    wait_for(lambda: one.store.outbox.count() == 0)
    server.stop()
    try:
        one.store.attributes.save({OWN: some_attributes()})
        one.sharing.saved()
        wait_for(lambda: one.sharing.problem is not None)
        assert not one.sharing.fetch_beside("attributes", KEY)
        warning = one.sharing.warning()
        assert warning is not None
        assert warning["params"]["count"] == 1
    finally:
        server.start()
    one.sharing.saved()
    wait_for(lambda: one.store.outbox.count() == 0)
    assert one.shared.find_beside("attributes", OWN, 0) is not None


def beside(made_at: str, version: int = 0, head: bytes = b"{}") -> Beside:
    return Beside("explanations", KEY, head, b"", version, READER_VERSION, made_at, check_value(KEY, head))


def test_the_newer_stands_and_a_damaged_one_is_none(address: str) -> None:
    shared = SharedStore(address)
    older, newer = beside("2026-01-01"), beside("2026-02-02", head=b'{"a": 1}')
    for order in ((older, newer), (newer, older)):
        for one in order:
            shared.save_beside([one])
        assert shared.find_beside("explanations", KEY, 0) == newer
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE xl_vqa_beside SET head = '{\"a\": 2}'")
    assert shared.find_beside("explanations", KEY, 0) is None
    shared.close()


def test_tables_of_an_earlier_version_get_what_they_lack(address: str) -> None:
    first = SharedStore(address)
    first.count()
    first.close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE xl_vqa_beside")
    again = SharedStore(address)
    again.save_beside([beside("2026-01-01")])
    assert again.count() == 0
    again.close()


def test_a_damaged_note_is_not_sent(machine: Callable[[str], Machine], address: str) -> None:
    one = machine("one")
    with one.store._database.writing(durable=True) as connection:
        connection.execute(
            "INSERT INTO explanations VALUES (?, ?, ?, 1, 1, 'now', '{}', x'00')", tuple(RatingKey("m", "s", "v"))
        )
    one.sharing.saved()
    wait_for(lambda: one.store.outbox.count() == 0)
    assert one.shared.find_beside("explanations", RatingKey("m", "s", "v"), 1) is None


def explained(bench: Bench, clip: Path) -> dict[str, object]:
    question = bench.service.question({"videos": [{"path": str(clip)}]})
    made = bench.service.explain(question)
    wait_for(lambda: getattr(made, "outcome", made) is not None, 60.0)
    told = json.loads(bench.service.render_explanation(made, question))["explanation"]
    assert told["status"] == "done", told
    return dict(told["explanation"])


def test_another_machine_asks_no_model_again(tmp_path: Path, address: str) -> None:
    (clip,) = clips(tmp_path / "clips", 1, frames=40)
    with running(Bench(tmp_path / "one", shared_store=address)) as one:
        (first,) = one.ask(clip, attributes=True)
        why = explained(one, clip)
        wait_for(lambda: one.service.ledger.store.outbox.count() == 0)
    with running(Bench(tmp_path / "other", shared_store=address)) as other:
        (second,) = other.ask(clip, attributes=True)
        assert explained(other, clip)["spans"] == why["spans"]
        assert other.spy.rated == 0
    assert second == first
