"""``xl-vqa score`` through a real host: rows, order, files, exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run
from xl_vqa import __version__

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
    "mos_scale",
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


def test_lists_from_the_input_and_from_a_table(run: Run, clips: Path, tmp_path: Path) -> None:
    names = [clips / "動画 10.mp4", clips / "clip2.mp4"]
    table = tmp_path / "list.csv"
    table.write_text(f"video,prompt\n{names[0]},a red box\n{names[1]},\n", encoding="utf-8")
    listed = run("score", "--from", table, "--text-column", "prompt", "-o", "-")
    assert listed.returncode == 0, listed.stderr
    rows = read_csv(listed.stdout)
    assert [Path(row["path"]) for row in rows] == names
    assert [row["text"] for row in rows] == ["a red box", ""]
    typed = run("score", "-", "--quiet", typed="".join(f"{name}\n" for name in names))
    assert [Path(row["path"]) for row in read_csv(typed.stdout)] == names
    assert typed.stderr == ""


def test_a_rows_own_text_goes_before_the_one_for_all(run: Run, clips: Path, tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    clip = clips / "clip2.mp4"
    table.write_text(f"video,prompt\n{clip},a red box\n{clip},\n", encoding="utf-8")
    done = run("score", "--from", table, "--text-column", "B", "--text", "for all", "-o", "-")
    assert [row["text"] for row in read_csv(done.stdout)] == ["a red box", "for all"]


def test_json_and_json_lines_hold_what_the_file_holds(run: Run, clips: Path, tmp_path: Path) -> None:
    asked = ("score", clips / "clip2.mp4", clips / "broken.mp4")
    whole, lines = run(*asked, "--json"), run(*asked, "--jsonl")
    assert whole.returncode == lines.returncode == 1
    results = json.loads(whole.stdout)["results"]
    assert [json.loads(line) for line in lines.stdout.splitlines()] == results
    run(*asked, "-o", tmp_path / "scores.jsonl")
    assert (tmp_path / "scores.jsonl").read_text(encoding="utf-8") == lines.stdout
    assert len(results[0]["distribution"]) == 41
    assert results[1]["error"]["code"] == "not_a_video"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name videos"),
        (("x.mp4", "--json", "--jsonl"), "Choose one"),
        (("x.mp4", "--json", "-o", "x.csv"), "Choose one"),
        (("x.mp4", "--text-column", "B"), "--from"),
        (("--from", "no.csv"), "cannot be read"),
        (("@no.txt",), "cannot be read"),
    ],
)
def test_what_does_not_fit_together_is_said_before_the_work(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run("score", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_module_is_the_program(run: Run) -> None:
    """``python -m xl_vqa`` and ``-V``, and completion for the shells that people use."""
    asked = [sys.executable, "-m", "xl_vqa"]
    module = subprocess.run([*asked, "-V"], capture_output=True, text=True, check=True)
    assert module.stdout == run("--version").stdout == f"xl-vqa {__version__}\n"
    for shell in ("bash", "zsh", "fish", "powershell"):
        shown = subprocess.run(
            asked,
            env={**os.environ, "_XL_VQA_COMPLETE": f"source_{shell}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "xl-vqa" in shown.stdout


def test_completion_offers_the_commands(run: Run) -> None:
    words = {"_XL_VQA_COMPLETE": "complete_bash", "COMP_WORDS": "xl-vqa score", "COMP_CWORD": "1"}
    assert run(**words).stdout.split() == ["score", "score-workbook"]
