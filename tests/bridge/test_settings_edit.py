"""Changing a key of settings.toml keeps the rest of the file, and a wrong value changes nothing."""

from __future__ import annotations

import errno
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.bridge import settings_edit
from xl_vqa.bridge.file_lock import locked
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
    assert {f.name for f in tmp_path.iterdir()} == {"settings.toml", "settings.toml.lock"}


def test_of_processes_that_change_it_at_once_none_undoes_anothers_change(tmp_path: Path) -> None:
    """Commands, the ribbon and Calc each change a key or two, over and over, and what a person wrote stays."""
    file = tmp_path / "settings.toml"
    file.write_text("# 社内\nframes = 8  # ours\n", encoding="utf-8")
    program = """
import sys
from pathlib import Path
from xl_vqa.bridge.settings_edit import change_settings
from xl_vqa.words.settings import Settings
home, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.read(1)
for number in range(1, 9):
    # its own key is as it left it, whatever others write meanwhile
    before = getattr(Settings.load({}, home=home), name)
    assert number == 1 or before == number - 1, (name, before, number)
    change_settings(Settings(home=home), **{name: number})
"""
    names = ("decode_threads", "batch_size", "idle_minutes")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), name], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for name in names
    ]
    for one in processes:
        # all begin together
        assert one.stdin is not None
        one.stdin.write(b"x")
        one.stdin.flush()
    for one in processes:
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said.decode()
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# 社内\nframes = 8  # ours\n")
    assert tomllib.loads(text) == {"frames": 8, **dict.fromkeys(names, 8)}


def test_a_lock_that_another_holds_is_said_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_edit, "LOCK_WAIT_S", 0.0)
    with locked(tmp_path / "settings.toml.lock", 0.0), pytest.raises(SettingsError) as told:
        change_settings(at(tmp_path), frames=8)
    assert "another program has locked it" in told.value.message("en")
    assert "他のプログラムがロックしています" in told.value.message("ja")
    # nothing is wrong in them that one could correct
    assert "as they were" in told.value.message("en")
    assert change_settings(at(tmp_path), frames=8).frames == 8


@pytest.mark.skipif("sys.platform == 'win32'", reason="there a lock is another call")
def test_a_drive_that_knows_no_locks_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    assert change_settings(at(tmp_path), frames=8).frames == 8


def test_a_key_in_the_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("colour = 'red'\n")
    with pytest.raises(SettingsError, match="colour"):
        change_settings(Settings(home=tmp_path), frames=8)
    assert file.read_text() == "colour = 'red'\n"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f"), max_size=30))
def test_any_text_survives(value: str) -> None:
    assert tomllib.loads(_changed("frames = 8\n", {"model": value})) == {"frames": 8, "model": value}
