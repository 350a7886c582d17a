"""The command as the user gave it, for a question that is answered by running it again with one more option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xl_vqa.shell import typed

if TYPE_CHECKING:
    import typer


def command_as_given(context: typer.Context) -> str:
    """The command line of ``context`` without what stands at its default."""
    parts = [context.command_path if context.command_path.startswith("xl-vqa") else _path(context)]
    for parameter in context.command.params:
        name, value = parameter.name or "", context.params.get(parameter.name or "")
        source = context.get_parameter_source(name)
        if value is None or value == [] or source is None or source.name == "DEFAULT":
            continue
        if parameter.param_type_name == "argument":
            parts.append(typed(str(value)))
        elif isinstance(value, bool):
            parts.append(parameter.opts[0] if value else (parameter.secondary_opts or [""])[0])
        else:
            values: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value]
            parts.extend(f"{parameter.opts[0]} {typed(str(item))}" for item in values)
    return " ".join(part for part in parts if part)


def _path(context: typer.Context) -> str:
    """The names of the command and its groups, under the program's own name however it was started."""
    names = []
    at: Any = context
    while at is not None and at.parent is not None:
        names.append(str(at.info_name))
        at = at.parent
    return " ".join(["xl-vqa", *reversed(names)])
