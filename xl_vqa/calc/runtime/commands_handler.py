"""The protocol of our menu entries: each URL is a command."""

from __future__ import annotations

import logging
from typing import Any

import unohelper
from com.sun.star.frame import XDispatch, XDispatchProvider
from com.sun.star.lang import XInitialization, XServiceInfo

from xl_vqa.calc import names
from xl_vqa.calc.commands import command

log = logging.getLogger("xl_vqa.calc")


class CommandHandler(unohelper.Base, XDispatchProvider, XDispatch, XInitialization, XServiceInfo):
    """One per window; ``initialize`` hands it its frame."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        self._frame: Any = None

    def initialize(self, arguments: Any) -> None:
        if arguments:
            self._frame = arguments[0]

    # -- XDispatchProvider

    def queryDispatch(self, url: Any, target: str, flags: int) -> Any:
        name = str(url.Complete).removeprefix(names.PROTOCOL)
        return self if url.Complete.startswith(names.PROTOCOL) and command(name) else None

    def queryDispatches(self, requests: Any) -> Any:
        return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

    # -- XDispatch

    def dispatch(self, url: Any, arguments: Any) -> None:
        from xl_vqa.calc.runtime.actions import run

        run(str(url.Complete).removeprefix(names.PROTOCOL), self._frame)

    def addStatusListener(self, listener: Any, url: Any) -> None:
        """Every command is always there; one that cannot be run says why."""

    def removeStatusListener(self, listener: Any, url: Any) -> None:
        """See ``addStatusListener``."""

    # -- XServiceInfo

    def getImplementationName(self) -> str:
        return names.COMMANDS_SERVICE + ".python"

    def supportsService(self, name: str) -> bool:
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (names.COMMANDS_SERVICE, "com.sun.star.frame.ProtocolHandler")
