"""Where a table can be read in two ways, nobody guesses: the user is asked, with a command for each way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.shell import typed
from xl_vqa.words.reasons import Problem

MOST_CHOICES: Final = 8


def unclear(path: str, problem: Problem, choices: Sequence[str], **params: Any) -> RatingsUnclearError:
    """A question about the file ``path`` whose sentence is ``problem`` with ``params``."""
    shown = list(dict.fromkeys(choices))[:MOST_CHOICES]
    error = RatingsUnclearError(path=path, problem=problem, choices=shown, **params)
    return error.with_commands(f"xl-vqa labels prepare {typed(path)}")


def option(name: str, value: str) -> str:
    """``--name value`` with the quotes that a shell wants."""
    return f"{name} {typed(value)}"
