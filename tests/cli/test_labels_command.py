"""``xl-vqa labels prepare`` as a person runs it: files, words, exit status."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.datasets.builders import JAPANESE_WIDE, LONG, Rows, text, videos, workbook
from tests.media import make_clip
from xl_vqa.cli.labels import labels_app, register
from xl_vqa.datasets.manifest import read_manifest

COMMAND = (
    "import typer; from xl_vqa.cli.labels import register; app = typer.Typer(); app.callback()(lambda: None); "
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    for name in [name for name in os.environ if name.startswith(("XL_VQA_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)

    def command(*arguments: object) -> Result:
        # most videos here are no videos
        opened = [] if "--open-videos" in arguments else ["--no-open-videos"]
        return CliRunner().invoke(app, ["labels", "prepare", *map(str, arguments), *opened])

    return command


def good_rows() -> Rows:
    return [["video", "A", "B"], *[[f"s{k}_crf{v}.mp4", 1 + (k + v) % 5, 2] for k in range(6) for v in range(3)]]


def good(tmp_path: Path) -> Path:
    rows = good_rows()
    videos(tmp_path, *[str(row[0]) for row in rows[1:]])
    return text(tmp_path / "ratings.csv", rows)


def test_all_rows_fine(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = run(good(tmp_path), "-o", "out/m.csv", "--report", "out/r.html")
    assert done.exit_code == 0, done.output
    manifest = read_manifest(tmp_path / "out" / "m.csv")
    assert len(manifest) == 18
    assert {row.split for row in manifest} == {"train", "val", "test"}
    assert "All 18 rows are fine." in done.output
    assert manifest.fingerprint in done.output
    assert "<svg" in (tmp_path / "out" / "r.html").read_text(encoding="utf-8")
    assert re.search(r"Usable videos\s+18", done.output)


def test_the_manifest_lies_in_the_current_folder_by_default(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run(good(tmp_path)).exit_code == 0
    assert len(read_manifest(tmp_path / "manifest.csv")) == 18


def test_some_rows_with_a_remark_in_japanese(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    videos(tmp_path / "動画", *[str(row[0]) for row in JAPANESE_WIDE[1:]])
    book = workbook(
        tmp_path / "評価.xlsx", {"表紙": [["社外秘"]], "評価": [*JAPANESE_WIDE, ["無い.mp4", 1, 2, 3]]}
    )
    done = run(book, "--videos-folder", tmp_path / "動画", "--lang", "ja", "--report", "r.html")
    assert done.exit_code == 1, done.output
    assert "missing_video" in done.output
    assert "5 行中 1 行に備考" in done.output
    *rows, last = read_manifest(tmp_path / "manifest.csv")
    assert all(row.problem == "" for row in rows)
    assert last.problem == "missing_video: 動画 無い.mp4 が見つかりません。"
    assert (last.split, last.label) == ("none", 20)
    assert 'lang="ja"' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_options_reach_the_labels(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = [["clip", "w", "x", "y"], *[[f"{name}.mp4", "p", 40, 61] for name in "ab"], ["c.mp4", "q", 80, 91]]
    path = workbook(tmp_path / "r.xlsx", {"1st": [["note"]], "2nd": rows})
    done = run(
        path, "--sheet", "2nd", "--video-column", "clip", "--score-column", "x", "--score-column", "D",
        "--content-column", "w", "--scale", "0,100,10,99", "--rounding", "floor", "--split", "50/50",
        "--seed", 3, "--no-check-videos", "--rater-correction", "bias", "--content-by", "column",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    manifest = read_manifest(tmp_path / "manifest.csv")
    assert [row.mos for row in manifest] == [50.5, 50.5, 85.5]
    assert [row.label for row in manifest] == [54, 54, 86]
    assert [row.content for row in manifest] == ["p", "p", "q"]
    assert [row.split for row in manifest] == ["train", "train", "val"]


@pytest.mark.parametrize(
    ("rows", "extra", "said", "written"),
    [
        ([], [], "no data", False),
        ([["video", "A"]], [], "no videos below them yet", False),
        ([["name", "age"], ["x", 3]], [], "--video-column", False),
        ([["video", "remark"], ["a.mp4", "dark"]], [], "--score-column", False),
        (LONG, [], "--videos-folder", True),
        ([["video", "A", "B"], ["a.mp4", None, "-"]], ["--no-check-videos"], "None of the 1 rows", True),
        ([["video", "A", "B"], ["a.mp4", 3, 3], ["b.mp4", 3, 3]], ["--no-check-videos"], "same label 30", True),
        ([["video", "A"], *[[f"{k}.mp4", 20 * k] for k in range(5)]], ["--no-check-videos"], "--scale", True),
        (LONG, ["--sheet", "x"], "no sheet", False),
        (LONG, ["--split", "80/10"], "adds up to 90", False),
        (LONG, ["--scale", "1,5"], "--videos-folder", True),
        (LONG, ["--scale", "one,5,10,50"], "must be like 1,5,10,50", False),
        (LONG, ["--scale", "5,5,10,50"], "must be below", False),
        (LONG, ["--rounding", "up"], "rounding must be one of", False),
        (LONG, ["--rater-correction", "magic"], "none, bias, zscore", False),
        (LONG, ["-o", "ratings.csv"], "ratings themselves", False),
        (LONG, ["-o", "m.xlsx"], ".csv", False),
        (LONG, ["--report", "r.pdf"], ".html", False),
    ],
)
def test_what_cannot_run_says_why_and_loses_nothing(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, rows: Rows, extra: list[str], said: str, written: bool
) -> None:
    path = text(tmp_path / "ratings.csv", rows)
    before = path.read_bytes()
    done = run(path, *extra)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.output
    assert (tmp_path / "manifest.csv").exists() == written
    if written:
        manifest = read_manifest(tmp_path / "manifest.csv")
        assert {row.split for row in manifest} == {"none"}
        assert len(manifest) == len({row[1] if rows is LONG else row[0] for row in rows[1:]})
    assert path.read_bytes() == before


def test_errors_speak_the_language_asked_for(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = run(tmp_path / "無い.xlsx", "--lang", "ja")
    assert done.exit_code == 2
    assert "見つかりません" in done.stderr


def test_help_names_every_option(run) -> None:  # type: ignore[no-untyped-def]
    shown = run("--help").output
    for option in ("--report", "--reject-outliers", "--scale", "--split", "--seed", "--videos-folder", "--lang"):
        assert option in shown


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are set otherwise there")
def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    rows = [["video", "A"], *[[f"a rather long name of a video, number {k}.mp4", 1 + k % 5] for k in range(300)]]
    path = text(tmp_path / "ratings.csv", rows)
    (tmp_path / "manifest.csv").write_text("the old one")
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); " + COMMAND + "register(app); app()"
    )
    environment = {**os.environ, "XL_VQA_LANGUAGE": "en", "XL_VQA_HOME": str(tmp_path / "home")}
    arguments = [sys.executable, "-c", code, "labels", "prepare", str(path), "--no-check-videos"]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert (tmp_path / "manifest.csv").read_text() == "the old one"
    assert not list(tmp_path.glob("*.tmp"))


def test_the_command_line_starts_without_pandas_and_torch() -> None:
    code = (
        COMMAND + "register(app); import sys; "
        "print([m for m in ('pandas', 'torch', 'numpy', 'openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_ten_thousand_videos_by_24_raters(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import numpy as np
    import xlsxwriter

    rng = np.random.default_rng(0)
    scores = np.clip(np.round(rng.uniform(1.3, 4.7, (10_000, 1)) + rng.normal(0, 0.7, (10_000, 24))), 1, 5)
    book = xlsxwriter.Workbook(str(tmp_path / "big.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["video", *[f"R{k}" for k in range(24)]])
    for k, row in enumerate(scores.tolist(), 1):
        sheet.write_row(k, 0, [f"c{k // 8:04d}_crf{k % 8}.mp4", *row])
    book.close()
    done = run(tmp_path / "big.xlsx", "--no-check-videos", "--reject-outliers", "--report", "r.html")
    assert done.exit_code == 0, done.output
    assert "240,000" in done.output


def test_broken_videos_are_named_before_training_and_not_in_it(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make_clip(tmp_path / "good.mp4")
    content = (tmp_path / "good.mp4").read_bytes()
    (tmp_path / "torn.mp4").write_bytes(content[: len(content) // 2])
    (tmp_path / "stub.mp4").write_bytes(content[:900])
    (tmp_path / "page.mp4").write_text("<!DOCTYPE html><html><body>429 Too many requests</body></html>")
    rows = [
        ["video", "A", "B"],
        *[[f"{name}.mp4", 3, k + 1] for k, name in enumerate(("good", "torn", "stub", "page"))],
    ]
    done = run(text(tmp_path / "r.csv", rows), "-o", "m.csv", "--open-videos", "--lang", "ja")
    by_name = {Path(row.video).stem: row for row in read_manifest(tmp_path / "m.csv")}
    assert "broken_video" not in by_name["good"].problem
    for name in ("torn", "stub", "page"):
        assert by_name[name].problem.startswith("broken_video: この動画は評価できません。")
        assert by_name[name].split == "none"
    assert done.exit_code in (1, 2)


def test_a_group_that_joins_a_second_program_has_each_command_once() -> None:
    register(typer.Typer())
    names = [command.name for command in labels_app.registered_commands]
    assert len(set(names)) == len(names)
    assert {"prepare", "search", "collect"} <= set(names)
