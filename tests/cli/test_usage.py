"""Help and usage errors in both languages, and flags that take no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import pytest
import typer

from xl_vqa.cli import usage
from xl_vqa.cli.help_ja import HELP_JA
from xl_vqa.cli.main import app, main

JAPANESE = re.compile("[぀-ヿ一-鿿]")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    yield
    usage.speak("en")


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, *arguments: str
) -> tuple[int, str]:
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    monkeypatch.setattr("sys.argv", ["xl-vqa", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


def commands() -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []

    def walk(command: Any, path: tuple[str, ...]) -> None:
        found.append((path, command))
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def texts(command: Any) -> list[str]:
    helps = [command.help, *(getattr(param, "help", None) for param in command.params)]
    return [cleandoc(text) for text in helps if text]


def test_every_help_text_has_its_japanese() -> None:
    used = {text for _, command in commands() for text in texts(command)} | {"Show this message and exit."}
    assert used - set(HELP_JA) == set(), "give these their Japanese in help_ja.py"
    assert set(HELP_JA) - used == set(), "nothing says these any more"
    assert all(JAPANESE.search(text) for text in HELP_JA.values())


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_help_is_in_japanese_and_whole(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = run(monkeypatch, capsys, "ja", *path, "--help")
    assert code == 0
    for english in "Usage OPTIONS Options Arguments Commands required default: Show <bool>".split():
        assert english not in shown
    for japanese in ("使い方: xl-vqa", "オプション", "このヘルプを表示します。"):
        assert "".join(japanese.split()) in re.sub(r"[\s│]", "", shown)
    assert "…" not in shown


def test_flags_show_no_type_and_help_is_english_in_english(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = run(monkeypatch, capsys, "en", "score", "--help")
    assert code == 0
    assert "Usage: xl-vqa score" in shown
    assert "<bool>" not in shown
    assert re.search(r"--refresh +Rate again", shown)
    assert not JAPANESE.search(shown)


@pytest.mark.parametrize("word", ["true", "False", "yes", "0"])
@pytest.mark.parametrize(("language", "said"), [("en", "takes no value"), ("ja", "値は指定できません")])
def test_a_flag_does_not_leave_its_word_to_be_rated(
    word: str,
    language: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, shown = run(monkeypatch, capsys, language, "score", "a.mp4", "--refresh", word)
    assert code == 2
    assert said in "".join(shown.split("\n")).replace("│", "")
    assert "There is no file" not in shown


def test_a_file_of_such_a_name_is_still_one(tmp_path: Path) -> None:
    (tmp_path / "true").write_bytes(b"")
    command = dict(commands())[("score",)]
    context = command.make_context("score", ["--refresh", "true"])
    assert (context.params["refresh"], context.params["paths"]) == (True, ["true"])
    assert command.make_context("score", ["true", "--refresh"]).params["paths"] == ["true"]


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        ("evalute", "Did you mean 'evaluate'?", "「evalute」というコマンドはありません。候補: 'evaluate'"),
        ("zzzzzz", "No such command", "「zzzzzz」というコマンドはありません。"),
        ("score --zzz x", "No such option", "--zzz というオプションはありません。"),
        ("score --refrsh", "--refresh", "--refrsh というオプションはありません。候補: "),
        ("report", "Missing argument", "引数 'workbook' を指定してください。"),
        (
            "score",
            "Name videos, folders",
            "動画、フォルダー、-(標準入力の各行)、または --from で表を指定してください。",
        ),
        ("evaluate a.csv", "Missing option", "オプション '--manifest' / '-m' を指定してください。"),
        ("evaluate a -m b --resamples x", "valid integer", "'--resamples' の値は整数ではありません。"),
        ("evaluate a -m b --defect-limit x", "valid number", "の値は数値ではありません。"),
        ("score a -o", "requires an argument", "オプション -o には値が必要です。"),
        ("score a --refresh=1", "does not take a value", "オプション --refresh に値は指定できません。"),
        ("models activate a b", "unexpected extra argument", "余分な引数があります: b"),
        ("train r.yaml --set x", "KEY=VALUE", "--set の値が正しくありません: x: KEY=VALUE"),
    ],
)
def test_usage_errors_speak_both_languages(
    arguments: str,
    english: str,
    japanese: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for language, said in (("en", english), ("ja", japanese)):
        code, shown = run(monkeypatch, capsys, language, *arguments.split())
        assert code == 2
        assert said in re.sub(r"\s*│\n│\s*", "", shown)
        assert ("Error" in shown) == (language == "en")
        assert ("エラー" in shown) == (language == "ja")


@pytest.mark.parametrize(("language", "said"), [("en", "as this one does"), ("ja", "この端末でのフォルダー")])
def test_half_of_a_shared_folder_is_told_with_how_it_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    code, text = run(monkeypatch, capsys, language, "team", "serve", "--root", "/srv/videos")
    assert code == 2
    assert said in text
    assert "Z:/videos=/srv/videos" in text
