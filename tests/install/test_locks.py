"""The files with hashes hold what pyproject.toml asks for, in the versions of constraints.txt."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement

from tests.install.environments import PROJECT, ROOT, closure, normal
from tools.make_locks import EXTRAS, HEADS, RUN, TORCH

ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+?)(?: ; (?P<marker>.*?))? \\$", re.MULTILINE)


OPTIONAL = PROJECT["optional-dependencies"]


def asked(extras: tuple[str, ...]) -> list[str]:
    """What the extras ask for, less those that stand for other extras."""
    return [one for extra in extras for one in OPTIONAL[extra] if not one.startswith("xl_vqa[")]


def entries(part: str) -> dict[str, re.Match[str]]:
    text = (ROOT / "locks" / f"{part}.txt").read_text(encoding="utf-8")
    return {normal(entry["name"]): entry for entry in ENTRY.finditer(text)}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {normal(name): version for name, _, version in (line.partition("==") for line in lines)}


@pytest.mark.parametrize("part", HEADS)
def test_versions_are_those_of_the_constraints_and_every_file_has_its_hash(part: str) -> None:
    known, found = pins(), entries(part)
    text = (ROOT / "locks" / f"{part}.txt").read_text(encoding="utf-8")
    assert found
    for name, entry in found.items():
        assert known[name] == entry["version"], name
        rest = text[entry.end() :].partition("\n\n")[0].splitlines()
        assert re.match(r" +--hash=sha256:[0-9a-f]{64}", rest[1]), name
    # nothing stands there that pip would take without a hash
    others = [
        line for line in ENTRY.sub("", text).splitlines() if line and not line.startswith(("#", "    --hash="))
    ]
    assert others == []


def test_no_package_is_pinned_twice() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len({normal(line.partition("==")[0]) for line in lines}) == len(lines)
    parts = [set(entries(part)) for part in HEADS]
    assert sum(map(len, parts)) == len(set().union(*parts))


def test_what_pyproject_asks_for_is_locked_in_a_version_that_it_allows() -> None:
    for part, wanted_by in (
        (("run", "torch"), [*PROJECT["dependencies"], *asked(RUN)]),
        (("run", "torch", "develop"), asked(EXTRAS)),
    ):
        known = {name: entry for one in part for name, entry in entries(one).items()}
        for wanted in map(Requirement, wanted_by):
            entry = known[normal(wanted.name)]
            assert wanted.specifier.contains(entry["version"]), wanted


@pytest.mark.pinned
def test_nothing_is_missing_for_this_system() -> None:
    """``--no-deps`` brings what is listed and no more."""
    run = set(entries("run"))
    assert {
        name for name in closure([*PROJECT["dependencies"], *asked(RUN)]) if not TORCH.match(name)
    } - run == set()
    more = {name for name in closure(asked(("test", "dev", "train"))) if not TORCH.match(name)}
    assert more - run - set(entries("develop")) == set()


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_own_packages_are_there(system: str) -> None:
    marked = {name for name, entry in entries("run").items() if system in (entry["marker"] or "")}
    # xlwings drives Excel through them
    assert {"win32": "pywin32", "darwin": "appscript"}[system] in marked


def test_torch_stands_apart_with_its_cuda_packages() -> None:
    assert all(TORCH.match(name) for name in entries("torch"))
    assert len([name for name in entries("torch") if name.startswith("nvidia-")]) > 10
    assert not any(TORCH.match(name) for name in entries("run"))
