"""A recipe says everything that is wrong with it at once, before anything is loaded."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.training.sets import make_set, write_recipe
from xl_vqa.training.errors import RecipeError, TrainingVideosError
from xl_vqa.training.recipe import Recipe, load_recipe, recipe_from
from xl_vqa.training.recipe_check import check_plan_videos, check_recipe
from xl_vqa.words.model_spec import shipped_folder

LEAST = {"model": "starter", "manifest": "m.csv", "output": "out"}


def problems(error: RecipeError) -> list[str]:
    lines = str(error).splitlines()
    assert all(re.search("[ぁ-んァ-ヶ一-龯]", line) for line in error.message("ja").splitlines())
    return [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def test_the_least_that_must_be_said() -> None:
    recipe = recipe_from(LEAST)
    assert (recipe.scheme, recipe.digits, recipe.method) == ("integer", 2, "lora")
    assert (recipe.lora.rank, recipe.learning_rate) == (128, 3e-4)


@pytest.mark.parametrize(
    "name", ["qwen2.5-vl-3b", "qwen2.5-vl-7b", "qwen2.5-vl-3b-qlora", "qwen2.5-vl-7b-qlora", "starter"]
)
def test_the_recipes_that_ship_are_good(name: str) -> None:
    recipe = load_recipe(shipped_folder("recipes") / f"{name}.yaml")
    assert recipe.scheme == "integer"
    if name != "starter":
        assert (recipe.lora.rank, recipe.learning_rate, recipe.method) == (128, 3e-4, "lora")


def test_every_problem_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_from(
            {
                "manifest": "m.csv",
                "output": 3,
                "shceme": "integer",
                "epochs": "many",
                "batch_size": 0,
                "lora": {"rank": -1, "drop": 0.1},
                "loss": {"kind": "magic"},
                "dtype": "int8",
                "frames": 3,
                "checkpointing": "yes",
                "learning_rate": 0,
                "scale": {"mos_min": 5, "mos_max": 1},
            }
        )
    said = "\n".join(problems(caught.value))
    for part in (
        "shceme is not known; did you mean scheme?",
        "model is missing",
        "output must be a text, not 3",
        "epochs must be a whole number, not 'many'",
        "lora.drop is not known; did you mean dropout?",
        "checkpointing must be true or false",
        "batch_size must be 1 or more",
        "lora.rank must be 1 or more",
        "loss.kind must be one of",
        "dtype must be one of",
        "frames must be an even number",
        "learning_rate must be more than 0",
        "scale: mos_min (5) must be below mos_max (1)",
    ):
        assert part in said, part


def test_numbers_as_people_write_them() -> None:
    recipe = recipe_from({**LEAST, "learning_rate": "3e-4", "weight_decay": 1})
    assert (recipe.learning_rate, recipe.weight_decay) == (3e-4, 1.0)


def test_changes_from_the_command_line_reach_inside(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("model: starter\nmanifest: m.csv\noutput: out\nlora: {rank: 8}\n")
    recipe = load_recipe(file, **{"lora.alpha": 4, "loss__kind": "soft", "epochs": 2})
    assert (recipe.lora.rank, recipe.lora.alpha, recipe.loss.kind, recipe.epochs) == (8, 4, "soft", 2)
    assert recipe.resolve("m.csv") == tmp_path / "m.csv"


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "model: [", "just words"])
def test_what_is_no_recipe(tmp_path: Path, content: str) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(content)
    with pytest.raises(RecipeError) as caught:
        load_recipe(file)
    assert str(file) in caught.value.message("ja")


@pytest.mark.parametrize(
    ("name", "content", "said", "next_step"),
    [
        ("none.yaml", None, ("there is no such file", "ファイルがありません"), "none.yaml --new starter"),
        ("none", None, ("there is no such file", "ファイルがありません"), "none.yaml --new starter"),
        ("sub/none.txt", None, ("there is no such file", "ファイルがありません"), "none.yaml --new starter"),
        ("", None, ("it is a folder", "フォルダーです"), "recipe.yaml --new starter"),
        ("r.yaml", b"model: [\n", ("line 2", "2 行目"), "r.yaml --check"),
        ("r.yaml", b"a: 1\nmodel: 'x\n", ("line 3", "3 行目"), "r.yaml --check"),
        ("r.yaml", b"a: b: c\n", ("line 1", "1 行目"), "r.yaml --check"),
        ("r.yaml", b"a: \x00\n", ("characters", "文字"), "r.yaml --check"),
        ("r.yaml", "モデル".encode("cp932"), ("UTF-8", "UTF-8"), "r.yaml --check"),
    ],
)
def test_a_recipe_that_cannot_be_read_says_why_in_both_languages_and_what_to_type(
    tmp_path: Path, name: str, content: bytes | None, said: tuple[str, str], next_step: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecipeError) as caught:
        load_recipe(file)
    for language, words in zip(("en", "ja"), said, strict=True):
        message = caught.value.message(language)
        assert words in message
        assert str(file) in message
        assert next_step in message
        assert "Errno" not in message
        assert "No such file or directory" not in message


def test_a_model_folder_in_a_recipes_place_names_the_recipe_in_it(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("model: starter\n")
    with pytest.raises(RecipeError, match=r"recipe\.yaml --check"):
        load_recipe(tmp_path)


def test_every_field_says_in_the_source_what_it_is() -> None:
    source = Path(__import__("xl_vqa.training.recipe", fromlist=["x"]).__file__).read_text(encoding="utf-8")
    body = source[source.index("class Recipe:") : source.index("def __post_init__")]
    plain = {
        "lora",
        "loss",
        "epochs",
        "learning_rate",
        "weight_decay",
        "clip_gradients",
        "device",
        "seed",
        "offline",
    }
    for spec in fields(Recipe):
        after = body.split(f"\n    {spec.name}: ", 1)[1].splitlines()[1]
        assert spec.name in plain or after.strip().startswith('"""'), spec.name


def test_files_are_checked_together(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=6)
    recipe = load_recipe(write_recipe(made, model=str(tmp_path / "no model"), manifest="none.csv", output="m"))
    (tmp_path / "m").mkdir()
    with pytest.raises(RecipeError) as caught:
        check_recipe(recipe)
    said = problems(caught.value)
    assert [line.split(":")[0] for line in said] == ["model", "manifest", "output"]
    assert "is there already" in said[-1]


def test_data_that_nothing_can_be_learned_from(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8, mos=[3.0] * 8)
    (tmp_path / "0.mp4").unlink()
    with pytest.raises(RecipeError) as caught:
        check_recipe(load_recipe(write_recipe(made)))
    said = "\n".join(problems(caught.value))
    assert "have the label 30; there is nothing to learn" in said
    assert "1 of 6 videos of 'train' are not there" in said
    with pytest.raises(RecipeError, match="no row belongs to the split 'val'"):
        check_recipe(load_recipe(write_recipe(make_set(tmp_path / "b", videos=4, split=["train"] * 4))))


def test_numbered_pictures_are_there_when_they_are(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8)
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "0001.png").touch()
    manifest = made.manifest.read_text(encoding="utf-8")
    made.manifest.write_text(manifest.replace("\n0.mp4", "\nshots@24"), encoding="utf-8")
    check_recipe(load_recipe(write_recipe(made)))
    (tmp_path / "shots" / "0001.png").unlink()
    with pytest.raises(RecipeError, match="1 of 6 videos of 'train' are not there"):
        check_recipe(load_recipe(write_recipe(made)))


def test_a_manifest_of_another_scale_is_told(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8)
    with pytest.raises(RecipeError, match=r"has the label .* on the scale 1\.\.5 -> 100\.\.500"):
        check_recipe(load_recipe(write_recipe(made, scale={"label_min": 100, "label_max": 500})))


def test_a_run_that_is_there_is_neither_overwritten_nor_missed(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8)
    recipe = load_recipe(write_recipe(made))
    with pytest.raises(RecipeError, match="no unfinished run"):
        check_recipe(recipe, resume=True)
    run = check_recipe(recipe).run_folder
    run.mkdir()
    check_recipe(recipe)
    (run / "checkpoint-3").mkdir()
    with pytest.raises(RecipeError, match="--resume"):
        check_recipe(recipe)
    assert check_recipe(recipe, resume=True).spec.name == "out"


def test_another_scheme_asks_another_question(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8)
    plan = check_recipe(load_recipe(write_recipe(made, scheme="levels", name="words")))
    assert "Answer with one word: excellent, good, fair, poor, bad." in plan.spec.prompt.question
    assert "{text}" in plan.spec.prompt.question_with_text
    assert plan.spec.fine_tuned
    assert not plan.spec.reads_text
    assert plan.spec.name == "words"


def test_a_model_without_its_tokenizer_cannot_be_trained(tmp_path: Path) -> None:
    """``--check`` said that the recipe could be run, and then failed."""
    made = make_set(tmp_path, videos=8)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"):
        (made.model / name).unlink(missing_ok=True)
    with pytest.raises(RecipeError, match="its tokenizer"):
        check_recipe(load_recipe(write_recipe(made)))


def test_broken_videos_are_named_by_the_check(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=8)
    (tmp_path / "1.mp4").write_text("<!DOCTYPE html><html><body>429 Too many requests</body></html>")
    told: list[tuple[int, int]] = []
    plan = check_recipe(load_recipe(write_recipe(made)))
    with pytest.raises(TrainingVideosError) as caught:
        check_plan_videos(plan, lambda done, total: told.append((done, total)))
    assert caught.value.params["count"] == 1
    assert "1.mp4" in str(caught.value)
    assert told[-1] == (8, 8)
    check_plan_videos(check_recipe(load_recipe(write_recipe(made, unreadable="skip"))), lambda done, total: None)
