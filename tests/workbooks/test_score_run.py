"""``xl_vqa.score_workbook`` from a Python program, on a real host."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import xl_vqa
from tests.host import helpers
from tests.workbooks.makers import column_of, list_workbook, values
from xl_vqa.sheets.keeping import copy_of
from xl_vqa.words.errors import VideoNotFoundError, WorkbookNotFoundError
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, list[Path]]]:
    folder = tmp_path_factory.mktemp("machine")
    settings = helpers.settings_for(folder / "home")
    with helpers.cleaned_up(settings):
        yield settings, helpers.clips(folder / "clips", 3)


def test_a_list_is_rated_and_gone_on_with(machine: tuple[Settings, list[Path]], tmp_path: Path) -> None:
    settings, clips = machine
    path = list_workbook(tmp_path / "list.xlsx", [["video"], *([str(clip)] for clip in clips), ["/no/such.mp4"]])
    seen: list[tuple[int, int]] = []
    done = xl_vqa.score_workbook(path, settings=settings, on_progress=lambda *counts: seen.append(counts))
    assert (done.path, done.done, sorted(done.rated), list(done.failed)) == (path, 0, [2, 3, 4], [5])
    assert isinstance(done.failed[5], VideoNotFoundError)
    assert (done.lost, done.kept) == (0, None)
    assert seen[-1] == (4, 4)
    scores = column_of(path, "VQA score")
    assert all(10 <= score <= 50 for score in scores[:3])
    again = xl_vqa.score_workbook(path, settings=settings)
    assert (again.done, again.rated, list(again.failed)) == (3, {}, [5])
    assert column_of(path, "VQA score") == scores


def test_scores_of_another_model_on_a_drive_that_is_off_stay(
    machine: tuple[Settings, list[Path]], tmp_path: Path
) -> None:
    settings, clips = machine
    near = [tmp_path / "near.mp4", tmp_path / "far.mp4"]
    for clip, target in zip(clips, near, strict=False):
        target.write_bytes(clip.read_bytes())
    path = list_workbook(tmp_path / "list.xlsx", [["video"], *([target.name] for target in near)])
    xl_vqa.score_workbook(path, settings=settings)
    first = values(path)
    near[1].unlink()
    assert xl_vqa.score_workbook(path, settings=settings).done == 2
    assert values(path) == first
    other = helpers.settings_for(settings.home, model="stand-in?seed=5")
    done = xl_vqa.score_workbook(path, settings=other)
    rows = values(path)
    assert list(done.rated) == [2]
    assert rows[1][6] != first[1][6]
    assert [*rows[2][:5], rows[2][6]] == [*first[2][:5], first[2][6]]
    assert "other model" in rows[2][5]
    assert "file not reachable" in rows[2][5]
    assert done.kept == copy_of(path)
    assert values(copy_of(path)) == first
    # and where they are asked to go, they go
    xl_vqa.score_workbook(path, settings=other, clear=True)
    assert values(path)[2][1:5] == [None] * 4


def test_what_cannot_be_read_is_raised(machine: tuple[Settings, list[Path]], tmp_path: Path) -> None:
    with pytest.raises(WorkbookNotFoundError):
        xl_vqa.score_workbook(tmp_path / "none.xlsx", settings=machine[0])


def test_it_is_only_imported_when_it_is_used() -> None:
    code = "import sys, xl_vqa; print('lxml' in sys.modules); xl_vqa.score_workbook; print('lxml' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "True"]


def test_reasons_are_written_beside_the_scores_and_only_where_they_lack(
    machine: tuple[Settings, list[Path]], tmp_path: Path
) -> None:
    settings, clips = machine
    path = list_workbook(tmp_path / "list.xlsx", [["video"], *([str(clip)] for clip in clips), ["/no/such.mp4"]])
    xl_vqa.score_workbook(path, settings=settings)
    scores = column_of(path, "VQA score")
    done = xl_vqa.score_workbook(path, settings=settings, why=True, qualities=["noise"])
    assert (sorted(done.rated), list(done.failed), done.unexplained) == ([2, 3, 4], [5], {})
    assert column_of(path, "VQA score") == scores
    said, noise = column_of(path, "VQA why"), column_of(path, "VQA noise")
    assert all(str(text).endswith(".") for text in said[:3])
    assert all(10 <= label <= 50 for label in noise[:3])
    assert (said[3], noise[3]) == (None, None)
    again = xl_vqa.score_workbook(path, settings=settings, why=True, qualities=["noise"])
    assert (again.done, again.rated) == (3, {})
    assert column_of(path, "VQA why") == said
    # a score of another model without its reasons empties those that are there
    other = helpers.settings_for(settings.home, model="stand-in?seed=5")
    xl_vqa.score_workbook(path, settings=other)
    assert column_of(path, "VQA why")[:3] == [None] * 3
