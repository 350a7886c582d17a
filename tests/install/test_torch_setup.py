"""Which build of torch a machine gets, by machines that are made up; nothing is downloaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from tests.install.environments import ROOT, Environment, empty_environment, normal
from xl_vqa import torch_setup
from xl_vqa.graphics_card import Card, _read_driver, find_card
from xl_vqa.torch_setup import BUILDS, Choice, choose, commands, main

NEW = Card("NVIDIA GeForce RTX 4070", (13, 0))
OLD = Card("NVIDIA GeForce GTX 1060", (12, 4))
UNKNOWN = Card("NVIDIA T4", None)

SMI = """
==============NVSMI LOG==============
Driver Version                                         : 550.54.15
CUDA Version                                           : 12.4

Attached GPUs                                          : 1
GPU 00000000:00:1E.0
    Product Name                                       : Tesla T4
    Product Brand                                      : NVIDIA
"""


@pytest.mark.parametrize(
    ("system", "card", "index", "reason"),
    [
        ("linux", None, "cpu", "no_card"),
        ("linux", NEW, "default", "card"),
        ("linux", UNKNOWN, "default", "card"),
        ("linux", OLD, "cu126", "old_driver"),
        ("win32", None, "default", "plain"),
        ("win32", NEW, "cu130", "card"),
        ("win32", UNKNOWN, "cu130", "card"),
        ("win32", OLD, "cu126", "old_driver"),
        ("darwin", None, "default", "plain"),
    ],
)
def test_a_bare_machine_gets_the_build_for_its_card(
    system: str, card: Card | None, index: str, reason: str
) -> None:
    assert choose(card, system=system) == Choice(index, reason)


@pytest.mark.parametrize("card", [None, NEW, OLD])
@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_a_pip_with_an_index_of_its_own_is_left_alone(system: str, card: Card | None) -> None:
    assert choose(card, system=system, configured=True).address is None


def test_torch_alone_comes_from_pytorchs_index_and_the_rest_from_the_configured_one() -> None:
    first, second = commands(Choice("cpu", "no_card"), "torch==2.13.0", None, Path("constraints.txt"))
    assert first == ["install", "--no-deps", "--index-url", f"{BUILDS}cpu", "torch==2.13.0"]
    assert second == ["install", "--constraint", "constraints.txt", "torch==2.13.0"]


@pytest.mark.parametrize(
    ("installed", "anew"), [(None, False), ("2.13.0+cpu", True), ("2.13.0", True), ("2.13.0+cu130", False)]
)
def test_another_build_of_the_same_version_is_replaced(installed: str | None, anew: bool) -> None:
    first = commands(Choice("cu130", "card"), "torch==2.13.0", installed, None)[0]
    assert ("--force-reinstall" in first) is anew


@pytest.mark.parametrize(
    ("installed", "reason", "anew"),
    [
        ("2.13.0+cpu", "card", True),
        ("2.13.0+cpu", "chosen", True),
        ("2.13.0+cpu", "configured", False),
        ("2.13.0", "card", False),
        (None, "card", False),
    ],
)
def test_a_card_on_linux_gets_its_build_although_one_for_the_cpu_is_there(
    installed: str | None, reason: str, anew: bool
) -> None:
    """What doctor says to type must change something: to pip, 2.13.0+cpu is 2.13.0."""
    made = commands(Choice("default", reason), "torch==2.13.0", installed, None)
    assert ("--force-reinstall" in made[0]) is anew
    assert made[-1] == ["install", "torch==2.13.0"]


def calls(
    *arguments: str, status: Sequence[int] = (0, 0), card: Card | None = None
) -> tuple[int, list[list[str]]]:
    made: list[list[str]] = []
    statuses = iter(status)

    def pip(call: Sequence[str]) -> int:
        made.append(list(call))
        return next(statuses)

    ended = main(list(arguments), pip=pip, find=lambda: None, configured=lambda: False, system="linux")
    return ended, made


def test_the_last_call_brings_what_else_rating_needs() -> None:
    _, made = calls()
    others = {re.split(r"[<>=]", one)[0] for one in made[-1][1:]}
    assert {"torch", "transformers", "tokenizers", "huggingface_hub", "peft", "safetensors"} <= others
    assert all("transformers" not in " ".join(call) for call in made[:-1])


def test_an_installed_package_tells_them_where_there_is_no_checkout(tmp_path: Path) -> None:
    def by_name(wanted: list[str]) -> dict[str, set[str]]:
        return {normal(one.name): set(map(str, one.specifier)) for one in map(Requirement, wanted)}

    assert by_name(torch_setup.wanted_model(tmp_path)) == by_name(torch_setup.wanted_model(ROOT))


def test_where_pytorchs_index_is_out_of_reach_the_package_index_is_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended, made = calls(status=(1, 0))
    assert ended == 0
    assert "--index-url" in made[0]
    assert "--index-url" not in made[1]
    assert f"{BUILDS}cpu gave no torch" in capsys.readouterr().err


def test_an_index_that_was_asked_for_is_not_replaced_by_another() -> None:
    ended, made = calls("--index", "cu999", status=(1,))
    assert ended == 1
    assert len(made) == 1


def test_a_whole_address_is_taken_as_it_is() -> None:
    _, made = calls("--index", "https://pypi.example/torch")
    assert "https://pypi.example/torch" in made[0]


def test_what_is_installed_is_what_the_tests_run_with() -> None:
    pinned = re.search(r"^torch==\S+", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    assert torch_setup.wanted_torch(ROOT) == pinned[0]
    assert torch_setup.wanted_torch(ROOT / "nowhere").startswith("torch>=")


@pytest.mark.parametrize(
    ("language", "variables"),
    [
        ("en", {"LC_ALL": "en_X", "XL_VQA_LANGUAGE": ""}),
        ("ja", {"LC_ALL": "ja_X", "XL_VQA_LANGUAGE": ""}),
        ("ja", {"LC_ALL": "en_X", "XL_VQA_LANGUAGE": "ja"}),
    ],
)
def test_it_runs_before_anything_is_installed(tmp_path: Path, language: str, variables: dict[str, str]) -> None:
    bare: Environment = empty_environment(tmp_path / "bare")
    done = bare.run("python", "-m", "xl_vqa.torch_setup", "--index", "cpu", "--dry-run", cwd=ROOT, **variables)
    assert done.returncode == 0, done.stderr
    assert ("指定された" in done.stdout) is (language == "ja")
    assert re.search(r"pip install --no-deps --index-url \S+/cpu torch==[\d.]+$", done.stdout, re.MULTILINE)


def test_every_sentence_is_there_in_both_languages() -> None:
    for key, entry in torch_setup.TEXTS.items():
        assert set(entry) == {"en", "ja"}, key
        assert len({frozenset(re.findall(r"{\w+}", text)) for text in entry.values()}) == 1


class TestCards:
    def test_nvidia_smi_tells_name_and_cuda(self, tmp_path: Path) -> None:
        assert find_card(smi=lambda: SMI, proc=tmp_path, driver=lambda: None) == Card("Tesla T4", (12, 4))

    def test_the_linux_driver_s_files_do_where_nvidia_smi_is_missing(self, tmp_path: Path) -> None:
        file = tmp_path / "0000:01:00.0" / "information"
        file.parent.mkdir()
        file.write_text("Model: \t\t NVIDIA RTX A2000\nIRQ:   \t\t 130\n")
        assert find_card(smi=lambda: None, proc=tmp_path, driver=lambda: None) == Card("NVIDIA RTX A2000")

    @pytest.mark.parametrize("said", ["", "No devices were found\n", "NVIDIA-SMI has failed because ..."])
    def test_a_driver_without_a_card_is_no_card(self, tmp_path: Path, said: str) -> None:
        assert find_card(smi=lambda: said, proc=tmp_path / "none", driver=lambda: None) is None

    def test_the_library_of_the_driver_is_asked_last(self, tmp_path: Path) -> None:
        assert find_card(smi=lambda: None, proc=tmp_path, driver=lambda: NEW) == NEW

    @pytest.mark.parametrize(("count", "version", "found"), [(0, 12040, None), (1, 12040, Card("T4", (12, 4)))])
    def test_what_the_library_says(self, count: int, version: int, found: Card | None) -> None:
        def put(value: int):  # type: ignore[no-untyped-def]
            def call(pointer) -> int:  # type: ignore[no-untyped-def]
                pointer._obj.value = value
                return 0

            return call

        def name(buffer, size: int, device: int) -> int:  # type: ignore[no-untyped-def]
            buffer.value = b"T4"
            return 0

        library = SimpleNamespace(
            cuInit=lambda flags: 0,
            cuDeviceGetCount=put(count),
            cuDriverGetVersion=put(version),
            cuDeviceGetName=name,
        )
        assert _read_driver(library) == found  # type: ignore[arg-type]
