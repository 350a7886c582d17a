"""What a model says of many videos, kept as it comes: a run that was stopped asks for the rest alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.learning.collect import OnProgress, on_acr
from xl_vqa.models.registry import Registered
from xl_vqa.words.errors import XlVqaError

PIECE: Final = 64
"""Videos between two writings."""


@dataclass(frozen=True, slots=True)
class Scored:
    """``mos`` by path, on 1..5; ``errors`` of those without one; the model's own ``fingerprint``."""

    mos: Mapping[str, float]
    errors: Mapping[str, XlVqaError]
    fingerprint: str


def scores_of(
    entry: Registered,
    videos: Mapping[str, str],
    kept: Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    on_progress: OnProgress | None = None,
) -> Scored:
    """``videos`` gives the fingerprint of each path; ``kept`` is where scores are written as they come.

    Raises ModelError.
    """
    from xl_vqa.without_host import predict

    report = on_progress or (lambda done, total: None)
    known, mark = _known(kept)
    found = {path: known[video] for path, video in videos.items() if video in known}
    errors: dict[str, XlVqaError] = {}
    missing = [path for path in videos if path not in found]
    for start in range(0, len(missing), PIECE):
        piece = missing[start : start + PIECE]
        report(len(videos) - len(missing) + start, len(videos))
        ratings = predict(entry.model, piece, adapter=entry.adapter, device=device, dtype=dtype)
        lines = []
        for path, rating in zip(piece, ratings, strict=True):
            if isinstance(rating, XlVqaError):
                errors[path] = rating
                continue
            found[path] = on_acr(rating)
            mark = rating.model_fingerprint
            lines.append(json.dumps({"video": videos[path], "mos": found[path], "model": mark}))
        with kept.open("a", encoding="utf-8") as file:
            # a run that was killed may have left half a line
            file.write("".join(f"\n{line}" for line in lines) + "\n")
    report(len(videos), len(videos))
    return Scored(found, errors, mark)


def _known(kept: Path) -> tuple[dict[str, float], str]:
    known: dict[str, float] = {}
    mark = ""
    with suppress(OSError):
        for line in kept.read_text(encoding="utf-8").splitlines():
            # the last line of a run that was killed may be cut
            with suppress(ValueError, KeyError, TypeError):
                one = json.loads(line)
                known[str(one["video"])], mark = float(one["mos"]), str(one["model"])
    return known, mark


def known_mark(kept: Path) -> str:
    """The fingerprint of the model whose scores ``kept`` holds; empty where it holds none."""
    return _known(kept)[1]
