"""What a trained model knows of its own videos: the remark on strange ones, and that too few give none."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pytest
import torch

from tests.training.sets import TrainingSet, make_set, write_recipe
from xl_vqa.training import familiar
from xl_vqa.training.familiar import learn_familiarity
from xl_vqa.training.fine_tune import fine_tune
from xl_vqa.training.fine_tune_output import familiar_line
from xl_vqa.training.frame_cache import FrameCache, StoredClip
from xl_vqa.training.recipe import load_recipe
from xl_vqa.training.schemes import scheme
from xl_vqa.vlm import familiarity
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.familiarity import LEAST_HELD_OUT, Familiarity
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.starter_opinion import PARTS
from xl_vqa.words.model_spec import ModelSpec, starter_folder
from xl_vqa.words.rating import FALSE_ALARM


@dataclass
class Noisy:
    """A stored clip with noise of its own: many videos of one kind, without decoding any."""

    clip: StoredClip
    seed: int
    strange: bool = False

    @property
    def seconds_per_pair(self) -> float:
        return self.clip.seconds_per_pair

    def load(self) -> Any:
        patches = self.clip.load()
        rng, shape = np.random.default_rng(self.seed), tuple(patches.values.shape)
        values = np.clip(patches.values.numpy().astype(int) + rng.integers(-12, 13, shape), 0, 255)
        if self.strange:
            values = rng.integers(0, 256, shape)
        return replace(patches, values=torch.from_numpy(values.astype(np.uint8)))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    return make_set(tmp_path_factory.mktemp("set"), videos=12)


def test_strange_videos_are_told_from_ordinary_ones(data: TrainingSet) -> None:
    backbone = load_backbone(data.model, device=torch.device("cpu"), dtype="float32")
    spec = ModelSpec.load(data.model)
    assert spec is not None
    clip = FrameCache(data.folder / "cache", spec).get(str(data.folder / "0.mp4"))
    ordinary = cast(list[StoredClip], [Noisy(clip, k) for k in range(60 + LEAST_HELD_OUT + 40)])
    held_out = ordinary[60 : 60 + LEAST_HELD_OUT]
    seen: list[tuple[int, int]] = []
    found, facts = learn_familiarity(
        backbone, spec, scheme("integer"), ordinary[:60], held_out, report=lambda *at: seen.append(at)
    )
    assert found is not None
    assert (facts["taught"], facts["held_out"], facts["stated"]) == (60, LEAST_HELD_OUT, FALSE_ALARM)
    assert 0 <= facts["false_alarm"] <= 0.05
    assert seen[-1] == (60 + LEAST_HELD_OUT,) * 2
    strange = cast(list[StoredClip], [Noisy(clip, k, strange=True) for k in range(10)])
    p = [
        [found.p_value(state, mass) for state, mass in zip(*read, strict=True)]
        for read in (
            familiar._read(backbone, spec, clips, None, False, lambda done: None)
            for clips in (ordinary[-40:], strange)
        )
    ]
    assert sum(one <= FALSE_ALARM for one in p[0]) <= 4
    assert sum(one <= FALSE_ALARM for one in p[1]) == 10


def test_a_starter_looks_at_what_its_first_opinion_stands_on(
    data: TrainingSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    # few, for each is read by the shipped starter: what is looked at is which numbers are taken
    for module in (familiar, familiarity):
        monkeypatch.setattr(module, "LEAST_HELD_OUT", 3)
        monkeypatch.setattr(module, "LEAST_TAUGHT", 3)
    monkeypatch.setattr(familiarity, "NEIGHBOURS", 2)
    backbone = load_backbone(starter_folder(), device=torch.device("cpu"), dtype="float32")
    assert backbone.has_opinion
    spec = ModelSpec.load(starter_folder())
    assert spec is not None
    clip = FrameCache(data.folder / "of_the_starter", spec).get(str(data.folder / "0.mp4"))
    clips = cast(list[StoredClip], [Noisy(clip, k) for k in range(6)])
    taught, held_out = clips[:3], clips[3:]
    found, facts = learn_familiarity(backbone, spec, scheme("integer"), taught, held_out)
    assert found is not None
    assert found.by_opinion
    assert facts["taught"] == 3
    seen, masses = familiar._read(backbone, spec, held_out, None, True, lambda done: None)
    assert seen.shape == (3, PARTS)
    assert found.distances == pytest.approx(np.sort([found.distance(one) for one in seen]))
    assert found.off_digits == pytest.approx(np.sort(masses))
    one_fewer, _ = learn_familiarity(backbone, spec, scheme("integer"), taught[1:], held_out)
    assert one_fewer is not None
    assert not one_fewer.by_opinion


def test_too_few_held_out_videos_give_no_file_and_say_so(data: TrainingSet) -> None:
    backbone = load_backbone(data.model, device=torch.device("cpu"), dtype="float32")
    spec = ModelSpec.load(data.model)
    assert spec is not None
    found, facts = learn_familiarity(backbone, spec, scheme("integer"), [], [])
    assert found is None
    line = familiar_line(facts)
    assert str(LEAST_HELD_OUT) in line
    assert "no remark" in line


def test_a_run_leaves_the_file_where_the_host_reads_it(data: TrainingSet, monkeypatch: pytest.MonkeyPatch) -> None:
    # twelve videos cannot tell 1%: what is looked at is that the file is written, named and read
    monkeypatch.setattr(familiar, "LEAST_HELD_OUT", 1)
    monkeypatch.setattr(familiarity, "LEAST_HELD_OUT", 1)
    done = fine_tune(load_recipe(write_recipe(data, epochs=1)))
    assert (done.folder / familiarity.FILE_NAME).is_file()
    facts = json.loads((done.folder / "metrics.json").read_text())["familiarity"]
    assert facts["false_alarm"] == 0
    assert f"{facts['held_out']} ordinary ones" in (done.folder / "README.md").read_text()
    rater = load_rater(str(data.model), str(done.folder))
    assert isinstance(cast(Any, rater)._familiarity, Familiarity)


def test_the_measured_rate_is_that_of_the_others_held_out() -> None:
    rng = np.random.default_rng(0)
    states, masses = rng.normal(size=(1000, 4)), rng.random(1000)
    found = Familiarity.fit(rng.normal(size=(400, 4)), states, list(masses))
    rang = []
    for fold in range(10):
        own = np.random.default_rng(0).permutation(1000) % 10 == fold
        twin = Familiarity(
            found.measure, np.sort([found.distance(one) for one in states[~own]]), np.sort(masses[~own])
        )
        rang += [
            twin.p_value(state, float(mass)) <= FALSE_ALARM
            for state, mass in zip(states[own], masses[own], strict=True)
        ]
    assert found.false_alarm(states, masses) == pytest.approx(np.mean(rang))
    assert found.false_alarm(states, masses) < 0.02
