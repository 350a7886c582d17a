"""``xl-vqa score`` through a real host: rows, order, files, exit status."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run

FIELDS = [
    "path",
    "label",
    "expected_label",
    "mos",
    "band",
    "band_probability",
    "off_digit_mass",
    "frames",
    "model",
]


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_folder_gives_a_row_each_in_order_and_status_one_for_an_error(run: Run, clips: Path) -> None:
    done = run("score", clips)
    assert done.returncode == 1, done.stderr
    rows = read_csv(done.stdout)
    assert [Path(row["path"]).name for row in rows] == ["broken.mp4", "clip2.mp4", "動画 10.mp4"]
    assert list(rows[0])[: len(FIELDS)] == FIELDS
    assert "error" in rows[0]
    assert "not a video" in rows[0]["error"]
    assert rows[0]["label"] == ""
    for row in rows[1:]:
        assert 10 <= int(row["label"]) <= 50
        assert float(row["mos"]) == pytest.approx(float(row["expected_label"]) / 10, abs=2e-3)
        assert row["error"] == ""
    assert "2 rated, 1 with an error" in done.stderr


def test_good_videos_end_with_status_zero_and_the_same_score_again(run: Run, clips: Path) -> None:
    first, second = (run("score", clips / "clip2.mp4", clips / "clip2.mp4") for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    rows = read_csv(first.stdout)
    assert rows[0] == rows[1]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
def test_files_hold_every_row(run: Run, clips: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"結果{suffix}"
    done = run("score", clips / "動画 10.mp4", clips / "missing.mp4", clips / "clip2.mp4", "-o", output)
    assert done.returncode == 1, done.stderr
    if suffix == ".csv":
        rows = read_csv(output.read_text(encoding="utf-8"))
        paths, errors = [row["path"] for row in rows], [row["error"] for row in rows]
    elif suffix == ".json":
        values = json.loads(output.read_text(encoding="utf-8"))
        assert (values["rated"], values["failed"]) == (2, 1)
        results = values["results"]
        paths = [row["path"] for row in results]
        errors = [(row["error"] or {}).get("message", "") for row in results]
    else:
        book = openpyxl.load_workbook(output)
        table = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
        names = [line for line in table if any("missing.mp4" in str(value) for value in line)]
        assert len(names) == 1
        assert any("There is no file" in str(value) for value in names[0])
        return
    assert [Path(path).name for path in paths] == ["動画 10.mp4", "missing.mp4", "clip2.mp4"]
    assert "There is no file" in str(errors[1])
    assert not errors[0]
    assert not errors[2]


def test_a_wrong_output_is_refused_before_the_work(run: Run, clips: Path, tmp_path: Path) -> None:
    for output in (tmp_path / "scores.docx", tmp_path / "no" / "such" / "folder" / "scores.csv"):
        done = run("score", clips / "clip2.mp4", "-o", output)
        assert done.returncode == 2
        assert output.name in done.stderr
        assert "Traceback" not in done.stderr


def test_japanese_words_where_the_user_reads_japanese(run: Run, clips: Path) -> None:
    done = run("score", clips / "broken.mp4", XL_VQA_LANGUAGE="ja")
    assert done.returncode == 1
    assert "動画ではありません" in read_csv(done.stdout)[0]["error"]


def test_text_is_part_of_the_question(run: Run, clips: Path) -> None:
    plain = read_csv(run("score", clips / "clip2.mp4").stdout)
    with_text = run("score", clips / "clip2.mp4", "--text", "赤い四角")
    assert with_text.returncode == 0
    assert read_csv(with_text.stdout)[0]["path"] == plain[0]["path"]


def test_broken_settings_end_with_one_sentence(run: Run, clips: Path) -> None:
    done = run("score", clips / "clip2.mp4", XL_VQA_FRAMES="seven")
    assert done.returncode == 2
    assert "XL_VQA_FRAMES" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_folder_is_a_row_with_an_error(run: Run, tmp_path: Path) -> None:
    done = run("score", tmp_path)
    assert done.returncode == 1
    assert "no video" in read_csv(done.stdout)[0]["error"]


def test_a_text_that_the_model_looks_past_is_said_everywhere(run: Run, clips: Path, tmp_path: Path) -> None:
    """The starter knows no texts; the stand-in can pretend not to."""
    deaf = {"XL_VQA_MODEL": "stand-in?deaf=1"}
    clip, output = clips / "clip2.mp4", tmp_path / "scores.json"
    done = run("score", clip, "--text", "a red fox", **deaf)
    assert "does not count" in done.stderr
    assert "does not count" in read_csv(done.stdout)[0]["warnings"]
    done = run("score", clip, "--text", "a red fox", "-o", output, **deaf, XL_VQA_LANGUAGE="ja")
    assert "テキスト付きで学習していない" in done.stderr
    (row,) = json.loads(output.read_text(encoding="utf-8"))["results"]
    assert "warning_text_unused" in row["warnings"]
    for quiet in (run("score", clip, **deaf), run("score", clip, "--text", "a red fox")):
        assert "does not count" not in quiet.stderr + quiet.stdout
