"""What Excel's Python process knows of workbooks: which are open, what they wait for, what they count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.host import helpers
from xl_vqa.excel import session, udf
from xl_vqa.words.settings import Settings

ONE, TWO = "'[one book.xlsx]Sheet 1'!", "[two.xlsx]S!"


@pytest.fixture(autouse=True)
def slow(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?load_delay=30")
    yield
    session.close()
    # asked to stop it would first wait for the model
    helpers.kill_hosts(settings)


def score(path: Path, cell: str, *, name: str = "VQA_SCORE") -> Any:
    ((value,),) = udf.call(name, ([[str(path)]],), "/", cell)
    return value


def count(cell: str) -> Any:
    ((value,),) = udf.call("VQA_STATUS", ([["#VQA-"]],) * 3, "/", cell)
    return value


def poll(*books: str) -> tuple[str, str, list[str]]:
    state, process, bar, *told = udf.poll("\n".join(books)).split("\n")
    assert process.isdigit()
    return state, bar, told


def test_a_waiting_cell_is_marked_and_the_status_bar_counts(clip_folder: list[Path]) -> None:
    assert score(clip_folder[0], ONE + "$A$1") == "#VQA?"
    assert score(clip_folder[1], ONE + "$A$2") == "#VQA?"
    assert score(clip_folder[1], ONE + "$A$3", name="VQA_STATUS").startswith("#VQA?rating…")
    state, bar, _ = poll("one book.xlsx")
    assert (state, bar) == ("busy", "xl_vqa: rating videos, 2 left")


def test_what_a_closed_workbook_waited_for_is_given_up_and_the_others_go_on(clip_folder: list[Path]) -> None:
    for row, clip in enumerate(clip_folder[:6]):
        score(clip, f"{ONE}$A${row}")
    for row, clip in enumerate(clip_folder[4:9]):
        score(clip, f"{TWO}$A${row}")
    poll("one book.xlsx", "two.xlsx")
    assert session.ratings().counts().pending == 9
    state, _, told = poll("two.xlsx")
    assert session.ratings().counts().pending == 5
    assert (state, told) == ("busy", [])
    poll("")  # a program that does not tell: nothing is given up
    assert session.ratings().counts().pending == 5


def test_a_workbook_with_another_name_after_saving_keeps_waiting(clip_folder: list[Path]) -> None:
    score(clip_folder[0], "[Book1]S!$A$1")
    score(clip_folder[0], "[list.xlsx]S!$A$1")  # VBA computes waiting cells after Save As
    poll("list.xlsx")
    assert session.ratings().counts().pending == 1
    session.ratings().cancel()
    assert poll("list.xlsx")[2] == ["[list.xlsx]S!$A$1"]


def test_an_edited_formula_is_counted_as_it_stands_now(
    clip_folder: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    score(clip_folder[0], ONE + "$A$1")
    score(clip_folder[1], ONE + "$A$1", name="VQA_BAND")  # a second function of the same formula
    score(clip_folder[1], ONE + "$A$2")
    assert count(ONE + "$C$1").startswith("0 rated, 2 waiting")
    monkeypatch.setattr(session, "ONE_CALCULATION_S", 0.0)
    score(clip_folder[2], ONE + "$A$1")
    assert count(ONE + "$C$1").startswith("0 rated, 2 waiting")
    score(clip_folder[2], ONE + "$A$2")
    assert count(ONE + "$C$1").startswith("0 rated, 1 waiting")


def test_the_count_is_of_one_workbook_and_is_told_when_it_changes(clip_folder: list[Path]) -> None:
    assert count(ONE + "$C$1") == count(TWO + "$C$1") == "0 rated, 0 waiting, 0 with an error"
    score(clip_folder[0], ONE + "$A$1")
    score(Path("/no/such.mp4"), TWO + "$A$1")
    deadline = time.monotonic() + 20
    told: set[str] = set()
    while {ONE + "$C$1", TWO + "$C$1", TWO + "$A$1"} - told:
        assert time.monotonic() < deadline, told
        told |= set(poll("one book.xlsx", "two.xlsx")[2])
        time.sleep(0.05)
    assert count(ONE + "$C$1") == "0 rated, 1 waiting, 0 with an error"
    deadline = time.monotonic() + 20
    while count(TWO + "$C$1") != "0 rated, 0 waiting, 1 with an error":
        assert time.monotonic() < deadline
        time.sleep(0.05)
