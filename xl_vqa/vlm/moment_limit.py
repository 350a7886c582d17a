"""How deep a stretch must lie for this model before it is called bad: of good videos a tenth at most has one.

Scenes change, and a model likes one part of them better than another; by how much hangs on its weights. So videos
without a fault are looked at, and the limit is a quantile of the deepest stretch of each, which holds for further
videos like those (split conformal; Vovk et al., 2005). A small file beside the weights, made by
``python -m benchmarks.moment_limit``; a model without it has the package's own limit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xl_vqa.atomic import write_atomically
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason

FILE_NAME: Final = "moment_limit.json"
FALSE_ALARM: Final = 0.1
"""Of videos without a fault, at most this share gets a moment."""
LEAST_VIDEOS: Final = math.ceil(1 / FALSE_ALARM) - 1
"""With fewer no limit keeps the rate."""


def limit_of(ranks: Sequence[float]) -> float:
    """From the rank of the deepest stretch of each video without a fault (0 where it has none).

    Just above that many of them that a further video exceeds it with a probability of at most ``FALSE_ALARM``.
    Raises ValueError for fewer than LEAST_VIDEOS.
    """
    count = math.ceil((1 - FALSE_ALARM) * (len(ranks) + 1))
    if count > len(ranks):
        raise ValueError(f"{len(ranks)} videos without a fault; {LEAST_VIDEOS} are needed")
    return math.nextafter(sorted(ranks)[count - 1], math.inf)


def save(folder: Path, limit: float, videos: int) -> None:
    """Into a model's folder."""
    body = {"moment_limit": round(limit, 4), "false_alarm": FALSE_ALARM, "videos": videos}
    with write_atomically(folder / FILE_NAME) as file:
        file.write((json.dumps(body, indent=1) + "\n").encode())


def load(folder: Path) -> float | None:
    """That of a model's folder; None where it has none. Raises ModelIncompatibleError for a file that is none."""
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        limit = float(json.loads(path.read_text(encoding="utf-8"))["moment_limit"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = Reason("question_weights_other", file=FILE_NAME)
        raise ModelIncompatibleError(model=str(folder), problem=problem) from error
    return limit if limit > 0 and math.isfinite(limit) else None
