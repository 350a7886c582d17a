"""What the project tells people to type can be typed."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.install.environments import PROJECT
from tests.printed.commands import PROGRAM, ROOT, Printed, everything, in_sentence, on_page
from xl_vqa.cli.main import app

COMMAND = typer.main.get_command(app)
ALL = everything()


def check(printed: Printed) -> None:
    """Raises AssertionError that says what the program does not know."""
    words = printed.words
    program = Path(words[0]).name
    if program == "xl-vqa":
        for alternative in _alternatives(words[1:]):
            check_cli(COMMAND, alternative)
    elif program == "make":
        check_make(words[1:])
    elif program == "pip":
        check_pip(words[1:])
    elif words[1:3] == ["-m", "pip"]:
        check_pip(words[3:])
    elif words[1:2] == ["-m"]:
        check_module(words[2], words[3:])
    elif words[1:] and not words[1].startswith("-"):
        assert (ROOT / words[1]).is_file(), words[1]


def _alternatives(words: list[str]) -> list[list[str]]:
    """``host start|stop`` is two commands."""
    for place, word in enumerate(words):
        if "|" in word:
            return [
                rest
                for one in word.split("|")
                for rest in _alternatives([*words[:place], one, *words[place + 1 :]])
            ]
    return [words]


def check_cli(command: Any, words: list[str]) -> None:
    # typer brings a click of its own
    context = command.context_class(command)
    if hasattr(command, "get_command"):
        if not words or words[0].startswith("-"):
            # the name of a group alone, or an option of the program itself
            command.make_parser(context).parse_args(list(words))
            return
        sub = command.get_command(context, words[0])
        assert sub is not None, f"no command {words[0]!r}"
        check_cli(sub, words[1:])
        return
    if not words or words == ["--help"]:
        # named, not printed to be typed as it is
        return
    if any(words[-1] in p.opts and not getattr(p, "is_flag", False) for p in command.params):
        # an option that is only named: what 'score -o' writes
        return
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    assert not rest, f"too many words: {rest}"
    if any(not word.startswith("-") for word in words):
        missing = [p.name for p in command.params if p.required and not values.get(str(p.name))]
        assert not missing, f"missing: {missing}"


def check_make(words: list[str]) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, equals, _ = word.partition("=")
        pattern = rf"^{name} \?=" if equals else rf"^{name}:"
        assert re.search(pattern, text, re.MULTILINE), f"the Makefile has no {word}"


def check_pip(words: list[str]) -> None:
    for option, value in itertools.pairwise(words):
        if option in ("-c", "-r", "--constraint", "--requirement"):
            assert (ROOT / value).is_file(), value
    for word in words:
        # square brackets were taken for "may be left out"
        named = re.fullmatch(r"(?:xl_vqa|\.) ([\w,]+) ?", word)
        if named:
            assert set(named[1].split(",")) <= set(PROJECT["optional-dependencies"]), word


def check_module(name: str, words: list[str]) -> None:
    if name in ("venv", "torchrun"):
        return
    if name == "starter":
        # xl-vqa itself, with one task more
        check_cli(COMMAND, words)
        return
    spec = importlib.util.find_spec(name)
    assert spec is not None, f"no module {name}"
    if spec.submodule_search_locations:
        spec = importlib.util.find_spec(f"{name}.__main__")
    assert spec is not None, f"{name} cannot be run"
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    # a benchmark may leave its options to the module that it runs
    beside = [
        ast.parse((Path(spec.origin).parent / f"{alias.name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "benchmarks"
        for alias in node.names
        if (Path(spec.origin).parent / f"{alias.name}.py").is_file()
    ]
    known = {
        argument.value
        for one in (tree, *beside)
        for node in ast.walk(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    for word in words:
        assert not word.startswith("--") or word.partition("=")[0] in known, f"{name} has no option {word}"


def test_there_is_something_to_check() -> None:
    assert len(ALL) > 120
    where = {one.where.split("/")[0] for one in ALL}
    assert {"README.md", "docs", "model", "xl_vqa", "starter", "benchmarks"} <= where
    programs = {Path(one.words[0]).name for one in ALL}
    assert {"xl-vqa", "make", "python", "pip", "py"} <= programs


@pytest.mark.parametrize("printed", ALL, ids=str)
def test_every_printed_command_can_be_typed(printed: Printed) -> None:
    check(printed)


@pytest.mark.parametrize(
    "wrong",
    [
        "xl-vqa models use ours",
        "xl-vqa modles list",
        "xl-vqa models add x --activated",
        "xl-vqa models activate one two",
        "xl-vqa host begin",
        "xl-vqa host start|halt",
        "xl-vqa evaluate scores.json",
        "make demonstration",
        "make demo TORCH=cpu",
        "python -m xl_vqa.no_such_module",
        "python -m starter compares",
        "python -m xl_vqa.torch_setup --indx cpu",
        "pip install -c no_such_file.txt .",
        'pip install ".[nothing]"',
    ],
)
def test_a_command_that_does_not_exist_is_found(wrong: str) -> None:
    with pytest.raises(Exception, match=r"(?i)no |too many|missing|none of|extras|\.txt|nothing"):
        check(Printed("here", wrong))


@pytest.mark.parametrize(
    ("sentence", "commands"),
    [
        ("Stopped. Go on with: xl-vqa train {recipe} --resume", ["xl-vqa train {recipe} --resume"]),
        ("'xl-vqa host logs' shows why.", ["xl-vqa host logs"]),
        ("続きは「xl-vqa workbook update ファイル」を実行してください", ["xl-vqa workbook update ファイル"]),
        ("xl-vqa install を実行してください", ["xl-vqa install"]),
        ("make it serve; run 'make starter' first", ["make starter"]),
        ("Close Excel and run: xl-vqa install", ["xl-vqa install"]),
    ],
)
def test_commands_are_found_in_sentences(sentence: str, commands: list[str]) -> None:
    assert [one.text for one in in_sentence("here", sentence)] == commands


def test_commands_are_found_on_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.printed.commands.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("Type `xl-vqa doctor`.\n```\nmake demo   # or: xl-vqa demo\npy -m venv .venv\n```\n")
    found = {one.text for one in on_page(page)}
    assert found == {"xl-vqa doctor", "make demo", "xl-vqa demo", "py -m venv .venv"}
    assert PROGRAM.match(".venv\\Scripts\\pip install .")
