"""Which clips of a lesson are shown together: always of one grid, so that nothing is padded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from starter.fit.features import StoredFeatures


def of_one_grid(order: Sequence[int], items: Sequence[StoredFeatures], size: int) -> Iterator[list[int]]:
    """Batches of ``size`` clips of one grid, by their numbers in ``order``; the last of a grid may be smaller."""
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for index in order:
        group = groups[items[index].grid]
        group.append(index)
        if len(group) == size:
            yield groups.pop(items[index].grid)
    yield from groups.values()


def shuffled(items: Sequence[StoredFeatures], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """The same of all ``items``, in random order."""
    batches = list(of_one_grid([int(i) for i in rng.permutation(len(items))], items, size))
    for index in rng.permutation(len(batches)):
        yield batches[int(index)]


def of_whole_contents(
    items: Sequence[StoredFeatures], owners: Sequence[str], size: int, rng: np.random.Generator
) -> Iterator[list[int]]:
    """Batches of one grid each and of whole contents, about ``size`` clips, in random order."""
    contents: dict[tuple[tuple[int, int, int], str], list[int]] = defaultdict(list)
    for index, (item, owner) in enumerate(zip(items, owners, strict=True)):
        contents[item.grid, owner].append(index)
    keys = list(contents)
    open_batches: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    batches = []
    for place in rng.permutation(len(keys)):
        grid, _ = key = keys[int(place)]
        batch = open_batches[grid]
        if batch and len(batch) + len(contents[key]) > size:
            batches.append(open_batches.pop(grid))
            batch = open_batches[grid]
        batch.extend(contents[key])
    batches += [batch for batch in open_batches.values() if batch]
    for index in rng.permutation(len(batches)):
        yield batches[int(index)]
