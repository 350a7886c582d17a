"""Every table of reading_cases is read as it was meant, or asked about with commands that work."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tests.datasets import reading_tables as tables
from tests.datasets.builders import text, workbook
from tests.datasets.reading_cases import CASES, Case
from tests.datasets.reading_tables import CLIPS, score
from xl_vqa.cli.labels import register
from xl_vqa.datasets.errors import RatingsOptionError, RatingsUnclearError
from xl_vqa.datasets.interpretation import KINDS, reading_rows
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options, Prepared
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.reading_words import WORDS
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.labels import Scale

READ = [case for case in CASES if case.form != "asks"]
ASKED = [case for case in CASES if case.form == "asks"]


def name(case: Case) -> str:
    return case.make.__name__


def prepared(path: Path, scale: Scale | None = None, **wanted: object) -> Prepared:
    options = Options(scale=scale or Scale(), check_videos=False, wanted=Wanted(**wanted))  # type: ignore[arg-type]
    return prepare(path, options)


def mos(found: Prepared) -> dict[str, float]:
    pairs = zip(found.table.rows, found.means.mos.tolist(), strict=True)
    return {Path(row.video).name: value for row, value in pairs if not math.isnan(value)}


@pytest.mark.parametrize("case", READ, ids=name)
def test_a_table_is_read_as_it_was_meant(tmp_path: Path, case: Case) -> None:
    table = read_ratings(case.make(tmp_path), Scale())
    assert table.form == case.form
    assert [reading.kind for reading in table.interpretation.columns] == case.kinds.split()
    videos = [row.video for row in table.rows if not any(p.code == "summary_row" for p in row.problems)]
    assert {Path(video).stem for video in videos} == {clip[:-4] for clip in CLIPS}
    for language in ("en", "ja"):
        for row in reading_rows(table.interpretation, language):
            assert all(isinstance(cell, str) for cell in row)
            assert row[2]
            assert row[4]


@pytest.mark.parametrize("before", ["file:///C:/v/", "https://example.com/v/", "C:/v/", "//nas/v/"])
def test_addresses_as_headers_stay_whole(tmp_path: Path, before: str) -> None:
    clips = [before + clip for clip in CLIPS]
    rows = [["participant", *clips], *[[f"P{k}", *[score(clip, k) for clip in CLIPS]] for k in range(3)]]
    assert [row.video for row in read_ratings(text(tmp_path / "p.csv", rows), Scale()).rows] == clips


@pytest.mark.parametrize("case", ASKED, ids=name)
def test_two_near_readings_are_asked_about_with_a_command_for_each(tmp_path: Path, case: Case) -> None:
    path = case.make(tmp_path)
    with pytest.raises(RatingsUnclearError) as caught:
        read_ratings(path, Scale())
    assert caught.value.params["problem"] == case.problem
    assert tuple(caught.value.choices) == case.choices
    for language in ("en", "ja"):
        message = caught.value.message(language)
        assert "{" not in message
        assert "…" not in message
        for choice in case.choices:
            assert f"labels prepare {path} {choice}" in message


@pytest.mark.parametrize("case", ASKED, ids=name)
def test_each_of_the_commands_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    path = case.make(tmp_path)
    given = ["labels", "prepare", str(path), "--no-check-videos", "-o", "m.csv"]
    asked = CliRunner().invoke(app, given)
    assert asked.exit_code == 2
    assert not (tmp_path / "m.csv").exists()
    lines = [line.strip() for line in asked.stderr.splitlines() if line.startswith("  xl-vqa ")]
    assert len(lines) == len(case.choices)
    for line in lines:
        # the command holds what the user gave besides
        assert "--no-check-videos" in line
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        if case.make is tables.json_benchmark:
            # benchmark scores lie on 0..1, which is the next thing to be said
            assert "--scale 0,1,10,50" in done.stderr
            continue
        assert done.exit_code in (0, 1), done.output
        assert (tmp_path / "m.csv").exists()


def test_codes_of_the_interpretation_have_words() -> None:
    for kind in KINDS:
        assert set(WORDS[f"kind_{kind}"]) == {"en", "ja"}
    for key, entry in WORDS.items():
        assert set(entry) == {"en", "ja"}, key


# -- what comes of it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [tables.rating_with_its_best_end, tables.best_end_in_the_title], ids=lambda make: make.__name__
)
def test_where_one_is_the_best_the_scores_are_turned_round(tmp_path: Path, make: object) -> None:
    found = prepared(make(tmp_path))  # type: ignore[operator]
    assert mos(found) == {clip: float(score(clip)) for clip in CLIPS}
    assert "finding_lower" in {finding.code for finding in found.findings}


def test_dmos_turned_round_gives_the_clips_with_most_bits_the_best_labels(tmp_path: Path) -> None:
    path = tables.dmos(tmp_path)
    found = prepared(path, Scale(0, 100), lower_is_better=True)
    assert mos(found)["dune_3400k.mp4"] == pytest.approx(90)
    assert mos(found)["dune_300k.mp4"] == pytest.approx(12.5)
    assert not {f.code for f in found.findings} & {"finding_runs_against", "finding_runs_against_turned"}
    wrong = prepared(path, Scale(0, 100), lower_is_better=False)
    assert "finding_runs_against" in {f.code for f in wrong.findings}


def test_a_mos_that_runs_against_the_bit_rates_is_remarked(tmp_path: Path) -> None:
    rows = [f"s_{k}k.mp4,{5 - k / 1000}\n" for k in range(300, 4000, 300)]
    (tmp_path / "m.csv").write_text("video,MOS\n" + "".join(rows))
    (finding,) = [f for f in prepared(tmp_path / "m.csv").findings if f.code == "finding_runs_against"]
    assert finding.serious
    assert "--lower-is-better" in finding.sentence("ja")


@pytest.mark.parametrize(
    ("make", "dimension"),
    [
        (tables.qualities_as_columns, "Technical"),
        (tables.qualities_in_japanese, "鮮明さ"),
        (tables.qualities_beside_an_overall, None),
        (tables.qualities_per_rater, None),
        (tables.qualities_as_rows, None),
        (tables.form_of_two_questions, None),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_one_quality_is_taken_and_nothing_is_averaged_over_qualities(
    tmp_path: Path, make: object, dimension: str | None
) -> None:
    found = prepared(make(tmp_path), dimension=dimension)  # type: ignore[operator]
    middle = 3.5 if make is tables.qualities_per_rater else 3
    assert mos(found) == {clip: {1: 1, 3: middle, 5: 5}[score(clip)] for clip in CLIPS}
    assert "finding_quality" in {finding.code for finding in found.findings}


def test_another_quality_can_be_taken_and_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tables.qualities_per_rater(tmp_path)
    assert set(mos(prepared(path, dimension="鮮明さ")).values()) == {1.0}
    with pytest.raises(RatingsOptionError, match="総合, 鮮明さ"):
        prepared(path, dimension="音質")
    with pytest.raises(RatingsOptionError, match="--dimension"):
        prepared(tables.people_as_rows(tmp_path), dimension="音質")


def test_votes_give_mean_spread_and_count(tmp_path: Path) -> None:
    found = prepared(tables.vote_counts_under_words(tmp_path))
    clip = CLIPS.index("bridge_hi.mp4")
    votes = np.repeat([1, 2, 3, 4, 5], [2, 2, 2, 2, 12])
    assert found.means.mos[clip] == pytest.approx(votes.mean())
    assert found.means.sd[clip] == pytest.approx(votes.std(ddof=1))
    assert found.means.count[clip] == 20
    with pytest.raises(RatingsOptionError, match="three columns"):
        prepared(tables.totals_below(tmp_path), form="votes")


def test_votes_counted_from_the_best_end_are_found_by_the_mean_beside_them(tmp_path: Path) -> None:
    rows = [f"{c},{','.join(str(30 if k == 6 - score(c) else 2) for k in range(1, 6))}" for c in CLIPS]
    means = [(30 * score(c) + 2 * (15 - score(c))) / 38 for c in CLIPS]
    lines = [f"{row},{mean:.3f}\n" for row, mean in zip(rows, means, strict=True)]
    (tmp_path / "v.csv").write_text("video,c1,c2,c3,c4,c5,MOS\n" + "".join(lines))
    assert list(mos(prepared(tmp_path / "v.csv")).values()) == pytest.approx(means, abs=1e-3)


def test_raters_are_kept_beside_a_mean_in_half_points_computed_or_not(tmp_path: Path) -> None:
    computed = prepared(tables.half_points_and_a_mean(tmp_path))
    assert computed.table.raters == ["1001", "1002", "1003"]
    assert not computed.rows_with_problems
    formulas = prepared(tables.half_points_and_an_uncomputed_mean(tmp_path))
    assert formulas.table.raters == ["1001", "1002", "1003", "1004"]
    assert len(formulas.usable) == len(CLIPS)


def test_measures_beside_a_mean_are_no_raters(tmp_path: Path) -> None:
    rows = [f"{c},{1.5 + k / 10:.2f},{3.25 + k / 7:.3f},{score(c) + 0.08}\n" for k, c in enumerate(CLIPS)]
    (tmp_path / "m.csv").write_text("video,first,second,MOS\n" + "".join(rows))
    assert read_ratings(tmp_path / "m.csv", Scale()).form == "mos"


def test_totals_below_are_no_videos(tmp_path: Path) -> None:
    found = prepared(tables.totals_below(tmp_path))
    assert sorted(mos(found)) == sorted(CLIPS)
    assert [row.problems[0].code for row in found.table.rows[len(CLIPS) :]] == ["summary_row"] * 4


@pytest.mark.parametrize("make", [tables.form_export, tables.people_as_rows, tables.form_without_endings])
def test_people_in_rows_are_raters_and_never_videos(tmp_path: Path, make: object) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    found = prepared(path)
    assert len(found.table.raters) == 4
    assert not any("@" in rater for rater in found.table.raters)
    expected = {1: 1.0, 3: 3.25, 5: 5.0}
    assert {Path(v).stem: m for v, m in mos(found).items()} == {c[:-4]: expected[score(c)] for c in CLIPS}
    assert {str(row.row) for row in found.table.rows} <= {*"BCDEFGHIJKLMN"}
    with pytest.raises(RatingsOptionError, match="--video-column"):
        prepared(path, video="A")


def test_a_cell_of_a_table_on_its_side_has_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("rater,a.mp4,b.mp4,c.mp4\nAda,5,4,3\nBen,x,4,3\n")
    (row, *_) = read_ratings(tmp_path / "p.csv", Scale()).rows
    assert row.problems[0].params["cell"] == "B3"


def test_two_tests_are_joined_by_the_videos_that_they_share(tmp_path: Path) -> None:
    path = tables.two_tests(tmp_path)
    found = prepare(path, Options(check_videos=False, sheet="all"))
    # the same four names in two rooms are eight people
    assert len(found.table.raters) == 8
    by_test = {shift.test: shift for shift in found.shifts}
    assert by_test["Test 1"].common == by_test["Test 2"].common == 3
    assert by_test["Test 1"].shift - by_test["Test 2"].shift == pytest.approx(1)  # type: ignore[operator]
    best = [value for video, value in mos(found).items() if "_hi" in video]
    assert max(best) - min(best) < 1e-6
    left = prepare(path, Options(check_videos=False, sheet="all", wanted=Wanted(join="as-is")))
    best = [value for video, value in mos(left).items() if "_hi" in video]
    assert max(best) - min(best) == pytest.approx(1)
    assert "finding_test_shift_left" in {finding.code for finding in left.findings}
    with pytest.raises(RatingsOptionError, match="--join-tests"):
        prepare(path, Options(check_videos=False, wanted=Wanted(join="glue")))


@pytest.mark.parametrize("header", ["差分評点（DMOS）", "Score (DMOS)", "DMOS値", "DMOS平均", "差分スコア"])
def test_a_difference_score_is_asked_about_however_it_is_written(tmp_path: Path, header: str) -> None:
    rows = [["video", header], *([f"{clip}.mp4", 1.2 + 0.3 * k] for k, clip in enumerate("abcdefghij"))]
    with pytest.raises(RatingsUnclearError, match="--lower-is-better"):
        prepare(text(tmp_path / "d.csv", rows), Options(check_videos=False))


def test_a_row_of_another_sheet_is_named_with_its_sheet(tmp_path: Path) -> None:
    workbook(
        tmp_path / "t.xlsx",
        {
            "Test 1": [["video", "Subject 1", "Subject 2"], ["a.mp4", 5, 4], ["b.mp4", 2, 1], ["c.mp4", 3, 3]],
            "Test 2": [["video", "Subject 1", "Subject 2"], ["a.mp4", 4, 4], ["a.mp4", 4, 3], ["d.mp4", 3, "?"]],
        },
    )
    found = prepare(tmp_path / "t.xlsx", Options(check_videos=False, sheet="all", wanted=Wanted(join="as-is")))
    first, *_, other, again, last = found.manifest("en")
    assert "row 2 of sheet “Test 2”" in first.problem
    assert "row 3 of sheet “Test 2”" in first.problem
    for row in (other, again):
        assert "stands in row 2 of sheet “Test 1”;" in row.problem
    assert "cell C4 of sheet “Test 2”" in last.problem
    in_japanese = list(found.manifest("ja"))
    assert "シート「Test 1」の 2 行目" in in_japanese[-2].problem
    assert "セル C4(シート「Test 2」)" in in_japanese[-1].problem


def test_a_rater_can_be_left_out_by_choice(tmp_path: Path) -> None:
    path = tables.people_as_rows(tmp_path)
    found = prepared(path, dropped=("評価者2",))
    assert found.table.raters == ["評価者1", "評価者3", "評価者4"]
    assert mos(found)["snow_mid.mp4"] == 3
    assert "評価者2" in next(f for f in found.findings if f.code == "note_dropped_raters").sentence("ja")
    with pytest.raises(RatingsOptionError, match="評価者1"):
        prepared(path, dropped=("Kim",))


def test_a_map_gives_marks_their_scores_and_blanks_their_place(tmp_path: Path) -> None:
    found = prepared(tables.marks(tmp_path), mapping={"◎": 5.0, "○": 4.0, "△": 3.0, "×": 1.0})
    assert mos(found)["snow_mid.mp4"] == 3.5
    (tmp_path / "nine.csv").write_text("video,A,B\na.mp4,9,3\nb.mp4,4,5\n")
    assert prepared(tmp_path / "nine.csv", mapping={"9": None}).table.score.tolist() == [3, 4, 5]


def test_every_spelling_of_a_score_is_read(tmp_path: Path) -> None:
    found = prepared(tables.spellings(tmp_path))
    assert not found.rows_with_problems
    assert mos(found) == {clip: float(score(clip)) for clip in CLIPS}


def test_json_without_a_score_keeps_its_row(tmp_path: Path) -> None:
    found = prepared(tables.json_records(tmp_path))
    assert len(found.table.rows) == len(CLIPS)
    assert [p.code for p in found.table.rows[3].problems] == ["no_scores"]


def test_a_scale_that_the_user_named_is_not_asked_about(tmp_path: Path) -> None:
    path = tables.four_points(tmp_path)
    assert prepared(path, scale_told=True).failure is None


def test_two_sessions_of_the_same_people_are_averaged_by_person(tmp_path: Path) -> None:
    sheets = {s: [["video", "佐藤", "鈴木"], ["a.mp4", 3 + k, 4], ["b.mp4", 1, 2 + k]] for k, s in enumerate("AB")}
    workbook(tmp_path / "s.xlsx", sheets)
    found = prepare(tmp_path / "s.xlsx", Options(check_videos=False, sheet="all", wanted=Wanted(join="as-is")))
    assert found.table.raters == ["佐藤", "鈴木"]
    assert mos(found) == {"a.mp4": pytest.approx((3.5 + 4) / 2), "b.mp4": pytest.approx((1 + 2.5) / 2)}
    assert found.means.count[0] == 2
