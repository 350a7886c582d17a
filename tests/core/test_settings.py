"""Settings from file, environment and flags; every problem is named at once, with its source."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest

from xl_vqa.bridge.profiles import with_profile
from xl_vqa.words import settings as settings_module
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings, default_language, language_anyhow, origins


def write(home: Path, content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    (home / "settings.toml").write_bytes(data)


def test_later_sources_win(tmp_path: Path) -> None:
    write(tmp_path, 'model = "from-file"\nbatch_size = 3\nframes = 8\n')
    environment = {"XL_VQA_HOME": str(tmp_path), "XL_VQA_MODEL": "from-env", "XL_VQA_FRAMES": "12"}
    settings = Settings.load(environment, frames=16, device=None)
    assert (settings.model, settings.batch_size, settings.frames, settings.device) == ("from-env", 3, 16, "auto")
    assert settings.store_file.parent == tmp_path


def test_every_kind_of_value_reads_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.load(
        {
            "XL_VQA_HOME": str(tmp_path),
            "XL_VQA_OFFLINE": "yes",
            "XL_VQA_IDLE_MINUTES": "0.5",
            "XL_VQA_BAND_THRESHOLDS": "12, 20,30,40.5",
            "XL_VQA_ADAPTER": "",
        }
    )
    assert settings.offline is True
    assert settings.idle_minutes == 0.5
    assert settings.bands(Scale()).thresholds == (12, 20, 30, 40.5)
    assert settings.adapter is None


def test_all_problems_at_once_with_their_source(tmp_path: Path) -> None:
    write(tmp_path, 'modle = "typo"\nframes = 7\n')
    with pytest.raises(SettingsError) as caught:
        Settings.load({"XL_VQA_HOME": str(tmp_path), "XL_VQA_PORT": "http"})
    message = str(caught.value)
    for word in ("modle", "frames", "XL_VQA_PORT", "settings.toml"):
        assert word in message


def test_the_source_of_a_wrong_value_is_the_one_to_blame(tmp_path: Path) -> None:
    """XL_VQA_LANGUAGE=fr blamed a settings.toml that does not exist."""
    home = {"XL_VQA_HOME": str(tmp_path)}
    with pytest.raises(SettingsError) as caught:
        Settings.load(home | {"XL_VQA_LANGUAGE": "fr"})
    assert caught.value.params["source"] == "XL_VQA_LANGUAGE"
    assert "settings.toml" not in str(caught.value)
    with pytest.raises(SettingsError) as caught:
        Settings.load(home, language="fr")
    assert caught.value.params["source"] == "language"
    write(tmp_path, "frames = 7\nband_thresholds = [10, 20]\n")
    with pytest.raises(SettingsError) as caught:
        Settings.load(home | {"XL_VQA_DTYPE": "float8"})
    assert set(caught.value.params["source"].split(", ")) == {str(tmp_path / "settings.toml"), "XL_VQA_DTYPE"}


WRONG = """
modle = "x"
zzz = 1
batch_size = "many"
frames = 7
fps = 0
port = 70000
dtype = "fp16"
decoder = "vlc"
model = " "
idle_minutes = -1
offline = 1
band_thresholds = [15, 25, 25, 45]
"""


def test_wrong_kinds_and_wrong_values_are_told_in_one_go(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    with pytest.raises(SettingsError) as caught:
        Settings.load({"XL_VQA_HOME": str(tmp_path), "XL_VQA_TORCH_THREADS": "few", "XL_VQA_DEVCE": "cpu"})
    names = [line.split(" =")[0] for line in WRONG.split("\n") if line] + ["XL_VQA_TORCH_THREADS", "XL_VQA_DEVCE"]
    for language in ("en", "ja"):
        told = caught.value.message(language).split(" | ")
        assert len(told) == len(names)
        for name in names:
            assert any(name in one for one in told), name


def test_problems_with_settings_are_whole_sentences_in_japanese(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    with pytest.raises(SettingsError) as caught:
        Settings.load({"XL_VQA_HOME": str(tmp_path), "XL_VQA_TORCH_THREADS": "few"})
    said = caught.value.message("ja")
    assert re.search(r"\b(must|has|not|did|mean|number|literal)\b", said) is None
    assert "frames には 2~1024 の偶数を指定してください(指定値: 7)" in said
    assert "modle" in said
    assert "model の誤りではありませんか" in said


@pytest.mark.parametrize(
    ("content", "english", "japanese"),
    [
        (b'language = "ja"\nmodel = "C:\\models\\x"\n', "line 2 has a backslash", "2 行目の二重引用符"),
        (b'model = "C:\\Users\\x"\n', "line 1 has a backslash", "1 行目の二重引用符"),
        (b'device = "cpu"\nmodel = D:/models\n', "line 2 is not as TOML wants it", "2 行目が TOML の書式"),
        (b"model = [", "line 1 is not as TOML", "1 行目が TOML の書式"),
        ('model = "モデル"'.encode("cp932"), "not text in UTF-8", "UTF-8 のテキストではありません"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, content: bytes, english: str, japanese: str) -> None:
    write(tmp_path, content)
    with pytest.raises(SettingsError) as caught:
        Settings.load({"XL_VQA_HOME": str(tmp_path)})
    assert english in caught.value.message("en")
    assert japanese in caught.value.message("ja")
    assert re.search("codec|Invalid|Unescaped|decode", caught.value.message("ja")) is None


@pytest.mark.parametrize(
    ("content", "environment", "language"),
    [
        ("modle = 1", {"XL_VQA_LANGUAGE": "ja"}, "ja"),
        ('modle = 1\nlanguage = "ja"', {}, "ja"),
        ('modle = 1\nlanguage = "ja"', {"XL_VQA_LANGUAGE": "en"}, "en"),
        ("model = [", {"XL_VQA_LANGUAGE": "ja"}, "ja"),
        ("model = [", {"LANG": "ja_JP.UTF-8"}, "ja"),
        ("", {"XL_VQA_LANGUAGE": "fr", "LANG": "ja_JP.UTF-8"}, "ja"),
        ("model = [", {}, "en"),
    ],
)
def test_broken_settings_are_told_in_the_language_they_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "XL_VQA_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"LC_ALL": "C", **environment}.items():
        monkeypatch.setenv(name, value)
    if "LANG" in environment:
        monkeypatch.delenv("LC_ALL")
    write(tmp_path, content)
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    with pytest.raises(SettingsError):
        Settings.load()
    assert language_anyhow() == language


def test_a_variable_of_another_program_is_let_be(tmp_path: Path) -> None:
    others = dict.fromkeys(("XL_VQA_PYTHON", "XL_VQA_CALC_WAIT", "XL_VQA_SOMETHING_ELSE"), "x")
    Settings.load({"XL_VQA_HOME": str(tmp_path), **others})
    with pytest.raises(SettingsError, match=r"XL_VQA_MODLE.*did you mean XL_VQA_MODEL\?"):
        Settings.load({"XL_VQA_HOME": str(tmp_path), "XL_VQA_MODLE": "starter"})


def test_a_key_misspelt_is_recognised(tmp_path: Path) -> None:
    write(tmp_path, 'modle = "typo"\nzzz = 1\n')
    with pytest.raises(
        SettingsError, match=r"'modle' \(did you mean model\? .*\) \| .* unknown key 'zzz' \(.*newer"
    ):
        Settings.load({"XL_VQA_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    "line",
    [
        "frames = 0",
        "frames = true",
        'batch_size = "8"',
        "port = 70000",
        "idle_minutes = -1",
        "idle_minutes = inf",
        'decoding = "mean"',
        'dtype = "float8"',
        'model = " "',
        "max_pixels = 10",
        "band_thresholds = [30, 20, 40, 45]",
        "band_thresholds = [10, 20]",
        'band_thresholds = ["a", "b", "c", "d"]',
        'language = "fr"',
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, line: str) -> None:
    write(tmp_path, line)
    with pytest.raises(SettingsError, match=line.split(" =")[0].replace("band_", "")):
        Settings.load({"XL_VQA_HOME": str(tmp_path)})


def test_a_file_from_notepad_reads(tmp_path: Path) -> None:
    write(tmp_path, b"\xef\xbb\xbf" + 'model = "C:/モデル"\r\n'.encode())
    assert Settings.load({"XL_VQA_HOME": str(tmp_path)}).model == "C:/モデル"


@pytest.mark.parametrize("content", [b"model = ", b"\xff\xfe\x00broken"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, content)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        Settings.load({"XL_VQA_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("content", "problem", "line"),
    [
        # an example pasted below the line that stood there already
        ('model = "a"\n\nmodel = "b"\n', "problem_toml_twice", 3),
        ("[a]\nx = 1\n[a]\n", "problem_toml_twice", 3),
        # a word processor's quotes, a Japanese keyboard's signs and blanks
        ("model = “a”\n", "problem_toml_signs", 1),
        ('device = "cpu"\nmodel = "a”\n', "problem_toml_signs", 2),
        ('model\u3000= "a"', "problem_toml_signs", 1),
        ('model ＝ "a"', "problem_toml_signs", 1),
        ("model = 「a」", "problem_toml_signs", 1),
        ('model = "動画" x # “a”', "problem_toml", 1),
        ('model = "（１）" x', "problem_toml", 1),
        ("model = モデル", "problem_toml", 1),
        ('model = "C:\\Users"', "problem_toml_backslash", 1),
    ],
)
def test_what_toml_refuses_is_said_in_the_words_of_its_writer(
    tmp_path: Path, content: str, problem: str, line: int
) -> None:
    write(tmp_path, content)
    with pytest.raises(SettingsError) as caught:
        Settings.load({"XL_VQA_HOME": str(tmp_path)})
    assert caught.value.params["problem"] == {"key": problem, "line": line}


def test_a_key_in_capitals_is_told_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, 'LANGUAGE = "ja"\n')
    with pytest.raises(SettingsError, match="did you mean language"):
        Settings.load({"XL_VQA_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LANG": "ja_JP.UTF-8"}, "ja"), ({"LANG": "en_US.UTF-8"}, "en"), ({"LC_ALL": "C", "LANG": "ja_JP"}, "en")],
)
def test_language_follows_the_system(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_language() == language


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/xl_vqa")),
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/xl_vqa")),
        ("linux", {"XL_VQA_HOME": "/chosen", "XDG_DATA_HOME": "/data"}, Path("/chosen")),
    ],
)
def test_home_needs_no_administrator(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], expected: Path
) -> None:
    for name in ("XL_VQA_HOME", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings_module.sys, "platform", platform)
    assert settings_module.default_home() == expected


def test_a_profile_names_what_it_cannot_set_and_what_it_can(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "fast.toml").write_text('modle = "x"\nport = 1\n', encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"modle, port \(did you mean model\?\); it can set .*decoding"
    ) as caught:
        with_profile(Settings(home=tmp_path), "Fast")
    assert caught.value.params["source"].endswith("fast.toml")


def test_of_a_value_that_stands_in_no_file_the_setting_is_named() -> None:
    """As with --frames 7, or an address that is typed: "(values)" is nothing that anybody wrote."""
    with pytest.raises(SettingsError) as told:
        Settings(frames=7, fps=-1.0)
    assert "(frames, fps)" in told.value.message("en")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_folder_of_somebody_else_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """XL_VQA_HOME in another user's home: nobody can see there whether there is a file."""

    stat = Path.stat

    def refuse(self: Path, **how: Any) -> os.stat_result:
        if self.parent.name == "theirs":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return stat(self, **how)

    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "theirs"))
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    monkeypatch.setattr(Path, "stat", refuse)
    for look in (Settings.load, lambda: origins(tmp_path / "theirs")):
        with pytest.raises(SettingsError, match="permission"):
            look()
    # and it is told in the language of the environment
    assert language_anyhow() == language
