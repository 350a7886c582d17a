"""Versions under one name: promoted, rolled back, each step whole or not at all, and told to sheets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.models.test_registry import adapter, base, quiet, save_adapter
from xl_vqa.models.promotion import ModelLine, earlier_versions, standing_versions
from xl_vqa.models.registry import ModelRegistry, name_of
from xl_vqa.words.errors import ModelEntryError, ModelNotFoundError, SettingsError
from xl_vqa.words.settings import Settings

__all__ = ["adapter", "base", "quiet"]

VERDICT = {"decision": "promoted", "change": -0.1}


@pytest.fixture(scope="module")
def second(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_adapter(base, tmp_path_factory.mktemp("adapters") / "shop-2", seed=2)


@pytest.fixture
def serving(adapter: Path, quiet: Settings) -> Settings:
    registry = ModelRegistry(quiet)
    registry.add(adapter, name="ours")
    return registry.activate("ours")


def promoted(settings: Settings, second: Path) -> Settings:
    line = ModelLine(settings, {})
    line.promote("ours", second, fingerprints=("m1:one", "m1:two"), verdict=VERDICT)
    return line.settings


def test_the_name_stays_and_the_new_version_serves(serving: Settings, adapter: Path, second: Path) -> None:
    now = promoted(serving, second)
    assert now == Settings.load()
    assert now.adapter == str(second)
    assert name_of(now) == "ours"
    (step,) = ModelLine(now).history()
    assert (step.action, step.verdict, step.settled) == ("promoted", VERDICT, True)
    assert (step.before.adapter, step.after.adapter) == (str(adapter), str(second))
    assert earlier_versions(now, "OURS") == [("m1:one", step.at)]
    assert earlier_versions(now, "other") == []


def test_one_step_back_and_forth_again(serving: Settings, adapter: Path, second: Path) -> None:
    now = promoted(serving, second)
    line = ModelLine(now, {})
    step = line.rollback(reason="a customer asked")
    assert line.settings.adapter == str(adapter)
    assert line.settings.model == now.model
    assert (step.action, step.reason) == ("rolled back", "a customer asked")
    assert [mark for mark, _ in earlier_versions(line.settings, "ours")] == ["m1:two"]
    with pytest.raises(ModelEntryError, match="no promotion of ours"):
        ModelLine(line.settings, {}).rollback()
    again = promoted(line.settings, second)
    assert again.adapter == str(second)
    assert [one.action for one in ModelLine(again).history("ours")] == ["promoted", "rolled back", "promoted"]
    assert [mark for mark, _ in earlier_versions(again, "ours")] == ["m1:one"]


def test_a_model_that_does_not_serve_gets_its_version_and_nothing_else_changes(
    serving: Settings, base: Path, second: Path
) -> None:
    registry = ModelRegistry(serving)
    registry.add(base, name="other")
    now = registry.activate("other")
    after = promoted(now, second)
    assert after == now
    assert ModelRegistry(after).find("ours").adapter == str(second)


def test_what_stopped_between_list_and_settings_is_completed(
    serving: Settings, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_disk(*_: object, **__: object) -> Settings:
        raise SettingsError(source="settings.toml", problem="problem_folder")

    with monkeypatch.context() as patch:
        patch.setattr("xl_vqa.models.promotion.change_settings", no_disk)
        with pytest.raises(SettingsError):
            promoted(serving, second)
    assert Settings.load().adapter != str(second)
    line = ModelLine(Settings.load(), {})
    assert line.settings.adapter == str(second)
    assert Settings.load().adapter == str(second)
    assert line.history()[-1].settled


def test_nothing_changes_where_it_could_not_be_served(serving: Settings, tmp_path: Path, second: Path) -> None:
    file = serving.home / "models.json"
    before = file.read_bytes()
    with pytest.raises(ModelNotFoundError):
        ModelLine(serving, {}).promote("ours", tmp_path / "gone")
    with pytest.raises(SettingsError, match="XL_VQA_ADAPTER"):
        ModelLine(serving, {"XL_VQA_ADAPTER": "x"}).promote("ours", second)
    with pytest.raises(ModelNotFoundError):
        ModelLine(serving, {}).promote("nobody", second)
    assert file.read_bytes() == before
    assert Settings.load() == serving


def test_the_way_back_needs_the_files(serving: Settings, base: Path, tmp_path: Path) -> None:
    first = save_adapter(base, tmp_path / "first", seed=5)
    line = ModelLine(serving, {})
    line.promote("ours", first)
    line.promote("ours", save_adapter(base, tmp_path / "next", seed=6))
    (first / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelNotFoundError):
        line.rollback()
    assert line.settings.adapter == str(tmp_path / "next")


def test_the_starter_keeps_its_name(quiet: Settings, second: Path) -> None:
    line = ModelLine(quiet, {})
    with pytest.raises(ModelEntryError, match="keeps its name"):
        line.promote("starter", second)
    line.promote("starter", second, new_name="ours", fingerprints=("m1:s", "m1:o"))
    assert name_of(line.settings) == "ours"
    # scores of the starter bear another name, so they are of another model
    assert earlier_versions(line.settings, "ours") == []
    line.rollback()
    assert line.settings.model == "starter"
    assert ModelRegistry(line.settings).find("ours").adapter == str(second)


def test_adding_and_removing_keep_the_history(serving: Settings, base: Path, second: Path) -> None:
    now = promoted(serving, second)
    registry = ModelRegistry(now)
    registry.add(base, name="other")
    registry.remove("other")
    assert len(ModelLine(now).history()) == 1
    values = json.loads(registry.file.read_text(encoding="utf-8"))
    assert values["format"] == 1
    assert [one["name"] for one in values["models"]] == ["ours"]


def test_cells_follow_when_they_are_told_to(serving: Settings, second: Path) -> None:
    line = ModelLine(serving, {})
    with pytest.raises(ModelEntryError, match="follow ours already"):
        line.follow("ours")
    now = promoted(serving, second)
    (step,) = ModelLine(now).history()
    assert standing_versions(now, "Ours", "m1:two") == {"m1:one": step.at, "m1:two": ""}
    # another model was chosen since
    assert standing_versions(now, "ours", "m1:other") == {}
    assert ModelLine(now, {}).follow() == "ours"
    assert standing_versions(now, "ours", "m1:two") == {}
    # of two steps that nobody followed the first version stands before the second
    line = ModelLine(now, {})
    line.promote("ours", second, fingerprints=("m1:two", "m1:three"))
    line.promote("ours", second, fingerprints=("m1:three", "m1:four"))
    assert list(standing_versions(now, "ours", "m1:four")) == ["m1:two", "m1:three", "m1:four"]
    ModelRegistry(now).file.write_text("{")
    assert standing_versions(now, "ours", "m1:four") == {}


def test_a_promotion_by_hand_looks_the_fingerprints_up(serving: Settings, second: Path) -> None:
    """Else nothing would know the scores of the version before."""
    ModelLine(replace(serving, device="cpu", dtype="float32"), {}).promote("ours", second)
    (step,) = ModelLine(serving).history()
    assert step.before.fingerprint != step.after.fingerprint
    assert all(mark.startswith("m") for mark in (step.before.fingerprint, step.after.fingerprint))
