"""With the packages that the README's lines bring alone, everything that a command can reach is imported."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import grimp
import pytest
from packaging.requirements import Requirement

from tests.install.environments import PROJECT, ROOT, Environment, normal

# imported inside a function, behind a sentence that names the extra
OPTIONAL_IMPORTS = {"cryptography": "team", "ntloss": "train", "psycopg": "team", "ray": "cluster"}
# they run inside Excel, where they are
OF_EXCEL = {"xlwings", "pyopenvba"}
# other systems' or other programs' own modules
FOREIGN = {"winreg", "uno", "unohelper", "com", "org"}

IMPORT_ALL = """
import importlib, json, sys, traceback
failed = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except Exception:
        failed[name] = traceback.format_exc()
print(json.dumps(failed))
"""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("xl_vqa", include_external_packages=True)


@pytest.fixture(scope="module")
def reached(graph: grimp.ImportGraph) -> set[str]:
    """Every module that a command, a cell, the host or a script can come to, its own lazy imports included."""
    roots = ("xl_vqa.cli", "xl_vqa.api", "xl_vqa.without_host", "xl_vqa.host", "xl_vqa.excel", "xl_vqa.workbooks")
    found: set[str] = set()
    for root in roots:
        whole = root in graph.modules and bool(graph.find_descendants(root))
        found |= graph.find_upstream_modules(root, as_package=whole)
        found |= {root, *(graph.find_descendants(root) if whole else ())}
    return found


def test_every_reachable_module_imports_in_a_plain_installation(base: Environment, reached: set[str]) -> None:
    # runtime is for LibreOffice's own Python
    names = sorted(n for n in reached if n.startswith("xl_vqa") and not n.startswith("xl_vqa.calc.runtime"))
    assert len(names) > 150
    assert "xl_vqa.training.compare" in names
    done = base.run("python", "-c", IMPORT_ALL, json.dumps([n for n in names if not n.endswith("__main__")]))
    assert done.returncode == 0, done.stderr
    failed = json.loads(done.stdout.splitlines()[-1])
    others = {name: why for name, why in failed.items() if not name.startswith("xl_vqa.excel.")}
    assert others == {}
    for name, why in failed.items():
        assert "No module named 'xlwings'" in why, name


def test_the_plain_installation_really_lacks_what_extras_bring(base: Environment) -> None:
    for name in ("sklearn", "imageio_ffmpeg", "ntloss", "pytest", "hypothesis"):
        done = base.run("python", "-c", f"import {name}")
        assert "ModuleNotFoundError" in done.stderr, name


def test_every_package_that_is_imported_is_asked_for(graph: grimp.ImportGraph, reached: set[str]) -> None:
    extras = [one for extra in ("model", "excel") for one in PROJECT["optional-dependencies"][extra]]
    asked = {normal(Requirement(one).name) for one in (*PROJECT["dependencies"], *extras)}
    names = packages_distributions()
    imported = {
        name
        for name in reached
        if not name.startswith("xl_vqa") and name not in sys.stdlib_module_names and name not in FOREIGN
    }
    assert {"torch", "yaml", "tokenizers"} <= imported
    unasked = {n for n in imported - set(OPTIONAL_IMPORTS) if not {normal(d) for d in names.get(n, [n])} & asked}
    assert unasked == set()


@pytest.mark.parametrize(("module", "extra"), sorted(OPTIONAL_IMPORTS.items()))
def test_what_is_optional_belongs_to_an_extra_that_exists(module: str, extra: str) -> None:
    assert extra in PROJECT["optional-dependencies"]


def test_the_starters_own_task_is_in_the_repository_and_that_is_said(base: Environment) -> None:
    spec = base.home / "starter_task.yaml"
    spec.write_text("starter: {work: nowhere}\nschemes: [integer]\nseeds: [1]\n")
    for language, words in (("en", "the repository of xl_vqa alone"), ("ja", "リポジトリにだけあり")):
        for command in (("compare",), ("labels", "search")):
            done = base.run("xl-vqa", *command, spec, XL_VQA_LANGUAGE=language)
            assert done.returncode == 2, done.stderr
            assert words in done.stderr
            assert "python -m starter" in done.stderr
            assert "Traceback" not in done.stderr


def test_python_versions_and_classifiers_agree() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert tool["mypy"]["python_version"] == oldest
    classifiers = PROJECT["classifiers"]
    stated = [one.rpartition(" ")[2] for one in classifiers if re.search(r":: Python :: 3[.]\d+$", one)]
    assert stated[0] == oldest
    # what .ci/python-versions tries beside the oldest
    script = (ROOT / ".ci" / "python-versions").read_text(encoding="utf-8")
    assert re.search(r"^versions=\((.*)\)$", script, re.MULTILINE)[1].split() == stated  # type: ignore[index]


def test_a_plain_installation_resolves_on_every_system_that_is_named() -> None:
    """decord has wheels for two machines alone: elsewhere it may not be asked for."""
    wanted = [Requirement(one) for one in PROJECT["dependencies"]]
    machines = {
        "Linux": [("linux", "x86_64", True), ("linux", "aarch64", False)],
        "Windows": [("win32", "AMD64", True), ("win32", "ARM64", False)],
        "MacOS": [("darwin", "arm64", False), ("darwin", "x86_64", False)],
    }
    named = [one for one in PROJECT["classifiers"] if one.startswith("Operating System")]
    assert {one.split(" :: ")[-1] for one in named} == set(machines)
    for system, machine, has_decord in (one for rows in machines.values() for one in rows):
        here = {"sys_platform": system, "platform_machine": machine, "extra": ""}
        asked = {normal(one.name) for one in wanted if one.marker is None or one.marker.evaluate(here)}
        assert ("decord" in asked) is has_decord
        assert ("xlwings" in asked) is (system == "win32")
        assert "av" in asked
