"""The starter as it is served against the same weights in transformers' Qwen2.5-VL."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.starter.made_clips import canvas_of
from xl_vqa.vlm.answers import Stem, label_tree
from xl_vqa.vlm.backbone import Backbone, load_backbone, load_serving
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import asked, build_prompt
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.starter_network import StarterNetwork
from xl_vqa.vlm.starter_tower import CLIP_FEATURES, PAIR_FEATURES
from xl_vqa.vlm.vlm_rater import video_states
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import ModelSpec, demo_clips_folder, starter_folder

CPU = torch.device("cpu")
SPEC = ModelSpec.load(starter_folder())
assert SPEC is not None


@pytest.fixture(scope="module")
def served() -> Backbone:
    return load_serving(starter_folder(), device=CPU, dtype="float32")


@pytest.fixture(scope="module")
def oracle() -> Backbone:
    return load_backbone(starter_folder(), device=CPU, dtype="float32")


def stem_of(backbone: Backbone, videos: list[Any]) -> tuple[Stem, list[VideoInput]]:
    prompt = build_prompt(backbone.tokens, SPEC.prompt)
    rows = [VideoInput(prompt, video, 0.5) for video in videos]
    inputs = model_inputs(
        rows,
        normalization=SPEC.normalization,
        tokens_per_second=backbone.tokens_per_second,
        pad_id=backbone.pad_id,
        dtype=backbone.pixel_dtype,
    )
    with torch.inference_mode():
        return Stem.read(backbone.model, inputs), rows


def scores(backbone: Backbone, videos: list[Any]) -> torch.Tensor:
    """Log-probabilities [rows, nodes, digits] of the labels."""
    digits = backbone.tokens.digits
    with torch.inference_mode():
        return torch.tensor(stem_of(backbone, videos)[0].answers(label_tree(SPEC.scale, digits), digits))


def test_it_is_served_without_transformers(served: Backbone) -> None:
    assert isinstance(served.model, StarterNetwork)
    clip = demo_clips_folder() / "rabbit_clean.mp4"
    code = f"""
import sys
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.loader import load_rater
rater = load_rater("starter")
rater.rate([(rater.prepare(read_frames({str(clip)!r}, rater.spec.sampling)), None)])
print([m for m in ("transformers", "peft", "pandas", "sympy", "torch._dynamo") if m in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_is_known_of_it_is_the_same(served: Backbone, oracle: Backbone) -> None:
    facts = ("tokens_per_second", "parameters", "pad_id", "device", "dtype")
    assert [getattr(served, name) for name in facts] == [getattr(oracle, name) for name in facts]
    assert served.tokens.digits == oracle.tokens.digits
    assert build_prompt(served.tokens, SPEC.prompt, "a fox") == build_prompt(oracle.tokens, SPEC.prompt, "a fox")


@pytest.mark.parametrize("count", [1, 3])
def test_labels_are_those_of_transformers(served: Backbone, oracle: Backbone, count: int) -> None:
    """Alone, and in a batch of videos of other sizes, which are padded."""
    sizes = ((168, 112, 4), (140, 84, 6), (84, 168, 4))[:count]
    videos = [canvas_of(seed, *size) for seed, size in enumerate(sizes)]
    assert torch.allclose(scores(served, videos), scores(oracle, videos), atol=1e-4)


def test_a_starter_of_before_has_no_opinion_and_is_rated_as_ever(tmp_path: Path) -> None:
    """What users have trained from it: pairs and clip are told to every token, and nothing else is."""
    config = json.loads((starter_folder() / "config.json").read_text())
    assert config.pop("first_opinion")
    shutil.copytree(starter_folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "config.json").write_text(json.dumps(config))
    torch.manual_seed(4)
    state = {k: v for k, v in load_file(tmp_path / "model.safetensors").items() if ".opinion." not in k}
    for name, size in (("pairs", PAIR_FEATURES), ("clip", CLIP_FEATURES)):
        state[f"model.visual.from_{name}.weight"] = torch.randn(config["text_config"]["hidden_size"], size) / 50
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    before, oracle = (way(tmp_path, device=CPU, dtype="float32") for way in (load_serving, load_backbone))
    videos = [canvas_of(3)]
    assert torch.allclose(scores(before, videos), scores(oracle, videos), atol=1e-4)
    tower: Any = before.model
    assert tower.model["visual"].opinion is None


def test_a_batch_moves_nothing(served: Backbone) -> None:
    videos = [canvas_of(1), canvas_of(2, 140, 84, 6)]
    alone = torch.cat([scores(served, [video]) for video in videos])
    assert torch.allclose(scores(served, videos), alone, atol=1e-4)


@pytest.mark.parametrize("weighted", [False, True])
def test_questions_behind_the_video_are_those_of_transformers(
    served: Backbone, oracle: Backbone, weighted: bool
) -> None:
    """With weights of their own and without; one of them in the words of the overall question."""
    videos = [canvas_of(1), canvas_of(2, 140, 84, 6)]
    texts = ("How sharp?", "How much noise, 10 to 50?", SPEC.prompt.question)
    torch.manual_seed(0)
    made = QuestionWeights.fresh(oracle.model, len(texts), 2)
    assert QuestionWeights.fresh(served.model, len(texts), 2).pairs.keys() == made.pairs.keys()
    weights = QuestionWeights(
        {name: (down.detach(), torch.randn_like(up) / 20) for name, (down, up) in made.pairs.items()}, len(texts)
    )
    found, states = [], []
    for backbone in (served, oracle):
        digits = backbone.tokens.digits
        stem, rows = stem_of(backbone, videos)
        questions = [asked(backbone.tokens, text) for text in texts]
        shared = [row.prompt.shared(row.patches.tokens) for row in rows]
        with torch.inference_mode():
            tree = label_tree(SPEC.scale, digits)
            first = stem.answers(tree, digits)
            grown = stem.branches(questions, shared, tree, digits, weights if weighted else None)
            short = stem.branches(
                [questions[2][-1:]], [one + len(questions[2]) - 1 for one in shared], tree, digits
            )
        found.append((first, grown, short))
        states.append(torch.from_numpy(video_states(stem, rows)))
    for one, other in zip(*found, strict=True):
        assert torch.allclose(torch.tensor(one), torch.tensor(other), atol=1e-3 if weighted else 1e-4)
    assert torch.allclose(*states, atol=1e-4)
    # weights that changed nothing would pass, too
    plain = torch.tensor(found[0][2])[:, 0]
    assert torch.allclose(torch.tensor(found[0][1])[:, 2], plain, atol=1e-3) != weighted


def copy_of_starter(folder: Path, **changes: Any) -> Path:
    shutil.copytree(starter_folder(), folder, ignore=shutil.ignore_patterns("*.svg", "*.md"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    return folder


def test_a_lost_weight_is_named(tmp_path: Path) -> None:
    folder = copy_of_starter(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["model.language_model.norm.weight"]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(ModelIncompatibleError, match=r"language_model\.norm\.weight"):
        load_serving(folder, device=CPU, dtype="float32")


def test_a_starter_of_another_shape_is_left_to_transformers(tmp_path: Path) -> None:
    text = json.loads((starter_folder() / "config.json").read_text())["text_config"]
    folder = copy_of_starter(tmp_path / "model", text_config=text | {"hidden_act": "gelu"})
    assert not isinstance(load_serving(folder, device=CPU, dtype="float32").model, StarterNetwork)
