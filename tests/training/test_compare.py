"""What a comparison is asked to run, and what becomes of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.test_scheme_comparison import make_run
from xl_vqa.errors import ComparisonFailedError, ComparisonSpecError
from xl_vqa.evaluation.runs import Run
from xl_vqa.training.compare import CompareSpec, compare_finished, jobs_of, load_spec
from xl_vqa.training.starter_task import StarterTask


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_specification_is_read_and_options_win(tmp_path: Path) -> None:
    written(tmp_path / "recipe.yaml", "model: starter\nmanifest: m.csv\noutput: o\n")
    path = written(
        tmp_path / "spec.yaml",
        "recipe: recipe.yaml\noverrides: {epochs: 2}\nschemes: [levels, integer]\nseeds: [4, 5]\nsplit: val\n",
    )
    spec = load_spec(path, seeds=[7], decodings=None)
    assert spec.recipe == tmp_path / "recipe.yaml"
    assert spec.overrides == {"epochs": 2}
    assert (spec.schemes, spec.seeds, spec.split) == (("levels", "integer"), (7,), "val")
    assert spec.decodings == ("expectation", "median", "greedy")


def test_a_recipe_alone_will_do(tmp_path: Path) -> None:
    path = written(tmp_path / "レシピ.yaml", "model: starter\nmanifest: m.csv\noutput: o\n")
    spec = load_spec(path)
    assert spec.recipe == path
    assert (spec.schemes, spec.seeds) == (("integer", "decimal", "levels"), (1, 2, 3))


def test_the_starters_task(tmp_path: Path) -> None:
    path = written(tmp_path / "s.yaml", "starter: {work: w, contents: [3, 2, 1], epochs: 4}\n")
    assert load_spec(path).starter == StarterTask(str(tmp_path / "w"), (3, 2, 1), epochs=4)
    assert load_spec(written(path, "starter:\n")).starter is not None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("schemes: [", ["expected"]),
        ("- a\n", ["key: value"]),
        ("recipe: no.yaml\nseed: 3\n", ["seed: ?", "no.yaml"]),
        (
            "recipe: s.yaml\nschemes: [integer, roman]\nseeds: []\n",
            ["roman (integer, decimal, levels)", "seeds: -"],
        ),
        ("recipe: s.yaml\nseeds: [1, x]\ndecodings: mode\n", ["seeds: x", "decodings: mode"]),
        ("recipe: s.yaml\nseeds: [1, 1]\n", ["seeds: 1, 1"]),
        (
            "recipe: s.yaml\nseeds: [true]\nresamples: 3\noverrides: 4\n",
            ["seeds: True", "resamples: 3", "overrides"],
        ),
        ("recipe: s.yaml\nstarter: {}\n", ["recipe + starter"]),
        ("starter: {work: w, size: 3}\n", ["starter: size"]),
        ("starter: {contents: [1, 2]}\n", ["starter.contents"]),
        ("starter: {epochs: 0}\n", ["starter.epochs: 0"]),
        ("recipe: s.yaml\nreference: integer\n", ["reference: integer"]),
    ],
)
def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path, text: str, named: list[str]) -> None:
    with pytest.raises(ComparisonSpecError) as caught:
        load_spec(written(tmp_path / "s.yaml", text))
    for words in named:
        assert words in str(caught.value)


def test_no_file_and_no_clips(tmp_path: Path) -> None:
    with pytest.raises(ComparisonSpecError, match="No such file"):
        load_spec(tmp_path / "none.yaml")


def test_jobs_go_seed_by_seed_and_depend_on_recipe_and_data(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("video,mos,label,split\na.mp4,3.0,30,train\n", encoding="utf-8")
    recipe = written(tmp_path / "r.yaml", "model: starter\nmanifest: m.csv\noutput: o\n")
    spec = CompareSpec(recipe, recipe=recipe, schemes=("integer", "levels"), seeds=(1, 2))
    jobs, _ = jobs_of(spec, tmp_path)
    assert [job.name for job in jobs] == ["integer-seed1", "levels-seed1", "integer-seed2", "levels-seed2"]
    assert jobs_of(spec, tmp_path)[0] == jobs
    manifest.write_text("video,mos,label,split\na.mp4,3.1,31,train\n", encoding="utf-8")
    assert jobs_of(spec, tmp_path)[0][0].fingerprint != jobs[0].fingerprint
    other = CompareSpec(recipe, recipe=recipe, overrides={"epochs": 9})
    assert jobs_of(other, tmp_path)[0][0].fingerprint != jobs_of(spec, tmp_path)[0][0].fingerprint


def test_all_failed_is_an_error_and_some_failed_is_a_result(tmp_path: Path) -> None:
    spec = CompareSpec(tmp_path / "s.yaml", resamples=200)
    failed = Run("levels", 1, "f", error="out of memory")
    with pytest.raises(ComparisonFailedError, match="out of memory"):
        compare_finished(spec, [failed, failed], tmp_path)
    runs = [make_run("levels", 2, n=30), make_run("integer", 2, n=30), failed, make_run("integer", 1, n=30)]
    found = compare_finished(spec, runs, tmp_path)
    # in the order of the specification, whatever the order of the work was
    assert [run.name for run in found.runs] == [
        "integer, seed 1",
        "integer, seed 2",
        "levels, seed 1",
        "levels, seed 2",
    ]
    assert found.failed == (failed,)
