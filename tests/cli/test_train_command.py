"""What ``xl-vqa train`` prints at its end can be typed, whatever the folder's name; nothing is trained here."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import xl_vqa.training.fine_tune as fine_tune_module
from xl_vqa.cli.main import app


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    folder = tmp_path / "our shop's"
    folder.mkdir()
    path = folder / "recipe 1.yaml"
    path.write_text("model: starter\nmanifest: m.csv\noutput: o\n")
    return path


def command_in(said: str) -> list[str]:
    line = next(line for line in said.splitlines() if "xl-vqa " in line)
    return shlex.split(line[line.index("xl-vqa ") :])[1:]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["ours", "our models/new one", "[red]", "モデル"])
def test_the_command_that_activates_the_model(
    recipe: Path, monkeypatch: pytest.MonkeyPatch, language: str, name: str
) -> None:
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    folder = recipe.parent / name
    monkeypatch.setattr(fine_tune_module, "fine_tune", lambda *a, **k: SimpleNamespace(folder=folder, metrics={}))
    done = CliRunner().invoke(app, ["train", str(recipe)])
    assert done.exit_code == 0, done.output
    assert command_in(done.stdout) == ["models", "add", str(folder), "--activate"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_command_that_goes_on(recipe: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    def stopped(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    monkeypatch.setattr(fine_tune_module, "fine_tune", stopped)
    done = CliRunner().invoke(app, ["train", str(recipe)])
    assert command_in(done.stderr) == ["train", str(recipe), "--resume"]
