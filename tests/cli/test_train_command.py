"""What ``xl-vqa train`` prints at its end can be typed, whatever the folder's name; nothing is trained here."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner

import xl_vqa.training.fine_tune as fine_tune_module
from xl_vqa.cli.main import app
from xl_vqa.words.model_spec import shipped_folder


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


@pytest.mark.parametrize("name", ["starter", "qwen2.5-vl-3b", "qwen2.5-vl-7b"])
@pytest.mark.parametrize("own", ["ours.yaml", "うちの モデル.yml"])
def test_a_new_recipe_is_one_that_ships_with_an_output_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, own: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["train", own, "--new", name])
    assert done.exit_code == 0, done.output
    assert command_in(done.stdout) == ["train", own, "--check"]
    written = yaml.safe_load((tmp_path / own).read_text(encoding="utf-8"))
    shipped = yaml.safe_load((shipped_folder("recipes") / f"{name}.yaml").read_text(encoding="utf-8"))
    assert written == shipped | {"output": f"models/{Path(own).stem}"}
    # what is written there by then is a person's work
    before = (tmp_path / own).read_bytes()
    again = CliRunner().invoke(app, ["train", own, "--new", name])
    assert again.exit_code == 2
    assert (tmp_path / own).read_bytes() == before


@pytest.mark.parametrize(
    ("own", "name"), [("ours.yaml", "qwen"), ("ours.txt", "starter"), ("no/ours.yaml", "starter")]
)
def test_a_recipe_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["train", own, "--new", name])
    assert done.exit_code != 0
    assert not list(tmp_path.iterdir())


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
