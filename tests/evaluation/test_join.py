"""Files as the product and people write them become items; every row of every file is accounted for."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from xl_vqa.evaluation.errors import EvaluationColumnError, EvaluationFileError
from xl_vqa.evaluation.join import join
from xl_vqa.evaluation.tables import read_table, text
from xl_vqa.words.errors import ScaleError, VideoTruncatedError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.workbooks.results import write_results

FRAMES = FramesUsed((0, 1), (0.0, 0.04), 640, 360, 50, 2.0, 25.0, "decord", "h264")


def rating(path: str, label: int, scale: Scale | None = None, bands: Bands | None = None) -> Rating:
    """All the probability on two neighbouring labels, three to one."""
    scale = scale or Scale()
    distribution = LabelDistribution.from_joint(scale, {label: 0.75, label + 1: 0.25})
    return Rating(
        path, distribution, FRAMES, "b2:v", "starter", "b2:m", "key", bands=bands or Bands.default(scale)
    )


def write_csv(path: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_csv(
        tmp_path / "manifest.csv",
        "video,mos,ci95,raters,label,split,content,problem,codec",
        "clips/動画 1.mp4,2.4,0.3,5,24,test,one,,h264",
        "clips/b.mp4,3.6,,5,36,test,two,,av1",
        "clips/cut.mp4,3.0,0.2,4,30,test,two,,av1",
    )


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_score_writes_is_read_back(tmp_path: Path, manifest: Path, suffix: str, language: str) -> None:
    folder = tmp_path / "clips"
    pairs = [
        (f"{folder}/b.mp4", rating("b", 33).to_dict()),
        (f"{folder}/動画 1.mp4", rating("a", 24).to_dict()),
        (f"{folder}/cut.mp4", VideoTruncatedError(path="cut.mp4", problem="the end is missing")),
    ]
    output = tmp_path / f"scores{suffix}"
    write_results(pairs, output, language)
    joined = join(output, manifest)
    first, second, third = joined.items
    assert (first.video, first.mos, first.ci95, first.raters) == ("clips/動画 1.mp4", 2.4, 0.3, 5)
    assert first.prediction == pytest.approx(2.425)
    assert second.prediction == pytest.approx(3.325)
    assert (first.band, second.band) == ("poor", "fair")
    assert first.band_probability == pytest.approx(0.75)
    assert (first.split, first.content, dict(first.columns)) == ("test", "one", {"codec": "h264"})
    assert second.ci95 is None
    assert third.prediction is None
    assert third.error
    assert joined.name == "starter"
    assert joined.failures == []
    assert joined.notices == []
    if suffix == ".json":
        assert first.distribution is not None
        assert first.distribution[14] == pytest.approx(0.75)


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_result_file_states_its_scale_and_is_taken_at_its_word(
    tmp_path: Path, suffix: str, language: str
) -> None:
    """A model taught on 0..100 beside people's 1..5, with no label in common but by chance."""
    scale = Scale(0, 100, 0, 100)
    pairs = [(f"/v/{k}.mp4", rating(str(k), 10 * k, scale).to_dict()) for k in range(1, 10)]
    output = tmp_path / f"scores{suffix}"
    write_results(pairs, output, language)
    people = write_csv(
        tmp_path / "m.csv",
        "video,mos,label",
        *(f"/v/{k}.mp4,{1 + k / 3},{10 + 10 * k / 3:.0f}" for k in range(1, 10)),
    )
    joined = join(output, people)
    assert joined.scale == Scale()
    assert joined.predictor.known_by == "stated"
    assert (joined.predictor.low, joined.predictor.high) == (0, 100)
    expected = 1 + pairs[4][1]["mos"] / 25
    assert joined.items[4].prediction == pytest.approx(expected)
    assert [notice.code for notice in joined.notices] == ["mos_stated_elsewhere"]


def test_scale_and_bands_come_with_the_json(tmp_path: Path) -> None:
    scale = Scale(0, 100, 0, 100)
    bands = Bands(scale, (10.0, 30.0, 60.0, 90.0))
    output = tmp_path / "scores.json"
    write_results([("/v/a.mp4", rating("a", 40, scale, bands).to_dict())], output)
    people = write_csv(tmp_path / "m.csv", "video,mos", "/v/a.mp4,55")
    joined = join(output, people)
    assert (joined.scale, joined.bands) == (scale, bands)
    assert joined.items[0].prediction == pytest.approx(40.25)
    # a scale that was asked for wins, with its own bands
    other = join(output, people, scale=Scale())
    assert (other.scale, other.bands) == (Scale(), Bands.default())


def test_no_row_is_lost(tmp_path: Path) -> None:
    people = write_csv(
        tmp_path / "m.csv",
        "video,mos,label,split,problem",
        "a.mp4,2.0,20,test,",
        "b.mp4,3.0,30,test,",
        "a.mp4,2.0,20,test,",
        "./b.mp4,4.0,40,test,",
        ",3.0,30,test,",
        "c.mp4,,,none,no_score: 点数がありません",
        "d.mp4,four,,test,",
        "e.mp4,2.5,25,test,",
    )
    model = write_csv(
        tmp_path / "p.csv",
        "path,mos,error",
        "a.mp4,2.2,",
        "b.mp4,3.2,",
        "b.mp4,1.2,",
        ",1.0,",
        "x.mp4,3.0,",
        "d.mp4,abc,",
    )
    joined = join(model, people)
    found = {(failure.video, failure.kind, failure.fatal) for failure in joined.failures}
    assert found == {
        ("a.mp4", "duplicate_manifest", False),
        ("./b.mp4", "conflict_manifest", False),
        ("#6", "no_path_manifest", True),
        ("b.mp4", "conflict_predictions", False),
        ("#5", "no_path_predictions", True),
        ("x.mp4", "missing_manifest", True),
    }
    items = {item.video: item for item in joined.items}
    assert list(items) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"]
    assert items["b.mp4"].mos == 3.0
    assert items["b.mp4"].prediction == 3.2
    assert items["c.mp4"].problem == "no_score: 点数がありません"
    assert items["d.mp4"].problem == "mos = four"
    assert items["d.mp4"].error == "mos = abc"
    assert items["e.mp4"].prediction is None
    conflict = next(failure for failure in joined.failures if failure.kind == "conflict_manifest")
    assert conflict.detail == "#3, #5: 3.0, 4.0"


def test_a_row_without_a_label_is_not_to_be_used(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos,label,problem", "a.mp4,3.0,,too few raters", "b.mp4,3,30,")
    model = write_csv(tmp_path / "p.csv", "path,mos", "a.mp4,2", "b.mp4,2")
    first, second = join(model, people).items
    assert (first.mos, first.problem) == (None, "too few raters")
    assert second.mos == 3


@pytest.mark.parametrize(
    ("header", "cell", "prediction"),
    [
        ("mos", "3.5", 3.5),
        ("expected_label", "35.5", 3.55),
        ("label", "35", 3.5),
        ("予測値", "３.５", 3.5),
        ("vmaf", "80", 80),
    ],
)
def test_the_prediction_is_found(tmp_path: Path, header: str, cell: str, prediction: float) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos", "a.mp4,3.0")
    model = write_csv(tmp_path / "p.csv", f"ファイル名,{header}", f"a.mp4,{cell}", encoding="cp932")
    assert join(model, people).items[0].prediction == pytest.approx(prediction)


def test_columns_that_are_missing_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos", "a.mp4,3.0")
    for header, row, wanted in (("psnr,ssim,path", "-,x,a.mp4", "mos"), ("psnr,ssim", "1,2", "path")):
        bad = write_csv(tmp_path / "p.csv", header, row)
        with pytest.raises(EvaluationColumnError) as caught:
            join(bad, people)
        assert caught.value.params["column"] == wanted
        assert "ssim" in str(caught.value)
    with pytest.raises(EvaluationColumnError):
        join(people, write_csv(tmp_path / "m2.csv", "video,score", "a.mp4,3"))


def test_baselines_and_raters(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos", "v/a.mp4,3.0", "v/b.mp4,4.0")
    model = write_csv(tmp_path / "p.csv", "path,mos", "/x/v/a.mp4,3.1", "/x/v/b.mp4,3.9")
    (tmp_path / "two").mkdir()
    vmaf = write_csv(tmp_path / "vmaf.csv", "path;vmaf;error", "D:\\v\\a.mp4;71.5;", "D:\\v\\b.mp4;;crashed")
    same = write_csv(tmp_path / "two" / "vmaf.csv", "video,score", "v/a.mp4,2", "v/b.mp4,3")
    long = write_csv(
        tmp_path / "long.csv", "動画,評価者,点数", "v/a.mp4,佐藤,3", "v/a.mp4,鈴木,４", "v/b.mp4,佐藤,x"
    )
    wide = write_csv(tmp_path / "wide.csv", "video,佐藤,鈴木,split", "v/a.mp4,3,4,test", "v/b.mp4,9,,test")
    joined = join(model, people, baselines=[vmaf, same], ratings=long)
    assert joined.baselines == {"vmaf": {"v/a.mp4": 71.5}, "vmaf'": {"v/a.mp4": 2, "v/b.mp4": 3}}
    assert dict(joined.items[0].scores) == {"佐藤": 3, "鈴木": 4}
    assert [notice.code for notice in joined.notices] == ["ratings_skipped"]
    # 9 lies outside the scale
    wider = join(model, people, ratings=wide)
    assert [dict(item.scores) for item in wider.items] == [{"佐藤": 3, "鈴木": 4}, {}]
    assert [(n.code, n.params["count"]) for n in wider.notices] == [("ratings_skipped", 1)]


def test_the_table_that_made_the_manifest_is_read_as_it_is(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos", "v/a.mp4,3.5", "v/b.mp4,4.0")
    model = write_csv(tmp_path / "p.csv", "path,mos", "v/a.mp4,3.1", "v/b.mp4,3.9")
    lines = [
        "主観評価,,,",
        "動画ファイル,佐藤,鈴木,備考",
        "v/a.mp4,3,とても良い,",
        "v/b.mp4,-,見てない,x",
        "v/a.mp4,3,5,重複",
    ]
    ratings = write_csv(tmp_path / "r.csv", *lines, "平均,3,5,")
    joined = join(model, people, ratings=ratings)
    assert [dict(item.scores) for item in joined.items] == [{"佐藤": 3, "鈴木": 5}, {}]
    assert [(n.code, n.params["count"]) for n in joined.notices] == [("ratings_skipped", 1)]


def test_labels_of_another_scale_are_told(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos,label", "a.mp4,3.0,50", "b.mp4,4.0,40")
    model = write_csv(tmp_path / "p.csv", "path,mos", "a.mp4,3.1", "b.mp4,3.9")
    (notice,) = join(model, people).notices
    assert (notice.code, notice.params) == ("label_mismatch", {"count": 1})


def test_moved_videos_are_told(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "m.csv", "video,mos", "D:\\old\\a.mp4,3.0")
    model = write_csv(tmp_path / "p.csv", "path,mos", "/new/a.mp4,3.1")
    joined = join(model, people)
    assert joined.items[0].prediction == 3.1
    assert [notice.code for notice in joined.notices] == ["moved"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("gone.csv", None, "problem_no_such_file"),
        ("empty.csv", b"", "problem_no_rows"),
        ("header.csv", b"path,mos\r\n", "problem_no_rows"),
        ("broken.json", b'{"results": [', "problem_not_json"),
        ("other.json", b'{"results": 3}', "problem_not_json_rows"),
        ("list.json", b"[1, 2]", "problem_not_json_rows"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "problem_damaged_workbook"),
        ("binary.csv", bytes(range(256)) * 9, "problem_not_a_table"),
        ("quote.csv", b'path,mos\n"a.mp4,3\n', "problem_not_a_table"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, name: str, content: bytes | None, problem: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvaluationFileError) as caught:
        read_table(path)
    assert caught.value.params["problem"] == problem
    for language in ("en", "ja"):
        assert name in caught.value.message(language)
        assert "problem_" not in caught.value.message(language)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(EvaluationFileError) as caught:
        read_table(tmp_path)
    assert caught.value.params["problem"] == "problem_folder"


def test_bad_thresholds_in_a_json_file(tmp_path: Path) -> None:
    values = rating("a", 30).to_dict() | {"band_thresholds": [1, 2]}
    (tmp_path / "p.json").write_text(json.dumps([values]), encoding="utf-8")
    with pytest.raises(ScaleError):
        join(tmp_path / "p.json", write_csv(tmp_path / "m.csv", "video,mos", "a,3"))


def test_a_workbook_with_a_title_and_a_cover(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["評価結果のまとめ"])
    sheet = book.create_sheet("data")
    sheet.append(["動画品質"])
    sheet.append([])
    sheet.append(["No.", "動画", "MOS", None])
    sheet.append([1, "a.mp4", 3.5, None])
    sheet.append([None, None, None, None])
    sheet.append([2, 20240101, 4, None])
    book.save(tmp_path / "list.xlsx")
    table = read_table(tmp_path / "list.xlsx")
    assert [(row["path"], row["mos"]) for row in table.rows] == [("a.mp4", 3.5), (20240101, 4)]
    assert table.numbers == [4, 6]


def test_two_columns_for_one_thing_keep_their_values(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "t.csv", "path,video,mos", "a.mp4,b.mp4,3"))
    assert table.rows[0]["path"] == "a.mp4"
    assert list(table.titles.values()) == ["path", "video", "mos"]


def test_cells() -> None:
    assert [written_number(cell) for cell in ("３.５", " 4 ", 2, True, "n/a", "nan", None, float("inf"))] == [
        3.5,
        4,
        2,
    ] + [None] * 5
    assert [text(cell) for cell in (3.0, 3.5, " a ", "", None)] == ["3", "3.5", "a", None, None]


def test_a_large_join_is_quick(tmp_path: Path) -> None:
    names = [f"{k % 700}/{k}/out.mp4" for k in range(10_000)]
    for name, folder, header in (("m.csv", "D:/data", ["video", "mos"]), ("p.csv", "/mnt/data", ["path", "mos"])):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *([f"{folder}/{video}", 3.0] for video in names)])
    joined = join(tmp_path / "p.csv", tmp_path / "m.csv")
    assert all(item.prediction == 3 for item in joined.items)
    assert len(joined.items) == 10_000


def test_cells_without_a_value_are_named(tmp_path: Path) -> None:
    """An error cell is a row's error with its text; a formula that was never computed is told once."""
    book = openpyxl.Workbook()
    for row in [["video", "mos"], ["a.mp4", 3.5], ["b.mp4", "#N/A"], ["c.mp4", "=1+2"]]:
        book.active.append(row)
    book.active["B3"].data_type = "e"
    book.save(tmp_path / "p.xlsx")
    joined = join(tmp_path / "p.xlsx", write_csv(tmp_path / "m.csv", "video,mos", "a.mp4,3", "b.mp4,2", "c.mp4,4"))
    assert [item.prediction for item in joined.items] == [3.5, None, None]
    assert joined.items[1].error == "mos = #N/A"
    assert [(notice.code, notice.params) for notice in joined.notices if notice.code == "uncalculated"] == [
        ("uncalculated", {"count": 1})
    ]
