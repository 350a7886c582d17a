"""A model from a hub: whole, checked, resumed, and not asked for where that is forbidden."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.fake_hub import COMMIT, FakeHub, fake_hub
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.models.pull import digest

NAME = "maker/tiny-qwen2.5-vl"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_tiny_qwen(tmp_path_factory.mktemp("published"))
    (folder / "README.md").write_text("# A card\n")
    (folder / "pytorch_model.bin").write_bytes(b"pickle: never fetched")
    return folder


@pytest.fixture
def hub(made: Path) -> Iterator[FakeHub]:
    with fake_hub(made, NAME) as running:
        yield running


class Typed:
    """``xl-vqa`` in a process of its own, because the hub's library reads its address when it is imported."""

    def __init__(self, hub: FakeHub, folder: Path) -> None:
        self.cache = folder / "hub"
        self.variables = os.environ | {
            "HF_ENDPOINT": hub.address,
            "HF_HOME": str(folder / "hf"),
            "HF_HUB_CACHE": str(self.cache),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "XL_VQA_HOME": str(folder / "home"),
            "XL_VQA_LANGUAGE": "en",
            "NO_PROXY": "127.0.0.1",
        }

    def __call__(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "xl_vqa", *words]
        variables = self.variables | variables
        return subprocess.run(
            command, env=variables, capture_output=True, encoding="utf-8", timeout=280, check=False
        )


@pytest.fixture
def xl_vqa(hub: FakeHub, tmp_path: Path) -> Typed:
    return Typed(hub, tmp_path)


def test_a_model_comes_whole_with_its_checksums_and_serves_without_the_hub(
    xl_vqa: Typed, hub: FakeHub, made: Path
) -> None:
    done = xl_vqa("models", "pull", NAME)
    assert done.returncode == 0, done.stderr
    assert "Every file has the checksum that the hub states." in done.stdout
    assert COMMIT in done.stdout
    assert f"xl-vqa models add {NAME} --activate" in done.stdout
    (folder,) = xl_vqa.cache.glob(f"models--*/snapshots/{COMMIT}")
    assert (folder / "model.safetensors").read_bytes() == (made / "model.safetensors").read_bytes()
    assert (folder / "README.md").is_file()
    assert not (folder / "pytorch_model.bin").exists()
    hub.asked.clear()
    for command in (("models", "add", NAME, "--activate"), ("models", "pull", NAME, "--offline")):
        done = xl_vqa(*command, HF_HUB_OFFLINE="1")
        assert done.returncode == 0, done.stderr
    assert "Every file has the checksum" in done.stdout
    assert hub.asked == []
    shown = xl_vqa("models", "show", "tiny", HF_HUB_OFFLINE="1")
    assert shown.returncode == 0, shown.stderr
    assert "# A card" in shown.stdout


def test_what_is_here_is_checked_and_not_fetched_again(xl_vqa: Typed, hub: FakeHub) -> None:
    assert xl_vqa("models", "pull", NAME).returncode == 0
    hub.asked.clear()
    assert xl_vqa("models", "pull", NAME).returncode == 0
    assert not [one for one in hub.asked if one.startswith("GET") and "/resolve/" in one]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_file_that_is_not_what_the_hub_states_is_removed_and_named(
    xl_vqa: Typed, hub: FakeHub, language: str
) -> None:
    hub.spoiled = {"model.safetensors"}
    done = xl_vqa("models", "pull", NAME, XL_VQA_LANGUAGE=language)
    assert done.returncode == 2
    assert "model.safetensors" in done.stderr
    assert ("チェックサム" if language == "ja" else "is not what the hub states") in done.stderr
    assert not list(xl_vqa.cache.glob("models--*/snapshots/*/model.safetensors"))
    hub.spoiled = set()
    assert xl_vqa("models", "pull", NAME).returncode == 0


def test_a_file_that_rotted_on_the_disk_is_found_without_the_hub(xl_vqa: Typed) -> None:
    assert xl_vqa("models", "pull", NAME).returncode == 0
    (weights,) = xl_vqa.cache.glob("models--*/snapshots/*/model.safetensors")
    with weights.open("r+b") as file:
        file.seek(1000)
        file.write(b"rot")
    done = xl_vqa("models", "pull", NAME, "--offline")
    assert done.returncode == 2
    assert "model.safetensors is not what the hub states" in done.stderr


def test_a_connection_that_breaks_off_is_gone_on_with(xl_vqa: Typed, hub: FakeHub) -> None:
    hub.cut = {"model.safetensors": 100_000}
    done = xl_vqa("models", "pull", NAME)
    if done.returncode:
        # the library gave up; what came before is not asked for again
        done = xl_vqa("models", "pull", NAME)
    assert done.returncode == 0, done.stderr
    assert hub.cut == {}


@pytest.mark.parametrize(
    ("name", "said"), [("starter", "only a model of a hub"), ("no/such-model", "no/such-model")]
)
def test_what_cannot_be_fetched_is_said(xl_vqa: Typed, name: str, said: str) -> None:
    done = xl_vqa("models", "pull", name)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_hub_only_what_is_here_can_be_checked(xl_vqa: Typed, hub: FakeHub) -> None:
    done = xl_vqa("models", "pull", NAME, "--offline")
    assert done.returncode == 2
    assert hub.asked == []
    assert "Traceback" not in done.stderr


def test_another_kind_of_model_is_refused_before_its_weights_come(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(bytes(5000))
    with fake_hub(folder, NAME) as hub:
        done = Typed(hub, tmp_path)("models", "pull", NAME)
        assert done.returncode == 2
        assert "'llama'" in done.stderr
        assert not [one for one in hub.asked if one.startswith("GET") and one.endswith("safetensors")]


def test_digests_are_those_of_git_and_of_sha256(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"hello\n")
    # as "git hash-object" and "sha256sum" print them
    assert digest(file, like="0" * 40) == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert digest(file, like="0" * 64) == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
