"""Installing and removing: what LibreOffice is told, what happens when it refuses, and a real round."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.calc.office_driver import Soffice, closing, needed
from xl_vqa.calc import install as steps
from xl_vqa.calc import names
from xl_vqa.calc.build import CONFIG
from xl_vqa.calc.errors import CalcInstallError
from xl_vqa.cli.main import app

SCRIPT = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/said"
case "$1" in
  add) for file in "$@"; do case "$file" in *.oxt) cp "$file" "$(dirname "$0")/got.oxt";; esac; done;;
  list) cat "$(dirname "$0")/listed" 2>/dev/null;;
esac
exit $(cat "$(dirname "$0")/status" 2>/dev/null || echo 0)
"""


@pytest.fixture
def unopkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for LibreOffice's tool that writes down what it is told."""
    file = tmp_path / "unopkg"
    file.write_text(SCRIPT)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("XL_VQA_LIBREOFFICE", str(tmp_path))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    return file


def test_the_extension_knows_the_python_it_was_installed_from(unopkg: Path, tmp_path: Path) -> None:
    (tmp_path / "listed").write_text(f"Identifier: {names.EXTENSION}\n")
    office = steps.Office(steps.find_unopkg(), tmp_path / "my profile", shared=False)
    steps.install(office, "/opt/python")
    said = (tmp_path / "said").read_text().splitlines()
    assert said[0].startswith("add --force ")
    assert said[0].endswith(f"-env:UserInstallation={(tmp_path / 'my profile').as_uri()}")
    assert json.loads(zipfile.ZipFile(tmp_path / "got.oxt").read(CONFIG))["python"] == "/opt/python"
    assert steps.uninstall(office)
    assert (tmp_path / "said").read_text().splitlines()[-1].startswith(f"remove {names.EXTENSION}")


def test_a_refusal_is_told_in_libreoffices_own_words(unopkg: Path, tmp_path: Path) -> None:
    (tmp_path / "status").write_text("1")
    (tmp_path / "listed").write_text("ERROR: LibreOffice is running\n")
    with pytest.raises(CalcInstallError, match="LibreOffice is running"):
        steps.is_installed(steps.Office(unopkg))


def test_an_extension_that_is_not_listed_afterwards_is_an_error(unopkg: Path) -> None:
    with pytest.raises(CalcInstallError, match="close every LibreOffice window"):
        steps.install(steps.Office(unopkg))
    assert not steps.uninstall(steps.Office(unopkg))


def test_without_libreoffice_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(steps, "_OTHER", ())
    monkeypatch.setattr(steps.shutil, "which", lambda name: None)
    with pytest.raises(CalcInstallError) as caught:
        steps.find_unopkg({"XL_VQA_LIBREOFFICE": str(tmp_path)})
    assert "XL_VQA_LIBREOFFICE" in caught.value.message("en")
    assert "LibreOffice が見つかりません" in caught.value.message("ja")


def test_the_commands_say_what_they_did(unopkg: Path, tmp_path: Path) -> None:
    run = CliRunner()
    target = tmp_path / "out" / "x.oxt"
    assert str(target) in run.invoke(app, ["calc", "build", "-o", str(target)]).output
    assert zipfile.is_zipfile(target)
    plan = run.invoke(app, ["calc", "install", "--dry-run"])
    assert "add" in plan.output
    for command in (["calc", "install"], ["install", "--calc"]):
        in_japanese = run.invoke(app, [*command, "--dry-run"], env={"XL_VQA_LANGUAGE": "ja"}).output
        assert "拡張機能を作成します" in in_japanese
        assert "build" not in in_japanese
    assert not (tmp_path / "said").exists()
    assert run.invoke(app, ["calc", "check"]).exit_code == 1
    (tmp_path / "listed").write_text(names.EXTENSION)
    assert run.invoke(app, ["calc", "check"]).exit_code == 0
    assert (
        "menu Video quality"
        in run.invoke(app, ["install", "--calc"]).output + run.invoke(app, ["calc", "install"]).output
    )
    removed = run.invoke(app, ["uninstall", "--calc", "--dry-run"])
    assert f"remove{'' if os.geteuid() else ' --shared'} {names.EXTENSION}" in removed.output
    assert "remove" not in (tmp_path / "said").read_text()
    assert run.invoke(app, ["calc", "uninstall"]).exit_code == 0
    assert "remove" in (tmp_path / "said").read_text()


@pytest.mark.slow
def test_uninstalling_leaves_nothing(tmp_path: Path) -> None:
    needed("soffice")
    office = Soffice(tmp_path, {"XL_VQA_HOME": str(tmp_path / "home")})
    office.install()
    assert steps.is_installed(office.office)
    assert list(tmp_path.rglob("component.py"))
    assert steps.uninstall(office.office)
    assert not steps.is_installed(office.office)
    assert not list(tmp_path.rglob("component.py"))
    office.start()
    try:
        with closing(office.new()) as document:
            cell = document.Sheets.getByIndex(0).getCellRangeByName("A1")
            cell.setFormula("=VQA_LABEL(3)")
            assert cell.getString() == "#NAME?"
            helper = office.service("com.sun.star.frame.DispatchHelper")
            frame = document.getCurrentController().getFrame()
            helper.executeDispatch(frame, "org.xlvqa.command:help", "_self", 0, ())
    finally:
        office.stop()
    assert not (tmp_path / "home").exists()
