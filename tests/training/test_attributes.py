"""Attributes taught by one run beside the overall quality: what the loss sees, what is learned and refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.sets import TrainingSet, make_set, write_recipe
from xl_vqa.datasets.manifest import read_manifest
from xl_vqa.training.attributes import TaughtAttribute, question_for
from xl_vqa.training.errors import RecipeError
from xl_vqa.training.examples import Collator, Example, Examples, attribute_prompt
from xl_vqa.training.fine_tune import fine_tune
from xl_vqa.training.frame_cache import FrameCache
from xl_vqa.training.recipe import load_recipe
from xl_vqa.training.recipe_check import check_recipe
from xl_vqa.training.schemes import scheme
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rater import RatedAttributes
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec

CPU = torch.device("cpu")
ENDING = "Answer with an integer from 10 (bad) to 50 (excellent)."


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    """Two qualities beside the overall one: noise falls with the MOS, Aesthetic is of half of the videos."""
    made = make_set(
        tmp_path_factory.mktemp("set"), videos=6, split=("train", "val", "train", "train", "test", "train")
    )
    rows = list(read_manifest(made.manifest))
    for name, members in (("noise", rows), ("Aesthetic", rows[::2])):
        lines = ["video,mos,label,split"]
        for row in members:
            assert row.mos is not None
            mos = round(6 - row.mos if name == "noise" else 1.5 + row.mos / 2, 4)
            lines.append(f"{Path(row.video).name},{mos},{Scale().to_label(mos)},{row.split}")
        (made.folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


TAUGHT = {"noise": "noise.csv", "Aesthetic": "Aesthetic.csv"}


def test_the_loss_sees_two_digits_of_each_question(data: TrainingSet) -> None:
    backbone = load_backbone(data.model, device=CPU, dtype="float32")
    spec = ModelSpec.load(data.model)
    assert spec is not None
    integer = scheme("integer")
    clip = FrameCache(data.folder / "cache", spec).get(str(data.folder / "0.mp4"))
    own = attribute_prompt(backbone, spec, question_for("Aesthetic", Scale(), ENDING))
    examples = [
        Example(clip, integer.target(backbone.tokens, 3.7), 3.7),
        Example(clip, integer.target(backbone.tokens, 1.2), 1.2, own),
    ]
    collator = Collator.of(backbone, spec)
    made = Examples(examples, collator.prompt)
    assert made.lengths == [len(p.before) + clip.tokens + len(p.after) for p in (collator.prompt, own)]
    batch = collator([{"example": one} for one in examples])
    for row, text in enumerate(("37", "12")):
        digits = [backbone.tokens.digits[int(digit)] for digit in text]
        assert [int(token) for token in batch["labels"][row] if token != IGNORE] == digits
    ids = batch["input_ids"].tolist()
    asked = backbone.tokens.plain("called Aesthetic")
    assert _holds(ids[1], asked)
    assert not _holds(ids[0], asked)


def _holds(tokens: list[int], part: list[int]) -> bool:
    return any(tokens[k : k + len(part)] == part for k in range(len(tokens)))


def test_one_adapter_is_taught_all_and_says_so(data: TrainingSet) -> None:
    recipe = load_recipe(write_recipe(data, attributes=TAUGHT, epochs=8, batch_size=4, learning_rate=1e-2))
    found = fine_tune(recipe)
    figures = found.metrics["attributes"]
    assert figures["noise"]["videos"]["train"] > figures["Aesthetic"]["videos"]["train"] > 0
    assert figures["noise"]["val"]["rmse"] >= 0
    assert "| val | noise: expectation |" in (found.folder / "README.md").read_text(encoding="utf-8")

    rows = read_manifest(data.folder / "noise.csv").part("train")
    before = load_rater(str(data.model), device="cpu")
    after = load_rater(str(data.model), str(found.folder), device="cpu")
    told = {one.name: one for one in after.spec.questions}
    assert {name: one.source for name, one in told.items()} == {"noise": "taught", "Aesthetic": "taught"}
    # the same question put to the model before: what the run has taught is the difference
    asked = told["noise"].question
    before._spec = replace(before.spec, prompt=replace(before.spec.prompt, question=asked))  # type: ignore[attr-defined]
    errors = {"before": 0.0, "after": 0.0}
    for row in rows:
        assert row.mos is not None
        assert row.label is not None
        clip = read_frames(row.video, after.spec.sampling)
        (rated,) = after.rate_attributes([(after.prepare(clip), None)])
        assert isinstance(rated, RatedAttributes)
        (plain,) = before.rate([(before.prepare(clip), None)])
        for name, one in (("before", plain), ("after", rated.attributes["noise"])):
            errors[name] += -_log(one.probabilities[row.label - 10])  # type: ignore[union-attr]
    assert errors["after"] < 0.85 * errors["before"]


def _log(probability: float) -> float:
    return float(torch.tensor(max(probability, 1e-9)).log())


def test_what_is_wrong_is_said_with_its_name(data: TrainingSet) -> None:
    (data.folder / "flat.csv").write_text("video,mos,label,split\n0.mp4,3,30,train\n1.mp4,3,30,train\n")
    wrong = {"Technical": "none.csv", "flat": "flat.csv"}
    with pytest.raises(RecipeError) as raised:
        check_recipe(load_recipe(write_recipe(data, attributes=wrong, output="other")))
    said = raised.value.message("en")
    assert "attributes.Technical" in said
    assert "attributes.flat" in said
    with pytest.raises(RecipeError, match=r"attributes\.noise"):
        load_recipe(write_recipe(data, attributes={"noise": 3}))


def test_a_video_of_another_part_is_not_taught(data: TrainingSet) -> None:
    overall = read_manifest(data.manifest)
    lines = [
        "video,mos,label,split",
        *(f"{Path(row.video).name},3,30,train" for row in overall),
        "more.mp4,3,30,train",
    ]
    path = data.folder / "leaky.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    taught = TaughtAttribute(question_for("x", Scale(), ENDING), read_manifest(path)).part("train", overall)
    expected = {row.video for row in overall.part("train")}
    assert {row.video for row in taught} == expected | {str(data.folder / "more.mp4")}


def test_questions_of_known_and_of_other_names() -> None:
    known = question_for("Motion smoothness", Scale(), ENDING)
    assert (known.name, known.needs_motion, known.taught) == ("motion_smoothness", True, True)
    assert known.question.endswith(ENDING)
    own = question_for(" 自然さ ", Scale(), ENDING)
    assert own.name == "自然さ"
    assert "自然さ" in own.question
    assert not own.needs_motion


def test_a_run_goes_on_only_with_the_same_attributes(data: TrainingSet) -> None:
    """Of a model that was taught other questions the spec would say nothing true."""
    plan = check_recipe(load_recipe(write_recipe(data, attributes=TAUGHT, output="third")))
    assert {one.name for one in plan.spec.attributes} == {"noise", "Aesthetic"}
    assert len(plan.part("train")) > len(plan.manifest.part("train"))
    with pytest.raises(ModelIncompatibleError):
        replace(plan.spec, attributes=(plan.spec.attributes[0],) * 2)
