"""A host that rates at once: a label by the clip's name and the model, an error where the file is none."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.workbooks.makers import make_rating
from xl_vqa.bridge.videos import Result, Video
from xl_vqa.words.errors import VideoNotFoundError, VideoUnreadableError
from xl_vqa.words.model_spec import ModelSpec

LABELS = {"clip1": 12, "clip2": 23, "clip3": 34, "clip4": 45}
"""Of model A; those of model B are higher by 3."""


@dataclass
class Rater:
    """As ``HostClient``, in a ``with`` too."""

    model_name: str = "A"

    def __enter__(self) -> Rater:
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing is held."""

    def model(self) -> dict[str, Any]:
        spec = ModelSpec().to_dict()
        return {"name": self.model_name, "fingerprint": f"b2:{self.model_name}", "spec": spec}

    def rate_all(
        self,
        videos: Sequence[Video],
        *,
        refresh: bool = False,
        detail: bool = False,
        priority: int = 0,
        on_progress: Callable[[int, int], None] | None = None,
        on_result: Callable[[int, Result], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Result]:
        assert detail, "without it a rating has no fingerprint"
        results = [self.rate(video) for video in videos]
        for index, result in enumerate(results):
            if on_result is not None:
                on_result(index, result)
        return results

    def rate(self, video: Video) -> Result:
        name = Path(video.path).stem
        if not os.path.isfile(video.path):
            return VideoNotFoundError(path=video.path)
        if name not in LABELS:
            return VideoUnreadableError(path=video.path, problem="damaged")
        label = LABELS[name] + 3 * (self.model_name == "B") + (1 if video.text else 0)
        return make_rating(label, model=self.model_name, model_fingerprint=f"b2:{self.model_name}")
