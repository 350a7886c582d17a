"""The .oxt: the same bytes every time, everything it imports inside, the functions and commands of Excel."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from lxml import etree

from xl_vqa.calc import names, registration, texts
from xl_vqa.calc.build import CONFIG, build, extension
from xl_vqa.calc.commands import COMMANDS, SEPARATOR, command
from xl_vqa.calc.help_text import help_text
from xl_vqa.worksheet.functions import FUNCTIONS


@pytest.fixture(scope="module")
def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(extension("/opt/xl vqa/bin/python")))


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first = build(tmp_path / "deep" / "a.oxt", "/py").read_bytes()
    assert first == extension("/py")
    assert first != extension("/other")
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["a.oxt"]


def test_a_failed_build_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = build(tmp_path / "a.oxt")
    before = file.read_bytes()
    monkeypatch.setattr("xl_vqa.calc.build._zipped", lambda files: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_every_registered_file_is_there_and_well_formed(archive: zipfile.ZipFile) -> None:
    manifest = etree.fromstring(archive.read("META-INF/manifest.xml"))
    paths = [value for entry in manifest for key, value in entry.items() if key.endswith("full-path")]
    assert set(paths) <= set(archive.namelist())
    assert {"xl_vqa.idl", "xl_vqa.components", "Addons.xcu", "Jobs.xcu"} <= set(paths)
    for name in archive.namelist():
        if name.endswith((".xcu", ".xml", ".components")):
            etree.fromstring(archive.read(name))
    assert json.loads(archive.read(CONFIG))["python"] == "/opt/xl vqa/bin/python"


def test_the_interface_has_every_declared_function_with_its_arguments() -> None:
    idl = registration.idl(FUNCTIONS)
    for function in FUNCTIONS:
        line = next(line for line in idl.splitlines() if f" {names.method(function.name)}(" in line)
        # what Calc computes at once, over a range as well, must be rows by its type
        assert line.split()[0] == ("any" if function.asks_host else "sequence<")
        assert line.count("[in] any") == len(function.arguments)
    assert names.stored("VQA_SCORE") == "ORG.XLVQA.FUNCTIONS.VQASCORE"


def test_the_commands_are_those_of_the_ribbon() -> None:
    ribbon = etree.fromstring(resources.files("xl_vqa.excel").joinpath("customUI14.xml").read_bytes())
    tags = {element.get("tag") for element in ribbon.iter() if element.get("onAction")}
    assert {c.name for c in COMMANDS if c.name != SEPARATOR} == tags


def test_every_command_has_a_title_and_a_letter_in_both_languages() -> None:
    for language in ("en", "ja"):
        titles = [c.title[language] for c in COMMANDS if c.title]
        letters = [title[title.index("~") + 1].lower() for title in titles]
        assert len(set(letters)) == len(letters)
    addons = registration.addons()
    for entry in COMMANDS:
        assert entry.name == SEPARATOR or f"{names.PROTOCOL}{entry.name}<" in addons
    assert command("-") is None
    assert command("nothing") is None


def test_texts_have_the_same_fields_in_both_languages() -> None:
    from string import Formatter

    for key, entry in texts.TEXTS.items():
        fields = [{field for _, field, _, _ in Formatter().parse(words) if field} for words in entry.values()]
        assert set(entry) == {"en", "ja"}, key
        assert fields[0] == fields[1], key


def test_help_names_every_function_and_command() -> None:
    for language in ("en", "ja"):
        words = help_text(language)
        assert all(f"={function.name}(" in words and function.help.of(language) in words for function in FUNCTIONS)
        assert "~" not in words
    assert "=VQA_SCORE(video; [text]; [profile])" in help_text("en")
    assert "選択範囲を採点" in help_text("ja")


def test_what_is_vendored_runs_on_its_own(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    """In a Python that has nothing installed, as LibreOffice's own."""
    archive.extractall(tmp_path)
    python = shutil.which("python3", path="/usr/bin:/bin") or shutil.which("python3")
    assert python is not None
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'python' / 'pythonpath')!r})\n"
        "import xl_vqa.bridge.client, xl_vqa.bridge.cells, xl_vqa.worksheet.evaluate, xl_vqa.calc.saved\n"
        "import xl_vqa.sheets.scoring, xl_vqa.sheets.writing, xl_vqa.sheets.keeping\n"
        "import xl_vqa.sheets.why, xl_vqa.calc.help_text, xl_vqa.bridge.settings_edit\n"
        "print(xl_vqa.__file__)\n"
        "print([m for m in ('torch', 'numpy', 'typer', 'xl_vqa.host', 'xl_vqa.vlm') if m in sys.modules])"
    )
    done = subprocess.run(
        [python, "-I", "-S", "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert done.stdout.splitlines()[1] == "[]"
