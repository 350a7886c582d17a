"""One set of ratings for many hosts, in a real PostgreSQL: nothing lost, nothing twice, nothing private."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.host.helpers import cleaned_up, clips, new_rating, settings_for, wait_for
from tests.host.postgres import Server, binaries, running
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.host.shared_store import COLUMN_TYPES, SharedStore, SharedStoreError
from xl_vqa.host.sharing import Sharing
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import NewRating, Row
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.settings import Settings

psycopg = pytest.importorskip("psycopg", reason="needs the extra team")
pytestmark = pytest.mark.skipif(binaries() is None, reason="needs a PostgreSQL server (Debian: postgresql)")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def address(server: Server) -> str:
    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS xl_vqa_ratings, xl_vqa_beside, xl_vqa_schema")
    return server.address


class Machine:
    """A store with its sharing, as a host holds them."""

    def __init__(self, home: Path, address: str) -> None:
        home.mkdir(exist_ok=True)
        self.store = Store(home / "r.sqlite3")
        self.shared = SharedStore(address)
        self.sharing = Sharing(self.store, self.shared, address, retry_s=0.05)
        self.sharing.start()

    def rate(self, *ratings: NewRating) -> None:
        self.store.save(ratings)
        self.sharing.saved()

    def close(self) -> None:
        self.sharing.stop()
        self.store.close()


@pytest.fixture
def machine(tmp_path: Path, address: str) -> Iterator[Callable[[str], Machine]]:
    made: list[Machine] = []

    def make(name: str) -> Machine:
        made.append(Machine(tmp_path / name, address))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_every_column_of_a_row_has_a_type() -> None:
    assert tuple(COLUMN_TYPES) == Row._fields


def test_what_one_machine_rated_another_has_to_the_bit(machine: Callable[[str], Machine]) -> None:
    one, other = machine("one"), machine("other")
    new = new_rating(text="狐\n'; DROP TABLE xl_vqa_ratings; --")
    one.rate(new)
    wait_for(lambda: one.store.outbox.count() == 0)
    assert other.sharing.fetch(new.key, new.rating.text)
    loaded = other.store.load([new.key])[new.key]
    assert replace(loaded, path=new.rating.path) == new.rating
    assert other.store.find([new.key])[new.key].json == new.summary
    # and is not sent back
    assert other.store.outbox.count() == 0
    assert not other.sharing.fetch(new.key._replace(video="b2:2"), None)


def test_neither_prompts_nor_paths_leave_the_machine(machine: Callable[[str], Machine], address: str) -> None:
    one = machine("one")
    new = new_rating(text="a secret fox")
    one.rate(new)
    wait_for(lambda: one.store.outbox.count() == 0)
    with psycopg.connect(address) as connection:
        (row,) = connection.execute("SELECT * FROM xl_vqa_ratings").fetchall()
    told = repr(row)
    assert "secret" not in told
    assert "/videos" not in told
    assert new.rating.video_fingerprint in told


def test_what_is_there_when_sharing_begins_is_sent(tmp_path: Path, address: str) -> None:
    ratings = [new_rating(f"b2:{number}") for number in range(450)]
    (tmp_path / "home").mkdir()
    store = Store(tmp_path / "home" / "r.sqlite3")
    store.save(ratings)
    assert store.outbox.count() == 0
    store.close()
    one = Machine(tmp_path / "home", address)
    wait_for(lambda: one.store.outbox.count() == 0)
    assert one.shared.count() == 450
    one.close()
    # the same database again: nothing to send; without one: nothing is noted
    store = Store(tmp_path / "home" / "r.sqlite3")
    store.outbox.share_with(address)
    assert store.outbox.count() == 0
    store.outbox.share_with(None)
    store.save([new_rating("b2:new")])
    assert store.outbox.count() == 0
    store.outbox.share_with(address)
    assert store.outbox.count() == 451
    store.close()


def test_a_database_that_goes_away_costs_nothing(machine: Callable[[str], Machine], server: Server) -> None:
    one = machine("one")
    one.rate(new_rating("b2:0"))
    wait_for(lambda: one.store.outbox.count() == 0)
    server.stop()
    try:
        one.rate(*[new_rating(f"b2:{number}") for number in range(1, 20)])
        wait_for(lambda: one.sharing.problem is not None)
        assert not one.sharing.fetch(new_rating("b2:other").key, None)
        assert one.store.count() == 20
        warning = one.sharing.warning()
        assert warning is not None
        assert warning["params"]["count"] == 19
    finally:
        server.start()
    one.sharing.saved()
    wait_for(lambda: one.store.outbox.count() == 0)
    assert one.sharing.problem is None
    assert one.shared.count() == 20


def test_a_host_that_died_leaves_its_unsent_ratings_to_the_next(tmp_path: Path, address: str) -> None:
    store = Store(tmp_path / "r.sqlite3")
    store.outbox.share_with(address)
    store.save([new_rating(f"b2:{number}") for number in range(7)])
    # no close: a killed process closes nothing
    again = Machine(tmp_path, address)
    wait_for(lambda: again.store.outbox.count() == 0)
    assert again.shared.count() == 7
    again.close()
    store.close()


def test_of_two_ratings_of_one_key_the_newer_stands(address: str) -> None:
    shared = SharedStore(address)
    older, newer = new_rating(seed=1), new_rating(seed=2)
    newer = replace(newer, rating=replace(newer.rating, rated_at="2026-02-02T00:00:00+00:00"))
    for order in ((older, newer), (newer, older)):
        for one in order:
            shared.save([(one.key, Row.of(one))])
        found = shared.find(older.key)
        assert found is not None
        assert found.rating(older.key).distribution == newer.rating.distribution
    assert shared.count() == 1
    shared.close()


def test_a_damaged_row_of_the_team_is_no_rating(address: str) -> None:
    shared = SharedStore(address)
    new = new_rating()
    shared.save([(new.key, Row.of(new))])
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE xl_vqa_ratings SET off_digit_mass = off_digit_mass + 0.25")
    assert shared.find(new.key) is None
    shared.close()


def test_many_machines_at_once_make_the_tables_and_count_each_rating_once(tmp_path: Path, address: str) -> None:
    ratings = [new_rating(f"b2:{number}") for number in range(60)]
    made: list[Machine] = []

    def work(number: int) -> None:
        one = Machine(tmp_path / str(number), address)
        made.append(one)
        # every rating is made by two machines
        for new in ratings:
            if number in (hash(new.key) % 4, (hash(new.key) + 1) % 4):
                one.rate(new)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for(lambda: all(one.store.outbox.count() == 0 for one in made))
    assert made[0].shared.count() == 60
    for one in made:
        one.close()


def test_a_newer_schema_is_left_alone(address: str) -> None:
    SharedStore(address).count()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE xl_vqa_schema SET version = 99")
    with pytest.raises(SharedStoreError, match="update xl_vqa"):
        SharedStore(address).count()


def test_another_machines_host_asks_no_model_again(tmp_path: Path, address: str) -> None:
    (clip,) = clips(tmp_path / "clips", 1)
    found = []
    for name in ("one", "other"):
        settings = settings_for(tmp_path / name, shared_store=address)
        with cleaned_up(settings), HostClient(settings) as client:
            (answer,) = client.rate([Video(str(clip))], wait=120.0)
            assert answer.rating is not None
            found.append(answer.rating)
            if name == "one":
                shared = SharedStore(address)
                wait_for(lambda shared=shared: shared.count() == 1)
                shared.close()
    # the second to the second when the first one rated it
    assert found[1] == found[0]


@pytest.mark.parametrize(
    "wrong", ["mysql://a@b/c", "a", "postgresql://a:secret@b/c", "postgresql://a@b/c?password=secret"]
)
def test_an_address_holds_no_password(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings(home=tmp_path, shared_store=wrong)
    assert "pgpass" in raised.value.message("en")
    assert "secret" not in raised.value.message("en")
