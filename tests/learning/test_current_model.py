"""The model that a retraining goes on from: what is said of one whose recipe is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.helpers import settings_for
from xl_vqa.learning import current_model
from xl_vqa.learning.errors import LearningError
from xl_vqa.models.registry import ModelRegistry, Registered
from xl_vqa.words.model_spec import ModelSpec


@pytest.mark.parametrize(
    ("recipe", "en", "ja"),
    [
        (b"model: [starter\nname: x\n", "line 2", "2 行目"),
        (b"name: \x81\x40\n", "UTF-8", "UTF-8"),
        (b"name: \x01\n", "characters that YAML does not allow", "YAML で使用できない文字"),
        (b"- a\n- b\n", "lines such as", "のような行"),
        (b"", "lines such as", "のような行"),
    ],
)
def test_a_broken_recipe_is_told_whole_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: bytes, en: str, ja: str
) -> None:
    (tmp_path / "recipe.yaml").write_bytes(recipe)
    entry = Registered("ours", str(tmp_path))
    monkeypatch.setattr(ModelRegistry, "find", lambda self, name: entry)
    monkeypatch.setattr(current_model, "check", lambda *given, **more: ModelSpec())
    with pytest.raises(LearningError) as told:
        current_model.current_model(settings_for(tmp_path / "home"), "ours")
    for message, word in ((told.value.message("en"), en), (told.value.message("ja"), ja)):
        assert word in message
        assert "recipe.yaml" in message
        # no words of a library
        assert not {"while", "expected", "codec", "unacceptable"} & set(message.lower().split())
