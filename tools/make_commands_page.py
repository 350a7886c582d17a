"""Writes docs/commands.md and its Japanese twin from the program itself (``make commands``)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from xl_vqa.cli.help_ja import HELP_JA
from xl_vqa.cli.main import app

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {"en": ROOT / "docs" / "commands.md", "ja": ROOT / "docs" / "commands.ja.md"}
_WORDS: Final = {
    "en": {
        "top": "# Every command\n\nAs `xl-vqa --help` tells it, in one page ([日本語](commands.ja.md)). "
        "`make commands` writes it anew.",
        "argument": "argument",
        "option": "option",
        "what": "what it is",
    },
    "ja": {
        "top": "# すべてのコマンド\n\n`xl-vqa --help` の内容を 1 ページにまとめたものです"
        "([English](commands.md))。`make commands` で作り直せます。",
        "argument": "引数",
        "option": "オプション",
        "what": "説明",
    },
}


def page(language: str) -> str:
    """The whole page in ``en`` or ``ja``."""
    words = _WORDS[language]
    parts = [words["top"]]
    for name, command in _commands(typer.main.get_command(app), ("xl-vqa",)):
        parts.append(f"## {' '.join(name)}\n\n{_said(command.help, language)}")
        shown = [one for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
        for kind in ("argument", "option"):
            rows = [_row(one, language) for one in shown if one.param_type_name == kind]
            if rows:
                parts.append("\n".join((f"| {words[kind]} | {words['what']} |\n|---|---|", *rows)))
    return "\n\n".join(parts) + "\n"


def _commands(command: Any, name: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if len(name) > 1 or not hasattr(command, "commands"):
        yield name, command
    for key, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _commands(below, (*name, key))


def _row(one: Any, language: str) -> str:
    argument = one.param_type_name == "argument"
    names = [one.metavar or one.name.upper()] if argument else [*one.opts, *one.secondary_opts]
    spelled = ", ".join(f"`{name}`" for name in names)
    return f"| {spelled} | {_said(one.help, language, line=True)} |"


def _said(text: str | None, language: str, *, line: bool = False) -> str:
    english = inspect.cleandoc(text or "")
    said = HELP_JA.get(english, english) if language == "ja" else english
    return said.replace("\n", " ").replace("|", "\\|") if line else said


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
