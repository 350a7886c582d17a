"""What must speak against a stretch before it is called bad by this model: hardly a good video has such.

Scenes change, and a model likes one part of them better than another; by how much hangs on its weights. So videos
without a fault are looked at, and the limit is a quantile of the most evidence against a stretch of each
(explaining/places.py), which holds for further videos like those (split conformal; Vovk et al., 2005). On other
contents it is exceeded more often, so that a twentieth is asked for where a tenth would do. A small
file beside the weights, made by ``python -m benchmarks.moment_limit``; a model without it has the package's own
limit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xl_vqa.atomic import write_atomically
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import MALFORMED, Reason

FILE_NAME: Final = "moment_limit.json"
FALSE_ALARM: Final = 0.05
"""Of videos without a fault, at most this share gets a moment."""
LEAST_VIDEOS: Final = math.ceil(1 / FALSE_ALARM) - 1
"""With fewer no limit keeps the rate."""


def limit_of(evidence: Sequence[float]) -> float:
    """From the most evidence against a stretch of each video without a fault (0 where none is low).

    Just above that many of them that a further video exceeds it with a probability of at most ``FALSE_ALARM``.
    Raises ValueError for fewer than LEAST_VIDEOS.
    """
    count = math.ceil((1 - FALSE_ALARM) * (len(evidence) + 1))
    if count > len(evidence):
        raise ValueError(f"{len(evidence)} videos without a fault; {LEAST_VIDEOS} are needed")
    return math.nextafter(sorted(evidence)[count - 1], math.inf)


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
    except MALFORMED as error:
        problem = Reason("question_weights_other", file=FILE_NAME)
        raise ModelIncompatibleError(model=str(folder), problem=problem) from error
    return limit if limit > 0 and math.isfinite(limit) else None
