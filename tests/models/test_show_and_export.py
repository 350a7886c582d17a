"""A model's card, and a model as a folder of its own that plain transformers loads with the same answers."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoTokenizer
from typer.testing import CliRunner

from tests.media import make_clip
from tests.models.test_registry import save_adapter
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.cli.main import app
from xl_vqa.models.registry import ModelRegistry
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.without_host import predict
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_qwen(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters") / "shop"
    made = save_adapter(base, folder, seed=1, scale=Scale(label_min=10, label_max=40))
    (made / "README.md").write_text("# shop\nTaught on the shop's own videos.\n", encoding="utf-8")
    return made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adapter: Path) -> Settings:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    settings = Settings.load()
    ModelRegistry(settings).add(adapter)
    return settings


def typed(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(one) for one in words], catch_exceptions=True)
    said = done.output
    if done.exception is not None and hasattr(done.exception, "message"):
        said += done.exception.message("en")
    return done.exit_code, said


def test_the_card_and_what_it_was_taught_are_shown(home: Settings, adapter: Path, base: Path) -> None:
    status, said = typed("models", "show", "shop")
    assert status == 0
    assert "Taught on the shop's own videos." in said
    # a long folder goes on in the next line of its cell
    whole = re.sub(r"\s*\n\s*│\s*", "", said)
    for fact in ("10..40", str(adapter), str(base)):
        assert fact in whole
    status, said = typed("models", "show", "shop", "--json")
    told = json.loads(said)
    assert (told["name"], told["labels"], told["serving"]) == ("shop", "10..40", False)
    assert told["card"].startswith("# shop")


def test_the_starters_card_is_the_one_that_ships(home: Settings) -> None:
    status, said = typed("models", "show", "starter", "--json")
    assert status == 0
    assert json.loads(said)["card"].startswith("# ")
    assert json.loads(said)["serving"] is True
    # and a name mistyped is answered with the near one
    assert "did you mean starter" in typed("models", "show", "startr")[1]


def test_a_merged_model_loads_in_plain_transformers_with_the_same_answers(
    home: Settings, base: Path, adapter: Path, tmp_path: Path
) -> None:
    target = tmp_path / "merged"
    status, said = typed("models", "export", "shop", "--merged", target)
    assert status == 0, said
    served = load_backbone(base, device=torch.device("cpu"), dtype="float32", adapter=str(adapter)).model
    loaded, report = AutoModelForImageTextToText.from_pretrained(
        target, dtype=torch.float32, output_loading_info=True
    )
    assert not any(report.values())
    tokens = AutoTokenizer.from_pretrained(target)("Rate this video.", return_tensors="pt")
    with torch.no_grad():
        ours, theirs = served(**tokens).logits, loaded.eval()(**tokens).logits
        alone = AutoModelForImageTextToText.from_pretrained(base, dtype=torch.float32)(**tokens).logits
    assert torch.equal(ours, theirs)
    # the adapter does change the answers
    assert not torch.allclose(ours, alone, atol=1e-3)


def test_a_video_gets_the_same_distribution_from_the_adapter_and_from_the_merged_model(
    home: Settings, adapter: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    make_clip(clip, 112, 84, 12, seed=3)
    target = tmp_path / "merged"
    assert typed("models", "export", "shop", "--merged", target)[0] == 0
    assert (target / "README.md").read_text(encoding="utf-8").startswith("# shop")
    (before,) = predict(str(adapter), [clip])
    (after,) = predict(str(target), [clip])
    assert before.ok
    assert after.ok
    assert after.distribution.probabilities == before.distribution.probabilities
    assert len(after.distribution.probabilities) == 31
    # entered by its own name, which is that of the adapter, so another is given
    assert typed("models", "add", target, "--name", "shop merged")[0] == 0


def test_nothing_is_written_over_and_what_cannot_be_merged_is_said(home: Settings, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    status, said = typed("models", "export", "shop", "--merged", taken)
    assert status != 0
    assert "something is there already" in said
    assert [one.name for one in taken.iterdir()] == ["mine.txt"]
    status, said = typed("models", "export", "starter", "--merged", tmp_path / "new")
    assert status != 0
    assert "copy it" in said
    assert not (tmp_path / "new").exists()


def test_an_adapter_of_another_model_leaves_nothing_behind(
    home: Settings, adapter: Path, base: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(adapter, other)
    assert typed("models", "add", other, "--name", "other")[0] == 0
    (other / "adapter_model.safetensors").write_bytes(b"no weights")
    status, _ = typed("models", "export", "other", "--merged", tmp_path / "new")
    assert status != 0
    assert not (tmp_path / "new").exists()
