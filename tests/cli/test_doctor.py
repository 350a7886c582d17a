"""What ``xl-vqa doctor`` says of packages, of torch and of a card that torch cannot use."""

from __future__ import annotations

import importlib.metadata
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from xl_vqa.cli.doctor_checks import check_home, check_packages, check_rating
from xl_vqa.cli.doctor_compute import Torch, check_compute
from xl_vqa.graphics_card import Card
from xl_vqa.shell import typed
from xl_vqa.words.settings import Settings

CPU = Torch("CPU", "cpu", "2.13.0+cpu", None, 8)
CUDA = Torch("CPU", "cpu", "2.13.0+cu130", "13.0", 8)
GPU = Torch("NVIDIA RTX 4070, 12 GiB", "cuda", "2.13.0+cu130", "13.0", 8)
CARD = Card("NVIDIA RTX 4070", (13, 0))
FIX = f"{typed(sys.executable)} -m xl_vqa.torch_setup"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, language="en")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "NVIDIA card is here (NVIDIA RTX 4070)"), ("ja", "NVIDIA GPU(NVIDIA RTX")],
)
def test_a_card_that_a_cpu_build_cannot_use_is_named_with_what_to_type(
    settings: Settings, language: str, words: str
) -> None:
    check = check_compute(settings, language, ask=lambda: CPU, find=lambda: CARD)
    assert check.state == "warning"
    assert words in check.found
    assert "2.13.0+cpu" in check.found
    assert check.fix == FIX


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_driver_that_is_too_old_for_torch_is_told_with_both_versions(settings: Settings, language: str) -> None:
    old = Card("NVIDIA GTX 1060", (12, 4))
    check = check_compute(settings, language, ask=lambda: CUDA, find=lambda: old)
    assert check.state == "warning"
    assert "12.4" in check.fix
    assert "13.0" in check.fix
    assert check.fix.endswith(f"{FIX} --index cu126")


def test_a_card_that_is_hidden_from_torch_is_told(settings: Settings) -> None:
    check = check_compute(settings, "en", ask=lambda: CUDA, find=lambda: CARD)
    assert "CUDA_VISIBLE_DEVICES" in check.fix


def test_a_card_in_use_and_a_processor_alone_are_good(settings: Settings) -> None:
    assert check_compute(settings, "en", ask=lambda: GPU, find=lambda: CARD).state == "good"
    assert check_compute(settings, "en", ask=lambda: CPU, find=lambda: None).state == "good"


def test_a_processor_is_told_with_its_threads(settings: Settings) -> None:
    one = replace(CPU, threads=1)
    assert check_compute(settings, "en", ask=lambda: CPU, find=lambda: None).found == "CPU, 8 threads"
    assert check_compute(settings, "en", ask=lambda: one, find=lambda: None).found == "CPU, 1 thread"
    assert check_compute(settings, "ja", ask=lambda: CPU, find=lambda: None).found == "CPU(8 スレッド)"
    assert "CPU(8 スレッド)。NVIDIA" in check_compute(settings, "ja", ask=lambda: CPU, find=lambda: CARD).found


def test_why_the_data_folder_cannot_be_used_is_told_in_the_reader_s_language(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    check = check_home(Settings(home=home), "ja")
    assert check.state == "bad"
    assert "フォルダーが必要な場所に同名のファイルがあります" in check.found


def test_the_rating_is_told_with_its_band_in_the_reader_s_language(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"label": 46, "band": "excellent"}
    monkeypatch.setattr("xl_vqa.bridge.client.HostClient.rate_all", lambda *_, **__: [row])
    assert ": 46 (Excellent), " in check_rating(settings, "en").found
    assert ": 46 (非常に良い), " in check_rating(settings, "ja").found


def test_a_torch_that_does_not_load_is_bad(settings: Settings) -> None:
    check = check_compute(settings, "en", ask=lambda: "OSError: c10.dll", find=lambda: CARD)
    assert (check.state, check.found, check.fix) == ("bad", "OSError: c10.dll", FIX)


def test_packages_are_held_against_what_the_installation_asks_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_packages(settings, "en").state == "good"
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "rich":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0" if name in ("torch", "numpy") else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    check = check_packages(settings, "en")
    assert check.state == "bad"
    assert check.found.split(", ") == ["numpy>=2.0", "rich>=13.9", "torch>=2.6"]
    assert check.fix.splitlines() == [FIX, f"{typed(sys.executable)} -m pip install 'numpy>=2.0' 'rich>=13.9'"]
