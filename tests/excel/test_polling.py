"""The add-in's poll in LibreOffice: told cells, a poll that fails, a Python that died, cells saved waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel import office
from tests.excel.conftest import bound_functions
from tests.excel.vba_double import Addin
from xl_vqa.words.settings import Settings


@pytest.fixture
def addin(tmp_path: Path, settings: Settings) -> Iterator[Addin]:
    """In a LibreOffice of its own: VBA's Application looks for cells in the first workbook that was ever open."""
    office.need_office()
    with office.office(tmp_path / "office") as program, bound_functions() as made:
        opened = Addin(program, tmp_path, made)
        try:
            yield opened
        finally:
            opened.close()


def answers(addin: Addin, *polls: str | Exception) -> list[str]:
    """Lets the next polls get these answers, then "idle"; returns a list that grows with every poll."""
    real, left, asked = addin.answer, list(polls), []

    def answer(kind: str, *values: Any) -> Any:
        if values[1:2] != ("poll",):
            return real(kind, *values)
        asked.append(values[2][0])
        given = left.pop(0) if left else "idle\n1\n"
        if isinstance(given, Exception):
            raise given
        return given

    addin.answer = answer  # type: ignore[method-assign]
    return asked


def poll(addin: Addin) -> None:
    addin.unschedule()
    addin.run("XlVqaPolling.XlVqaPoll")


def computed(addin: Addin) -> set[float]:
    """The scores that VQA_LABEL was asked for."""
    return {call[3][0] for call in addin.calls if call[2:3] == ("VQA_LABEL",)}


def test_told_cells_are_computed_and_so_are_formulas_over_them(addin: Addin) -> None:
    addin.cell("H1", "=VQA_LABEL(4)")
    addin.cell("H2", "=VQA_LABEL(5)")
    answers(addin, "idle\n1\n", "busy\n1\n\nH1\nH1")
    poll(addin)
    addin.calls.clear()
    poll(addin)
    addin.sheet.getCellRangeByName("H1").getString()
    assert computed(addin) == {4}


def test_an_error_of_a_poll_loses_no_cell_and_ends_no_polling(addin: Addin) -> None:
    addin.cell("H1", "=VQA_LABEL(4)")
    answers(addin, "idle\n1\n")
    poll(addin)
    addin.calls.clear()
    asked = answers(addin, RuntimeError("python died"), "idle\n1\n\nH1")
    poll(addin)
    deadline = time.monotonic() + 30
    while not computed(addin):  # by itself: the next poll is scheduled in spite of the error
        assert time.monotonic() < deadline, f"{len(asked)} polls"
        addin.sheet.getCellRangeByName("H1").getString()
        time.sleep(0.1)
    assert len(asked) == 2


def test_cells_that_python_could_not_answer_are_computed_when_it_can(addin: Addin) -> None:
    answers(addin)
    poll(addin)
    addin.broken = "no interpreter"
    cell = addin.cell("H1", '=VQA_ERROR("/no/such.mp4")')
    assert "no interpreter" in cell.String
    addin.broken = ""
    answers(addin, "idle\n2\n")  # another process than before
    poll(addin)
    assert "no interpreter" not in cell.String


def test_only_cells_that_wait_or_failed_are_computed_when_a_workbook_is_opened(addin: Addin) -> None:
    # that an error value is seen as well is on the list for a real Excel: LibreOffice gives 0 for its Value
    waiting = {
        "H1": '=VQA_LABEL(4)&VQA_ERROR("/no.mp4")',
        "H2": '=VQA_LABEL(5)&vqa_status("/no.mp4")',
        "J9": '="rating…"&IF(VQA_LABEL(3)>0;"";"")',
    }
    done = {"H3": "=VQA_LABEL(1)", "H4": '="rating…"', "I1": '=VQA_LABEL(2)&"Good"', "J8": "=1/0"}
    for place, formula in {**waiting, **done}.items():
        addin.cell(place, formula)
    addin.calls.clear()
    addin.run("XlVqaPolling.XlVqaComputeAllWaiting")
    for place in waiting:
        addin.sheet.getCellRangeByName(place).getString()
    assert computed(addin) == {4, 5, 3}
    for text, waits in (("rating…", True), ("評価中…(待ち 3 件)", True), ("Good", False), ("", False)):
        assert bool(addin.run("XlVqaRibbon.XlVqaIsPendingText", text)) is waits
