"""What a calibration says of rows that it does not use: each kind in a sentence of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_vqa.calibration.sheet import left_out, rows_of
from xl_vqa.calibration.texts import notice_text
from xl_vqa.datasets.prepare import Options, prepare

SOUND = [(f"v{k}.mp4", f"{1 + k % 4}", f"c{k}") for k in range(12)]


@pytest.mark.parametrize(
    ("more", "said", "words"),
    [
        ([SOUND[0], SOUND[1]], {"rows_duplicate": 2}, ("earlier row", "同じ動画")),
        (
            [("w.mp4", "1.0", "d"), ("w.mp4", "4.8", "d")],
            {"rows_conflicting": 2},
            ("keep the right one", "食い違う"),
        ),
        ([("w.mp4", "", "d"), ("x.mp4", "nan", "d")], {"rows_without_score": 2}, ("no score", "評価がない")),
        ([("", "3", "d")], {"rows_unusable": 1}, ("no usable video", "動画を使用できない")),
        ([("w.mp4", "nan", "d"), SOUND[3]], {"rows_duplicate": 1, "rows_without_score": 1}, ("", "")),
    ],
)
def test_each_kind_of_row_is_called_what_it_is(
    more: list[tuple[str, str, str]], said: dict[str, int], words: tuple[str, str], tmp_path: Path
) -> None:
    lines = [",".join(row) for row in (("video", "MOS", "content"), *SOUND, *more)]
    (tmp_path / "s.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    prepared = prepare(tmp_path / "s.csv", Options(check_videos=False))
    notices = left_out(prepared, rows_of(prepared, None, None), None)
    assert {one.code: one.params["count"] for one in notices} == said
    for language, word in zip(("en", "ja"), words, strict=True):
        assert word in notice_text(notices[0], language)
