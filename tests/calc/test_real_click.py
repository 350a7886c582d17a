"""A person's click on the toolbar of a real window, on a screen that nobody sees; the picture is kept.

The picture goes to the folder that XL_VQA_ARTEFACTS names, else to build/artefacts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageGrab

from tests.calc.office_driver import Soffice, eventually, needed
from tests.host import helpers

pytestmark = pytest.mark.slow
ARTEFACTS = Path(os.environ.get("XL_VQA_ARTEFACTS") or Path(__file__).parents[2] / "build" / "artefacts")


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A virtual X display of its own."""
    program = shutil.which("Xvfb")
    assert program is not None
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield f":{int(answer.readline())}"
    finally:
        process.terminate()
        process.wait(10)


def button(office: Soffice, document: object, label: str) -> tuple[int, int]:
    """The middle of a button, in pixels of the screen, found as a screen reader finds it."""
    frame = document.getCurrentController().getFrame()  # type: ignore[attr-defined]
    found = middle_of(frame.getContainerWindow().getAccessibleContext(), label)
    assert found is not None, f"there is no button {label!r}"
    return found


def middle_of(context: Any, label: str) -> tuple[int, int] | None:
    """The middle of what is called ``label`` within a window."""
    waiting = [context]
    while waiting:
        item = waiting.pop()
        if item.getAccessibleName() == label and item.getAccessibleChildCount() == 0:
            place, size = item.getLocationOnScreen(), item.getSize()
            if size.Width > 0 and place.X >= 0:
                return place.X + size.Width // 2, place.Y + size.Height // 2
        for index in range(min(item.getAccessibleChildCount(), 200)):
            child = item.getAccessibleChild(index)
            if child is not None:
                waiting.append(child.getAccessibleContext())
    return None


@contextlib.contextmanager
def window(tmp_path: Path, *, clips: int) -> Iterator[tuple[Soffice, Any, str]]:
    """LibreOffice with our extension on a screen of its own, and a list of ``clips`` videos in a new document.

    Gives the program, the document and the screen.
    """
    needed("soffice", "Xvfb", "xdotool")
    settings = helpers.settings_for(tmp_path / "home")
    settings.home.mkdir()
    (settings.home / "settings.toml").write_text('model = "stand-in"\n')
    listed = ["Video", *map(str, helpers.clips(tmp_path / "clips", clips))]
    with helpers.cleaned_up(settings), screen() as display:
        office = Soffice(tmp_path, {"XL_VQA_HOME": str(settings.home)}, display=display)
        office.install()
        office.start()
        try:
            document = office.new()
            cells = document.Sheets.getByIndex(0).getCellRangeByName(f"A1:A{len(listed)}")
            cells.setDataArray(tuple((text,) for text in listed))
            yield office, document, display
            document.setModified(False)
        finally:
            assert office.stop() == 0


def test_a_click_on_score_selection_scores_and_why_opens_a_window(tmp_path: Path) -> None:
    with window(tmp_path, clips=8) as (office, document, display):
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("H1").setFormula("=VQA_STATUS()")
        document.getCurrentController().select(sheet.getCellRangeByName("A1:A9"))
        place = eventually(lambda: found(lambda: button(office, document, "Score selection")))
        click(display, *place)
        eventually(
            lambda: (
                isinstance(sheet.getCellRangeByName("F9").getDataArray()[0][0], str)
                and sheet.getCellRangeByName("B9").getValue() > 0
            )
        )
        before = picture(display, "calc_scored.png")
        click(display, *button(office, document, "Why?"))
        eventually(lambda: picture(display, "calc_why.png").tobytes() != before.tobytes())
        time.sleep(1.0)
        after = picture(display, "calc_why.png")
        assert colors(before) > 20  # a drawn window, no empty screen
        assert after.tobytes() != before.tobytes()


def found(what: object) -> object:
    """None instead of an assertion, for what is not drawn yet."""
    try:
        return what()  # type: ignore[operator]
    except AssertionError:
        return None


def click(display: str, x: int, y: int) -> None:
    environment = {"DISPLAY": display, "PATH": "/usr/bin:/bin"}
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], env=environment, check=True, timeout=20)


def picture(display: str, name: str) -> Image.Image:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    image = ImageGrab.grab(xdisplay=display)
    image.save(ARTEFACTS / name)
    return image


def colors(image: Image.Image) -> int:
    return len(image.convert("RGB").getcolors(1_000_000) or [])


def test_the_question_before_scores_are_replaced_offers_new_columns(tmp_path: Path) -> None:
    """In a real window: a person presses No, and what stood there stays."""
    with window(tmp_path, clips=2) as (office, document, display):
        sheet = document.Sheets.getByIndex(0)
        document.getCurrentController().select(sheet.getCellRangeByName("A1:A3"))
        office.dispatch(document, "score_missing")
        eventually(lambda: all(sheet.getCellRangeByName(f"G{row}").getString() for row in (2, 3)))
        before = sheet.getCellRangeByName("A1:G3").getDataArray()
        eventually(lambda: not asked(office))
        office.dispatch(document, "rescore")
        click(display, *eventually(lambda: asked(office)))
        eventually(lambda: sheet.getCellRangeByName("H3").getValue() > 0)
        picture(display, "calc_question.png")
        assert sheet.getCellRangeByName("A1:G3").getDataArray() == before
        assert sheet.getCellRangeByName("H1").getString() == "VQA score 2"


def asked(office: Soffice) -> tuple[int, int] | None:
    """The middle of the question's button No, once it is shown."""
    toolkit = office.service("com.sun.star.awt.Toolkit")
    for place in range(toolkit.getTopWindowCount()):
        found = middle_of(toolkit.getTopWindow(place).getAccessibleContext(), "No")
        if found is not None:
            return found
    return None
