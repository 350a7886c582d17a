"""The starter's own task, as a comparison is given it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from starter.clips import contents
from starter.fit.comparison import StarterTask, read_task
from starter.pictures.sources import SourceError
from xl_vqa.training.compare import CompareSpec, jobs_of, load_spec
from xl_vqa.training.errors import ComparisonSpecError

TASKS = {"starter": read_task}


def spec_of(folder: Path, text: str) -> CompareSpec:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path, tasks=TASKS)


def test_the_task_is_read_with_its_folder_beside_the_specification(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "starter: {work: w, contents: [3, 2, 1], epochs: 4}\n")
    assert spec.task == StarterTask(str(tmp_path / "w"), (3, 2, 1), epochs=4)
    assert spec_of(tmp_path, "starter:\n").task is not None


def test_the_specification_of_the_page_is_one() -> None:
    spec = load_spec(Path(__file__).parents[3] / "starter" / "compare.yaml", tasks=TASKS)
    assert isinstance(spec.task, StarterTask)
    assert spec.task.contents == (90, 10, 38)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("recipe: s.yaml\nstarter: {}\n", "only one of these may be named: recipe, starter"),
        ("starter: {work: w, size: 3}\n", "starter: size"),
        ("starter: {contents: [1, 2]}\n", "starter.contents"),
        ("starter: {epochs: 0}\n", "starter.epochs: 0"),
        ("starter: 7\n", "starter: 7"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ComparisonSpecError) as caught:
        spec_of(tmp_path, text)
    assert named in str(caught.value)


def test_a_folder_without_clips_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ComparisonSpecError, match=r"train, validation, test = 0 \(make starter\)"):
        jobs_of(spec_of(tmp_path, "starter: {work: w}\n"), tmp_path)


def test_a_folder_whose_sources_are_gone_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(work: Path) -> None:
        raise SourceError(f"{work}: no film")

    (tmp_path / "w" / "clips").mkdir(parents=True)
    monkeypatch.setattr(contents, "catalogue", gone)
    with pytest.raises(ComparisonSpecError, match="no film"):
        jobs_of(spec_of(tmp_path, "starter: {work: w}\n"), tmp_path)


@pytest.mark.parametrize("command", [("compare",), ("labels", "search")])
def test_the_commands_are_given_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "s.yaml").write_text("starter: {work: w, size: 3}\n")
    arguments = [sys.executable, "-m", "starter", *command, str(tmp_path / "s.yaml"), "--lang", "en"]
    root = Path(__file__).parents[3]
    done = subprocess.run(arguments, capture_output=True, encoding="utf-8", check=False, cwd=root)
    assert done.returncode == 2
    assert "starter: size" in done.stderr
