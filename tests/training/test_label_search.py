"""A label coding is changed only where validation shows more than noise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.test_scheme_comparison import SEEDS, make_run
from tests.training.test_compare import TASKS, Letters
from xl_vqa.evaluation.runs import Run
from xl_vqa.evaluation.scheme_comparison import compare_runs
from xl_vqa.training.errors import ComparisonFailedError, ComparisonSpecError
from xl_vqa.training.label_search import (
    CANDIDATES,
    DECODING,
    DEFAULT,
    Search,
    choose,
    parse_candidates,
    search_spec,
)
from xl_vqa.words.errors import ScaleError

FINE = "integer@100-500/3"
COARSE = "integer@10-50/1"


def searched(noise: dict[str, float], *, shift: int = 0) -> Search:
    runs = [
        make_run(name, seed, noise=spread, n=40, contents=40, shift=shift + k)
        for k, (name, spread) in enumerate(noise.items())
        for seed in SEEDS
    ]
    found = compare_runs(runs, split="test", reference=(DEFAULT, DECODING), resamples=500)
    return choose(found)


def test_a_clearly_better_candidate_is_chosen() -> None:
    found = searched({DEFAULT: 1.0, FINE: 0.1, COARSE: 1.0})
    assert (found.chosen, found.reason) == (FINE, "beyond_noise")
    assert found.recipe_lines() == "scale: {label_min: 100, label_max: 500}\ndigits: 3"
    assert found.minutes == pytest.approx(9.0)
    assert [one.minutes for one in found.candidates] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("shift", range(5))
def test_noise_changes_nothing(shift: int) -> None:
    found = searched({DEFAULT: 0.8, FINE: 0.8, COARSE: 0.8}, shift=10 * shift)
    assert (found.chosen, found.reason) == (DEFAULT, "within_noise")
    assert found.noise is not None
    assert 0.02 < found.noise < 1
    assert found.recipe_lines().startswith("scale: {label_min: 10, label_max: 50}\ndigits: 2")


def test_the_worse_are_never_chosen_and_the_default_alone_stays() -> None:
    assert searched({DEFAULT: 0.1, COARSE: 1.0}).chosen == DEFAULT
    alone = searched({DEFAULT: 0.5})
    assert (alone.chosen, alone.reason, alone.noise) == (DEFAULT, "alone", None)


def test_a_failed_default_leaves_nothing_to_compare_with() -> None:
    runs = [Run(DEFAULT, 1, "f", error="no memory"), make_run(FINE, 1, n=40)]
    with pytest.raises(ComparisonFailedError, match="no memory"):
        choose(compare_runs(runs, reference=(DEFAULT, DECODING), resamples=200))


def test_candidates_are_read_and_the_default_is_always_among_them() -> None:
    assert parse_candidates(["100-500/2", "10-50", "integer@10-50/1"]) == (DEFAULT, "integer@100-500/2", COARSE)
    assert DEFAULT in CANDIDATES
    for text in ("50-10", "ten-fifty", "10-50/0", "10-50/5"):
        with pytest.raises(ScaleError):
            parse_candidates([text])


def test_the_search_looks_at_validation_only(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("model: starter\nmanifest: old.csv\noutput: o\n")
    manifest = tmp_path / "m.csv"
    manifest.write_text("video,mos,label,split\n")
    spec = search_spec(manifest, recipe, None, [1, 2])
    assert (spec.split, spec.reference, spec.seeds) == ("validation", (DEFAULT, DECODING), (1, 2))
    assert spec.overrides["manifest"] == str(manifest)
    assert spec.schemes == CANDIDATES
    with pytest.raises(ComparisonSpecError):
        search_spec(tmp_path / "none.csv", recipe, None, [1])
    with pytest.raises(ComparisonSpecError):
        search_spec(manifest, recipe, None, ["x"])


def test_the_search_of_a_task_that_is_given(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("letters: ab\nschemes: [integer, levels]\n")
    spec = search_spec(path, None, [DEFAULT, FINE], [1], TASKS)
    assert spec.task == Letters("ab")
    assert spec.schemes == (DEFAULT, FINE)
