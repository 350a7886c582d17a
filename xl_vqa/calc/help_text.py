"""The text of the Help window: every function from its declaration, every command by its name. Pure."""

from __future__ import annotations

from xl_vqa.calc.commands import COMMANDS
from xl_vqa.calc.texts import tr
from xl_vqa.worksheet.functions import FUNCTIONS, Function


def help_text(language: str) -> str:
    lines = [tr("help_functions", language), ""]
    for function in FUNCTIONS:
        lines += [f"={usage(function)}", f"    {function.help.of(language)}"]
    lines += ["", tr("help_errors", language), "", tr("help_commands", language), ""]
    lines += [f"  {_plain(command.title[language])}" for command in COMMANDS if command.title]
    return "\n".join(lines)


def usage(function: Function) -> str:
    """``VQA_SCORE(video; [text]; [profile])``, as Calc shows arguments."""
    shown = [f"[{argument.name}]" if argument.optional else argument.name for argument in function.arguments]
    return f"{function.name}({'; '.join(shown)})"


def _plain(title: str) -> str:
    """Without the mark of the letter that chooses it: ``採点(~S)`` -> ``採点``."""
    head, mark, _ = title.partition("(~")
    return head if mark else title.replace("~", "")
