"""One catalogue of many rooms: each key once, and said in every process, whichever rooms it has loaded."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import pytest

import xl_vqa
from xl_vqa.calc.build import build
from xl_vqa.words import rooms
from xl_vqa.words.catalogue import LANGUAGES, phrases, sentences
from xl_vqa.words.error_codes import all_errors
from xl_vqa.words.messages import text

PACKAGE: Final = Path(xl_vqa.__file__).parent

SAY_ALL: Final = """
import json, sys
start = set(sys.modules)
from xl_vqa.words import errors, messages, reasons
from xl_vqa.words.error_codes import from_dict
asked = json.load(sys.stdin)
before = sorted(name for name in sys.modules if name.startswith("xl_vqa"))
said = {language: {
    "sentences": {code: messages.text(code, language) for code in asked["sentences"]},
    "phrases": {key: messages.phrase(key, language) for key in asked["phrases"]},
    "reasons": {key: messages.spoken({"key": key}, language) for key in asked["phrases"]},
    "errors": {code: from_dict({"code": code, "params": {}}).message(language) for code in asked["errors"]},
} for language in asked["languages"]}
kinds = {code: type(from_dict({"code": code, "params": {}})).__name__ for code in asked["errors"]}
tops = {name.partition(".")[0] for name in set(sys.modules) - start}
others = sorted(tops - set(sys.stdlib_module_names) - {"xl_vqa"})
print(json.dumps({"before": before, "said": said, "kinds": kinds, "others": others, "file": errors.__file__}))
"""


@pytest.mark.parametrize("code", sorted(sentences()))
def test_a_sentence_ends_as_one_in_both_languages(code: str) -> None:
    said = sentences()[code]
    assert said["en"].endswith((".", ".)", "?")) == said["ja"].endswith(("。", "?"))


def everything_said(python: list[str], folder: Path) -> dict[str, object]:
    """What a process that imports the words alone says of every key there is."""
    asked = {
        "sentences": sorted(sentences()),
        "phrases": sorted(phrases()),
        "errors": sorted(all_errors()),
        "languages": LANGUAGES,
    }
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{SAY_ALL}"
    done = subprocess.run(
        [*python, "-c", code], input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def fresh() -> dict[str, object]:
    return everything_said([sys.executable, "-I"], PACKAGE.parent)


@pytest.fixture(scope="module")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """In a Python that has nothing installed, as LibreOffice's own, from what its extension carries."""
    folder = tmp_path_factory.mktemp("oxt")
    zipfile.ZipFile(build(folder / "xl_vqa.oxt")).extractall(folder)
    python = shutil.which("python3", path="/usr/bin:/bin") or shutil.which("python3")
    assert python is not None
    found = everything_said([python, "-I", "-S"], folder / "python" / "pythonpath")
    assert str(found["file"]).startswith(str(folder))
    return found


def test_a_key_stands_once_over_all_rooms() -> None:
    for table in ("SENTENCES", "PHRASES"):
        counted = Counter(key for module in rooms.modules("sentences") for key in getattr(module, table, {}))
        assert [key for key, count in counted.items() if count > 1] == []
    assert not set(sentences()) & set(phrases())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_keys_say_the_same(language: str) -> None:
    said: dict[str, list[str]] = defaultdict(list)
    for key, words in {**sentences(), **phrases()}.items():
        said[re.sub(r"\{[^}]*\}", "{}", words[language]).strip(" .。").casefold()].append(key)
    assert {text: keys for text, keys in said.items() if len(keys) > 1} == {}


def test_no_key_is_written_twice_in_a_room() -> None:
    # of two equal keys in one table Python keeps the last without a word
    for file in PACKAGE.glob("*/sentences.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                assert len(keys) == len(set(keys)), file


def test_nothing_is_loaded_before_the_first_sentence(fresh: dict[str, object]) -> None:
    loaded = fresh["before"]
    assert isinstance(loaded, list)
    assert {name.split(".")[1] for name in loaded if name.count(".")} == {"_version", "words"}
    assert "xl_vqa.words.sentences" not in loaded


@pytest.mark.parametrize("where", ["fresh", "vendored"])
def test_every_key_is_said_where_only_the_words_are_loaded(where: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(where)
    for language in LANGUAGES:
        said = found["said"][language]
        for code, sentence in said["sentences"].items():
            assert sentence == text(code, language)
        for key in phrases():
            assert said["phrases"][key] == said["reasons"][key] != key
    assert found["kinds"] == {code: kind.__name__ for code, kind in all_errors().items()}
    assert found["others"] == []


def test_both_copies_say_the_same(fresh: dict[str, object], vendored: dict[str, object]) -> None:
    assert fresh["said"] == vendored["said"]


@pytest.mark.parametrize("name", ["sentences", "errors"])
def test_what_is_loaded_anywhere_needs_the_words_alone(name: str) -> None:
    """A sentence of a room is read in cells and in LibreOffice: nothing may come along with it."""
    for file in PACKAGE.glob(f"*/{name}.py"):
        inside = (file, file.parent / "__init__.py") if file.parent.name != "words" else ()
        for part in inside:
            for node in ast.walk(ast.parse(part.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    assert node.module in {"__future__", "typing"} or (
                        name == "errors" and str(node.module).endswith(".errors")
                    ), part
                assert not isinstance(node, ast.Import), part
