"""An explanation as the host gives it, with every part that one can have."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from xl_vqa.words.attributes import AttributeRating
from xl_vqa.words.explanation import Box, Cost, Explanation, HeatMap, Moment, Span
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating

SCALE = Scale()


def distribution(label: float, spread: float = 3.0) -> LabelDistribution:
    """A bell around ``label``."""
    masses = {k: float(np.exp(-(((k - label) / spread) ** 2) / 2)) * 0.999 for k in SCALE.labels}
    total = sum(masses.values())
    return LabelDistribution.from_joint(SCALE, {k: v / total * 0.999 for k, v in masses.items()})


FRAMES = FramesUsed((20, 21, 62, 63), (0.8, 0.84, 2.48, 2.52), 640, 360, 250, 10.0, 25.0, "PyAV", "h264")


def made_explanation(path: str = "/videos/clip.mp4", label: float = 24.0, **values: Any) -> Explanation:
    """Ten seconds of which 3 to 4 are bad, in the left half of the picture; ``values`` replace fields."""

    rating = Rating(
        path, distribution(label), FRAMES, "b2:1", "starter", "m1:a", "s", rated_at="2026-11-29T06:00:00"
    )
    levels = [3.1] * 3 + [1.6] + [3.2] * 6
    spans = tuple(Span(float(i), i + 1.0, mos, mos - 0.5, min(mos + 0.5, 5.0)) for i, mos in enumerate(levels))
    relevance = tuple(tuple(1.0 if x < 3 and y == 2 else 0.1 for x in range(6)) for y in range(3))
    buffer = io.BytesIO()
    Image.fromarray(np.full((90, 160, 3), 128, np.uint8)).save(buffer, "JPEG")
    picture = base64.b64encode(buffer.getvalue()).decode()
    attributes: Mapping[str, AttributeRating] = {
        "motion_smoothness": AttributeRating("motion_smoothness", distribution(17)),
        "sharpness": AttributeRating("sharpness", distribution(44)),
        "noise": AttributeRating("noise", distribution(38), "zero-shot"),
    }
    found = {
        "rating": rating,
        "looked_at_s": tuple(i / 4 for i in range(40)),
        "spans": spans,
        "moments": (Moment(3.0, 4.0, 3.4, 1.6, "motion_smoothness"),),
        "maps": (HeatMap(3.4, 85, 640, 360, relevance, 0.6, Box(0.0, 2 / 3, 0.5, 1.0), picture),),
        "attributes": attributes,
        "cost": Cost(9.5, 2.4, 0.8, 0.25, 16.0),
        "made_at": "2026-11-29T06:00:01",
    }
    return Explanation(**{**found, **values})
