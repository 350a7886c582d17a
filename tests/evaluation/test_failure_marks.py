"""-1 and 999 among scores stand for a failure: no figure counts them; numbers that are scores stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_vqa.evaluation.errors import EvaluationNoScoresError
from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.failure_marks import failure_marks
from xl_vqa.evaluation.join import Joined, join
from xl_vqa.evaluation.texts import notice_text

MOS = [1.2, 1.9, 2.3, 2.8, 3.1, 3.5, 3.9, 4.2, 4.6, 4.9, 2.1, 3.3]


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([1.2, 3.4, 4.8, -1], {-1}),
        ([91.0, 55.0, -1, -1, 20.0], {-1}),
        ([31.0, 38.5, 44.0, 999], {999}),
        ([1.2, 3.4, 4.8, 99, -99], {99, -99}),
        ([0.2, -0.4, 0.8, -1], set()),
        ([80.0, 91.5, 97.2, 99], set()),
        ([-1, -1, 3.0], set()),
        ([9, 9, 8, 2, 5], set()),
        ([3.0, 9, None], set()),
        ([20.0, 28.5, 31.0, 99], set()),
        ([1.2, 3.0, 2.0, 9], set()),
    ],
)
def test_only_numbers_apart_from_the_scores_are_marks(values: list[float | None], marks: set[float]) -> None:
    assert failure_marks(values, 1, 5) == marks


def test_a_score_on_the_scale_is_no_mark() -> None:
    assert failure_marks([2.0, 3.5, 12.0, 99, -1], 0, 100) == {-1}
    assert failure_marks([0.5, 0.25, 0.75, -1], -1, 1) == set()


def joined(folder: Path, cells: list[str], header: str = "score") -> Joined:
    people = [f"v{k}.mp4,{mos},test" for k, mos in enumerate(MOS)]
    (folder / "people.csv").write_text("\n".join(["video,mos,split", *people]) + "\n")
    rows = [f"v{k % len(MOS)}.mp4,{cell}" for k, cell in enumerate(cells)]
    (folder / "other.csv").write_text("\n".join([f"video,{header}", *rows]) + "\n")
    return join(folder / "other.csv", folder / "people.csv")


@pytest.mark.parametrize("header", ["score", "mos", "niqe"])
def test_a_mark_is_an_error_of_its_row_and_no_score(tmp_path: Path, header: str) -> None:
    cells = [f"{6 - mos if header == 'niqe' else mos:.3f}" for mos in MOS]
    cells[3], cells[7] = "-1", "-1"

    found = joined(tmp_path, cells, header)
    judged = evaluate(found.items, scale=found.scale, predictor=found.predictor, options=Options(resamples=50))

    assert judged.figures["srcc"].value == pytest.approx(1)
    assert len(judged.rows) == len(MOS) - 2
    assert [failure.video for failure in judged.failures] == ["v3.mp4", "v7.mp4"]
    said = [notice for notice in found.notices if notice.code == "failure_marks"]
    assert [(one.params["marks"], one.params["count"]) for one in said] == [("-1", 2)]
    assert all("-1" in notice_text(said[0], language) for language in ("en", "ja"))


def test_rows_of_frames_are_said_to_be_no_scores_of_videos(tmp_path: Path) -> None:
    cells = [f"{mos + step / 10:.2f}" for step in range(3) for mos in MOS]

    found = joined(tmp_path, cells)

    said = [notice for notice in found.notices if notice.code == "many_conflicts"]
    assert [(one.params["count"], one.params["total"]) for one in said] == [(12, 12)]


def test_cells_that_are_no_numbers_are_named_and_not_the_names(tmp_path: Path) -> None:
    found = joined(tmp_path, [f"{mos} points" for mos in MOS])
    with pytest.raises(EvaluationNoScoresError, match=r"12 .*v0.mp4: score = 1.2 points"):
        evaluate(found.items, scale=found.scale)


@pytest.mark.parametrize(
    ("values", "span", "others", "marked"),
    [
        ([1.2, 3.4, 4.8, 0, 0], (1, 5), (), True),
        ([12.0, 31.5, 48.0, 0], (1, 5), ((10, 50),), True),
        # most were not rated
        ([1.2, 3.4, 4.8, *[0.0] * 9], (1, 5), (), True),
        # the scale holds it, or another number says that the scores are of no such scale
        ([1.2, 3.4, 4.8, 0], (0, 5), (), False),
        ([0.4, 3.4, 4.8, 0], (1, 5), ((10, 50),), False),
        ([12.0, 31.5, 88.0, 0], (1, 5), ((10, 50),), False),
        ([1.2, 0], (1, 5), (), False),
    ],
)
def test_a_nought_where_the_scale_begins_above_it_is_no_score(
    values: list[float], span: tuple[float, float], others: tuple[tuple[float, float], ...], marked: bool
) -> None:
    assert failure_marks(values, *span, others) == ({0.0} if marked else set())


@pytest.mark.parametrize(
    ("header", "times", "counts"), [("score", 1, False), ("rating", 10, False), ("vmaf", 10, True)]
)
def test_a_nought_among_predictions_is_told_unless_the_unit_reaches_it(
    tmp_path: Path, header: str, times: int, counts: bool
) -> None:
    cells = [f"{mos * times:.3f}" for mos in MOS]
    cells[3] = "0"
    found = joined(tmp_path, cells, header)
    judged = evaluate(found.items, scale=found.scale, predictor=found.predictor, options=Options(resamples=50))
    assert len(judged.rows) == len(MOS) - (not counts)
    said = [notice for notice in found.notices if notice.code == "failure_marks"]
    assert [one.params["marks"] for one in said] == ([] if counts else ["0"])


def test_a_nought_among_peoples_scores_is_named_and_left_out(tmp_path: Path) -> None:
    people = [f"v{k}.mp4,{0 if k == 2 else mos},test" for k, mos in enumerate(MOS)]
    (tmp_path / "people.csv").write_text("\n".join(["video,mos,split", *people]) + "\n")
    rows = [f"v{k}.mp4,{mos}" for k, mos in enumerate(MOS)]
    (tmp_path / "other.csv").write_text("\n".join(["video,score", *rows]) + "\n")
    found = join(tmp_path / "other.csv", tmp_path / "people.csv")
    judged = evaluate(found.items, scale=found.scale, predictor=found.predictor, options=Options(resamples=50))
    assert (found.scale.mos_min, found.scale.mos_max) == (1, 5)
    assert [(one.video, one.kind) for one in judged.failures] == [("v2.mp4", "out_of_scale")]
    assert len(judged.rows) == len(MOS) - 1
