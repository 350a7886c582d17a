"""Which clips of a lesson are shown together."""

from __future__ import annotations

import numpy as np

from starter.fit.batches import of_whole_contents, shuffled
from tests.starter.fit.test_training import made_up


def test_batches_hold_whole_contents_of_one_grid() -> None:
    items, _ = made_up(40, 1)
    owners = [f"{i % 2}-{i // 8}" for i in range(40)]
    batches = list(of_whole_contents(items, owners, 9, np.random.default_rng(0)))
    assert sorted(i for batch in batches for i in batch) == list(range(40))
    for batch in batches:
        assert len({items[i].grid for i in batch}) == 1
        assert len(batch) <= 9
    for owner in set(owners):
        assert sum(any(owners[i] == owner for i in batch) for batch in batches) == 1


def test_every_clip_is_shown_once_an_epoch_beside_others_of_its_grid() -> None:
    items, _ = made_up(21, 2)
    rng = np.random.default_rng(0)
    first, second = (list(shuffled(items, 4, rng)) for _ in range(2))
    for batches in (first, second):
        assert sorted(i for batch in batches for i in batch) == list(range(21))
        assert all(len({items[i].grid for i in batch}) == 1 for batch in batches)
        # of two grids one batch each may be smaller
        assert sum(len(batch) < 4 for batch in batches) <= 2
    assert first != second
