"""What is written for one video: a rating whole, an error, or a score that stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_explanation import made_explanation
from tests.sheets.grids import BY, Memory, planned, scored
from tests.workbooks.makers import make_rating
from xl_vqa.explaining.in_words import sentence
from xl_vqa.sheets.columns import FIELDS, REASON_FIELDS, heading
from xl_vqa.sheets.contents import RowContents, contents_of
from xl_vqa.sheets.marks import Mark, Score, ScoredBy, file_key, row_key, state_of
from xl_vqa.sheets.rows import PlannedRow
from xl_vqa.words.errors import (
    CancelledError,
    HostUnavailableError,
    ModelFailedError,
    VideoNotFoundError,
    VideoUnreadableError,
    WorkbookCellError,
    XlVqaError,
)

HEADINGS = [heading(field) for field in FIELDS]
NEWER = BY._replace(model="newer", fingerprint="b2:newer")
ERRORS = [
    VideoNotFoundError(path="a.mp4"),
    VideoUnreadableError(path="a.mp4", problem="p"),
    HostUnavailableError(problem="p"),
    ModelFailedError(problem="p"),
    WorkbookCellError(path="list.xlsx", cell="A2", value="42"),
]


def row(score: Score | None = None, source: str = "a.mp4") -> PlannedRow:
    return PlannedRow(2, 1, (source,), source, path=f"/nowhere/{source}", score=score)


def standing(*, by: ScoredBy = BY, source: str = "a.mp4", file: str = "000000") -> Score:
    return Score(30, Mark(by.model, by.key, row_key((source,), None), file))


def written(planned_row: PlannedRow, result: object, language: str = "en", **options: object) -> RowContents:
    found = contents_of(planned_row, result, language, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_rating_writes_all_six_cells() -> None:
    rating = make_rating(40, warnings=("warning_frozen",))
    contents = written(row(standing()), rating, "ja")
    assert tuple(contents.values) == (*FIELDS, *REASON_FIELDS)
    assert contents.values["score"] == 40
    assert contents.values["band"] == "良い"
    assert "変化" in str(contents.values["error"])
    mark = Mark.parse(str(contents.values["model"]))
    assert mark is not None
    assert (mark.model, mark.row) == ("starter", row_key(("a.mp4",), None))
    assert contents.look == "warned"
    assert written(row(), make_rating(40)).look == "rated"


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_without_a_score_empties_the_rest(error: XlVqaError) -> None:
    contents = written(row(), error, "ja")
    assert contents.values == dict.fromkeys((*FIELDS, *REASON_FIELDS)) | {"error": error.message("ja")}


def test_reasons_stand_beside_their_own_rating_alone() -> None:
    made = made_explanation(label=24)
    rating = make_rating(24) | {"why": made, "qualities": {"noise": 38, "beauty": 12}}
    values = written(row(), rating, "ja").values
    assert values["why"] == sentence(made, "ja")
    assert values["noise"] == 38
    assert values["sharpness"] is None
    assert "beauty" not in values
    # a score that is made without them empties those of the score before
    bare = written(row(standing()), make_rating(24)).values
    assert [bare[name] for name in REASON_FIELDS] == [None] * len(REASON_FIELDS)
    # and one that stays keeps them
    assert not written(row(standing()), ERRORS[0], scored_by=NEWER).values.keys() & set(REASON_FIELDS)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("error", ERRORS)
def test_no_error_blanks_a_score(error: XlVqaError, language: str) -> None:
    for score in (standing(), standing(source="b.mp4"), Score(30, None)):
        contents = written(row(score), error, language, scored_by=NEWER)
        assert contents.values.keys() <= {"error", "model"}
        assert str(contents.values["error"]).endswith(error.message(language))
        assert contents.look == "kept"
    assert contents_of(row(standing()), CancelledError(path="a"), language) is None


def test_the_remark_says_what_the_score_is_worth() -> None:
    missing, damaged = ERRORS[:2]

    def remark(score: Score, error: XlVqaError, by: ScoredBy | None = NEWER) -> str:
        return str(written(row(score), error, scored_by=by).values["error"]).split(").")[0]

    assert remark(standing(), missing) == "Earlier score kept (other model: starter, file not reachable"
    assert remark(standing(), damaged) == "Earlier score kept (other model: starter"
    assert remark(standing(), damaged, BY) == "Earlier score kept (not renewed"
    assert remark(Score(30, None), missing) == "Earlier score kept (model unknown, file not reachable"
    assert remark(standing(source="b.mp4"), damaged, BY) == "Earlier score kept (made for another path or text"


def test_a_score_that_was_to_be_made_again_is_not_done() -> None:
    score = standing()
    assert row(score).state(BY) == "done"
    mark = Mark.parse(str(written(row(score), ERRORS[1], scored_by=BY).values["model"]))
    assert row(Score(30, mark)).state(BY) == "changed file"
    # one that is not done anyway keeps its mark: with the older model back in force it is as good as before
    assert "model" not in written(row(score), ERRORS[1], scored_by=NEWER).values


def test_clearing_is_for_videos_not_for_the_host() -> None:
    for error in ERRORS:
        contents = written(row(standing()), error, clear=True)
        assert ("score" in contents.values) is not isinstance(error, (HostUnavailableError, ModelFailedError))


def test_states(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"12345")
    key = row_key(("a.mp4",), None)

    def state(score: Score | None, by: ScoredBy | str | None = BY, path: Path = clip) -> str:
        return state_of(score, {key}, str(path), by)

    seen = file_key(str(clip)) or ""
    assert state(None) == "none"
    assert state(Score(30, None)) == "unmarked"
    assert state(Score(30, None), None) == "done"
    assert state(standing(file=seen)) == state(standing(file=seen), None) == "done"
    assert state(standing(file=seen), "starter") == "done"
    assert state(standing(file=seen), "other") == "other model"
    assert state(standing(file=seen), NEWER) == "other model"
    assert state(standing(file=seen), BY._replace(decoding="median")) == "other model"
    assert state(standing(source="b.mp4", file=seen)) == "other row"
    assert state(standing(file="123456")) == "changed file"
    # a drive that is off says nothing against a score
    assert state(standing(file="123456"), path=tmp_path / "none.mp4") == "done"


def test_the_text_of_an_earlier_run_is_known_by_its_marks() -> None:
    """A list that the command rated against texts: a button must not rate it without them."""
    cells = scored("a.mp4")
    cells[6] = str(Mark("starter", BY.key, row_key(("a.mp4",), "a cat"), "000000"))
    grid = Memory(["Video", *HEADINGS, "No.", "Prompt"], [*cells, "1", "a cat"], ["b.mp4", *[None] * 7, "a dog"])
    assert [row.text for row in planned(grid).rows] == [None, None]
    plan = planned(grid, find_texts=True)
    assert [row.text for row in plan.rows] == ["a cat", "a dog"]
    assert [row.state(BY) for row in plan.rows] == ["done", "none"]
