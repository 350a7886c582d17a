"""What a comparison is asked to run, and what becomes of its runs."""

from __future__ import annotations

import functools
import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.test_scheme_comparison import make_run
from xl_vqa.evaluation.runs import Run
from xl_vqa.training.compare import OUTSIDE, CompareSpec, compare, compare_finished, jobs_of, load_spec
from xl_vqa.training.errors import ComparisonFailedError, ComparisonSpecError, ComparisonTaskError
from xl_vqa.training.jobs import Job, OnShare, Train
from xl_vqa.training.schemes import SCHEMES
from xl_vqa.words.model_spec import ModelSpec


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
    assert (spec.schemes, spec.seeds) == (tuple(SCHEMES), (1, 2, 3))


@dataclass(frozen=True)
class Letters:
    """A task of the caller's."""

    letters: str

    def prepare(self, path: Path, decodings: Sequence[str]) -> tuple[str, Train]:
        if not self.letters:
            raise ComparisonSpecError(path=str(path), problem="no letters")
        return self.letters, functools.partial(learned, decodings)


def learned(decodings: Sequence[str], job: Job, on_share: OnShare) -> Run:
    on_share(1.0)
    return make_run(job.scheme, job.seed, n=30)


def read_letters(values: Any, path: Path, problems: list[str]) -> Letters | None:
    if isinstance(values, str):
        return Letters(values)
    problems.append(f"letters: {values}")
    return None


TASKS = {"letters": read_letters}


def test_a_task_that_is_given_stands_in_the_recipes_place(tmp_path: Path) -> None:
    path = written(tmp_path / "s.yaml", "letters: abc\nschemes: [integer, levels]\nseeds: [1, 2]\n")
    spec = load_spec(path, tasks=TASKS)
    assert (spec.task, spec.recipe) == (Letters("abc"), None)
    jobs, train = jobs_of(spec, tmp_path)
    assert [job.name for job in jobs] == ["integer-seed1", "levels-seed1", "integer-seed2", "levels-seed2"]
    assert {job.fingerprint for job in jobs} == {"abc|expectation,median,greedy"}
    assert train(jobs[1], lambda share: None).scheme == "levels"
    found = compare(spec, tmp_path / "out", isolated=False)
    assert len(found.runs) == 4
    with pytest.raises(ComparisonSpecError, match="no letters"):
        jobs_of(load_spec(written(path, "letters: ''\n"), tasks=TASKS), tmp_path)


def test_a_task_that_is_not_given_is_no_key_and_one_outside_is_named(tmp_path: Path) -> None:
    with pytest.raises(ComparisonSpecError, match="letters is not known"):
        load_spec(written(tmp_path / "s.yaml", "recipe: s.yaml\nletters: abc\n"))
    for name in OUTSIDE:
        path = written(tmp_path / "t.yaml", f"{name}:\n")
        for language, words in (("en", "repository"), ("ja", "リポジトリ")):
            with pytest.raises(ComparisonTaskError) as caught:
                load_spec(path)
            said = caught.value.message(language)
            assert words in said
            assert f"python -m {name}" in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("schemes: [", ["line 1"]),
        ("- a\n", ["it must hold lines such as"]),
        ("recipe: no.yaml\nseed: 3\n", ["seed is not known", "no.yaml"]),
        (
            "recipe: s.yaml\nschemes: [integer, roman]\nseeds: []\n",
            [
                f"schemes must be one or more of {', '.join(SCHEMES)}, each once, not roman",
                "seeds must be whole numbers, each once, not -",
            ],
        ),
        (
            "recipe: s.yaml\nseeds: [1, x]\ndecodings: mode\n",
            ["each once, not x", "greedy, each once, not mode"],
        ),
        ("recipe: s.yaml\nseeds: [1, 1]\n", ["seeds must be whole numbers, each once, not 1, 1"]),
        (
            "recipe: s.yaml\nseeds: [true]\nresamples: 3\noverrides: 4\n",
            ["not True", "resamples must be 200 or more, not 3", "overrides must hold names and values, not 4"],
        ),
        ("recipe: s.yaml\nletters: a\n", ["only one of these may be named: recipe, letters"]),
        ("letters: 3\nseeds: [x]\n", ["letters: 3", "each once, not x"]),
        ("recipe: s.yaml\nreference: integer\n", ["reference must be [scheme, decoding], not 'integer'"]),
    ],
)
def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path, text: str, named: list[str]) -> None:
    with pytest.raises(ComparisonSpecError) as caught:
        load_spec(written(tmp_path / "s.yaml", text), tasks=TASKS)
    for words in named:
        assert words in str(caught.value)
    # whole in the reader's language, but for what a library or an outside task says
    assert "must be" not in caught.value.message("ja")


def test_no_file_and_no_clips(tmp_path: Path) -> None:
    with pytest.raises(ComparisonSpecError, match="there is no such file"):
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


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_model_that_has_learned_a_scheme_gives_it_a_head_start_and_that_is_said(
    tmp_path: Path, language: str
) -> None:
    from xl_vqa.evaluation.scheme_report import scheme_report_html
    from xl_vqa.evaluation.scheme_texts import notice_words

    runs = [make_run(scheme, seed) for scheme in ("integer", "levels") for seed in (1, 2)]
    tuned, plain = tmp_path / "tuned", tmp_path / "plain"
    for folder, fine_tuned in ((tuned, True), (plain, False)):
        folder.mkdir()
        replace(ModelSpec.default_qwen(), name="ours", fine_tuned=fine_tuned).save(folder)
    written(tuned / "recipe.yaml", "model: x/y\nmanifest: m.csv\noutput: o\nscheme: levels\n")
    said = {}
    for model in ("starter", str(tuned), str(plain), "Qwen/Qwen2.5-VL-3B-Instruct"):
        recipe = written(tmp_path / "recipe.yaml", f"model: {model}\nmanifest: m.csv\noutput: o\n")
        found = compare_finished(CompareSpec(recipe, recipe=recipe, resamples=200), runs, tmp_path)
        notices = [one for one in found.notices if one.code == "unequal_start"]
        said[model] = "".join(notice_words(one, language) for one in notices)
        if said[model]:
            assert html.escape(said[model]) in scheme_report_html(found, language)
    assert not said[str(plain)]
    assert not said["Qwen/Qwen2.5-VL-3B-Instruct"]
    assert ("starter" in said["starter"], "ours" in said[str(tuned)]) == (True, True)
    assert {"en": "integer", "ja": "整数"}[language] in said["starter"]
    assert {"en": "levels", "ja": "5 段階"}[language] in said[str(tuned)]
    alone = CompareSpec(recipe, recipe=written(tmp_path / "s.yaml", "model: starter\nmanifest: m\noutput: o\n"))
    assert "unequal_start" not in [one.code for one in compare_finished(alone, runs[:2], tmp_path).notices]
