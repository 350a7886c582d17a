"""What a team's host counts of itself, for its figures. Names of people and paths are no labels."""

from __future__ import annotations

import threading
import time
from collections import Counter

from xl_vqa.host.metrics import Family, Histogram


class Counters:
    """Thread-safe."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str]] = Counter()
        self._uploads: Counter[str] = Counter()
        self._upload_bytes = 0
        self._waits = Histogram()
        self._started = time.time()
        self._lock = threading.Lock()

    def answered(self, route: str, status: int) -> None:
        with self._lock:
            self._answers[route, str(status)] += 1

    def took(self, route: str, seconds: float) -> None:
        with self._lock:
            self._waits.observe({"route": route}, seconds)

    def uploaded(self, outcome: str, size: int = 0) -> None:
        """``outcome``: ``stored`` or ``refused``."""
        with self._lock:
            self._uploads[outcome] += 1
            self._upload_bytes += size

    def families(self, connections: int, people: int, waiting: int) -> list[Family]:
        with self._lock:
            answers = [
                ({"route": route, "code": code}, count) for (route, code), count in sorted(self._answers.items())
            ]
            uploads = [({"outcome": outcome}, self._uploads[outcome]) for outcome in ("stored", "refused")]
            return [
                Family("xl_vqa_team_requests_total", "counter", "Requests by route and status.", answers),
                self._waits.family("xl_vqa_team_request_duration_seconds", "Time to the answer, by route."),
                Family("xl_vqa_team_uploads_total", "counter", "Clips that were sent, by outcome.", uploads),
                Family(
                    "xl_vqa_team_upload_bytes_total", "counter", "Bytes of clips sent.", [({}, self._upload_bytes)]
                ),
                Family("xl_vqa_team_connections", "gauge", "Connections that are open.", [({}, connections)]),
                Family("xl_vqa_team_people", "gauge", "People whose token is valid.", [({}, people)]),
                Family("xl_vqa_team_waiting_videos", "gauge", "Videos that people wait for.", [({}, waiting)]),
                Family(
                    "xl_vqa_team_start_time_seconds",
                    "gauge",
                    "Start of the team's host, in seconds since 1970.",
                    [({}, self._started)],
                ),
            ]
