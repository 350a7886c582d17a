"""A package that is missing or broken becomes a sentence with what to type, and what to type has its quotes."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.packages import as_missing, install_command, missing_package
from xl_vqa.shell import activation, typed


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_what_is_typed_on_posix_is_one_word_again(word: str) -> None:
    assert shlex.split(typed(word, "linux")) == [word]


def test_windows_gets_its_own_quotes() -> None:
    assert typed("C:\\my models\\ours", "win32") == '"C:\\my models\\ours"'
    assert typed("モデル", "win32") == "モデル"


@pytest.mark.parametrize(
    ("module", "package", "typed_part"),
    [
        ("torch", "torch", "-m xl_vqa.torch_setup"),
        ("torch.nn", "torch", "-m xl_vqa.torch_setup"),
        ("PIL", "pillow", "-m pip install 'pillow>="),
        ("sklearn.svm", "scikit-learn", "-m pip install 'scikit-learn>="),
        ("yaml", "pyyaml", "-m pip install 'pyyaml>="),
        ("imageio_ffmpeg", "imageio-ffmpeg", "-m pip install imageio-ffmpeg=="),
    ],
)
def test_a_missing_package_is_known_by_what_was_imported(module: str, package: str, typed_part: str) -> None:
    error = as_missing(ModuleNotFoundError(f"No module named {module!r}", name=module))
    assert error is not None
    assert error.params["package"] == package
    for language in ("en", "ja"):
        assert typed_part in error.message(language)
        assert typed(sys.executable) in error.message(language)


def test_what_a_library_wraps_is_found() -> None:
    error = ModuleNotFoundError("Could not import module 'AutoTokenizer'")
    error.__cause__ = ModuleNotFoundError("No module named 'torch'", name="torch")
    assert missing_package(error) == "torch"


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'surprise'", name="surprise"),
        ImportError("cannot import name 'x'"),
        FileNotFoundError(2, "No such file", "a.mp4"),
        ValueError("torch"),
    ],
)
def test_other_errors_are_not_taken_for_it(error: Exception) -> None:
    assert missing_package(error) is None


def test_a_torch_that_does_not_load_its_libraries_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "torch"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise OSError('[WinError 126] Error loading c10.dll')\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from xl_vqa.packages import missing_package\n"
        "try:\n    import torch\nexcept OSError as error:\n    print(missing_package(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "torch", done.stderr


def test_the_command_is_for_the_python_that_asks() -> None:
    assert install_command("numpy").startswith(f"{typed(sys.executable)} -m pip install 'numpy>=")


class TestActivation:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        scripts = tmp_path / "my venv" / "bin"
        scripts.mkdir(parents=True)
        (scripts / "activate").write_text("")
        (scripts / "xl-vqa").write_text("#!/bin/sh\n")
        (scripts / "xl-vqa").chmod(0o755)
        return scripts

    def test_a_terminal_that_finds_the_command_needs_nothing(self, folder: Path) -> None:
        assert activation(str(folder.parent), {"PATH": str(folder)}, "linux") is None

    def test_one_that_does_not_is_told_what_to_type(self, folder: Path) -> None:
        told = activation(str(folder.parent), {"PATH": "/nowhere"}, "linux")
        assert told is not None
        assert shlex.split(told) == [".", str(folder / "activate")]

    def test_an_installation_without_an_environment_has_nothing_to_activate(self, tmp_path: Path) -> None:
        assert activation(str(tmp_path), {"PATH": "/nowhere"}, "linux") is None
