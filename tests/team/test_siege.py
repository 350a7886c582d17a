"""A small siege of a team's host (``siege.py`` is the large one)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.team.siege import besiege


@pytest.mark.slow
def test_many_people_over_tls_are_all_served_and_nothing_is_computed_twice(tmp_path: Path) -> None:
    figures = besiege(tmp_path, clients=8, requests=12, count=16)
    assert figures.broken == []
    assert figures.ratings == 8 * 12
    assert 0 < figures.uploads <= 8 * 8
