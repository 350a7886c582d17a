"""``xl-vqa settings``: what holds, where it comes from, and changes that touch nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.printed.test_settings_page import ROWS
from xl_vqa.cli.main import app, main
from xl_vqa.cli.settings_texts import EXPLAINED
from xl_vqa.words.settings import Settings

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (one.name for one in fields(Settings)):
        monkeypatch.delenv(f"XL_VQA_{name.upper()}", raising=False)
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    del home

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["xl-vqa", "settings", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


def test_the_list_tells_values_and_where_they_come_from(
    home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.toml").write_text("frames = 16\nidle_minutes = 5\n")
    monkeypatch.setenv("XL_VQA_IDLE_MINUTES", "7")
    rows = json.loads(command("list", "--json")[1])
    assert list(rows) == [one.name for one in fields(Settings)]
    assert rows["frames"] == {"value": 16, "from": str(home / "settings.toml")}
    assert rows["idle_minutes"] == {"value": 7.0, "from": "XL_VQA_IDLE_MINUTES"}
    assert rows["port"] == {"value": 0, "from": None}
    table = command("list")[1]
    assert re.search(r"idle_minutes\s+│ 7\.0\s+│ XL_VQA_IDLE_MINUTES", table)
    assert re.search(r"port\s+│ 0\s+│ default", table)


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"home"}))
def test_every_example_of_the_page_can_be_set_and_taken_back(home: Path, command: Command, name: str) -> None:
    example = re.search(r"`([^`]+)`", ROWS[name][4])
    assert example is not None
    value = tomllib.loads(f"x = {example[1]}")["x"]
    typed = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    (home / "settings.toml").write_text("# mine\nstart_timeout_s = 90\n")
    assert command("set", name, typed)[0] == 0
    text = (home / "settings.toml").read_text()
    assert tomllib.loads(text)[name] == value
    assert "# mine" in text
    assert command("unset", name)[0] == 0
    assert name not in tomllib.loads((home / "settings.toml").read_text())


@pytest.mark.parametrize(("change", "left"), [(("set", "frames", "16"), 16), (("unset", "frames"), None)])
def test_a_value_that_cannot_be_used_can_be_changed(
    home: Path, command: Command, change: tuple[str, ...], left: int | None
) -> None:
    (home / "settings.toml").write_text("frames = 100000\nidle_minutes = 5\n")
    assert command("list")[0] == 2
    assert command(*change)[0] == 0
    assert tomllib.loads((home / "settings.toml").read_text()).get("frames") == left
    assert json.loads(command("list", "--json")[1])["idle_minutes"]["value"] == 5


@pytest.mark.parametrize("key", ["frams", "colour", '"a key"', "home"])
def test_a_key_that_is_no_setting_can_be_taken_out_and_the_sentence_about_it_says_how(
    home: Path, command: Command, key: str
) -> None:
    """Of a newer version, or a typing error; beside another thing that is wrong, and first or last of both."""
    name, file = key.strip('"'), home / "settings.toml"
    for text in (f"{key} = [\n 1,\n 2]\nfps = -1\n# mine\n", f"fps = -1\n# mine\n{key} = 3"):
        file.write_text(text)
        assert f"xl-vqa settings unset {name}" in command("list")[2]
        code, out, err = command("unset", name)
        # taken out; what else is wrong is said
        assert file.read_text() == "fps = -1\n# mine\n"
        assert f"{name} is taken out of {file}" in out
        assert (code, "fps" in err) == (2, True)
        assert command("unset", "fps")[0] == 0
        assert file.read_text() == "# mine\n"


def test_what_cannot_be_taken_out_line_by_line_is_said(home: Path, command: Command) -> None:
    for text in ("[colour]\nred = 1\n", "colour.red = 1\n", "colour = '''\nred\n'''\n"):
        (home / "settings.toml").write_text(text)
        code, out, err = command("unset", "colour")
        assert (code, out) == (2, "")
        assert "text editor" in err
        assert (home / "settings.toml").read_text() == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "frames", "7"), "even number"),
        (("set", "frames", "many"), "whole number"),
        (("set", "frams", "8"), "did you mean frames"),
        (("unset", "frams"), "did you mean frames"),
        (("explain", "frams"), "did you mean frames"),
        (("set", "home", "/x"), "no setting 'home'"),
        (("unset", "colour_of_the_sky"), "no setting 'colour_of_the_sky'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    home: Path, command: Command, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = command(*arguments)
    assert code == 2
    assert said in err
    assert not (home / "settings.toml").exists()


def test_an_environment_that_goes_before_the_file_is_said(
    home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_FRAMES", "6")
    code, out, err = command("set", "frames", "8")
    assert code == 0
    assert "frames = 8" in out
    assert "XL_VQA_FRAMES" in err
    assert tomllib.loads((home / "settings.toml").read_text()) == {"frames": 8}


@pytest.mark.parametrize("name", ROWS)
def test_a_setting_is_explained_as_on_its_page(command: Command, name: str) -> None:
    page = re.sub(r" \(\[[^\]]*\]\([^)]*\)\)", "", ROWS[name][5])
    assert EXPLAINED[name]["en"].replace("'", "") == re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", page).replace(
        "`", ""
    ).replace("'", "")
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", EXPLAINED[name]["ja"])
    assert command("explain", name)[1].startswith(EXPLAINED[name]["en"])


def test_every_setting_has_its_words() -> None:
    assert list(EXPLAINED) == [one.name for one in fields(Settings)]


def test_a_language_that_there_is_not_is_refused_and_a_wrong_one_in_the_file_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    monkeypatch.delenv("XL_VQA_LANGUAGE", raising=False)
    refused = CliRunner().invoke(app, ["settings", "set", "language", "fr"])
    assert "language" in str(refused.exception)
    assert not (tmp_path / "settings.toml").exists()
    # by hand, or by a version of before
    for wrong in ('language = "fr"\nframes = 8\n', 'frames = "many"\nlanguage = "en"\n'):
        (tmp_path / "settings.toml").write_text(wrong, encoding="utf-8")
        name = "language" if '"fr"' in wrong else "frames"
        assert CliRunner().invoke(app, ["settings", "unset", name]).exit_code == 0
        assert CliRunner().invoke(app, ["settings", "list"]).exit_code == 0
