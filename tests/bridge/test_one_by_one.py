"""Slow work one piece after the other: in order, given up when told, and never lost to an error."""

from __future__ import annotations

import threading

from tests.worksheet.doubles import Hosts
from xl_vqa.bridge.one_by_one import OneByOne


def test_pieces_are_worked_on_in_order_and_one_at_a_time() -> None:
    done: list[int] = []
    under_way: list[int] = []

    def work(piece: int, given_up: threading.Event) -> None:
        under_way.append(piece)
        assert len(under_way) == 1
        done.append(piece)
        under_way.remove(piece)

    line = OneByOne(work, "test")
    for piece in range(50):
        line.put(piece)
    Hosts.wait_for(lambda: not line.busy)
    assert done == list(range(50))
    line.close()


def test_what_is_dropped_is_told_so_or_never_begun() -> None:
    begun: list[str] = []

    def work(piece: str, given_up: threading.Event) -> None:
        begun.append(piece)
        assert given_up.wait(30)

    line = OneByOne(work, "test")
    for piece in ("first", "second", "third"):
        line.put(piece)
    Hosts.wait_for(lambda: begun)
    line.drop(lambda piece: piece == "second")
    assert line.busy
    line.drop()
    Hosts.wait_for(lambda: not line.busy)
    assert begun == ["first"]
    line.close()
    line.put("late")
    assert not line.busy
