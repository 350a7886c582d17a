"""Which sheets of a workbook are read for ratings, where others only speak of videos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.builders import Rows, workbook
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale
from xl_vqa.workbooks.templates.build import file_name, template_folder

SETTINGS: Rows = [
    ["Work", "Value", "What it means"],
    ["Minutes per video", 3, "Looking at results, filing."],
    ["Minutes per check", 5, "What one person needs."],
    *[[f"Cost {k}", 10 + k, "Of the month."] for k in range(12)],
]


@pytest.mark.parametrize("names", [["park.mp4", "sea.mp4"], ["park", "sea"]])
@pytest.mark.parametrize("beside", [{}, {"Totals": [["Videos per day", "Mean"], ["Monday", 3], ["Friday", 4]]}])
def test_a_sheet_that_only_speaks_of_videos_is_no_rival(
    tmp_path: Path, names: list[str], beside: dict[str, Rows]
) -> None:
    """Though it is the longer one: settings and figures beside the ratings are noted as not read."""
    rows = [["Video", "Rater 1", "Rater 2"], *[[name, 2 + k, 3 + k] for k, name in enumerate(names)]]
    path = workbook(tmp_path / "t.xlsx", {"Settings": SETTINGS, "Log": rows, **beside})
    table = read_ratings(path, Scale())
    assert [row.video for row in table.rows] == names
    assert [note.code for note in table.notes] == ["other_sheets"]
    assert table.notes[0].params["sheets"] == ", ".join(["Settings", *beside])
    # alone it is what there is
    alone = workbook(tmp_path / "alone.xlsx", {"S": [["Minutes per video", "MOS"], ["x", 3], ["y", 4]]})
    assert len(read_ratings(alone, Scale()).rows) == 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_kpi_tracker_offers_its_log_alone(tmp_path: Path, language: str) -> None:
    path = template_folder() / file_name("kpi", language, True)
    with pytest.raises(RatingsUnclearError) as caught:
        read_ratings(path, Scale())
    # the AI's scores beside two people's: which ones is asked, of which sheet not
    assert "--sheet" not in str(caught.value.params["commands"])
