"""``xl-vqa inspect``, ``xl-vqa check-videos`` and the choice of frames in ``xl-vqa score``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from tests import media
from tests.cli.conftest import Run


def test_inspect_says_what_who_why_and_which(run: Run, tmp_path: Path) -> None:
    options = {"x264-params": "open-gop=1:keyint=20:bframes=3"}
    path = media.make_clip(tmp_path / "動画.mp4", 160, 96, 60, options=options)
    sheet = tmp_path / "sheet.png"
    done = run("inspect", path, "--frames", 8, "--sheet", sheet)
    assert done.returncode == 0, done.stderr
    for words in ("動画.mp4", "h264", "160 x 96", "PyAV", "open groups", "7, 8 (0.23 s)"):
        assert words in done.stdout
    with Image.open(sheet) as picture:
        assert picture.width > 4 * 300
    japanese = run("inspect", path, XL_VQA_LANGUAGE="ja")
    assert "読み込み方法" in japanese.stdout
    assert "オープン GOP" in japanese.stdout
    assert "open groups" not in japanese.stdout
    facts = json.loads(run("inspect", path, "--json", "--fps", 4).stdout)
    assert facts["video"]["frame_count"] == 60
    assert facts["reader"] == {"name": "PyAV", "why": "alone", "reason": {"key": "decord_open_groups"}}
    assert len(facts["frames_used"]["indices"]) == 8


def test_inspect_follows_the_setting_and_names_what_is_no_video(run: Run, clips: Path) -> None:
    facts = json.loads(run("inspect", clips / "clip2.mp4", "--json", XL_VQA_DECODER="decord").stdout)
    assert facts["reader"]["why"] == "asked"
    assert facts["frames_used"]["decoder"] == "decord"
    plain = json.loads(run("inspect", clips / "clip2.mp4", "--json").stdout)
    assert plain["reader"]["why"] == "proven"
    refused = run("inspect", clips / "broken.mp4")
    assert refused.returncode == 2
    assert "broken.mp4" in refused.stderr
    assert run("inspect", clips / "clip2.mp4", "--sheet", clips / "a.txt").returncode == 2


def test_the_notes_are_in_the_readers_language(run: Run, tmp_path: Path) -> None:
    path = media.make_clip(tmp_path / "a.mp4", 1280, 96, 12, options={"preset": "ultrafast"}, rotation=90)
    said = {code: run("inspect", path, XL_VQA_LANGUAGE=code).stdout for code in ("en", "ja")}
    assert "rotated by 90 degrees" in said["en"]
    assert "read at 48 x 640" in said["en"]
    assert "90 度回転" in said["ja"]
    assert "読み込みサイズ 48 x 640" in said["ja"]
    assert not any(words in said["ja"] for words in ("rotated", "read at", "point samples"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_leads_to_no_video_is_told_as_score_tells_it(run: Run, tmp_path: Path, language: str) -> None:
    """One sentence, and not inside another that calls the folder a video."""
    folder, output = tmp_path / "empty", tmp_path / "checks.csv"
    folder.mkdir()
    done = run("check-videos", folder, "-o", output, XL_VQA_LANGUAGE=language)
    assert done.returncode == 1
    with output.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["path"], row["state"]) == (str(folder), "bad")
    scored = run("score", folder, XL_VQA_LANGUAGE=language)
    (rated,) = csv.DictReader(scored.stdout.splitlines())
    assert row["remark"] == rated["error"]
    assert str(folder) in row["remark"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_check_videos_lists_what_needs_a_look(run: Run, clips: Path, tmp_path: Path, language: str) -> None:
    (tmp_path / "twice.mp4").write_bytes((clips / "clip2.mp4").read_bytes())
    output = tmp_path / "checks.csv"
    done = run("check-videos", clips, tmp_path, "--thorough", "-o", output, XL_VQA_LANGUAGE=language)
    assert done.returncode == 1, done.stderr
    assert "broken.mp4" in done.stdout
    rows = {Path(row["path"]).name: row for row in csv.DictReader(output.open(encoding="utf-8-sig"))}
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {"broken.mp4": "bad", "clip2.mp4": "odd", "動画 10.mp4": "odd", "twice.mp4": "odd"}
    assert str(clips / "clip2.mp4") in rows["twice.mp4"]["remark"]
    assert rows["clip2.mp4"]["frames"] == "20"
    assert run("check-videos", clips / "clip2.mp4").returncode == 0


def test_score_looks_at_as_many_frames_as_asked(run: Run, clips: Path, tmp_path: Path) -> None:
    for options, frames in ((("--frames", "4"), 4), (("--fps", "12"), 8), (("--fps", "30", "--frames", "6"), 6)):
        output = tmp_path / "scores.json"
        done = run("score", clips / "clip2.mp4", *options, "-o", output)
        assert done.returncode == 0, done.stderr
        (row,) = json.loads(output.read_text(encoding="utf-8"))["results"]
        assert row["frames"] == frames
    wrong = run("score", clips / "clip2.mp4", "--frames", "5")
    assert wrong.returncode == 2
    assert "frames" in wrong.stderr


def test_score_takes_a_still_and_numbered_pictures(run: Run, tmp_path: Path) -> None:
    for number in range(12):
        Image.new("RGB", (96, 64), (20 * number, 40, 90)).save(tmp_path / f"shot_{number:04d}.png")
    output = tmp_path / "scores.json"
    done = run("score", tmp_path / "shot_%04d.png@24", f"{tmp_path}@24", tmp_path / "shot_0003.png", "-o", output)
    assert done.returncode == 0, done.stderr
    pattern, folder, still = json.loads(output.read_text(encoding="utf-8"))["results"]
    assert pattern["label"] == folder["label"]
    assert pattern["frames_used"]["frame_count"] == 12
    assert pattern["frames_used"]["duration_s"] == pytest.approx(0.5)
    assert still["warnings"][0] == "warning_single_frame"
