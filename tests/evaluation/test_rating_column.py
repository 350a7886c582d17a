"""Which of several columns is the rating: ``labels prepare`` and ``evaluate`` take, or ask, alike."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.evaluation.errors import EvaluationUnclearError
from xl_vqa.evaluation.join import join
from xl_vqa.evaluation.predictions import Told
from xl_vqa.words.labels import Scale

VIDEOS = [f"c{k:02}.mp4" for k in range(12)]


def table(path: Path, headings: list[str]) -> Path:
    draw = random.Random(3)
    rows = [[video, *(round(draw.uniform(1, 5), 3) for _ in headings)] for video in VIDEOS]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["video", *headings], *rows])
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return table(tmp_path / "manifest.csv", ["mos"])


TAKEN = [
    (["sharpness", "motion", "overall score"], "overall score"),
    (["final score", "sharpness score", "motion score"], "final score"),
    (["aesthetic score", "technical score", "overall/final score"], "overall/final score"),
    (["鮮明さ", "動き", "総合評価"], "総合評価"),
    (["sharpness", "motion", "score"], "score"),
    (["鮮明さ", "動き", "点数"], "点数"),
]
ASKED = [
    (["sharpness", "motion", "overall score", "final score"], ["overall score", "final score"]),
    (["sharpness", "motion", "score", "overall score"], ["score", "overall score"]),
    (["鮮明さ", "動き", "点数", "総合評価"], ["点数", "総合評価"]),
    (["sharpness", "motion"], ["sharpness", "motion"]),
]


@pytest.mark.parametrize(("headings", "taken"), TAKEN)
def test_the_one_that_is_the_rating_is_taken(
    tmp_path: Path, manifest: Path, headings: list[str], taken: str
) -> None:
    path = table(tmp_path / "t.csv", headings)
    rated = read_ratings(path, Scale())
    assert rated.interpretation.of("mean") == [taken]
    joined = join(path, manifest)
    assert joined.predictor.column == taken
    given = {row.video: row.mos for row in rated.rows}
    assert {item.video: item.prediction for item in joined.items} == given


@pytest.mark.parametrize(("headings", "rivals"), ASKED)
def test_of_several_it_is_asked(tmp_path: Path, manifest: Path, headings: list[str], rivals: list[str]) -> None:
    path = table(tmp_path / "t.csv", headings)
    with pytest.raises(RatingsUnclearError) as prepare:
        read_ratings(path, Scale())
    with pytest.raises(EvaluationUnclearError) as evaluate:
        join(path, manifest)
    for asked in (prepare.value.choices, evaluate.value.choices):
        assert [choice.split(maxsplit=1)[1].strip("'") for choice in asked] == rivals
    assert join(path, manifest, told=Told(column=rivals[0])).predictor.column == rivals[0]


def test_of_the_rows_of_several_qualities_those_of_the_whole_are_taken(tmp_path: Path, manifest: Path) -> None:
    values = {name: k for k, name in enumerate(("imaging_quality", "overall", "motion_smoothness"))}
    found = {
        name: [0.5, [{"video_path": v, "video_results": 1 + (i + k) % 5} for i, v in enumerate(VIDEOS)]]
        for name, k in values.items()
    }
    (tmp_path / "t.json").write_text(json.dumps(found))
    rated = read_ratings(tmp_path / "t.json", Scale())
    joined = join(tmp_path / "t.json", manifest)
    assert rated.interpretation.quality == joined.predictor.column == "overall"
    assert [item.prediction for item in joined.items] == [1 + (i + 1) % 5 for i in range(len(VIDEOS))]


def carried(path: Path, headings: list[str], columns: list[list[float]]) -> Path:
    rows = [[video, *row] for video, *row in zip(VIDEOS, *columns, strict=True)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file_name", *headings], *rows])
    return path


@pytest.mark.parametrize(
    ("headings", "judged"),
    [
        (["mos", "predicted_mos"], "predicted_mos"),
        (["MOS", "Predicted MOS"], "Predicted MOS"),
        (["score", "DOVER"], "DOVER"),
        (["gt", "pred"], "pred"),
        (["人の評価", "予測MOS"], "予測MOS"),
        (["label", "prediction"], "prediction"),
    ],
)
@pytest.mark.parametrize("decimals", [2, 3])
def test_peoples_scores_beside_predictions_are_not_judged(
    tmp_path: Path, manifest: Path, headings: list[str], judged: str, decimals: int
) -> None:
    """SRCC 1.000 and "100% in people's band", of people against themselves."""
    people = [row.mos or 0 for row in read_ratings(manifest, Scale()).rows]
    given = [float(Scale().to_label(m)) if headings[0] == "label" else round(m, decimals) for m in people]
    draw = random.Random(8)
    model = [min(5.0, max(1.0, m + draw.gauss(0, 0.5))) for m in people]
    joined = join(carried(tmp_path / "p.csv", headings, [given, model]), manifest)
    assert joined.predictor.column == judged
    assert [item.prediction for item in joined.items] == pytest.approx(model)
    assert [notice.code for notice in joined.notices] == ["people_beside_predictions"]
    own = carried(tmp_path / "own.csv", ["mos"], [model])
    against = join(own, manifest, baselines=[carried(tmp_path / "b.csv", headings, [given, model])])
    assert against.baseline_predictors["b"].column == judged


def test_people_judged_by_themselves_are_told_of(tmp_path: Path, manifest: Path) -> None:
    joined = join(manifest, manifest)
    assert [notice.code for notice in joined.notices] == ["predictions_are_people"]
    told = join(manifest, manifest, told=Told(column="mos"))
    assert told.notices == []


@pytest.mark.parametrize("heading", ["video_name", "name", "stimulus", "刺激", "何か"])
def test_any_column_of_names_of_videos_names_the_videos(tmp_path: Path, manifest: Path, heading: str) -> None:
    rows = [[heading, "score"], *[[video, 1 + k % 5] for k, video in enumerate(VIDEOS)]]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(f"{a},{b}" for a, b in rows), encoding="utf-8")
    assert [item.prediction for item in join(path, manifest).items] == [1 + k % 5 for k in range(12)]


def test_names_without_endings_match_where_no_name_has_one(tmp_path: Path, manifest: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("\n".join(["path,mos", *(f"{video[:-4]},{1 + k % 5}" for k, video in enumerate(VIDEOS))]))
    joined = join(path, manifest)
    assert [item.prediction for item in joined.items] == [1 + k % 5 for k in range(12)]
    # another ending is another file
    path.write_text("\n".join(["path,mos", *(f"{video[:-4]}.mkv,3" for video in VIDEOS)]))
    assert [item.prediction for item in join(path, manifest).items] == [None] * 12
