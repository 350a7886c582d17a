"""Help and usage errors in the user's language, and flags that take no value.

Typer has its own words for headings and errors, in English only; those that it keeps in variables are set, and
its sentences are translated by their pattern, so that a sentence not known here is shown as it is.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import typer
from rich.columns import Columns
from rich.table import Table
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

from xl_vqa.cli.help_ja import HELP_JA

# What a person types who takes a flag for a setting.
_VALUES: Final = frozenset("true false yes no on off 1 0".split())
_FLAG_VALUE: Final = {
    "en": "{flag} takes no value: write {flag} alone, or leave it out. "
    "(A file of the name is given as ./{value}.)",
    "ja": "{flag} に値は指定できません。{flag} だけを書くか、省略してください。"
    "(その名前のファイルは ./{value} と指定します。)",
}
_HEADINGS_JA: Final = {
    "ARGUMENTS_PANEL_TITLE": "引数",
    "OPTIONS_PANEL_TITLE": "オプション",
    "COMMANDS_PANEL_TITLE": "コマンド",
    "ERRORS_PANEL_TITLE": "エラー",
    "ABORTED_TEXT": "中止しました。",
    "DEFAULT_STRING": "[既定: {}]",
    "ENVVAR_STRING": "[環境変数: {}]",
    "REQUIRED_LONG_STRING": "[必須]",
    "RICH_HELP": "ヘルプ: [blue]'{command_path} {help_option}'[/]",
}
_HEADINGS_EN: Final[dict[str, str]] = {}
# Typer's sentences, most particular first.
_ERRORS_JA: Final = tuple(
    (re.compile(pattern, re.DOTALL), japanese)
    for pattern, japanese in (
        (r"No such option: (\S+) \(Possible options: (.+)\)", r"\1 というオプションはありません。候補: \2"),
        (r"No such option: (\S+)", r"\1 というオプションはありません。"),
        (r"No such command '(.+?)'\. Did you mean (.+)\?", r"「\1」というコマンドはありません。候補: \2"),
        (r"No such command '(.+)'\.", r"「\1」というコマンドはありません。"),
        (r"Missing argument (.+)\.", r"引数 \1 を指定してください。"),
        (r"Missing option (.+)\.", r"オプション \1 を指定してください。"),
        (r"Missing command\.", r"コマンドを指定してください。"),
        (r"Option '(.+)' requires an argument\.", r"オプション \1 には値が必要です。"),
        (r"Option '(.+)' does not take a value\.", r"オプション \1 に値は指定できません。"),
        (r"Got unexpected extra argument(?:\(s\)|s)? \((.+)\)", r"余分な引数があります: \1"),
        (r"Invalid value for (.+?): Input should be a valid integer\b.*", r"\1 の値は整数ではありません。"),
        (r"Invalid value for (.+?): Input should be a valid number\b.*", r"\1 の値は数値ではありません。"),
        (r"Invalid value for (.+?): (.+)", r"\1 の値が正しくありません: \2"),
    )
)


# UsageError and ClickException, which Typer does not export
UsageError: Final[Any] = typer.BadParameter.__mro__[1]
_UsageProblem: Final[Any] = typer.BadParameter.__mro__[2]
_language = "en"


def in_japanese(sentence: str) -> str:
    """A sentence of Typer's, as it is where it is not known."""
    for pattern, japanese in _ERRORS_JA:
        if found := pattern.fullmatch(sentence):
            return found.expand(japanese)
    return sentence


def speak(language: str) -> None:
    """From now on help and usage errors are in ``language`` (en or ja)."""
    global _language
    _language = "ja" if language == "ja" else "en"
    for name, japanese in _HEADINGS_JA.items():
        english = _HEADINGS_EN.setdefault(name, getattr(rich_utils, name))
        setattr(rich_utils, name, japanese if _language == "ja" else english)
    setattr(rich_utils, "Table", _Whole)  # noqa: B010 - no name that Typer exports
    setattr(rich_utils, "Columns", _one_text)  # noqa: B010


def equip(app: typer.Typer) -> None:
    """Every command of ``app`` and of its groups becomes one of ours."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            equip(group.typer_instance)


class _Whole(Table):
    """Folds what is too long for its column: Japanese has no gaps to wrap at, and would be cut."""

    def __rich_console__(self, console: Any, options: Any) -> Any:
        for column in self.columns:
            column.overflow = "fold"
        yield from super().__rich_console__(console, options)


def _one_text(parts: Sequence[Any]) -> Any:
    """A help text and its remarks as one, which the column above can fold; Typer sets them side by side."""
    return Text(" ").join(parts) if all(isinstance(part, Text) for part in parts) else Columns(parts)


class _Speaking:
    """What commands and groups have in common."""

    help: str | None
    short_help: str | None

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            param.help = _said(getattr(param, "help", None))
            if is_flag(param):
                # "<bool>" asks for a value that a flag does not take
                param.metavar = ""
        return params  # type: ignore[no-any-return]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        if _language == "ja":
            pieces = pieces.replace("[OPTIONS]", "[オプション]").replace("COMMAND [ARGS]", "コマンド [引数]")
        formatter.write_usage(ctx.command_path, pieces, prefix="使い方: " if _language == "ja" else None)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.help = _said(self.help)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_Speaking, TyperCommand):
    """``--refresh true`` must not rate a file called "true"."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        flags = {name for param in self.params if is_flag(param) for name in (*param.opts, *param.secondary_opts)}
        for flag, value in pairwise(args):
            if flag == "--":
                break
            if flag in flags and value.casefold() in _VALUES and not os.path.exists(value):
                ctx.fail(_FLAG_VALUE[_language].format(flag=flag, value=value))
        return super().parse_args(ctx, args)


class Group(_Speaking, TyperGroup):
    """Errors are shown here, so that they can be translated."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.help, command.short_help = _said(command.help), _said(command.short_help)
        return command

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **more: Any) -> Any:  # type: ignore[override]
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **more)
        try:
            code = super().main(args, standalone_mode=False, **more)
        except typer.Abort:
            rich_utils.rich_abort_error()
            sys.exit(1)
        except _UsageProblem as error:
            sentence = error.format_message()
            if _language == "ja":
                error.format_message = lambda: in_japanese(sentence)
            rich_utils.rich_format_error(error)
            sys.exit(error.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


def _said(text: str | None) -> str | None:
    return HELP_JA.get(inspect.cleandoc(text), text) if text and _language == "ja" else text


def is_flag(param: Any) -> bool:
    return isinstance(param, TyperOption) and bool(param.is_flag)
