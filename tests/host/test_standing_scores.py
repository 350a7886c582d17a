"""After a promotion cells with formulas keep the scores that they had, with a remark, until they follow."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import clips
from tests.host.test_service import Bench, running
from tests.worksheet.doubles import Hosts, rating, settings_of
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.protocol import EARLIER_VERSION
from xl_vqa.models.promotion import ModelLine, Step, Version
from xl_vqa.models.registry import ModelRegistry
from xl_vqa.vlm.stand_in import StandInOptions
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.worksheet.evaluate import Context, evaluate

OLD, NEW = StandInOptions(seed=1), StandInOptions(seed=2)


def marks() -> tuple[str, str]:
    return OLD.fingerprint(OLD.spec()), NEW.fingerprint(NEW.spec())


def step(action: str = "promoted", *, back: bool = False) -> Step:
    old, new = (Version("stand-in", None, mark) for mark in marks())
    before, after = (new, old) if back else (old, new)
    return Step(OLD.spec().name, action, "2026-11-28T10:00:00+00:00", before, after, serving=False, settled=True)


class Line:
    """One home in which a model rates, is replaced, and what cells and commands then get."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def rate(self, options: StandInOptions, *paths: Path, standing: bool, **more: Any) -> list[dict[str, Any]]:
        bench = Bench(self.home, options=options)
        with running(bench):
            entries = bench.ask(*paths, standing=standing, **more)
        return [entry["rating"] | {"attributes": entry.get("attributes")} for entry in entries]

    def add(self, made: Step) -> None:
        ModelRegistry(Bench(self.home).settings).replace_entry(None, asdict(made))


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "home")


def test_a_promotion_changes_no_cell_unasked(line: Line, tmp_path: Path) -> None:
    first, second = clips(tmp_path / "clips", 2)
    (before,) = line.rate(OLD, first, standing=True)
    assert EARLIER_VERSION not in before["warnings"]
    line.add(step())
    # a command rates with the new version, and stores it
    (told,) = line.rate(NEW, first, standing=False)
    assert told["expected_label"] != before["expected_label"]
    assert EARLIER_VERSION not in told["warnings"]
    copy = Path(shutil.copy(first, tmp_path / "the same content.mp4"))
    kept, moved, new = line.rate(NEW, first, copy, second, standing=True)
    for one in (kept, moved):
        assert one["expected_label"] == before["expected_label"]
        assert one["model_fingerprint"] == marks()[0]
        assert one["warnings"][-1] == EARLIER_VERSION
    # of a video that the version before never rated there is nothing to keep
    assert new["model_fingerprint"] == marks()[1]
    assert EARLIER_VERSION not in new["warnings"]
    # asked for anew, it is made anew
    (fresh,) = line.rate(NEW, first, standing=True, refresh=True)
    assert fresh["expected_label"] == told["expected_label"]

    assert ModelLine(Bench(line.home).settings, {}).follow(OLD.spec().name) == OLD.spec().name
    followed, _ = line.rate(NEW, first, copy, standing=True)
    assert followed["expected_label"] == told["expected_label"]
    assert EARLIER_VERSION not in followed["warnings"]


def test_a_way_back_changes_no_cell_either(line: Line, tmp_path: Path) -> None:
    first, second = clips(tmp_path / "clips", 2)
    (before,) = line.rate(OLD, first, standing=True)
    line.add(step())
    _, other = line.rate(NEW, first, second, standing=True)
    line.rate(NEW, first, standing=False)
    line.add(step("rolled back", back=True))
    kept, marked = line.rate(OLD, first, second, standing=True)
    assert (kept["expected_label"], EARLIER_VERSION in kept["warnings"]) == (before["expected_label"], False)
    assert (marked["expected_label"], marked["warnings"][-1]) == (other["expected_label"], EARLIER_VERSION)


def test_attributes_stand_with_their_score(line: Line, tmp_path: Path) -> None:
    first, second = clips(tmp_path / "clips", 2)
    with_them, _ = line.rate(OLD, first, second, standing=True, attributes=True)
    line.rate(OLD, second, standing=True)
    line.add(step())
    kept, _ = line.rate(NEW, first, second, standing=True, attributes=True)
    assert kept["attributes"] == with_them["attributes"]
    assert kept["model_fingerprint"] == marks()[0]


def test_cells_ask_so_and_say_how_many_stand(tmp_path: Path) -> None:
    host = Hosts()
    host.answers = {"/a.mp4": rating(warnings=[EARLIER_VERSION]), "/b.mp4": rating(warnings=[])}
    ratings = CellRatings(settings_of(tmp_path), client_of=host.client)
    try:
        ratings.ask([Question("/a.mp4"), Question("/b.mp4")])
        while ratings.counts().done < 2:
            pass
        assert ratings.counts().earlier == 1
        for language in LANGUAGES:
            context = Context(ratings, language=language)
            ((overall,),) = evaluate("VQA_STATUS", [], context)
            ((own,),) = evaluate("VQA_STATUS", ["/a.mp4"], context)
            ((score,),) = evaluate("VQA_SCORE", ["/a.mp4"], context)
            assert "models follow" in str(overall)
            assert "models follow" in str(own)
            assert score == 30
    finally:
        ratings.close()
    made = CellRatings(settings_of(tmp_path))._client_of(settings_of(tmp_path)())
    assert made._question([], refresh=False, detail=False, priority=1)["standing"] is True
    plain = HostClient(settings_of(tmp_path)())
    assert "standing" not in plain._question([], refresh=False, detail=False, priority=1)
