"""A comparison's run by a recipe: the real starter, the demo's clips, one short epoch."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from xl_vqa.datasets.manifest import ManifestRow, read_manifest, write_manifest
from xl_vqa.evaluation.runs import Run
from xl_vqa.training import recipe_comparison
from xl_vqa.training.compare import jobs_of, load_spec
from xl_vqa.training.jobs import run_all
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import demo_clips_folder

RECIPE = """
model: starter
manifest: m.csv
output: out
method: full
epochs: 1
batch_size: 2
frames: 2
max_pixels: 50176
cache: frames
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    scale, rows = Scale(), []
    splits = ("train", "train", "val", "test")
    for k, path in enumerate(sorted(demo_clips_folder().glob("*.mp4"))[:8]):
        mos = 1.5 + 0.4 * k
        label = scale.to_label(mos)
        rows.append(
            ManifestRow(str(path.resolve()), mos, None, None, label, splits[k % 4], path.stem.split("_")[0])
        )
    write_manifest(tmp_path / "m.csv", rows)
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    return path


@pytest.mark.slow
def test_a_recipe_is_trained_read_and_kept(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recipe.parent / "out"
    spec = load_spec(recipe, schemes=["integer"], seeds=[1])
    spec = dataclasses.replace(spec, schemes=("integer@100-500/2",))
    jobs, train = jobs_of(spec, folder)
    shares: list[float] = []
    (run,) = run_all(jobs, folder / "runs", train, on_state=lambda s: shares.append(s.share), isolated=False)
    assert run.error is None, run.error
    assert shares[:-1] == sorted(shares[:-1])
    assert [row.split for row in run.rows] == ["validation"] * 2 + ["test"] * 2
    for row in run.rows:
        assert set(row.predictions) == {"expectation", "median", "greedy"}
        assert all(1 <= value <= 5 for value in row.predictions.values())
        # two digits of three: the coded MOS is within one masked digit of the true one
        assert abs(run.coded[row.video] - row.mos) <= 0.05
    assert run.facts["train_videos"] == 4
    (model,) = (folder / "models").iterdir()
    assert json.loads((model / "scheme.json").read_text())["label_max"] == 500
    # the labels were made anew for this range; the user's manifest is as it was
    assert {row.label for row in read_manifest(folder / "manifests" / "100-500.csv")} > {150, 190}
    assert max(row.label or 0 for row in read_manifest(recipe.parent / "m.csv")) <= 50

    def untrained(*arguments: object, **options: object) -> None:
        raise AssertionError("the model is there already")

    # killed between the training and the result: the model is read, not made again
    (folder / "runs" / "integer_100-500_2-seed1.json").unlink()
    monkeypatch.setattr("xl_vqa.training.fine_tune.fine_tune", untrained)
    (again,) = run_all(jobs, folder / "runs", train, isolated=False)
    assert again.rows == run.rows


def test_the_fingerprint_is_of_what_matters(recipe: Path) -> None:
    before = recipe_comparison.fingerprint(recipe, {})
    assert recipe_comparison.fingerprint(recipe, {"seed": 9, "workers": 4, "output": "elsewhere"}) == before
    assert recipe_comparison.fingerprint(recipe, {"learning_rate": 1e-5}) != before
    assert recipe_comparison.scale_of(recipe, {"scale": {"label_max": 90}}).label_max == 90


def test_a_run_says_what_failed(recipe: Path) -> None:
    spec = load_spec(recipe, schemes=["levels"], seeds=[1])
    (recipe.parent / "m.csv").write_text("video,mos,label,split\nnone.mp4,3.0,30,train\nno.mp4,4.0,40,val\n")
    jobs, train = jobs_of(spec, recipe.parent / "out")
    (run,) = run_all(jobs, recipe.parent / "out" / "runs", train, isolated=False, language="ja")
    assert isinstance(run, Run)
    assert run.error is not None
    assert "none.mp4" in run.error
