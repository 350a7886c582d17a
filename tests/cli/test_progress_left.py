"""The time left: by the pace, or as somebody who knows better says."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from xl_vqa.cli import progress


@pytest.mark.parametrize(("left", "shown"), [(None, "3.0 min"), (90.0, "1.5 min")])
def test_lines_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch, left: float | None, shown: str) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    out = io.StringIO()
    with progress.counting(Console(file=out), "Explaining", 100, "en") as report:
        now[0] = 60.0
        report(25, 100, left)
    assert shown in out.getvalue()


@pytest.mark.parametrize(("left", "shown"), [(3725.0, "1:02:05"), (None, "-:--:--")])
def test_a_bar_on_a_terminal(left: float | None, shown: str) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120)
    with progress.counting(console, "Explaining", 100, "en") as report:
        report(25, 100, left)
    assert shown in out.getvalue()
