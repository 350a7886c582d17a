"""Who sends a clip and stops, or so slowly that it never ends, is given up; nothing of it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.team.helpers import name_of
from xl_vqa.bridge.errors import TeamUploadError
from xl_vqa.team import gateway
from xl_vqa.team.clips import Clips
from xl_vqa.team.gateway import Gateway
from xl_vqa.team.setup import Upload


class Sender:
    """A request whose body comes in ``pieces``, each after ``pause_s``; then for ever nothing, or its end."""

    def __init__(self, pieces: list[bytes], pause_s: float, *, ends: bool) -> None:
        self._pieces, self._pause_s, self._ends = pieces, pause_s, ends

    async def stream(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            await asyncio.sleep(self._pause_s)
            yield piece
        if not self._ends:
            await asyncio.sleep(3600)


async def take(sender: Any, clips: Clips, data: bytes) -> int:
    made = Gateway.__new__(Gateway)

    async def run(work: Any, *, waiting: bool = False) -> Any:
        return work()

    made._run = run  # type: ignore[method-assign]
    with clips.arrival("p", name_of(data), ".mp4", len(data)) as arrival:
        await made._take(sender, arrival)
        return arrival.finish()


@pytest.mark.parametrize("pieces", [[b"ab"], [b"a"] * 1000], ids=["silent", "slow"])
def test_a_sender_that_does_not_come_to_an_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    monkeypatch.setattr(gateway, "SILENCE_S", 0.3)
    clips = Clips(tmp_path, Upload())
    with pytest.raises(TeamUploadError, match="too little"):
        asyncio.run(take(Sender(pieces, 0.05, ends=False), clips, b"abcd"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_slow_start_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"x" * 200_000
    sender = Sender([data[:10], data[10:]], 0.01, ends=True)
    assert asyncio.run(take(sender, Clips(tmp_path, Upload()), data)) == len(data)
