"""How far a step of the factory is, in lines that a log can hold."""

from __future__ import annotations

import time


class Progress:
    """Lines such as ``clips 120/900, 3.1 per second, 4 min left`` at most every ``every_s`` seconds."""

    def __init__(self, name: str, total: int, every_s: float = 15.0) -> None:
        self.name, self.total, self.every_s = name, total, every_s
        self.done = 0
        self.started = self._last = time.monotonic()

    def step(self, count: int = 1) -> None:
        self.done += count
        now = time.monotonic()
        if now - self._last < self.every_s and self.done < self.total:
            return
        self._last = now
        rate = self.done / max(now - self.started, 1e-9)
        left = (self.total - self.done) / max(rate, 1e-9)
        print(
            f"{self.name} {self.done}/{self.total}, {rate:.2f} per second, {left / 60:.1f} min left",
            flush=True,
        )
