"""docs/settings.md against the settings themselves: names, types, defaults, what is allowed, every variable."""

from __future__ import annotations

import re
import tomllib
import types
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from tests.printed.commands import ROOT
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.settings import PREFIX, Settings, _kinds

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
TYPES = {str: "text", bool: "true or false", int: "whole number", float: "number", tuple: "numbers", Path: "path"}


def table(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


ROWS = {row[0].strip("`"): row for row in table("All of them")}
FIELDS = {one.name: one for one in fields(Settings)}
IN_FILE = sorted(set(FIELDS) - {"home"})


def value_of(cell: str) -> Any:
    """A cell's first value between backticks, read as TOML."""
    written = re.search(r"`([^`]+)`", cell)
    assert written is not None, cell
    return tomllib.loads(f"x = {written[1]}")["x"]


def load(home: Path, line: str, environment: dict[str, str] | None = None) -> Settings:
    (home / "settings.toml").write_text(line + "\n", encoding="utf-8")
    return Settings.load({f"{PREFIX}HOME": str(home), **(environment or {})})


def spelled(value: Any) -> str:
    """As in the environment."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_is_there_in_its_order() -> None:
    assert list(ROWS) == list(FIELDS)
    assert all(len(row) == 6 and all(row) for row in ROWS.values())


@pytest.mark.parametrize("name", FIELDS)
def test_type_and_default_are_those_of_the_code(name: str) -> None:
    _, kind, default, *_ = ROWS[name]
    kinds = _kinds(Settings)[name]
    words = " or ".join("nothing" if one is types.NoneType else TYPES[one] for one in kinds)
    assert kind == words
    own = FIELDS[name].default
    if own is MISSING:
        assert "`" not in default
    elif own is None:
        assert default == "nothing"
    else:
        assert (value_of(default), type(value_of(default))) == (own, type(own))


@pytest.mark.parametrize("name", IN_FILE)
def test_the_example_works_in_the_file_and_in_the_environment(name: str, tmp_path: Path) -> None:
    example = re.search(r"`([^`]+)`", ROWS[name][4])
    assert example is not None
    settings = load(tmp_path, f"{name} = {example[1]}")
    value = value_of(ROWS[name][4])
    expected = tuple(value) if isinstance(value, list) else value
    assert getattr(settings, name) == expected
    assert expected != FIELDS[name].default
    same = load(tmp_path, "", {f"{PREFIX}{name.upper()}": spelled(value)})
    assert getattr(same, name) == expected


@pytest.mark.parametrize("name", IN_FILE)
def test_what_is_allowed_is_taken_and_what_lies_beside_it_refused(name: str, tmp_path: Path) -> None:
    allowed = ROWS[name][3]
    for written in re.findall(r"`([^`]+)`", allowed):
        assert load(tmp_path, f"{name} = {written}")
    limits = re.search(r"from (\d+)(?: to (\d+))?", allowed)
    if limits is None:
        return
    step = 2 if "even" in allowed else 1
    low = int(limits[1])
    assert load(tmp_path, f"{name} = {low}")
    wrong = [low - step, low + 1] if step == 2 else [low - step]
    if limits[2]:
        assert load(tmp_path, f"{name} = {limits[2]}")
        wrong.append(int(limits[2]) + 1)
    for value in wrong:
        with pytest.raises(SettingsError):
            load(tmp_path, f"{name} = {value}")


@pytest.mark.parametrize("name", ["language", "dtype", "decoding"])
def test_the_words_that_are_allowed_are_all(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be") as raised:
        load(tmp_path, f'{name} = "surely not"')
    told = re.search(rf"{name} must be (?:one of )?(.*?), not", str(raised.value))
    assert told is not None
    assert set(re.findall(r"\w+", told[1])) - {"or"} == set(re.findall(r'`"(\w+)"`', ROWS[name][3]))


def test_the_file_on_the_page_can_be_used(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    assert load(tmp_path, block[1]).idle_minutes == 0


def test_every_variable_that_the_code_reads_is_there() -> None:
    read: set[str] = set()
    for path in (ROOT / "xl_vqa").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r"environ(?:ment)?(?:\.get|\.setdefault|\.pop)?[\[(]\s*\"([A-Z][A-Z_]+)\"", text))
        read |= set(re.findall(r"\bXL_VQA_[A-Z]+(?:_[A-Z]+)*\b", text))
        read |= {
            name
            for group in re.findall(r"for name in \((\"LC_ALL\".*?)\)", text)
            for name in re.findall(r"\w+", group)
        }
    assert {"XL_VQA_HOME", "XL_VQA_LIBREOFFICE", "LANG", "RANK"} <= read
    settings = {f"{PREFIX}{name.upper()}" for name in FIELDS}
    handshake = {"XL_VQA_HOST"}
    documented = {
        name for row in table("Other variables of the environment") for name in re.findall(r"`(\w+)`", row[0])
    }
    assert read - settings - handshake - documented == set()
