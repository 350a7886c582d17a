"""Small windows made from controls: a text to read, a few fields to fill in. Main thread only.

They are not modal: the sheet stays usable beside them, and nothing waits for a click.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import unohelper
from com.sun.star.awt import XActionListener, XTopWindowListener

from xl_vqa.calc.runtime import office
from xl_vqa.calc.texts import tr

log = logging.getLogger("xl_vqa.calc")

WIDTH: Final = 260
_open: dict[str, Any] = {}
"""By title: a second press of a button replaces the window instead of adding one."""


class _Pressed(unohelper.Base, XActionListener):
    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def actionPerformed(self, event: Any) -> None:
        try:
            self._work()
        except Exception:
            log.exception("a button failed")

    def disposing(self, event: Any) -> None:
        """Nothing is held."""


class _Closed(unohelper.Base, XTopWindowListener):
    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def windowClosing(self, event: Any) -> None:
        self._work()

    def windowOpened(self, event: Any) -> None:
        """Not of interest, as the rest of them."""

    windowClosed = windowMinimized = windowNormalized = windowActivated = windowDeactivated = windowOpened

    def disposing(self, event: Any) -> None:
        """Nothing is held."""


class Window:
    """A dialog: ``text``, ``field`` and ``buttons`` add to it from the top down, ``show`` opens it."""

    def __init__(self, title: str, width: int = WIDTH) -> None:
        self.title = title
        self._width, self._top = width, 6
        self._model = office.service("com.sun.star.awt.UnoControlDialogModel")
        self._model.Title, self._model.Width = title, width
        self._model.Closeable = self._model.Moveable = True
        self._control: Any = None
        self._work: dict[str, Callable[[], None]] = {}

    def text(self, words: str, height: int, *, fixed: bool = False) -> None:
        """A text to read and copy; ``fixed`` in a font whose letters are all as wide."""
        edit = self._add("Edit", f"text{self._top}", 6, self._width - 12, height)
        edit.MultiLine = edit.ReadOnly = edit.VScroll = True
        edit.Text = words
        if fixed:
            edit.FontName = "Noto Sans Mono CJK JP;Noto Sans Mono;MS Gothic;Menlo;monospace"
        self._top += height + 6

    def label(self, words: str, height: int = 10) -> None:
        label = self._add("FixedText", f"label{self._top}", 6, self._width - 12, height)
        label.Label, label.MultiLine = words, True
        self._top += height + 4

    def field(self, name: str, words: str, value: str, *, label_width: int = 110) -> None:
        label = self._add("FixedText", f"label_{name}", 6, label_width, 12)
        label.Label = words
        edit = self._add("Edit", name, 10 + label_width, self._width - label_width - 16, 13)
        edit.Text = value
        self._top += 17

    def buttons(self, *named: tuple[str, Callable[[], None]]) -> None:
        """From left to right, at the right edge."""
        left = self._width - 6 - 62 * len(named)
        for number, (words, work) in enumerate(named):
            button = self._add("Button", f"button{number}", left + 62 * number, 58, 15)
            button.Label = words
            button.DefaultButton = number == 0
            self._work[f"button{number}"] = work
        self._top += 21

    def value(self, name: str) -> str:
        return str(self._control.getControl(name).getText())

    def show(self, frame: Any) -> None:
        """Opens the window over ``frame``; where no person can see one, its text goes to the log."""
        if frame is None or office.is_headless():
            log.info("%s", self.title)
            return
        close_window(self.title)
        self._model.Height = self._top
        self._control = office.service("com.sun.star.awt.UnoControlDialog")
        self._control.setModel(self._model)
        parent = frame.getContainerWindow()
        self._control.createPeer(office.service("com.sun.star.awt.Toolkit"), parent)
        for name, work in self._work.items():
            self._control.getControl(name).addActionListener(_Pressed(work))
        self._control.addTopWindowListener(_Closed(self.close))
        size, outer = self._control.getPosSize(), parent.getPosSize()
        left, top = max((outer.Width - size.Width) // 2, 0), max((outer.Height - size.Height) // 3, 0)
        self._control.setPosSize(left, top, 0, 0, 3)
        self._control.setVisible(True)
        _open[self.title] = self

    def close(self) -> None:
        control, self._control = self._control, None
        if _open.get(self.title) is self:
            del _open[self.title]
        if control is not None:
            control.setVisible(False)
            control.dispose()

    def _add(self, kind: str, name: str, left: int, width: int, height: int) -> Any:
        control = self._model.createInstance(f"com.sun.star.awt.UnoControl{kind}Model")
        control.PositionX, control.PositionY, control.Width, control.Height = left, self._top, width, height
        control.Name = name
        self._model.insertByName(name, control)
        return control


def close_window(title: str) -> None:
    """Closes the window of this title, if it is open."""
    if title in _open:
        _open[title].close()


def show_text(frame: Any, title: str, words: str, language: str, *, height: int = 180) -> None:
    """A window with a text to read and copy."""
    log.info("%s: %s", title, words)
    window = Window(title)
    window.text(words, height, fixed=True)
    window.buttons((tr("close", language), window.close))
    window.show(frame)
