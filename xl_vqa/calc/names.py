"""The names by which LibreOffice knows the extension. Standard library only."""

from __future__ import annotations

from typing import Final

EXTENSION: Final = "org.xlvqa.calc"
"""Identifier of the extension: what is installed is removed by this name."""

FUNCTIONS_SERVICE: Final = "org.xlvqa.Functions"
FUNCTIONS_INTERFACE: Final = "org.xlvqa.XFunctions"
COMMANDS_SERVICE: Final = "org.xlvqa.Commands"
JOB_SERVICE: Final = "org.xlvqa.DocumentJob"
PROTOCOL: Final = "org.xlvqa.command:"
"""A menu entry is a URL: this, then the name of a command."""
TOOLBAR: Final = "private:resource/toolbar/addon_org.xlvqa.toolbar"

EVENTS: Final = ("OnLoadFinished", "OnSaveDone", "OnSaveAsDone", "OnUnload")
"""Events of a document at which the job runs. OnCopyToDone is not among them: it names the source file."""

FORMULA_PREFIX: Final = FUNCTIONS_SERVICE.upper() + "."
"""How Calc spells our functions in a file: ``ORG.XLVQA.FUNCTIONS.VQASCORE``."""


def method(function: str) -> str:
    """The method of the UNO interface for a worksheet function: ``VQA_SCORE`` -> ``vqaScore``."""
    first, *rest = function.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def stored(function: str) -> str:
    """The name that Calc writes for a worksheet function."""
    return FORMULA_PREFIX + method(function).upper()
