"""What the package promises: every name of ``__all__`` is there, explained, typed, and on its page."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
import typing
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xl_vqa
from xl_vqa.words import errors

PACKAGE = Path(xl_vqa.__file__).parent
ROOT = PACKAGE.parent
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
PUBLIC = {name: getattr(xl_vqa, name) for name in xl_vqa.__all__ if name != "__version__"}
CLASSES = {name: one for name, one in PUBLIC.items() if isinstance(one, type)}
ERRORS = {name for name, one in CLASSES.items() if issubclass(one, errors.XlVqaError)}
FUNCTIONS = {name: one for name, one in PUBLIC.items() if inspect.isfunction(one)}


def test_the_list_is_sorted_and_holds_each_name_once() -> None:
    assert list(xl_vqa.__all__) == sorted(set(xl_vqa.__all__))
    assert set(xl_vqa.__all__) <= set(dir(xl_vqa))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        xl_vqa.nothing  # noqa: B018


def test_what_type_checkers_see_is_what_runs() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    seen = {
        alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(seen) == set(PUBLIC)
    for name, module in seen.items():
        assert PUBLIC[name].__name__ == name
        assert PUBLIC[name].__module__ == module


def test_every_error_that_can_be_met_can_be_caught() -> None:
    own = {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.XlVqaError) and one.__module__ == errors.__name__
    }
    assert own <= ERRORS


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_name_is_explained(name: str) -> None:
    found = PUBLIC[name]
    if name in ERRORS:
        # its sentence says what it is, in two languages
        assert found.code
        return
    assert inspect.getdoc(found), name
    if isinstance(found, type):
        for member, value in vars(found).items():
            target = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
            if not member.startswith("_") and inspect.isfunction(target):
                assert inspect.getdoc(target), f"{name}.{member}"
    assert f"`{name}" in PAGE, name


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_names_its_arguments_and_only_public_types(name: str) -> None:
    function: Callable[..., Any] = FUNCTIONS[name]
    said = inspect.getdoc(function) or ""
    parameters = list(inspect.signature(function).parameters)
    if "Args:" in said:
        assert not [one for one in parameters if one not in said]
    else:
        # explained by the function that it is a form of
        assert "``rate``" in said
    module = sys.modules[function.__module__]
    pandas = {"pd": __import__("pandas")} if name == "rate_frame" else {}
    known = {**vars(module), **pandas, "Settings": xl_vqa.Settings, "XlVqaError": xl_vqa.XlVqaError}
    hints = typing.get_type_hints(function, known)
    assert set(hints) == {*parameters, "return"}
    for hint in hints.values():
        for kind in _classes(hint):
            if kind.__module__.startswith("xl_vqa"):
                assert kind.__name__ in xl_vqa.__all__, kind


def _classes(hint: Any) -> set[type]:
    if isinstance(hint, type) and not typing.get_args(hint):
        return {hint}
    inner = [one for arg in typing.get_args(hint) for one in (arg if isinstance(arg, list) else [arg])]
    return {kind for one in inner for kind in _classes(one)}


CONSUMER = """
import xl_vqa

reveal_type(xl_vqa.rate(["a.mp4"]))
reveal_type(xl_vqa.score_workbook("list.xlsx").done)
reveal_type(xl_vqa.evaluate("a.csv", "m.csv").figures["srcc"].value)
reveal_type(xl_vqa.predict("starter", "a.mp4"))
for one in xl_vqa.rate_iter(["a.mp4"], settings=xl_vqa.Settings.load()):
    if isinstance(one, xl_vqa.Rating):
        reveal_type(one.label)
    else:
        reveal_type(one.error)
xl_vqa.rate(3.5)
"""


@pytest.mark.slow
def test_a_program_that_uses_the_wheel_is_type_checked(tmp_path: Path) -> None:
    """Away from the checkout, by the wheel's own ``py.typed``."""
    build = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", tmp_path, ROOT], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    site = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert "xl_vqa/py.typed" in archive.namelist()
        archive.extractall(site, [name for name in archive.namelist() if "_shipped" not in name])
    (tmp_path / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "consumer.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    said = done.stdout.replace("builtins.", "")
    kinds = re.findall(r'Revealed type is "(.*)"', said)
    results = "list[xl_vqa.words.rating.Rating | xl_vqa.words.errors.XlVqaError]"
    assert kinds == [results, "int", "float | None", results, "int", "str"], said
    # the one wrong call, and nothing else
    assert re.findall(r"consumer.py:(\d+): error: (.*?) has", said) == [("13", 'Argument 1 to "rate"')], said
