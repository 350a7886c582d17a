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
