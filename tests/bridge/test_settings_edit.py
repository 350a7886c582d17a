"""Changing a key of settings.toml keeps the rest of the file, and a wrong value changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.bridge.settings_edit import _changed, change_settings
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.settings import Settings


def at(home: Path) -> Settings:
    home.mkdir(exist_ok=True)
    return Settings.load({}, home=home, language="en")


def test_a_key_is_changed_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        "# 社内モデル\nmodel = 'D:\\models\\a'  # old\nband_thresholds = [\n  15,\n  25, 35, 45\n]\nframes = 8\n"
    )
    changed = change_settings(at(tmp_path), model='D:\\モデル "b"', band_thresholds=(14.5, 25, 35, 46))
    assert (changed.model, changed.band_thresholds, changed.frames) == ('D:\\モデル "b"', (14.5, 25, 35, 46), 8)
    assert file.read_text(encoding="utf-8").startswith("# 社内モデル\nframes = 8\n")
    assert change_settings(changed, band_thresholds=None).band_thresholds is None


def test_a_first_setting_makes_the_file(tmp_path: Path) -> None:
    assert change_settings(at(tmp_path / "home"), offline=True).offline is True


def test_a_wrong_value_leaves_the_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("frames = 8\n")
    for wrong in ({"band_thresholds": (4, 3, 2, 1)}, {"decoding": "guess"}):
        with pytest.raises(SettingsError):
            change_settings(at(tmp_path), **wrong)
    file.write_text("frames = [\n")
    with pytest.raises(SettingsError):
        change_settings(Settings(home=tmp_path), model="x")
    assert [f.name for f in tmp_path.iterdir()] == ["settings.toml"]


def test_a_key_in_the_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("colour = 'red'\n")
    with pytest.raises(SettingsError, match="colour"):
        change_settings(Settings(home=tmp_path), frames=8)
    assert file.read_text() == "colour = 'red'\n"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f"), max_size=30))
def test_any_text_survives(value: str) -> None:
    import tomllib

    assert tomllib.loads(_changed("frames = 8\n", {"model": value})) == {"frames": 8, "model": value}
