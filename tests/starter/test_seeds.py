"""Several seeds of the starter: the best by validation comes first, and the test is only looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from starter import seeds
from starter.card import evaluation
from starter.clips.clips import Clip
from starter.fit import new_model
from starter.fit.training import FitOptions
from starter.fit.trust import TrustOptions
from tests.starter.fit.test_training import SPEC, made_up


def pairs(splits: dict[str, int]) -> list[tuple[Clip, Any]]:
    found = []
    for number, (split, count) in enumerate(splits.items()):
        for i, (item, mos) in enumerate(zip(*made_up(count, number), strict=True)):
            defect, severity = ("clean", 0) if i % 4 == 0 else ("noise", i % 4)
            details = f"{split}{i // 4}", f"{split}{i // 4}", "made", split, defect, severity, mos, None
            found.append((Clip(f"{split}{i}.mp4", *details, 96, 64, 25.0), item))
    return found


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pairs({"train": 24, "validation": 8, "test": 8, "unseen": 8})
    monkeypatch.setattr(evaluation, "stored_pairs", lambda *_: made)
    monkeypatch.setattr(seeds.sources, "backbone_path", lambda work: work)
    monkeypatch.setattr(new_model, "load_trunk", lambda trunk, path: None)


def test_the_best_by_validation_comes_first(tmp_path: Path, stored: None) -> None:
    options = FitOptions(epochs=1, batch=8, tokens=6)
    records = seeds.train_seeds(tmp_path, SPEC, options, [1, 2, 3], per_content=3, workers=1)
    ranks = [record["validation_srcc"] for record in records]
    assert ranks == sorted(ranks, reverse=True)
    assert sorted(record["seed"] for record in records) == [1, 2, 3]
    for record in records:
        folder = Path(record["folder"])
        assert json.loads((folder / seeds.RECORD).read_text())["seed"] == record["seed"]
        model = AutoModelForImageTextToText.from_pretrained(folder)
        assert model.config.model_type == "xl_vqa_starter"
        assert set(record["test"]) >= {"srcc", "rmse", "clean_above"}


def test_a_seed_gives_the_same_figures_again(tmp_path: Path, stored: None) -> None:
    options = FitOptions(epochs=1, batch=8, tokens=6)
    first, again = (seeds.train_seeds(tmp_path, SPEC, options, [5], per_content=3, workers=1)[0] for _ in range(2))
    assert first == again


def carried(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """All but the experts of the first opinion, which every lesson teaches anew."""
    return {name: value for name, value in state.items() if ".opinion." not in name or ".told." in name}


def test_the_stage_of_trust_comes_last_where_it_is_asked_for(tmp_path: Path, stored: None) -> None:
    options, trusting = FitOptions(epochs=1, batch=8, tokens=6, finish_steps=0), TrustOptions(2, 1)
    (plain,) = seeds.train_seeds(tmp_path / "plain", SPEC, options, [3], per_content=3, workers=1)
    (trusted,) = seeds.train_seeds(
        tmp_path / "trusted", SPEC, options, [3], per_content=3, workers=1, trusting=trusting
    )
    assert trusted["history"] == plain["history"]
    one, other = (evaluation.load(Path(record["folder"]))[0].state_dict() for record in (plain, trusted))
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_a_starter_is_taught_further_from_its_weights_and_scales(tmp_path: Path, stored: None) -> None:
    # so few steps, so small, that whoever began from nothing would lie far off
    options = FitOptions(epochs=1, batch=8, tokens=6, learning_rate=1e-7, finish_steps=0)
    (first,) = seeds.train_seeds(tmp_path / "first", SPEC, FitOptions(1, 8, 6), [1], per_content=3, workers=1)
    start = Path(first["folder"])
    (second,) = seeds.train_seeds(tmp_path / "second", SPEC, options, [2], per_content=3, workers=1, start=start)
    (fresh,) = seeds.train_seeds(tmp_path / "third", SPEC, options, [2], per_content=3, workers=1)
    before, after, new = (
        AutoModelForImageTextToText.from_pretrained(record["folder"]).state_dict()
        for record in (first, second, fresh)
    )
    assert all((before[name] - after[name]).abs().max() < 1e-3 for name in carried(before))
    assert any((before[name] - new[name]).abs().max() > 1e-2 for name in before)


def test_of_the_first_weights_a_share_is_kept(tmp_path: Path, stored: None) -> None:
    options = FitOptions(epochs=1, batch=8, tokens=6, finish_steps=0)
    (first,) = seeds.train_seeds(tmp_path / "first", SPEC, options, [1], per_content=3, workers=1)
    start, states = Path(first["folder"]), []
    for keep in (0.0, 0.75, 1.0):
        place = tmp_path / str(keep)
        (one,) = seeds.train_seeds(place, SPEC, options, [2], per_content=3, workers=1, start=start, keep=keep)
        states.append(AutoModelForImageTextToText.from_pretrained(one["folder"]).state_dict())
    taught, mean, kept = states
    before = AutoModelForImageTextToText.from_pretrained(start).state_dict()
    assert any((taught[name] - before[name]).abs().max() > 1e-4 for name in before)
    for name, value in carried(before).items():
        assert (kept[name] - value).abs().max() < 1e-6
        assert (mean[name] - (0.75 * value + 0.25 * taught[name])).abs().max() < 1e-5, name


def test_few_old_clips_are_shown_twice_as_contents_of_their_own() -> None:
    (old, *rest) = pairs({"train": 12})
    asked = [(replace(clip, content=f"photo{i}#asked"), item) for i, (clip, item) in enumerate(rest)]
    lesson, owners = seeds.lesson_of([old, *asked])
    assert lesson == [old, *asked, old]
    assert owners[0] != owners[-1]
    assert owners[:-1] == [clip.content for clip, _ in [old, *asked]]
    many, names = seeds.lesson_of([old, *asked[:1]])
    assert (len(many), len(names)) == (2, 2)
