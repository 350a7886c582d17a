"""What the package puts into the data folder is known to ``forget --all``: a new kind of file cannot be missed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.core.sources import PACKAGE, trees
from xl_vqa.host.forgetting import OF_THE_HOST, OF_THE_USER

REMOVED_BY_ITSELF = {"host.lock", "host.starting"}
"""By ``forgetting.ours`` and ``forget._tidy``."""
OTHER_HOMES = {"excel/install.py", "calc/install.py"}
"""Where ``home`` is the user's, not ours."""


@cache
def own_constants(path: Path) -> dict[str, str]:
    """Texts by the name that a module gives them."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else ():
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[target.id] = value.value
    return found


def constants(path: Path, tree: ast.Module) -> dict[str, str]:
    """Those of a module, and those that it imports from others of ours."""
    found = dict(own_constants(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xl_vqa."):
            theirs = own_constants(PACKAGE.parent / f"{str(node.module).replace('.', '/')}.py")
            found |= {
                alias.asname or alias.name: theirs[alias.name] for alias in node.names if alias.name in theirs
            }
    return found


def is_home(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name == "home"


def placed(path: Path, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The names that a file puts behind ``home /``, with their lines; ``?`` for one that cannot be told."""
    known = constants(path, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and is_home(node.left):
            right = node.right
            if isinstance(right, ast.Constant) and isinstance(right.value, str):
                yield right.value, node.lineno
            elif isinstance(right, ast.Name) and right.id in known:
                yield known[right.id], node.lineno
            else:
                yield "?", node.lineno


def test_forget_all_knows_every_name() -> None:
    names: dict[str, list[str]] = {}
    for place, tree in trees().items():
        # forgetting names what others make
        if place not in OTHER_HOMES and place != "host/forgetting.py":
            for name, line in placed(PACKAGE / place, tree):
                names.setdefault(name, []).append(f"{place}:{line}")
    assert len(names) > 8
    known = {*OF_THE_HOST, *OF_THE_USER, *REMOVED_BY_ITSELF}
    unknown = {name: places for name, places in names.items() if name not in known}
    assert unknown == {}, "host/forgetting.py must name it (OF_THE_HOST, OF_THE_USER)"


def test_the_look_sees_names_and_constants(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(
        'NAME = "new.json"\nOTHER: str = "b"\ndef f(settings, home, x):\n'
        '    settings.home / NAME\n    home / "c.txt"\n    settings.home / OTHER\n    settings.home / x\n'
    )
    assert [name for name, _ in placed(file, ast.parse(file.read_text()))] == ["new.json", "c.txt", "b", "?"]
