"""Real runs on a tiny Qwen2.5-VL of stock classes: what moves, what is kept, and what a kill loses (nothing)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.training.sets import TrainingSet, make_set, write_recipe
from xl_vqa.datasets.manifest import read_manifest
from xl_vqa.training.errors import (
    TrainingDataError,
    TrainingDivergedError,
    TrainingMemoryError,
    TrainingVideosError,
)
from xl_vqa.training.examples import Collator, Example, Examples
from xl_vqa.training.fine_tune import fine_tune
from xl_vqa.training.frame_cache import FrameCache
from xl_vqa.training.losses import cross_entropy
from xl_vqa.training.read_answers import read_answers
from xl_vqa.training.recipe import load_recipe
from xl_vqa.training.schemes import scheme
from xl_vqa.training.target_mask import IGNORE, digit_targets
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.loader import load_rater
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    return make_set(tmp_path_factory.mktemp("set"), videos=14)


def run(data: TrainingSet, **values: object):  # type: ignore[no-untyped-def]
    return fine_tune(load_recipe(write_recipe(data, **values)))


class TestBatch:
    def test_the_labels_of_a_batch_token_by_token(self, data: TrainingSet) -> None:
        backbone = load_backbone(data.model, device=CPU, dtype="float32")
        spec = ModelSpec.load(data.model)
        assert spec is not None
        cache = FrameCache(data.folder / "cache", spec)
        made = scheme("integer")
        collator = Collator.of(backbone, spec)
        examples = Examples(
            [
                Example(cache.get(str(data.folder / f"{k}.mp4")), made.target(backbone.tokens, mos), mos)
                for k, mos in ((0, 3.7), (1, 1.0))
            ],
            collator.prompt,
        )
        batch = collator([{"example": example} for example in examples.examples])
        digits = backbone.tokens.digits
        assert batch["labels"].tolist() == [
            [IGNORE, digits[3], digits[7], IGNORE],
            [IGNORE, digits[1], digits[0], IGNORE],
        ]
        # what the logits in front of them are asked for is the end of every row
        assert batch["input_ids"][:, -3:-1].tolist() == [[digits[3], digits[7]], [digits[1], digits[0]]]
        assert [length + 3 for length in examples.lengths] == batch["attention_mask"].sum(1).tolist()
        # the whole sequence under the target mask gives the same loss through transformers' own way
        whole = digit_targets(batch["input_ids"], [batch["input_ids"].shape[1] - 3] * 2, digits)
        assert torch.equal(whole[:, -4:], batch["labels"])
        assert (whole[:, :-4] == IGNORE).all()
        inputs = {k: v for k, v in batch.items() if k not in ("labels", "logits_to_keep")}
        with torch.no_grad():
            ours = cross_entropy(backbone.model(**inputs, logits_to_keep=4).logits, batch["labels"])
            theirs = backbone.model(**inputs, labels=whole).loss
        assert torch.allclose(ours, theirs, atol=1e-5)

    def test_a_changed_masked_digit_changes_no_gradient(self, data: TrainingSet) -> None:
        spec = ModelSpec.load(data.model)
        assert spec is not None
        made = scheme("integer", Scale(label_min=100, label_max=500), digits=2)
        gradients = []
        for mos in (3.67, 3.62):
            backbone = load_backbone(data.model, device=CPU, dtype="float32")
            backbone.model.requires_grad_(True)
            collator = Collator.of(backbone, spec)
            clip = FrameCache(data.folder / "cache", spec).get(str(data.folder / "0.mp4"))
            example = Example(clip, made.target(backbone.tokens, mos), mos)
            batch = collator([Examples([example], collator.prompt)[0]])
            labels = batch.pop("labels")
            cross_entropy(backbone.model(**batch).logits, labels).backward()
            gradients.append({n: p.grad for n, p in backbone.model.named_parameters() if p.grad is not None})
            assert example.target.ids[2] == backbone.tokens.digits[7 if mos == 3.67 else 2]
        assert gradients[0].keys() == gradients[1].keys()
        assert all(torch.equal(gradients[0][name], gradients[1][name]) for name in gradients[0])
        # and a digit that counts does change it
        assert any(value.abs().max() > 0 for value in gradients[0].values())

    def test_cached_patches_are_the_raters_own(self, data: TrainingSet) -> None:
        spec = ModelSpec.load(data.model)
        assert spec is not None
        cache = FrameCache(data.folder / "cache", spec)
        path = str(data.folder / "3.mp4")
        first, again = cache.get(path), cache.get(path)
        rater = load_rater(str(data.model), device="cpu")
        prepared = rater.prepare(read_frames(path, spec.sampling))
        assert first == again
        assert torch.equal(first.load().values, prepared.payload.patches.values)
        assert first.seconds_per_pair == prepared.payload.seconds_per_pair
        # a damaged entry is made anew
        first.path.write_bytes(b"damaged")
        assert torch.equal(cache.get(path).load().values, prepared.payload.patches.values)


EPOCHS: list[Mapping[str, Any]] = []
"""What the shared run told of its epochs."""


@pytest.fixture(scope="module")
def trained(data: TrainingSet):  # type: ignore[no-untyped-def]
    return fine_tune(load_recipe(write_recipe(data, output="trained", epochs=3)), on_epoch=EPOCHS.append)


def test_the_order_of_an_epoch_follows_from_seed_and_epoch_alone(data: TrainingSet) -> None:
    spec = ModelSpec.load(data.model)
    assert spec is not None
    backbone = load_backbone(data.model, device=CPU, dtype="float32")
    cache, made = FrameCache(data.folder / "cache", spec), scheme("integer")
    target = made.target(backbone.tokens, 3.0)
    all_of_them = [Example(cache.get(str(data.folder / f"{k}.mp4")), target, 3.0) for k in range(14)]
    prompt = Collator.of(backbone, spec).prompt

    def order(seed: int, epoch: int) -> list[str]:
        examples = Examples(all_of_them, prompt, group=4, seed=seed)
        examples.set_epoch(epoch)
        return [examples[k]["example"].clip.video for k in range(len(examples))]

    assert order(1, 2) == order(1, 2)
    assert len({tuple(order(seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}) == 4
    assert sorted(order(1, 0)) == sorted(example.clip.video for example in all_of_them)


class TestResult:
    def test_the_folder_is_whole(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        pytest.importorskip("tensorboard")
        names = {path.name for path in trained.folder.iterdir()}
        assert names >= {
            "adapter_config.json",
            "adapter_model.safetensors",
            "xl_vqa.json",
            "recipe.yaml",
            "metrics.json",
            "README.md",
            "tensorboard",
        }
        assert any("tfevents" in path.name for path in (trained.folder / "tensorboard").rglob("*"))
        assert not (data.folder / "trained.run").exists()
        spec = ModelSpec.load(trained.folder)
        assert spec is not None
        assert (spec.name, spec.fine_tuned) == ("trained", True)

    def test_every_epoch_was_told_with_its_loss_and_validation(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        history = trained.metrics["history"]
        assert [one["epoch"] for one in EPOCHS] == [record["epoch"] for record in history] == [1, 2, 3]
        assert [one["srcc"] for one in EPOCHS] == [record["srcc"] for record in history]
        assert all(one["epochs"] == 3 and one["steps"] == EPOCHS[-1]["step"] for one in EPOCHS)
        assert all(0 < one["loss"] < 20 for one in EPOCHS)
        # another mean each time, not the one of all steps so far
        assert len({one["loss"] for one in EPOCHS}) == 3

    def test_card_and_metrics_agree(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        metrics = json.loads((trained.folder / "metrics.json").read_text())
        card = (trained.folder / "README.md").read_text()
        assert metrics["data_fingerprint"] == read_manifest(data.manifest).fingerprint
        assert f"{metrics['test']['expectation']['rmse']:.3f}" in card
        assert [record["epoch"] for record in metrics["history"]] == [1, 2, 3]
        best = max(metrics["history"], key=lambda r: (r["srcc"], -r["rmse"]))
        assert metrics["best_epoch"] == best["epoch"]

    def test_the_host_s_rater_gives_the_figures_of_the_validation(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        rater = load_rater(str(data.model), adapter=str(trained.folder), device="cpu", dtype="float32")
        assert rater.spec.name == "trained"
        rows = read_manifest(data.manifest).part("val")
        prepared = [(rater.prepare(read_frames(row.video, rater.spec.sampling)), None) for row in rows]
        labels = [outcome.expectation() for outcome in rater.rate(prepared)]  # type: ignore[union-attr]
        errors = [rater.spec.scale.to_mos(label) - row.mos for label, row in zip(labels, rows, strict=True)]  # type: ignore[operator]
        rmse = (sum(e * e for e in errors) / len(errors)) ** 0.5
        assert rmse == pytest.approx(trained.metrics["val"]["expectation"]["rmse"], abs=1e-4)

    def test_training_lowers_the_loss_and_moves_the_adapter_alone(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        weights = load_file(trained.folder / "adapter_model.safetensors")
        assert all("visual" not in name for name in weights)
        assert any("lora_B" in name and value.abs().max() > 0 for name, value in weights.items())

    def test_integers_read_by_the_general_tree_are_the_digit_trees(self, trained, data: TrainingSet) -> None:  # type: ignore[no-untyped-def]
        backbone = load_backbone(data.model, device=CPU, dtype="float32")
        spec = ModelSpec.load(data.model)
        assert spec is not None
        cache = FrameCache(data.folder / "cache", spec)
        videos = [str(data.folder / f"{k}.mp4") for k in range(4)]
        read = read_answers(backbone, spec, scheme("integer"), [cache.get(video) for video in videos])
        rater = load_rater(str(data.model), device="cpu", dtype="float32")
        items = [(rater.prepare(read_frames(v, spec.sampling)), None) for v in videos]
        for one, other in zip(read, rater.rate(items), strict=True):
            assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)  # type: ignore[union-attr]
            assert one.off_mass == pytest.approx(other.off_digit_mass, abs=1e-5)  # type: ignore[union-attr]
            # the greedy label of a rating is read off the same renormalised distribution
            assert one.decode("greedy") == pytest.approx(spec.scale.to_mos(other.greedy()))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "values",
    [
        {"scheme": "levels"},
        {"scheme": "decimal", "loss": {"kind": "soft"}},
        {"loss": {"kind": "number_token"}, "vision": "tuned"},
        {"method": "full", "checkpointing": True},
        {"accumulate": 2, "frames": 2, "dtype": "bfloat16"},
    ],
    ids=lambda values: "-".join(map(str, values)),
)
def test_every_way_runs_to_the_end(data: TrainingSet, values: dict[str, object]) -> None:
    if "number_token" in str(values):
        pytest.importorskip("ntloss")
    name = "way-" + "-".join(values)
    done = run(data, output=name, epochs=1, **values)
    assert done.metrics["val"]["median"]["rmse"] >= 0
    if values.get("vision") == "tuned":
        assert any("visual" in key for key in load_file(done.folder / "adapter_model.safetensors"))
    if values.get("scheme"):
        # the host would misread words as digits, so it refuses
        with pytest.raises(ModelIncompatibleError, match="head"):
            load_rater(str(data.model), adapter=str(done.folder), device="cpu")
    if values.get("method") == "full":
        assert load_rater(str(done.folder), device="cpu").spec.name == name


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "adapter_model.safetensors")


def command(recipe: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "xl_vqa.cli.main", "train", str(recipe), *more]


@pytest.mark.slow
@pytest.mark.parametrize("save_steps", [0, 3])
def test_killed_and_resumed_gives_the_weights_of_an_uninterrupted_run(
    trained: Any, data: TrainingSet, save_steps: int
) -> None:
    """How often it saves says nothing about the weights, so one run without a stop is held against both."""
    name = f"killed-{save_steps}"
    recipe = write_recipe(data, output=name, epochs=3, save_steps=save_steps)
    kills = 0
    wanted = ["checkpoint-5"] if not save_steps else ["checkpoint-3", "checkpoint-9"]
    for checkpoint in wanted:
        more = ["--resume"] if (data.folder / f"{name}.run").exists() else []
        process = subprocess.Popen(command(recipe, *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        marker = data.folder / f"{name}.run" / checkpoint / "trainer_state.json"
        deadline = time.monotonic() + 120
        while not marker.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills, "the run was over before it could be killed"
    assert not (data.folder / name).exists()
    resumed = fine_tune(load_recipe(recipe), resume=True)
    expected = weights_of(trained.folder)
    found = weights_of(resumed.folder)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)
    # read in another process with other threads, the figures may differ in the last bits; the weights do not
    for record, other in zip(resumed.metrics["history"], trained.metrics["history"], strict=True):
        assert record == pytest.approx(other, abs=1e-5)


def test_a_video_that_cannot_be_read_stops_or_is_left_out_as_the_recipe_says(tmp_path: Path) -> None:
    made = make_set(tmp_path, videos=10)
    (tmp_path / "0.mp4").write_text("no video at all, only words")
    with pytest.raises(TrainingVideosError) as caught:
        run(made)
    assert caught.value.params["count"] == 1
    assert "0.mp4" in str(caught.value)
    assert "text file" in str(caught.value)
    assert not (tmp_path / "out.run").exists()
    done = run(made, unreadable="skip", epochs=1)
    assert "0.mp4" in (done.folder / "README.md").read_text()
    for number in (1, 6):
        (tmp_path / f"{number}.mp4").write_text("words")
    rows = read_manifest(made.manifest).part("val")
    for row in rows:
        Path(row.video).write_text("words")
    with pytest.raises(TrainingDataError, match="split 'val'"):
        run(made, unreadable="skip", output="other")


def test_memory_that_is_not_there_is_said_before_the_first_step(
    data: TrainingSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xl_vqa.training.fine_tune.available_bytes", lambda: 1 << 20)
    with pytest.raises(TrainingMemoryError) as caught:
        run(data, output="huge")
    sentence = caught.value.message("en")
    assert "checkpointing: true" in sentence
    assert "weights" in sentence
    assert not list((data.folder / "huge.run").glob("checkpoint-*"))


class TestDivergence:
    def test_a_learning_rate_far_too_high_is_named_at_its_step(self, data: TrainingSet) -> None:
        with pytest.raises(TrainingDivergedError) as caught:
            run(data, output="far", learning_rate=1e30, save_steps=1)
        params = caught.value.params
        assert 1 < params["step"] < params["total"]
        for language in ("en", "ja"):
            sentence = caught.value.message(language)
            assert f"{params['step']}" in sentence
            assert "learning_rate: 3.3e+29" in sentence
            assert str(data.folder / "far.run") in sentence
        assert not (data.folder / "far").exists()

    @pytest.mark.parametrize("what", ["loss", "gradient"])
    def test_the_weights_before_that_step_stay_as_they_were(
        self, data: TrainingSet, what: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``gradient``: the loss is a number, its gradient is not."""

        def make(bad_at: int):  # type: ignore[no-untyped-def]
            calls = 0

            def loss(outputs, labels, num_items_in_batch=None):  # type: ignore[no-untyped-def]
                nonlocal calls
                calls += 1
                value = cross_entropy(outputs.logits, labels, num_items_in_batch)
                if calls != bad_at:
                    return value
                # the slope of a root is infinite at 0
                return value * float("nan") if what == "loss" else value + (value * 0).sqrt()

            return loss

        folders = []
        # 5 batches and 3 steps an epoch: the 7th is in step 4, long after it the 14th in step 8
        for bad_at, step in ((14, 8), (7, 4)):
            monkeypatch.setattr("xl_vqa.training.fine_tune.make_loss", lambda *_, at=bad_at: make(at))
            name = f"{what}-{step}"
            recipe = write_recipe(data, output=name, epochs=3, save_steps=3, accumulate=2)
            with pytest.raises(TrainingDivergedError, match=f"Step {step} of 9") as caught:
                fine_tune(load_recipe(recipe))
            assert caught.value.params["value"] == f"{what}: nan"
            folders.append(data.folder / f"{name}.run" / "checkpoint-3")
        expected, found = map(weights_of, folders)
        assert all(torch.equal(expected[key], found[key]) for key in expected)
        # the validation and the weights of the first epoch are kept as well
        assert [record["epoch"] for record in json.loads((folders[1].parent / "history.json").read_text())] == [1]
        assert (folders[1].parent / "best.safetensors").is_file()


@pytest.mark.slow
def test_a_full_disk_ends_in_a_sentence_and_the_run_goes_on_later(data: TrainingSet) -> None:
    recipe = write_recipe(data, output="full-disk", epochs=1)
    limit = "import resource, runpy, signal, sys\n"
    limit += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
    limit += (
        "sys.argv = ['xl-vqa', 'train', sys.argv[1]]\nrunpy.run_module('xl_vqa.cli.main', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", limit, str(recipe)], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 2, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert str(data.folder) in done.stderr
    assert fine_tune(load_recipe(recipe), resume=True).folder.is_dir()
