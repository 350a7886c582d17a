"""``xl-vqa why``: the sentence, the page, the contact sheet, and sentences for what is no clip."""

from __future__ import annotations

import io
import json
from pathlib import Path

import lxml.html
import pytest
from PIL import Image

from tests import media
from tests.cli.conftest import Run
from xl_vqa.words.messages import text as message


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_sentence_and_one_file(run: Run, clips: Path, tmp_path: Path, language: str) -> None:
    page = tmp_path / "理由 1.html"
    done = run("why", clips / "動画 10.mp4", "-o", page, XL_VQA_LANGUAGE=language)
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    html = lxml.html.fromstring(page.read_bytes())
    assert html.get("lang") == language
    assert html.xpath("//p[@class='sentence']")[0].text == sentence
    # the video is named from where the page lies, and the page says so
    (source,) = html.xpath("//video/@src")
    assert source.endswith("/%E5%8B%95%E7%94%BB%2010.mp4")
    assert "動画 10.mp4" in done.stderr
    assert not html.xpath("//link | //script[@src] | //img[@src]")


def test_the_video_can_be_left_out_and_what_no_browser_plays_is_said(
    run: Run, clips: Path, tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    assert run("why", clips / "clip2.mp4", "-o", page, "--without-video").returncode == 0
    assert "The video is not in this page" in page.read_text(encoding="utf-8")
    odd = media.make_clip(tmp_path / "old.avi", 160, 96, 20, codec="mpeg4")
    assert run("why", odd, "-o", page).returncode == 0
    words = page.read_text(encoding="utf-8")
    assert "Browsers do not play this format (mpeg4, avi)" in words
    assert "<video" not in words


def test_several_clips_and_what_is_none(run: Run, clips: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "worst.png"
    done = run("why", clips, "--contact-sheet", sheet)
    assert done.returncode == 1
    assert [line.split(": ")[0].rsplit("/", 1)[1] for line in done.stdout.splitlines()] == [
        "clip2.mp4",
        "動画 10.mp4",
    ]
    assert "broken.mp4" in done.stderr
    with Image.open(sheet) as picture:
        assert picture.format == "PNG"
        assert picture.width > 320
    told = json.loads(run("why", clips, "--json").stdout)
    assert (told["count"], told["explained"], told["failed"]) == (3, 2, 1)
    for one in told["results"]:
        assert (one["sentence"] is None) == (one["error"] is not None)
        assert one["error"] or one["rating"]["label"]
    assert [Path(one["path"]).name for one in told["results"] if one["error"]] == ["broken.mp4"]


def test_wrong_wishes_are_told_before_the_work(run: Run, clips: Path, tmp_path: Path) -> None:
    for arguments, word in (
        (("-o", tmp_path / "a.pdf"), ".html"),
        (("--contact-sheet", tmp_path / "a.jpg"), ".png"),
        (("-o", tmp_path / "no" / "a.html"), "no"),
    ):
        done = run("why", clips / "clip2.mp4", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert word in done.stderr
    several = run(
        "why", clips / "clip2.mp4", clips / "動画 10.mp4", "-o", tmp_path / "a.html", XL_VQA_LANGUAGE="ja"
    )
    assert several.returncode == 2
    assert "2 本" in several.stderr
    assert not (tmp_path / "a.html").exists()


def test_clips_that_say_little_still_get_a_sentence(run: Run, tmp_path: Path) -> None:
    one = media.make_clip(tmp_path / "one.mp4", 160, 96, 1)
    still = media.make_clip(
        tmp_path / "still.mp4", 160, 96, 20, content=media.still_content(160, 96), barcode=False
    )
    done = run("why", one, still)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    # what can't be said is told beside the sentence, not on the page alone
    assert f"{one}: {message('why_one_frame')}" in done.stderr
    assert message("why_still") in done.stderr
    silent = media.make_audio_only(tmp_path / "sound.mp4")
    refused = run("why", silent, XL_VQA_LANGUAGE="ja")
    assert refused.returncode == 1
    assert "sound.mp4" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_list_gets_its_reasons_in_place(run: Run, clips: Path, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for value in ("video", str(clips / "clip2.mp4")):
        sheet.append([value])
    path = tmp_path / "list.xlsx"
    book.save(path)
    refused = run("score-workbook", path, "--qualities", "beauty")
    assert refused.returncode == 2
    assert "sharpness" in refused.stderr
    done = run("score-workbook", path, "--why", "--qualities", "ノイズの少なさ, sharpness", XL_VQA_LANGUAGE="ja")
    assert done.returncode == 0, done.stderr
    rows = list(openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    said = dict(zip(rows[0], rows[1], strict=True))
    assert str(said["VQA 理由"]).endswith("。")
    assert 10 <= said["VQA ノイズの少なさ"] <= 50
    assert 10 <= said["VQA 鮮鋭さ"] <= 50
