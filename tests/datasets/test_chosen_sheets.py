"""Which sheets of a workbook are read for ratings, where others only speak of videos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.builders import Rows, workbook
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.wanted import Wanted
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


VIDEOS = [f"v{k}.mp4" for k in range(8)]
FIVE: Rows = [["Video", "Anna", "Ben"], *[[v, 1 + k % 5, 1 + (k * 3) % 5] for k, v in enumerate(VIDEOS)]]
HUNDRED: Rows = [["Video", "Anna", "Ben"], *[[v, (k * 37) % 101, (k * 53) % 101] for k, v in enumerate(VIDEOS)]]
MOS: Rows = [["Video", "MOS"], *[[v, 1.2 + 0.4 * ((k * 3) % 8)] for k, v in enumerate(VIDEOS)]]
DMOS: Rows = [["Video", "DMOS"], *[[v, 10.5 + 9 * ((k * 5) % 8)] for k, v in enumerate(VIDEOS)]]


@pytest.mark.parametrize(
    ("sheets", "choices"),
    [
        ({"ACR": FIVE, "SAMVIQ": HUNDRED}, ["--sheet ACR", "--sheet SAMVIQ --scale 0,100,10,50"]),
        ({"SAMVIQ": HUNDRED, "ACR": FIVE}, ["--sheet SAMVIQ --scale 0,100,10,50", "--sheet ACR"]),
        ({"MOS": MOS, "DMOS": DMOS}, ["--sheet MOS", "--sheet DMOS --scale 0,100,10,50"]),
        # two tests of one scale that is not the one at hand
        (
            {"Test 1": HUNDRED, "Test 2": [HUNDRED[0], *[[f"w{v}", *rest] for v, *rest in HUNDRED[1:]]]},
            [f"--sheet {name} --scale 0,100,10,50" for name in ("'Test 1'", "'Test 2'", "all")],
        ),
    ],
)
def test_sheets_on_other_scales_are_asked_about(
    tmp_path: Path, sheets: dict[str, Rows], choices: list[str]
) -> None:
    path = workbook(tmp_path / "t.xlsx", sheets)
    with pytest.raises(RatingsUnclearError) as caught:
        read_ratings(path, Scale())
    assert caught.value.choices == choices
    for name in sheets:
        wanted = Wanted(lower_is_better=name == "DMOS")
        assert len(read_ratings(path, Scale(0, 100), sheet=name, wanted=wanted).rows) == len(VIDEOS)


def test_sheets_on_two_scales_are_no_tests_to_be_joined(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"ACR": FIVE, "SAMVIQ": HUNDRED})
    for scale in (Scale(), Scale(0, 100)):
        with pytest.raises(RatingsUnclearError) as caught:
            read_ratings(path, scale, sheet="all")
        assert caught.value.params["problem"] == "unclear_sheets_scales"
    # asked with the wider scale at hand, the other sheet is the one that needs its own
    assert caught.value.choices == ["--sheet ACR --scale 1,5,10,50", "--sheet SAMVIQ"]


CONVERTED: Rows = [FIVE[0], *[[v, (a - 1) * 25, (b - 1) * 25] for v, a, b in FIVE[1:]]]
Z_SCORES: Rows = [FIVE[0], *[[v, (a - 3) / 1.4, (b - 3) / 1.4] for v, a, b in FIVE[1:]]]
SIZES: Rows = [["Video", "MB", "loudness"], *[[v, 20 + k, 10 * k] for k, v in enumerate(VIDEOS)]]
PERCENT: Rows = [["Video", "MOS"], *[[v, (mos - 1) * 25] for v, mos in MOS[1:]]]


@pytest.mark.parametrize(
    ("ratings", "other"), [(FIVE, CONVERTED), (FIVE, Z_SCORES), (FIVE, SIZES), (MOS, PERCENT), (FIVE, PERCENT)]
)
def test_what_is_no_rating_of_its_own_is_noted_and_not_asked_about(
    tmp_path: Path, ratings: Rows, other: Rows
) -> None:
    """The same scores converted, z scores, sizes, means beside their raters."""
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"Ratings": ratings, "Other": other}), Scale())
    assert table.sheet == "Ratings"
    assert [(note.code, note.params["sheets"]) for note in table.notes] == [("other_sheets", "Other")]
