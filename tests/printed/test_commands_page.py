"""Every command and every option stands in the docs, in both languages, as the program tells it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.printed.test_printed_commands import COMMAND
from tools.make_commands_page import PAGES, page


def shown(command: Any, name: str = "xl-vqa") -> dict[str, list[str]]:
    """The spellings of every command's options; read off the program, not off the page's maker."""
    found: dict[str, list[str]] = {}
    if not hasattr(command, "commands"):
        options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
        found[name] = [word for one in options if one.name != "help" for word in (*one.opts, *one.secondary_opts)]
    for key, below in getattr(command, "commands", {}).items():
        found |= {} if below.hidden else shown(below, f"{name} {key}")
    return found


@pytest.mark.parametrize("language", sorted(PAGES))
def test_the_page_is_what_the_program_says(language: str) -> None:
    """``make commands`` writes it anew."""
    assert PAGES[language].read_text(encoding="utf-8") == page(language)


@pytest.mark.parametrize("language", sorted(PAGES))
def test_every_option_is_there_and_explained(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    commands = shown(COMMAND)
    assert len(commands) > 20
    for name, options in commands.items():
        (section,) = re.findall(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
        for option in options:
            (said,) = re.findall(rf"^\|[^|]*`{re.escape(option)}`[^|]*\|(.*)\|$", section, flags=re.MULTILINE)
            assert said.strip(), f"{name} {option}"


def test_the_japanese_page_is_in_japanese() -> None:
    said = [
        line
        for line in PAGES["ja"].read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("## ", "|---"))
    ]
    typed = ("torchrun", "xl-vqa")
    assert not [line for line in said if not line.startswith(typed) and not re.search("[ぁ-んァ-ヶ一-龠]", line)]
