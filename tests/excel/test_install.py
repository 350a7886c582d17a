"""Install, check and uninstall in a user's folders; the commands on a machine without Excel."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xl_vqa.excel import addin, install, session
from xl_vqa.excel.session import read_config
from xl_vqa.words.errors import InstallError, OutputNotWritableError
from xl_vqa.words.settings import Settings


@pytest.fixture
def places(tmp_path: Path) -> install.Places:
    roaming = tmp_path / "user" / "AppData" / "Roaming"
    roaming.mkdir(parents=True)
    return install.Places.of({"APPDATA": str(roaming), "USERPROFILE": str(tmp_path / "user")})


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_two_files_are_written_and_both_removed(places: install.Places, tmp_path: Path) -> None:
    before = files(tmp_path)
    install.install(places)
    assert files(tmp_path) - before == {
        "user/AppData/Roaming/Microsoft/Excel/XLSTART/xl_vqa.xlam",
        "user/.xl_vqa/xl_vqa.conf",
    }
    assert places.addin.read_bytes() == addin.build()
    assert install.uninstall(places) == [places.addin, places.config]
    assert files(tmp_path) == before
    assert not places.config.parent.exists()
    assert install.uninstall(places) == []


def test_the_configuration_names_this_python_and_keeps_what_the_user_added(places: install.Places) -> None:
    places.config.parent.mkdir(parents=True)
    places.config.write_text('"ONEDRIVE_CONSUMER_WIN","D:\\One, Drive"\r\n"INTERPRETER_WIN","C:\\old.exe"\r\n')
    install.install(places)
    config = read_config(places.config)
    assert config["INTERPRETER_WIN"] == str(Path(sys.executable).absolute())
    assert config["ONEDRIVE_CONSUMER_WIN"] == "D:\\One, Drive"
    assert config["USE UDF SERVER"] == "True"
    # VBA reads it line by line: a key and a value in quotes
    assert all(line.count('","') == 1 for line in places.config.read_text().splitlines())


def test_an_open_excel_is_said_and_nothing_is_lost(
    places: install.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.install(places)
    whole = places.addin.read_bytes()

    def locked(*arguments: object) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(OutputNotWritableError, match="no permission to write"):
        install.install(places)
    monkeypatch.setattr(Path, "unlink", locked)
    with pytest.raises(InstallError, match="close Excel"):
        install.uninstall(places)
    assert places.addin.read_bytes() == whole


def test_a_configuration_that_cannot_be_written_takes_the_addin_back(places: install.Places) -> None:
    places.config.parent.parent.mkdir(exist_ok=True)
    places.config.parent.write_text("a file where the folder should be")
    with pytest.raises(InstallError):
        install.install(places)
    assert not places.addin.exists()


def test_a_japanese_user_installs_twice_and_every_name_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's "mbcs" is known on Windows alone; a Japanese Windows has cp932 under that name."""
    monkeypatch.setattr(session, "config_encoding", lambda: "cp932")
    monkeypatch.setattr(install, "config_encoding", lambda: "cp932")
    python = tmp_path / "田中 能表" / "python.exe"  # 能 and 表 end in the byte of a backslash
    python.parent.mkdir()
    python.touch()
    home = {"APPDATA": str(tmp_path / "田中 能表"), "USERPROFILE": str(tmp_path / "田中 能表")}
    places = install.Places.of(home, str(python))
    install.install(places)
    assert read_config(places.config)["INTERPRETER_WIN"] == str(python)
    text = places.config.read_bytes().decode("cp932") + '"SHAREPOINT_WIN","D:\\ソース"\r\n'
    places.config.write_bytes(text.encode("cp932"))
    install.install(places)
    config = read_config(places.config)
    assert (config["INTERPRETER_WIN"], config["SHAREPOINT_WIN"]) == (str(python), "D:\\ソース")
    assert next(check for check in install.checks(places, windows=False) if check.name == "interpreter").good


def test_a_name_that_windows_cannot_write_is_said_before_anything_is_replaced(
    places: install.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "config_encoding", lambda: "cp932")
    places = dataclasses.replace(places, python=Path("/홍길동/python.exe"))
    with pytest.raises(InstallError) as error:
        install.install(places)
    for language in ("en", "ja"):
        assert "홍" in error.value.message(language)
        assert "problem_code_page" not in error.value.message(language)
    assert not places.addin.exists()
    assert not places.config.exists()


def test_every_link_of_the_chain_is_checked(places: install.Places, settings: Settings) -> None:
    install.install(places)
    found = {check.name: check for check in install.checks(places, windows=False)}
    assert list(found) == ["addin", "config", "interpreter", "process", "dll", "host"]
    assert all(check.good for check in found.values()), found
    # xlwings' DLL comes in its Windows wheel alone
    on_windows = {check.name: check.good for check in install.checks(places, windows=True)}
    assert on_windows["dll"] is False


@pytest.fixture
def broken(places: install.Places, settings: Settings) -> install.Places:
    install.install(places)
    places.addin.write_bytes(b"older")
    text = places.config.read_text().replace(str(places.python), "/gone/python.exe")
    places.config.write_text(text)
    return places


def test_broken_links_are_named(broken: install.Places) -> None:
    found = {check.name: check.good for check in install.checks(broken, windows=False)}
    assert found == {"addin_old": False, "config": True, "interpreter": False, "host": True}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xl_vqa.cli.main", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False, encoding="utf-8"
    )


def test_dry_run_says_everything_and_does_nothing(tmp_path: Path, settings: Settings) -> None:
    home = {"HOME": str(tmp_path), "APPDATA": str(tmp_path / "Roaming")}
    before = files(tmp_path)
    for language, word in (("en", "no registry"), ("ja", "レジストリ")):
        done = run("install", "--dry-run", XL_VQA_LANGUAGE=language, **home)
        assert done.returncode == 0, done.stderr
        assert word in done.stdout
        assert "XLSTART" in done.stdout
        assert str(Path(sys.executable)) in done.stdout
    assert run("uninstall", "--dry-run", **home).returncode == 0
    assert files(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="it would install there")
def test_elsewhere_than_on_windows_it_says_so(tmp_path: Path, settings: Settings) -> None:
    done = run("install", HOME=str(tmp_path))
    assert done.returncode == 2
    assert "Windows only" in done.stderr
    # a plan that cannot be carried out would hide that sentence; whoever wants it asks for it
    assert not done.stdout
    assert "XLSTART" in run("install", "--dry-run", HOME=str(tmp_path)).stdout
    assert not list(tmp_path.rglob("*.xlam"))


def test_the_addin_as_a_file(tmp_path: Path, settings: Settings) -> None:
    done = run("addin", "build", "-o", str(tmp_path / "a.xlam"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.xlam").read_bytes() == addin.build()
