"""From a file to labels: every row keeps its place, every problem its row, and nothing trains on a bad one."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.datasets.builders import JAPANESE_WIDE, LONG, MOS, Rows, text, videos, workbook
from xl_vqa.datasets.errors import (
    RatingsNoScoresError,
    RatingsNoVideosError,
    RatingsOneLabelError,
    RatingsOptionError,
    RatingsOutOfScaleError,
)
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options, Prepared
from xl_vqa.datasets.problems import BLOCKING, problem_codes
from xl_vqa.datasets.split import PARTS, Shares
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.labels import Scale

UNCHECKED = Options(check_videos=False)
# height, bit rate, two scores
LADDER = [(384, 550, 2, 1), (480, 1050, 3, 3), (1080, 5800, 5, 4)]


def codes(prepared: Prepared) -> list[list[str]]:
    return [problem_codes(row.problem) for row in prepared.manifest()]


def found(prepared: Prepared) -> set[str]:
    return {finding.code for finding in prepared.findings}


def many(n: int, raters: int = 8, seed: int = 0) -> list[list[object]]:
    """n videos of 4 versions per content, rated by a sound panel; the first row is the header."""
    rng = np.random.default_rng(seed)
    rows: list[list[object]] = [["video", *[f"R{k + 1}" for k in range(raters)]]]
    for k in range(n):
        quality = rng.uniform(1.2, 4.8)
        scores = np.clip(np.round(quality + rng.normal(0, 0.5, raters)), 1, 5).astype(int)
        rows.append([f"s{k // 4:03d}_crf{20 + 5 * (k % 4)}.mp4", *scores.tolist()])
    return rows


def test_wide_japanese_workbook_becomes_labels(tmp_path: Path) -> None:
    videos(tmp_path, *[str(row[0]) for row in JAPANESE_WIDE[1:]])
    prepared = prepare(workbook(tmp_path / "評価.xlsx", {"評価": JAPANESE_WIDE}))
    manifest = prepared.manifest("ja")
    assert [row.video for row in manifest] == [str(tmp_path / str(row[0])) for row in JAPANESE_WIDE[1:]]
    assert [row.mos for row in manifest] == [4.333333333, 2.5, 4.666666667, 1.5]
    assert [row.label for row in manifest] == [43, 25, 47, 15]
    assert [row.raters for row in manifest] == [3, 3, 3, 2]
    assert [row.content for row in manifest] == ["桜", "桜", "海", "海"]
    # three raters: the spread is that of all four videos pooled, with its 2 + 2 + 2 + 1 degrees of freedom
    groups = [[5, 4, 4], [2, 3, 2.5], [5, 4, 5], [1, 2]]
    pooled = np.sqrt(sum(np.var(g, ddof=1) * (len(g) - 1) for g in groups) / 7)
    assert manifest.rows[1].ci95 == pytest.approx(stats.t.ppf(0.975, 7) * pooled / np.sqrt(3), abs=1e-6)
    assert all(row.problem == "" and row.split in PARTS for row in manifest)
    assert prepared.failure is None
    manifest.check_scale(Scale())


def test_long_form_and_ready_mos_give_the_same_rows(tmp_path: Path) -> None:
    long = prepare(text(tmp_path / "l.csv", LONG), UNCHECKED).manifest()
    assert [(row.video, row.mos, row.raters) for row in long] == [
        ("x_crf20.mp4", 4.5, 2), ("x_crf40.mp4", 2.5, 2), ("y_crf20.mp4", 4.0, 1),
    ]  # fmt: skip
    assert [problem_codes(row.problem) for row in long] == [[], [], ["one_rater"]]
    ready = prepare(text(tmp_path / "m.csv", MOS), UNCHECKED).manifest()
    assert [(row.mos, row.label, row.raters) for row in ready] == [(3.45, 35, 20), (1.2, 12, 20), (4.9, 49, 18)]
    assert ready.rows[0].ci95 == pytest.approx(stats.t.ppf(0.975, 19) * 0.8 / np.sqrt(20), abs=1e-6)


def test_every_problem_is_told_at_its_row_and_no_row_is_lost(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "content", "A", "B", "C", "mean"],
        ["good_1.mp4", "s1", 3, 4, 4, 3.67],
        ["gone.mp4", "s2", 3, 4, 4, None],
        ["good_2.mp4", "s3", "x", 4, 5, None],
        ["good_3.mp4", "s4", 44, 4, 4, 4.5],
        ["good_4.mp4", "s5", None, None, None, None],
        ["good_5.mp4", "s6", 2, None, None, None],
        [None, "s7", 1, 2, 3, None],
        ["good_1.mp4", "s1", 3, 3, 3, None],
        ["copy_of_1.mp4", "s8", 4, 4, 4, None],
        ["empty.mp4", "s9", 4, 4, 2, None],
        ["good_6.mp4", "s10", 5, 5, 5, None],
        ["./good_6.mp4", "s10", 1, 1, 1, None],
        ["Average", None, 3, 3, 3, None],
    ]
    videos(tmp_path, *[f"good_{k}.mp4" for k in range(1, 7)])
    (tmp_path / "copy_of_1.mp4").write_bytes((tmp_path / "good_1.mp4").read_bytes())
    (tmp_path / "empty.mp4").write_bytes(b"")
    prepared = prepare(workbook(tmp_path / "r.xlsx", {"s": rows}))
    assert codes(prepared) == [
        ["duplicate_content"],
        ["missing_video"],
        ["text_score"],
        ["score_out_of_range", "mos_mismatch"],
        ["no_scores"],
        ["one_rater"],
        ["no_video_path"],
        ["duplicate_path"],
        ["duplicate_content", "conflicting_content"],
        ["empty_video"],
        ["conflicting_scores"],
        ["duplicate_path", "conflicting_scores"],
        ["summary_row"],
    ]
    for row, own in zip(prepared.manifest(), codes(prepared), strict=True):
        assert (row.split == "none") == any(BLOCKING[code] for code in own)
    # the two identical files are one content, whatever the column says
    assert prepared.contents[0] == prepared.contents[8]
    assert prepared.parts[0] == prepared.parts[8]
    sentences = prepared.manifest().rows[3].problem
    assert "44" in sentences
    assert "4.5" in sentences
    assert all("：" not in row.problem and "…" not in row.problem for row in prepared.manifest("ja"))


def test_two_halves_of_a_panel_below_each_other_are_joined(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "A", "B", "C", "D"],
        ["x.mp4", 5, 4, None, None],
        ["y.mp4", 1, 2, None, None],
        ["x.mp4", None, None, 3, 4],
        ["y.mp4", None, None, 2, 2],
    ]
    prepared = prepare(text(tmp_path / "r.csv", rows), UNCHECKED)
    assert [(row.mos, row.raters) for row in prepared.manifest()] == [
        (4.0, 4),
        (1.75, 4),
        (None, None),
        (None, None),
    ]
    assert codes(prepared) == [["merged_ratings"], ["merged_ratings"], ["duplicate_path"], ["duplicate_path"]]


def test_rejected_raters_do_not_count(tmp_path: Path) -> None:
    rows = many(60, raters=12)
    rng = random.Random(3)
    for row in rows[1:]:
        row[12] = rng.choice([1, 5])
    path = text(tmp_path / "r.csv", rows)
    kept = prepare(path, UNCHECKED)
    assert "finding_raters_suspect" in found(kept)
    without = prepare(path, Options(check_videos=False, reject_outliers=True))
    assert "finding_raters_rejected" in found(without)
    assert without.screening is not None
    assert [rater.name for rater in without.screening.rejected] == ["R12"]
    expected = [round(float(np.mean(row[1:12])), 9) for row in rows[1:]]  # type: ignore[arg-type]
    assert [row.mos for row in without.manifest()] == expected
    assert {row.raters for row in without.manifest()} == {11}
    assert without.noise is not None
    assert kept.noise is not None
    assert without.noise.plcc > kept.noise.plcc


def test_asked_to_reject_in_a_small_panel_says_that_nobody_was_and_who_looks_wrong(tmp_path: Path) -> None:
    rows = many(60, raters=6)
    rng = random.Random(3)
    for row in rows[1:]:
        row[6] = rng.randint(1, 5)
    prepared = prepare(text(tmp_path / "r.csv", rows), Options(check_videos=False, reject_outliers=True))
    assert "finding_raters_none_rejected" in found(prepared)
    (told,) = [finding for finding in prepared.findings if finding.code == "finding_raters_disagree"]
    assert told.params["names"] == "R6"
    assert {row.raters for row in prepared.manifest()} == {6}


def test_corrected_means_stay_in_the_scale_and_do_not_move_as_a_whole(tmp_path: Path) -> None:
    path = text(tmp_path / "r.csv", [*many(40), ["top.mp4", *[5] * 8], ["low.mp4", *[1] * 8]])
    plain = prepare(path, UNCHECKED).means.mos
    for how in ("bias", "zscore"):
        corrected = prepare(path, Options(check_videos=False, correction=how)).means.mos
        assert corrected.min() >= 1
        assert corrected.max() <= 5
        assert corrected.mean() == pytest.approx(plain.mean(), abs=0.05)
        assert np.corrcoef(corrected, plain)[0, 1] > 0.99


def test_the_wrong_scale_is_an_error_with_the_range_found_and_trains_nothing(tmp_path: Path) -> None:
    rows: Rows = [["video", "A", "B"], *[[f"{k}.mp4", 10 * k, 9 * k] for k in range(1, 11)]]
    prepared = prepare(text(tmp_path / "r.csv", rows), UNCHECKED)
    assert isinstance(prepared.failure, RatingsOutOfScaleError)
    assert "9..100" in str(prepared.failure)
    assert {row.split for row in prepared.manifest()} == {"none"}
    right = prepare(text(tmp_path / "r.csv", rows), Options(check_videos=False, scale=Scale(0, 100, 10, 50)))
    assert right.failure is None
    assert right.labels[:3] == [14, 18, 21]


def test_words_on_another_scale(tmp_path: Path) -> None:
    rows: Rows = [["動画", "A", "B"], ["a.mp4", "非常に良い", "良い"], ["b.mp4", "悪い", "非常に悪い"]]
    prepared = prepare(text(tmp_path / "r.csv", rows), Options(check_videos=False, scale=Scale(0, 100, 0, 100)))
    assert prepared.labels == [88, 13]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([["video", "score"], ["a.mp4", None], ["b.mp4", "NaN"]], RatingsNoScoresError),
        ([["video", "MOS"], ["a.mp4", "x"], ["b.mp4", "y"]], RatingsNoScoresError),
        ([["video", "A", "B"], ["a.mp4", 3, 3], ["b.mp4", 3, 3], ["c.mp4", 2, 4]], RatingsOneLabelError),
    ],
)
def test_what_cannot_be_trained_on_is_a_failure_with_all_rows_kept(
    tmp_path: Path, rows: Rows, kind: type[Exception]
) -> None:
    prepared = prepare(text(tmp_path / "r.csv", rows), UNCHECKED)
    assert isinstance(prepared.failure, kind)
    assert len(prepared.manifest()) == len(rows) - 1
    assert {row.split for row in prepared.manifest()} == {"none"}


def test_no_video_found(tmp_path: Path) -> None:
    prepared = prepare(text(tmp_path / "r.csv", many(8)))
    assert isinstance(prepared.failure, RatingsNoVideosError)
    assert str(tmp_path) in str(prepared.failure)
    assert all(own == ["missing_video"] for own in codes(prepared))


def test_a_split_column_is_kept_and_its_leaks_are_told(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "content", "split", "A", "B"],
        ["a1.mp4", "a", "train", 5, 4],
        ["a2.mp4", "a", "test", 2, 2],
        ["b1.mp4", "b", "val", 3, 3],
        ["c1.mp4", "c", None, 1, 2],
        ["c2.mp4", "c", "除外", 4, 5],
        ["b2.mp4", "b", None, 4, 4],
    ]
    prepared = prepare(text(tmp_path / "r.csv", rows), UNCHECKED)
    assert prepared.parts[:3] == ["train", "test", "val"]
    assert prepared.parts[4:] == ["none", "val"]
    assert codes(prepared)[:2] == [["split_across_content"]] * 2
    assert "finding_split_leaks" in found(prepared)
    assert prepared.split_given


def test_findings_of_a_good_and_of_a_poor_table(tmp_path: Path) -> None:
    good = prepare(text(tmp_path / "g.csv", many(400, raters=18)), UNCHECKED)
    assert found(good) == {"finding_content_guessed", "finding_videos_unchecked"}
    poor: Rows = [["video", "A", "B", "C"], *[[f"clip_{k}.mp4", 3, 3, 3 + k % 2] for k in range(100)]]
    assert found(prepare(text(tmp_path / "p.csv", poor), UNCHECKED)) >= {
        "finding_few_raters",
        "finding_range_unused",
        "finding_heaped",
        "finding_one_label_heavy",
        "finding_tiny",
    }
    means: Rows = [["video", "MOS"], *[[f"s{k}.mp4", 1 + k / 100] for k in range(400)]]
    assert "finding_raters_unknown" in found(prepare(text(tmp_path / "m.csv", means), UNCHECKED))
    asked = Options(check_videos=False, reject_outliers=True, correction="bias")
    assert found(prepare(text(tmp_path / "m.csv", means), asked)) >= {
        "finding_screening_impossible",
        "finding_correction_impossible",
    }


def test_what_was_joined_by_its_front_alone_is_said_with_its_way_out(tmp_path: Path) -> None:
    rows = [[f"{film}_{h}_{rate}.mp4", *scores] for film in ("海", "Tennis", "hut") for h, rate, *scores in LADDER]
    joined = prepare(text(tmp_path / "r.csv", [["video", "A", "B"], *rows]), UNCHECKED)
    finding = next(f for f in joined.findings if f.code == "finding_contents_alike")
    assert finding.serious
    for language, reason in (("en", "numbers, likely versions"), ("ja", "可能性が高い")):
        said = finding.sentence(language)
        assert "hut (3), tennis (3), 海 (3)" in said
        assert reason in said
        assert "--content-by none" in said
        assert "--content-column" in said
    apart = prepare(
        text(tmp_path / "n.csv", [["video", "A"], *[[f"tower_{k}.mp4", k % 5 + 1] for k in range(9)]]), UNCHECKED
    )
    assert "finding_contents_numbered" in found(apart)
    none = prepare(tmp_path / "r.csv", Options(check_videos=False, content_by="none"))
    assert found(none).isdisjoint({"finding_contents_alike", "finding_content_guessed"})
    assert len(set(none.contents)) == 9


def test_a_coarse_label_range_is_noticed(tmp_path: Path) -> None:
    path = text(tmp_path / "r.csv", many(200, raters=18))
    assert "finding_coding_loss" in found(prepare(path, Options(check_videos=False, scale=Scale(1, 5, 1, 5))))


def test_a_single_content_trains_and_says_that_nothing_is_left_to_test(tmp_path: Path) -> None:
    rows: Rows = [["video", "A", "B"], *[[f"a_crf{k}.mp4", 1 + k % 5, 2] for k in range(10)]]
    prepared = prepare(text(tmp_path / "r.csv", rows), UNCHECKED)
    assert set(prepared.parts) == {"train"}
    missing = [finding.params["part"] for finding in prepared.findings if finding.code == "finding_part_empty"]
    assert missing == ["val", "test"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (Options(correction="magic"), "--rater-correction"),
        (Options(content_by="magic"), "--content-by"),
        (Options(videos_folder=Path("/no/such/folder")), "--videos-folder"),
        (Options(wanted=Wanted(rater="nobody")), "--rater-column"),
    ],
)
def test_options_that_make_no_sense_are_named(tmp_path: Path, options: Options, named: str) -> None:
    with pytest.raises(RatingsOptionError, match=named):
        prepare(text(tmp_path / "r.csv", LONG), options)


def test_the_same_data_gives_the_same_manifest_in_any_row_order(tmp_path: Path) -> None:
    header, *body = many(80)
    first = prepare(text(tmp_path / "r.csv", [header, *body]), UNCHECKED).manifest()
    random.Random(4).shuffle(body)
    again = prepare(text(tmp_path / "r.csv", [header, *body]), UNCHECKED).manifest()
    assert first.fingerprint == again.fingerprint
    assert sorted(first, key=lambda row: row.video) == sorted(again, key=lambda row: row.video)
    other = prepare(text(tmp_path / "r.csv", [header, *body]), Options(check_videos=False, seed=1)).manifest()
    assert other.fingerprint != first.fingerprint


cells = st.sampled_from([None, 1, 2, 3, 4, 5, 5, 4, 3, 9, -1, "x", "良い", "NaN"])
names = st.sampled_from([None, "a_1.mp4", "a_2.mp4", "b_1.mp4", "b_2.mp4", "平均", "c.mp4", "gone.mp4", "d/e.mp4"])


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(names, cells, cells, cells), min_size=1, max_size=15), st.booleans())
def test_whatever_stands_in_the_table_no_row_goes_missing(
    tmp_path: Path, body: list[tuple[object, ...]], reject: bool
) -> None:
    videos(tmp_path, "a_1.mp4", "a_2.mp4", "b_1.mp4", "b_2.mp4", "c.mp4", "d/e.mp4")
    rows: Rows = [["video", "R1", "R2", "R3"], *body]
    assume(any(row[0] for row in body))
    path = text(tmp_path / "r.csv", rows)
    prepared = prepare(path, Options(reject_outliers=reject, shares=Shares(0.5, 0.25, 0.25)))
    # a row of nothing but empty cells is no row
    written = [row for row in body if any(cell is not None for cell in row)]
    manifest = prepared.manifest()
    assert len(manifest) == len(written)
    for row, source in zip(manifest, prepared.table.rows, strict=True):
        blocking = [p for p in source.problems if p.blocking]
        if row.split in PARTS:
            assert not blocking
            assert row.label == Scale().to_label(row.mos or 0)
            assert Path(row.video).is_file()
            assert row.raters
        elif prepared.failure is None:
            assert blocking
    by_content: dict[str, set[str]] = {}
    for row in manifest.usable:
        by_content.setdefault(row.content, set()).add(row.split)
    assert all(len(parts) == 1 for parts in by_content.values())
