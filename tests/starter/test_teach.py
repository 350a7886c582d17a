"""What a finished starter is taught later: the experts of its first opinion, with nothing else moved."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import AutoModelForImageTextToText

from starter import seeds, teach
from starter.card import evaluation
from starter.fit.opinion import OpinionOptions
from starter.fit.training import FitOptions
from starter.pictures.sources import SourceError
from tests.starter.fit.test_training import SPEC
from tests.starter.test_seeds import pairs
from tests.starter.test_seeds import stored as stored

CREDIT = ["old package", "CC0-1.0", "somebody", 3]


@pytest.fixture
def folder(tmp_path: Path, stored: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter that was just made, with its record."""
    monkeypatch.setattr(teach, "teach_familiarity", lambda *_: None)
    scenes = [
        SimpleNamespace(name=f"train{i}", author="her", license="CC-BY-4.0", group=f"train{i}") for i in range(9)
    ]
    monkeypatch.setattr(teach.contents, "catalogue", lambda work: scenes)
    options = FitOptions(epochs=1, batch=8, tokens=6, finish_steps=0)
    (record,) = seeds.train_seeds(tmp_path, SPEC, options, [1], per_content=3, workers=1)
    made = Path(record["folder"])
    written: dict[str, Any] = {"facts": {"epochs": 4}, "credits": [CREDIT], "history": []}
    (made / evaluation.RECORD).write_text(json.dumps(written))
    return made


def test_new_experts_move_nothing_but_the_opinion(folder: Path) -> None:
    before = AutoModelForImageTextToText.from_pretrained(folder).state_dict()
    teach.teach_opinion(folder, folder, OpinionOptions(epochs=1, seed=3), per_content=3)
    after = AutoModelForImageTextToText.from_pretrained(folder).state_dict()
    moved = {name for name in before if not before[name].equal(after[name])}
    assert moved
    assert all(".opinion." in name and ".told." not in name for name in moved)
    assert any(".experts." in name for name in moved)


def test_the_record_tells_what_they_were_taught(folder: Path) -> None:
    teach.teach_opinion(folder, folder, OpinionOptions(epochs=1), per_content=3)
    record = json.loads((folder / evaluation.RECORD).read_text())
    assert record["facts"] == {"epochs": 4, "opinion": {"clips": 24, "contents": 6, "pictures": 6}}
    assert record["credits"] == [["made", "CC-BY-4.0", "her", 6], CREDIT]


def test_without_a_clip_to_learn_from_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "stored_pairs", lambda *_: pairs({"test": 4}))
    with pytest.raises(SourceError, match="no training clip"):
        teach.teach_opinion(folder, folder, OpinionOptions(), per_content=3)
