"""A made-up panel and model, small enough for many evaluations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from xl_vqa.evaluation.result import Item
from xl_vqa.words.labels import Scale


def make_items(
    n: int = 120, *, seed: int = 0, contents: int = 30, raters: int = 5, noise: float = 0.4, splits: str = "test"
) -> list[Item]:
    """Videos of ``contents`` contents, each seen by ``raters``, and a model with the error ``noise``.

    ``splits`` are given to the contents in turn.
    """
    generator = np.random.default_rng(seed)
    scale, names = Scale(), splits.split()
    of_content = generator.normal(0, 0.3, contents)
    items = []
    for index in range(n):
        content = index % contents
        true = float(np.clip(3 + of_content[content] + generator.normal(0, 0.8), 1, 5))
        scores = {f"r{k}": float(np.clip(round(true + generator.normal(0, 0.6)), 1, 5)) for k in range(raters)}
        values = np.array(list(scores.values()))
        prediction = float(np.clip(true + generator.normal(0, noise), 1, 5))
        centre = 10 + (prediction - 1) * 10
        weights = np.exp(-0.5 * ((np.arange(10, 51) - centre) / 6) ** 2)
        items.append(
            Item(
                video=f"videos/c{content:03d}/{index}.mp4",
                mos=float(values.mean()),
                prediction=prediction,
                ci95=float(2.776 * values.std(ddof=1) / np.sqrt(raters)),
                raters=raters,
                content=f"c{content:03d}",
                split=names[content % len(names)],
                scores=scores,
                columns={"codec": ("h264", "av1")[index % 2], "size": str((480, 1080)[index // 2 % 2])},
                distribution=tuple(float(w) for w in weights / weights.sum()),
            )
        )
    assert scale.labels[0] == 10
    return items


@pytest.fixture
def items() -> Callable[..., list[Item]]:
    return make_items
