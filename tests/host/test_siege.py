"""The siege of ``siege.py`` in small: many clients under kills, hostile files, and readers that hang."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.host.siege import beside_hanging, besiege, mutated, throw
from xl_vqa.words import errors
from xl_vqa.words.errors import VideoError

FILE_ERRORS = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, VideoError)}


@pytest.mark.slow
def test_clients_host_and_readers_under_kills(tmp_path: Path) -> None:
    figures = besiege(tmp_path, clients=32, requests=60, count=200, kills=12)
    assert figures.broken == []
    assert figures.kills == {"host": 4, "reader": 4, "clients": 4}
    assert figures.requests == 32 * 60


@pytest.mark.slow
def test_hostile_files_end_in_ratings_or_errors(tmp_path: Path) -> None:
    found = throw(tmp_path, 40)
    assert found.outcomes.total() == 40
    assert set(found.outcomes) - {"rated"} <= FILE_ERRORS
    assert (found.healthy, found.hosts, found.tracebacks) == (4, 1, 0)


def test_changes_are_the_same_for_a_seed_and_differ() -> None:
    data = bytes(range(256)) * 40

    def made(seed: int) -> list[bytes]:
        rng = random.Random(seed)
        return [mutated(bytearray(data), rng) for _ in range(50)]

    assert made(5) == made(5) != made(6)
    assert len(set(made(5)) - {data}) > 45


@pytest.mark.slow
def test_readers_that_hang_hold_up_no_healthy_clip(tmp_path: Path) -> None:
    assert beside_hanging(tmp_path, 3, 12)[0] == Counter(done=12)
