"""The model folder's own description: round trip, and a clear word for a broken one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec, Pixels, Prompt, Sampling, starter_folder


def test_round_trip_through_a_folder(tmp_path: Path) -> None:
    spec = ModelSpec(
        name="mine",
        scale=Scale(0, 100, 0, 100, "floor"),
        prompt=Prompt(system=None, question="品質は?", question_with_text="{text}: 品質は?"),
        sampling=Sampling(8),
        pixels=Pixels(784, 100_352, 8 * 100_352),
        fine_tuned=True,
    )
    spec.save(tmp_path)
    assert ModelSpec.load(tmp_path) == spec
    assert [p.name for p in tmp_path.iterdir()] == ["xl_vqa.json"]


@pytest.mark.parametrize("fine_tuned", [True, False])
@pytest.mark.parametrize("reads_text", [True, False])
def test_whether_it_reads_texts_survives(tmp_path: Path, fine_tuned: bool, reads_text: bool) -> None:
    spec = ModelSpec(fine_tuned=fine_tuned, reads_text=reads_text)
    spec.save(tmp_path)
    assert ModelSpec.load(tmp_path) == spec


@pytest.mark.parametrize("fine_tuned", [True, False])
def test_a_folder_that_does_not_say_was_taught_without_texts_if_at_all(tmp_path: Path, fine_tuned: bool) -> None:
    ModelSpec(fine_tuned=fine_tuned, reads_text=not fine_tuned).save(tmp_path)
    assert "reads_text" not in json.loads((tmp_path / "xl_vqa.json").read_text())
    loaded = ModelSpec.load(tmp_path)
    assert loaded is not None
    assert loaded.reads_text is not fine_tuned


def test_the_models_that_are_known() -> None:
    assert ModelSpec.default_qwen().reads_text
    starter = ModelSpec.load(starter_folder())
    assert starter is not None
    assert not starter.reads_text


def test_a_folder_without_one_gives_nothing(tmp_path: Path) -> None:
    assert ModelSpec.load(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"sampling": {"frames": 7}},
        {"sampling": {"fps": -2}},
        {"sampling": {"stride": 2}},
        {"pixels": {"min_pixels": 10, "max_pixels": 5, "total_pixels": 5}},
        {"head": "words"},
        {"prompt": {"question_with_text": "no placeholder"}},
        {"scale": {"label_min": 60}},
        {"normalization": {}},
        {"unknown": 1},
    ],
)
def test_a_broken_description_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    values = {**ModelSpec.default_qwen().to_dict(), **change}
    (tmp_path / "xl_vqa.json").write_text(json.dumps(values))
    with pytest.raises(ModelIncompatibleError) as caught:
        ModelSpec.load(tmp_path)
    # whoever has ten of a name looks for the folder
    assert caught.value.params["model"] == str(tmp_path)


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "null"])
def test_text_that_is_no_json_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "xl_vqa.json").write_text(text)
    with pytest.raises(ModelIncompatibleError, match=r"xl_vqa\.json"):
        ModelSpec.load(tmp_path)


def test_a_plain_model_does_not_mention_what_only_the_starter_has() -> None:
    plain = ModelSpec().to_dict()
    assert "window" not in plain["sampling"]
    assert "canvas" not in plain["pixels"]
    canvas = ModelSpec(sampling=Sampling(8, window=16), pixels=Pixels(canvas=True))
    assert ModelSpec.from_dict(canvas.to_dict()) == canvas
    assert ModelSpec.from_dict(plain) == ModelSpec()


@pytest.mark.parametrize(
    ("window", "canvas", "problem"), [(16, False, "go together"), (0, True, "go together"), (3, True, "even")]
)
def test_windows_and_canvas_go_together(window: int, canvas: bool, problem: str) -> None:
    with pytest.raises(ModelIncompatibleError, match=problem):
        ModelSpec(sampling=Sampling(8, window=window), pixels=Pixels(canvas=canvas))
