"""Tables whose figures were once read wrongly without a word, each against its known truth."""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.builders import Rows, text, workbook
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.prepare import Options, prepare
from xl_vqa.datasets.wanted import Wanted

VIDEOS = [f"{scene}_{crf}.mp4" for scene in ("park", "sea", "town") for crf in (18, 28, 38)]


def means(path: Path, **wanted: Any) -> dict[str, float]:
    prepared = prepare(path, Options(check_videos=False, wanted=Wanted(**wanted)))
    return {row.video: float(mos) for row, mos in zip(prepared.table.rows, prepared.means.mos, strict=True)}


def of(scores: Sequence[Sequence[float | None]]) -> dict[str, float]:
    """The truth: scores[video][rater], None where somebody did not rate."""
    return {v: float(np.mean([x for x in row if x is not None])) for v, row in zip(VIDEOS, scores, strict=True)}


def scores(people: int, step: float = 1.0) -> list[list[float]]:
    return [[1 + step * ((3 * k + a * a + k * a) % int(4 / step + 1)) for a in range(people)] for k in range(9)]


@pytest.mark.parametrize("people", [14, 16, 26])
def test_raters_named_by_letters_are_all_raters(tmp_path: Path, people: int) -> None:
    """N is the fourteenth of them, no number of raters."""
    given = scores(people)
    rows = [["video", *string.ascii_uppercase[:people]], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_initials_between_initials_are_a_person(tmp_path: Path) -> None:
    given = scores(5)
    rows: Rows = [["video", "AB", "SD", "KT", "CI", "MO"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_an_sd_and_a_number_of_raters_at_the_end_stay_what_they_are(tmp_path: Path) -> None:
    rows: Rows = [["video", "A", "B", "SD", "N"], *[[v, 2, 4, 1.41, 2] for v in VIDEOS]]
    assert set(means(workbook(tmp_path / "t.xlsx", {"S": rows})).values()) == {3.0}


@pytest.mark.parametrize("head", [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]])
@pytest.mark.parametrize("over_the_videos", ["File", None])
def test_numbers_alone_in_a_header_head_votes(
    tmp_path: Path, head: list[int], over_the_videos: str | None
) -> None:
    """As numbers of a workbook, not as text, and under a pivot table's empty corner too."""
    counts = [[(7 * k + 3 * c) % 9 + 20 * (c == k % 5) for c in range(5)] for k in range(9)]
    rows: Rows = [[over_the_videos, *head], *[[v, *c] for v, c in zip(VIDEOS, counts, strict=True)]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(RatingsUnclearError) as asked:
        means(path)
    assert "--form votes" in str(asked.value)
    truth = {v: float(np.average(head, weights=c)) for v, c in zip(VIDEOS, counts, strict=True)}
    assert means(path, form="votes") == pytest.approx(truth)


def test_raters_numbered_by_numbers_keep_their_names(tmp_path: Path) -> None:
    rows: Rows = [["video", 1001, 1007, 1003], *[[v, 5, 3, 1] for v in VIDEOS]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert set(means(path, dropped=("1001",)).values()) == {2.0}


def test_half_points_in_sheets_of_raters_count(tmp_path: Path) -> None:
    """All of them, or only that of one person: no sheet is read alone or left out."""
    given = [[1 + k % 5, 1 + (k % 8) / 2, 5 - (k % 7) / 2] for k in range(9)]
    sheets: dict[str, Rows] = {
        name: [["video", "score"], *[[v, row[a]] for v, row in zip(VIDEOS, given, strict=True)]]
        for a, name in enumerate(("Anna", "Ben", "Chris"))
    }
    assert means(workbook(tmp_path / "t.xlsx", sheets)) == pytest.approx(of(given))
    del sheets["Anna"]
    path = workbook(tmp_path / "halves.xlsx", sheets)
    assert means(path) == pytest.approx(of([row[1:] for row in given]))


def test_sheets_of_means_that_differ_are_asked_about(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        name: [["video", "MOS"], *[[v, round(1.11 + k * 0.3 + shift, 2)] for k, v in enumerate(VIDEOS)]]
        for name, shift in (("TV", 0.0), ("Phone", 0.7))
    }
    with pytest.raises(RatingsUnclearError) as asked:
        means(workbook(tmp_path / "t.xlsx", sheets))
    assert "--sheet Phone" in str(asked.value)
    sheets["Phone"] = [["video", "MOS"], *sheets["TV"][:0:-1]]
    assert len(means(workbook(tmp_path / "same.xlsx", sheets))) == len(VIDEOS)


@pytest.mark.parametrize("blank", ["NaN", "-", "欠", "無回答", "n.a.", "skipped"])
def test_a_video_that_few_people_rated_is_kept_on_its_side(tmp_path: Path, blank: str) -> None:
    given = [[4, 2, 3] for _ in VIDEOS]
    cells = [list(map(str, row)) for row in given]
    cells[2] = [blank, blank, "5"]
    cells[5] = [blank] * 3
    rows = [["viewer", *VIDEOS], *[[f"P{a}", *(row[a] for row in cells)] for a in range(3)]]
    found = means(text(tmp_path / "t.csv", rows))
    assert list(found) == VIDEOS
    assert (found[VIDEOS[0]], found[VIDEOS[2]]) == (3.0, 5.0)
    assert np.isnan(found[VIDEOS[5]])
