"""Every error has its sentences in both languages and survives pickling and JSON."""

from __future__ import annotations

import json
import pickle
import re
from string import Formatter

import pytest

from xl_vqa.words import errors, rooms
from xl_vqa.words.catalogue import LANGUAGES, sentences
from xl_vqa.words.error_codes import all_errors, from_dict
from xl_vqa.words.messages import text
from xl_vqa.words.reasons import Reason

PARAMS = {
    "path": "動画 1.mp4",
    "problem": "it is odd",
    "model": "m",
    "node": "gpu2",
    "source": "settings.toml",
    "times": 2,
    "count": 5,
    "format": "an OpenDocument spreadsheet (.ods)",
    "holder": "Tanaka",
    "lock_file": "~$list.xlsx",
    "sheet": "List",
    "sheets": "List, Notes",
    "column": "B",
    "columns": "A (No.), B (Title)",
    "cell": "B4",
    "value": "#N/A",
    "options": "--scale 0,100,10,50",
    "choices": ["--lower-is-better"],
    "commands": "  xl-vqa labels prepare r.csv --lower-is-better",
    "suffixes": ".csv, .xlsx, .json",
    "name": "factory",
    "folder": "profiles",
    "named": "shots@25",
    "rate": "0",
    "known": "factory, office",
    "alternative": "report.html",
    "total": 9,
    "needed": "21.0",
    "free": "8.0",
    "device": "cuda:0",
    "details": "weights: 14.0 GiB",
    "step": 7,
    "package": "torch",
    "command": "python -m xl_vqa.torch_setup",
    "task": "starter",
    "address": "https://gpu1.example:8443",
    "role": "rate",
    "date": "2026-11-28",
    "number": 127088,
    "first": 9,
    "last": 20,
}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("code", sorted(all_errors()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_speaks_both_languages(code: str, language: str) -> None:
    message = all_errors()[code](**PARAMS).message(language)
    assert "…" not in message
    assert "{" not in message
    # a question ends with the commands to choose from
    ended = message.endswith((".", str(PARAMS["commands"])))
    assert ("。" in message or re.search("[ぁ-ん]", message)) if language == "ja" else ended


@pytest.mark.parametrize("code", sorted(sentences()))
def test_both_languages_say_the_same_things(code: str) -> None:
    entry = sentences()[code]
    assert set(entry) == set(LANGUAGES)
    assert fields(entry["en"]) == fields(entry["ja"])


def test_codes_are_unique_and_the_docstring_tree_is_complete() -> None:
    kinds = all_errors()
    classes: set[type[errors.XlVqaError]] = set()
    for module in rooms.modules("errors"):
        own = {
            kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__
        }
        classes |= own
        for kind in own:
            assert re.search(rf"\b{kind.__name__}\b", module.__doc__ or "")
    assert set(kinds.values()) == classes


@pytest.mark.parametrize("kind", list(all_errors().values()))
def test_errors_survive_pickle_and_json(kind: type[errors.XlVqaError]) -> None:
    error = kind(**PARAMS)
    for copy in (
        pickle.loads(pickle.dumps(error)),
        from_dict(json.loads(json.dumps(error.to_dict()))),
    ):
        assert type(copy) is kind
        assert copy.params == PARAMS
        assert str(copy) == str(error)


def test_a_newer_hosts_error_keeps_its_sentence() -> None:
    error = from_dict({"code": "from_the_future", "message": "The flux is low."})
    assert "The flux is low" in str(error)


def test_a_missing_parameter_never_hides_the_error() -> None:
    assert "…" in text("video_not_found", "en")
    assert text("no such code", "en")


# -- the particulars inside a sentence --------------------------------------------------------------------------


def test_several_problems_stand_in_one_sentence_and_survive_the_way_through_http() -> None:
    told = [Reason("problem_missing", name="a.json"), Reason("problem_serves", name="shop"), "as it is"]
    error = errors.ModelEntryError(path="models.json", problem=json.loads(json.dumps(told)))
    assert "a.json is missing | shop serves now; activate another first | as it is." in str(error)
    assert "a.json がありません | shop は現在使用中です。先に別のモデルを使用してください" in error.message("ja")
