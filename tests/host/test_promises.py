"""Every promise of docs/host.md names tests that are there, and would be run."""

from __future__ import annotations

import ast
import re

from tests.printed.commands import ROOT

PAGE = (ROOT / "docs" / "host.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Promises and the tests that hold them")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][1:]


def suite() -> dict[str, list[str]]:
    """The test functions of the whole suite that nothing leaves out, and where they stand."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            skipped = any("mark.skip(" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not skipped:
                found.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    return found


def test_every_promise_names_a_test_that_is_there() -> None:
    known = suite()
    assert len(ROWS) > 15
    for promise, named in ROWS:
        names = re.findall(r"`(\w+)`", named)
        assert names, promise
        for name in names:
            assert len(known.get(name, [])) == 1, f"{promise}: {name} stands in {known.get(name)}"


def test_no_promise_is_made_twice() -> None:
    assert len({promise for promise, _ in ROWS}) == len(ROWS)


def test_a_test_that_is_not_there_is_seen() -> None:
    assert "test_of_a_promise_that_nobody_keeps" not in suite()
    assert suite()["test_every_promise_names_a_test_that_is_there"] == ["tests/host/test_promises.py"]
