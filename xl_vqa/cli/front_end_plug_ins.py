"""Commands of other packages: an entry point of ``xl_vqa.front_ends`` is a function that gets the Typer app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer


def plug_in(app: typer.Typer) -> Callable[[Any], None]:
    """What takes one plug-in: all of its commands are added, or none, and none takes the place of another."""

    def take(register: Any) -> None:
        trial = typer.Typer()
        register(trial)
        taken = _names(app) & _names(trial)
        if taken:
            raise ValueError(f"there is a command of this name: {', '.join(sorted(taken))}")
        app.registered_commands += trial.registered_commands
        app.registered_groups += trial.registered_groups

    return take


def _names(app: typer.Typer) -> set[str]:
    commands = (
        one.name or (one.callback.__name__.replace("_", "-") if one.callback else "")
        for one in app.registered_commands
    )
    groups = (one.name for one in app.registered_groups if isinstance(one.name, str))
    return {*commands, *groups}
