"""What must end before LibreOffice does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import unohelper
from com.sun.star.frame import XTerminateListener

from xl_vqa.calc.runtime import office


class _Closing(unohelper.Base, XTerminateListener):
    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def queryTermination(self, event: Any) -> None:
        """Nobody is kept from closing: what is stored is kept, and the rest is asked again next time."""

    def notifyTermination(self, event: Any) -> None:
        self._work()

    def disposing(self, event: Any) -> None:
        """Nothing is held."""


def close_with_office(work: Callable[[], None]) -> None:
    """Calls ``work`` when LibreOffice ends."""
    office.desktop().addTerminateListener(_Closing(work))
