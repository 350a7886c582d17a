"""Fingerprints change with everything that moves scores and with nothing else, and are known without torch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tiny_qwen import tiny_spec
from xl_vqa.vlm.fingerprint import HashCache, model_fingerprint
from xl_vqa.vlm.identity import ModelIdentity, identify
from xl_vqa.vlm.loader import load_from_settings
from xl_vqa.vlm.model_folder import find_model
from xl_vqa.words.errors import ModelNotFoundError
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


def test_everything_that_moves_scores_counts(folder: Path) -> None:
    spec = tiny_spec()
    base = model_fingerprint(folder, spec, "float32")
    assert base.startswith("m1:")
    assert base == model_fingerprint(folder, spec, "float32")
    seen = {base, model_fingerprint(folder, spec, "bfloat16")}
    for changed in (
        replace(spec, scale=Scale(rounding="floor")),
        replace(spec, prompt=replace(spec.prompt, question="How good?")),
        replace(spec, sampling=replace(spec.sampling, frames=6)),
        replace(spec, pixels=replace(spec.pixels, max_pixels=5 * 784)),
    ):
        seen.add(model_fingerprint(folder, changed, "float32"))
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"\x01" if name.endswith("tensors") else content + b"\n")
        seen.add(model_fingerprint(folder, spec, "float32"))
        path.write_bytes(content)
    assert len(seen) == 9
    assert model_fingerprint(folder, spec, "float32") == base


def test_words_about_the_model_and_its_place_do_not_count(folder: Path, tmp_path: Path) -> None:
    base = model_fingerprint(folder, tiny_spec(), "float32")
    assert model_fingerprint(folder, tiny_spec(name="renamed", fine_tuned=False), "float32") == base
    (folder / "README.md").write_text("a card")
    moved = folder.rename(tmp_path / "elsewhere")
    assert model_fingerprint(moved, tiny_spec(), "float32") == base


def test_hashes_are_kept_and_a_changed_file_is_read_again(folder: Path, tmp_path: Path) -> None:
    path = folder / "model.safetensors"
    old = time.time() - 100
    os.utime(path, (old, old))
    (before,) = HashCache(tmp_path / "cache").hashes([path])
    known = json.loads((tmp_path / "cache" / "file_hashes.json").read_text())
    assert known[str(path.resolve())][2] == before
    # a planted value shows that the second time nothing is read
    known[str(path.resolve())][2] = "planted"
    (tmp_path / "cache" / "file_hashes.json").write_text(json.dumps(known))
    assert HashCache(tmp_path / "cache").hashes([path]) == ["planted"]
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (after,) = HashCache(tmp_path / "cache").hashes([path])
    assert after not in (before, "planted")


def test_a_file_written_this_moment_is_not_remembered(tmp_path: Path) -> None:
    """Two writes within the clock's resolution look alike from outside."""
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    cache = HashCache(tmp_path / "cache")
    first = cache.hashes([path])
    stamp = path.stat().st_mtime_ns
    path.write_bytes(b"two")
    os.utime(path, ns=(stamp, stamp))
    assert cache.hashes([path]) != first


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 3}', '{"a": [1]}'])
def test_a_broken_cache_is_done_without(folder: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "file_hashes.json").write_text(content)
    expected = HashCache().hashes([folder / "config.json"])
    assert HashCache(tmp_path).hashes([folder / "config.json"]) == expected


def test_known_without_loading_and_equal_to_the_loaded_one(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", model=str(folder), device="cpu", max_pixels=3 * 784)
    rater = load_from_settings(settings)
    assert identify(settings) == ModelIdentity(rater.spec, rater.fingerprint)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from xl_vqa.words.settings import Settings\nfrom xl_vqa.vlm.identity import identify\n"
        f"home, model = Path({str(settings.home)!r}), {str(folder)!r}\n"
        "s = Settings(home=home, model=model, device='cpu', max_pixels=3 * 784)\n"
        "print(identify(s).fingerprint)\n"
        "assert not {'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == rater.fingerprint


def test_auto_is_known_after_the_first_load(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", model=str(folder))
    assert identify(settings) is None
    rater = load_from_settings(settings)
    assert identify(settings) == ModelIdentity(rater.spec, rater.fingerprint)


def test_stand_in_identity(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model="stand-in?seed=4", frames=6)
    rater = load_from_settings(settings)
    assert identify(settings) == ModelIdentity(rater.spec, rater.fingerprint)
    assert rater.spec.sampling.frames == 6


def hub_snapshot(cache: Path, source: Path, *, revision: str = "main") -> Path:
    """A model in a hub's cache as its library lays it out: files as links to blobs."""
    store = cache / "models--owner--name"
    snapshot = store / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
    snapshot.mkdir(parents=True)
    (store / "refs").mkdir()
    (store / "refs" / revision).write_text(snapshot.name)
    (store / "blobs").mkdir()
    for file in source.iterdir():
        blob = store / "blobs" / file.name
        shutil.copyfile(file, blob)
        (snapshot / file.name).symlink_to(blob)
    return snapshot


RESOLVE = (
    "import sys\nfrom pathlib import Path\nfrom xl_vqa.words.settings import Settings\n"
    "from xl_vqa.vlm.model_folder import find_model\nprint(find_model(sys.argv[1], offline=len(sys.argv) > 2))\n"
)


def resolve(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``find_model`` in a process whose hub cache is ``cache`` and whose hub address answers nothing."""
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_ENDPOINT": "http://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, "-c", RESOLVE, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_a_hub_model_that_is_here_needs_no_network(tiny_folder: Path, tmp_path: Path) -> None:
    snapshot = hub_snapshot(tmp_path, tiny_folder)
    for name in ("owner/name", "owner/name@main"):
        assert resolve(tmp_path, name).stdout.strip() == str(snapshot)


def test_half_a_hub_model_is_not_taken_for_a_whole_one(tiny_folder: Path, tmp_path: Path) -> None:
    (hub_snapshot(tmp_path, tiny_folder) / "model.safetensors").unlink()
    offline = resolve(tmp_path, "owner/name", "offline")
    assert offline.returncode != 0
    assert "only a part of it is on this machine" in offline.stderr
    online = resolve(tmp_path, "owner/name")
    assert online.returncode != 0
    assert "ModelNotFoundError" in online.stderr
    assert "could not provide it" in online.stderr


def test_names_that_are_no_hub_names_are_not_asked_for() -> None:
    for name in ("../secret/model", "/abs/path", "a/b/c", "D:/models", "owner/name with blanks"):
        with pytest.raises(ModelNotFoundError, match="no such folder"):
            find_model(name)
