"""Rooms of the package: each stands in the table of docs/architecture.md, and no two need each other."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.core.sources import PACKAGE, trees

PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def files() -> Iterator[tuple[str, ast.Module]]:
    """Every file with its room: a folder, or a file that stands alone."""
    for name, tree in trees().items():
        room = PurePosixPath(name).with_suffix("").parts[0]
        if not room.startswith("__"):
            yield room, tree


ROOMS = {room for room, _ in files()}


def needed(tree: ast.Module) -> set[str]:
    """The rooms that a file imports, also inside functions and for type checkers."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "xl_vqa":
            below = (node.module or "").split(".")[1:2]
            found |= set(below) or {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("xl_vqa.")}
    return found & ROOMS


def test_no_two_rooms_need_each_other() -> None:
    arrows = {(room, other) for room, tree in files() for other in needed(tree) if other != room}
    assert len(arrows) > 50
    both = [(a, b) for a, b in itertools.combinations(sorted(ROOMS), 2) if {(a, b), (b, a)} <= arrows]
    assert both == []


def test_every_room_has_its_row() -> None:
    table = PAGE.partition("| room |")[2].partition("\n\n")[0]
    named = {
        name.rstrip("/") for line in table.splitlines() for name in re.findall(r"`([\w/]+)`", line.split("|")[1])
    }
    assert ROOMS - named == set()
