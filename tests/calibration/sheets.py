"""Made-up sheets: contents with an own offset each, people's MOS, and a model that sees them with noise."""

from __future__ import annotations

import numpy as np

from xl_vqa.calibration.result import RatedVideos
from xl_vqa.words.labels import Scale

SCALE = Scale()


def rated(
    contents: int = 60, each: int = 3, seed: int = 0, *, noise: float = 2.0, slope: float = 7.0
) -> RatedVideos:
    """A model whose labels rise by ``slope`` for each MOS, with a ``noise`` in labels."""
    generator = np.random.default_rng(seed)
    n = contents * each
    place = np.repeat(np.arange(contents), each)
    mos = np.round(np.clip(generator.normal(3.0, 1.0, n), 1, 5), 2)
    offset = generator.normal(0, 2.0, contents)[place]
    score = np.round(np.clip(14 + slope * (mos - 1) + offset + generator.normal(0, noise, n), 10, 50), 4)
    return RatedVideos(
        videos=[f"clips/c{k}_{i}.mp4" for i, k in enumerate(place)],
        score=score,
        mos=mos,
        contents=[f"c{k}" for k in place],
        off_digits=np.round(generator.beta(1, 60, n), 8),
        groups=[("sports", "film")[k % 2] for k in place],
    )
